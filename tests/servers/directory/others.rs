//! Directories as other programs write and leave them: Crawlee for JavaScript, apify-cli, editors.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use larder::model::{
    ContentType, ErrorKind, Expect, Key, OpenBy, RecordState, SetValue, StoreName, StoreState,
    Value,
};

use super::Directory;
use crate::contract::{put, scan, set};
use crate::short::Short as _;

fn names(path: &PathBuf) -> Vec<String> {
    let entries = fs::read_dir(path).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn value(made: &Directory, store: &StoreName, key: &str) -> Option<String> {
    let read = made.storage().get_value(store, &Key::from(key)).await.unwrap()?;
    Some(String::from_utf8(read.value.to_vec()).unwrap())
}

async fn keys(made: &Directory, store: &StoreName) -> Vec<String> {
    let found = scan(made.storage(), store).await;
    let read = found.into_iter().filter(|meta| meta.state != RecordState::NotRead);
    read.map(|meta| meta.key.escaped()).collect()
}

fn write(store: &StoreName, key: &str, value: &str, content_type: &str) -> SetValue {
    let content_type = Some(ContentType::from(content_type));
    set(store, &Key::from(key), Value::Bytes(value.to_owned().into()), content_type)
}

#[tokio::test]
async fn a_file_with_an_ending_is_the_record_without_it() {
    let (made, store, path) =
        Directory::with_files(&[("INPUT.json", "{}"), ("page.html", "<p>")]).await;
    let storage = made.storage();
    assert_eq!(keys(&made, &store).await, ["INPUT", "page"]);
    for key in ["INPUT", "INPUT.json"] {
        let meta = storage.get_record_metadata(&store, &Key::from(key)).await.unwrap().unwrap();
        assert_eq!((meta.key.escaped(), meta.state), ("INPUT".to_owned(), RecordState::BareFile));
        assert_eq!(value(&made, &store, key).await.as_deref(), Some("{}"));
        assert!(storage.record_exists(&store, &Key::from(key)).await.unwrap());
        let url = storage.get_public_url(&store, &Key::from(key)).await.unwrap();
        assert!(url.ends_with("/INPUT.json"), "{url}");
        let absent = write(&store, key, "[]", "application/json");
        let absent = SetValue { expected: Expect::Absent, ..absent };
        assert_eq!(storage.set_value(&absent).await.unwrap_err().kind, ErrorKind::Conflict);
    }
    storage.set_value(&write(&store, "INPUT", "[1]", "application/json")).await.unwrap();
    storage.set_value(&write(&store, "INPUT.json", "[2]", "application/json")).await.unwrap();
    storage.set_value(&write(&store, "new", "x", "text/plain")).await.unwrap();
    assert_eq!(names(&path), ["INPUT.json", "new.txt", "page.html"]);
    assert_eq!(value(&made, &store, "INPUT").await.as_deref(), Some("[2]"));
    let deleted = storage.delete_value(&store, &["INPUT", "page.html", "zz"].map(Key::from)).await;
    assert_eq!(deleted.unwrap().records, 2);
    assert_eq!(names(&path), ["new.txt"]);
}

#[tokio::test]
async fn several_files_of_one_record_are_told_and_none_is_guessed() {
    let (made, store, path) =
        Directory::with_files(&[("INPUT", "text"), ("INPUT.json", "{}"), ("b", "b")]).await;
    let storage = made.storage();
    assert_eq!(keys(&made, &store).await, ["INPUT", "INPUT.json", "b"]);
    for meta in scan(storage, &store).await.iter().filter(|meta| meta.key != "b".into()) {
        let RecordState::SeveralFiles(files) = &meta.state else { panic!("{meta:?}") };
        assert!(files.contains("INPUT") && files.contains("INPUT.json"), "{files}");
        let alone = storage.get_record_metadata(&store, &meta.key).await.unwrap().unwrap();
        assert_eq!(alone, *meta);
    }
    assert_eq!(value(&made, &store, "INPUT").await.as_deref(), Some("text"));
    assert_eq!(value(&made, &store, "INPUT.json").await.as_deref(), Some("{}"));
    for key in ["INPUT", "INPUT.json"] {
        let error = storage.set_value(&write(&store, key, "x", "text/plain")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Damaged, "{error}");
        let names = error.problem.contains("INPUT and INPUT.json")
            || error.problem.contains("INPUT.json and INPUT");
        assert!(names, "{error}");
    }
    let error = storage.delete_value(&store, &[Key::from("INPUT")]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Damaged, "{error}");
    assert_eq!(names(&path), ["INPUT", "INPUT.json", "b"]);
    // Where none has the key itself as its name, none is shown for another.
    fs::rename(path.join("INPUT"), path.join("INPUT.txt")).unwrap();
    assert_eq!(keys(&made, &store).await, ["INPUT.json", "INPUT.txt", "b"]);
    let error = storage.get_value(&store, &Key::from("INPUT")).await.unwrap_err();
    assert!(error.problem.contains("INPUT.txt") && error.problem.contains("INPUT.json"), "{error}");
    // The file's own name is meant by nobody else.
    let deleted = storage.delete_value(&store, &[Key::from("INPUT.txt")]).await.unwrap();
    assert_eq!(deleted.records, 1);
    assert_eq!(keys(&made, &store).await, ["INPUT", "b"]);
    storage.set_value(&write(&store, "INPUT", "[]", "application/json")).await.unwrap();
}

#[tokio::test]
async fn a_bare_file_beside_a_record_with_metadata_is_told_too() {
    let made = Directory::new().await;
    let shop = crate::contract::store(made.storage(), "shop").await;
    put(made.storage(), &shop, "INPUT", "text").await;
    let stray = File::create(made.store("shop").join("INPUT.json")).unwrap();
    // One that is new might just be getting its metadata.
    assert!(made.storage().get_value(&shop, &"INPUT".into()).await.unwrap().is_some());
    put(made.storage(), &shop, "INPUT", "text").await;
    let hour = std::time::Duration::from_secs(3600);
    stray.set_modified(std::time::SystemTime::now() - hour).unwrap();
    assert_eq!(keys(&made, &shop).await, ["INPUT", "INPUT.json"]);
    let write = write(&shop, "INPUT", "x", "text/plain");
    let error = made.storage().set_value(&write).await.unwrap_err();
    assert!(error.problem.contains("INPUT and INPUT.json"), "{error}");
    // Two records of Crawlee for Python are no such thing.
    put(made.storage(), &shop, "page", "1").await;
    let path = made.store("shop");
    fs::write(path.join("page.html"), "2").unwrap();
    let metadata = r#"{"key": "page.html", "content_type": "text/html", "size": 1}"#;
    fs::write(path.join("page.html.__metadata__.json"), metadata).unwrap();
    let found = scan(made.storage(), &shop).await;
    let whole = found.iter().filter(|meta| meta.state == RecordState::Whole);
    assert_eq!(whole.map(|meta| meta.key.escaped()).collect::<Vec<_>>(), ["page", "page.html"]);
}

#[tokio::test]
async fn metadata_that_names_its_value_s_file_is_kept_in_its_form() {
    let named = r#"{"key":"INPUT","contentType":"application/json; charset=utf-8","filename":"INPUT.json"}"#;
    let nested = r#""{\"extension\":\"html\",\"key\":\"page\",\"contentType\":\"text/html\"}""#;
    let (made, store, path) = Directory::with_files(&[
        ("INPUT.json", "{\"start\": 1}"),
        ("INPUT.__metadata__.json", named),
        ("page.html", "<p>"),
        ("page.__metadata__.json", nested),
    ])
    .await;
    let storage = made.storage();
    let found = scan(storage, &store).await;
    let states: Vec<_> = found
        .iter()
        .map(|meta| (meta.key.escaped(), meta.content_type.as_str().to_owned(), meta.state.clone()))
        .collect();
    let expected = [("INPUT", "application/json; charset=utf-8"), ("page", "text/html")]
        .map(|(key, kind)| (key.to_owned(), kind.to_owned(), RecordState::Whole));
    assert_eq!(states, expected);
    assert_eq!(storage.all_stores().await.unwrap()[0].records, Some(2));

    let text = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    let json = "application/json; charset=utf-8";
    storage.set_value(&write(&store, "INPUT", "[]", json)).await.unwrap();
    storage.set_value(&write(&store, "page", "<b>", "text/html")).await.unwrap();
    assert_eq!((text("INPUT.json"), text("INPUT.__metadata__.json")), ("[]".into(), named.into()));
    assert_eq!((text("page.html"), text("page.__metadata__.json")), ("<b>".into(), nested.into()));

    storage.set_value(&write(&store, "INPUT", "x", "text/plain")).await.unwrap();
    storage.set_value(&write(&store, "page", "{}", json)).await.unwrap();
    let files = ["INPUT.__metadata__.json", "INPUT.txt", "page.__metadata__.json", "page.json"];
    assert_eq!(names(&path), files);
    let metadata: serde_json::Value =
        serde_json::from_str(&text("INPUT.__metadata__.json")).unwrap();
    assert_eq!(metadata["filename"], "INPUT.txt");
    assert_eq!(metadata["contentType"], "text/plain");
    assert!(text("page.__metadata__.json").contains(r#"\"extension\":\"json\""#));
    assert!(scan(storage, &store).await.iter().all(|meta| meta.state == RecordState::Whole));

    // A new record is written in the same way.
    storage.set_value(&write(&store, "new one", "<p>", "text/html")).await.unwrap();
    let read = storage.get_value(&store, &"new one".into()).await.unwrap().unwrap();
    assert_eq!((read.meta.state, &*read.value), (RecordState::Whole, &b"<p>"[..]));
    assert!(text("new%20one.__metadata__.json").contains("\"filename\": \"new%20one.html\""));
    let all = ["INPUT", "page", "new one"].map(Key::from);
    assert_eq!(storage.delete_value(&store, &all).await.unwrap().records, 3);
    assert_eq!(names(&path), [""; 0]);
}

#[tokio::test]
async fn a_file_name_in_metadata_that_leads_outside_is_damage() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let (made, store, path) = Directory::with_files(&[]).await;
    fs::create_dir(path.join("sub")).unwrap();
    fs::write(path.join("sub/inside"), "secret").unwrap();
    symlink(&secret, path.join("link")).unwrap();
    let absolute = secret.to_str().unwrap();
    for name in [absolute, "../../../secret", "..", "sub/inside", "", "link", "__metadata__.json"] {
        let stated = serde_json::json!({"key": "a", "contentType": "text/plain", "filename": name});
        fs::write(path.join("a.__metadata__.json"), stated.to_string()).unwrap();
        let found = scan(made.storage(), &store).await;
        assert_eq!(found.len(), 1, "{name}");
        let damaged = match &found[0].state {
            RecordState::BadMetadata(_) => name != "link",
            // There is no file of this name that is one.
            RecordState::NoValue => name == "link",
            _ => false,
        };
        assert!(damaged, "{name}: {:?}", found[0].state);
        assert_eq!(value(&made, &store, "a").await.as_deref(), Some(""), "{name}");
        assert_eq!(fs::read(&secret).unwrap(), b"secret");
    }
    let deleted = made.storage().delete_value(&store, &["a".into()]).await.unwrap();
    assert_eq!(deleted.records, 1);
    assert!(secret.exists() && path.join("link").is_symlink() && path.join("sub/inside").exists());
}

#[tokio::test]
async fn a_name_that_file_and_metadata_spell_differently_is_one_record() {
    let metadata = r#"{"key": "page-1", "content_type": "text/plain", "size": 1}"#;
    let (made, store, path) =
        Directory::with_files(&[("page%2D1", "x"), ("page%2D1.__metadata__.json", metadata)]).await;
    let storage = made.storage();
    assert_eq!(keys(&made, &store).await, ["page-1"]);
    let meta = storage.get_record_metadata(&store, &"page-1".into()).await.unwrap().unwrap();
    assert_eq!((meta.state, meta.key), (RecordState::Whole, "page-1".into()));
    put(storage, &store, "page-1", "longer").await;
    assert_eq!(names(&path), ["page%2D1", "page%2D1.__metadata__.json"]);
    assert_eq!(value(&made, &store, "page-1").await.as_deref(), Some("longer"));
    assert_eq!(storage.delete_value(&store, &["page-1".into()]).await.unwrap().records, 1);
    assert_eq!(names(&path), [""; 0]);
}

#[tokio::test]
async fn what_systems_and_editors_leave_is_named_and_is_no_record() {
    let metadata = r#"{"key": "x~", "content_type": "text/plain", "size": 1}"#;
    let (made, store, path) = Directory::with_files(&[
        (".DS_Store", ""),
        ("INPUT.json~", ""),
        (".INPUT.json.swp", ""),
        ("INPUT.json", "{}"),
        ("x~", "x"),
        ("x~.__metadata__.json", metadata),
    ])
    .await;
    fs::create_dir(path.join("INPUT.json.lock")).unwrap();
    fs::create_dir(made.store(".git")).unwrap();
    for name in [".DS_Store", "Thumbs.db"] {
        fs::write(made.store(name), "").unwrap();
    }
    assert_eq!(keys(&made, &store).await, ["INPUT", "x~"]);
    let info = made.storage().get_metadata(&store).await.unwrap();
    assert_eq!((info.records, info.ignored.count), (Some(2), 4));
    let mut ignored = info.ignored.names.clone();
    ignored.sort();
    assert_eq!(ignored, [".DS_Store", ".INPUT.json.swp", "INPUT.json.lock/", "INPUT.json~"]);
    // What lies beside the stores is told of each that is asked for or listed.
    let listed = made.storage().all_stores().await.unwrap();
    assert_eq!(listed.len(), 1);
    for info in [&info, &listed[0]] {
        let mut beside = info.beside.clone().unwrap();
        beside.names.sort();
        assert_eq!(
            (beside.count, beside.to_string()),
            (3, "3: .DS_Store, .git/, Thumbs.db".into())
        );
    }
    // A store of such a name is one if it has a store's metadata.
    made.storage().open(&OpenBy::Alias(".hidden".into())).await.unwrap();
    assert_eq!(made.storage().all_stores().await.unwrap().len(), 2);
    for junk in [".DS_Store", "INPUT.json~"] {
        assert_eq!(value(&made, &store, junk).await, None, "{junk}");
    }
}

#[tokio::test]
async fn a_rare_ending_is_found_by_its_key_in_a_large_store_of_python_too() {
    let made = Directory::new().await;
    let storage = made.storage();
    let store = storage.open(&OpenBy::Default).await.unwrap().info.store;
    let path = made.store("default");
    // More than are looked at; rare endings among all, for the file system gives them in its order.
    let endings = ["dae", "TIFF", "Wasm"];
    for number in 0..3000 {
        if number % 100 == 0 {
            let name = format!("rare-{number}.{}", endings[number / 100 % 3]);
            fs::write(path.join(name), "x").unwrap();
        }
        fs::write(path.join(format!("page-{number}")), "").unwrap();
        let metadata = format!(
            r#"{{"key": "page-{number}", "content_type": "application/x-none", "size": 0}}"#
        );
        fs::write(path.join(format!("page-{number}.__metadata__.json")), metadata).unwrap();
    }
    let listed = keys(&made, &store).await;
    for key in (0..3000).step_by(100).map(|number| format!("rare-{number}")) {
        assert!(listed.contains(&key), "{key}");
        assert_eq!(value(&made, &store, &key).await.as_deref(), Some("x"), "{key}");
    }
    assert_eq!(value(&made, &store, "rare").await, None);
    // It is edited and deleted as it was found.
    let key = Key::from("rare-0");
    let read = storage.get_value(&store, &key).await.unwrap().unwrap();
    let edit = SetValue {
        expected: Expect::unchanged(read.value, read.meta.content_type.clone()),
        ..write(&store, "rare-0", "y", read.meta.content_type.as_str())
    };
    storage.set_value(&edit).await.unwrap();
    assert_eq!(fs::read_to_string(path.join("rare-0.dae")).unwrap(), "y");
    let keys = ["rare-0".into(), "rare-100".into(), "rare".into()];
    assert_eq!(storage.delete_value(&store, &keys).await.unwrap().records, 2);
    assert!(!path.join("rare-0.dae").exists());
    let long = "k".repeat(236);
    assert_eq!(value(&made, &store, &long).await, None);
}

#[tokio::test]
async fn a_store_of_javascript_is_opened_and_stays_one() {
    let (made, store, path) = Directory::with_files(&[("INPUT.json", "{}")]).await;
    let opened = made.storage().open(&OpenBy::Default).await.unwrap();
    assert_eq!((opened.created, opened.info.records), (false, Some(1)));
    assert_eq!(names(&path), ["INPUT.json"]);
    // Repaired, its metadata is that of Crawlee for JavaScript.
    fs::write(path.join("__metadata__.json"), "{\n\t\"id\": \"").unwrap();
    let plan = made.storage().plan_repair(&store).await.unwrap().unwrap();
    made.storage().repair(&plan).await.unwrap();
    let text = fs::read_to_string(path.join("__metadata__.json")).unwrap();
    assert!(text.contains("\"createdAt\": \"") && text.contains("\"name\": \"default\""), "{text}");
    let info = made.storage().get_metadata(&store).await.unwrap();
    assert_eq!((info.state, info.name.as_deref()), (StoreState::Whole, Some("default")));
}

#[tokio::test]
async fn an_empty_store_is_written_for_the_program_whose_queue_lies_beside_it() {
    let (made, store, path) = Directory::with_files(&[]).await;
    let queue = made.folder.path().join("request_queues/default");
    fs::create_dir_all(&queue).unwrap();
    made.storage().set_value(&write(&store, "a", "1", "text/plain")).await.unwrap();
    assert_eq!(names(&path), ["a", "a.__metadata__.json"], "nothing tells");
    fs::remove_dir_all(&path).unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(queue.join("x1y2.json"), "{}").unwrap();
    made.storage().set_value(&write(&store, "INPUT", "{}", "application/json")).await.unwrap();
    assert_eq!(names(&path), ["INPUT.json"]);
    let shop = made.storage().open(&OpenBy::Name("shop".into())).await.unwrap();
    made.storage().set_value(&write(&shop.info.store, "b", "1", "text/plain")).await.unwrap();
    assert_eq!(names(&made.store("shop")), ["__metadata__.json", "b.txt"]);
    // Crawlee for Python has been there since.
    fs::write(queue.join("__metadata__.json"), r#"{"accessed_at": ""}"#).unwrap();
    fs::remove_dir_all(made.folder.path().join("key_value_stores")).unwrap();
    made.storage().open(&OpenBy::Default).await.unwrap();
    made.storage().set_value(&write(&store, "a", "1", "text/plain")).await.unwrap();
    assert_eq!(names(&path), ["__metadata__.json", "a", "a.__metadata__.json"]);
}

#[tokio::test]
async fn every_spelling_of_a_key_in_a_file_s_name_is_found() {
    let named = |key: &str, file: &str| {
        serde_json::json!({"key": key, "contentType": "text/plain", "filename": file}).to_string()
    };
    for (key, base, file) in [
        ("it's a", "it's%20a", "it's%20a.txt"),
        ("a/b", "a%2fb", "a%2fb.txt"),
        ("a-b", "a%2Db", "a%2Db.txt"),
        ("a%20b", "a%20b", "a%20b.txt"),
        // Metadata that is called after the value's file.
        ("page", "page.txt", "page.txt"),
        ("page", "page", "page"),
    ] {
        let beside = format!("{base}.__metadata__.json");
        let (made, store, path) =
            Directory::with_files(&[(file, "x"), (&beside, &named(key, file))]).await;
        assert_eq!(keys(&made, &store).await, [key]);
        assert_eq!(value(&made, &store, key).await.as_deref(), Some("x"), "{key}");
        made.storage().set_value(&write(&store, key, "y", "text/plain")).await.unwrap();
        assert_eq!(fs::read(path.join(file)).unwrap(), b"y");
        assert_eq!(made.storage().delete_value(&store, &[key.into()]).await.unwrap().records, 1);
        assert_eq!(names(&path), [""; 0], "{key}");
    }
}

#[tokio::test]
async fn a_record_of_python_keeps_the_spelling_of_its_files() {
    for (key, base) in
        [("a/b", "a%2fb"), ("ž", "%c5%be"), ("it's a", "it%27s%20a"), ("p-1", "p%2D1")]
    {
        let beside = format!("{base}.__metadata__.json");
        let metadata =
            serde_json::json!({"key": key, "content_type": "text/plain", "size": 1}).to_string();
        let (made, store, path) = Directory::with_files(&[(base, "x"), (&beside, &metadata)]).await;
        assert_eq!(value(&made, &store, key).await.as_deref(), Some("x"), "{key}");
        made.storage().set_value(&write(&store, key, "y", "text/plain")).await.unwrap();
        assert_eq!(names(&path), [base, &beside], "{key}");
        assert_eq!(fs::read(path.join(base)).unwrap(), b"y");
        assert_eq!(made.storage().delete_value(&store, &[key.into()]).await.unwrap().records, 1);
        assert_eq!(names(&path), [""; 0], "{key}");
    }
}

#[tokio::test]
async fn metadata_without_a_file_s_name_leads_to_the_value_of_its_type() {
    let metadata = r#"{"key":"INPUT","contentType":"application/json"}"#;
    let (made, store, path) =
        Directory::with_files(&[("INPUT.json", "{}"), ("INPUT.__metadata__.json", metadata)]).await;
    let found = scan(made.storage(), &store).await;
    assert_eq!((found.len(), &found[0].state), (1, &RecordState::Whole));
    assert_eq!(value(&made, &store, "INPUT").await.as_deref(), Some("{}"));
    for (text, content_type, file) in
        [("[]", "application/json", "INPUT.json"), ("x", "text/plain", "INPUT.txt")]
    {
        made.storage().set_value(&write(&store, "INPUT", text, content_type)).await.unwrap();
        assert_eq!(names(&path), ["INPUT.__metadata__.json", file]);
        let read = made.storage().get_value(&store, &"INPUT".into()).await.unwrap().unwrap();
        assert_eq!((&*read.value, read.meta.state), (text.as_bytes(), RecordState::Whole));
        assert_eq!(read.meta.content_type.as_str(), content_type);
    }
}

#[tokio::test]
async fn metadata_that_names_another_value_file_makes_one_record_of_it() {
    for (file, there) in [("gone.txt", false), ("other.txt", true)] {
        let named = serde_json::json!({"key": "a", "contentType": "text/plain", "filename": file});
        let (made, store, path) =
            Directory::with_files(&[("a", "bare"), ("a.__metadata__.json", &named.to_string())])
                .await;
        if there {
            fs::write(path.join(file), "x").unwrap();
        }
        let found = scan(made.storage(), &store).await;
        let stated = found.iter().find(|meta| meta.key == "a".into()).unwrap();
        assert_eq!(stated.state == RecordState::NoValue, !there, "{file}: {:?}", stated.state);
        // Not the same file twice, of which none would be to be written.
        let read = value(&made, &store, "a").await;
        assert_eq!(read.as_deref(), Some(if there { "x" } else { "" }), "{file}");
        made.storage().set_value(&write(&store, "a", "y", "text/plain")).await.unwrap();
        assert_eq!(fs::read(path.join(file)).unwrap(), b"y", "{file}");
        assert_eq!(fs::read(path.join("a")).unwrap(), b"bare", "{file}");
    }
}

#[tokio::test]
async fn a_repair_keeps_what_others_noted() {
    let (made, store, path) = Directory::with_files(&[]).await;
    let newer =
        r#"{"id": "AbCdEfGhIjKlMnOpQ", "name": null, "schema": 2, "tags": ["a"], "created": 5}"#;
    fs::write(path.join("__metadata__.json"), newer).unwrap();
    let plan = made.storage().plan_repair(&store).await.unwrap().unwrap();
    assert!(plan.problem.contains("newer Crawlee?"), "{}", plan.problem);
    made.storage().repair(&plan).await.unwrap();
    let text = fs::read_to_string(path.join("__metadata__.json")).unwrap();
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&told["schema"], &told["tags"][0], &told["created"]),
        (&2.into(), &"a".into(), &5.into())
    );
    assert_eq!(told["id"], "AbCdEfGhIjKlMnOpQ");
    assert!(told["created_at"].is_string(), "{text}");
}
