//! What `rename`, `copy` and `retype` take.

use std::ffi::OsString;

use clap::Args;

use super::values::parse_content_type;
use super::{KEY, STORE};

/// `rename`.
#[derive(Debug, Args)]
pub struct RenameArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,
    #[arg(help = KEY)]
    pub(in crate::cli) key: OsString,
    /// The new key
    pub(in crate::cli) new: OsString,

    /// Write over a record that has the new key already
    #[arg(long)]
    pub(in crate::cli) overwrite: bool,

    /// Show what would be changed, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

/// `copy`.
#[derive(Debug, Args)]
pub struct CopyArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,
    #[arg(help = KEY)]
    pub(in crate::cli) key: OsString,
    /// The new key; in another store, the same where none is given
    pub(in crate::cli) new: Option<OsString>,

    /// Copy it to this store, which must be there
    #[arg(long, value_name = "STORE")]
    pub(in crate::cli) to: Option<OsString>,

    /// Write over a record that has the new key already
    #[arg(long)]
    pub(in crate::cli) overwrite: bool,

    /// Show what would be changed, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

/// `retype`.
#[derive(Debug, Args)]
pub struct RetypeArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,
    #[arg(help = KEY)]
    pub(in crate::cli) key: OsString,
    /// The content type, as image/png
    #[arg(value_name = "TYPE", value_parser = parse_content_type)]
    pub(in crate::cli) content_type: String,

    /// Show what would be changed, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}
