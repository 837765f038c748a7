//! `watch`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use super::program::Program;
use crate::fill;

/// Limit on the time that a line is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const JSON: &str = "application/json; charset=utf-8";

/// Ends the program, whatever the result of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(program: &Program, args: &[&str]) -> (Running, ChildStdout) {
    let mut command = program.command(args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = child.stdout.take().unwrap();
    (Running(child), out)
}

/// The lines as they come.
fn lines(out: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    lines
}

fn set(program: &Program, key: &str, value: &str) {
    let mut client = program.server.client();
    fill::records(&mut client, "shop", [(key.to_owned(), JSON.to_owned(), value.into())]);
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let time = format!("\"2026-11-23T01:02:03.{:06}+00:00\"", time.subsec_micros());
    let metadata = b"key_value_stores:shop:metadata";
    client.call(&[b"JSON.SET", metadata, b"$.modified_at", time.as_bytes()]);
}

/// Sets new records until the first one is reported: from then on the store is watched.
fn watched(program: &Program, lines: &mpsc::Receiver<String>) -> String {
    for number in 0..900 {
        set(program, &format!("first-{number}"), "{}");
        if let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
            return line;
        }
    }
    panic!("nothing was told");
}

/// Two lines of JSON: of a new record, and of a deleted one.
pub(super) fn first_lines(program: &Program) -> String {
    let (_running, out) = start(program, &["watch", "shop", "--json"]);
    let lines = lines(out);
    let first = watched(program, &lines);
    let (_, key) = event(&first);
    program.run(["delete", "shop", &key]);
    loop {
        let line = lines.recv_timeout(PATIENCE).expect("a line");
        if event(&line).0 == "deleted" {
            return format!("{first}\n{line}\n");
        }
    }
}

fn event(line: &str) -> (String, String) {
    let line: Value = serde_json::from_str(line).unwrap();
    assert!(line["time"].is_string(), "{line}");
    (line["event"].as_str().unwrap().to_owned(), line["key"].as_str().unwrap().to_owned())
}

#[test]
fn each_record_that_comes_changes_or_goes_is_a_line() {
    let program = Program::with_shop();
    let (_running, out) = start(&program, &["watch", "shop", "--json"]);
    let lines = lines(out);
    let (what, key) = event(&watched(&program, &lines));
    assert_eq!(what, "new");
    assert!(key.starts_with("first-"), "{key}");
    let wait = |wanted: (&str, &str)| {
        loop {
            let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("never: {wanted:?}"));
            let (what, key) = event(&line);
            if (what.as_str(), key.as_str()) == wanted {
                return;
            }
            assert!(key.starts_with("first-"), "{line}");
        }
    };
    set(&program, "page-1", r#"{"price": 1000.50}"#);
    wait(("changed", "page-1"));
    assert_eq!(program.run(["delete", "shop", "page-2"]).code, 0);
    wait(("deleted", "page-2"));
}

#[test]
fn it_ends_after_as_many_lines_as_are_wanted() {
    let program = Program::with_shop();
    let (mut running, out) = start(&program, &["watch", "shop", "-n", "1"]);
    let lines = lines(out);
    let line = watched(&program, &lines);
    assert!(line.starts_with("new ") && line.contains(JSON) && line.contains("first-"), "{line}");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let program = Program::with_shop();
    let (mut running, out) = start(&program, &["watch", "shop"]);
    drop(out);
    let mut number = 0;
    let status = loop {
        if let Some(status) = running.0.try_wait().unwrap() {
            break status;
        }
        assert!(number < 300, "it does not end");
        set(&program, &format!("more-{number}"), "{}");
        number += 1;
        std::thread::sleep(Duration::from_millis(100));
    };
    let mut error = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!((status.code(), error.as_str()), (Some(0), ""));
}

#[test]
fn a_reader_that_goes_ends_it_though_nothing_changes() {
    let program = Program::with_shop();
    for args in [&["watch", "shop"][..], &["watch", "nowhere", "--wait"]] {
        let (mut running, out) = start(&program, args);
        drop(out);
        let begun = std::time::Instant::now();
        let status = loop {
            if let Some(status) = running.0.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "{args:?} does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn there_must_be_such_a_store() {
    let program = Program::with_shop();
    program.fails(&["watch", "nothing"], 1);
}

#[test]
fn a_store_that_is_not_there_is_waited_for_and_all_its_records_are_new() {
    let program = Program::empty();
    let missing = program.run(["watch", "shop"]);
    assert_eq!((missing.code, missing.out.len()), (1, 0), "{missing:?}");
    let (running, out) = start(&program, &["watch", "shop", "--json", "--wait", "-n", "3"]);
    let lines = lines(out);
    // It has looked for the store, and not found it.
    let looked = || {
        let stats = program.server.cli(&["INFO", "commandstats"]);
        let stats = String::from_utf8(stats).unwrap();
        let calls = stats.split_once("cmdstat_hlen:calls=").map_or("0", |(_, rest)| rest);
        calls.split(',').next().unwrap().parse::<u32>().unwrap()
    };
    while looked() < 5 {
        std::thread::yield_now();
    }
    program.ok(&["create", "--name", "shop"]);
    program.ok(&["set", "shop", "a", "1"]);
    program.ok(&["set", "shop", "b", "2"]);
    let mut told: Vec<_> = (0..2).map(|_| event(&lines.recv_timeout(PATIENCE).unwrap())).collect();
    told.sort();
    assert_eq!(told, [("new".into(), "a".into()), ("new".into(), "b".into())]);
    program.ok(&["set", "shop", "c", "3"]);
    assert_eq!(event(&lines.recv_timeout(PATIENCE).unwrap()), ("new".into(), "c".into()));
    drop(running);
}

#[test]
fn a_lost_connection_is_told_and_the_watching_goes_on() {
    let mut program = Program::with_shop();
    let (mut running, out) = start(&program, &["watch", "shop"]);
    watched(&program, &lines(out));
    program.server.kill();
    let told = lines(running.0.stderr.take().unwrap()).recv_timeout(PATIENCE).expect("a line");
    assert!(told.starts_with("larder: the connection is lost, and made again: "), "{told}");
    assert_eq!(running.0.try_wait().unwrap(), None, "it goes on");
}

#[test]
fn changes_that_may_come_late_are_told_once() {
    let program = Program::with_shop();
    let config = program.home.path().join("config.toml");
    std::fs::write(&config, "[watch]\nserver_budget = '0.5 %'\n").unwrap();
    let keys = (0..12_000).map(|n| (format!("key-{n:05}"), JSON.to_owned(), b"{}".to_vec()));
    fill::records(&mut program.server.client(), "shop", keys);
    for quiet in [false, true] {
        let file = config.to_str().unwrap();
        let args = ["watch", "shop", "--json", "--config", file, "-n", "1"];
        let mut command = program.command(args);
        if quiet {
            command.arg("-q");
        }
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut running = Running(child);
        let lines = lines(running.0.stdout.take().unwrap());
        watched(&program, &lines);
        let mut told = String::new();
        running.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        let late = r#"{"warning":{"message":"changes may come up to "#;
        assert_eq!(told.matches(late).count(), usize::from(!quiet), "{told}");
        assert_eq!(told.lines().count(), usize::from(!quiet), "{told}");
    }
}
