//! What a watcher tells of a storage that changes under the reader.

use std::fmt;
use std::time::Duration;

use super::model::{Key, RecordMeta, StoreInfo, StoreName};

/// One thing that a watcher noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// How changes are found out from now on; at the start, and whenever that changes.
    Source(WatchSource),
    /// A store is there, or is different: its newest counts and times.
    Store(StoreInfo),
    /// A store is gone.
    StoreGone(StoreName),
    /// Records of the watched store: those that came or changed, as they are now, and those that
    /// went.
    Records {
        /// Came or changed.
        set: Vec<RecordMeta>,
        /// Went.
        removed: Vec<Key>,
    },
    /// Changes may have been missed: stores and keys should be read again.
    Missed,
}

/// How changes are found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchSource {
    /// The platform's file notifications.
    Files,
    /// By looking again and again.
    Polling {
        /// How late a change may be told.
        within: Duration,
        /// Why there is nothing better, in a few words; empty where nothing better exists.
        why: String,
    },
    /// Not at all.
    None {
        /// Why, in a few words.
        why: String,
    },
}

/// A word or two for the status line: `watching`, `watching every 2 s`, `not watching`.
impl fmt::Display for WatchSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files => f.write_str("watching"),
            Self::Polling { within, .. } => {
                write!(f, "watching every {} s", within.as_secs_f32().max(0.1))
            }
            Self::None { .. } => f.write_str("not watching"),
        }
    }
}
