//! Options of a storage, and its first read.

use std::path::PathBuf;
use std::time::Duration;

use super::timing::Timing;
use crate::model::{Key, StoreName};

/// Options of a storage; the same for every backend.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Options {
    /// Whether to refuse every write, in the storage layer itself.
    pub read_only: bool,
    /// Whether reads update `accessed_at`, exactly as Crawlee's own reads do.
    pub touch: bool,
    /// Time limit for connecting.
    pub connect_timeout: Duration,
    /// Longest time that one command may go unanswered.
    pub command_timeout: Duration,
    /// Whether to wait after each write until it would survive a power cut, where the backend itself writes
    /// to a disk.
    pub durable: bool,
    /// Number of replicas that must have a write before it is reported as done, where there are any.
    pub wait_replicas: u32,
    /// Share of one of the server's cores that watching may cost (0.02: two hundredths), where it costs the
    /// server anything.
    pub watch_budget: f32,
    /// The first read, which can then be sent in the round trip that connects.
    pub first_read: Option<FirstRead>,
    /// Whether a server gets only one connection, which suits a program that asks one thing after the other:
    /// other requests then wait behind a listing.
    pub one_connection: bool,
    /// Program that is run to reach a server through another host.
    pub ssh_program: PathBuf,
    /// Times of the watchers.
    pub timing: Timing,
}

impl Options {
    /// The defaults, with every write refused.
    pub fn read_only() -> Self {
        Self { read_only: true, ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            read_only: false,
            touch: false,
            connect_timeout: Duration::from_secs(5),
            command_timeout: Duration::from_secs(10),
            durable: true,
            wait_replicas: 0,
            watch_budget: 0.02,
            first_read: None,
            one_connection: false,
            ssh_program: PathBuf::from("ssh"),
            timing: Timing::default(),
        }
    }
}

/// The first read from a server. It is read once more if anything else is asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FirstRead {
    /// [`read`](super::Storage::read) of a record without its value.
    Record(StoreName, Key),
    /// [`read`](super::Storage::read) of two records without their values, one after the other.
    Pair([(StoreName, Key); 2]),
    /// [`read`](super::Storage::read) of a record with its value.
    Value(StoreName, Key),
    /// [`scan_values`](super::Storage::scan_values) of these keys without their values, if they are few.
    Records(StoreName, Vec<Key>),
    /// [`scan_values`](super::Storage::scan_values) of these keys with their values, if they are few.
    Values(StoreName, Vec<Key>),
    /// [`scan`](super::Storage::scan) of a store: its first keys.
    Keys(StoreName),
    /// [`get_metadata`](super::Storage::get_metadata) of a store, or [`open`](super::Storage::open) by its name.
    Store(StoreName),
    /// [`get_metadata`](super::Storage::get_metadata) of a store, and [`scan`](super::Storage::scan) of it: this
    /// number of its first keys at most, or as [`Keys`](Self::Keys).
    StoreAndKeys(StoreName, Option<u32>),
    /// [`asides`](super::Storage::asides), all of them.
    Asides,
    /// [`stores`](super::Storage::stores), those in the indexes.
    Stores,
}
