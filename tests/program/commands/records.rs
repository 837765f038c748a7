//! `keys`, `get`, `set`, `info`, `exists`, `delete`, `url`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use base64::Engine as _;
use serde_json::json;

use super::program::{Program, json_lines};

/// Keys that break what is not careful with them.
const HOSTILE: [&str; 9] =
    ["", " ", "--yes", "-", "a\nb", "\u{1b}[31mred", "ключ/🗝️", "\u{202e}gpj", "id:shop"];

#[test]
fn keys_are_listed_sorted_with_size_and_type() {
    let program = Program::with_shop();
    let lines = program.ok(&["keys", "shop"]);
    let rows: Vec<Vec<&str>> = lines
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(rows[0], ["3", "application/octet-stream", "bytes"]);
    assert_eq!(rows[2], ["15", "application/json; charset=utf-8", "page-1"]);
    let at = |key: &str| lines.lines().find_map(|line| line.find(key)).unwrap();
    assert_eq!(at("bytes"), at("page-2"), "keys stand under each other");

    assert_eq!(program.ok(&["keys", "shop", "--bare"]), "bytes\nnone\npage-1\npage-2\n");
    assert_eq!(program.ok(&["keys", "shop", "--bare", "--prefix", "page-"]), "page-1\npage-2\n");
    assert_eq!(program.ok(&["keys", "shop", "-0", "--after", "none", "--limit", "1"]), "page-1\0");
    assert_eq!(program.ok(&["keys", "shop", "--prefix", "nothing"]), "");
}

#[test]
fn hostile_keys_go_in_and_come_out_as_they_are() {
    let program = Program::with_shop();
    program.server.cli(&[
        "DEL",
        "key_value_stores:shop:items",
        "key_value_stores:shop:metadata_items",
    ]);
    for (number, key) in HOSTILE.iter().enumerate() {
        let value = format!("value {number}");
        program.ok(&["set", "shop", "--", key, &value]);
        assert_eq!(program.ok(&["get", "shop", "--", key]), value);
        assert_eq!(program.run(["exists", "shop", "--", key]).code, 0);
    }
    let mut sorted = HOSTILE;
    sorted.sort_unstable();
    let listed = json_lines(&program.ok(&["keys", "shop", "--json"]));
    let keys: Vec<&str> = listed.iter().map(|line| line["key"].as_str().unwrap()).collect();
    assert_eq!(keys, sorted);
    assert_eq!(
        program.ok(&["keys", "shop", "--null"]),
        sorted.map(|key| format!("{key}\0")).concat()
    );

    let mut all = vec!["delete", "shop", "--"];
    all.extend(HOSTILE);
    program.ok(&all);
    assert_eq!(program.ok(&["keys", "shop"]), "");
}

#[test]
fn a_key_that_is_not_utf8_is_named_by_its_bytes() {
    let program = Program::with_shop();
    let key = OsStr::from_bytes(b"caf\xe9");
    let store = "key_value_stores:shop:";
    for part in ["items", "metadata_items"] {
        let name = format!("{store}{part}");
        program.server.command(&[b"HSET", name.as_bytes(), b"caf\xe9", b"latin"]);
    }
    let run = program.run([OsStr::new("get"), OsStr::new("shop"), key]);
    // Its metadata is no JSON: the value comes all the same.
    assert_eq!((run.out, run.code), (b"latin".to_vec(), 5));
    assert!(run.err.contains("caf\\xe9"), "{}", run.err);
    let listed = json_lines(&program.ok(&["keys", "shop", "--json", "--prefix", "caf"]));
    let bytes = listed[0]["key_base64"].as_str().unwrap();
    assert_eq!(base64::engine::general_purpose::STANDARD.decode(bytes).unwrap(), b"caf\xe9");
    assert_eq!(program.run([OsStr::new("delete"), OsStr::new("shop"), key]).code, 0);
    assert_eq!(program.run([OsStr::new("exists"), OsStr::new("shop"), key]).code, 1);
}

#[test]
fn a_value_comes_out_byte_for_byte() {
    let program = Program::with_shop();
    assert_eq!(program.run(["get", "shop", "bytes"]).out, b"\0\xff\n");
    assert_eq!(program.ok(&["get", "shop", "page-1"]), r#"{"price": 1.50}"#);
    assert_eq!(program.ok(&["get", "shop", "none"]), "");
    let file = program.home.path().join("value.bin");
    fs::write(&file, "old").unwrap();
    program.ok(&["get", "shop", "bytes", "-o", file.to_str().unwrap()]);
    assert_eq!(fs::read(&file).unwrap(), b"\0\xff\n");
    program.fails(&["get", "shop", "missing", "-o", file.to_str().unwrap()], 1);
    assert_eq!(fs::read(&file).unwrap(), b"\0\xff\n", "a failure leaves the file alone");
    program.fails(&["get", "shop", "bytes", "-o", "no/such/folder"], 2);
}

#[test]
fn damaged_records_are_told_by_the_exit_code() {
    let program = Program::with_shop();
    let (items, metadata) = ("key_value_stores:shop:items", "key_value_stores:shop:metadata_items");
    program.server.cli(&["HDEL", items, "page-1"]);
    program.server.cli(&["HDEL", metadata, "page-2"]);
    program.server.cli(&["HSET", metadata, "bytes", "{"]);
    let why = program.fails(&["get", "shop", "page-1"], 5);
    assert!(why.contains("no value"), "{why}");
    for (key, value) in [("page-2", &b"<p>two</p>"[..]), ("bytes", b"\0\xff\n")] {
        let run = program.run(["get", "shop", key]);
        assert_eq!((run.code, &*run.out), (5, value), "{}", run.err);
        assert!(run.err.contains("metadata"), "{}", run.err);
    }
    assert_eq!(program.run(["info", "shop", "bytes", "--json"]).code, 5);
    assert_eq!(program.run(["keys", "shop"]).code, 0, "the others are listed");
}

#[test]
fn values_are_set_as_crawlee_would_set_them() {
    let program = Program::with_shop();
    let json = "application/json; charset=utf-8";
    for (args, value, kind) in [
        (&["42"][..], &b"42"[..], "text/plain; charset=utf-8"),
        (&["--null"], b"", "application/x-none"),
        (&["{\"a\":[1,  NaN]}", "-c", json], b"{\"a\": [1, NaN]}", json),
        (&["<p>", "--content-type", "text/html"], b"<p>", "text/html"),
    ] {
        let mut all = vec!["set", "shop", "k"];
        all.extend(args);
        program.ok(&all);
        assert_eq!(program.stored("shop", b"k").unwrap(), value);
        let expected = json!({"key": "k", "content_type": kind, "size": value.len()});
        assert_eq!(program.metadata("shop", "k"), expected);
    }
    let run = program.run_with_input(&["set", "shop", "k", "--file", "-", "--json"], b"\xff\0");
    assert_eq!(run.code, 0, "{}", run.err);
    let told: serde_json::Value = serde_json::from_slice(&run.out).unwrap();
    assert_eq!(told, json!({"key": "k", "content_type": "application/octet-stream", "size": 2}));
    assert_eq!(program.stored("shop", b"k").unwrap(), b"\xff\0");
}

#[test]
fn json_is_checked_before_anything_is_sent() {
    let program = Program::with_shop();
    let wrong = ["set", "shop", "k", "{\"a\": 1,\n}", "-c", "application/json"];
    let why = program.fails(&wrong, 2);
    assert!(why.contains("line 1, column 8") || why.contains("line 2, column 1"), "{why}");
    let run = program
        .run_with_input(&["set", "shop", "k", "-f", "-", "-c", "application/json"], b"{'a': 1}");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("standard input") || run.err.contains("line 1"), "{}", run.err);
    assert_eq!(program.stored("shop", b"k"), None);
}

#[test]
fn a_record_that_is_there_can_be_kept() {
    let program = Program::with_shop();
    let why = program.fails(&["set", "shop", "page-1", "other", "--if-absent"], 4);
    assert!(why.contains("--if-absent"), "{why}");
    assert_eq!(program.stored("shop", b"page-1").unwrap(), br#"{"price": 1.50}"#);
    program.ok(&["set", "shop", "page-9", "new", "--if-absent"]);
}

#[test]
fn a_record_is_replaced_only_if_it_is_still_what_was_read() {
    let program = Program::with_shop();
    let digest = program.ok(&["get", "shop", "page-1", "--digest"]);
    let digest = digest.trim();
    program.ok(&["set", "shop", "page-1", "mine", "--if-unchanged", digest]);
    assert_eq!(program.stored("shop", b"page-1").unwrap(), b"mine");
    let why = program.fails(&["set", "shop", "page-1", "other", "--if-unchanged", digest], 4);
    assert!(why.contains("has been changed meanwhile") && why.contains("--digest"), "{why}");
    assert_eq!(program.stored("shop", b"page-1").unwrap(), b"mine");
    let why = program.fails(&["set", "shop", "page-99", "x", "--if-unchanged", digest], 4);
    assert!(why.contains("is not there any more"), "{why}");
    program.fails(&["set", "shop", "page-1", "x", "--if-unchanged", "12ab"], 2);
    assert_eq!(program.stored("shop", b"page-99"), None);
}

#[test]
fn records_are_described_with_crawlee_s_names() {
    let program = Program::with_shop();
    let told = program.ok(&["info", "shop", "page-1", "--json"]);
    assert_eq!(
        told,
        "{\"key\":\"page-1\",\"content_type\":\"application/json; charset=utf-8\",\"size\":15}\n"
    );
    assert!(program.ok(&["info", "shop", "page-1"]).contains("size          15\n"));
}

#[test]
fn what_is_not_there_is_exit_code_1() {
    let program = Program::with_shop();
    for args in [
        &["get", "shop", "missing"][..],
        &["info", "shop", "missing"],
        &["delete", "shop", "missing"],
        &["delete", "shop", "missing", "missed"],
        &["get", "nowhere", "k"],
        &["info", "nowhere"],
        &["keys", "nowhere"],
        &["set", "nowhere", "k", "v"],
        &["delete", "nowhere", "k"],
        &["get", "id:nowhere", "k"],
        &["purge", "nowhere", "--yes"],
        &["drop", "nowhere", "--yes"],
    ] {
        program.fails(args, 1);
    }
    let why = program.fails(&["set", "nowhere", "k", "v"], 1);
    assert!(why.contains("larder create"), "{why}");
    // `exists` is for `if`: it says nothing.
    for store in ["shop", "nowhere"] {
        let run = program.run(["exists", store, "missing"]);
        assert_eq!((run.code, run.err.as_str()), (1, ""));
    }
    assert_eq!(
        program.run(["exists", "shop", "missing", "--json"]).out,
        b"{\"key\":\"missing\",\"exists\":false}\n"
    );
    // One of them was there.
    assert_eq!(program.run(["delete", "shop", "page-1", "missing"]).code, 0);
}

#[test]
fn redis_has_no_public_urls() {
    let program = Program::with_shop();
    let why = program.fails(&["url", "shop", "page-1"], 4);
    assert!(why.contains("not supported") || why.contains("no public URL"), "{why}");
}

#[test]
fn a_store_can_be_named_by_its_id() {
    let program = Program::with_shop();
    let id = format!("id:{}", crate::fill::id("shop"));
    assert_eq!(program.ok(&["get", &id, "page-2"]), "<p>two</p>");
}

#[test]
fn reads_touch_accessed_at_only_when_asked() {
    let program = Program::with_shop();
    let accessed = || {
        let info = program.ok(&["info", "shop", "--json"]);
        json_lines(&info)[0]["accessed_at"].as_str().unwrap().to_owned()
    };
    program.ok(&["get", "shop", "page-1"]);
    program.ok(&["get", &format!("id:{}", crate::fill::id("shop")), "page-1"]);
    program.ok(&["keys", "shop"]);
    assert_eq!(accessed(), crate::fill::TIME);
    program.ok(&["--touch", "get", "shop", "page-1"]);
    assert_ne!(accessed(), crate::fill::TIME);
}

#[test]
fn a_record_whose_file_is_named_for_its_type_keeps_it_where_none_is_given() {
    let program = Program::empty();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("key_value_stores/default");
    fs::create_dir_all(&store).unwrap();
    let sidecar = r#"{"key":"OUTPUT","contentType":"application/json","filename":"OUTPUT.json"}"#;
    for (name, text) in [
        ("INPUT.json", "{}"),
        ("OUTPUT.json", "{}"),
        ("OUTPUT.__metadata__.json", sidecar),
        ("page.html", "<p>"),
    ] {
        fs::write(store.join(name), text).unwrap();
    }
    let target = folder.path().to_str().unwrap();
    let set = |args: &[&str]| {
        program.ok(&[&["-t", target, "set", "default"], args].concat());
    };
    let text = |name: &str| fs::read_to_string(store.join(name)).ok();
    set(&["INPUT", r#"{"a":2}"#]);
    set(&["OUTPUT", "[1]"]);
    set(&["page", "<b>"]);
    assert_eq!(text("INPUT.json").as_deref(), Some(r#"{"a": 2}"#));
    assert_eq!(text("OUTPUT.json").as_deref(), Some("[1]"));
    assert_eq!(text("OUTPUT.__metadata__.json").as_deref(), Some(sidecar));
    assert_eq!(text("page.html").as_deref(), Some("<b>"));
    let mut names: Vec<_> =
        fs::read_dir(&store).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names.retain(|name| name != "__metadata__.json");
    assert_eq!(names.len(), 4, "{names:?}");
    // What is no JSON, and what is given, has a type of its own.
    set(&["INPUT", "no JSON"]);
    set(&["page", "{}", "-c", "application/json"]);
    assert_eq!((text("INPUT.txt").as_deref(), text("INPUT.json")), (Some("no JSON"), None));
    assert_eq!((text("page.json").as_deref(), text("page.html")), (Some("{}"), None));
}
