//! Input and output of the state machine of a store's keys.

use std::sync::Arc;

use crate::index::{Change, Index, RescanState, ScanEvent};
use crate::model::{Error, Key, RecordMeta, Timestamp, WatchSource};

/// Number of a walk, an application of changes or a comparison, by which a late reply of an older one is
/// known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkId(pub u64);

/// An event that concerns the keys of the store.
#[derive(Debug, Clone)]
pub enum SyncEvent {
    /// The store is to be read from its beginning: it was opened, the user wants it, or the connection is
    /// back. A walk under way is given up.
    Restart,
    /// The store was made anew: it is read from its beginning, and its records are neither new nor changed to
    /// anybody.
    Recreated,
    /// The store is no longer open.
    Close,
    /// Number of rows that a walk has read so far, and the share of the store.
    Progress(WorkId, u64, f32),
    /// The keys that a walk has read so far, and the share of the store: 1.0 at its end.
    Walked(WorkId, Arc<Index>, f32),
    /// The walk waits, or continues.
    Paused(bool),
    /// The watcher reports records that were added or changed, and removed ones.
    Told {
        /// Added or changed records.
        set: Vec<RecordMeta>,
        /// Keys of removed records.
        removed: Vec<Key>,
    },
    /// An answer of the storage shows changes: they were made here, or a record that was read shows them.
    Answered {
        /// The changes, in order.
        changes: Vec<Change>,
        /// Whether a record that was not there before is highlighted.
        highlight: bool,
    },
    /// A step of a rescan.
    Scan(ScanEvent),
    /// Nothing is watched any more, or another watcher watches: a rescan under way never ends.
    Unwatched,
    /// Changes were lost on their way.
    Lagged,
    /// The changes under way are to be applied again: the result would be outdated.
    ApplyAgain,
    /// The index with the changes applied.
    Applied(WorkId, Arc<Index>),
    /// Differences between the index and what a rescan saw.
    Compared(WorkId, Vec<Change>),
    /// A walk, an application or a comparison ended without a result.
    Failed(WorkId, Error),
    /// The store was counted again. The number is that of the rescans that may be requested while index and
    /// count disagree.
    Counted(u32),
    /// Nothing has been reported for a few seconds.
    Quiet,
    /// Some time has passed.
    Time,
}

/// Facts apart from the event.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The present time.
    pub now: Timestamp,
    /// Number of records that the storage counts in the store.
    pub records: Option<u64>,
    /// Whether a server names each record that changes, so that rescans are the exception.
    pub named: bool,
}

/// Limit on the rescans that are requested after a count of a store, while index and count disagree.
const MOST_RESCANS: u32 = 6;
/// As [`MOST_RESCANS`], where each changed record is named: the server checks its reports itself.
const FEW_RESCANS: u32 = 1;

impl SyncEvent {
    /// The store was counted by a watcher of this kind.
    pub fn counted(source: Option<&WatchSource>) -> Self {
        Self::Counted(match source {
            Some(WatchSource::Files) => 0,
            Some(WatchSource::SubKeys) => FEW_RESCANS,
            _ => MOST_RESCANS,
        })
    }
}

/// A next step.
#[derive(Debug, Clone)]
pub enum Step {
    /// Read all keys of the store; this replaces any walk or application under way.
    Walk {
        /// Id of its replies.
        id: WorkId,
        /// Whether to show the rows that have arrived while it goes on.
        early: bool,
    },
    /// Make these changes to the index.
    Apply {
        /// Id of its reply.
        id: WorkId,
        /// The index before the changes.
        index: Arc<Index>,
        /// The changes, in order.
        changes: Arc<Vec<Change>>,
    },
    /// Compare what a rescan saw with the index.
    Compare {
        /// Id of its reply.
        id: WorkId,
        /// An index with all changes that were reported before.
        index: Arc<Index>,
        /// The events, in order.
        events: Vec<ScanEvent>,
        /// State of the rescan so far.
        state: RescanState,
    },
    /// Give up the comparison under way.
    CancelCompare,
    /// Give up the walk or the application under way.
    CancelKeys,
    /// The index has been replaced.
    Index,
    /// The walk has ended: the index is complete.
    Complete,
    /// A rescan has found changes, which will be applied.
    Found(Vec<Change>),
}
