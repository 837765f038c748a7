//! Programs that a test makes and has run. While a file is open for writing the system runs it for nobody
//! ("Text file busy"), and whatever another test starts at that moment holds it open for an instant, too. So
//! processes of their own write them, which start nothing.
#![allow(dead_code, reason = "each test program uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside #[test]")]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes at `path` a program for the shell with these lines.
pub(crate) fn script(path: &Path, lines: &str) {
    let mut child = writer(path, Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("#!/bin/sh\n{lines}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{}", path.display());
}

/// Copies the program `from` to `path`.
pub(crate) fn copy(from: &Path, path: &Path) {
    let status = writer(path, File::open(from).unwrap().into()).status();
    assert!(status.unwrap().success(), "{}", path.display());
}

/// What writes its input to `path`, for everybody to run.
fn writer(path: &Path, input: Stdio) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(path).stdin(input);
    command
}
