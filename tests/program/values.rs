//! One value of a record on a server, changed in the whole browser while a crawl writes the record too.

use crate::fill;
use crate::pty::Screen;
use crate::server::Server;

const JSON: &str = "application/json; charset=utf-8";
const ITEMS: &str = "key_value_stores:shop:items";

#[test]
fn a_value_is_merged_with_what_a_crawl_wrote_and_decided_where_it_wrote_the_same() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "spare"]);
    let value = |price: &str, count: &str| {
        format!(r#"{{"name" :"Cup","price": {price},  "count":{count}}}"#)
    };
    let record = ("page".to_owned(), JSON.to_owned(), value("1.10", "-0.0").into_bytes());
    fill::records(&mut client, "shop", [record]);
    // As a crawl that nobody tells larder of: it has no metadata to change.
    let crawl_writes = |value: &str| drop(server.cli(&["HSET", ITEMS, "page", value]));
    let stored = || String::from_utf8(server.cli(&["HGET", ITEMS, "page"])).unwrap();
    let mut screen = Screen::start(&[&server.url()], &[], 24, 80);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for_text("1.10");
    screen.keys("\t\r");
    screen.wait_for_text("edit value");
    screen.keys("jj\r");
    screen.wait_for_text("value: 1.10");
    screen.keys("5\r");
    screen.wait_for_text("$.price  1.10 → 1.105");
    crawl_writes(&value("1.10", "7"));
    screen.keys("\r");
    screen.wait_for_text("merged with theirs: $.count");
    assert_eq!(stored(), value("1.105", "7"));
    // What was read between the two writes has the one and not the other.
    screen.wait_for("what is stored", |text| {
        text.contains("\"count\": 7") && text.contains("\"price\": 1.105")
    });
    screen.keys("\r");
    screen.wait_for_text("value: 1.105");
    screen.keys("\x152.0\r");
    screen.wait_for_text("$.price  1.105 → 2.0");
    crawl_writes(&value("1.30", "8"));
    screen.keys("\r");
    screen.wait_for("the merge", |text| {
        text.contains("0 of 1 decided") && text.contains("1.30") && text.contains("e own value")
    });
    assert_eq!(stored(), value("1.30", "8"), "nothing is written before it is decided");
    screen.keys("t\r");
    screen.wait_for_text("merged with theirs");
    assert_eq!(stored(), value("1.30", "8"));
    screen.wait_for_text("\"price\": 1.30");
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn staged_values_of_records_that_a_crawl_writes_are_merged_and_saved_as_one_step() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "spare"]);
    let value = |price: &str, count: &str| {
        format!(r#"{{"name" :"Cup","price": {price},  "count":{count}}}"#)
    };
    let record = |key: &str| (key.to_owned(), JSON.to_owned(), value("1.10", "-0.0").into_bytes());
    fill::records(&mut client, "shop", [record("page-1"), record("page-2")]);
    let crawl_writes = |key: &str, value: &str| drop(server.cli(&["HSET", ITEMS, key, value]));
    let stored = |key: &str| String::from_utf8(server.cli(&["HGET", ITEMS, key])).unwrap();
    let mut screen = Screen::start(&[&server.url()], &[], 24, 100);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for_text("1.10");
    for key in ["page-1", "page-2"] {
        screen.wait_for_text(&format!("┬ {key} "));
        screen.keys("\t\r");
        screen.wait_for_text("edit value");
        screen.keys("jj\r");
        screen.wait_for_text("value: 1.10");
        screen.keys("5\x10");
        screen.wait_for_text(&format!("staged {key}"));
        screen.keys("\x1b");
        screen.wait_for("the panes", |text| !text.contains("edit value"));
        screen.keys("\x1b[Zj");
    }
    assert_eq!(stored("page-1"), value("1.10", "-0.0"), "nothing is written");
    // A crawl counts on in one of them.
    crawl_writes("page-2", &value("1.10", "7"));
    screen.keys("\x10");
    screen.wait_for("what is merged", |text| {
        text.contains("page-1 in shop") && text.contains("merged with a change · value")
    });
    screen.keys("\x13");
    screen.wait_for("what is changed", |text| {
        text.contains("Save 2 staged edits") && !text.contains("looking for what is changed")
    });
    screen.keys("\x13");
    screen.wait_for_text("saved 2 records; one merged with theirs");
    assert_eq!((stored("page-1"), stored("page-2")), (value("1.105", "-0.0"), value("1.105", "7")));
    screen.keys("u");
    screen.wait_for_text("undone: saved 2 records");
    assert_eq!((stored("page-1"), stored("page-2")), (value("1.10", "-0.0"), value("1.10", "7")));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}
