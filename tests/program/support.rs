//! The tests' own server, stores and terminal do what the tests rely on.

use std::path::Path;

use serde_json::json;

use crate::fill;
use crate::pty::Screen;
use crate::python;
use crate::server::{Reply, Server};

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

#[test]
fn crawlee_takes_filled_stores_for_its_own() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["one", "two"]);
    let record = ("k\"ü".to_owned(), "text/plain".to_owned(), b"value".to_vec());
    fill::records(&mut client, "two", [record]);
    let ops = json!([
        {"op": "open", "id": fill::id("one")},
        {"op": "keys"},
        {"op": "open", "name": "two"},
        {"op": "keys"},
        {"op": "get", "key": "k\"ü"},
    ]);
    let said = python::run_json("interop/client.py", &[&server.url()], &ops);
    assert_eq!(said[0]["name"], "one");
    assert_eq!(said[1], json!([]));
    assert_eq!(said[2]["id"], fill::id("two"));
    assert_eq!(said[3], json!([["k\"ü", "text/plain", 5]]));
    assert_eq!(said[4]["value"]["text"], "value");
}

#[test]
fn a_screen_shows_what_a_program_writes_and_tells_its_end() {
    let script = "printf 'size '; stty size; read line; printf \"got $line\\n\"; \
                  trap 'stty size' WINCH; trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done";
    let mut screen = Screen::start_program(Path::new("/bin/sh"), &["-c", script], &[], 10, 40);
    screen.wait_for_text("size 10 40");
    screen.keys("hello\n");
    screen.wait_for("the line and the end", |text| {
        text.contains("got hello") && text.contains("ready")
    });
    let before = screen.written();
    screen.resize(12, 50);
    screen.wait_for_output(before, b"12 50");
    assert_eq!(screen.raw(before), b"12 50\r\n");
    assert!(screen.runs());
    screen.signal("TERM");
    assert_eq!(screen.exit_code(), 7);
    assert!(!screen.runs());
}

#[test]
#[should_panic(expected = "the program ended")]
fn a_screen_fails_with_a_picture_when_the_program_ends_early() {
    let screen = Screen::start_program(Path::new("/bin/sh"), &["-c", "echo bye"], &[], 10, 40);
    screen.wait_for_text("never shown");
}
