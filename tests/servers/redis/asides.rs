//! Set aside on a server: inside the store's own Redis keys, found by no other reader, freed when it
//! has expired, put back in steps where the store has records again.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use larder::model::{Aside, AsideList, ErrorKind, Key, OpenBy, Restored, StoreList, StoreName};
use larder::ops::{self, OldValues, Operation};
use larder::storage::Options;

use super::watching::calls;
use super::{Redis, connect, options};
use crate::contract::{put, scan, store};
use crate::fill;
use crate::server::{Client, Reply};
use crate::short::Short as _;

fn keys(client: &mut Client) -> Vec<String> {
    let keys = client.call(&[b"KEYS", b"*"]).items().into_iter();
    let mut keys: Vec<_> =
        keys.map(|key| String::from_utf8(key.bytes().unwrap()).unwrap()).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn an_aside_lies_in_its_stores_own_keys_and_is_no_store() {
    for made in [Redis::new().await, Redis::without_scripts().await] {
        let (storage, mut client) = (made.storage(), made.server.client());
        let shop = store(storage, "shop").await;
        put(storage, &shop, "key", "x").await;
        let info = storage.set_aside(&Aside::Store(shop.clone())).await.unwrap();
        let key = |part: &str| format!("key_value_stores:shop:{part}:{}", info.id);
        let there = ["aside", "items:aside", "metadata_items:aside"].map(key);
        let lists = ["key_value_stores:shop:asides", "key_value_stores:asides"].map(str::to_owned);
        let there: Vec<_> = there.into_iter().chain(lists).collect();
        let mut found = keys(&mut client);
        found.sort_by_key(|key| there.iter().position(|other| other == key));
        assert_eq!(found, there);
        for (at, expires) in [true, false, false, false, false].into_iter().enumerate() {
            let left = client.call(&[b"TTL", there[at].as_bytes()]).int();
            assert_eq!(left > 80_000, expires, "{}: {left}", there[at]);
        }
        for list in [StoreList::Indexed, StoreList::Orphaned] {
            let steps: Vec<_> = storage.stores(list).try_collect().await.unwrap();
            assert!(steps.iter().all(|(_, stores)| stores.is_empty()), "{list:?}: {steps:?}");
        }
        assert_eq!(storage.discard(&info.id).await, Ok(None));
        assert_eq!(keys(&mut client), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_has_expired_is_freed_by_the_next_who_looks_and_may_write() {
    for made in [Redis::new().await, Redis::without_scripts().await] {
        let (storage, mut client) = (made.storage(), made.server.client());
        let shop = store(storage, "shop").await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            put(storage, &shop, "key", "x").await;
            ids.push(storage.set_aside(&Aside::Records(shop.clone())).await.unwrap().id);
        }
        let before = keys(&mut client).len();
        let marker = format!("key_value_stores:shop:aside:{}", ids[0]);
        assert_eq!(client.call(&[b"PEXPIRE", marker.as_bytes(), b"0"]), Reply::Int(1));
        let long_ago = b"records 2020-01-01T00:00:00+00:00";
        let (list, id) = (b"key_value_stores:shop:asides", ids[0].as_str().as_bytes());
        client.call(&[b"HSET", list, id, long_ago]);
        let reads = Options { read_only: true, ..options() };
        let reads = connect(&made.server.url(), &reads).await;
        assert_eq!(reads.asides(AsideList::All).await.unwrap().len(), 1);
        assert_eq!(keys(&mut client).len(), before - 1, "who may not write frees nothing");
        assert_eq!(
            storage.restore(&ids[0], &larder::model::Progress::default()).await.unwrap_err().kind,
            ErrorKind::NotFound
        );

        let left = storage.asides(AsideList::All).await.unwrap();
        assert_eq!(left.iter().map(|info| &info.id).collect::<Vec<_>>(), [&ids[1]]);
        assert!(keys(&mut client).iter().all(|key| !key.contains(ids[0].as_str())));
        assert_eq!(
            storage.restore(&ids[1], &larder::model::Progress::default()).await.unwrap().records,
            1
        );
    }
}

#[tokio::test]
async fn a_store_with_new_records_gets_all_others_back_in_steps() {
    for made in [Redis::new().await, Redis::without_scripts().await] {
        let (storage, mut client) = (made.storage(), made.server.client());
        let shop = store(storage, "shop").await;
        let record = |at: usize| {
            let length = if at.is_multiple_of(20) { 270 << 10 } else { at % 50 };
            (format!("k{at:04}"), "text/plain".to_owned(), vec![b'o'; length])
        };
        fill::records(&mut client, "shop", (0..3000).map(record));
        // Halves of records, too, and one that is larger than what comes with others.
        let large = vec![b'l'; 5 << 20];
        fill::records(&mut client, "shop", [("large".into(), "text/plain".into(), large.clone())]);
        let (items, metadata_items) =
            (b"key_value_stores:shop:items", b"key_value_stores:shop:metadata_items");
        client.call(&[b"HSET", items, b"value alone", b"x"]);
        client.call(&[b"HSET", metadata_items, b"metadata alone", b"{}"]);
        let before = scan(storage, &shop).await;

        let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
        assert_eq!(info.records, 3002);
        for key in ["k0007", "k2999", "other"] {
            put(storage, &shop, key, "new").await;
        }
        // More than are put over the others in one step.
        let many = |at: usize| (format!("more{at}"), "text/plain".to_owned(), b"new".to_vec());
        fill::records(&mut client, "shop", (0..500).map(many));
        // Counted by the server: to show each command with these values takes it a minute.
        let before_it = calls(&made.server, "hdel");
        let restored =
            storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap();
        assert!(calls(&made.server, "hdel") > before_it + 100, "each record in a step of few");
        assert_eq!(
            (restored.records, restored.left),
            (3001, 2),
            "{:?}",
            client.call(&[b"KEYS", b"*"])
        );
        let value = storage.get_value(&shop, &Key::from("large")).await.unwrap().unwrap().value;
        assert_eq!(value, Bytes::from(large));
        for (key, value) in [("k0007", "new"), ("k2999", "new"), ("other", "new")] {
            let now = storage.get_value(&shop, &Key::from(key)).await.unwrap().unwrap();
            assert_eq!(now.value, value, "{key}");
        }
        let now = scan(storage, &shop).await;
        let new = ["k0007", "k2999", "other"].map(Key::from);
        let is_new = |key: &Key| new.contains(key) || key.as_bytes().starts_with(b"more");
        let [now, before] =
            [now, before].map(|all| all.into_iter().filter(|meta| !is_new(&meta.key)));
        assert!(now.eq(before), "all others are what they were");
        assert_eq!(storage.asides(AsideList::All).await.unwrap()[0].records, 2);

        for key in ["k0007", "k2999"] {
            storage.delete_value(&shop, &[key.into()]).await.unwrap();
        }
        let restored =
            storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap();
        assert_eq!(restored, Restored { records: 2, left: 0, replicas: None });
        assert!(keys(&mut client).iter().all(|key| !key.contains("aside")));
    }
}

#[tokio::test]
async fn a_store_with_few_new_records_gets_all_others_back_in_one_step() {
    let made = Redis::new().await;
    let (storage, mut client) = (made.storage(), made.server.client());
    let shop = store(storage, "shop").await;
    let record = |at: usize| (format!("k{at:04}"), "text/plain".to_owned(), b"old".to_vec());
    fill::records(&mut client, "shop", (0..3000).map(record));
    // Halves, which the new records meet and do not meet.
    let (items, metadata_items) =
        (b"key_value_stores:shop:items", b"key_value_stores:shop:metadata_items");
    for (hash, key) in [(items.as_slice(), b"value 1"), (items, b"value 2")] {
        client.call(&[b"HSET", hash, key, b"old"]);
    }
    for (hash, key) in [(metadata_items.as_slice(), b"meta 1"), (metadata_items, b"meta 2")] {
        client.call(&[b"HSET", hash, key, b"{}"]);
    }
    let all = |client: &mut Client, place: &str| {
        ["items", "metadata_items"].map(|part| {
            let key = format!("key_value_stores:shop:{part}{place}");
            let fields = client.call(&[b"HGETALL", key.as_bytes()]).items();
            let fields: Vec<_> = fields.into_iter().map(|field| field.bytes().unwrap()).collect();
            let pairs = fields.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone()));
            pairs.collect::<BTreeMap<_, _>>()
        })
    };
    let before = all(&mut client, "");

    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    for key in ["k0007", "k2999", "other", "value 1"] {
        put(storage, &shop, key, "new").await;
    }
    client.call(&[b"HSET", items, b"meta 1", b"new"]);
    let new = all(&mut client, "");
    let mut monitor = made.server.monitor();
    let restored = storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap();
    let lines = monitor.lines();
    assert_eq!(restored, Restored { records: 2999, left: 3, replicas: None });
    let calls = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!((calls("\"RENAME\""), calls("\"HSCAN\"")), (2, 0), "one step: {lines:?}");

    let place = format!(":aside:{}", info.id);
    let (now, kept) = (all(&mut client, ""), all(&mut client, &place));
    // What has come since is as it came; all others are what they were.
    let is_new = |key: &Vec<u8>| new.iter().any(|half| half.contains_key(key));
    for at in 0..2 {
        let [come, others] = [true, false].map(|wanted| {
            let here = now[at].iter().filter(|(key, _)| is_new(key) == wanted);
            here.map(|(key, value)| (key.clone(), value.clone())).collect::<BTreeMap<_, _>>()
        });
        assert_eq!(come, new[at]);
        assert!(others.iter().eq(before[at].iter().filter(|(key, _)| !is_new(key))));
        // The older ones of the same keys stay.
        assert!(kept[at].iter().eq(before[at].iter().filter(|(key, _)| is_new(key))));
    }
    assert_eq!(kept.map(|half| half.len()), [3, 3]);
    assert_eq!(storage.asides(AsideList::All).await.unwrap()[0].records, 3);
    storage.delete_value(&shop, &["k0007".into(), "k2999".into()]).await.unwrap();
    client.call(&[b"HDEL", items, b"value 1", b"meta 1"]);
    client.call(&[b"HDEL", metadata_items, b"value 1", b"meta 1"]);
    storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap();
    assert_eq!(all(&mut client, "").map(|half| half.len()), [3003, 3003]);
    assert!(keys(&mut client).iter().all(|key| !key.contains("aside")));
}

#[tokio::test]
async fn a_store_gets_its_records_back_under_new_ones_on_a_server_without_memory() {
    let made = Redis::new().await;
    let (storage, mut client) = (made.storage(), made.server.client());
    let shop = store(storage, "shop").await;
    for key in ["a", "b"] {
        put(storage, &shop, key, "old").await;
    }
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    put(storage, &shop, "b", "new").await;
    client.call(&[b"CONFIG", b"SET", b"maxmemory", b"1"]);
    assert_eq!(
        storage.restore(&info.id, &larder::model::Progress::default()).await,
        Ok(Restored { records: 1, left: 1, replicas: None })
    );
    assert_eq!(scan(storage, &shop).await.len(), 2);
}

#[tokio::test]
async fn what_a_restore_leaves_tells_when_it_expires() {
    for made in [Redis::new().await, Redis::without_scripts().await] {
        let (storage, mut client) = (made.storage(), made.server.client());
        let shop = store(storage, "shop").await;
        put(storage, &shop, "a", "old").await;
        let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
        put(storage, &shop, "a", "new").await;
        let left = Restored { records: 0, left: 1, replicas: None };
        assert_eq!(storage.restore(&info.id, &larder::model::Progress::default()).await, Ok(left));
        let told = storage.asides(AsideList::All).await.unwrap()[0].expires_at.unwrap();
        assert!(told > info.expires_at.unwrap());
        let marker = format!("key_value_stores:shop:aside:{}", info.id);
        let left = client.call(&[b"PTTL", marker.as_bytes()]).int();
        let expires = larder::model::Timestamp::now().micros() + left * 1000;
        assert!((told.micros() - expires).abs() < 5_000_000, "{told} is not {expires}");
    }
}

#[tokio::test]
async fn nothing_is_restored_into_a_store_that_another_opener_makes() {
    for made in [Redis::new().await, Redis::without_scripts().await] {
        let (storage, mut client) = (made.storage(), made.server.client());
        let shop = store(storage, "shop").await;
        put(storage, &shop, "key", "x").await;
        let info = storage.set_aside(&Aside::Store(shop.clone())).await.unwrap();
        client.call(&[b"HSET", b"key_value_stores:name_to_id", b"shop", b"another"]);
        let before = keys(&mut client);
        let error =
            storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
        assert_eq!(keys(&mut client), before);
        client.call(&[b"HDEL", b"key_value_stores:name_to_id", b"shop"]);
        assert_eq!(
            storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap().records,
            1
        );
        assert!(!storage.open(&OpenBy::Name("shop".into())).await.unwrap().created);
    }
}

#[tokio::test]
async fn a_server_without_memory_sets_aside_and_restores() {
    let made = Redis::new().await;
    let (storage, mut client) = (made.storage(), made.server.client());
    let shop = store(storage, "shop").await;
    put(storage, &shop, "key", "x").await;
    client.call(&[b"CONFIG", b"SET", b"maxmemory", b"1"]);
    for aside in [Aside::Records(shop.clone()), Aside::Store(shop.clone())] {
        let info = storage.set_aside(&aside).await.unwrap();
        assert_eq!(storage.asides(AsideList::All).await.unwrap(), std::slice::from_ref(&info));
        assert_eq!(
            storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap().records,
            1
        );
    }
    let info = storage.set_aside(&Aside::Store(shop)).await.unwrap();
    storage.discard(&info.id).await.unwrap();
    assert_eq!(keys(&mut client), Vec::<String>::new());
}

#[tokio::test]
async fn what_loses_its_marker_early_is_kept_and_comes_back() {
    for made in [Redis::new().await, Redis::without_scripts().await] {
        let (storage, mut client) = (made.storage(), made.server.client());
        let shop = store(storage, "shop").await;
        for aside in [Aside::Records(shop.clone()), Aside::Store(shop.clone())] {
            put(storage, &shop, "key", "x").await;
            let info = storage.set_aside(&aside).await.unwrap();
            // As a server does that evicts what expires.
            let marker = format!("key_value_stores:shop:aside:{}", info.id);
            assert_eq!(client.call(&[b"DEL", marker.as_bytes()]), Reply::Int(1));
            assert_eq!(storage.asides(AsideList::All).await.unwrap(), std::slice::from_ref(&info));
            if let Aside::Store(_) = aside {
                // What the store was is lost; its records are not.
                let before = keys(&mut client);
                let error = storage
                    .restore(&info.id, &larder::model::Progress::default())
                    .await
                    .unwrap_err();
                assert_eq!(error.kind, ErrorKind::Damaged, "{error}");
                assert!(error.remedy().contains("create the store"), "{error}");
                assert_eq!(keys(&mut client), before);
                store(storage, "shop").await;
            }
            assert_eq!(
                storage
                    .restore(&info.id, &larder::model::Progress::default())
                    .await
                    .unwrap()
                    .records,
                1
            );
            assert_eq!(scan(storage, &shop).await.len(), 1);
            assert_eq!(storage.asides(AsideList::All).await.unwrap(), []);
        }
    }
}

#[tokio::test]
async fn a_user_of_one_store_sets_its_records_aside_and_restores_them() {
    let shops = ["~key_value_stores:shop*", "&*", "+@all"];
    let without_scripts = [&shops[..], &["-eval", "-evalsha", "-eval_ro", "-evalsha_ro"]].concat();
    for rights in [&shops[..], &without_scripts] {
        let made = Redis::as_user(rights).await;
        let url = format!("redis://user:secret@127.0.0.1:{}", made.server.port());
        let (storage, mut client) = (made.storage(), made.server.client());
        fill::stores(&mut client, ["shop-1", "other"]);
        let shop = StoreName::from("shop-1");
        let records = Aside::Records(shop.clone());
        let everybody = connect(&made.server.url(), &options()).await;
        put(&*everybody, &"other".into(), "key", "x").await;
        everybody.set_aside(&Aside::Records("other".into())).await.unwrap();
        let fill = async || {
            for at in 0..130 {
                put(storage, &shop, &format!("k{at}"), "x").await;
            }
        };
        fill().await;

        let info = storage.set_aside(&records).await.unwrap();
        assert_eq!((info.records, scan(storage, &shop).await.len()), (130, 0));
        assert_eq!(
            storage.restore(&info.id, &larder::model::Progress::default()).await,
            Ok(Restored { records: 130, left: 0, replicas: None })
        );

        // Beside what was written since, by another larder of this user, which has to look for it.
        let info = storage.set_aside(&records).await.unwrap();
        put(storage, &shop, "k7", "new").await;
        let next = connect(&url, &options()).await;
        assert_eq!(next.asides(AsideList::All).await.unwrap(), std::slice::from_ref(&info));
        assert_eq!(
            next.restore(&info.id, &larder::model::Progress::default()).await,
            Ok(Restored { records: 129, left: 1, replicas: None })
        );
        next.discard(&info.id).await.unwrap();
        assert_eq!(next.asides(AsideList::All).await.unwrap(), []);

        // Who may use all stores finds it, too.
        let info = storage.set_aside(&records).await.unwrap();
        assert!(everybody.asides(AsideList::All).await.unwrap().contains(&info));
        assert_eq!(
            everybody.restore(&info.id, &larder::model::Progress::default()).await.unwrap().records,
            130
        );

        // The lists of all stores are needed for a store.
        let error = storage.set_aside(&Aside::Store(shop.clone())).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permission, "{error}");
        assert_eq!(scan(storage, &shop).await.len(), 130);
    }
}

#[tokio::test]
async fn setting_aside_waits_for_replicas_as_every_write_does() {
    // Replicas that never come are waited for until the end of a command's time.
    let limit = Duration::from_secs(2);
    let options = Options { wait_replicas: 1, command_timeout: limit, ..options() };
    let made = Redis::with(&options).await;
    let storage = made.storage();
    let other = connect(&made.server.url(), &self::options()).await;
    let shop = store(&*other, "shop").await;
    put(&*other, &shop, "key", "x").await;
    let mut monitor = made.server.monitor();
    let info = storage.set_aside(&Aside::Records(shop.clone())).await.unwrap();
    assert!(monitor.lines().iter().any(|line| line.contains("\"WAIT\"")));
    let replicas = info.replicas.unwrap();
    assert_eq!((replicas.wanted, replicas.have), (1, Some(0)));
    let purge = ops::plan(storage, &Operation::Purge(shop.clone())).await.unwrap();
    put(&*other, &shop, "key", "x").await;
    let (purge, kept) = (purge.undoable(true), OldValues::in_memory());
    let purged = ops::perform_kept(storage, &purge, &kept).await.unwrap();
    assert_eq!(purged.replicas, Some(replicas));
}
