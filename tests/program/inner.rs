//! Values in values in the whole browser: opened, killed, offered again, and stored in their record.

use std::io::{Read as _, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use crate::drafts::{drafts, ids, waits};
use crate::fill;
use crate::pty::{Screen, send};
use crate::server::Server;
use crate::signals::{browser, project};

const JSON: &str = "application/json; charset=utf-8";
const BODY: &str = r#"{"price": 1.10, "n": 40e0}"#;

fn outer(body: &str) -> String {
    format!(r#"{{"url": "http:\/\/127.0.0.1", "body":"{body}" , "n":1.10}}"#)
}

fn packed() -> Vec<u8> {
    let builder = GzBuilder::new().mtime(1_700_000_000).filename("page.json");
    let mut encoder = builder.write(Vec::new(), Compression::best());
    encoder.write_all(BODY.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// From the list of keys into what is in the second value of the first record.
fn open_body(screen: &mut Screen) {
    screen.keys("\t\r");
    screen.wait_for_text("edit value");
    screen.keys("jj");
    screen.wait_for_text("$.body");
    screen.keys("o");
}

#[test]
fn a_value_in_a_record_on_a_server_is_put_back_as_it_was_packed() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "spare"]);
    let value = outer(&STANDARD.encode(packed()));
    let record = ("page".to_owned(), JSON.to_owned(), value.clone().into_bytes());
    fill::records(&mut client, "shop", [record]);
    let mut screen = Screen::start(&[&server.url()], &[], 24, 80);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for_text("http:\\/\\/127.0.0.1");
    open_body(&mut screen);
    screen.wait_for_text("$.body · base64 → gzip → JSON");
    screen.keys("\x1b[B\x1b[F\x1b[D5\x13");
    screen.wait_for("what is changed", |text| {
        text.contains("$.price  1.10 → 1.105") && text.contains("the gzip around it")
    });
    screen.keys("\r");
    screen.wait_for_text("saved page");
    let stored = server.cli(&["HGET", "key_value_stores:shop:items", "page"]);
    let stored = String::from_utf8(stored).unwrap();
    let around = outer("|");
    let (before, after) = around.split_once('|').unwrap();
    let body = stored.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap();
    let body = STANDARD.decode(body).unwrap();
    // The header, with the time and the name.
    assert_eq!(body[..20], packed()[..20]);
    let mut text = String::new();
    GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, BODY.replace("1.10", "1.105"));
    let meta = server.cli(&["HGET", "key_value_stores:shop:metadata_items", "page"]);
    let meta: serde_json::Value = serde_json::from_slice(&meta).unwrap();
    assert_eq!((&meta["size"], &meta["content_type"]), (&stored.len().into(), &JSON.into()));
    screen.wait_for_text("$.body ─╯");
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
}

fn write(folder: &Path, value: &str) {
    let store = folder.join("key_value_stores/shop");
    std::fs::write(store.join("page-1"), value).unwrap();
    let meta = format!(r#"{{"key": "page-1", "content_type": "{JSON}", "size": {}}}"#, value.len());
    std::fs::write(store.join("page-1.__metadata__.json"), meta).unwrap();
}

#[test]
fn what_was_typed_in_a_value_outlives_a_kill_and_goes_on_in_it() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    write(folder.path(), &outer("line one\\nline two"));
    let mut screen = browser(folder.path(), &env);
    screen.wait_for_text("line one");
    open_body(&mut screen);
    screen.wait_for_text("$.body · text");
    screen.keys("typed ");
    waits("the draft", || {
        ids(state.path())
            .first()
            .is_some_and(|id| drafts(state.path(), &["show", id]) == "typed line one\nline two")
    });
    assert!(drafts(state.path(), &[]).contains("page-1 · $.body"));
    send("KILL", screen.worker());
    screen.exit_code();
    // The crawl goes on meanwhile, beside it.
    write(folder.path(), &outer("line one\\nline two").replace("1.10", "2.50"));
    let mut screen = browser(folder.path(), &env);
    screen.wait_for_text("✎ page-1");
    screen.wait_for_text("2.50");
    screen.keys("e");
    screen.wait_for("the draft", |text| {
        text.contains("In $.body · text, compared") && text.contains("The record was changed since")
    });
    screen.keys("\r");
    screen.wait_for_text("$.body · text · not saved");
    screen.keys("\x13");
    screen.wait_for("the save", |text| {
        text.contains("+ typed line one") && text.contains("Someone else changed $.n")
    });
    screen.keys("\r");
    screen.wait_for_text("merged with theirs: $.n");
    let stored = std::fs::read_to_string(folder.path().join("key_value_stores/shop/page-1"));
    let expected = outer("typed line one\\nline two").replace("1.10", "2.50");
    assert_eq!(stored.unwrap(), expected);
    waits("the end of the draft", || ids(state.path()).is_empty());
    screen.wait_for("a list without marks", |text| !text.contains('✎'));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn what_is_typed_in_the_merge_of_a_value_in_a_value_outlives_a_kill() {
    let packed = |price: &str| {
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
        encoder.write_all(BODY.replace("1.10", price).as_bytes()).unwrap();
        outer(&STANDARD.encode(encoder.finish().unwrap()))
    };
    let stored = |folder: &Path| -> (String, String) {
        let stored = std::fs::read_to_string(folder.join("key_value_stores/shop/page-1")).unwrap();
        let value: serde_json::Value = serde_json::from_str(&stored).unwrap();
        let body = STANDARD.decode(value["body"].as_str().unwrap()).unwrap();
        let mut text = String::new();
        GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
        (stored, text)
    };
    let merging = |text: &str| text.contains("0 of 1 decided") && text.contains("e own value");
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    write(folder.path(), &packed("1.10"));
    let mut screen = browser(folder.path(), &env);
    screen.wait_for_text("http:");
    open_body(&mut screen);
    screen.wait_for_text("base64 → gzip → JSON");
    screen.keys("\x1b[B\x1b[F\x1b[D5\x13");
    screen.wait_for_text("$.price  1.10 → 1.105");
    // The crawl changes the same value in there.
    write(folder.path(), &packed("2.50"));
    screen.keys("\r");
    screen.wait_for("the merge", merging);
    screen.keys("e9");
    waits("what is typed there", || {
        ids(state.path())
            .first()
            .is_some_and(|id| drafts(state.path(), &["show", id]).contains("\"price\": 91.105"))
    });
    assert!(drafts(state.path(), &[]).contains("page-1 · $.body"));
    send("KILL", screen.worker());
    screen.exit_code();
    let (unharmed, body) = stored(folder.path());
    assert_eq!((unharmed, body), (packed("2.50"), BODY.replace("1.10", "2.50")));
    let mut screen = browser(folder.path(), &env);
    screen.wait_for_text("✎ page-1");
    screen.wait_for_text("http:");
    screen.keys("e");
    screen.wait_for_text("1.10 → 91.105");
    screen.keys("\r");
    screen.wait_for_text("gzip → JSON · not saved");
    screen.keys("\x13");
    screen.wait_for("the merge again", |text| merging(text) && text.contains("91.105"));
    screen.keys("m\r");
    screen.wait_for_text("saved page-1, merged with theirs");
    assert_eq!(stored(folder.path()).1, BODY.replace("1.10", "91.105"));
    waits("the end of the draft", || ids(state.path()).is_empty());
    screen.keys("qq");
    screen.exit_code();
}
