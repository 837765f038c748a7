//! Counts what became of records that are changed one by one, where some answers were lost.

use std::collections::HashMap;

use crate::model::{Error, ErrorKind, Expect, Key, Result, StoreName, Write, WriteOutcome};

use super::record_swap::Fate;

/// The kind of change of the records, which gives sentences their verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// All of them are removed.
    Deleted,
    /// Each is put or removed.
    Changed,
    /// Each is a staged edit.
    Saved,
}

/// The counts, and the records that were left or are in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    /// The change that was to be made.
    pub(super) made: Made,
    /// Number of records that were to be changed.
    pub(super) all: u64,
    /// Number of records that are as they were to be.
    pub(super) done: u64,
    /// Records that someone else has changed since they were shown: they stay.
    pub(super) skipped: Vec<Key>,
    /// Why these stay, if not because they have changed.
    pub(super) fates: HashMap<Key, Fate>,
    /// Number of records that were not changed, and will not be.
    pub(super) not_made: u64,
    /// Records whose state is not known.
    pub(super) unknown: Vec<Key>,
    /// Why the storage could not tell about one of these.
    pub(super) why: Option<Error>,
}

impl Tally {
    /// Counts the write of one record, by what the storage found out.
    pub(super) fn count(&mut self, write: &Write, found: Result<WriteOutcome>) {
        let Some((_, key)) = records_of(write).pop() else { return };
        match found {
            Ok(WriteOutcome::There(_)) if wants_to_be_first(write) => self.unknown.push(key),
            Ok(WriteOutcome::Applied(_) | WriteOutcome::There(_)) => self.done += 1,
            Ok(WriteOutcome::NotApplied) => self.not_made += 1,
            Ok(WriteOutcome::Refused(error)) if error.kind != ErrorKind::Conflict => {
                self.not_made += 1;
            }
            // A removal that was carried out and has left its record.
            Ok(WriteOutcome::Partly { pending: false, .. }) => self.skipped.push(key),
            Ok(WriteOutcome::Refused(_)) => {
                let is_new = wants_to_be_first(write);
                self.fates.insert(key.clone(), if is_new { Fate::Come } else { Fate::Unknown });
                self.skipped.push(key);
            }
            Ok(
                WriteOutcome::NotSoFar
                | WriteOutcome::Partly { .. }
                | WriteOutcome::Other
                | WriteOutcome::Unclear,
            ) => self.unknown.push(key),
            Err(why) => {
                self.unknown.push(key);
                self.why.get_or_insert(why);
            }
        }
    }
}

/// The records that a write sets or removes.
pub(super) fn records_of(write: &Write) -> Vec<(StoreName, Key)> {
    match write {
        Write::Set(set) => vec![(set.store.clone(), set.key.clone())],
        Write::Delete { store, keys } => {
            keys.iter().map(|key| (store.clone(), key.clone())).collect()
        }
        Write::Create(_)
        | Write::Rewrite(_)
        | Write::Purge(_)
        | Write::Drop(_)
        | Write::Repair(_) => Vec::new(),
    }
}

/// Whether a writer must know that no other came first.
pub(super) fn wants_to_be_first(write: &Write) -> bool {
    matches!(write, Write::Set(set) if set.expected == Expect::Absent)
}
