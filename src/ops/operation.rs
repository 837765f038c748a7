//! The operations that can be asked for, as data.

use crate::model::{AsideId, ContentType, Key, OpenBy, SetValue, StoreName};

/// A change of a storage's content.
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
        /// The record's present key.
        key: Key,
        /// The record's new key.
        to: Key,
        /// Whether to write over a record of the new key.
        overwrite: bool,
    },
    /// Make a second record of the same value.
    Copy {
        /// The store.
        store: StoreName,
        /// The record's key.
        key: Key,
        /// The store that gets the second record.
        to_store: StoreName,
        /// The key of the second record.
        to: Key,
        /// Whether to write over a record of that key.
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
    /// Put an aside back.
    Restore(AsideId),
    /// Remove an aside for good.
    Discard(AsideId),
    /// Write the metadata of a store anew.
    Repair(StoreName),
}
