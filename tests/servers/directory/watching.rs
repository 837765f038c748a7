//! What changes in a storage directory is told: whole, once, and as it is in the end; by
//! notifications and by polling alike.
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside #[test]")]

mod crawl;
mod listener;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crawl::Crawlee;
use larder::model::{Aside, Key, RecordMeta, RecordState, StoreName, WatchEvent, WatchSource};
use larder::storage::directory::DirectoryStorage;
use larder::storage::{Options, Storage as _};
use listener::{Listener, interest, resources};
use serde_json::json;

/// Runs the test by notifications and by polling.
macro_rules! both_ways {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        mod by_notifications { $(#[test] $(#[$attribute])* fn $name() { super::$name(false); })* }
        mod by_polling { $(#[test] $(#[$attribute])* fn $name() { super::$name(true); })* }
    };
}

both_ways! {
    a_record_of_crawlee_is_told_whole_and_once
    changed_and_deleted_records_are_told
    stores_that_come_and_go_are_told
    a_purge_is_told
    records_that_are_set_aside_and_restored_are_told
    thousands_of_records_all_arrive
    directories_that_come_later_are_followed
    a_storage_that_is_removed_and_made_again_is_followed
    temporary_files_and_links_are_nothing
    files_placed_by_hand_are_told
}

fn a_record_of_crawlee_is_told_whole_and_once(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = Crawlee::start(folder.path());
    crawlee.run(&json!([{"op": "open", "name": "shop"}]));
    let mut listener = Listener::start(folder.path(), polling, Some("shop"));
    // Polling could tell of what comes before its first look only that something did.
    listener.resolve(&mut crawlee);
    crawlee.run(&json!([
        {"op": "set", "key": "a b/ü", "value": "<p>x</p>", "content_type": "text/html"},
        {"op": "set", "key": "n", "value": {"a": 1}, "content_type": null},
        {"op": "set", "key": "last", "value": null, "content_type": null},
    ]));
    listener.until("the last record", |seen| seen.records.contains_key(&Key::from("last")));
    let page = &listener.seen.records[&Key::from("a b/ü")];
    assert_eq!((page.content_type.as_str(), page.size), ("text/html", 8));
    let number = &listener.seen.records[&Key::from("n")];
    assert_eq!(number.content_type.as_str(), "application/json; charset=utf-8");
    listener.until("the count", |seen| {
        let records = seen.records.len() as u64;
        seen.stores.get(&"shop".into()).is_some_and(|info| info.records == Some(records))
    });
    for key in ["a b/ü", "n", "last"] {
        assert_eq!(listener.seen.told[key], 1, "{key}");
    }
    assert!(listener.seen.records.values().all(|meta| meta.state == RecordState::Whole));
}

fn changed_and_deleted_records_are_told(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = Crawlee::start(folder.path());
    crawlee.run(&json!([
        {"op": "open", "alias": "run"},
        {"op": "set", "key": "changes", "value": "1", "content_type": null},
        {"op": "set", "key": "goes", "value": "1", "content_type": null},
        {"op": "set", "key": "stays", "value": "1", "content_type": null},
    ]));
    let mut listener = Listener::start(folder.path(), polling, Some("run"));
    crawlee.run(&json!([{"op": "set", "key": "changes", "value": "22", "content_type": null}]));
    listener.until("the change", |seen| {
        seen.records.get(&Key::from("changes")).is_some_and(|meta| meta.size == 2)
    });
    crawlee.run(&json!([{"op": "delete", "key": "goes"}]));
    listener.until("the end", |seen| !seen.records.contains_key(&Key::from("goes")));
    assert_eq!(listener.seen.told.get("stays"), None);
}

fn stores_that_come_and_go_are_told(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = Crawlee::start(folder.path());
    crawlee.run(&json!([{"op": "open"}]));
    let mut listener = Listener::start(folder.path(), polling, Some("later"));
    crawlee.run(&json!([
        {"op": "open", "name": "later"},
        {"op": "set", "key": "first", "value": "1", "content_type": null},
    ]));
    listener.until("the new store", |seen| {
        seen.stores.get(&"later".into()).is_some_and(|info| info.records == Some(1))
    });
    listener.until("its record", |seen| seen.records.contains_key(&Key::from("first")));
    let info = &listener.seen.stores[&StoreName::from("later")];
    assert_eq!(info.name.as_deref(), Some("later"));
    crawlee.run(&json!([{"op": "drop"}]));
    listener.until("the end of the store", |seen| seen.gone.contains(&"later".into()));
    crawlee.run(&json!([{"op": "open", "name": "later"}]));
    crawlee.run(&json!([{"op": "set", "key": "second", "value": "1", "content_type": null}]));
    listener.until("the store once more", |seen| {
        seen.stores.contains_key(&"later".into()) && seen.records.contains_key(&Key::from("second"))
    });
}

fn a_purge_is_told(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = Crawlee::start(folder.path());
    let mut ops = vec![json!({"op": "open"})];
    ops.extend((0..50).map(|key| set(&key.to_string())));
    crawlee.run(&json!(ops));
    let mut listener = Listener::start(folder.path(), polling, Some("default"));
    assert_eq!(listener.seen.records.len(), 50);
    crawlee.run(&json!([{"op": "purge"}]));
    listener.until("the end of all", |seen| seen.records.is_empty());
    listener.until("the count", |seen| {
        seen.stores.get(&"default".into()).is_some_and(|info| info.records == Some(0))
    });
    assert!(listener.seen.gone.is_empty(), "the store stays");
}

fn records_that_are_set_aside_and_restored_are_told(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut crawlee = Crawlee::start(folder.path());
    let mut ops = vec![json!({"op": "open"})];
    ops.extend((0..50).map(|key| set(&key.to_string())));
    crawlee.run(&json!(ops));
    let mut listener = Listener::start(folder.path(), polling, Some("default"));
    assert_eq!(listener.seen.records.len(), 50);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (path, options) = (folder.path(), Options { durable: false, ..Options::default() });
    let storage = runtime.block_on(DirectoryStorage::open(path, &options)).unwrap();
    let aside = Aside::Records("default".into());
    let info = runtime.block_on(storage.set_aside(&aside)).unwrap();
    listener.until("the end of all", |seen| seen.records.is_empty());
    listener.until("the count", |seen| {
        seen.stores.get(&"default".into()).is_some_and(|info| info.records == Some(0))
    });
    // Its directory is another one now, and followed as the first was.
    crawlee.run(&json!([set("later")]));
    listener.until("a new record", |seen| seen.records.contains_key(&Key::from("later")));
    runtime.block_on(storage.restore(&info.id, &larder::model::Progress::default())).unwrap();
    listener.until("all records", |seen| seen.records.len() == 51);
    assert!(listener.seen.gone.is_empty(), "the store stays");
}

fn thousands_of_records_all_arrive(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "default");
    let mut listener = Listener::start(folder.path(), polling, Some("default"));
    for number in 0..2000 {
        record(&store, &format!("k{number}"), number % 40);
    }
    listener.until("all records", |seen| {
        seen.records.len() == 2000
            && seen.records.values().all(|meta| meta.state == RecordState::Whole)
    });
    let sizes: BTreeSet<_> = listener.seen.records.values().map(|meta| meta.size).collect();
    assert_eq!(sizes, (0..40).collect());
    let expected: BTreeSet<_> = (0..2000).map(|number| Key::from(format!("k{number}"))).collect();
    let keys: BTreeSet<_> = listener.seen.records.keys().cloned().collect();
    assert_eq!(keys, expected);
    listener.until("the count", |seen| {
        seen.stores.get(&"default".into()).is_some_and(|info| info.records == Some(2000))
    });
}

fn directories_that_come_later_are_followed(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut listener = Listener::start(folder.path(), polling, Some("default"));
    let store = store(folder.path(), "default");
    record(&store, "first", 3);
    listener.until("the first record", |seen| seen.records.contains_key(&Key::from("first")));
    record(&store, "second", 3);
    listener.until("the second", |seen| seen.records.contains_key(&Key::from("second")));
}

fn a_storage_that_is_removed_and_made_again_is_followed(polling: bool) {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("storage");
    record(&store(&folder, "default"), "old", 3);
    let mut listener = Listener::start(&folder, polling, Some("default"));
    fs::remove_dir_all(&folder).unwrap();
    listener.until("the end", |seen| seen.gone.contains(&"default".into()));
    let store = store(&folder, "default");
    record(&store, "new", 3);
    listener.until("the new record", |seen| seen.records.contains_key(&Key::from("new")));
    record(&store, "newer", 3);
    listener.until("a newer one", |seen| seen.records.contains_key(&Key::from("newer")));
}

fn temporary_files_and_links_are_nothing(polling: bool) {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "default");
    let mut listener = Listener::start(folder.path(), polling, Some("default"));
    for name in ["page.abcd_123.tmp", "page.html.abcd_123.html.tmp", ".larder-1.tmp"] {
        fs::write(store.join(name), "half").unwrap();
    }
    std::os::unix::fs::symlink(outside.path().join("secret"), store.join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path(), store.with_file_name("linked")).unwrap();
    record(&store, "last", 3);
    listener.until("the last record", |seen| seen.records.contains_key(&Key::from("last")));
    assert_eq!(listener.seen.records.len(), 1, "{:?}", listener.seen.records);
    assert!(listener.seen.stores.keys().all(|store| *store == "default".into()));
}

fn files_placed_by_hand_are_told(polling: bool) {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "default");
    let mut listener = Listener::start(folder.path(), polling, Some("default"));
    fs::write(store.join("INPUT.json"), "{}").unwrap();
    let bare = |meta: &RecordMeta| meta.state == RecordState::BareFile;
    let (input, file) = (Key::from("INPUT"), Key::from("INPUT.json"));
    listener.until("the file", |seen| seen.records.get(&input).is_some_and(bare));
    fs::write(store.join("INPUT.json"), r#"{"a": 1}"#).unwrap();
    listener.until("its change", |seen| seen.records[&input].size == 8);
    // As long as two files are one record, each is told under its own name.
    fs::write(store.join("INPUT"), "text").unwrap();
    let several = |meta: Option<&RecordMeta>| {
        meta.is_some_and(|meta| matches!(meta.state, RecordState::SeveralFiles(_)))
    };
    listener.until("both files", |seen| {
        several(seen.records.get(&input)) && several(seen.records.get(&file))
    });
    fs::remove_file(store.join("INPUT")).unwrap();
    listener.until("one of them", |seen| {
        seen.records.get(&input).is_some_and(bare) && !seen.records.contains_key(&file)
    });
    fs::remove_file(store.join("INPUT.json")).unwrap();
    listener.until("none", |seen| seen.records.is_empty());
}

#[test]
fn the_source_is_told_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut listener = Listener::start(folder.path(), false, None);
    assert_eq!(listener.next(), WatchEvent::Source(WatchSource::Files));
    let mut listener = Listener::start(folder.path(), true, None);
    assert!(matches!(
        listener.next(),
        WatchEvent::Source(WatchSource::Polling { why, .. }) if why.is_empty()
    ));
}

#[test]
fn several_listen_to_one_storage_and_nothing_is_left_when_they_stop() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (store(folder.path(), "one"), store(folder.path(), "two"));
    let storage = listener::storage(folder.path(), false);
    for _ in 0..3 {
        let mut first =
            Listener::of(storage.watch(Some(&"one".into()), interest()), Some(one.clone()));
        let mut second =
            Listener::of(storage.watch(Some(&"two".into()), interest()), Some(two.clone()));
        record(&one, "a", 1);
        record(&two, "b", 1);
        first.until("a record", |seen| !seen.records.is_empty());
        second.until("a record", |seen| !seen.records.is_empty());
        assert!(first.seen.records.contains_key(&Key::from("a")));
        assert!(second.seen.records.contains_key(&Key::from("b")));
        drop(first);
        record(&two, "c", 1);
        second.until("one more", |seen| seen.records.contains_key(&Key::from("c")));
        assert!(resources(folder.path()).0 > 0, "it is seen that it watches");
        drop(second);
        listener::wait_for("threads and files to go", || resources(folder.path()) == (0, 0));
        fs::remove_file(two.join("c")).unwrap();
        fs::remove_file(two.join("c.__metadata__.json")).unwrap();
    }
}

/// Crawlee's request to set a small record.
fn set(key: &str) -> serde_json::Value {
    json!({"op": "set", "key": key, "value": "1", "content_type": null})
}

/// Makes a store's directory.
fn store(root: &Path, name: &str) -> std::path::PathBuf {
    let store = root.join("key_value_stores").join(name);
    fs::create_dir_all(&store).unwrap();
    store
}

/// Writes a record of `size` bytes as Crawlee does, quickly.
fn record(store: &Path, key: &str, size: usize) {
    let metadata = format!(r#"{{"key": "{key}", "content_type": "text/plain", "size": {size}}}"#);
    for (name, text) in
        [(key.to_owned(), "x".repeat(size)), (format!("{key}.__metadata__.json"), metadata)]
    {
        let temporary = store.join(format!("{name}.abcd1234.tmp"));
        fs::write(&temporary, text).unwrap();
        fs::rename(&temporary, store.join(name)).unwrap();
    }
}
