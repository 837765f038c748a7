//! What `export` and `import` take.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::STORE;

/// `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,

    /// The file to write, or a folder with / behind it; it must not be there yet. - is standard output
    #[arg(value_hint = ValueHint::FilePath, default_value = "-", hide_default_value = true)]
    pub file: PathBuf,

    /// Only records whose keys start with P
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(in crate::cli) prefix: Option<OsString>,

    /// Go on behind the last record of what an export has left unfinished
    #[arg(long, conflicts_with = "overwrite")]
    pub(in crate::cli) resume: bool,

    /// Write over the file, or files of the folder, that are there
    #[arg(long)]
    pub(in crate::cli) overwrite: bool,
}

/// `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    #[arg(help = STORE)]
    pub(in crate::cli) store: OsString,

    /// The file or folder that export has written; - is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Write over records that are there and are not the same
    #[arg(long)]
    pub(in crate::cli) overwrite: bool,

    /// Show what would be set, and change nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}
