//! Actions that a user has no right to are refused with a sentence; the rest works.

use futures::{StreamExt, TryStreamExt};
use larder::model::{
    Budget, Change, Commit, ErrorKind, Expect, Interest, Key, OpenBy, Reading, StoreName,
    StoreState, Value, WatchEvent, Write, WriteId,
};
use larder::storage::Options;

use super::{Redis, connect};
use crate::contract::{put, scan, set, store, value};
use crate::fill;
use crate::server::Server;
use crate::short::Short as _;

/// Every kind of write.
fn writes(store: &StoreName) -> [Write; 5] {
    let key = Key::from("key");
    [
        Write::Create(OpenBy::Name("new".into())),
        Write::Set(set(store, &key, Value::Text("x".into()), None)),
        Write::Delete { store: store.clone(), keys: vec![key] },
        Write::Purge(store.clone()),
        Write::Drop(store.clone()),
    ]
}

#[tokio::test]
async fn read_only_refuses_every_write_before_anything_is_sent() {
    let options = Options { read_only: true, touch: true, ..Options::default() };
    let redis = Redis::with(&options).await;
    fill::stores(&mut redis.server.client(), ["shop"]);
    let shop = StoreName::from("shop");
    assert!(redis.storage().server().await.unwrap().read_only);
    let mut monitor = redis.server.monitor();
    for write in writes(&shop) {
        let error = redis.storage().write(&write).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::ReadOnly, "{write:?}");
        let lines = monitor.lines();
        let only_looks = lines.iter().all(|line| line.contains("\"JSON.GET\""));
        assert!(only_looks && lines.len() <= 1, "{write:?}: {lines:?}");
    }
    let commit = Commit {
        id: WriteId(1),
        key: Key::from("key"),
        expect: Expect::Anything,
        change: Change::Remove,
    };
    let error = redis.storage().commit(&shop, &[commit]).await.unwrap_err();
    assert_eq!((error.kind, monitor.lines().len()), (ErrorKind::ReadOnly, 0));
    // Opening what is there is a read, and even --touch writes nothing.
    let opened = redis.storage().open(&OpenBy::Name("shop".into())).await.unwrap();
    assert!(!opened.created);
    redis.storage().get_value(&shop, &Key::from("key")).await.unwrap();
    // So is the reading of many values.
    let record = ("key".to_owned(), "text/plain".to_owned(), b"text".to_vec());
    fill::records(&mut redis.server.client(), "shop", [record]);
    let values = redis.storage().scan_values(&shop, vec![Key::from("key")], Budget::default());
    let values: Vec<_> = values.try_collect().await.unwrap();
    let Some(Some(Reading::Whole(read))) = values.first() else { panic!("{values:?}") };
    assert_eq!(read.value, "text");
    assert!(!monitor.lines().iter().any(|line| line.contains("JSON.SET")));
}

#[tokio::test]
async fn a_replica_is_read_and_never_written() {
    let primary = Server::start();
    let writer = connect(&primary.url(), &Options::default()).await;
    let shop = store(&*writer, "shop").await;
    put(&*writer, &shop, "key", "text").await;
    let replica = Server::start_with(&["--replicaof", &format!("127.0.0.1 {}", primary.port())]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while replica.cli(&["DBSIZE"]) != primary.cli(&["DBSIZE"]) {
        assert!(std::time::Instant::now() < deadline, "the replica did not catch up");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let reader = connect(&replica.url(), &Options::default()).await;
    let server = reader.server().await.unwrap();
    assert!(server.replica && server.read_only);
    assert_eq!(value(&*reader, &shop, &Key::from("key")).await, "text");
    assert_eq!(reader.all_stores().await.unwrap().len(), 1);
    for write in writes(&shop) {
        let error = reader.write(&write).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::ReadOnly, "{write:?}");
        assert!(error.problem.contains("replica"), "{error}");
    }
    // Made the primary, it is written to without connecting anew.
    replica.cli(&["REPLICAOF", "NO", "ONE"]);
    put(&*reader, &shop, "key", "new").await;
    assert_eq!(value(&*reader, &shop, &Key::from("key")).await, "new");
}

#[tokio::test]
async fn a_minimal_access_list_is_enough() {
    let redis = Redis::as_user(&[
        "~key_value_stores:*",
        "-@all",
        "+json.get",
        "+json.set",
        "+hget",
        "+hset",
        "+hsetnx",
        "+hdel",
        "+hexists",
        "+hscan",
        "+hlen",
        "+hstrlen",
        "+unlink",
        "+lpush",
        "+multi",
        "+exec",
    ])
    .await;
    let storage = redis.storage();
    let shop = store(storage, "shop").await;
    put(storage, &shop, "key", "text").await;
    let key = Key::from("key");
    assert_eq!(value(storage, &shop, &key).await, "text");
    assert_eq!(scan(storage, &shop).await.len(), 1);
    assert_eq!(storage.all_stores().await.unwrap().len(), 1);
    storage.server().await.unwrap().latency.unwrap();
    let edit = larder::model::SetValue {
        expected: larder::model::Expect::Absent,
        ..set(&shop, &key, Value::None, None)
    };
    assert_eq!(storage.set_value(&edit).await.unwrap_err().kind, ErrorKind::Conflict);
    assert_eq!(storage.delete_value(&shop, &[key]).await.unwrap().records, 1);
    storage.purge(&shop).await.unwrap();

    let lost = storage.find_lost_stores().try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(lost.kind, ErrorKind::Permission);
    assert!(lost.problem.contains("SCAN"), "{lost}");
    let server = storage.server().await.unwrap();
    assert!(!server.read_only && !server.notes.is_empty(), "{server:?}");

    storage.drop_store(&shop).await.unwrap();
    assert_eq!(redis.server.cli(&["DBSIZE"]), b"0");
}

#[tokio::test]
async fn a_user_who_may_only_read_reads() {
    let redis = Redis::as_user(&[
        "~key_value_stores:*",
        "-@all",
        "+json.get",
        "+hget",
        "+hexists",
        "+hscan",
        "+hlen",
        "+hstrlen",
    ])
    .await;
    fill::stores(&mut redis.server.client(), ["shop"]);
    let record = ("key".to_owned(), "text/plain".to_owned(), b"text".to_vec());
    fill::records(&mut redis.server.client(), "shop", [record]);
    let shop = StoreName::from("shop");
    assert_eq!(value(redis.storage(), &shop, &Key::from("key")).await, "text");
    assert_eq!(scan(redis.storage(), &shop).await.len(), 1);
    for write in writes(&shop) {
        let error = redis.storage().write(&write).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permission, "{write:?}: {error}");
    }
    assert_eq!(value(redis.storage(), &shop, &Key::from("key")).await, "text");
}

#[tokio::test]
async fn a_script_that_is_refused_within_leaves_nothing_in_part() {
    // EVAL is allowed, what the scripts do is not.
    let redis = Redis::as_user(&["~*", "+@all", "-json.set", "-unlink"]).await;
    fill::stores(&mut redis.server.client(), ["shop"]);
    let shop = StoreName::from("shop");
    for write in writes(&shop) {
        let error = redis.storage().write(&write).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permission, "{write:?}: {error}");
    }
    assert_eq!(redis.server.cli(&["HLEN", "key_value_stores:shop:items"]), b"0");
    assert_eq!(redis.server.cli(&["DBSIZE"]), b"4");
    let stores = redis.storage().all_stores().await.unwrap();
    assert_eq!((stores.len(), &stores[0].state), (1, &StoreState::Whole));
}

#[tokio::test]
async fn a_cluster_is_read_and_never_written() {
    let server = Server::start_with(&["--cluster-enabled", "yes"]);
    server.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !server.cli(&["CLUSTER", "INFO"]).starts_with(b"cluster_state:ok") {
        assert!(std::time::Instant::now() < deadline, "the cluster did not come up");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    fill::stores(&mut server.client(), ["shop"]);
    let large = ("large".to_owned(), "text/plain".to_owned(), vec![b'x'; 5 << 20]);
    let record = ("key".to_owned(), "text/html".to_owned(), b"text".to_vec());
    fill::records(&mut server.client(), "shop", [record, large]);
    let url = format!("redis-cluster://127.0.0.1:{}", server.port());
    let storage = connect(&url, &Options::default()).await;
    let shop = StoreName::from("shop");
    assert!(storage.server().await.unwrap().cluster);
    assert_eq!(storage.all_stores().await.unwrap()[0].records, Some(2));
    assert_eq!(scan(&*storage, &shop).await.len(), 2);
    assert_eq!(value(&*storage, &shop, &Key::from("key")).await, "text");
    assert_eq!(value(&*storage, &shop, &Key::from("large")).await.len(), 5 << 20);
    for write in writes(&shop) {
        let error = storage.write(&write).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Cluster, "{write:?}: {error}");
    }
}

/// A user of some stores: without the indexes, which name all.
const SHOPS: [&str; 3] = ["~key_value_stores:shop*", "&*", "+@all"];

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_the_indexes_uses_stores_by_name() {
    let without_scripts = [&SHOPS[..], &["-eval", "-evalsha", "-eval_ro", "-evalsha_ro"]].concat();
    for rights in [&SHOPS[..], &without_scripts] {
        let redis = Redis::as_user(rights).await;
        fill::stores(&mut redis.server.client(), ["shop-1", "other"]);
        let storage = redis.storage();
        assert!(storage.server().await.unwrap().notes.is_empty());
        let list = storage.all_stores().await.unwrap_err();
        assert_eq!(list.kind, ErrorKind::Permission);
        assert!(list.problem.contains("may not list stores"), "{list}");

        let opened = storage.open(&OpenBy::Name("shop-1".into())).await.unwrap();
        assert!(!opened.created);
        assert_eq!(opened.info.state, StoreState::Whole);
        let shop = opened.info.store;
        let interest = tokio::sync::watch::Sender::new(Interest::default());
        let mut noticed = storage.watch(Some(&shop), interest.subscribe());
        put(storage, &shop, "key", "text").await;
        assert_eq!(value(storage, &shop, &Key::from("key")).await, "text");
        assert_eq!(scan(storage, &shop).await.len(), 1);
        assert_eq!(storage.get_metadata(&shop).await.unwrap().records, Some(1));
        let records = |noticed: &WatchEvent| {
            matches!(noticed, WatchEvent::Store(info) if info.records == Some(1)
                && info.state == StoreState::Whole)
        };
        let seen = async { while !records(&noticed.next().await.unwrap()) {} };
        tokio::time::timeout(std::time::Duration::from_secs(30), seen).await.unwrap();
        assert_eq!(storage.delete_value(&shop, &[Key::from("key")]).await.unwrap().records, 1);
        assert_eq!(storage.purge(&shop).await.unwrap().records, 0);

        // What needs the indexes is refused, and so is every other store.
        for (write, why) in [
            (Write::Create(OpenBy::Name("shop-2".into())), "the store shop-2 cannot be made"),
            (Write::Create(OpenBy::Name("other".into())), "may not use"),
            (Write::Drop(shop.clone()), "may not unlist the store"),
            (Write::Purge("other".into()), "may not use"),
        ] {
            let error = storage.write(&write).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Permission, "{write:?}: {error}");
            assert!(error.problem.contains(why), "{write:?}: {error}");
        }
        for missing in [storage.purge(&"shop-2".into()).await, {
            let key = Key::from("key");
            storage.set_value(&set(&"shop-2".into(), &key, Value::None, None)).await
        }] {
            assert_eq!(missing.unwrap_err().kind, ErrorKind::NotFound);
        }
        assert_eq!(redis.server.cli(&["DBSIZE"]), b"6");
    }
}

#[tokio::test]
async fn a_command_that_is_switched_off_is_named_before_anything_changes() {
    let server = Server::start_with(&["--rename-command", "UNLINK", "gone"]);
    let storage = connect(&server.url(), &Options::default()).await;
    let shop = store(&*storage, "shop").await;
    put(&*storage, &shop, "one", "value").await;
    for why in
        [storage.purge(&shop).await.unwrap_err(), storage.drop_store(&shop).await.unwrap_err()]
    {
        assert_eq!(why.kind, ErrorKind::NotSupported, "{why}");
        assert!(why.problem.contains("UNLINK") && why.remedy().contains("rename-command"), "{why}");
    }
    assert_eq!(scan(&*storage, &shop).await.len(), 1);
}
