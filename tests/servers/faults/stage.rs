//! A server with stores of every kind, and a user whose rights change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use larder::model::{
    Comparison, ContentType, ErrorKind, Expect, Key, OpenBy, RecordRewrite, Result, SetValue,
    StoreInfo, StoreName, Write, Written,
};
use larder::storage::{self, Options, Storage, Target};

use crate::fill;
use crate::server::{Client, Reply, Server};

/// The stores of the stage: with all its parts, named by an index alone, with records alone, none.
pub(crate) const STORES: [&str; 4] = ["whole", "half", "ghost", "absent"];
pub(crate) const INDEXES: [&str; 2] =
    ["key_value_stores:name_to_id", "key_value_stores:id_to_name"];
const PARTS: [&str; 4] = ["metadata", "items", "metadata_items", "created_signal"];
/// Scripts are taken away together: one kind takes the place of another.
pub(crate) const SCRIPTS: &str = "-eval -evalsha -eval_ro -evalsha_ro -fcall -fcall_ro";

/// All that a server holds, as text.
pub(crate) type State = BTreeMap<String, String>;

/// What a write comes to: what the database is like after it, or why it was refused.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Made(Written, State),
    Refused(ErrorKind),
}

/// A server with the stores, and a user whose rights change.
pub(crate) struct Stage {
    pub(crate) server: Server,
    client: Client,
    /// The database as it is between two writes.
    pub(crate) state: State,
    /// What is taken from the user in every case.
    without: &'static str,
}

impl Stage {
    pub(crate) fn new(without: &'static str) -> Self {
        let server = Server::start();
        let client = server.client();
        let mut stage = Self { server, client, state: State::new(), without };
        stage.fill();
        stage
    }

    pub(crate) fn call(&mut self, line: &str) -> Reply {
        let args: Vec<_> = line.split(' ').map(str::as_bytes).collect();
        let reply = self.client.call(&args);
        assert!(!matches!(reply, Reply::Error(_)), "{line}: {reply:?}");
        reply
    }

    pub(crate) fn fill(&mut self) {
        // In the main thread: RedisJSON cannot free documents in another one.
        self.call("FLUSHALL SYNC");
        fill::stores(&mut self.client, ["whole"]);
        self.call("HSET key_value_stores:name_to_id half abc");
        // Another store's entries, so that neither index goes with its last one.
        self.call("HSET key_value_stores:name_to_id other def");
        self.call("HSET key_value_stores:id_to_name def other");
        for store in ["whole", "ghost"] {
            let record = |key: &str| (key.to_owned(), "text/plain".to_owned(), b"old".to_vec());
            fill::records(&mut self.client, store, ["one", "two"].map(record));
        }
        self.state = self.look();
    }

    /// Reads everything.
    pub(crate) fn look(&mut self) -> State {
        let names = self.call("KEYS *").items().into_iter();
        let mut names: Vec<_> = names.map(|name| name.bytes().unwrap()).collect();
        names.sort();
        // Together: each way to the server and back costs more than the answers.
        let kinds: Vec<_> = names.iter().map(|name| vec![b"TYPE".to_vec(), name.clone()]).collect();
        let kinds = self.client.pipeline(&kinds);
        let kinds: Vec<_> =
            kinds.into_iter().map(|kind| String::from_utf8(kind.raw()).unwrap()).collect();
        let read = |(name, kind): (&Vec<u8>, &String)| {
            let mut command = match kind.as_str() {
                "hash" => vec![b"HGETALL".to_vec()],
                "list" => vec![b"LRANGE".to_vec()],
                "string" => vec![b"GET".to_vec()],
                _ => vec![b"JSON.GET".to_vec()],
            };
            command.push(name.clone());
            if kind == "list" {
                command.extend([b"0".to_vec(), b"-1".to_vec()]);
            }
            command
        };
        let contents =
            self.client.pipeline(&names.iter().zip(&kinds).map(read).collect::<Vec<_>>());
        let mut state = State::new();
        for ((name, kind), content) in names.into_iter().zip(kinds).zip(contents) {
            assert!(!matches!(content, Reply::Error(_)), "{kind}: {content:?}");
            let mut content = String::from_utf8(content.raw()).unwrap();
            if kind == "hash" {
                let lines: Vec<_> = content.split('\n').collect();
                let pairs: BTreeSet<_> = lines.chunks(2).map(|pair| pair.join("=")).collect();
                content = pairs.into_iter().collect::<Vec<_>>().join(" ");
            }
            state.insert(String::from_utf8(name).unwrap(), format!("{kind} {content}"));
        }
        state
    }

    /// A storage for a user with all rights but these. `keys`: the patterns that it may use.
    pub(crate) async fn user(&mut self, keys: &str, without: &str) -> Arc<dyn Storage> {
        let rule = format!("ACL SETUSER user reset on nopass {keys} +@all {}", self.without);
        self.call(format!("{rule} {without}").trim_end());
        let target = format!("redis://user@127.0.0.1:{}", self.server.port());
        storage::connect(&Target::parse(&target).unwrap(), &Options::default()).await.unwrap()
    }

    /// Writes, and holds that a refusal has changed nothing.
    pub(crate) async fn outcome(
        &mut self,
        storage: &dyn Storage,
        write: &Write,
        case: &str,
    ) -> Outcome {
        let result = storage.write(write).await;
        let after = self.look();
        let outcome = self.judge(result, &after, write, case);
        if after != self.state {
            self.fill();
        }
        outcome
    }

    pub(crate) fn judge(
        &self,
        result: Result<Written>,
        after: &State,
        write: &Write,
        case: &str,
    ) -> Outcome {
        match result {
            Ok(written) => {
                // Who may not watch is told so, and writes the same.
                let comparison = Comparison::default();
                let store = written.store.map(|info| Box::new(of_any_moment(*info)));
                let written = Written { comparison, store, ..written };
                Outcome::Made(written, without_the_moment(after, &self.state))
            }
            Err(error) => {
                assert_eq!(*after, self.state, "{case}, {write:?}: changed, but: {error}");
                assert!(!error.problem.is_empty(), "{case}, {write:?}");
                Outcome::Refused(error.kind)
            }
        }
    }
}

/// A store without what is different each time, and what the server only guesses.
fn of_any_moment(info: StoreInfo) -> StoreInfo {
    let (created_at, modified_at, accessed_at) = (None, None, None);
    StoreInfo { id: None, bytes: None, created_at, modified_at, accessed_at, ..info }
}

/// The state with what is different each time, the new time and a new store's id, made the same.
fn without_the_moment(state: &State, before: &State) -> State {
    let entries = |state: &State| -> BTreeSet<String> {
        let index = state.get(INDEXES[0]).cloned().unwrap_or_default();
        index.split(' ').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())).collect()
    };
    let new: Vec<_> = entries(state).difference(&entries(before)).cloned().collect();
    let mask = |text: &String| {
        let text = new.iter().fold(text.clone(), |text, id| text.replace(id.as_str(), "ID"));
        let masked = text.split('"').map(|piece| {
            let is_time = piece.starts_with("20") && piece.contains('T') && piece != fill::TIME;
            if is_time { "NOW" } else { piece }
        });
        masked.collect::<Vec<_>>().join("\"")
    };
    let mut masked: State = state.iter().map(|(name, text)| (name.clone(), mask(text))).collect();
    // A new id stands elsewhere among the others each time.
    if let Some(index) = masked.get_mut(INDEXES[1]) {
        let mut pairs: Vec<_> = index.split(' ').collect();
        pairs.sort_unstable();
        *index = pairs.join(" ");
    }
    masked
}

/// Every kind of write of a store of the stage.
pub(crate) fn writes(store: &str) -> Vec<Write> {
    let name = StoreName::from(store);
    let set = |key: &str, expected: Expect| {
        Write::Set(SetValue {
            store: name.clone(),
            key: Key::from(key),
            value: Bytes::from_static(b"new"),
            content_type: ContentType::from("text/html"),
            expected,
        })
    };
    let old = Expect::unchanged(Bytes::from_static(b"old"), ContentType::from("text/plain"));
    let delete = |keys: &[&str]| Write::Delete {
        store: name.clone(),
        keys: keys.iter().map(|key| Key::from(*key)).collect(),
    };
    let rewrite = |to: &str, over: Expect, content_type: Option<&str>, removes: bool| {
        Write::Rewrite(Box::new(RecordRewrite {
            store: name.clone(),
            key: Key::from("one"),
            expect: old.clone(),
            to_store: name.clone(),
            to: Key::from(to),
            over,
            content_type: content_type.map(ContentType::from),
            removes,
        }))
    };
    let mut writes = vec![
        rewrite("new", Expect::Absent, None, true),
        rewrite("two", old.clone(), None, true),
        rewrite("new", Expect::Absent, None, false),
        rewrite("one", Expect::Anything, Some("text/html"), false),
        set("one", Expect::Anything),
        set("new", Expect::Absent),
        set("one", old.clone()),
        delete(&["one"]),
        delete(&["one", "nothing", "two"]),
        Write::Purge(name.clone()),
        Write::Drop(name.clone()),
    ];
    match store {
        // Whoever finds a half-made store waits for its maker; see below.
        "half" => {}
        "absent" => writes.extend([
            Write::Create(OpenBy::Name(store.into())),
            Write::Create(OpenBy::Alias(store.into())),
            Write::Create(OpenBy::Default),
        ]),
        _ => writes.push(Write::Create(OpenBy::Alias(store.into()))),
    }
    writes
}

/// The Redis keys that a write may touch.
pub(crate) fn keys_of(write: &Write) -> Vec<String> {
    let store = match write {
        Write::Set(set) => set.store.escaped(),
        Write::Rewrite(it) => it.store.escaped(),
        Write::Delete { store, .. } | Write::Purge(store) | Write::Drop(store) => store.escaped(),
        Write::Create(OpenBy::Name(name) | OpenBy::Alias(name)) => name.clone(),
        Write::Create(_) => "default".to_owned(),
        Write::Repair(repair) => repair.store.escaped(),
    };
    let parts = PARTS.map(|part| format!("key_value_stores:{store}:{part}"));
    parts.into_iter().chain(INDEXES.map(str::to_owned)).collect()
}
