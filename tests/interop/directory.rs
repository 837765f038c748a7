//! Real Crawlee and larder on the same directories, both ways: what one writes the other must
//! read, and the files that larder writes must be those that Crawlee itself would have written.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

mod javascript;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use larder::model::{Aside, ContentType, ErrorKind, Expect, Key, OpenBy, RecordState, SetValue};
use larder::storage::{self, Options, Storage, Target};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::cases::{self, Case};
use crate::peer::{self, Crawlee, Op, internal_name};
use crate::rewrites;
use crate::short::Short as _;

/// The cases whose keys can be names of files.
fn all() -> Vec<Case> {
    cases::all().into_iter().filter(|case| kept(&case.key)).collect()
}

fn kept(key: &str) -> bool {
    !matches!(key, "" | "." | "..") && key.len() < 1000
}

fn stores() -> Vec<OpenBy> {
    vec![
        OpenBy::Default,
        OpenBy::Name("Shop-2".into()),
        OpenBy::Alias("a:b *[x]? {y}%41".into()),
        OpenBy::Alias("東京 🚀\n\u{202e}\"".into()),
    ]
}

async fn connect(folder: &TempDir, touch: bool) -> Arc<dyn Storage> {
    let options = Options { touch, durable: false, ..Options::default() };
    let target = Target::Directory(folder.path().to_owned());
    storage::connect(&target, &options).await.unwrap()
}

fn crawlee(folder: &TempDir) -> Crawlee {
    Crawlee::start_on(folder.path().to_str().unwrap())
}

/// Every file below a directory with its permissions and content. The id in a store's metadata is masked; of
/// its times, only the form and the order are kept.
fn files(root: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    collect(root, root, &mut found);
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, (u32, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let mode = entry.metadata().unwrap().permissions().mode();
        if path.is_dir() {
            found.insert(name, (mode, Vec::new()));
            collect(root, &path, found);
        } else {
            let mut content = fs::read(&path).unwrap();
            if entry.file_name() == "__metadata__.json" {
                content = without_chance(&String::from_utf8(content).unwrap()).into_bytes();
            }
            found.insert(name, (mode, content));
        }
    }
}

fn without_chance(text: &str) -> String {
    let fields: Json = serde_json::from_str(text).unwrap();
    let mut times: Vec<&str> = ["accessed_at", "created_at", "modified_at"]
        .map(|name| fields[name].as_str().unwrap())
        .into();
    times.sort_unstable();
    times.dedup();
    let id = fields["id"].as_str().unwrap();
    assert_eq!(id.len(), 17, "{text}");
    let mut plain = text.replace(id, "ID");
    for (at, time) in times.iter().enumerate() {
        let form: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        // A fraction of zero is left out.
        assert!(form == "0000-00-00 00:00:00.000000+00:00" || form == "0000-00-00 00:00:00+00:00");
        plain = plain.replace(time, &format!("TIME {at}"));
    }
    plain
}

#[track_caller]
fn assert_same(what: &str, theirs: &TempDir, ours: &TempDir) {
    let (theirs, ours) = (files(theirs.path()), files(ours.path()));
    let names = |files: &BTreeMap<String, _>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&theirs), names(&ours), "{what}");
    for (name, theirs) in &theirs {
        let show = |(mode, bytes): &(u32, Vec<u8>)| {
            format!("{mode:o} {}", String::from_utf8_lossy(bytes).escape_debug())
        };
        assert_eq!(show(theirs), show(&ours[name]), "{what}: {name:?}");
    }
}

/// Does the same steps in two directories, with Crawlee in one and larder in the other; after each step both
/// must hold the same files. For JSON, which Crawlee lays out itself, larder is given the bytes.
async fn both_do(steps: Vec<(&str, Vec<Op>)>) {
    let (theirs, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut crawlee = crawlee(&theirs);
    let reader = connect(&theirs, false).await;
    let storage = connect(&ours, true).await;
    let mut store = larder::model::StoreName::default();
    for (what, ops) in steps {
        crawlee.run(&ops);
        for op in &ops {
            match op {
                Op::Open(by) => {
                    store = internal_name(by);
                    storage.open(by).await.unwrap();
                }
                Op::Set(case) => {
                    let key = Key::from(case.key.as_str());
                    let (mut value, content_type) = case.larder.clone().encode(case.given());
                    if content_type.as_str().contains("application/json") {
                        value = reader.get_value(&store, &key).await.unwrap().unwrap().value;
                    }
                    let store = store.clone();
                    let set =
                        SetValue { store, key, value, content_type, expected: Expect::Anything };
                    storage.set_value(&set).await.unwrap();
                }
                // The operation is on the store that was opened last.
                other => {
                    let open = match store.as_str() {
                        Some("default") => OpenBy::Default,
                        Some(name) => OpenBy::Alias(name.to_owned()),
                        None => unreachable!("all names are UTF-8"),
                    };
                    peer::larder(storage.as_ref(), &[Op::Open(open), other.clone()]).await;
                }
            }
        }
        assert_same(what, &theirs, &ours);
    }
}

#[tokio::test]
async fn larder_creates_stores_as_crawlee_does() {
    both_do(stores().into_iter().map(|by| ("created", vec![Op::Open(by)])).collect()).await;
}

#[tokio::test]
async fn larder_writes_every_value_and_key_as_crawlee_does() {
    let by = || Op::Open(OpenBy::Name("shop".into()));
    let mut steps = Vec::new();
    for case in all() {
        steps.push(("written", vec![by(), Op::Set(case)]));
    }
    both_do(steps).await;
}

#[tokio::test]
async fn larder_deletes_purges_and_drops_as_crawlee_does() {
    let by = || Op::Open(OpenBy::Alias("a:b *[x]".into()));
    let some = |count| all().into_iter().rev().take(count).map(Op::Set);
    let mut filled = vec![Op::Open(OpenBy::Name("other".into()))];
    filled.extend(some(3));
    filled.push(by());
    filled.extend(some(50));
    let deleted = all().into_iter().rev().take(30).map(|case| Op::Delete(case.key));
    both_do(vec![
        ("filled", filled),
        ("deleted", [by()].into_iter().chain(deleted).collect()),
        ("deleted what is not there", vec![by(), Op::Delete("not there".into())]),
        ("purged", vec![by(), Op::Purge]),
        ("filled again", [by()].into_iter().chain(some(5)).collect()),
        ("dropped", vec![by(), Op::Drop]),
        ("made again", [by()].into_iter().chain(some(5)).collect()),
    ])
    .await;
}

#[tokio::test]
async fn reads_change_nothing_unless_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let sets = all().into_iter().map(Op::Set);
    crawlee(&folder).run(&[Op::Open(OpenBy::Default)].into_iter().chain(sets).collect::<Vec<_>>());
    let raw =
        || fs::read(folder.path().join("key_value_stores/default/__metadata__.json")).unwrap();
    let (before, times) = (files(folder.path()), raw());
    let mut ops = vec![Op::Open(OpenBy::Default), Op::Metadata];
    for case in all() {
        ops.extend([Op::Get(case.key.clone()), Op::Exists(case.key)]);
    }
    ops.push(Op::Keys { after: None, limit: None });
    peer::larder(connect(&folder, false).await.as_ref(), &ops).await;
    assert_eq!((before, &times), (files(folder.path()), &raw()));
    peer::larder(connect(&folder, true).await.as_ref(), &ops[..2]).await;
    assert_ne!(times, raw());
}

#[tokio::test]
async fn larder_reads_what_crawlee_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = crawlee(&folder);
    for by in stores() {
        let sets = all().into_iter().map(Op::Set);
        crawlee.run(&[Op::Open(by)].into_iter().chain(sets).collect::<Vec<_>>());
    }
    let storage = connect(&folder, false).await;
    let listed = storage.all_stores().await.unwrap();
    assert_eq!(listed.len(), stores().len());
    for by in stores() {
        let opened = storage.open(&by).await.unwrap();
        assert!(!opened.created);
        let store = opened.info.store;
        assert!(listed.iter().any(|info| info.store == store && info.id == opened.info.id));
        for case in all() {
            let key = Key::from(case.key.as_str());
            let (bytes, content_type) = case.larder.clone().encode(case.given());
            let record = storage.get_value(&store, &key).await.unwrap().unwrap();
            if !content_type.as_str().contains("application/json") {
                assert_eq!(record.value, bytes, "{:?}", case.key);
            }
            assert_eq!(record.meta.content_type, content_type, "{:?}", case.key);
            assert_eq!(record.meta.size, record.value.len() as u64, "{:?}", case.key);
            assert_eq!(record.meta.state, RecordState::Whole, "{:?}", case.key);
            let url = storage.get_public_url(&store, &key).await.unwrap();
            let theirs = crawlee.run(&[Op::Open(by.clone()), Op::Url(case.key.clone())]);
            assert_eq!(theirs[1], json!(url));
        }
    }
}

#[tokio::test]
async fn crawlee_reads_what_larder_wrote() {
    let (shared, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut on_ours, mut alone) = (crawlee(&shared), crawlee(&own));
    let storage = connect(&shared, false).await;
    let mut reads = Vec::new();
    for case in all() {
        reads.extend([Op::Get(case.key.clone()), Op::Exists(case.key)]);
    }
    reads.push(Op::Keys { after: None, limit: None });
    for by in stores() {
        // JSON that is not laid out as by Crawlee has another size: it is left out here.
        let is_json = |case: &Case| {
            let (_, content_type) = case.larder.clone().encode(case.given());
            content_type.as_str().contains("application/json")
        };
        let sets = all().into_iter().filter(|case| !is_json(case)).map(Op::Set);
        let writes: Vec<_> = [Op::Open(by.clone())].into_iter().chain(sets).collect();
        peer::larder(storage.as_ref(), &writes).await;
        on_ours.run(&[Op::Open(by.clone())]);
        alone.run(&writes);
        for ((op, of_ours), of_theirs) in
            reads.iter().zip(on_ours.run(&reads)).zip(alone.run(&reads))
        {
            assert_eq!(of_ours, of_theirs, "{by:?} {:?}", op.json());
        }
    }
    // The values of JSON, too, however it is laid out.
    storage.open(&OpenBy::Default).await.unwrap();
    let json = SetValue {
        store: "default".into(),
        key: "json".into(),
        value: r#"{"ü":[1,{"a":null}]}"#.into(),
        content_type: ContentType::JSON,
        expected: Expect::Absent,
    };
    storage.set_value(&json).await.unwrap();
    let read = on_ours.run(&[Op::Open(OpenBy::Default), Op::Get("json".into())]);
    assert_eq!(read[1]["value"], json!({"json": r#"{"ü": [1, {"a": null}]}"#}));
}

#[tokio::test]
async fn crawlee_reads_what_larder_renamed_copied_and_retyped() {
    let folder = tempfile::tempdir().unwrap();
    let storage = connect(&folder, false).await;
    rewrites::crawlee_reads_them(&*storage, &mut crawlee(&folder), &all()).await;
}

#[tokio::test]
async fn crawlee_sees_what_is_set_aside_as_purged_or_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = crawlee(&folder);
    let storage = connect(&folder, false).await;
    for by in stores() {
        let store = internal_name(&by);
        let keys = Op::Keys { after: None, limit: None };
        let fill = [Op::Open(by.clone()), Op::Set(all().remove(5)), Op::Set(all().remove(6))];
        crawlee.run(&fill);
        let seen = crawlee.run(&[Op::Metadata, keys.clone()]);
        assert_eq!(seen[1].as_array().unwrap().len(), 2, "{seen:?}");
        let id = seen[0]["id"].as_str().unwrap().to_owned();

        // For the client that has it open it is purged, and that client goes on writing.
        let records = storage.set_aside(&Aside::Records(store.clone())).await.unwrap();
        let now = crawlee.run(&[keys.clone(), Op::Set(all().remove(7)), keys.clone()]);
        assert_eq!((now[0].as_array().unwrap().len(), now[2].as_array().unwrap().len()), (0, 1));
        let same = crawlee.run(&[Op::Open(OpenBy::Id(id.clone())), Op::Metadata]);
        assert_eq!(same[1]["id"], json!(id), "{by:?}");
        let restored =
            storage.restore(&records.id, &larder::model::Progress::default()).await.unwrap();
        assert_eq!((restored.records, restored.left), (2, 0), "{by:?}");
        let after = crawlee.run(std::slice::from_ref(&keys));
        assert_eq!(after[0].as_array().unwrap().len(), 3, "{by:?}");

        // A store that was dropped is not found by its id, because it lies next to the stores.
        let whole = storage.set_aside(&Aside::Store(store.clone())).await.unwrap();
        let by_id = Op::Open(OpenBy::Id(id.clone()));
        let gone = crawlee.run(std::slice::from_ref(&by_id));
        assert!(gone[0]["error"].as_str().unwrap().contains("not found"), "{gone:?}");
        storage.restore(&whole.id, &larder::model::Progress::default()).await.unwrap();
        let back = crawlee.run(&[by_id, keys]);
        assert_eq!(back[0]["id"], json!(id), "{by:?}");
        assert_eq!(back[1].as_array().unwrap().len(), 3, "{by:?}");
    }
}

#[tokio::test]
async fn each_opens_purges_and_drops_what_the_other_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = crawlee(&folder);
    let storage = connect(&folder, false).await;
    for by in stores() {
        let store = internal_name(&by);
        let fill = Op::Set(all().remove(5));
        let open = Op::Open(by.clone());
        let opened = storage.open(&by).await.unwrap();
        assert!(opened.created, "{by:?}");
        let id = opened.info.id.unwrap();
        let by_id = Op::Open(OpenBy::Id(id.clone()));
        let found = crawlee.run(&[open.clone(), by_id.clone(), fill.clone()]);
        assert_eq!((&found[0]["id"], &found[1]["id"]), (&json!(id), &json!(id)), "{by:?}");
        assert_eq!(storage.get_metadata(&store).await.unwrap().records, Some(1));
        crawlee.run(&[open.clone(), Op::Purge]);
        assert_eq!(storage.get_metadata(&store).await.unwrap().records, Some(0));

        crawlee.run(&[open.clone(), fill.clone()]);
        assert_eq!(storage.purge(&store).await.unwrap().records, 1);
        storage.drop_store(&store).await.unwrap();
        let made = crawlee.run(&[by_id, open.clone(), fill]);
        assert!(made[0]["error"].as_str().unwrap().contains("not found"), "{made:?}");
        let new = made[1]["id"].as_str().unwrap().to_owned();
        let opened = storage.open(&OpenBy::Id(new.clone())).await.unwrap();
        assert_eq!((opened.created, opened.info.store), (false, store.clone()));
        crawlee.run(&[open, Op::Drop]);
        let gone = storage.open(&OpenBy::Id(new)).await.unwrap_err();
        assert_eq!(gone.kind, ErrorKind::NotFound);
    }
}
