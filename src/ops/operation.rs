//! What is asked for, and what it gave.

use crate::model::{Key, OpenBy, RecordMeta, Replicas, SetValue, StoreName, Written};

/// A change of what a storage holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Open or create a store.
    Create(OpenBy),
    /// Set one record.
    Set(SetValue),
    /// Delete records.
    Delete {
        /// The store.
        store: StoreName,
        /// The keys, each once.
        keys: Vec<Key>,
    },
    /// Remove all records of a store.
    Purge(StoreName),
    /// Remove a store.
    Drop(StoreName),
    /// Write the metadata of a store anew.
    Repair(StoreName),
}

/// What a plan did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Records that were written or removed; stores, for one that is created or dropped.
    pub records: u64,
    /// Records that have changed since they were shown, and were left as they are.
    pub skipped: Vec<Key>,
    /// The metadata of the record that was set.
    pub meta: Option<RecordMeta>,
    /// On how many replicas it is, where the user wants it on some.
    pub replicas: Option<Replicas>,
}

impl From<Written> for Outcome {
    fn from(written: Written) -> Self {
        let Written { records, meta, replicas } = written;
        Self { records, skipped: Vec::new(), meta, replicas }
    }
}
