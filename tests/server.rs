//! The tests' own server does what the tests rely on.

#[path = "support/server.rs"]
mod server;

use server::{Reply, Server};

#[test]
fn a_server_starts_with_its_module_and_tells_what_it_was_sent() {
    let mut server = Server::start();
    let mut monitor = server.monitor();
    server.cli(&["JSON.SET", "doc", "$", r#"{"a":1}"#]);
    assert_eq!(server.cli(&["JSON.GET", "doc"]), br#"{"a":1}"#);
    let lines = monitor.lines();
    assert!(lines.iter().any(|line| line.contains("JSON.GET")), "{lines:?}");
    assert!(matches!(server.command(&[b"HGET", b"doc", b"x"]), Reply::Error(_)));

    let port = server.port();
    server.stop_process();
    server.continue_process();
    server.restart();
    assert_eq!(server.port(), port);
    assert_eq!(server.command(&[b"JSON.GET", b"doc"]), Reply::Nil);
}

#[test]
fn a_server_takes_arguments_and_a_sentinel_follows_it() {
    let server = Server::start_with(&["--requirepass", "secret"]);
    assert!(matches!(server.command(&[b"PING"]), Reply::Error(text) if text.starts_with("NOAUTH")));
    let sentinel = Server::start_sentinel("crawl", server.port());
    let address = sentinel.cli(&["SENTINEL", "get-master-addr-by-name", "crawl"]);
    assert_eq!(address, format!("127.0.0.1\n{}", server.port()).into_bytes());
}
