//! larder over what a real Crawlee crawl of a small local site left on a server.

#[path = "support/python.rs"]
mod python;
#[path = "support/server.rs"]
mod server;

use server::Server;

/// A server that a crawl has filled, and what the crawl says it stored.
fn crawled() -> (Server, serde_json::Value) {
    let server = Server::start();
    let stored = python::run_json("crawl/crawl.py", &[&server.url()], &serde_json::Value::Null);
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
