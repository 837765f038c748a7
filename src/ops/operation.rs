//! What is asked for, as data.

use crate::model::{AsideId, ContentType, Key, OpenBy, SetValue, StoreName};

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
    /// Give a record another key.
    Rename {
        /// The store.
        store: StoreName,
        /// The key that it has.
        key: Key,
        /// The key that it gets.
        to: Key,
        /// Whether a record of that key is written over.
        overwrite: bool,
    },
    /// Make a second record of the same value.
    Copy {
        /// The store.
        store: StoreName,
        /// The record's key.
        key: Key,
        /// The store that gets the second one.
        to_store: StoreName,
        /// The key of the second one.
        to: Key,
        /// Whether a record of that key is written over.
        overwrite: bool,
    },
    /// Give a record another content type; its value stays.
    Retype {
        /// The store.
        store: StoreName,
        /// The record's key.
        key: Key,
        /// The content type.
        content_type: ContentType,
    },
    /// Put back what was set aside.
    Restore(AsideId),
    /// Remove for good what was set aside.
    Discard(AsideId),
    /// Write the metadata of a store anew.
    Repair(StoreName),
}
