//! The bytes on the server are those that Crawlee writes.

use larder::model::{ContentType, Key, OpenBy, Reading, StoreName, Timestamp, Value};
use larder::storage::Options;

use super::{Redis, connect};
use crate::contract::{put, set, store};
use crate::short::Short as _;

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_new_store_has_the_keys_that_crawlee_makes() {
    let redis = Redis::new().await;
    let info = redis.storage().open(&OpenBy::Name("shop".into())).await.unwrap().info;
    let cli = |args: &[&str]| text(redis.server.cli(args));
    let (id, time) = (info.id.unwrap(), info.created_at.unwrap());
    assert_eq!(
        cli(&["JSON.GET", "key_value_stores:shop:metadata"]),
        format!(
            r#"{{"id":"{id}","name":"shop","accessed_at":"{time}","created_at":"{time}","modified_at":"{time}"}}"#
        )
    );
    assert_eq!(cli(&["HGET", "key_value_stores:id_to_name", &id]), "shop");
    assert_eq!(cli(&["HGET", "key_value_stores:name_to_id", "shop"]), id);
    assert_eq!(cli(&["LRANGE", "key_value_stores:shop:created_signal", "0", "-1"]), "1");
    assert_eq!(cli(&["DBSIZE"]), "4");

    redis.storage().open(&OpenBy::Default).await.unwrap();
    let unnamed = cli(&["JSON.GET", "key_value_stores:default:metadata", "$.name"]);
    assert_eq!(unnamed, "[null]");
}

#[tokio::test]
async fn a_record_is_stored_as_crawlee_stores_it() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let value = Value::Json("{\"a\": \"ü\"}".into());
    let write = set(&shop, &Key::from("k\"ü\n\u{7f}"), value, None);
    redis.storage().set_value(&write).await.unwrap();
    let cli = |args: &[&str]| text(redis.server.cli(args));
    assert_eq!(
        cli(&["HGET", "key_value_stores:shop:metadata_items", "k\"ü\n\u{7f}"]),
        "{\"key\":\"k\\\"ü\\n\u{7f}\",\"content_type\":\"application/json; charset=utf-8\",\"size\":11}"
    );
    assert_eq!(cli(&["HGET", "key_value_stores:shop:items", "k\"ü\n\u{7f}"]), "{\"a\": \"ü\"}");
    let times = cli(&["JSON.GET", "key_value_stores:shop:metadata", "$.modified_at"]);
    let time = times.trim_matches(['[', ']', '"']);
    assert_eq!(Timestamp::parse(time).unwrap().to_string(), time);
}

#[tokio::test]
async fn nothing_of_a_dropped_store_is_left() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    put(redis.storage(), &shop, "key", "text").await;
    redis.storage().drop_store(&shop).await.unwrap();
    assert_eq!(redis.server.cli(&["DBSIZE"]), b"0");
}

#[tokio::test]
async fn a_value_given_no_type_is_bytes() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let value = Value::Bytes("x".into());
    let write = set(&shop, &Key::from("key"), value, Some(ContentType::UNKNOWN));
    let meta = redis.storage().set_value(&write).await.unwrap().meta.unwrap();
    assert_eq!(meta.content_type, ContentType::BINARY);
    let Some(Reading::Whole(record)) =
        redis.storage().read_up_to(&shop, &meta.key, 9).await.unwrap()
    else {
        panic!("no record");
    };
    assert_eq!(record.meta, meta);
}

#[tokio::test]
async fn metadata_written_by_other_versions_is_read() {
    let redis = Redis::new().await;
    let json = r#"{"id":"a1","name":"old","accessed_at":"2026-11-22T13:57:47Z","created_at":"2026-11-22T13:57:47.5+02:00","modified_at":"2026-11-22T13:57:47.827633Z","extra":1}"#;
    redis.server.cli(&["JSON.SET", "key_value_stores:old:metadata", "$", json]);
    let info = redis.storage().get_metadata(&StoreName::from("old")).await.unwrap();
    assert_eq!(info.accessed_at.unwrap().to_string(), "2026-11-22T13:57:47+00:00");
    assert_eq!(info.created_at.unwrap().to_string(), "2026-11-22T11:57:47.500000+00:00");
}

#[tokio::test]
async fn a_thousand_stores_are_listed() {
    let redis = Redis::new().await;
    let names: Vec<_> = (0..1000).map(|at| format!("store-{at:04}")).collect();
    crate::fill::stores(&mut redis.server.client(), names.iter().map(String::as_str));
    let stores = redis.storage().all_stores().await.unwrap();
    let listed: Vec<_> = stores.iter().map(|info| info.store.escaped()).collect();
    assert_eq!(listed, names);
    assert_eq!(stores[7].id, Some(crate::fill::id("store-0007")));
    let read_only = Options { read_only: true, ..Options::default() };
    let storage = connect(&redis.server.url(), &read_only).await;
    assert_eq!(storage.all_stores().await.unwrap(), stores);
}
