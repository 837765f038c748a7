//! Records that get another key or another content type on a server: in one step, and with all that is
//! noted of them.

use std::sync::atomic::{AtomicBool, Ordering};

use larder::model::{Expect, RecordRewrite, Write};
use larder::ops::{self, OldValues, Operation};
use larder::storage::Storage;

use super::Redis;
use crate::contract::{put, store};
use crate::server::Reply;

const NOTED: &str =
    r#"{"by":"me","key":"old","content_type":"text/plain","tags":[1.10,{}],"size":4,"none":null}"#;

fn noted(redis: &Redis, key: &str) -> String {
    let raw = redis.server.cli(&["HGET", "key_value_stores:shop:metadata_items", key]);
    String::from_utf8(raw).unwrap()
}

async fn make(storage: &dyn Storage, operation: &Operation) -> ops::Outcome {
    let plan = ops::plan(storage, operation).await.unwrap().undoable(false);
    ops::perform_kept(storage, &plan, &OldValues::in_memory()).await.unwrap()
}

#[tokio::test]
async fn what_other_programs_note_of_a_record_goes_with_it_and_comes_back() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        let storage = redis.storage();
        let shop = store(storage, "shop").await;
        put(storage, &shop, "old", "text").await;
        redis.server.cli(&["HSET", "key_value_stores:shop:metadata_items", "old", NOTED]);
        let (store, to_store, overwrite) = (shop.clone(), shop.clone(), false);
        let (key, to) = ("old".into(), "new".into());
        let operations = [
            Operation::Rename {
                store: shop.clone(),
                key: "old".into(),
                to: "new".into(),
                overwrite,
            },
            Operation::Copy { store, key, to_store, to, overwrite },
            Operation::Retype { store: shop, key: "old".into(), content_type: "a/b".into() },
        ];
        for operation in operations {
            let is_retype = matches!(operation, Operation::Retype { .. });
            let (now, new) = if is_retype {
                ("old", NOTED.replace("text/plain", "a/b"))
            } else {
                ("new", NOTED.replace(r#""old""#, r#""new""#))
            };
            let outcome = make(storage, &operation).await;
            assert_eq!(noted(&redis, now), new, "{operation:?}");
            ops::perform(storage, &outcome.inverse.unwrap()).await.unwrap();
            assert_eq!(noted(&redis, "old"), NOTED, "{operation:?}");
        }
    }
}

/// Whoever looks, in one transaction, finds the record under just one of the two keys.
#[tokio::test(flavor = "multi_thread")]
async fn at_any_moment_a_record_that_is_renamed_is_under_one_key() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        let storage = redis.storage();
        let shop = store(storage, "shop").await;
        put(storage, &shop, "a", "text").await;
        let (server, done) = (&redis.server, AtomicBool::new(false));
        let looks = std::thread::scope(|scope| {
            let looker = scope.spawn(|| {
                let (mut client, mut looks) = (server.client(), 0);
                while !done.load(Ordering::Relaxed) {
                    client.call(&[b"MULTI"]);
                    for key in ["a", "b"] {
                        for part in ["items", "metadata_items"] {
                            let hash = format!("key_value_stores:shop:{part}");
                            client.call(&[b"HEXISTS", hash.as_bytes(), key.as_bytes()]);
                        }
                    }
                    let [a, ..] = &client.call(&[b"EXEC"]).items()[..] else { panic!() };
                    looks += u32::from(*a == Reply::Int(1));
                    client.call(&[b"MULTI"]);
                    client.call(&[b"HLEN", b"key_value_stores:shop:items"]);
                    client.call(&[b"HLEN", b"key_value_stores:shop:metadata_items"]);
                    let counts = client.call(&[b"EXEC"]).items();
                    assert_eq!(counts, [Reply::Int(1), Reply::Int(1)]);
                }
                looks
            });
            let rename = async {
                for turn in 0..400 {
                    let (key, to) = if turn % 2 == 0 { ("a", "b") } else { ("b", "a") };
                    let write = Write::Rewrite(Box::new(RecordRewrite {
                        store: shop.clone(),
                        key: key.into(),
                        expect: Expect::unchanged(
                            "text".into(),
                            "text/plain; charset=utf-8".into(),
                        ),
                        to_store: shop.clone(),
                        to: to.into(),
                        over: Expect::Absent,
                        content_type: None,
                        removes: true,
                    }));
                    storage.write(&write).await.unwrap();
                }
            };
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(rename));
            done.store(true, Ordering::Relaxed);
            looker.join().unwrap()
        });
        assert!(looks > 0, "nobody looked");
    }
}

/// A script that copies a large value holds the server several times as long as a transaction.
#[tokio::test]
async fn a_large_record_is_renamed_by_no_script_while_nobody_writes() {
    let redis = Redis::new().await;
    let storage = redis.storage();
    let shop = store(storage, "shop").await;
    put(storage, &shop, "old", &"x".repeat(5 << 20)).await;
    put(storage, &shop, "small", "x").await;
    let mut monitor = redis.server.monitor();
    let rename = |key: &str, to: &str| {
        let (store, overwrite) = (shop.clone(), false);
        Operation::Rename { store, key: key.into(), to: to.into(), overwrite }
    };
    for (key, script) in [("old", false), ("small", true)] {
        monitor.lines();
        let plan = ops::plan(storage, &rename(key, &format!("{key}-new"))).await.unwrap();
        ops::perform(storage, &plan).await.unwrap();
        let lines = monitor.lines();
        let ran = |name: &str| lines.iter().any(|line| line.contains(&format!("] \"{name}\"")));
        assert_eq!((ran("EVAL"), ran("EXEC")), (script, !script), "{key}");
    }
    let keys = crate::contract::scan(storage, &shop).await;
    let keys: Vec<_> = keys.iter().map(|meta| (meta.key.escaped(), meta.size)).collect();
    assert_eq!(keys, [("old-new".to_owned(), 5 << 20), ("small-new".to_owned(), 1)]);
}
