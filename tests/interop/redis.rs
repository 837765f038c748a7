//! Real Crawlee and larder on the same data, both ways: what one writes the other must read, and
//! what larder writes must be what Crawlee itself would have written.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::io::{BufRead, BufReader, Write};

use futures::TryStreamExt;
use larder::model::{Aside, AsideList, ErrorKind, Key, OpenBy, RecordState, StoreName};
use serde_json::json;

use crate::cases;
use crate::peer::{self, Crawlee, Op, connect};
use crate::python;
use crate::server::Server;
use crate::short::Short as _;
use crate::state::{assert_same, dump};

/// Names and aliases that Crawlee takes, however odd.
fn stores() -> Vec<OpenBy> {
    vec![
        OpenBy::Default,
        OpenBy::Name("Shop-2".into()),
        OpenBy::Alias("a:b *[x]? {y}".into()),
        OpenBy::Alias("metadata_items:items".into()),
        OpenBy::Alias("東京 🚀\n\u{202e}\"".into()),
    ]
}

fn set_all() -> Vec<Op> {
    cases::all().into_iter().map(Op::Set).collect()
}

/// Does the same steps on two servers, with Crawlee on one and larder on the other; after each step both must
/// hold the same data.
async fn both_do(steps: Vec<(&str, Vec<Op>)>) {
    let (theirs, ours) = (Server::start(), Server::start());
    let mut crawlee = Crawlee::start(&theirs);
    // Crawlee's reads change accessed_at; larder's do so when asked to.
    let storage = connect(&ours, true).await;
    for (what, ops) in steps {
        crawlee.run(&ops);
        peer::larder(storage.as_ref(), &ops).await;
        assert_same(what, &dump(&theirs), &dump(&ours));
    }
}

#[tokio::test]
async fn larder_creates_stores_as_crawlee_does() {
    let steps = stores().into_iter().map(|by| ("created", vec![Op::Open(by)])).collect();
    both_do(steps).await;
}

#[tokio::test]
async fn larder_writes_every_value_and_key_as_crawlee_does() {
    let by = || Op::Open(OpenBy::Name("shop".into()));
    let mut written = vec![by()];
    written.extend(set_all());
    let mut overwritten = vec![by()];
    overwritten.extend(cases::all().into_iter().rev().zip(cases::all()).map(|(mut value, key)| {
        value.key = key.key;
        Op::Set(value)
    }));
    both_do(vec![("written", written), ("overwritten", overwritten)]).await;
}

#[tokio::test]
async fn crawlee_sees_what_is_set_aside_as_purged_or_dropped() {
    let server = Server::start();
    let mut crawlee = Crawlee::start(&server);
    let storage = connect(&server, false).await;
    for by in stores() {
        let store = match &by {
            OpenBy::Name(name) | OpenBy::Alias(name) => StoreName::from(name.as_str()),
            _ => StoreName::from("default"),
        };
        let keys = Op::Keys { after: None, limit: None };
        let count = |seen: &serde_json::Value| seen.as_array().unwrap().len();
        let mut all = cases::all();
        crawlee.run(&[Op::Open(by.clone()), Op::Set(all.remove(5)), Op::Set(all.remove(5))]);
        let seen = crawlee.run(&[Op::Metadata, keys.clone()]);
        assert_eq!(count(&seen[1]), 2, "{seen:?}");
        let id = seen[0]["id"].as_str().unwrap().to_owned();

        // For the client that has it open it is purged, and that client goes on writing.
        let records = storage.set_aside(&Aside::Records(store.clone())).await.unwrap();
        let now = crawlee.run(&[keys.clone(), Op::Set(all.remove(5)), keys.clone()]);
        assert_eq!((count(&now[0]), count(&now[2])), (0, 1), "{by:?}");
        let same = crawlee.run(&[Op::Open(OpenBy::Id(id.clone())), Op::Metadata]);
        assert_eq!(same[1]["id"], json!(id), "{by:?}");
        let restored =
            storage.restore(&records.id, &larder::model::Progress::default()).await.unwrap();
        assert_eq!((restored.records, restored.left), (2, 0), "{by:?}");
        assert_eq!(count(&crawlee.run(std::slice::from_ref(&keys))[0]), 3, "{by:?}");

        // A store that was dropped is not found by its id, and comes back with it.
        let whole = storage.set_aside(&Aside::Store(store.clone())).await.unwrap();
        let by_id = Op::Open(OpenBy::Id(id.clone()));
        let gone = crawlee.run(std::slice::from_ref(&by_id));
        assert!(gone[0]["error"].is_string(), "{by:?}: {gone:?}");
        storage.restore(&whole.id, &larder::model::Progress::default()).await.unwrap();
        let back = crawlee.run(&[by_id, Op::Metadata, keys.clone()]);
        assert_eq!((back[1]["id"].clone(), count(&back[2])), (json!(id), 3), "{by:?}");

        // By its name, Crawlee makes it anew, and it then gets the records that it lacks.
        let whole = storage.set_aside(&Aside::Store(store.clone())).await.unwrap();
        let anew = crawlee.run(&[Op::Open(by.clone()), Op::Metadata, keys.clone()]);
        assert_eq!(count(&anew[2]), 0, "{by:?}");
        assert_ne!(anew[1]["id"], json!(id), "{by:?}");
        crawlee.run(&[Op::Set(cases::all().remove(5))]);
        let restored =
            storage.restore(&whole.id, &larder::model::Progress::default()).await.unwrap();
        assert_eq!((restored.records, restored.left), (2, 1), "{by:?}");
        let now = crawlee.run(&[Op::Open(by.clone()), Op::Metadata, keys]);
        assert_eq!((now[1]["id"].clone(), count(&now[2])), (anew[1]["id"].clone(), 3), "{by:?}");
    }
    assert_eq!(storage.asides(AsideList::All).await.unwrap().len(), stores().len());
}

#[tokio::test]
async fn larder_deletes_purges_and_drops_as_crawlee_does() {
    let by = || Op::Open(OpenBy::Alias("a:b *[x]".into()));
    let mut filled = vec![Op::Open(OpenBy::Name("other".into()))];
    filled.extend(set_all().into_iter().take(3));
    filled.push(by());
    filled.extend(set_all());
    let mut deleted = vec![by(), Op::Delete("not there".into())];
    deleted.extend(cases::keys().into_iter().map(Op::Delete));
    let mut again = vec![by()];
    again.extend(set_all().into_iter().take(5));
    both_do(vec![
        ("filled", filled),
        ("deleted", deleted),
        ("purged", vec![by(), Op::Purge]),
        ("purged when empty", vec![by(), Op::Purge]),
        ("filled again", again.clone()),
        ("deleted from a new store", vec![Op::Open(OpenBy::Default), Op::Delete("x".into())]),
        ("dropped", vec![by(), Op::Drop]),
        ("made again", again),
    ])
    .await;
}

#[tokio::test]
async fn reads_change_accessed_at_as_crawlee_does_when_asked_to() {
    let by = || Op::Open(OpenBy::Default);
    let mut steps = vec![("filled", [vec![by()], set_all()].concat())];
    let reads = [
        ("opened", by()),
        ("metadata read", Op::Metadata),
        ("a value read", Op::Get("value-20".into())),
        ("a missing value read", Op::Get("not there".into())),
        ("existence asked", Op::Exists("value-20".into())),
        ("missing existence asked", Op::Exists("not there".into())),
        ("keys listed", Op::Keys { after: None, limit: None }),
        ("few keys listed", Op::Keys { after: Some("a".into()), limit: Some(2) }),
    ];
    for (what, read) in reads {
        // A write in between makes all times equal again, so that each read shows by itself.
        steps.push((what, vec![by(), set_all()[0].clone(), read]));
    }
    both_do(steps).await;
}

#[tokio::test]
async fn reads_change_nothing_unless_asked_to() {
    let server = Server::start();
    Crawlee::start(&server).run(&[vec![Op::Open(OpenBy::Default)], set_all()].concat());
    let raw = |server: &Server| server.cli(&["JSON.GET", "key_value_stores:default:metadata"]);
    let (before, times) = (dump(&server), raw(&server));
    let storage = connect(&server, false).await;
    let store = StoreName::from("default");
    storage.all_stores().await.unwrap();
    storage.open(&OpenBy::Default).await.unwrap();
    storage.get_metadata(&store).await.unwrap();
    storage.scan_keys(&store).try_collect::<Vec<_>>().await.unwrap();
    let pages: Vec<_> = storage.iterate_keys(&store, b"", None, None).try_collect().await.unwrap();
    for meta in pages.iter().flat_map(larder::model::KeyPage::to_metas) {
        storage.get_record_metadata(&store, &meta.key).await.unwrap();
        storage.get_value(&store, &meta.key).await.unwrap();
        storage.read_up_to(&store, &meta.key, 100).await.unwrap();
        storage.record_exists(&store, &meta.key).await.unwrap();
    }
    assert_same("read", &before, &dump(&server));
    assert_eq!(times, raw(&server));
}

#[tokio::test]
async fn larder_reads_what_crawlee_wrote_byte_for_byte() {
    let server = Server::start();
    let mut crawlee = Crawlee::start(&server);
    for by in stores() {
        crawlee.run(&[vec![Op::Open(by)], set_all()].concat());
    }
    let storage = connect(&server, false).await;
    let listed = storage.all_stores().await.unwrap();
    assert_eq!(listed.len(), stores().len());
    for by in stores() {
        let opened = storage.open(&by).await.unwrap();
        assert!(!opened.created);
        let store = opened.info.store;
        assert_eq!(store, peer::internal_name(&by));
        assert!(listed.iter().any(|info| info.store == store && info.id == opened.info.id));
        let items = [b"key_value_stores:", store.as_bytes(), b":items"].concat();
        for case in cases::all() {
            let stored = server.command(&[b"HGET", &items, case.key.as_bytes()]).bytes().unwrap();
            let key = Key::from(case.key.as_str());
            let (bytes, content_type) = case.larder.clone().encode(case.given());
            let record = storage.get_value(&store, &key).await.unwrap().unwrap();
            assert_eq!(record.value, stored, "{:?}", case.key);
            assert_eq!(record.value, bytes, "{:?}", case.key);
            assert_eq!(record.meta.content_type, content_type, "{:?}", case.key);
            assert_eq!(record.meta.size, bytes.len() as u64, "{:?}", case.key);
            assert_eq!(record.meta.state, RecordState::Whole, "{:?}", case.key);
            assert!(storage.record_exists(&store, &key).await.unwrap());
        }
    }
}

#[tokio::test]
async fn crawlee_reads_what_larder_wrote() {
    let (server, own) = (Server::start(), Server::start());
    let (mut crawlee, mut crawlee_alone) = (Crawlee::start(&server), Crawlee::start(&own));
    let storage = connect(&server, false).await;
    let mut reads = Vec::new();
    for case in cases::all() {
        reads.push(Op::Get(case.key.clone()));
        reads.push(Op::Exists(case.key));
    }
    reads.push(Op::Keys { after: None, limit: None });
    for by in stores() {
        let writes = [vec![Op::Open(by.clone())], set_all()].concat();
        peer::larder(storage.as_ref(), &writes).await;
        crawlee.run(&[Op::Open(by.clone())]);
        // Crawlee must say the same of larder's records as of its own.
        crawlee_alone.run(&writes);
        let (of_ours, of_theirs) = (crawlee.run(&reads), crawlee_alone.run(&reads));
        for ((op, of_ours), of_theirs) in reads.iter().zip(of_ours).zip(of_theirs) {
            assert_eq!(of_ours, of_theirs, "{by:?} {:?}", op.json());
        }
    }
}

#[tokio::test]
async fn keys_come_in_crawlees_order() {
    let server = Server::start();
    let mut crawlee = Crawlee::start(&server);
    let by = Op::Open(OpenBy::Name("shop".into()));
    crawlee.run(&[vec![by.clone()], set_all()].concat());
    let storage = connect(&server, false).await;
    let mut starts: Vec<Option<String>> = vec![None, Some("not a key".into()), Some("zzz".into())];
    starts.extend(cases::keys().into_iter().map(Some));
    let mut ops = vec![by];
    for after in starts {
        for limit in [None, Some(0), Some(1), Some(7), Some(10_000)] {
            ops.push(Op::Keys { after: after.clone(), limit });
        }
    }
    let theirs = crawlee.run(&ops);
    let ours = peer::larder(storage.as_ref(), &ops).await;
    for ((op, theirs), ours) in ops.iter().zip(theirs).zip(ours).skip(1) {
        assert_eq!(theirs, ours, "{:?}", op.json());
    }
}

#[tokio::test]
async fn each_opens_purges_and_drops_what_the_other_made() {
    let server = Server::start();
    let mut crawlee = Crawlee::start(&server);
    let storage = connect(&server, false).await;
    for by in stores() {
        let store = peer::internal_name(&by);
        let fill = Op::Set(cases::all().remove(5));
        let open = Op::Open(by.clone());

        // larder makes it; Crawlee opens it by name and by id, fills and purges it.
        let opened = storage.open(&by).await.unwrap();
        assert!(opened.created, "{by:?}");
        let id = opened.info.id.unwrap();
        let by_id = Op::Open(OpenBy::Id(id.clone()));
        let found = crawlee.run(&[open.clone(), by_id.clone(), fill.clone()]);
        assert_eq!((&found[0]["id"], &found[1]["id"]), (&json!(id), &json!(id)), "{by:?}");
        let info = storage.get_metadata(&store).await.unwrap();
        assert_eq!(found[0]["key"], json!(info.metadata_key));
        assert_eq!(storage.get_metadata(&store).await.unwrap().records, Some(1));
        crawlee.run(&[open.clone(), Op::Purge]);
        assert_eq!(storage.get_metadata(&store).await.unwrap().records, Some(0));
        assert_eq!(storage.get_metadata(&store).await.unwrap().id, Some(id.clone()));

        // larder purges what Crawlee filled, and drops it; Crawlee finds it gone and makes it anew.
        crawlee.run(&[open.clone(), fill.clone()]);
        assert_eq!(storage.purge(&store).await.unwrap().records, 1);
        let keys = Op::Keys { after: None, limit: None };
        let empty = crawlee.run(&[open.clone(), keys]);
        assert_eq!((&empty[0]["id"], &empty[1]), (&json!(id), &json!([])));
        storage.drop_store(&store).await.unwrap();
        let made = crawlee.run(&[by_id, open.clone(), fill]);
        assert!(made[0]["error"].as_str().unwrap().contains("does not exist"), "{made:?}");
        let new = made[1]["id"].as_str().unwrap().to_owned();
        assert_ne!(new, id);

        // larder opens what Crawlee made, by name and by id; Crawlee drops it.
        let opened = storage.open(&by).await.unwrap();
        assert_eq!((opened.created, opened.info.id.as_deref()), (false, Some(new.as_str())));
        let opened = storage.open(&OpenBy::Id(new.clone())).await.unwrap();
        assert_eq!((opened.created, opened.info.store), (false, store.clone()));
        crawlee.run(&[open, Op::Drop]);
        let gone = storage.open(&OpenBy::Id(new)).await.unwrap_err();
        assert_eq!(gone.kind, ErrorKind::NotFound);
        assert_eq!(storage.get_metadata(&store).await.unwrap_err().kind, ErrorKind::NotFound);
    }
    assert_eq!(dump(&server), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_openers_at_once_get_one_store() {
    const HALF: usize = 25;
    const ROUNDS: usize = 8;
    let server = Server::start();
    let processes = HALF.to_string();
    let mut crawlee =
        python::program("interop/opener.py", &[&server.url(), &processes]).spawn().unwrap();
    let mut said = BufReader::new(crawlee.stdout.take().unwrap()).lines();
    for _ in 0..HALF {
        assert_eq!(said.next().unwrap().unwrap(), "ready");
    }
    let mut storages = Vec::new();
    for _ in 0..HALF {
        storages.push(connect(&server, false).await);
    }
    for round in 0..ROUNDS {
        // Named stores and aliases in turn.
        let name = format!("new-{round}");
        let (by, line) = match round % 2 {
            0 => (OpenBy::Name(name.clone()), json!({ "name": name })),
            _ => (OpenBy::Alias(name.clone()), json!({ "alias": name })),
        };
        let tasks: Vec<_> = storages
            .iter()
            .map(|storage| {
                let (storage, by) = (std::sync::Arc::clone(storage), by.clone());
                tokio::spawn(async move { storage.open(&by).await.map(|opened| opened.info.id) })
            })
            .collect();
        writeln!(crawlee.stdin.as_mut().unwrap(), "{line}").unwrap();
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap().unwrap().unwrap());
        }
        ids.extend((0..HALF).map(|_| said.next().unwrap().unwrap()));
        assert_eq!(ids.len(), 2 * HALF);
        ids.dedup();
        assert_eq!(ids.len(), 1, "{name} has several ids: {ids:?}");
        let id = server.cli(&["HGET", "key_value_stores:name_to_id", &name]);
        assert_eq!(id, ids[0].as_bytes());
        assert_eq!(server.cli(&["HGET", "key_value_stores:id_to_name", &ids[0]]), name.as_bytes());
        let signal = format!("key_value_stores:{name}:created_signal");
        assert_eq!(server.cli(&["LRANGE", &signal, "0", "-1"]), b"1");
    }
    let stores = i64::try_from(ROUNDS).unwrap() + 1;
    assert_eq!(server.command(&[b"HLEN", b"key_value_stores:id_to_name"]).int(), stores);
    drop(crawlee.stdin.take());
    assert!(crawlee.wait().unwrap().success());
}
