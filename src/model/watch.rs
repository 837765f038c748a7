//! Reports of a watcher on a storage that changes while it is read.

use std::fmt;
use std::time::Duration;

use super::{Key, KeyPage, RecordMeta, StoreInfo, StoreName};

/// The visible stores and records; a polling watcher looks at these first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Interest {
    /// The stores on the screen.
    pub stores: Vec<StoreName>,
    /// The keys of the watched store on the screen.
    pub keys: Vec<Key>,
    /// The record whose value is shown.
    pub open: Option<Key>,
    /// A number that changes with each request: the watcher's reports do not add up to the number of records,
    /// and another round is wanted although nothing changes.
    pub rescan_request: u32,
}

/// An observation of a watcher.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum WatchEvent {
    /// The way of finding changes from now on; at the start, and whenever it changes.
    Source(WatchSource),
    /// A store is there, or has changed, with its newest counts and times.
    Store(StoreInfo),
    /// A store is gone.
    StoreGone(StoreName),
    /// Records of the watched store: those that were added or changed, as they are now, and those that were
    /// removed.
    Records {
        /// Added or changed records.
        set: Vec<RecordMeta>,
        /// Keys of removed records.
        removed: Vec<Key>,
    },
    /// Records of the watched store that a repeated walk has just seen: most of them are known, and only the
    /// owner of an index can tell which are not.
    Page(KeyPage),
    /// That walk begins a round.
    ScanStarted,
    /// The round has ended: a record that was there when it began, and has neither been on a page nor been
    /// reported as set since, is gone.
    ScanFinished,
    /// Changes may have been missed: stores and keys should be read again.
    Lagged,
}

/// A change of one record, as [`Changes`](crate::storage::Changes) reports it on every backend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordEvent {
    /// The record was not there before.
    New(RecordMeta),
    /// The record was there before; the new value may have the same size.
    Changed(RecordMeta),
    /// The record is gone.
    Deleted(Key),
    /// The way of finding changes from now on, and the largest delay.
    Source(WatchSource),
}

/// The way of finding changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchSource {
    /// The platform's file notifications.
    Files,
    /// The server names each record that changes, at once.
    SubKeys,
    /// By polling; the server tells when there is something to look for.
    Woken {
        /// The signal in a word or two: `key events`.
        by: &'static str,
        /// Largest delay of a report.
        within: Duration,
    },
    /// By polling alone.
    Polling {
        /// Largest delay of a report.
        within: Duration,
        /// Why there is no better way, in a few words; empty where no better one exists.
        why: String,
    },
    /// Not at all.
    None {
        /// The reason, in a few words.
        why: String,
    },
}

/// Largest delay of a report that counts as live.
const LIVE: Duration = Duration::from_secs(1);

impl WatchSource {
    /// Largest delay of a report, if it is more than a second: `4.6 s`.
    pub fn late(&self) -> Option<String> {
        match self {
            Self::Woken { within, .. } | Self::Polling { within, .. } if *within > LIVE => {
                Some(Late(*within).to_string())
            }
            _ => None,
        }
    }

    /// The way of finding changes and the largest delay, as a part of a sentence: `by tracking, at most 0.1 s
    /// late`.
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

/// A time in its shortest form: `0.3 s`, `12 s`, `4 min`.
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
