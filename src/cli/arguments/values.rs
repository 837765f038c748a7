//! What `get` and `set` take.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueHint};

use super::{KEY, KeysFrom, STORE};

/// `get`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct GetArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,
    #[arg(help = KEY, value_name = "KEY", required_unless_present = "keys_from")]
    pub(in crate::cli) keys: Vec<OsString>,

    #[command(flatten)]
    pub(in crate::cli) from: KeysFrom,

    /// Leave out what is not there, with exit code 0
    #[arg(long)]
    pub(in crate::cli) if_exists: bool,

    /// Write to FILE instead, all of it or nothing
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "keys_from")]
    pub output: Option<PathBuf>,

    /// Print bytes to a terminal, whatever they do to it
    #[arg(short, long, conflicts_with = "keys_from")]
    pub force: bool,

    /// Do not run a pager for what is longer than the terminal
    #[arg(long)]
    pub(in crate::cli) no_pager: bool,

    /// Print the SHA-256 digest of the value instead, for set --if-unchanged
    #[arg(long, conflicts_with_all = ["output", "force"])]
    pub digest: bool,
}

/// `set`.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group(ArgGroup::new("source").required(true).args(["value", "file", "null"])))]
pub struct SetArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,
    #[arg(help = KEY)]
    pub(in crate::cli) key: OsString,

    /// The value, as text; stored in the charset that TYPE declares
    #[arg(allow_negative_numbers = true)]
    pub value: Option<OsString>,

    /// Take the value from FILE, byte for byte; - is standard input
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Set the value None
    #[arg(long, conflicts_with = "content_type")]
    pub null: bool,

    /// The content type, instead of the one Crawlee infers
    #[arg(short, long, value_name = "TYPE", value_parser = parse_content_type)]
    pub content_type: Option<String>,

    /// Only if there is no such record yet
    #[arg(long, conflicts_with = "if_unchanged")]
    pub if_absent: bool,

    /// Only if the value still has this digest, as get --digest prints it
    #[arg(long, value_name = "DIGEST")]
    pub if_unchanged: Option<String>,
}

/// Reads a content type as a person types it.
///
/// # Errors
/// A sentence, for one with control characters, which would stand in every list.
pub(super) fn parse_content_type(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        return Err("a content type has no control characters".to_owned());
    }
    Ok(text.to_owned())
}
