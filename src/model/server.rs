//! The server: its product, its state, and how values are laid out on it.

use std::time::Duration;

use super::Error;

/// How JSON values are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JsonLayout {
    /// On one line, as Python's `json.dumps` writes it.
    #[default]
    OneLine,
    /// A line for each field and item, indented by two spaces for each level.
    Indented,
}

/// How a record is compared with what is expected of it, and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Comparison {
    /// In one step.
    #[default]
    OneStep,
    /// In one step while the store is watched. Where it changes again and again, the last try is
    /// [`Unwatched`](Self::Unwatched).
    Watched,
    /// In two steps, between which Crawlee can write.
    TwoSteps,
    /// In two steps, between which anybody can write, for the store changed again and again or may not
    /// be watched.
    Unwatched,
}

/// The state of a storage's connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ConnectionState {
    /// Commands are answered.
    #[default]
    Up,
    /// The connection is gone; larder is trying to get it back.
    Down {
        /// How often it has tried.
        tries: u32,
        /// Why, in a sentence.
        reason: String,
        /// Whether the server lets nobody in with the password that it is given, or without one.
        wants_password: bool,
    },
}

/// Whether this user may do what larder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Right {
    /// What that is, such as `list keys`.
    pub to: &'static str,
    /// The first command that is refused; empty where none is.
    pub command: &'static str,
    /// `None`: the server does not tell.
    pub allowed: Option<bool>,
}

/// What a storage tells of how well it can be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Examined {
    /// What this user may do; empty where the server does not tell.
    pub rights: Vec<Right>,
    /// How far the server's clock is ahead of this machine's, in microseconds.
    pub clock_ahead: Option<i64>,
    /// How wrong that may be: half of the way there and back.
    pub clock_within: Duration,
}

/// What stands in the certificate of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Certificate {
    /// The names and addresses that it is for.
    pub names: Vec<String>,
    /// Until when it holds, in seconds since 1970.
    pub until: Option<i64>,
}

/// What is known of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct ServerInfo {
    /// `Redis`, `Valkey`, …; empty if unknown.
    pub product: String,
    /// Such as `8.2.1`; empty if unknown.
    pub version: String,
    /// A replica takes no writes.
    pub replica: bool,
    /// Whether the server does not say whether it is a replica.
    pub role_hidden: bool,
    /// A cluster takes no write that touches several keys.
    pub cluster: bool,
    /// Whether writes are refused, for whichever reason.
    pub read_only: bool,
    /// How records are compared before they are changed.
    pub comparison: Comparison,
    /// How Crawlee lays out the JSON that it stores here: what is edited should look alike.
    pub json_layout: JsonLayout,
    /// One round trip.
    pub latency: Option<Duration>,
    /// What the server refused or lacks, a short sentence each.
    pub notes: Vec<String>,
    /// Why Crawlee can keep no stores there, if it cannot.
    pub unusable: Option<Error>,
}

impl ServerInfo {
    /// What a storage directory is called instead of a server's product.
    pub const DIRECTORY: &str = "directory";

    /// Whether stores can be set aside here.
    pub fn sets_aside(&self) -> bool {
        !self.cluster
    }

    /// Whether the metadata of stores can be repaired here.
    pub fn repairs(&self) -> bool {
        self.is_directory()
    }

    /// Whether it is a storage directory.
    pub fn is_directory(&self) -> bool {
        self.product == Self::DIRECTORY
    }
}
