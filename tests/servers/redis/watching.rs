//! The events of a watcher on a server that others write to.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use larder::model::{Interest, Key, StoreName, StoreState, WatchEvent, WatchSource};
use larder::storage::Options;
use tokio::sync::watch;

use super::{Redis, connect, options};
use crate::contract::store;
use crate::fill;
use crate::server::{Client, Reply, Server};
use crate::short::Short as _;

const JSON: &str = "application/json; charset=utf-8";
/// Limit on the time that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Watched {
    pub(super) redis: Redis,
    pub(super) client: Client,
    interest: watch::Sender<Interest>,
    noticed: BoxStream<'static, WatchEvent>,
}

impl Watched {
    /// A store `shop` of this number of records, watched by a user who looks at nothing.
    async fn with(records: u32) -> Self {
        Self::within(records, &options()).await
    }

    async fn within(records: u32, options: &Options) -> Self {
        let redis = Redis::with(options).await;
        let client = redis.server.client();
        Self::on(redis, client, records).await
    }

    /// On this server, with a client that writes where it is watched.
    pub(super) async fn on(redis: Redis, mut client: Client, records: u32) -> Self {
        fill::stores(&mut client, ["shop"]);
        let all = (0..records).map(|n| (format!("page-{n:06}"), JSON.to_owned(), b"1".to_vec()));
        fill::records(&mut client, "shop", all);
        let interest = watch::Sender::new(Interest::default());
        let shop = StoreName::from("shop");
        let noticed = redis.storage().watch(Some(&shop), interest.subscribe());
        let mut watched = Self { redis, client, interest, noticed };
        watched.until("the source", |noticed| matches!(noticed, WatchEvent::Source(_))).await;
        watched
    }

    /// Waits for an event, and gives all events up to it.
    pub(super) async fn until(
        &mut self,
        what: &str,
        wanted: impl Fn(&WatchEvent) -> bool,
    ) -> Vec<WatchEvent> {
        let mut all = Vec::new();
        let wait = async {
            while let Some(noticed) = self.noticed.next().await {
                let found = wanted(&noticed);
                all.push(noticed);
                if found {
                    return;
                }
            }
            panic!("the watcher ended");
        };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "never noticed: {what}");
        all
    }

    /// Sets a record as another client does, and the store's time.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let record = (key.to_owned(), JSON.to_owned(), value.as_bytes().to_vec());
        fill::records(&mut self.client, "shop", [record]);
        self.touch();
    }

    pub(super) fn delete(&mut self, key: &str) {
        for part in ["items", "metadata_items"] {
            let hash = format!("key_value_stores:shop:{part}");
            assert_eq!(self.client.call(&[b"HDEL", hash.as_bytes(), key.as_bytes()]).int(), 1);
        }
        self.touch();
    }

    pub(super) fn touch(&mut self) {
        assert!(!matches!(self.client.pipeline(&[touch()])[0], Reply::Error(_)));
    }
}

/// Sets `modified_at` of the store to a time that it has not had before.
pub(super) fn touch() -> Vec<Vec<u8>> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let time = format!("\"2026-11-23T01:02:03.{:06}+00:00\"", now.subsec_micros());
    let parts = ["JSON.SET", "key_value_stores:shop:metadata", "$.modified_at", &time];
    parts.map(|part| part.as_bytes().to_vec()).into()
}

pub(super) fn has(noticed: &WatchEvent, key: &str) -> bool {
    match noticed {
        WatchEvent::Page(page) => page.iter().any(|row| row.key == key.as_bytes()),
        WatchEvent::Records { set, .. } => set.iter().any(|meta| meta.key == Key::from(key)),
        _ => false,
    }
}

fn removes(noticed: &WatchEvent, key: &str) -> bool {
    matches!(noticed, WatchEvent::Records { removed, .. } if removed.contains(&Key::from(key)))
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_small_store_come_and_go() {
    let mut watched = Watched::with(100).await;
    watched.set("new", "{}");
    watched.until("a new record", |noticed| has(noticed, "new")).await;
    watched.delete("page-000042");
    watched.until("a deletion", |noticed| removes(noticed, "page-000042")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_larger_store_is_walked_round_and_round_while_it_changes() {
    let mut watched = Watched::with(12_000).await;
    watched.set("new", "{}");
    watched.until("a round", |noticed| matches!(noticed, WatchEvent::ScanStarted)).await;
    let mut seen = BTreeSet::new();
    let round =
        watched.until("its end", |noticed| matches!(noticed, WatchEvent::ScanFinished)).await;
    for noticed in &round {
        if let WatchEvent::Page(page) = noticed {
            seen.extend(page.iter().map(|row| row.key.to_vec()));
        }
    }
    assert_eq!(seen.len(), 12_001, "every record, the new one with them");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_told_as_they_move() {
    let mut watched = Watched::with(12_000).await;
    watched.set("new", "{}");
    let counted = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Store(info) if info.records == Some(12_001));
    watched.until("the new count", counted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_on_the_screen_are_looked_at_first() {
    // Nothing is walked.
    let options = Options { watch_budget: 0.0, ..options() };
    let mut watched = Watched::within(20_000, &options).await;
    let keys = vec![Key::from("page-000001"), Key::from("page-000002")];
    watched.interest.send_replace(Interest { keys, ..Interest::default() });
    watched.until("the rows at first", |noticed| has(noticed, "page-000002")).await;
    watched.set("page-000001", "longer than before");
    let told = watched.until("the changed row", |noticed| has(noticed, "page-000001")).await;
    assert!(!told.iter().any(|noticed| has(noticed, "page-000002")), "it is as it was");
    watched.delete("page-000002");
    watched.until("the deleted row", |noticed| removes(noticed, "page-000002")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_value_that_is_overwritten_by_its_like_is_told() {
    let mut watched = Watched::with(10).await;
    watched.set("page-000003", "000");
    let open = Some(Key::from("page-000003"));
    watched.interest.send_replace(Interest { open, ..Interest::default() });
    // It has been looked at once when something else has been told after.
    watched.set("page-000009", "[1]");
    watched.set("another", "{}");
    watched.until("another record", |noticed| has(noticed, "another")).await;
    let same = |noticed: &WatchEvent| {
        matches!(noticed, WatchEvent::Records { set, .. } if set.iter().any(|meta| {
            meta.key == Key::from("page-000003") && meta.size == 3
        }))
    };
    let mut turn = 0;
    let told = loop {
        // The value has the same size each time.
        turn += 1;
        watched.set("page-000003", &format!("{turn:03}"));
        let next = tokio::time::timeout(Duration::from_secs(2), watched.noticed.next()).await;
        if matches!(&next, Ok(Some(noticed)) if same(noticed)) {
            break true;
        }
        if turn > 200 {
            break false;
        }
    };
    assert!(told, "only the value is different");
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_come_and_go() {
    let mut watched = Watched::with(3).await;
    fill::stores(&mut watched.client, ["another"]);
    let came = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Store(info) if info.store == StoreName::from("another"));
    watched.until("a new store", came).await;
    let interest = Interest { stores: vec!["another".into()], ..Interest::default() };
    watched.interest.send_replace(interest);
    fill::records(&mut watched.client, "another", [("a".into(), JSON.into(), b"1".to_vec())]);
    let filled = |noticed: &WatchEvent| {
        matches!(noticed, WatchEvent::Store(info)
            if info.store == StoreName::from("another") && info.records == Some(1))
    };
    watched.until("its first record", filled).await;
    watched.redis.storage().drop_store(&"shop".into()).await.unwrap();
    let gone = |noticed: &WatchEvent| matches!(noticed, WatchEvent::StoreGone(name) if name.as_str() == Some("shop"));
    watched.until("the drop", gone).await;
    store(watched.redis.storage(), "shop").await;
    let back = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Store(info) if info.store == StoreName::from("shop"));
    watched.until("the store again", back).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_made_anew_between_two_looks_is_whole() {
    let mut watched = Watched::with(3).await;
    fill::stores(&mut watched.client, ["other"]);
    let interest = Interest { stores: vec!["other".into()], ..Interest::default() };
    watched.interest.send_replace(interest);
    let seen = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Store(info) if info.store == "other".into());
    watched.until("the other store", seen).await;
    for store in ["shop", "other"] {
        let (old, new) = (fill::id(store), fill::id(&format!("{store} anew")));
        let (metadata, quoted) =
            (format!("key_value_stores:{store}:metadata"), format!("\"{new}\""));
        let commands = [
            vec!["MULTI"],
            vec!["HDEL", "key_value_stores:id_to_name", &old],
            vec!["HSET", "key_value_stores:id_to_name", &new, store],
            vec!["HSET", "key_value_stores:name_to_id", store, &new],
            vec!["JSON.SET", &metadata, "$.id", &quoted],
            vec!["EXEC"],
        ];
        let words =
            |command: &Vec<&str>| command.iter().map(|word| word.as_bytes().to_vec()).collect();
        let commands: Vec<_> = commands.iter().map(words).collect();
        watched.client.pipeline(&commands);
        let is_new = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Store(info) if info.id.as_deref() == Some(&new));
        let told = watched.until("the new store", is_new).await;
        let Some(WatchEvent::Store(info)) = told.last() else { panic!("{told:?}") };
        assert_eq!(info.state, StoreState::Whole);
    }
}

/// Number of times that a command was run.
pub(super) fn calls(server: &Server, name: &str) -> u64 {
    let stats = String::from_utf8(server.cli(&["INFO", "commandstats"])).unwrap();
    let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{name}:calls=")));
    line.map_or(0, |line| line.split(',').next().unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_where_nothing_happens_is_not_scanned() {
    let redis = Redis::as_user(&["~*", "+@all", "-client|tracking"]).await;
    let client = redis.server.client();
    let watched = Watched::on(redis, client, 20_000).await;
    let server = &watched.redis.server;
    let (scans, keys, counts) =
        (calls(server, "hscan"), calls(server, "hkeys"), calls(server, "hlen"));
    // This many looks at the counts.
    while calls(server, "hlen") < counts + 40 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((calls(server, "hscan"), calls(server, "hkeys")), (scans, keys));
}

fn is_woken(noticed: &WatchEvent) -> bool {
    matches!(noticed, WatchEvent::Source(WatchSource::Woken { by: "tracking", .. }))
}

impl Watched {
    /// Waits until the server wakes the watcher, and nothing is asked any more.
    async fn until_asleep(&mut self) {
        self.until("the waking", is_woken).await;
        self.until_nothing_is_asked().await;
    }

    /// Waits until this watcher no longer looks, while another one, which the server does not wake, looks
    /// many times.
    pub(super) async fn until_nothing_is_asked(&self) {
        const LOOKS: usize = 12;
        let server = &self.redis.server;
        server.cli(&["ACL", "SETUSER", "clock", "on", ">tick", "~*", "+@all", "-client|tracking"]);
        let url = format!("redis://clock:tick@127.0.0.1:{}", server.port());
        let clock = connect(&url, &options()).await;
        let interest = watch::Sender::new(Interest::default());
        let mut ticking = clock.watch(Some(&"clock".into()), interest.subscribe());
        let mut monitor = server.monitor();
        let waits = async {
            let mut looks = 0;
            while looks < LOOKS {
                for line in monitor.lines().iter().filter(|line| line.contains("\"HLEN\"")) {
                    let ours = line.contains("\"key_value_stores:shop:");
                    let theirs = line.contains("\"key_value_stores:clock:");
                    looks = if ours { 0 } else { looks + usize::from(theirs) };
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let ticks = async { while ticking.next().await.is_some() {} };
        tokio::select! {
            done = tokio::time::timeout(PATIENCE, waits) => assert!(done.is_ok(), "it looks"),
            () = ticks => panic!("the other watcher ended"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_happens_nothing_is_asked() {
    let mut watched = Watched::with(200).await;
    watched.until_asleep().await;
    watched.set("new", "{}");
    watched.until("a new record", |noticed| has(noticed, "new")).await;
    watched.until_nothing_is_asked().await;
    watched.delete("new");
    watched.until("its end", |noticed| removes(noticed, "new")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_watcher_wakes_for_every_store_on_the_screen_and_for_new_ones() {
    let mut watched = Watched::with(3).await;
    fill::stores(&mut watched.client, ["other"]);
    let interest = Interest { stores: vec!["other".into()], ..Interest::default() };
    watched.interest.send_replace(interest);
    watched.until_asleep().await;
    let record = ("new".to_owned(), JSON.to_owned(), b"{}".to_vec());
    fill::records(&mut watched.client, "other", [record]);
    let counted = |noticed: &WatchEvent| {
        matches!(noticed, WatchEvent::Store(info)
            if info.store == "other".into() && info.records == Some(1))
    };
    watched.until("the other store's count", counted).await;
    watched.until_nothing_is_asked().await;
    fill::stores(&mut watched.client, ["newest"]);
    let came = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Store(info) if info.store == "newest".into());
    watched.until("a new store", came).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_watcher_looks_at_what_comes_onto_the_screen() {
    let mut watched = Watched::with(3).await;
    fill::stores(&mut watched.client, ["other"]);
    watched.until_asleep().await;
    let interest = Interest { stores: vec!["other".into()], ..Interest::default() };
    watched.interest.send_replace(interest);
    let seen = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Store(info) if info.store == "other".into());
    watched.until("the store", seen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_emptied_wakes_nobody_and_is_noticed() {
    let mut watched = Watched::with(3).await;
    watched.until_asleep().await;
    watched.redis.server.cli(&["FLUSHALL"]);
    let gone = |noticed: &WatchEvent| matches!(noticed, WatchEvent::StoreGone(store) if *store == "shop".into());
    watched.until("the end of the store", gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_woken_any_more_looks_again() {
    let mut watched = Watched::with(3).await;
    watched.until_asleep().await;
    // Nothing is remembered any more of what it has looked at.
    for line in String::from_utf8(watched.redis.server.cli(&["CLIENT", "LIST"])).unwrap().lines() {
        let field = |name: &str| line.split(' ').find_map(|word| word.strip_prefix(name));
        if field("cmd=") == Some("exists") {
            watched.redis.server.cli(&["CLIENT", "KILL", "ID", field("id=").unwrap()]);
        }
    }
    let polls =
        |noticed: &WatchEvent| matches!(noticed, WatchEvent::Source(WatchSource::Polling { .. }));
    watched.until("polling", polls).await;
    watched.set("new", "{}");
    watched.until("a new record", |noticed| has(noticed, "new")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_connection_everything_may_have_been_missed() {
    let mut watched = Watched::with(3).await;
    watched.redis.server.restart();
    watched.until("the loss", |noticed| matches!(noticed, WatchEvent::Lagged)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_look_is_told_why() {
    let redis = Redis::as_user(&["~*", "+@all", "-hlen"]).await;
    let url = format!("redis://user:secret@127.0.0.1:{}", redis.server.port());
    let storage = connect(&url, &options()).await;
    let interest = watch::Sender::new(Interest::default());
    let mut noticed = storage.watch(None, interest.subscribe());
    let first = tokio::time::timeout(PATIENCE, noticed.next()).await.unwrap();
    assert!(matches!(first, Some(WatchEvent::Source(WatchSource::None { .. }))), "{first:?}");
}
