//! What `keys`, `ls` and `watch` take.

use std::ffi::OsString;

use clap::Args;

use super::STORE;

/// `keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,

    #[command(flatten)]
    pub(in crate::cli) list: KeysOptions,
}

/// `ls`.
#[derive(Debug, Args)]
pub struct LsArgs {
    /// The store whose keys are listed; without it, the stores are
    pub(in crate::cli) store: Option<OsString>,

    #[command(flatten)]
    pub(in crate::cli) list: KeysOptions,
}

/// Which keys are listed, and how.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeysOptions {
    /// Only keys that start with P
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub prefix: Option<OsString>,

    /// Only keys after KEY
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub after: Option<OsString>,

    /// At most N keys
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,

    /// Print the keys alone, one a line
    #[arg(short, long, conflicts_with = "json")]
    pub bare: bool,

    /// Print the keys alone, each followed by a NUL byte
    #[arg(short = '0', long = "null", conflicts_with = "json")]
    pub null: bool,
}

/// `watch`.
#[derive(Debug, Args)]
pub struct WatchArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,

    /// End after N lines
    #[arg(short = 'n', long, value_name = "N")]
    pub count: Option<usize>,

    /// Wait for a store that is not there yet; then all its records are new
    #[arg(short, long)]
    pub wait: bool,
}
