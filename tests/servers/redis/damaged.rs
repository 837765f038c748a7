//! What is broken on a server is told, does not hide the rest, and can be put in order.

use std::time::Duration;

use futures::TryStreamExt;
use larder::model::{
    ErrorKind, Key, OpenBy, Reading, Record, RecordState, StoreInfo, StoreName, StoreState, Value,
    Want, Write,
};
use larder::ops::{Plan, PlannedRecord, perform};
use larder::storage::{Options, Storage};

use super::{Redis, connect};
use crate::contract::{put, scan, set, store};
use crate::fill;
use crate::server::Server;
use crate::short::Short as _;

async fn lost(storage: &dyn Storage) -> Vec<StoreInfo> {
    let steps: Vec<_> = storage.find_lost_stores().try_collect().await.unwrap();
    steps.into_iter().flat_map(|(_, found)| found).collect()
}

async fn listed(storage: &dyn Storage, name: &str) -> StoreInfo {
    let stores = storage.all_stores().await.unwrap();
    stores.into_iter().find(|info| info.store == StoreName::from(name)).unwrap()
}

/// The records of a store can be read, deleted, purged, and the store dropped.
async fn is_put_in_order(storage: &dyn Storage, store: &StoreName) {
    let pages: Vec<_> = storage.iterate_keys(store, b"", None, None).try_collect().await.unwrap();
    assert_eq!(pages.iter().map(larder::model::KeyPage::len).sum::<usize>(), 2);
    let record = storage.get_value(store, &Key::from("one")).await.unwrap().unwrap();
    assert_eq!((&record.value[..], record.meta.state), (&b"1"[..], RecordState::Whole));
    assert_eq!(storage.delete_value(store, &[Key::from("one")]).await.unwrap().records, 1);
    assert_eq!(storage.purge(store).await.unwrap().records, 1);
    let left = storage.drop_store(store).await;
    assert!(left.is_ok() || left.unwrap_err().kind == ErrorKind::NotFound);
    let gone = storage.get_metadata(store).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::NotFound);
}

fn two_records(server: &Server, store: &str) {
    let record = |key: &str, value: &str| (key.to_owned(), "text/plain".to_owned(), value.into());
    fill::records(&mut server.client(), store, [record("one", "1"), record("two", "2")]);
}

#[tokio::test]
async fn a_ghost_is_found_and_put_in_order() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        two_records(&redis.server, "ghost:a*");
        store(redis.storage(), "whole").await;
        let found = lost(redis.storage()).await;
        assert_eq!(found.len(), 1);
        let ghost = &found[0].store;
        assert_eq!(*ghost, StoreName::from("ghost:a*"));
        assert_eq!((found[0].records, &found[0].state), (Some(2), &StoreState::Ghost));
        let alone = redis.storage().get_metadata(ghost).await.unwrap();
        assert_eq!(StoreInfo { bytes: None, metadata_key: None, ..alone }, found[0]);
        let write = set(ghost, &Key::from("new"), Value::Text("x".into()), None);
        let refused = redis.storage().set_value(&write).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Damaged, "{refused}");
        is_put_in_order(redis.storage(), ghost).await;
        assert_eq!(lost(redis.storage()).await, []);
        assert_eq!(redis.storage().all_stores().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_store_that_lost_its_index_is_found_and_put_in_order() {
    let redis = Redis::new().await;
    fill::stores(&mut redis.server.client(), ["shop"]);
    two_records(&redis.server, "shop");
    redis.server.cli(&["UNLINK", "key_value_stores:name_to_id", "key_value_stores:id_to_name"]);
    assert_eq!(redis.storage().all_stores().await.unwrap(), []);
    let found = lost(redis.storage()).await;
    assert_eq!(found[0].state, StoreState::NotIndexed);
    let opened = redis.storage().open(&OpenBy::Name("shop".into())).await.unwrap();
    assert!(!opened.created);
    assert_eq!(StoreInfo { bytes: None, ..opened.info }, found[0]);
    put(redis.storage(), &found[0].store, "one", "1").await;
    is_put_in_order(redis.storage(), &found[0].store).await;
}

#[tokio::test]
async fn a_half_made_store_is_told_waited_for_and_put_in_order() {
    let redis = Redis::new().await;
    redis.server.cli(&["HSET", "key_value_stores:name_to_id", "half", "a1"]);
    let info = listed(redis.storage(), "half").await;
    assert_eq!((info.state, info.id.as_deref()), (StoreState::HalfMade, Some("a1")));

    let patience = Options { command_timeout: Duration::from_millis(300), ..Options::default() };
    let hasty = connect(&redis.server.url(), &patience).await;
    let by = OpenBy::Name("half".into());
    let error = hasty.open(&by).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Damaged);
    assert!(error.problem.contains("half made"), "{error}");

    // Its maker goes on, while larder waits.
    let finish = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        fill::stores(&mut redis.server.client(), ["half"]);
    };
    let (opened, ()) = tokio::join!(redis.storage().open(&by), finish);
    let opened = opened.unwrap();
    assert!(!opened.created);
    assert_eq!(opened.info.id, Some(fill::id("half")));
    assert_eq!(redis.server.cli(&["LLEN", "key_value_stores:half:created_signal"]), b"1");

    redis.server.cli(&["HSET", "key_value_stores:name_to_id", "other", "a2"]);
    let other = StoreName::from("other");
    assert_eq!(redis.storage().purge(&other).await.unwrap().records, 0);
    assert_eq!(redis.storage().drop_store(&other).await.unwrap().records, 1);
    assert_eq!(redis.storage().all_stores().await.unwrap().len(), 1);
}

#[tokio::test]
async fn stale_ids_are_told_and_go_with_their_store() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        fill::stores(&mut redis.server.client(), ["shop", "other"]);
        let (shop, gone) = (StoreName::from("shop"), StoreName::from("gone"));
        let index = "key_value_stores:id_to_name";
        redis.server.cli(&["HSET", index, "stale1", "gone", "stale2", "shop"]);
        assert_eq!(listed(redis.storage(), "gone").await.state, StoreState::StaleId);
        assert_eq!(listed(redis.storage(), "shop").await.state, StoreState::StaleId);
        assert_eq!(listed(redis.storage(), "other").await.state, StoreState::Whole);
        let by_id = |id: &str| OpenBy::Id(id.to_owned());
        let error = redis.storage().open(&by_id("stale1")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        let opened = redis.storage().open(&by_id("stale2")).await.unwrap();
        assert_eq!((&opened.info.store, opened.info.state), (&shop, StoreState::StaleId));

        redis.storage().drop_store(&gone).await.unwrap();
        redis.storage().drop_store(&shop).await.unwrap();
        let left = redis.server.cli(&["HGETALL", index]);
        assert_eq!(left, format!("{}\nother", fill::id("other")).into_bytes());
    }
}

#[tokio::test]
async fn an_index_entry_of_another_store_survives_a_drop() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        fill::stores(&mut redis.server.client(), ["shop", "other"]);
        // The metadata of one claims the id of the other.
        let id = format!("\"{}\"", fill::id("other"));
        redis.server.cli(&["JSON.SET", "key_value_stores:shop:metadata", "$.id", &id]);
        redis.storage().drop_store(&StoreName::from("shop")).await.unwrap();
        let other = redis.storage().all_stores().await.unwrap();
        assert_eq!((other.len(), &other[0].state), (1, &StoreState::Whole));
        assert!(redis.storage().open(&OpenBy::Id(fill::id("other"))).await.is_ok());
    }
}

#[tokio::test]
async fn damaged_records_are_told_and_the_rest_still_lists() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let (items, meta) = ("key_value_stores:shop:items", "key_value_stores:shop:metadata_items");
    let long = format!(r#"{{"key":"long","content_type":"text/plain","size":{}}}"#, 99);
    redis.server.cli(&["HSET", items, "bad", "value", "no metadata", "value", "long", "value"]);
    redis.server.cli(&["HSET", meta, "bad", "{broken", "long", &long]);
    let none = r#"{"key":"no value","content_type":"text/plain","size":5}"#;
    redis.server.cli(&["HSET", meta, "no value", none]);
    put(redis.storage(), &shop, "whole", "text").await;

    let rows = scan(redis.storage(), &shop).await;
    let state = |key: &str| rows.iter().find(|row| row.key == Key::from(key)).map(|row| &row.state);
    assert_eq!(state("bad"), Some(&RecordState::BadMetadata("{broken".into())));
    assert_eq!(state("whole"), Some(&RecordState::Whole));
    assert_eq!(state("long"), Some(&RecordState::Whole), "only reading it tells");
    let orphan = state("no metadata");
    assert!(orphan.is_none() || orphan == Some(&RecordState::NoMetadata));
    let info = redis.storage().get_metadata(&shop).await.unwrap();
    assert_eq!((info.records, info.values), (Some(4), None), "one of each kind hides the other");

    for (key, state, size, value) in [
        ("bad", RecordState::BadMetadata("{broken".into()), 5, "value"),
        ("no metadata", RecordState::NoMetadata, 5, "value"),
        ("no value", RecordState::NoValue, 0, ""),
        ("long", RecordState::WrongSize(99), 5, "value"),
    ] {
        let key = Key::from(key);
        let Record { meta, value: read } =
            redis.storage().get_value(&shop, &key).await.unwrap().unwrap();
        assert_eq!((&meta.state, meta.size, &read[..]), (&state, size, value.as_bytes()), "{key}");
        let told = redis.storage().get_record_metadata(&shop, &key).await.unwrap();
        assert_eq!(told.as_ref(), Some(&meta));
        let (keys, budget) = (vec![key.clone()], larder::model::Budget::default());
        let mut values = redis.storage().scan_values(&shop, keys, budget);
        let scanned = values.try_next().await.unwrap().unwrap().unwrap().into_record();
        assert_eq!((&scanned.meta, &scanned.value), (&meta, &read));
        let exists = redis.storage().record_exists(&shop, &key).await.unwrap();
        assert_eq!(exists, state != RecordState::NoValue);

        // Saved over what was read, it is whole again.
        let mend = larder::model::SetValue {
            expected: larder::model::Expect::unchanged(read, meta.content_type),
            ..set(&shop, &key, Value::Text("mended".into()), None)
        };
        let outcome = redis.storage().set_value(&mend).await;
        assert!(outcome.is_ok(), "{key}: {outcome:?}");
        let now = redis.storage().get_record_metadata(&shop, &key).await.unwrap().unwrap();
        assert_eq!(now.state, RecordState::Whole);
        assert_eq!(redis.storage().delete_value(&shop, &[key]).await.unwrap().records, 1);
    }
}

#[tokio::test]
async fn more_values_than_metadata_are_counted_and_found_where_the_server_can() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    put(redis.storage(), &shop, "whole", "text").await;
    redis.server.cli(&["HSET", "key_value_stores:shop:items", "orphan", "12345", "\r\n", ""]);
    let info = redis.storage().get_metadata(&shop).await.unwrap();
    assert_eq!((info.records, info.values), (Some(1), Some(3)));
    let rows = scan(redis.storage(), &shop).await;
    let probe = [&b"HSCAN"[..], b"key_value_stores:shop:items", b"0", b"NOVALUES"];
    if matches!(redis.server.command(&probe), crate::server::Reply::Error(_)) {
        assert_eq!(rows.len(), 1);
    } else {
        assert_eq!(rows.len(), 3);
        assert_eq!((&rows[1].state, rows[1].size), (&RecordState::NoMetadata, 5));
    }
}

#[tokio::test]
async fn keys_of_another_type_are_told_and_left_alone() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        left_alone(&redis).await;
    }
}

async fn left_alone(redis: &Redis) {
    let names = ["a-items", "b-meta", "c-store", "whole"];
    fill::stores(&mut redis.server.client(), names);
    for (store, part) in
        [("a-items", "items"), ("b-meta", "metadata_items"), ("c-store", "metadata")]
    {
        let key = format!("key_value_stores:{store}:{part}");
        redis.server.cli(&["SET", &key, "another program's"]);
        let info = listed(redis.storage(), store).await;
        assert!(matches!(info.state, StoreState::Damaged(_)), "{info:?}");
        let name = StoreName::from(store);
        let writes = [
            Write::Set(set(&name, &Key::from("k"), Value::Text("x".into()), None)),
            Write::Delete { store: name.clone(), keys: vec![Key::from("k")] },
            Write::Purge(name.clone()),
            Write::Drop(name.clone()),
        ];
        for write in writes {
            let error = redis.storage().write(&write).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::WrongType, "{store}: {write:?}");
        }
        assert_eq!(redis.server.cli(&["GET", &key]), b"another program's");
        if part != "metadata" {
            let error = redis.storage().read_up_to(&name, &Key::from("k"), 9).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::WrongType);
            let json = format!("key_value_stores:{store}:metadata");
            let time = redis.server.cli(&["JSON.GET", &json, "$.modified_at"]);
            assert_eq!(time, format!("[\"{}\"]", fill::TIME).into_bytes(), "changed in part");
        }
    }
    assert_eq!(listed(redis.storage(), "whole").await.state, StoreState::Whole);
}

#[tokio::test]
async fn store_metadata_that_makes_no_sense_is_told_and_can_be_dropped() {
    let redis = Redis::new().await;
    fill::stores(&mut redis.server.client(), ["list", "bare", "time"]);
    for (store, json) in [
        ("list", "[1]"),
        ("bare", r#"{"name":"bare"}"#),
        ("time", r#"{"id":"a","accessed_at":"x","created_at":"x","modified_at":"x"}"#),
    ] {
        redis.server.cli(&["JSON.SET", &format!("key_value_stores:{store}:metadata"), "$", json]);
        let name = StoreName::from(store);
        let info = listed(redis.storage(), store).await;
        assert!(matches!(info.state, StoreState::Damaged(_)), "{info:?}");
        assert_eq!(redis.storage().get_metadata(&name).await.unwrap().state, info.state);
        put(redis.storage(), &name, "one", "1").await;
        put(redis.storage(), &name, "two", "2").await;
        is_put_in_order(redis.storage(), &name).await;
    }
    assert_eq!(redis.storage().all_stores().await.unwrap(), []);
}

#[tokio::test]
async fn keys_and_stores_that_are_not_utf8_are_listed_read_and_deleted() {
    let redis = Redis::new().await;
    let mut client = redis.server.client();
    client.call(&[b"HSET", b"key_value_stores:\xfe:items", b"\xff\x00k", b"value"]);
    let meta = br#"{"key":"?","content_type":"text/plain","size":5}"#;
    client.call(&[b"HSET", b"key_value_stores:\xfe:metadata_items", b"\xff\x00k", meta]);
    client.call(&[b"HSET", b"key_value_stores:name_to_id", b"\xfe", b"a1"]);
    let store = redis.storage().all_stores().await.unwrap().remove(0).store;
    assert_eq!(store.escaped(), "\\xfe");
    let rows = scan(redis.storage(), &store).await;
    assert_eq!(rows[0].key.as_bytes(), b"\xff\x00k");
    let reading = redis.storage().read_up_to(&store, &rows[0].key, 5).await.unwrap();
    assert!(matches!(reading, Some(Reading::Whole(record)) if record.value == "value"));
    let deleted = redis.storage().delete_value(&store, &[rows[0].key.clone()]).await;
    assert_eq!(deleted.unwrap().records, 1);
    redis.storage().drop_store(&store).await.unwrap();
    assert_eq!(redis.server.cli(&["DBSIZE"]), b"0");
}

#[tokio::test]
async fn a_server_without_redisjson_says_so() {
    let server = Server::start_without_module(&[]);
    let storage = connect(&server.url(), &Options::default()).await;
    let shop = StoreName::from("shop");
    let (key, text) = (Key::from("one"), Value::Text("x".into()));
    for error in [
        // A server that can have no stores is not one without stores.
        storage.all_stores().await.unwrap_err(),
        storage.open(&OpenBy::Default).await.unwrap_err(),
        storage.read(&shop, &key, Want::Meta).await.unwrap_err(),
        storage.set_value(&set(&shop, &key, text, None)).await.unwrap_err(),
        storage.delete_value(&shop, &[key]).await.unwrap_err(),
        storage.purge(&shop).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ErrorKind::NoJsonModule, "{error}");
        // What helps depends on the product.
        let helps = ["load RedisJSON", "load the RedisJSON module", "load valkey-json"];
        assert!(helps.iter().any(|words| error.remedy().contains(words)), "{error}");
    }
    assert_eq!(server.cli(&["DBSIZE"]), b"0");
    server.cli(&["HSET", "key_value_stores:name_to_id", "shop", "a1"]);
    assert_eq!(storage.all_stores().await.unwrap_err().kind, ErrorKind::NoJsonModule);
}

#[tokio::test]
async fn a_full_server_still_lets_records_be_removed() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    for key in ["one", "two", "three"] {
        put(redis.storage(), &shop, key, "value").await;
    }
    let before = redis.storage().get_metadata(&shop).await.unwrap().modified_at;
    redis.server.cli(&["CONFIG", "SET", "maxmemory", "1"]);
    let write = set(&shop, &Key::from("four"), Value::Text("x".into()), None);
    let refused = redis.storage().set_value(&write).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::OutOfMemory);
    let deleted = redis.storage().delete_value(&shop, &[Key::from("one")]).await.unwrap();
    assert_eq!(deleted.records, 1);
    assert!(redis.storage().get_metadata(&shop).await.unwrap().modified_at > before);
    assert_eq!(redis.storage().purge(&shop).await.unwrap().records, 2);
    redis.storage().drop_store(&shop).await.unwrap();
}

#[tokio::test]
async fn a_value_that_the_server_would_not_take_is_refused_before_it_is_sent() {
    let value = |size: usize| Value::Bytes(vec![b'x'; size].into());
    let key = Key::from("key");
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        let shop = store(redis.storage(), "shop").await;
        for setting in ["proto-max-bulk-len", "client-query-buffer-limit"] {
            let before = redis.server.cli(&["CONFIG", "GET", setting]);
            let before = String::from_utf8(before).unwrap();
            redis.server.cli(&["CONFIG", "SET", setting, "2mb"]);
            let mut monitor = redis.server.monitor();
            let large = set(&shop, &key, value((2 << 20) + 1), None);
            let refused = redis.storage().set_value(&large).await.unwrap_err();
            assert_eq!(refused.kind, ErrorKind::NotSupported, "{refused}");
            assert!(refused.problem.contains("2097153 bytes"), "{refused}");
            assert!(refused.remedy().contains(setting), "{refused}");
            let lines = monitor.lines();
            assert!(lines.iter().all(|line| line.contains("\"CONFIG\"")), "{lines:?}");
            let fits = set(&shop, &key, value((2 << 20) - (70 << 10)), None);
            redis.storage().set_value(&fits).await.unwrap();
            redis.server.cli(&["CONFIG", "SET", setting, before.lines().last().unwrap()]);
        }
    }
    // Who may not ask takes the server to be as most are.
    let redis = Redis::as_user(&["~*", "+@all", "-config"]).await;
    let shop = store(redis.storage(), "shop").await;
    redis.storage().set_value(&set(&shop, &key, value(3 << 20), None)).await.unwrap();
}

#[tokio::test]
async fn damaged_records_are_deleted_as_the_list_shows_them() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    for key in ["whole", "no metadata", "no value", "malformed", "wrong size"] {
        put(redis.storage(), &shop, key, "text").await;
    }
    let (items, metadata) = ("key_value_stores:shop:items", "key_value_stores:shop:metadata_items");
    redis.server.cli(&["HDEL", metadata, "no metadata"]);
    redis.server.cli(&["HDEL", items, "no value"]);
    redis.server.cli(&["HSET", metadata, "malformed", "{"]);
    redis.server.cli(&["HSET", items, "wrong size", "longer than it says"]);
    let mut shown = scan(redis.storage(), &shop).await;
    // The numbers of values and of metadata are equal: then nobody looks for values without metadata.
    let alone = redis.storage().read(&shop, &Key::from("no metadata"), Want::Meta).await.unwrap();
    shown.extend(alone.map(Reading::into_meta));
    assert_eq!(shown.len(), 5, "{shown:?}");
    let plan = Plan::delete(shop.clone(), shown.into_iter().map(PlannedRecord::There).collect());
    let outcome = perform(redis.storage(), &plan).await.unwrap();
    assert_eq!((outcome.records, outcome.skipped), (5, Vec::new()));
}
