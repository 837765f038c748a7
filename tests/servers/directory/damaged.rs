//! Directories that are not as Crawlee leaves them, and that change while they are used.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use futures::{StreamExt as _, TryStreamExt as _};
use larder::model::{
    ContentType, ErrorKind, Expect, Key, OpenBy, Reading, RecordState, SetValue, StoreName,
    StoreState, Value,
};
use larder::storage::Options;

use super::{Directory, connect};
use crate::contract::{put, scan, set, store};
use crate::short::Short as _;

fn metadata(key: &str, size: usize) -> String {
    format!("{{\"key\": \"{key}\", \"content_type\": \"text/plain\", \"size\": {size}}}")
}

#[tokio::test]
async fn every_damage_of_a_record_is_told() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    let path = made.store("shop");
    let beside = |name: &str| path.join(format!("{name}.__metadata__.json"));
    for (name, value, stated) in [
        ("bare.HTML", Some("12345"), None),
        ("novalue", None, Some(metadata("novalue", 3))),
        ("bad", Some("123"), Some("{\"key\":".to_owned())),
        ("size", Some("123"), Some(metadata("size", 9))),
        ("whole", Some("123"), Some(metadata("whole", 3))),
        ("x.abcd1234.tmp", Some("being written"), None),
        ("y.abcd1234.tmp", Some("123"), Some(metadata("y", 3))),
        (".larder-1.tmp", Some("being written"), None),
    ] {
        if let Some(value) = value {
            fs::write(path.join(name), value).unwrap();
        }
        if let Some(stated) = stated {
            fs::write(beside(name), stated).unwrap();
        }
    }
    let found = scan(made.storage(), &shop).await;
    let states: Vec<_> = found
        .iter()
        .map(|meta| (meta.key.escaped(), meta.content_type.short().to_owned(), meta.state.clone()))
        .collect();
    let expected = [
        ("bad", "?", RecordState::BadMetadata("{\"key\":".to_owned())),
        ("bare", "html", RecordState::BareFile),
        ("novalue", "text", RecordState::NoValue),
        ("size", "text", RecordState::WrongSize(9)),
        ("whole", "text", RecordState::Whole),
        ("y.abcd1234.tmp", "text", RecordState::Whole),
    ]
    .map(|(key, kind, state)| (key.to_owned(), kind.to_owned(), state));
    assert_eq!(states, expected);
    assert_eq!(made.storage().get_metadata(&shop).await.unwrap().records, Some(6));
    for meta in &found {
        let alone = made.storage().get_record_metadata(&shop, &meta.key).await.unwrap();
        assert_eq!(alone.as_ref(), Some(meta));
        let read = made.storage().get_value(&shop, &meta.key).await.unwrap().unwrap();
        assert_eq!(read.meta, *meta);
    }
    let hidden = Key::from("x.abcd1234.tmp");
    assert_eq!(made.storage().get_value(&shop, &hidden).await.unwrap(), None);

    assert_eq!(made.storage().purge(&shop).await.unwrap().records, 6);
    let left: Vec<_> =
        fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["__metadata__.json"]);
}

#[tokio::test]
async fn what_is_no_file_is_no_record_and_leads_nowhere() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    let path = made.store("shop");
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    symlink(&secret, path.join("link")).unwrap();
    symlink(&secret, path.join("half.__metadata__.json")).unwrap();
    symlink("/dev/zero", path.join("endless")).unwrap();
    symlink(outside.path().join("nothing"), path.join("dangling")).unwrap();
    fs::create_dir(path.join("folder")).unwrap();
    fs::write(path.join("folder/inside"), "x").unwrap();
    let _socket = UnixListener::bind(path.join("socket")).unwrap();
    assert!(Command::new("mkfifo").arg(path.join("pipe")).status().unwrap().success());
    assert!(
        Command::new("mkfifo")
            .arg(path.join("piped.__metadata__.json"))
            .status()
            .unwrap()
            .success()
    );

    assert_eq!(scan(made.storage(), &shop).await, []);
    for name in ["link", "half", "endless", "dangling", "folder", "socket", "pipe", "piped"] {
        let key = Key::from(name);
        assert_eq!(made.storage().get_value(&shop, &key).await.unwrap(), None, "{name}");
        assert_eq!(made.storage().get_record_metadata(&shop, &key).await.unwrap(), None, "{name}");
        assert!(!made.storage().record_exists(&shop, &key).await.unwrap(), "{name}");
        for expected in [Expect::Anything, Expect::Absent] {
            let write = set(&shop, &key, Value::Text("x".into()), None);
            let error =
                made.storage().set_value(&SetValue { expected, ..write }).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Damaged, "{name}: {error}");
        }
        let deleted = made.storage().delete_value(&shop, &[key]).await.unwrap();
        assert_eq!(deleted.records, 0, "{name}");
    }
    assert_eq!(made.storage().purge(&shop).await.unwrap().records, 0);
    assert!(path.join("folder/inside").exists() && path.join("link").is_symlink());
    assert!(no_temporary_files(&path));

    symlink(outside.path(), path.join("folder/out")).unwrap();
    made.storage().drop_store(&shop).await.unwrap();
    assert!(!path.exists());
    assert_eq!(fs::read(&secret).unwrap(), b"secret");
}

#[tokio::test]
async fn linked_directories_are_named_and_never_entered() {
    let made = Directory::new().await;
    store(made.storage(), "shop").await;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("record"), "secret").unwrap();
    symlink(outside.path(), made.store("linked")).unwrap();
    let listed = made.storage().all_stores().await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(matches!(&listed[0].state, StoreState::Damaged(why) if why.contains("link")));

    let linked = StoreName::from("linked");
    let storage = made.storage();
    let write = set(&linked, &Key::from("record"), Value::Text("x".into()), None);
    for kind in [
        storage.open(&OpenBy::Name("linked".into())).await.unwrap_err().kind,
        storage.get_value(&linked, &Key::from("record")).await.unwrap_err().kind,
        storage.set_value(&write).await.unwrap_err().kind,
        storage.purge(&linked).await.unwrap_err().kind,
        storage.drop_store(&linked).await.unwrap_err().kind,
    ] {
        assert_eq!(kind, ErrorKind::Damaged);
    }
    // The same one level higher; the given directory itself may be a link.
    let root = made.folder.path();
    fs::rename(root.join("key_value_stores"), outside.path().join("moved")).unwrap();
    symlink(outside.path().join("moved"), root.join("key_value_stores")).unwrap();
    assert_eq!(storage.all_stores().await.unwrap_err().kind, ErrorKind::Damaged);
    let other = tempfile::tempdir().unwrap();
    let real = tempfile::tempdir().unwrap();
    symlink(real.path(), other.path().join("storage")).unwrap();
    let linked = connect(&other.path().join("storage"), &Options::default()).await;
    linked.open(&OpenBy::Default).await.unwrap();
    assert!(real.path().join("key_value_stores/default/__metadata__.json").exists());
    assert_eq!(fs::read(outside.path().join("record")).unwrap(), b"secret");
}

#[tokio::test]
async fn names_of_stores_lead_nowhere() {
    let made = Directory::new().await;
    store(made.storage(), "shop").await;
    fs::write(made.folder.path().join("outside"), "secret").unwrap();
    for name in ["", ".", "..", "../..", "shop/..", "/etc", "shop/", "a\0b", "/"] {
        let name = StoreName::from(name);
        let storage = made.storage();
        let key = Key::from("outside");
        let write = set(&name, &key, Value::Text("x".into()), None);
        assert_eq!(storage.get_value(&name, &key).await.unwrap(), None, "{name}");
        for kind in [
            storage.get_metadata(&name).await.unwrap_err().kind,
            storage.set_value(&write).await.unwrap_err().kind,
            storage.purge(&name).await.unwrap_err().kind,
            storage.drop_store(&name).await.unwrap_err().kind,
            storage.scan_keys(&name).next().await.unwrap().unwrap_err().kind,
        ] {
            assert_eq!(kind, ErrorKind::NotFound, "{name}");
        }
    }
    let too_long = storage_error(&made, OpenBy::Alias("a".repeat(256))).await;
    assert_eq!(too_long, ErrorKind::Usage);
    assert_eq!(fs::read_dir(made.folder.path()).unwrap().count(), 2);
}

async fn storage_error(made: &Directory, by: OpenBy) -> ErrorKind {
    made.storage().open(&by).await.unwrap_err().kind
}

#[tokio::test]
async fn what_vanishes_during_a_walk_is_just_not_there() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    for at in 0..300 {
        put(made.storage(), &shop, &format!("key-{at:03}"), "x").await;
    }
    let mut walk = made.storage().scan_keys(&shop);
    let names = walk.next().await.unwrap().unwrap();
    assert_eq!(names.len(), 300);
    assert!(names.iter().all(|row| row.state == Some(&RecordState::NotRead)));
    fs::remove_dir_all(made.store("shop")).unwrap();
    let rest: Vec<_> = walk.try_collect().await.unwrap();
    assert!(rest.iter().all(larder::model::KeyPage::is_empty));
    assert!((rest.last().unwrap().progress - 1.0).abs() < f32::EPSILON);

    // The listing is made anew behind the keys that vanished.
    let shop = store(made.storage(), "shop").await;
    for at in 0..300 {
        put(made.storage(), &shop, &format!("key-{at:03}"), "x").await;
    }
    let mut pages = made.storage().iterate_keys(&shop, b"", None, Some(100));
    let first = pages.next().await.unwrap().unwrap().to_metas();
    assert_eq!((first.len(), &first[0].key), (64, &Key::from("key-000")));
    for at in 64..200 {
        fs::remove_file(made.store("shop").join(format!("key-{at:03}"))).unwrap();
        let beside = format!("key-{at:03}.__metadata__.json");
        fs::remove_file(made.store("shop").join(beside)).unwrap();
    }
    let rest: Vec<_> = pages.try_collect().await.unwrap();
    let rest: Vec<_> = rest.iter().flat_map(larder::model::KeyPage::to_metas).collect();
    assert_eq!(rest.len(), 36);
    assert_eq!(rest.last().unwrap().key, Key::from("key-235"));

    fs::remove_dir_all(made.folder.path()).unwrap();
    let error = made.storage().all_stores().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "no empty list in its place: {error}");
    assert_eq!(made.storage().get_value(&shop, &Key::from("key-001")).await.unwrap(), None);
    let error = made.storage().open(&OpenBy::Default).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn files_placed_by_hand_are_read_and_edited() {
    let made = Directory::new().await;
    let path = made.store("default");
    fs::create_dir_all(&path).unwrap();
    fs::create_dir(made.store("empty")).unwrap();
    let odd = OsStr::from_bytes(b"\xff\xfe.png");
    fs::write(path.join(odd), "png").unwrap();
    fs::write(path.join("INPUT.json"), "{}").unwrap();
    fs::write(path.join("it's a page.html"), "<p>").unwrap();
    let long = "l".repeat(250);
    fs::write(path.join(&long), "long").unwrap();
    fs::create_dir(made.store(OsStr::from_bytes(b"\xff").to_str().unwrap_or("plain"))).unwrap();

    let stores = made.storage().all_stores().await.unwrap();
    let default = stores.iter().find(|info| info.store == "default".into()).unwrap();
    assert_eq!((&default.state, &default.id), (&StoreState::Whole, &None));
    assert_eq!((default.records, stores.len()), (Some(4), 3));
    let store = StoreName::from("default");
    let keys: Vec<_> =
        scan(made.storage(), &store).await.into_iter().map(|meta| meta.key).collect();
    let expected = [&b"INPUT"[..], b"it's a page", long.as_bytes(), b"\xff\xfe"];
    assert_eq!(keys, expected.map(Key::from));

    let page = Key::from("it's a page");
    let read = made.storage().get_value(&store, &page).await.unwrap().unwrap();
    let edit = SetValue {
        store: store.clone(),
        key: page.clone(),
        value: "<p>new".into(),
        content_type: read.meta.content_type.clone(),
        expected: Expect::unchanged(read.value, read.meta.content_type),
    };
    made.storage().set_value(&edit).await.unwrap();
    assert_eq!(fs::read(path.join("it's a page.html")).unwrap(), b"<p>new");
    let after = made.storage().get_record_metadata(&store, &page).await.unwrap().unwrap();
    assert_eq!(after.state, RecordState::BareFile, "an edit leaves it as it was placed");
    let set = SetValue { expected: Expect::Anything, ..edit };
    made.storage().set_value(&set).await.unwrap();
    let after = made.storage().get_record_metadata(&store, &page).await.unwrap().unwrap();
    assert_eq!(after.state, RecordState::BareFile, "so does whatever sets it");
    assert_eq!(fs::read_dir(&path).unwrap().count(), 4);
    assert!(!path.join("__metadata__.json").exists(), "the store's metadata is Crawlee's to make");
    let deleted = made.storage().delete_value(&store, &keys).await.unwrap();
    assert_eq!(deleted.records, 4);
    assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    // Opened by name it becomes Crawlee's.
    assert!(made.storage().open(&OpenBy::Default).await.unwrap().created);
}

#[tokio::test]
async fn a_large_value_is_read_in_part() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    let file = fs::File::create(made.store("shop").join("sparse.bin")).unwrap();
    // More than any memory holds.
    file.set_len(1 << 42).unwrap();
    let key = Key::from("sparse.bin");
    let Some(Reading::Part { meta, bytes: head, .. }) =
        made.storage().read_up_to(&shop, &key, 1000).await.unwrap()
    else {
        panic!("no head");
    };
    assert_eq!((meta.size, head.len()), (1 << 42, 1000));
    let error = made.storage().get_value(&shop, &key).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Io, "{error}");
}

#[tokio::test]
async fn of_many_that_edit_one_record_one_wins() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    for (round, expected) in
        [Expect::Absent, Expect::unchanged("old".into(), ContentType::TEXT)].into_iter().enumerate()
    {
        let key = Key::from(format!("key {round}"));
        if round == 1 {
            put(made.storage(), &shop, "key 1", "old").await;
        }
        let mut tasks = Vec::new();
        for at in 0..20 {
            let other =
                connect(made.folder.path(), &Options { durable: false, ..Options::default() })
                    .await;
            let write = set(&shop, &key, Value::Text(format!("{at}")), None);
            let write = SetValue { expected: expected.clone(), ..write };
            tasks.push(tokio::spawn(async move { other.set_value(&write).await }));
        }
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(error) => assert_eq!(error.kind, ErrorKind::Conflict, "{error}"),
            }
        }
        assert_eq!(won, 1);
        let meta = made.storage().get_record_metadata(&shop, &key).await.unwrap().unwrap();
        assert_eq!(meta.state, RecordState::Whole);
        assert!(no_temporary_files(&made.store("shop")));
    }
}

#[tokio::test]
async fn a_store_with_odd_metadata_keeps_what_it_says() {
    let made = Directory::new().await;
    let shop = store(made.storage(), "shop").await;
    let file = made.store("shop").join("__metadata__.json");
    let odd = r#"{"id": "abc", "name": null, "extra": {"n": 1.50, "ü": []}, "createdAt":
        "2026-01-01T00:00:00Z", "accessed_at": "2026-01-01 00:00:00+00:00", "modified_at":
        "2026-01-01 00:00:00+00:00"}"#;
    fs::write(&file, odd).unwrap();
    put(made.storage(), &shop, "key", "x").await;
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("\n  \"extra\": {\"n\": 1.50, \"ü\": []},\n"), "{text}");
    assert!(text.contains("\"createdAt\": \"2026-01-01T00:00:00Z\""), "{text}");

    for bad in ["", "{", "[]", "{\"id\": 1}", "\0\u{ff}"] {
        fs::write(&file, bad).unwrap();
        let info = made.storage().get_metadata(&shop).await.unwrap();
        assert!(matches!(info.state, StoreState::Damaged(_)), "{bad:?}");
        let write = set(&shop, &Key::from("key"), Value::Text("new".into()), None);
        for error in [
            made.storage().set_value(&write).await.unwrap_err(),
            made.storage().open(&OpenBy::Name("shop".into())).await.unwrap_err(),
        ] {
            assert_eq!(error.kind, ErrorKind::Damaged, "{bad:?}: {error}");
            assert!(error.remedy().contains("larder repair shop"), "{error}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), bad);
    }
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let info = made.storage().get_metadata(&shop).await.unwrap();
    assert!(matches!(info.state, StoreState::Damaged(_)));
    made.storage().drop_store(&shop).await.unwrap();
    assert!(!made.store("shop").exists());
}

/// Whether every writer has cleaned up behind itself.
pub(crate) fn no_temporary_files(path: &Path) -> bool {
    fs::read_dir(path)
        .unwrap()
        .all(|entry| !entry.unwrap().file_name().as_bytes().starts_with(b".larder-"))
}
