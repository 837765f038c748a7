//! What a watcher makes of what a server tells by itself: key events, and sub-key notifications.
//!
//! Key events are the server's own. Servers with sub-key notifications (Redis 8.8) are too new to be
//! had everywhere, so here the test publishes their messages beside each write and in one step
//! with it, as such a server does: on the channels and in the form that its documentation gives.

use std::sync::Arc;
use std::time::Duration;

use larder::model::{ConnectionState, Key, WatchEvent, WatchSource};
use larder::storage::Storage;

use super::watching::{Watched, calls, has, touch};
use super::{Redis, connect, options};
use crate::fill;
use crate::proxy::{Proxy, Wire};
use crate::server::{Client, Reply, Server};

/// Keys that look like parts of a message, and one that is not even text.
const HOSTILE: [&[u8]; 7] =
    [b"", b"4:page", b"a,1:b", b"hset|3:x|y", b"|", b"line\nend\r\n", b"\xff\x00,:"];

const ITEMS: &str = "key_value_stores:shop:items";
const METADATA_ITEMS: &str = "key_value_stores:shop:metadata_items";

/// A watched store of 200 records on a server with these arguments, which wakes nobody: so that
/// the looks go on, and only what is heard comes before them.
async fn on_server(args: &[&str]) -> Watched {
    let server = Server::start_with(args);
    let storage = connect(&unwoken(&server), &options()).await;
    let client = server.client();
    Watched::on(Redis { storage, server }, client, 200).await
}

/// The server's address for a user who may have nothing tracked.
fn unwoken(server: &Server) -> String {
    let rights = ["~*", "&*", "+@all", "-client|tracking"];
    server.cli(&[&["ACL", "SETUSER", "user", "on", ">secret"], &rights[..]].concat());
    format!("redis://user:secret@127.0.0.1:{}", server.port())
}

fn polls(noticed: &WatchEvent) -> bool {
    matches!(noticed, WatchEvent::Source(WatchSource::Polling { .. }))
}

fn is_woken(noticed: &WatchEvent) -> bool {
    matches!(noticed, WatchEvent::Source(WatchSource::Woken { by: "key events", .. }))
}

fn is_woken_by_tracking(noticed: &WatchEvent) -> bool {
    matches!(noticed, WatchEvent::Source(WatchSource::Woken { by: "tracking", .. }))
}

fn has_sub_keys(noticed: &WatchEvent) -> bool {
    matches!(noticed, WatchEvent::Source(WatchSource::SubKeys))
}

fn sets(noticed: &WatchEvent, key: &[u8]) -> bool {
    matches!(noticed, WatchEvent::Records { set, .. }
        if set.iter().any(|meta| meta.key.as_bytes() == key))
}

fn command<const N: usize>(parts: [&[u8]; N]) -> Vec<Vec<u8>> {
    parts.map(<[u8]>::to_vec).into()
}

/// The message about these fields of a hash, as the server writes it.
fn message(hash: &str, event: &str, keys: &[&[u8]]) -> Vec<Vec<u8>> {
    let channel = format!("__subkeyspace@0__:{hash}");
    let mut text = format!("{event}|").into_bytes();
    for (at, key) in keys.iter().enumerate() {
        text.extend_from_slice(if at > 0 { b"," } else { b"" });
        text.extend_from_slice(format!("{}:", key.len()).as_bytes());
        text.extend_from_slice(key);
    }
    command([b"PUBLISH", channel.as_bytes(), &text])
}

fn in_one_step(client: &mut Client, commands: impl IntoIterator<Item = Vec<Vec<u8>>>) {
    let mut all = vec![command([b"MULTI"])];
    all.extend(commands);
    all.push(command([b"EXEC"]));
    let last = client.pipeline(&all).pop().unwrap();
    assert!(matches!(last, Reply::Array(_)), "{last:?}");
}

/// Sets a record as Crawlee does, on a server that names it.
fn set_named(client: &mut Client, key: &[u8], value: &[u8]) {
    let size = value.len();
    let metadata = format!("{{\"key\":\"\",\"content_type\":\"text/plain\",\"size\":{size}}}");
    let commands = [
        command([b"HSET", ITEMS.as_bytes(), key, value]),
        message(ITEMS, "hset", &[key]),
        command([b"HSET", METADATA_ITEMS.as_bytes(), key, metadata.as_bytes()]),
        message(METADATA_ITEMS, "hset", &[key]),
        touch(),
    ];
    in_one_step(client, commands);
}

fn delete_named(client: &mut Client, key: &[u8]) {
    let hashes = [ITEMS, METADATA_ITEMS];
    let commands = hashes
        .iter()
        .flat_map(|hash| [command([b"HDEL", hash.as_bytes(), key]), message(hash, "hdel", &[key])]);
    in_one_step(client, commands.chain([touch()]));
}

impl Watched {
    /// Writes until the server's messages are believed, then waits for the round that follows.
    async fn until_named(&mut self) {
        self.until_listening().await;
        set_named(&mut self.client, b"first", b"1");
        self.until("the sub-keys", has_sub_keys).await;
        self.until("a round", |noticed| matches!(noticed, WatchEvent::ScanFinished)).await;
        self.until_looked_at().await;
    }

    /// Waits until the counts have been looked at a few more times: later changes are then told apart from
    /// earlier ones.
    async fn until_looked_at(&mut self) {
        let looks = calls(&self.redis.server, "hlen");
        while calls(&self.redis.server, "hlen") < looks + 24 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the server has somebody who listens.
    async fn until_listening(&mut self) {
        self.until_listeners(&format!("__subkeyspace@0__:{ITEMS}"), 1).await;
    }

    async fn until_nobody_listens(&mut self) {
        self.until_listeners(&format!("__subkeyspace@0__:{ITEMS}"), 0).await;
    }

    async fn until_listeners(&mut self, channel: &str, wanted: i64) {
        let listeners = |client: &mut Client| {
            let counted = client.call(&[b"PUBSUB", b"NUMSUB", channel.as_bytes()]);
            counted.items().pop().unwrap().int()
        };
        while listeners(&mut self.client) != wanted {
            // Whatever is noticed meanwhile is not waited for.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn key_events_wake_the_watcher() {
    let mut watched = on_server(&["--notify-keyspace-events", "Kh"]).await;
    watched.until_listening().await;
    watched.set("new", "{}");
    watched.until("the key events", is_woken).await;
    watched.set("newer", "{}");
    watched.until("a new record", |noticed| has(noticed, "newer")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn key_events_of_any_database_are_heard() {
    let server = Server::start_with(&["--notify-keyspace-events", "Kh"]);
    let storage = connect(&format!("{}/3", unwoken(&server)), &options()).await;
    let mut client = server.client();
    client.call(&[b"SELECT", b"3"]);
    let mut watched = Watched::on(Redis { storage, server }, client, 10).await;
    let channel = format!("__keyspace@3__:{METADATA_ITEMS}");
    watched.until_listeners(&channel, 1).await;
    watched.set("new", "{}");
    watched.until("the key events", is_woken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn key_events_that_stop_are_not_waited_for() {
    let mut watched = on_server(&["--notify-keyspace-events", "Kh"]).await;
    watched.until_listening().await;
    watched.set("new", "{}");
    watched.until("the key events", is_woken).await;
    watched.until_looked_at().await;
    // By whoever runs the server.
    watched.redis.server.cli(&["CONFIG", "SET", "notify-keyspace-events", ""]);
    watched.set("silent", "{}");
    watched.until("polling", polls).await;
    watched.set("silent too", "{}");
    watched.until("a new record", |noticed| has(noticed, "silent too")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_more_comes_than_looking_costs_nothing_is_heard_until_it_is_quiet() {
    let mut watched = on_server(&["--notify-keyspace-events", "Kh"]).await;
    watched.until_listening().await;
    watched.set("new", "{}");
    watched.until("the key events", is_woken).await;
    let many = (0..1000).map(|n| (format!("many-{n}"), "text/plain".to_owned(), b"1".to_vec()));
    fill::records(&mut watched.client, "shop", many);
    watched.touch();
    watched.until("polling", polls).await;
    watched.until_nobody_listens().await;
    watched.until_listening().await;
    watched.set("quiet", "{}");
    watched.until("the key events again", is_woken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_the_server_names_are_told() {
    let mut watched = on_server(&[]).await;
    watched.until_named().await;
    for key in HOSTILE {
        set_named(&mut watched.client, key, b"a value");
        let told = watched.until("a hostile key", |noticed| sets(noticed, key)).await;
        assert!(!told.iter().any(polls), "{told:?}");
    }
    for key in HOSTILE {
        delete_named(&mut watched.client, key);
        let gone = |noticed: &WatchEvent| matches!(noticed, WatchEvent::Records { removed, .. } if removed.contains(&Key::from(key)));
        watched.until("its end", gone).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_named_to_one_who_is_woken_too() {
    let server = Server::start();
    let storage = connect(&server.url(), &options()).await;
    let client = server.client();
    let mut watched = Watched::on(Redis { storage, server }, client, 200).await;
    watched.until_listening().await;
    set_named(&mut watched.client, b"first", b"1");
    watched.until("the sub-keys", has_sub_keys).await;
    watched.until("a round", |noticed| matches!(noticed, WatchEvent::ScanFinished)).await;
    set_named(&mut watched.client, b"second", b"1");
    watched.until("its name", |noticed| sets(noticed, b"second")).await;
    watched.until_nothing_is_asked().await;
    watched.set("silent", "{}");
    watched.until("waking alone", is_woken_by_tracking).await;
    watched.until("the record", |noticed| has(noticed, "silent")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_may_name_many_records() {
    let mut watched = on_server(&[]).await;
    watched.until_named().await;
    let metadata: &[u8] = br#"{"key":"","content_type":"text/plain","size":1}"#;
    let mut set = command([b"HSET", METADATA_ITEMS.as_bytes()]);
    set.extend(HOSTILE.iter().flat_map(|key| [key.to_vec(), metadata.to_vec()]));
    let commands = [set, message(METADATA_ITEMS, "hset", &HOSTILE), touch()];
    in_one_step(&mut watched.client, commands);
    let all = |noticed: &WatchEvent| HOSTILE.iter().all(|key| sets(noticed, key));
    watched.until("all of them at once", all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_records_are_named_nothing_is_scanned() {
    let mut watched = on_server(&[]).await;
    watched.until_named().await;
    let server = &watched.redis.server;
    let before = (calls(server, "hscan"), calls(server, "hkeys"));
    for n in 0..60 {
        let key = format!("page-{n:06}");
        set_named(&mut watched.client, key.as_bytes(), b"changed");
        watched.until("the changed record", |noticed| sets(noticed, key.as_bytes())).await;
    }
    let server = &watched.redis.server;
    assert_eq!((calls(server, "hscan"), calls(server, "hkeys")), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_changes_without_its_metadata_is_told() {
    let mut watched = on_server(&[]).await;
    watched.until_named().await;
    let commands = [
        command([b"HSET", ITEMS.as_bytes(), b"page-000007", b"2"]),
        message(ITEMS, "hset", &[b"page-000007"]),
    ];
    in_one_step(&mut watched.client, commands);
    watched.until("the record", |noticed| sets(noticed, b"page-000007")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_names_nothing_and_is_noticed() {
    let mut watched = on_server(&[]).await;
    watched.until_named().await;
    let purge = command([b"DEL", ITEMS.as_bytes(), METADATA_ITEMS.as_bytes()]);
    in_one_step(&mut watched.client, [purge, touch()]);
    watched.until("the purge", |noticed| matches!(noticed, WatchEvent::Lagged)).await;
    set_named(&mut watched.client, b"after", b"1");
    let told = watched.until("a new record", |noticed| sets(noticed, b"after")).await;
    assert!(!told.iter().any(polls), "the server told all that it tells");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_named_ends_the_trust_and_is_found_by_looking() {
    let mut watched = on_server(&[]).await;
    watched.until_named().await;
    watched.set("silent", "{}");
    watched.until("polling", polls).await;
    watched.until("the record", |noticed| has(noticed, "silent")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_another_form_prove_nothing() {
    let mut watched = on_server(&[]).await;
    watched.until_listening().await;
    for text in ["", "hset", "hset|", "hset|9:new", "hset|3:new,", "hset|03:new", "3:new|hset"] {
        let channel = format!("__subkeyspace@0__:{METADATA_ITEMS}");
        watched.client.call(&[b"PUBLISH", channel.as_bytes(), text.as_bytes()]);
    }
    watched.set("new", "{}");
    let told = watched.until("a new record", |noticed| has(noticed, "new")).await;
    assert!(!told.iter().any(has_sub_keys), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_listen_polls() {
    let rights = ["~*", "+@all", "-client|tracking", "resetchannels"];
    let redis = Redis::as_user(&rights).await;
    redis.server.cli(&["CONFIG", "SET", "notify-keyspace-events", "Kh"]);
    let client = redis.server.client();
    let mut watched = Watched::on(redis, client, 10).await;
    set_named(&mut watched.client, b"new", b"1");
    let told = watched.until("a new record", |noticed| has(noticed, "new")).await;
    assert!(!told.iter().any(|noticed| has_sub_keys(noticed) || is_woken(noticed)), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_is_cut_off_listens_again() {
    let mut watched = on_server(&[]).await;
    watched.until_named().await;
    assert_eq!(watched.client.call(&[b"CLIENT", b"KILL", b"TYPE", b"pubsub"]), Reply::Int(1));
    // Nobody hears of it.
    set_named(&mut watched.client, b"meanwhile", b"1");
    watched.until("polling", polls).await;
    watched.until("the record", |noticed| has(noticed, "meanwhile")).await;
    watched.until_listening().await;
    set_named(&mut watched.client, b"again", b"1");
    watched.until("the sub-keys again", has_sub_keys).await;
    watched.until("a round", |noticed| matches!(noticed, WatchEvent::ScanFinished)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_listened_to_again() {
    let server = Server::start();
    let proxy = Proxy::start(server.port()).await;
    let url = proxy.url().replace("//", "//user:secret@");
    unwoken(&server);
    let storage: Arc<dyn Storage> = connect(&url, &options()).await;
    let client = server.client();
    let mut watched = Watched::on(Redis { storage, server }, client, 10).await;
    watched.until_named().await;
    proxy.set(Wire::Cut);
    let mut connection = watched.redis.storage.session().state;
    connection.wait_for(|connection| *connection != ConnectionState::Up).await.unwrap();
    watched.until_nobody_listens().await;
    set_named(&mut watched.client, b"meanwhile", b"1");
    proxy.set(Wire::Open);
    watched.until("the loss", |noticed| matches!(noticed, WatchEvent::Lagged)).await;
    watched.until_listening().await;
    set_named(&mut watched.client, b"again", b"1");
    watched.until("the sub-keys again", has_sub_keys).await;
}
