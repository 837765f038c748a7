//! Readers and writers at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future;
use larder::model::{
    ContentType, ErrorKind, Expect, Key, OpenBy, Reading, RecordState, SetValue, StoreName, Value,
};
use larder::storage::{Options, Storage};

use super::{Redis, connect};
use crate::contract::{set, store, value};
use crate::server::{Client, Server};
use crate::short::Short as _;

/// Sets the record `key` of the store `shop` as Crawlee does, by MULTI/EXEC, whatever is there.
pub(super) fn set_as_crawlee(client: &mut Client, content_type: &str, text: &str) {
    let (items, metas) = ("key_value_stores:shop:items", "key_value_stores:shop:metadata_items");
    let size = text.len();
    let meta = format!(r#"{{"key":"key","content_type":"{content_type}","size":{size}}}"#);
    let commands: Vec<Vec<Vec<u8>>> = [
        vec!["MULTI"],
        vec!["HSET", items, "key", text],
        vec!["HSET", metas, "key", &meta],
        vec!["EXEC"],
    ]
    .iter()
    .map(|command| command.iter().map(|arg| arg.as_bytes().to_vec()).collect())
    .collect();
    client.pipeline(&commands);
}

/// Writes as Crawlee does, MULTI/EXEC, two kinds of record in turn, until told to stop.
fn write_as_crawlee(server: &Server, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<u32> {
    let mut client = server.client();
    std::thread::spawn(move || {
        let mut writes = 0;
        while !stop.load(Ordering::Relaxed) {
            let (content_type, text) = match writes % 3 {
                0 => ("text/a", "a".repeat(20)),
                1 => ("text/b", "b".repeat(40)),
                _ => ("text/c", String::new()),
            };
            set_as_crawlee(&mut client, content_type, &text);
            writes += 1;
        }
        writes
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_never_sees_value_and_metadata_disagree() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let key = Key::from("key");
    let first = set(&shop, &key, Value::Text(String::new()), Some(ContentType::from("text/c")));
    redis.storage().set_value(&first).await.unwrap();
    let finished = Arc::new(AtomicBool::new(false));
    let writer = write_as_crawlee(&redis.server, Arc::clone(&finished));
    let size_of = |content_type: &ContentType| match content_type.as_str() {
        "text/a" => 20,
        "text/b" => 40,
        _ => 0,
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2000 {
        let Some(Reading::Whole(record)) =
            redis.storage().read_up_to(&shop, &key, 100).await.unwrap()
        else {
            panic!("the record is always there");
        };
        assert_eq!(record.meta.state, RecordState::Whole);
        assert_eq!(record.value.len(), size_of(&record.meta.content_type));
        let meta = redis.storage().get_record_metadata(&shop, &key).await.unwrap().unwrap();
        assert_eq!(
            (meta.state, meta.size),
            (RecordState::Whole, size_of(&meta.content_type) as u64)
        );
        seen.insert(record.meta.content_type);
    }
    finished.store(true, Ordering::Relaxed);
    assert!(writer.join().unwrap() > 10 && seen.len() > 1, "there was no race");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_larder_writes_is_never_seen_in_part() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    let key = Key::from("key");
    let finished = Arc::new(AtomicBool::new(false));
    let mut client = redis.server.client();
    let done = Arc::clone(&finished);
    // In MULTI/EXEC, so that what is torn is the write.
    let watcher = std::thread::spawn(move || {
        let commands: Vec<Vec<Vec<u8>>> = [
            &["MULTI"][..],
            &["HSTRLEN", "key_value_stores:shop:items", "key"],
            &["HGET", "key_value_stores:shop:metadata_items", "key"],
            &["EXEC"],
        ]
        .iter()
        .map(|command| command.iter().map(|arg| arg.as_bytes().to_vec()).collect())
        .collect();
        let mut looks = 0;
        while !done.load(Ordering::Relaxed) {
            let both = client.pipeline(&commands).remove(3).items();
            let size = both[0].int();
            match both[1].clone().bytes() {
                None => assert_eq!(size, 0),
                Some(meta) => {
                    let meta = String::from_utf8(meta).unwrap();
                    assert!(meta.ends_with(&format!(r#""size":{size}}}"#)), "{size}: {meta}");
                    looks += 1;
                }
            }
        }
        looks
    });
    for size in 1..400 {
        let text = Value::Text("x".repeat(size));
        redis.storage().set_value(&set(&shop, &key, text, None)).await.unwrap();
        if size % 7 == 0 {
            redis.storage().delete_value(&shop, std::slice::from_ref(&key)).await.unwrap();
        }
    }
    finished.store(true, Ordering::Relaxed);
    assert!(watcher.join().unwrap() > 10);
}

async fn count_up(storage: &dyn Storage, store: &StoreName, times: usize) {
    let key = Key::from("counter");
    for _ in 0..times {
        loop {
            let old = value(storage, store, &key).await;
            let next: u64 = std::str::from_utf8(&old).unwrap().parse::<u64>().unwrap() + 1;
            let write = SetValue {
                expected: Expect::unchanged(old, ContentType::TEXT),
                ..set(store, &key, Value::Text(next.to_string()), None)
            };
            match storage.set_value(&write).await {
                Ok(_) => break,
                Err(error) => assert_eq!(error.kind, ErrorKind::Conflict),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_edit_is_lost_between_editors() {
    let redis = Redis::new().await;
    let shop = store(redis.storage(), "shop").await;
    crate::contract::put(redis.storage(), &shop, "counter", "0").await;
    let other = connect(&redis.server.url(), &Options::default()).await;
    let editors = [redis.storage(), &*other, redis.storage(), &*other];
    future::join_all(editors.map(|storage| count_up(storage, &shop, 50))).await;
    assert_eq!(value(redis.storage(), &shop, &Key::from("counter")).await, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn openers_on_connections_of_their_own_get_one_store() {
    for redis in [Redis::new().await, Redis::without_scripts().await] {
        let url = match redis.server.cli(&["ACL", "LIST"]) {
            list if list.windows(9).any(|part| part == b"user user") => {
                format!("redis://user:secret@127.0.0.1:{}", redis.server.port())
            }
            _ => redis.server.url(),
        };
        let options = Options::default();
        let storages = future::join_all((0..25).map(|_| connect(&url, &options))).await;
        for round in 0..4 {
            let by = OpenBy::Alias(format!("race {round}"));
            let opened = future::join_all(storages.iter().map(|storage| storage.open(&by))).await;
            let opened: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
            assert_eq!(opened.iter().filter(|opened| opened.created).count(), 1);
            assert!(opened.iter().all(|one| one.info.id == opened[0].info.id));
            let signal = format!("key_value_stores:race {round}:created_signal");
            assert_eq!(redis.server.cli(&["LLEN", &signal]), b"1");
        }
        assert_eq!(redis.server.cli(&["HLEN", "key_value_stores:id_to_name"]), b"4");
    }
}
