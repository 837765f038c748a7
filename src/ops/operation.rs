//! What is asked for.

use crate::model::{Key, OpenBy, SetValue, StoreName};

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
