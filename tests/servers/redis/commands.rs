//! What is sent to the server, as its MONITOR sees it.

use std::collections::BTreeSet;

use futures::{StreamExt as _, TryStreamExt as _};
use larder::model::{Budget, Key, OpenBy, Order, Scan, StoreName, Value, Write};
use larder::ops::{self, OldValues, Operation};
use larder::storage::Options;

use super::Redis;
use crate::contract::{put, records, scan, set, store, stores};
use crate::server::Monitor;
use crate::short::Short as _;

/// The commands that came since the last look, without those of the tests' own client.
fn seen(monitor: &mut Monitor) -> Vec<String> {
    monitor.lines()
}

/// The name of the command in a line of MONITOR.
fn name(line: &str) -> &str {
    line.split("] \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or(line)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_could_stop_the_server_is_ever_sent() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        let mut monitor = redis.server.monitor();
        let storage = redis.storage();
        records::every_key_comes_back_as_it_was_set(storage).await;
        records::hostile_keys_are_deleted_one_by_one(storage).await;
        storage.drop_store(&StoreName::from("shop")).await.unwrap();
        stores::stores_are_listed_by_the_bytes_of_their_names(storage).await;
        storage.find_lost_stores().try_collect::<Vec<_>>().await.unwrap();
        let all = StoreName::from("a");
        storage.iterate_keys(&all, b"", None, Some(3)).try_collect::<Vec<_>>().await.unwrap();
        storage.resolve(&Write::Purge(all.clone())).await.unwrap();
        storage.purge(&all).await.unwrap();
        storage.drop_store(&all).await.unwrap();
        storage.server().await.unwrap();

        let lines = seen(&mut monitor);
        let names: BTreeSet<_> = lines.iter().map(|line| name(line).to_uppercase()).collect();
        for never in ["HGETALL", "KEYS", "DEL", "HKEYS", "HVALS", "FLUSHDB", "SORT", "MONITOR"] {
            assert!(!names.contains(never), "{never} was sent");
        }
        for used in ["HSCAN", "SCAN", "UNLINK", "HSET", "JSON.SET"] {
            assert!(names.contains(used), "{used} was not seen: {names:?}");
        }
        // The one pattern is a fixed one; no store's name, no key becomes part of a pattern.
        let patterns: Vec<_> = lines.iter().filter(|line| line.contains("\"MATCH\"")).collect();
        assert!(!patterns.is_empty());
        assert!(patterns.iter().all(|line| line.contains("\"MATCH\" \"key_value_stores:*\"")));
    }
}

#[tokio::test]
async fn a_record_over_the_limit_is_not_asked_for() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    put(redis.storage(), &shop, "key", "0123456789").await;
    let mut monitor = redis.server.monitor();
    redis.storage().read_up_to(&shop, &Key::from("key"), 9).await.unwrap();
    scan(redis.storage(), &shop).await;
    redis.storage().all_stores().await.unwrap();
    let lines = seen(&mut monitor);
    assert!(lines.iter().any(|line| name(line) == "HSTRLEN"));
    let fetched = |line: &&String| line.contains("\"HGET\" \"key_value_stores:shop:items\"");
    assert_eq!(lines.iter().find(fetched), None);
}

#[tokio::test]
async fn a_write_is_one_script_after_a_look_that_changes_nothing() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let key = Key::from("key");
    let mut monitor = redis.server.monitor();
    for write in [
        Write::Set(set(&shop, &key, Value::Text("x".into()), None)),
        Write::Delete { store: shop.clone(), keys: vec![key.clone(), Key::from("other")] },
        Write::Purge(shop.clone()),
    ] {
        redis.storage().write(&write).await.unwrap();
        let lines = seen(&mut monitor);
        let mut sent: Vec<_> = lines.iter().filter(|line| !line.contains(" lua] ")).collect();
        // What is there before is looked at, so that a lost answer can be told.
        assert_eq!(sent.pop().map(|line| name(line)), Some("EVAL"), "{lines:?}");
        for line in sent {
            // The server itself refuses a change in a script that only reads.
            let read = [
                "HGET",
                "HSTRLEN",
                "HEXISTS",
                "HLEN",
                "JSON.GET",
                "MEMORY",
                "PEXPIRETIME",
                "EVAL_RO",
            ];
            assert!(read.contains(&name(line)), "{line}");
        }
    }
}

#[tokio::test]
async fn reads_touch_accessed_at_only_when_asked_to() {
    let touching = Redis::with(&Options { touch: true, ..Options::default() }).await;
    for (redis, touches) in [(Redis::new().await, 0), (touching, 1)] {
        let storage = redis.storage();
        let shop = store(storage, "shop").await;
        put(storage, &shop, "key", "text").await;
        let key = Key::from("key");
        let mut monitor = redis.server.monitor();
        let mut count = |doing: &str| {
            let lines = seen(&mut monitor);
            let touch: Vec<_> = lines.iter().filter(|line| name(line) == "JSON.SET").collect();
            assert_eq!(touch.len(), touches, "{doing}: {lines:?}");
            for line in touch {
                let exactly = "\"key_value_stores:shop:metadata\" \"$.accessed_at\" \"\\\"20";
                assert!(line.contains(exactly) && line.ends_with("+00:00\\\"\" \"XX\""), "{line}");
            }
        };
        storage.open(&OpenBy::Name("shop".into())).await.unwrap();
        count("open");
        storage.get_metadata(&shop).await.unwrap();
        count("get_metadata");
        storage.get_value(&shop, &key).await.unwrap();
        count("get_value");
        storage.read_up_to(&shop, &key, 0).await.unwrap();
        count("read");
        storage.record_exists(&shop, &key).await.unwrap();
        count("record_exists");
        storage.iterate_keys(&shop, b"", None, None).try_collect::<Vec<_>>().await.unwrap();
        count("iterate_keys");
    }
}

#[tokio::test]
async fn many_values_are_read_in_few_round_trips() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    for at in 0..120 {
        put(redis.storage(), &shop, &format!("k{at}"), "value").await;
    }
    let keys: Vec<_> = scan(redis.storage(), &shop).await.into_iter().map(|it| it.key).collect();
    let mut monitor = redis.server.monitor();
    let delete = Operation::Delete { store: shop.clone(), keys: keys.clone() };
    let plan = ops::plan(redis.storage(), &delete).await.unwrap().undoable(true);
    let planned = seen(&mut monitor);
    ops::perform_kept(redis.storage(), &plan, &OldValues::in_memory()).await.unwrap();
    let kept = seen(&mut monitor);
    // Three pages at most: a plan needs no values, and their metadata stands around the sizes.
    for (lines, most) in [(planned, 6), (kept, 9)] {
        let sent: Vec<_> = lines.iter().filter(|line| !line.contains(" lua] ")).collect();
        let count = |wanted: &str| sent.iter().filter(|line| name(line) == wanted).count();
        // Of each record its size alone is a command of its own.
        assert_eq!((count("HSTRLEN"), count("HGET")), (120, 0), "{sent:?}");
        assert!(count("HMGET") <= most, "{} of {most}", count("HMGET"));
    }

    let mut values = redis.storage().scan_values(&shop, keys, Budget { bytes: 10, records: 10 });
    values.next().await;
    drop(values);
    let lines = seen(&mut monitor);
    let sizes = lines.iter().filter(|line| name(line) == "HSTRLEN").count();
    assert_eq!(sizes, 10, "one page was read, and no more of them");
}

#[tokio::test]
async fn public_urls_are_not_supported() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let error = redis.storage().get_public_url(&shop, &Key::from("key")).await.unwrap_err();
    assert_eq!(error.kind, larder::model::ErrorKind::NotSupported);
}

#[tokio::test]
async fn what_a_store_holds_costs_one_small_command() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let mut client = redis.server.client();
    let all = (0..5000).map(|at| (format!("key-{at}"), "text/plain".to_owned(), b"x".to_vec()));
    crate::fill::records(&mut client, "shop", all);
    let first = || Scan { order: Order::First(60), ..Scan::default() };
    // Its connection is made with the first one.
    let _: Vec<_> = redis.storage().scan(&shop, first()).try_collect().await.unwrap();
    let mut monitor = redis.server.monitor();
    let pages: Vec<_> = redis.storage().scan(&shop, first()).try_collect().await.unwrap();
    assert_eq!(pages.len(), 1);
    assert!((1..=200).contains(&pages[0].len()), "{} keys", pages[0].len());
    assert!(pages[0].progress > 0.0 && pages[0].progress < 1.0);
    let lines = seen(&mut monitor);
    let sent: Vec<_> = lines.iter().map(|line| name(line)).collect();
    assert_eq!(sent, ["HSCAN"], "{lines:?}");
    assert!(lines[0].contains("metadata_items\" \"0\" \"COUNT\" \"60\""), "{lines:?}");
}
