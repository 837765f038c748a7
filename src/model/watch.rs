//! What a watcher tells of a storage that changes under the reader.

use std::fmt;
use std::time::Duration;

use super::{Key, KeyPage, RecordMeta, StoreInfo, StoreName};

/// What the reader has before his eyes; a watcher that looks again and again looks at this first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Interest {
    /// The stores on the screen.
    pub stores: Vec<StoreName>,
    /// The keys of the watched store on the screen.
    pub keys: Vec<Key>,
    /// The record whose value is shown.
    pub open: Option<Key>,
    /// Another number than before: what the watcher has told does not add up to the number of
    /// records, and another round is wanted although nothing changes.
    pub rescan_request: u32,
}

/// One thing that a watcher noticed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum WatchEvent {
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
    /// Records of the watched store as a walk that goes round and round has just seen them: most
    /// of them are known, and only whoever holds an index can tell which are not.
    Page(KeyPage),
    /// That walk begins a round.
    ScanStarted,
    /// The round has ended: what was there when it began, and has been neither on a page nor told
    /// to be set since, is gone.
    ScanFinished,
    /// Changes may have been missed: stores and keys should be read again.
    Lagged,
}

/// A change of one record, as [`Changes`](crate::storage::Changes) tells it on every backend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordEvent {
    /// It was not there before.
    New(RecordMeta),
    /// It was there before; another value may be of the same size.
    Changed(RecordMeta),
    /// It is gone.
    Deleted(Key),
    /// How changes are found out from now on, and how late they may be.
    Source(WatchSource),
}

/// How changes are found out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchSource {
    /// The platform's file notifications.
    Files,
    /// The server tells which records change, at once.
    SubKeys,
    /// By looking again and again; the server tells when there is something to look for.
    Woken {
        /// What wakes it, in a word or two: `key events`.
        by: &'static str,
        /// How late a change may be told.
        within: Duration,
    },
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

/// What may be told later than this is not told live.
const LIVE: Duration = Duration::from_secs(1);

impl WatchSource {
    /// How late a change may be told, where that is more than a second: `4.6 s`.
    pub fn late(&self) -> Option<String> {
        match self {
            Self::Woken { within, .. } | Self::Polling { within, .. } if *within > LIVE => {
                Some(Late(*within).to_string())
            }
            _ => None,
        }
    }

    /// How changes are found out and how late they may be told, in a sentence's part: `by tracking,
    /// at most 0.1 s late`.
    pub fn in_words(&self) -> String {
        let late = |within: &Duration| format!("at most {} late", Late(*within));
        match self {
            Self::Files => "by the system's notifications of files".to_owned(),
            Self::SubKeys => "by sub-key notifications, at once".to_owned(),
            Self::Woken { by, within } => format!("by {by}, {}", late(within)),
            Self::Polling { within, why } if why.is_empty() => {
                format!("by looking again and again, {}", late(within))
            }
            Self::Polling { within, why } => {
                format!("by looking again and again, {}: {why}", late(within))
            }
            Self::None { why } => format!("not possible: {why}"),
        }
    }
}

/// A time as short as it can be told: `0.3 s`, `12 s`, `4 min`.
struct Late(Duration);

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs_f64() {
            short if short < 9.95 => write!(f, "{:.1} s", short.max(0.1)),
            some if some < 100.0 => write!(f, "{some:.0} s"),
            long => write!(f, "{:.0} min", long / 60.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_tells_what_it_is_and_how_late_it_may_be() {
        let within = Duration::from_millis(120);
        let polling = |within, why: &str| WatchSource::Polling { within, why: why.to_owned() };
        for (source, late, words) in [
            (WatchSource::Files, None, "by the system's notifications of files"),
            (WatchSource::SubKeys, None, "by sub-key notifications, at once"),
            (
                WatchSource::Woken { by: "key events", within },
                None,
                "by key events, at most 0.1 s late",
            ),
            (polling(within, ""), None, "by looking again and again, at most 0.1 s late"),
            (
                polling(Duration::from_secs(8), "no inotify"),
                Some("8.0 s"),
                "by looking again and again, at most 8.0 s late: no inotify",
            ),
            (
                polling(Duration::from_secs(240), ""),
                Some("4 min"),
                "by looking again and again, at most 4 min late",
            ),
            (WatchSource::None { why: "no right".into() }, None, "not possible: no right"),
        ] {
            assert_eq!((source.late().as_deref(), source.in_words().as_str()), (late, words));
        }
    }
}
