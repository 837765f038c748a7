//! What `keys`, `ls` and `watch` take.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use super::STORE;
use crate::index::{Query, Sort};

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

/// A field, as the JSON calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(in crate::cli) enum Field {
    /// The key
    Key,
    /// The content type
    ContentType,
    /// The value's size
    Size,
    /// What is wrong, if anything is
    State,
}

impl Field {
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::ContentType => "content_type",
            Self::Size => "size",
            Self::State => "state",
        }
    }
}

/// What keys are sorted by; ties by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(in crate::cli) enum By {
    /// By the keys' bytes, as Crawlee does
    Key,
    /// The largest first
    Size,
    /// By the content types' text
    ContentType,
}

impl By {
    /// The order; `reverse` turns it around. `None` where it is the one in which keys come.
    fn query(self, reverse: bool) -> Option<Query> {
        let (sort, descending) = match self {
            Self::Key if !reverse => return None,
            Self::Key => (Sort::Key, reverse),
            Self::Size => (Sort::Size, !reverse),
            Self::ContentType => (Sort::ContentType, reverse),
        };
        Some(Query { sort, descending, ..Query::default() })
    }
}

/// Which keys are listed, and how.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeysOptions {
    /// Only keys that start with P
    #[arg(long, value_name = "P", allow_hyphen_values = true, requires = "store")]
    pub prefix: Option<OsString>,

    /// Only keys after KEY
    #[arg(long, value_name = "KEY", allow_hyphen_values = true, requires = "store")]
    pub after: Option<OsString>,

    /// At most N keys
    #[arg(long, value_name = "N", requires = "store")]
    pub limit: Option<usize>,

    /// Sort by key, size (the largest first) or `content_type`; ties by key
    #[arg(help = "Sort by key, size (the largest first) or content_type; ties by key")]
    #[arg(long, value_name = "FIELD", default_value = "key", hide_default_value = true)]
    #[arg(hide_possible_values = true, requires = "store")]
    pub sort: By,

    /// Reverse the order
    #[arg(short, long, requires = "store")]
    pub reverse: bool,

    /// Print these fields alone, in this order: key, `content_type`, size, state
    #[arg(help = "Print these fields alone, in this order: key, content_type, size, state")]
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', num_args = 1)]
    #[arg(hide_possible_values = true, conflicts_with_all = ["bare", "null"], requires = "store")]
    pub fields: Vec<Field>,

    /// Print the keys alone, one a line
    #[arg(short, long, conflicts_with = "json", requires = "store")]
    pub bare: bool,

    /// Print the keys alone, each followed by a NUL byte
    #[arg(short = '0', long = "null", conflicts_with = "json", requires = "store")]
    pub null: bool,
}

impl KeysOptions {
    /// Another order than the one in which keys come.
    pub(in crate::cli) fn order(&self) -> Option<Query> {
        self.sort.query(self.reverse)
    }
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
