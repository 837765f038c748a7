//! What `aside` and `drafts` take.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

/// What `aside` does.
#[derive(Debug, Subcommand)]
pub enum AsideCommand {
    /// List all that is set aside, the oldest first
    List,
    /// Put back what the store does not have again
    Restore {
        /// What is set aside, as it is listed, or the beginning of its name
        #[arg(value_name = "ASIDE")]
        id: String,

        /// Show what would be put back, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove for good what is set aside
    Discard {
        /// What is set aside, as it is listed, or the beginning of its name
        #[arg(value_name = "ASIDE")]
        id: String,

        /// Show what would be removed, and change nothing
        #[arg(long)]
        dry_run: bool,

        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// What `drafts` does.
#[derive(Debug, Subcommand)]
pub enum DraftsCommand {
    /// List them, the newest first
    List,
    /// Print what was typed
    Show {
        /// The draft, as it is listed, or the beginning of its name
        draft: String,
    },
    /// Write what was typed to a file
    Export {
        /// The draft, as it is listed, or the beginning of its name
        draft: String,
        /// The file, which must not be there yet; - is standard output
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Remove drafts
    Remove {
        /// The drafts, as they are listed, or the beginnings of their names
        #[arg(required = true, value_name = "DRAFT")]
        drafts: Vec<String>,
    },
}
