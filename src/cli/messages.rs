//! Messages of a command on standard error: lines for a person, JSON for a script that asks for it.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::json;
use crate::config::NO_TARGET;
use crate::model::{Cause, Error};
use crate::text::visible;

/// Whether `--json` was given.
static JSON: AtomicBool = AtomicBool::new(false);
/// Whether `--quiet` was given.
static QUIET: AtomicBool = AtomicBool::new(false);
/// Whether a line of progress stands on the terminal.
static PROGRESS: AtomicBool = AtomicBool::new(false);

/// Sets the form of all later messages.
pub(super) fn begin(json: bool, quiet: bool) {
    JSON.store(json, Ordering::Relaxed);
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Prints why the exit code is not 0, or a remark on the output.
pub(super) fn say(message: &str) {
    let message = &*in_short(message);
    if JSON.load(Ordering::Relaxed) {
        write_line(&json!({"warning": {"message": message}}).to_string());
    } else {
        write_line(&format!("larder: {}", visible(message)));
    }
}

/// A message with its middle left out if it is too long to read, for example because it names a key of a
/// megabyte.
fn in_short(message: &str) -> Cow<'_, str> {
    /// Bytes of the beginning and of the end that are printed.
    const SAID: (usize, usize) = (1500, 500);
    if message.len() <= SAID.0 + SAID.1 {
        return Cow::Borrowed(message);
    }
    let is_boundary = |at: &usize| message.is_char_boundary(*at);
    let begin = (0..=SAID.0).rev().find(is_boundary).unwrap_or_default();
    let end = (message.len() - SAID.1..message.len()).find(is_boundary).unwrap_or(message.len());
    Cow::Owned(format!("{} … {}", &message[..begin], &message[end..]))
}

/// Prints a harmless remark, which is left out with `--quiet`.
pub(super) fn note(message: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        say(message);
    }
}

/// Prints what was done, for a person only.
pub(super) fn tell(message: &str) {
    if is_for_person() {
        write_line(&visible(message));
    }
}

/// Prints why a command ended before it was done.
pub(super) fn fail(error: &Error, exit: u8) {
    if JSON.load(Ordering::Relaxed) {
        write_line(&as_json(error, exit).to_string());
    } else if error.cause == Some(Cause::NoTarget) {
        // These are larder's own lines, with no text of others in them.
        write_line(&format!("larder: {NO_TARGET}"));
        if Path::new("key_value_stores").is_dir() {
            write_line("  larder .                          this folder, which is a storage");
        }
    } else {
        say(&error.to_string());
    }
}

fn as_json(error: &Error, exit: u8) -> Value {
    let message = error.problem.lines().next().unwrap_or_default();
    let remedy = Some(error.remedy()).filter(|remedy| !remedy.is_empty());
    json!({"error": {
        "kind": json::kind(error.kind),
        "message": message.trim_end_matches(':'),
        "remedy": remedy,
        "exit": exit,
    }})
}

/// Whether a person reads standard error and wants messages.
pub(super) fn is_for_person() -> bool {
    let asked = JSON.load(Ordering::Relaxed) || QUIET.load(Ordering::Relaxed);
    !asked && io::stderr().is_terminal()
}

/// Shows a line of progress in place of the last one.
pub(super) fn show_progress(line: &str) {
    PROGRESS.store(true, Ordering::Relaxed);
    let mut stderr = io::stderr();
    let _ = write!(stderr, "\r\x1b[2K{}", visible(line));
    let _ = stderr.flush();
}

/// Removes the line of progress.
pub(super) fn erase_progress() {
    if PROGRESS.swap(false, Ordering::Relaxed) {
        let mut stderr = io::stderr();
        let _ = write!(stderr, "\r\x1b[2K");
        let _ = stderr.flush();
    }
}

/// Writes a line. If standard error is closed, nobody can be told.
fn write_line(line: &str) {
    erase_progress();
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ErrorKind;

    #[test]
    fn a_message_of_any_length_is_read_at_its_ends() {
        assert_eq!(in_short("as it is"), "as it is");
        let long = format!("begins {} ends", "ä".repeat(1 << 20));
        let said = in_short(&long);
        assert!(said.starts_with("begins ä") && said.ends_with("ä ends"), "{said}");
        assert!(said.len() < 2010, "{}", said.len());
    }

    #[test]
    fn an_error_has_its_kind_its_remedy_and_its_exit_code() {
        let error = Error::new(ErrorKind::NotFound, "there is no store `x`").hint("create it");
        assert_eq!(
            as_json(&error, 1).to_string(),
            r#"{"error":{"kind":"not_found","message":"there is no store `x`","remedy":"create it","exit":1}}"#
        );
        let plain = Error::new(ErrorKind::Usage, "first line:\n  second");
        assert_eq!(as_json(&plain, 2)["error"]["message"], "first line");
        assert_eq!(as_json(&plain, 2)["error"]["remedy"], Value::Null);
    }
}
