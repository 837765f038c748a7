//! larder over what a real Crawlee crawl of a small local site left on a server.

use crate::pty::Screen;
use crate::python;
use crate::server::Server;

/// A server that a crawl has filled, and the crawl's own account of what it stored.
fn crawled() -> (Server, serde_json::Value) {
    let server = Server::start();
    let stored = python::run_json("interop/crawl.py", &[&server.url()], &serde_json::Value::Null);
    (server, stored)
}

#[test]
fn a_real_crawl_fills_the_server() {
    let (server, stored) = crawled();
    assert_eq!(stored["pages"], 36);
    for (store, records) in [("default", 3), ("shop-snapshots", 73), ("scratch", 7)] {
        assert_eq!(stored["stores"][store], records, "{store}");
        let items = format!("key_value_stores:{store}:items");
        let there = server.command(&[b"HLEN", items.as_bytes()]);
        assert_eq!(there.int(), records, "{store}");
    }
    let input = server.cli(&["HGET", "key_value_stores:default:items", "INPUT"]);
    assert!(input.starts_with(br#"{"startUrls": ["http://127.0.0.1:"#));
    let picture = server.cli(&["HGET", "key_value_stores:shop-snapshots:items", "shelf.png"]);
    assert!(picture.starts_with(b"\x89PNG\r\n"));
}

#[test]
fn the_browser_walks_over_a_real_crawl() {
    let (server, _) = crawled();
    let mut screen = Screen::start(&[&server.url()], &[], 36, 120);
    let metadata = || {
        ["default", "scratch", "shop-snapshots"]
            .map(|store| server.cli(&["JSON.GET", &format!("key_value_stores:{store}:metadata")]))
    };
    let before = metadata();
    screen.wait_for("the three stores with their counts", |text| {
        ["default", "scratch", "shop-snapshots"].iter().all(|store| text.contains(store))
            && text.contains("73")
    });

    // The default store: INPUT holds the crawl's input.
    screen.keys("\r");
    screen.wait_for_text("default · 3 records");
    screen.wait_for_text("\"startUrls\"");

    // The alias: None is not an empty text, and a hostile key stays inside its pane.
    screen.keys("h");
    screen.keys("j\r");
    screen.wait_for_text("scratch · 7 records");
    screen.keys("G");
    screen.wait_for_text("with space/slash:colon");
    let raw = screen.raw(0);
    assert!(!raw.windows(7).any(|bytes| bytes == b"\x1b]0;tit"), "a key set the title");

    // The snapshots: the pages as the crawl saw them, in both forms, and the picture.
    screen.keys("h");
    screen.keys("j\r");
    screen.wait_for_text("shop-snapshots · 73 records");
    screen.wait_for("the first page as JSON", |text| {
        text.contains("page-000000") && text.contains("\"title\": \"Ärmel & Söhne\"")
    });
    screen.keys("j");
    screen.wait_for("the page as a text", |text| {
        text.contains("# Ärmel & Söhne") && text.contains("Home[1]")
    });
    screen.keys("v");
    screen.wait_for("the page as HTML, in rows that break before a tag", |text| {
        text.contains("<html><head><title>Ärmel &amp; Söhne ") && text.contains("</title></head>")
    });
    screen.keys("G");
    screen.wait_for_text("image/png");

    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert!(before == metadata(), "looking at stores changed their times");
}
