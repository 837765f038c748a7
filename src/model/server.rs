//! The server: its product, its state, and the layout of values on it.

use std::time::Duration;

use super::Error;

/// Layout of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JsonLayout {
    /// On one line, as Python's `json.dumps` writes it.
    #[default]
    OneLine,
    /// A line for each field and item, indented by two spaces for each level.
    Indented,
}

/// The way in which a record is compared with the condition of a commit, and changed.
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
    /// In two steps, between which anybody can write, since the store changed again and again or may not be
    /// watched.
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
        /// Number of tries so far.
        tries: u32,
        /// The reason, in a sentence.
        reason: String,
        /// Whether the server rejects the given password, or a login without one.
        wants_password: bool,
    },
}

/// Whether this user has a right that larder needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Right {
    /// Purpose of the right, such as `list keys`.
    pub to: &'static str,
    /// The first command that is refused; empty where none is.
    pub command: &'static str,
    /// Whether the right is given; `None`: the server does not tell.
    pub allowed: Option<bool>,
}

/// A storage's report on how well it can be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Examined {
    /// Rights of this user; empty where the server does not tell.
    pub rights: Vec<Right>,
    /// Offset of the server's clock against this machine's, in microseconds; positive if it is ahead.
    pub clock_ahead: Option<i64>,
    /// Possible error of that offset: half of the round-trip time.
    pub clock_within: Duration,
}

/// The facts in a server's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Certificate {
    /// Names and addresses that it is valid for.
    pub names: Vec<String>,
    /// End of its validity, in seconds since 1970.
    pub until: Option<i64>,
}

/// The facts about a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct ServerInfo {
    /// Name of the product: `Redis`, `Valkey`, …; empty if unknown.
    pub product: String,
    /// Version, such as `8.2.1`; empty if unknown.
    pub version: String,
    /// Whether it is a replica, which takes no writes.
    pub replica: bool,
    /// Whether the server does not say whether it is a replica.
    pub role_hidden: bool,
    /// Whether it is a cluster, which takes no write that touches several keys.
    pub cluster: bool,
    /// Whether writes are refused, for whichever reason.
    pub read_only: bool,
    /// The way in which records are compared before they are changed.
    pub comparison: Comparison,
    /// Crawlee's layout of JSON here, which edited values should have, too.
    pub json_layout: JsonLayout,
    /// Round-trip time.
    pub latency: Option<Duration>,
    /// Facilities that the server refused or lacks, one short sentence each.
    pub notes: Vec<String>,
    /// Why Crawlee cannot keep stores there, if so.
    pub unusable: Option<Error>,
}

impl ServerInfo {
    /// Name of a storage directory in place of a server's product.
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
