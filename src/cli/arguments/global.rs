//! Options of all commands, and of the browser.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use crate::cli::painted::Color;
use crate::config::parse_seconds;

/// Options that may stand before and after a command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Global {
    /// The storage: a path, a URL or a profile's name
    // `url` is what such an option is called elsewhere.
    #[arg(
        short,
        long,
        alias = "url",
        value_name = "TARGET",
        value_hint = ValueHint::AnyPath,
        global = true,
        hide_short_help = true
    )]
    pub target: Option<String>,

    /// Print JSON Lines, with Crawlee's field names
    #[arg(long, global = true, hide_short_help = true)]
    pub json: bool,

    /// Tell on standard error what is done
    #[arg(short, long, global = true, hide_short_help = true, conflicts_with = "quiet")]
    pub verbose: bool,

    /// Say only what went wrong
    #[arg(short, long, global = true, hide_short_help = true)]
    pub quiet: bool,

    /// Refuse every write
    #[arg(long, global = true, hide_short_help = true)]
    pub read_only: bool,

    /// Let reads update `accessed_at`
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help = "Let reads update accessed_at, as Crawlee's own do"
    )]
    pub touch: bool,

    /// Give up connecting, and waiting for an answer, after SECS seconds
    #[arg(long, value_name = "SECS", global = true, hide_short_help = true, value_parser = parse_seconds)]
    pub timeout: Option<Duration>,

    /// Wait after a write until N replicas have it
    #[arg(long, value_name = "N", global = true, hide_short_help = true)]
    pub wait_replicas: Option<u32>,

    /// Read the settings from FILE
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        global = true,
        hide_short_help = true
    )]
    pub config: Option<PathBuf>,

    /// Use colours: where a terminal shows them, always, or never
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        hide_short_help = true,
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(in crate::cli) color: Color,

    /// Use no colours: --color never
    #[arg(long, global = true, hide_short_help = true)]
    pub(in crate::cli) no_color: bool,
}

impl Global {
    /// When colours are used, whichever option says so.
    pub(in crate::cli) fn color(&self) -> Color {
        if self.no_color { Color::Never } else { self.color }
    }
}
