//! Runs larder with a home folder of its own, and gives the results.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::fill;
use crate::pty::larder;
use crate::server::{Reply, Server};

/// Variables of the caller that would change what the program does.
const FOREIGN: [&str; 15] = [
    "LARDER_URL",
    "LARDER_PROFILE",
    "REDIS_URL",
    "APIFY_LOCAL_STORAGE_DIR",
    "CRAWLEE_STORAGE_DIR",
    "LARDER_PASSWORD",
    "LARDER_SENTINEL_PASSWORD",
    "LARDER_CONFIG",
    "LARDER_READ_ONLY",
    "LARDER_LOG",
    "NO_COLOR",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
];

/// The result of a run of larder.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

/// A home folder, and the server that `LARDER_URL` names.
pub(crate) struct Program {
    pub(crate) server: Server,
    pub(crate) home: tempfile::TempDir,
}

impl Program {
    /// A program whose server has a store `shop` with some records.
    pub(crate) fn with_shop() -> Self {
        let program = Self::empty();
        let mut client = program.server.client();
        fill::stores(&mut client, ["shop"]);
        let record =
            |key: &str, kind: &str, value: &[u8]| (key.to_owned(), kind.to_owned(), value.to_vec());
        fill::records(
            &mut client,
            "shop",
            [
                record("page-2", "text/html", b"<p>two</p>"),
                record("page-1", "application/json; charset=utf-8", br#"{"price": 1.50}"#),
                record("bytes", "application/octet-stream", b"\0\xff\n"),
                record("none", "application/x-none", b""),
            ],
        );
        program
    }

    /// A program with an empty server.
    pub(crate) fn empty() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        Self { server: Server::start(), home }
    }

    /// The command, ready to run in a clean environment.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = clean(self.home.path());
        command.env("LARDER_URL", self.server.url()).args(args);
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        run(&mut self.command(args), b"")
    }

    /// Runs with these bytes on standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &[u8]) -> Run {
        run(&mut self.command(args), input)
    }

    /// Runs, expects success and silence on standard error, and gives the output.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
        String::from_utf8(run.out).expect("the output is UTF-8")
    }

    /// Runs and expects this exit code, an empty standard output, and one line of error.
    #[track_caller]
    pub(crate) fn fails(&self, args: &[&str], code: i32) -> String {
        let run = self.run(args);
        assert_eq!(run.code, code, "{args:?}: {}", run.err);
        assert!(run.out.is_empty(), "{args:?}");
        assert!(run.err.starts_with("larder: "), "{}", run.err);
        assert_eq!(run.err.matches('\n').count(), 1, "{}", run.err);
        run.err
    }

    /// The stored bytes of a value.
    pub(crate) fn stored(&self, store: &str, key: &[u8]) -> Option<Vec<u8>> {
        let items = format!("key_value_stores:{store}:items");
        self.server.command(&[b"HGET", items.as_bytes(), key]).bytes()
    }

    /// The stored metadata of a record.
    pub(crate) fn metadata(&self, store: &str, key: &str) -> serde_json::Value {
        let items = format!("key_value_stores:{store}:metadata_items");
        let reply = self.server.command(&[b"HGET", items.as_bytes(), key.as_bytes()]);
        let Reply::Bulk(text) = reply else { panic!("no metadata: {reply:?}") };
        serde_json::from_slice(&text).expect("metadata is JSON")
    }
}

/// larder in a clean environment.
pub(crate) fn clean(home: &Path) -> Command {
    clean_program(larder(), home)
}

/// Another program, such as a shell that starts larder, in a clean environment.
pub(crate) fn clean_program(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    for name in FOREIGN {
        command.env_remove(name);
    }
    command.env("HOME", home).current_dir(home);
    command
}

pub(crate) fn run(command: &mut Command, input: &[u8]) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("larder starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A command that does not read its input closes it early.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("larder ends");
    Run {
        code: output.status.code().expect("larder ends by itself"),
        out: output.stdout,
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// The lines of JSON.
#[track_caller]
pub(crate) fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
