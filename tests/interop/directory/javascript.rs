//! The real storage of Crawlee for JavaScript and larder on the same directories, both ways.
//!
//! Each operation of Crawlee runs in a storage of its own, as in a program that starts anew.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use larder::model::{
    Aside, ContentType, ErrorKind, Expect, Key, OpenBy, RecordMeta, RecordState, SetValue,
    StoreName,
};
use larder::storage::Storage;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::connect;
use crate::rewrites::{copy, make, rename, retype};
use crate::server;
use crate::short::Short as _;

/// Crawlee's storage in a process of its own.
struct JavaScript {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl JavaScript {
    fn start(folder: &TempDir, writes_metadata: bool) -> Self {
        Self::of(folder, "default", writes_metadata)
    }

    fn of(folder: &TempDir, store: &str, writes_metadata: bool) -> Self {
        let modules = server::test_env().join("javascript/node_modules");
        assert!(modules.exists(), "{} is missing: run `tests/run` once", modules.display());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/client.js");
        let own = server::test_env().join("venv/bin");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::split_paths(&path).chain([own]);
        let mut child = Command::new("timeout")
            .args(["120", "node"])
            .arg(script)
            .arg(folder.path())
            .args([store, if writes_metadata { "true" } else { "false" }])
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("NODE_PATH", modules)
            .env("APIFY_LOG_LEVEL", "ERROR")
            .env_remove("CRAWLEE_STORAGE_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { input: child.stdin.take(), output, child }
    }

    #[track_caller]
    fn run(&mut self, ops: &[Json]) -> Vec<Json> {
        writeln!(self.input.as_mut().unwrap(), "{}", Json::from(ops)).unwrap();
        let said = self.output.next().expect("it failed; its errors are above").unwrap();
        serde_json::from_str(&said).unwrap()
    }

    #[track_caller]
    fn get(&mut self, key: &str) -> Json {
        self.run(&[json!({"op": "get", "key": key})]).remove(0)
    }

    #[track_caller]
    fn keys(&mut self) -> Vec<(String, u64)> {
        let listed = self.run(&[json!({"op": "keys"})]).remove(0);
        let mut keys: Vec<(String, u64)> = serde_json::from_value(listed).unwrap();
        // Crawlee sorts them by the rules of a language.
        keys.sort();
        keys
    }
}

impl Drop for JavaScript {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

fn set_op(key: &str, value: &Json, content_type: Option<&str>) -> Json {
    json!({"op": "set", "key": key, "value": value, "contentType": content_type})
}

fn set_bytes(key: &str, bytes: &[u8], content_type: Option<&str>) -> Json {
    let base64 = STANDARD.encode(bytes);
    json!({"op": "set", "key": key, "base64": base64, "contentType": content_type})
}

/// The values that Crawlee is given, and what larder must read: bytes and content type.
fn written() -> Vec<(Json, &'static [u8], &'static str)> {
    vec![
        (
            set_op("INPUT", &json!({"a": 1}), None),
            b"{\n  \"a\": 1\n}",
            "application/json; charset=utf-8",
        ),
        (set_op("a b%20c", &json!("x"), None), b"x", "text/plain; charset=utf-8"),
        (set_op("nothing", &json!(null), None), b"null", "application/json; charset=utf-8"),
        (set_op("number", &json!(42), None), b"42", "application/json; charset=utf-8"),
        (set_op("page", &json!("<p>"), Some("text/html")), b"<p>", "text/html; charset=utf-8"),
        (
            set_op("feed", &json!("<rss/>"), Some("application/rss+xml")),
            b"<rss/>",
            "application/rss+xml",
        ),
        (set_op("ld", &json!("{}"), Some("application/ld+json")), b"{}", "application/ld+json"),
        (
            set_op("read.me", &json!("# x"), Some("text/markdown")),
            b"# x",
            "text/markdown; charset=utf-8",
        ),
        (
            set_op("odd", &json!("?"), Some("application/x-made-up")),
            b"?",
            "application/octet-stream",
        ),
        (set_op("東京", &json!("x"), None), "x".as_bytes(), "text/plain; charset=utf-8"),
        (
            set_op("txt", &json!("the key is an ending"), None),
            b"the key is an ending",
            "text/plain; charset=utf-8",
        ),
        (set_bytes("bytes", b"\0\xff", None), b"\0\xff", "application/octet-stream"),
        (set_bytes("shot", b"\xff\xd8", Some("image/jpeg")), b"\xff\xd8", "image/jpeg"),
    ]
}

async fn list(storage: &dyn Storage) -> Vec<RecordMeta> {
    use futures::TryStreamExt as _;

    let pages = storage.iterate_keys(&store(), b"", None, None);
    let pages: Vec<_> = pages.try_collect().await.unwrap();
    pages.iter().flat_map(larder::model::KeyPage::to_metas).collect()
}

fn store() -> StoreName {
    StoreName::from("default")
}

async fn set(storage: &dyn Storage, key: &str, value: &[u8], content_type: &str) -> RecordMeta {
    let set = SetValue {
        store: store(),
        key: Key::from(key),
        value: value.to_vec().into(),
        content_type: ContentType::from(content_type),
        expected: Expect::Anything,
    };
    storage.set_value(&set).await.unwrap().meta.unwrap()
}

fn names(folder: &TempDir) -> Vec<String> {
    let path: PathBuf = folder.path().join("key_value_stores/default");
    let entries = std::fs::read_dir(path).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A directory that Crawlee has filled, and both programs that use it.
async fn filled(writes_metadata: bool) -> (TempDir, JavaScript, Arc<dyn Storage>) {
    let folder = tempfile::tempdir().unwrap();
    let mut javascript = JavaScript::start(&folder, writes_metadata);
    let ops: Vec<_> = written().into_iter().map(|(op, ..)| op).collect();
    assert!(javascript.run(&ops).iter().all(Json::is_null));
    let storage = connect(&folder, false).await;
    (folder, javascript, storage)
}

#[tokio::test]
async fn larder_reads_what_javascript_wrote() {
    for writes_metadata in [false, true] {
        let (_folder, mut javascript, storage) = filled(writes_metadata).await;
        let listed = list(&*storage).await;
        assert_eq!(listed.len(), written().len(), "{listed:?}");
        let sizes = listed.iter().map(|meta| (meta.key.escaped(), meta.size));
        if !writes_metadata {
            // With metadata, Crawlee itself takes each metadata file for one more record, without a key.
            assert_eq!(javascript.keys(), sizes.collect::<Vec<_>>());
        }
        assert_eq!(storage.all_stores().await.unwrap()[0].records, Some(listed.len() as u64));
        for (op, bytes, content_type) in written() {
            let key = Key::from(op["key"].as_str().unwrap());
            let read = storage.get_value(&store(), &key).await.unwrap().expect("a record");
            assert_eq!(read.value, bytes, "{key}");
            let stated = op["contentType"].as_str().filter(|_| writes_metadata);
            let expected = stated.unwrap_or(content_type);
            assert_eq!(read.meta.content_type.as_str(), expected, "{key}");
            let state = if writes_metadata { RecordState::Whole } else { RecordState::BareFile };
            assert_eq!(read.meta.state, state, "{key}");
            assert!(listed.contains(&read.meta), "{key}");
            assert!(storage.record_exists(&store(), &key).await.unwrap(), "{key}");
        }
    }
}

#[tokio::test]
async fn javascript_reads_what_larder_changed_and_no_longer_what_it_deleted() {
    for writes_metadata in [false, true] {
        let (folder, mut javascript, storage) = filled(writes_metadata).await;
        let before = names(&folder);
        set(&*storage, "INPUT", b"{\"a\": 2}", "application/json").await;
        set(&*storage, "page", b"<b>", "text/html; charset=utf-8").await;
        set(&*storage, "bytes", b"\x01", "application/octet-stream").await;
        set(&*storage, "txt", b"changed", "text/plain; charset=utf-8").await;
        assert_eq!(names(&folder), before, "every record stays in its files");
        let json = "application/json; charset=utf-8";
        let html = if writes_metadata { "text/html" } else { "text/html; charset=utf-8" };
        for (key, value) in
            [("INPUT", json!({"a": 2})), ("page", json!("<b>")), ("txt", json!("changed"))]
        {
            assert_eq!(javascript.get(key)["value"], value, "{key}");
        }
        assert_eq!(javascript.get("bytes")["base64"], json!(STANDARD.encode(b"\x01")));

        // With another type the file gets another ending, and the old file is removed.
        set(&*storage, "page", b"{\"b\": 1}", json).await;
        set(&*storage, "number", b"<i>", html).await;
        set(&*storage, "shot", b"", "application/x-none").await;
        assert_eq!(javascript.get("page")["value"], json!({"b": 1}));
        assert_eq!(javascript.get("page")["contentType"], json!(json));
        assert_eq!(javascript.get("number")["value"], json!("<i>"));
        assert_eq!(javascript.get("shot"), json!({"value": null, "contentType": json}));
        assert_eq!(names(&folder).len(), before.len());

        let keys = ["INPUT", "a b%20c", "東京"].map(Key::from);
        assert_eq!(storage.delete_value(&store(), &keys).await.unwrap().records, 3);
        for key in ["INPUT", "a b%20c", "東京"] {
            assert_eq!(javascript.get(key), Json::Null, "{key}");
        }
        let each = if writes_metadata { 2 } else { 1 };
        assert_eq!(names(&folder).len(), before.len() - 3 * each);
        // Crawlee deletes a record that larder has changed, with all its files.
        javascript.run(&[json!({"op": "delete", "key": "page"})]);
        assert!(!storage.record_exists(&store(), &Key::from("page")).await.unwrap());
        assert_eq!(names(&folder).len(), before.len() - 4 * each);
    }
}

#[tokio::test]
async fn javascript_sees_what_is_set_aside_as_purged_or_dropped() {
    for writes_metadata in [false, true] {
        let (folder, mut javascript, storage) = filled(writes_metadata).await;
        let before = names(&folder);
        let count = written().len() as u64;
        for aside in [Aside::Records(store()), Aside::Store(store())] {
            let info = storage.set_aside(&aside).await.unwrap();
            assert_eq!(info.records, count);
            assert_eq!(javascript.keys(), [], "{aside:?}");
            assert_eq!(javascript.get("page"), Json::Null, "{aside:?}");
            // It goes on writing, and makes a store that was dropped anew.
            javascript.run(&[set_op("later", &json!("x"), None)]);
            let restored =
                storage.restore(&info.id, &larder::model::Progress::default()).await.unwrap();
            assert_eq!((restored.records, restored.left), (count, 0), "{aside:?}");
            assert_eq!(javascript.get("page")["value"], json!("<p>"), "{aside:?}");
            assert_eq!(javascript.get("later")["value"], json!("x"), "{aside:?}");
            javascript.run(&[json!({"op": "delete", "key": "later"})]);
            assert_eq!(names(&folder), before, "{aside:?}");
        }
        assert_eq!(storage.all_stores().await.unwrap().len(), 1, "asides are no stores");
    }
}

#[tokio::test]
async fn javascript_reads_the_records_that_larder_makes() {
    for writes_metadata in [false, true] {
        let (folder, mut javascript, storage) = filled(writes_metadata).await;
        let made: [(&str, &[u8], &str, Json); 5] = [
            ("OUTPUT", b"{\"x\": 1}", "application/json; charset=utf-8", json!({"x": 1})),
            ("new page", "<p>ü".as_bytes(), "text/html; charset=utf-8", json!("<p>ü")),
            ("v1.2", b"a,b", "text/csv; charset=utf-8", json!("a,b")),
            ("none", b"", "application/x-none", json!(null)),
            ("json", b"text", "text/plain; charset=utf-8", json!("text")),
        ];
        for (key, bytes, content_type, value) in &made {
            let meta = set(&*storage, key, bytes, content_type).await;
            let read = storage.get_value(&store(), &Key::from(*key)).await.unwrap().unwrap();
            assert_eq!(read.meta, meta, "{key}");
            let theirs = javascript.get(key);
            assert_eq!(theirs["value"], *value, "{key}: {:?}", names(&folder));
            assert_eq!(theirs["contentType"], json!(meta.content_type.as_str()), "{key}");
        }
        let bytes = set(&*storage, "picture", b"\x89PNG", "image/png").await;
        assert_eq!(bytes.content_type.as_str(), "image/png");
        assert_eq!(javascript.get("picture")["base64"], json!(STANDARD.encode(b"\x89PNG")));
        // A key that it could not read again is refused.
        for key in ["a/b", "..", "nul\0"] {
            let wrong = SetValue {
                store: store(),
                key: Key::from(key),
                value: "x".into(),
                content_type: ContentType::TEXT,
                expected: Expect::Anything,
            };
            let error = storage.set_value(&wrong).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Usage, "{key}: {error}");
        }
        // It also goes on writing where larder has written.
        javascript.run(&[set_op("OUTPUT", &json!({"x": 2}), None)]);
        let read = storage.get_value(&store(), &Key::from("OUTPUT")).await.unwrap().unwrap();
        assert_eq!(read.value, "{\n  \"x\": 2\n}");
    }
}

#[tokio::test]
async fn javascript_reads_what_larder_renamed_copied_and_retyped() {
    for writes_metadata in [false, true] {
        let (folder, mut javascript, storage) = filled(writes_metadata).await;
        let before = names(&folder);
        let (input, page) = (javascript.get("INPUT"), javascript.get("page"));
        make(&*storage, &rename(&store(), "INPUT", "OLD_INPUT")).await;
        assert_eq!(
            (javascript.get("INPUT"), javascript.get("OLD_INPUT")),
            (Json::Null, input.clone())
        );
        // Without metadata, by the name of its file too.
        let name = if writes_metadata { "OLD_INPUT" } else { "OLD_INPUT.json" };
        make(&*storage, &rename(&store(), name, "INPUT")).await;
        assert_eq!((javascript.get("OLD_INPUT"), javascript.get("INPUT")), (Json::Null, input));
        assert_eq!(names(&folder), before);
        make(&*storage, &copy(&store(), "page", "side")).await;
        assert_eq!((javascript.get("side"), javascript.get("page")), (page.clone(), page));
        make(&*storage, &retype(&store(), "side", "text/plain; charset=utf-8")).await;
        let side = javascript.get("side");
        assert_eq!(side["contentType"], json!("text/plain; charset=utf-8"), "{side}");
        assert_eq!(side["value"], javascript.get("page")["value"]);
    }
}

#[tokio::test]
async fn javascript_reads_a_store_that_larder_makes_beside_its_own() {
    for writes_metadata in [false, true] {
        let (folder, _, storage) = filled(writes_metadata).await;
        let made = storage.open(&OpenBy::Name("shop".into())).await.unwrap();
        assert!(made.created);
        let values: [(&str, &[u8], &str, Json); 3] = [
            ("page", b"{\"a\": 1}", "application/json; charset=utf-8", json!({"a": 1})),
            ("text", b"5", "text/plain; charset=utf-8", json!("5")),
            ("html", b"<p>", "text/html; charset=utf-8", json!("<p>")),
        ];
        for (key, value, content_type, _) in &values {
            let set = SetValue {
                store: made.info.store.clone(),
                key: Key::from(*key),
                value: Bytes::from_static(value),
                content_type: ContentType::from(*content_type),
                expected: Expect::Absent,
            };
            storage.set_value(&set).await.unwrap();
        }
        let mut javascript = JavaScript::of(&folder, "shop", writes_metadata);
        for (key, _, content_type, value) in values {
            let read = json!({"value": value, "contentType": content_type});
            assert_eq!(javascript.get(key), read, "{key}");
        }
        assert_eq!(javascript.keys().len(), 3);
        // After that, the store is still the same for both.
        let info = storage.get_metadata(&made.info.store).await.unwrap();
        assert_eq!((info.id, info.records), (made.info.id, Some(3)));
    }
}
