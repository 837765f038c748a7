//! What `delete`, `purge` and `drop` take, and a file of keys.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{KEY, STORE};

/// Where keys are listed.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeysFrom {
    /// Take the keys from FILE, one a line, byte for byte; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "keys")]
    pub(in crate::cli) keys_from: Option<PathBuf>,

    /// The keys in FILE are each followed by a NUL byte, as keys --null prints them
    #[arg(short = '0', long = "null", requires = "keys_from", conflicts_with = "keys")]
    pub(in crate::cli) null: bool,
}

/// `delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,
    #[arg(help = KEY, value_name = "KEY", required_unless_present = "keys_from")]
    pub(in crate::cli) keys: Vec<OsString>,

    #[command(flatten)]
    pub(in crate::cli) from: KeysFrom,

    /// Do nothing, with exit code 0, where there is none of the records
    #[arg(long)]
    pub(in crate::cli) if_exists: bool,

    /// Show what would be deleted, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

/// `purge` and `drop`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,

    /// Do nothing, with exit code 0, where there is no such store
    #[arg(long)]
    pub(in crate::cli) if_exists: bool,

    /// Show what would be removed, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}
