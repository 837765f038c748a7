//! Every kind of write, cut, reset, stalled and delayed at its bytes and those of its answer, with and
//! without scripts, with and without the right to close connections: none is lost, made twice or half made,
//! and larder's report is true, also after late bytes have arrived.
//!
//! `LARDER_CUTS` is the number of faults: 2,000 in `.ci/run`, and few without it; `all` tries every byte,
//! which takes long.

mod asides;
mod browsers;
mod check;
mod drafts;
mod parts;
mod planted;
mod sent;
mod staged;
mod staged_saves;
mod told;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use larder::model::{ConnectionState, ErrorKind, Expect, Key, SetValue, Write, WriteOutcome};
use larder::ops::{self, Failed, find_out};
use larder::storage::{Options, Storage, Target, connect};
use tokio::time::{Instant, sleep};

use self::check::{Case, Said, Seen, look};
use self::sent::{Sent, all_sent};
use self::wire::{Fault, Wire};

use crate::fill;
use crate::server::{Client, Monitor, Reply, Server};

const STORE: &str = "shop";
const TEXT: &str = "text/plain; charset=utf-8";

/// Number of faults that are tried at a time, each on a server of its own: most of them wait.
const AT_ONCE: usize = 96;

/// Number of faults of one write that are tried one after the other.
const IN_TURN: usize = 24;

/// Limit on the faults of a storage: the more connections it loses, the longer it waits before the next.
const FAULTS: usize = 4;

/// Pause between two tries on a busy machine.
const PATIENCE: Duration = Duration::from_millis(50);

/// The database in which the records are kept.
const KEPT: &[u8] = b"1";

/// Number of faults if `LARDER_CUTS` is not set.
const FEW: usize = 300;

/// Rights of a user: to run scripts, and to close connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Rights {
    scripts: bool,
    close: bool,
}

const RIGHTS: [Rights; 4] = [
    Rights { scripts: true, close: true },
    Rights { scripts: false, close: true },
    Rights { scripts: true, close: false },
    Rights { scripts: false, close: false },
];

/// A server, the way to it, and the storages that use it.
struct Bench {
    client: Client,
    /// A client of the database in which the records are kept to be copied.
    kept: Client,
    monitor: Monitor,
    wire: Wire,
    /// The storages, each with the number of faults that it may still have.
    storages: HashMap<(Rights, bool), (Arc<dyn Storage>, usize)>,
    // Ends last.
    server: Server,
}

impl Bench {
    async fn start() -> Self {
        let server = Server::start();
        let (mut client, mut kept) = (server.client(), server.client());
        assert_eq!(kept.call(&[b"SELECT", KEPT]), Reply::Simple("OK".into()));
        let record = |key: String| (key, TEXT.to_owned(), b"old".to_vec());
        let keys = (0..150).map(|at| format!("k{at:03}"));
        fill::records(&mut kept, STORE, keys.map(record));
        fill::records(&mut kept, "other", [record("k".to_owned())]);
        for rights in RIGHTS {
            // A busy server would end a delete by its clock, each time after another record.
            let mut rules = vec![user(rights), "on", ">p", "~*", "&*", "+@all", "-time"];
            if !rights.scripts {
                rules.extend(["-eval", "-evalsha", "-eval_ro", "-evalsha_ro"]);
            }
            if !rights.close {
                rules.push("-client|kill");
            }
            let command = [&["ACL", "SETUSER"], &rules[..]].concat();
            let command: Vec<&[u8]> = command.iter().map(|part| part.as_bytes()).collect();
            assert_eq!(client.call(&command), Reply::Simple("OK".into()));
        }
        let (monitor, wire) = (server.monitor(), Wire::start(server.port()).await);
        Self { client, kept, monitor, wire, storages: HashMap::new(), server }
    }

    /// The connected storage of a user with these rights; a brief one gives up soon.
    async fn storage(&mut self, rights: Rights, brief: bool) -> Arc<dyn Storage> {
        let used_up = |(_, left): &(_, usize)| *left == 0;
        if self.storages.get(&(rights, brief)).is_none_or(used_up) {
            let url = format!("redis://{}:p@127.0.0.1:{}", user(rights), self.wire.port);
            let limit = Duration::from_millis(if brief { 250 } else { 10_000 });
            let options = Options { command_timeout: limit, ..Options::default() };
            let target = Target::parse(&url).unwrap();
            let mut tries = 0;
            // On a busy machine a brief one may have to be patient here.
            let storage = loop {
                match connect(&target, &options).await {
                    Ok(storage) => break storage,
                    Err(why) => assert!(tries < 100, "{why}"),
                }
                tries += 1;
                sleep(PATIENCE).await;
            };
            // So that it knows whether it may run scripts.
            self.fill();
            while let Err(why) = storage.write(&set("k001", Expect::Anything)).await {
                tries += 1;
                assert!(tries < 100, "{why}");
                sleep(PATIENCE).await;
            }
            self.storages.insert((rights, brief), (storage, FAULTS));
        }
        let (storage, left) = self.storages.get_mut(&(rights, brief)).unwrap();
        *left -= 1;
        let storage = Arc::clone(storage);
        let mut state = storage.session().state;
        let up = state.wait_for(|state| *state == ConnectionState::Up);
        tokio::time::timeout(Duration::from_secs(20), up).await.unwrap().unwrap();
        storage
    }

    fn fill(&mut self) {
        self.client.call(&[b"FLUSHDB"]);
        fill::stores(&mut self.client, [STORE, "other"]);
        // The records themselves would all go through MONITOR.
        for store in [STORE, "other"] {
            for part in ["items", "metadata_items"] {
                let key = format!("key_value_stores:{store}:{part}").into_bytes();
                let copied = self.kept.call(&[b"COPY", &key, &key, b"DB", b"0"]);
                assert_eq!(copied, Reply::Int(1));
            }
        }
        self.monitor.lines();
    }

    /// The state of the server, and the number of writes: those since the last call, and `before` earlier
    /// ones.
    fn look(&mut self, before: usize) -> Seen {
        let ran = |line: &String| {
            let line = line.to_ascii_uppercase();
            line.contains("] \"EVAL\" ") || line.ends_with("] \"EXEC\"")
        };
        let runs = before + self.monitor.lines().iter().filter(|line| ran(line)).count();
        look(&mut self.client, runs)
    }

    /// The result of a write without a fault, and the number of bytes of it and of its answer.
    async fn learn(&mut self, rights: Rights, sent: Sent) -> (Case, (usize, usize)) {
        let storage = self.storage(rights, false).await;
        self.fill();
        let before = self.look(0);
        let (mut steps, mut gone) = (Vec::new(), Vec::new());
        let mut answer = Err(ErrorKind::Server);
        // As many as one script deletes, and one transaction.
        for part in sent.parts(if rights.scripts { 50 } else { 20 }) {
            self.fill();
            self.wire.arm(Fault::None);
            answer = part.make(&*storage).await.map_err(|failed| failed.error.kind);
            gone.push(answer.as_ref().map_or(0, |written| written.records));
            steps.push(self.look(0));
        }
        let (up, down) = self.wire.counted();
        let case = Case { sent, before, steps, gone, answer, may_close: rights.close };
        (case, (up, down))
    }

    /// Makes the write with this fault, finds out what became of it, and tells what is wrong with the report.
    async fn try_with(&mut self, rights: Rights, case: &Case, fault: Fault) -> Tried {
        let mut tries = 0;
        let (storage, made) = loop {
            let storage = self.storage(rights, fault.stalls()).await;
            self.fill();
            self.wire.arm(fault);
            let made = case.sent.make(&*storage).await;
            tries += 1;
            // On a busy machine, a brief storage may give up before its fault.
            if !fault.stalls() || self.wire.has_struck(fault) || tries == 20 {
                break (storage, made);
            }
        };
        let said = match made {
            Err(Failed { doubt: Some(mut doubt), .. }) if case.sent.is_several() => {
                let deadline = Instant::now() + Duration::from_secs(10);
                Said::Told(ops::resolve(&*storage, &mut doubt, deadline).await)
            }
            Err(Failed { doubt: Some(doubt), .. }) => {
                let deadline = Instant::now() + Duration::from_secs(10);
                Said::Resolved(find_out(&*storage, &doubt, deadline).await)
            }
            Err(Failed { error, .. }) => Said::Answered(Err(error)),
            Ok(written) => Said::Answered(Ok(written)),
        };
        let now = self.look(0);
        if fault.is_late() {
            let delivered = self.wire.deliver().await;
            assert!(delivered, "{fault:?}, {rights:?}, {said:?}: {:?}", case.sent);
        }
        let later = self.look(now.runs);
        Tried { said, now, later }
    }
}

/// The result of a write with a fault.
struct Tried {
    said: Said,
    now: Seen,
    later: Seen,
}

fn user(rights: Rights) -> &'static str {
    match (rights.scripts, rights.close) {
        (true, true) => "all",
        (false, true) => "unscripted",
        (true, false) => "unclosing",
        (false, false) => "neither",
    }
}

fn set(key: &str, expected: Expect) -> Write {
    Write::Set(SetValue {
        store: STORE.into(),
        key: Key::from(key),
        value: "new".into(),
        content_type: TEXT.into(),
        expected,
    })
}

/// This number of faults, spread over a write and its answer; `None`: one of each kind at every byte.
fn faults((up, down): (usize, usize), rights: Rights, count: Option<usize>) -> Vec<Fault> {
    // A write that is cut behind its last byte may be run while larder looks, unless larder can close the
    // connection.
    let up = if rights.close { up } else { up - 1 };
    let spread = |most: usize, share: usize| -> Vec<usize> {
        let count = count.map_or(most + 1, |count| (count * share / 100).max(2));
        let mut all: Vec<_> = (0..count).map(|at| most * at / (count - 1)).collect();
        all.dedup();
        all
    };
    let mut faults = Vec::new();
    faults.extend(spread(up, 26).into_iter().map(Fault::Cut));
    faults.extend(spread(up, 10).into_iter().map(Fault::Reset));
    faults.extend(spread(up - usize::from(rights.close), 28).into_iter().map(Fault::Late));
    faults.extend(spread(down - 1, 28).into_iter().map(Fault::CutAnswer));
    // These wait for a clock: where all others are tried at every byte, only a few of them are.
    let few =
        |most: usize| spread(most, 5).into_iter().step_by(if count.is_some() { 1 } else { 97 });
    faults.extend(few(up - usize::from(rights.close)).map(Fault::Stall));
    faults.extend(few(down - 1).map(Fault::StallAnswer));
    // A short answer has fewer bytes than faults: then there are more of the others.
    if let Some(count) = count {
        let missing = count.saturating_sub(faults.len());
        let at = |turn: usize| up.saturating_sub(1) * (2 * turn + 1) / (2 * missing);
        faults.extend((0..missing).map(|turn| Fault::Late(at(turn))));
    }
    faults
}

#[derive(Default)]
struct Tally {
    faults: usize,
    settled: usize,
    unknown: Vec<String>,
    wrong: Vec<String>,
}

/// A part of the faults of a write: those numbered `at`, `at + of` and so on.
struct Part {
    rights: Rights,
    sent: Sent,
    at: usize,
    of: usize,
}

/// Runs the remaining work on a server of its own.
async fn work(left: &Mutex<Vec<Part>>, count: Option<usize>, tally: &Mutex<Tally>) {
    let mut bench = Bench::start().await;
    loop {
        let next = left.lock().unwrap().pop();
        let Some(Part { rights, sent, at, of }) = next else { return };
        let (case, bytes) = bench.learn(rights, sent).await;
        if bytes.0 == 0 {
            // Without a script nothing is sent where there is nothing to do.
            continue;
        }
        for fault in faults(bytes, rights, count).into_iter().skip(at).step_by(of) {
            let tried = bench.try_with(rights, &case, fault).await;
            let about =
                format!("{fault:?} of {bytes:?}, {rights:?}: {:?}: {:?}", case.sent, tried.said);
            let mut tally = tally.lock().unwrap();
            tally.faults += 1;
            tally.settled += usize::from(!matches!(tried.said, Said::Answered(_)));
            if let Some(wrong) = case.wrong(&tried.said, &tried.now, &tried.later) {
                tally.wrong.push(format!("{wrong}: {about}"));
            }
            if matches!(tried.said, Said::Resolved(Err(_) | Ok(WriteOutcome::Unclear))) {
                tally.unknown.push(about);
            }
        }
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn no_cut_loses_doubles_or_halves_a_write_or_makes_larder_say_what_is_not_so() {
    let wanted = std::env::var("LARDER_CUTS").unwrap_or_else(|_| FEW.to_string());
    let wanted: Option<usize> = wanted.parse().ok();
    // Without scripts some send nothing, for there is nothing to do.
    let each = wanted.map(|wanted| wanted.div_ceil(RIGHTS.len() * all_sent().len() - 10));
    let of = each.unwrap_or(IN_TURN * 16).div_ceil(IN_TURN);
    let mut all = Vec::new();
    for rights in RIGHTS {
        for sent in all_sent() {
            all.extend((0..of).map(|at| Part { rights, sent: sent.clone(), at, of }));
        }
    }
    let (left, tally) = (Mutex::new(all), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| run(work(&left, each, &tally)));
        }
    });
    let tally = tally.into_inner().unwrap();
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    assert!(tally.faults >= wanted.unwrap_or(2000), "only {} faults", tally.faults);
    assert!(tally.settled * 10 >= tally.faults * 7, "only {} were settled", tally.settled);
    // A slow machine can cause this, but not often.
    let unknown = &tally.unknown;
    assert!(unknown.len() * 50 <= tally.faults, "{}:\n{}", unknown.len(), unknown.join("\n"));
}
