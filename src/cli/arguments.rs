//! What can be written on the command line.

mod aside;
mod global;
mod keys_from;
mod listing;
mod rewrite;
mod transfer;
mod values;

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand, ValueHint};

use super::help;
use super::shell::Shell;

pub use global::Global;

pub(super) use aside::{AsideCommand, DraftsCommand};
pub(super) use keys_from::{DeleteArgs, KeysFrom, RemoveArgs};
pub(super) use listing::{Field, KeysArgs, KeysOptions, LsArgs, WatchArgs};
pub(super) use rewrite::{CopyArgs, RenameArgs, RetypeArgs};
pub(super) use transfer::{ExportArgs, ImportArgs};
pub(super) use values::{GetArgs, SetArgs};

const STORE: &str = "The store's internal name, or id:ID. A store whose own name starts with `id:` is reached by \
     its id";
const KEY: &str = "The record's key, byte for byte. Put -- before a key that starts with -";

/// A terminal browser for the key-value stores that Crawlee crawls fill.
#[derive(Debug, Parser)]
#[command(
    name = "larder",
    version,
    override_help = help::OVERVIEW,
    disable_help_subcommand = true,
    subcommand_value_name = "COMMAND",
    max_term_width = 100
)]
pub struct Cli {
    /// What to browse: a path, a URL or a profile's name
    #[arg(value_name = "TARGET", value_hint = ValueHint::AnyPath)]
    pub browse: Option<String>,

    /// Options for all commands.
    #[command(flatten)]
    pub global: Global,

    /// What to do; without it, larder opens the browser.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// A one-shot command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the stores
    #[command(after_help = help::GLOBAL, after_long_help = help::STORES)]
    Stores,

    /// List the stores, or the keys of one, as stores and keys do
    #[command(after_help = help::GLOBAL, after_long_help = help::LS)]
    Ls(LsArgs),

    /// Open a store, creating it if it is not there
    #[command(after_help = help::GLOBAL, after_long_help = help::CREATE)]
    Create(CreateArgs),

    /// Show the metadata of a store or a record
    #[command(after_help = help::GLOBAL, after_long_help = help::INFO)]
    Info(InfoArgs),

    /// List the keys of a store, sorted, with size and content type
    #[command(after_help = help::GLOBAL, after_long_help = help::KEYS)]
    Keys(KeysArgs),

    /// Print changes as they happen, a line for each record
    #[command(after_help = help::GLOBAL, after_long_help = help::WATCH)]
    Watch(WatchArgs),

    /// Print a record's value, byte for byte
    #[command(visible_alias = "cat", after_help = help::GLOBAL, after_long_help = help::GET)]
    Get(GetArgs),

    /// Set a record
    #[command(
        after_help = help::GLOBAL, after_long_help = help::SET,
        override_usage = "larder set [OPTIONS] <STORE> <KEY> <VALUE|--file <FILE>|--null>"
    )]
    Set(SetArgs),

    /// Test whether a record exists (by exit code)
    #[command(after_help = help::GLOBAL, after_long_help = help::EXISTS)]
    Exists(RecordArgs),

    /// Delete records
    #[command(visible_alias = "rm", after_help = help::GLOBAL, after_long_help = help::DELETE)]
    Delete(DeleteArgs),

    /// Give a record another key
    #[command(after_help = help::GLOBAL, after_long_help = help::RENAME)]
    Rename(RenameArgs),

    /// Make a second record of the same value
    #[command(after_help = help::GLOBAL, after_long_help = help::COPY)]
    Copy(CopyArgs),

    /// Give a record another content type; its value stays
    #[command(after_help = help::GLOBAL, after_long_help = help::RETYPE)]
    Retype(RetypeArgs),

    /// Write all records of a store to a file of JSON Lines, or to a folder of files
    #[command(after_help = help::GLOBAL, after_long_help = help::EXPORT)]
    Export(ExportArgs),

    /// Set the records of a file or folder that export has written
    #[command(after_help = help::GLOBAL, after_long_help = help::IMPORT)]
    Import(ImportArgs),

    /// Print a record's public URL, where the storage has one
    #[command(after_help = help::GLOBAL, after_long_help = help::URL)]
    Url(RecordArgs),

    /// Remove all records of a store; the store stays
    #[command(after_help = help::GLOBAL, after_long_help = help::PURGE)]
    Purge(RemoveArgs),

    /// Remove a store with all its records
    #[command(after_help = help::GLOBAL, after_long_help = help::DROP)]
    Drop(RemoveArgs),

    /// Write metadata anew for a store whose own is damaged; its records stay
    #[command(after_help = help::GLOBAL, after_long_help = help::REPAIR)]
    Repair(RepairArgs),

    /// List profiles and other targets, and what plain `larder` opens
    #[command(after_help = help::GLOBAL, after_long_help = help::TARGETS)]
    Targets,

    /// List, show, export and remove what was typed and not stored
    #[command(after_help = help::GLOBAL, after_long_help = help::DRAFTS)]
    Drafts {
        /// What to do; without it, they are listed
        #[command(subcommand)]
        what: Option<DraftsCommand>,
    },

    /// List, restore and discard what a purge or a drop in the browser has set aside
    #[command(after_help = help::GLOBAL, after_long_help = help::ASIDE)]
    Aside {
        /// What to do; without it, all that is set aside is listed
        #[command(subcommand)]
        what: Option<AsideCommand>,
    },

    /// Watch a simulated crawl fill a store
    #[cfg(feature = "demo")]
    #[command(after_help = help::GLOBAL, after_long_help = help::DEMO)]
    Demo(DemoArgs),

    /// Show where the settings are, how they hold, or an example
    #[command(after_help = help::GLOBAL, after_long_help = help::CONFIG)]
    Config {
        /// What to show
        #[command(subcommand)]
        what: ConfigCommand,
    },

    /// Try every step from here to the records, and say what is in the way
    #[command(after_help = help::GLOBAL, after_long_help = help::DOCTOR)]
    Doctor {
        /// What to try: a path, a URL or a profile's name
        #[arg(value_name = "TARGET", value_hint = ValueHint::AnyPath, conflicts_with = "target")]
        named: Option<String>,
    },

    /// Show the help of a command or about a topic
    #[command(after_help = help::GLOBAL, after_long_help = help::HELP)]
    Help {
        /// A command, or environment, exit-codes, json, keys or targets
        #[arg(value_name = "COMMAND")]
        what: Option<String>,
    },

    /// Print a completion script for a shell
    #[command(after_help = help::GLOBAL, after_long_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Print the manual page
    #[command(after_help = help::GLOBAL, after_long_help = help::MAN)]
    Man,
}

/// `create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Name: letters, digits, hyphens (not at either end)
    #[arg(long, value_name = "NAME", conflicts_with = "alias")]
    pub name: Option<String>,

    /// Alias: anything but /, \ and NUL
    #[arg(long, value_name = "ALIAS")]
    pub alias: Option<String>,
}

/// `info`.
#[derive(Debug, Args)]
pub struct InfoArgs {
    #[arg(help = STORE)]
    pub(super) store: OsString,
    #[arg(help = KEY)]
    pub(super) key: Option<OsString>,
    /// Add up the sizes of a store's values, also of more than a million
    #[arg(long, conflicts_with = "key")]
    pub(super) sum: bool,
}

/// What `config` shows.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// The config file that is read, whether it is there or not
    Path,
    /// Every setting as it holds, and what says so
    Show,
    /// A config file with every setting and its default
    Example,
    /// A JSON Schema of the config file, for editors
    Schema,
}

/// `exists` and `url`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    #[arg(help = STORE)]
    pub(super) store: OsString,
    #[arg(help = KEY)]
    pub(super) key: OsString,
}

/// `repair`.
#[derive(Debug, Args)]
pub struct RepairArgs {
    #[arg(help = STORE)]
    pub store: OsString,

    /// Show what would be written, and change nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `demo`.
#[cfg(feature = "demo")]
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Finish the crawl after N records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub records: Option<u64>,

    /// Write about R records a second
    #[arg(long, value_name = "R", default_value_t = crate::demo::RATE, value_parser = crate::demo::parse_rate)]
    pub rate: f64,

    /// The same seed always gives the same crawl
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,

    /// With --target: the store to make there
    #[arg(long, value_name = "NAME", default_value = "larder-demo")]
    pub store: String,
}

impl Cli {
    /// The target that was named, in either place.
    pub fn target(&self) -> Option<&str> {
        self.global.target.as_deref().or(self.browse.as_deref())
    }
}
