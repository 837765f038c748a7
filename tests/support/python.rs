//! Runs Python programs of the tests with real Crawlee. Needs `server` beside it.
#![allow(dead_code, reason = "every test binary uses its own part of this file")]
#![allow(unreachable_pub, reason = "shared as a private module of several test binaries")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::server;

/// A program of the tests, given by its path below `tests/`, ready to be started. It is ended
/// after two minutes whatever it does.
pub fn program(script: &str, args: &[&str]) -> Command {
    lasting(script, args, 120)
}

/// The same program, ended after this number of seconds.
pub fn lasting(script: &str, args: &[&str], seconds: u32) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let mut command = Command::new("timeout");
    command.arg(seconds.to_string()).arg(server::python()).arg(path).args(args);
    // Nothing of the caller's may change what Crawlee does, and nothing is written to the sources.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CRAWLEE_") {
            command.env_remove(name);
        }
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a program with `input`, and returns what it printed; its failure panics with its errors.
#[track_caller]
pub fn run(script: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = program(script, args).spawn().expect("Python starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // Beside the reading, so that neither side waits for the other. A program that ended early
    // takes no input; its own errors are told below.
    let feeder = thread::spawn(move || stdin.write_all(&input).is_ok());
    let output = child.wait_with_output().expect("Python ends");
    let _ = feeder.join();
    assert!(
        output.status.success(),
        "{script} failed ({}):\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Runs a program that reads one JSON text and prints one.
#[track_caller]
pub fn run_json(script: &str, args: &[&str], input: &serde_json::Value) -> serde_json::Value {
    let printed = run(script, args, input.to_string().as_bytes());
    serde_json::from_slice(&printed)
        .unwrap_or_else(|error| panic!("{script}: {error}: {}", String::from_utf8_lossy(&printed)))
}
