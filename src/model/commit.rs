//! Changes of records, each with a condition.

use bytes::Bytes;

use super::{
    Comparison, ContentType, Error, Expect, Key, RecordMeta, Replicas, Result, SetValue, StoreName,
    Write,
};

/// Id of a write among those of this process, so that the answer to one is never taken for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WriteId(pub u64);

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Commit {
    /// Id of the commit.
    pub id: WriteId,
    /// The record's key.
    pub key: Key,
    /// Condition on the record that is there.
    pub expect: Expect,
    /// The change.
    pub change: Change,
}

/// The change of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Set the record. As in Crawlee, an empty content type is inferred: for bytes,
    /// `application/octet-stream`.
    Put(Bytes, ContentType),
    /// Delete the record.
    Remove,
}

/// Result of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// Id of the commit.
    pub id: WriteId,
    /// The metadata of the record that was set; for a removal, whether anything was there. A record that does
    /// not meet the condition is a [`Conflict`](super::ErrorKind::Conflict), and is left unchanged.
    pub result: Result<Done>,
    /// Whether comparison and change were one step for every other writer. In a directory they are one for
    /// other larders, but Crawlee can write in between.
    pub comparison: Comparison,
    /// Replicas that have the change, where the user wants it on some.
    pub replicas: Option<Replicas>,
}

/// The effect of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The record was set and has this metadata.
    Put(RecordMeta),
    /// The record was removed.
    Removed,
    /// There was nothing to remove.
    NothingThere,
}

impl Commit {
    /// Sets a record, whatever is there before.
    pub fn put(
        key: impl Into<Key>,
        value: impl Into<Bytes>,
        content_type: impl Into<ContentType>,
    ) -> Self {
        Self::of(key.into(), Change::Put(value.into(), content_type.into()))
    }

    /// Deletes a record, whatever is there before.
    pub fn remove(key: impl Into<Key>) -> Self {
        Self::of(key.into(), Change::Remove)
    }

    /// The same commit, made only under this condition.
    #[must_use]
    pub fn expecting(mut self, expect: Expect) -> Self {
        self.expect = expect;
        self
    }

    fn of(key: Key, change: Change) -> Self {
        Self { id: WriteId::default(), key, expect: Expect::Anything, change }
    }

    /// An error that says that the record does not meet the condition.
    pub(crate) fn conflict(&self) -> Error {
        self.expect.conflict(&self.key)
    }

    /// Words for what commits do, in a refusal of them.
    pub(crate) fn doing(commits: &[Self]) -> String {
        match commits {
            [Self { change: Change::Put(..), key, .. }, ..] => format!("setting {}", key.escaped()),
            _ => "deleting".to_owned(),
        }
    }

    /// The same change as a write, for finding out its outcome where no answer came.
    pub fn as_write(&self, store: &StoreName) -> Write {
        let (store, key) = (store.clone(), self.key.clone());
        match &self.change {
            Change::Remove => Write::Delete { store, keys: vec![key] },
            Change::Put(value, content_type) => {
                let expected = self.expect.clone();
                let (value, content_type) = (value.clone(), content_type.clone());
                Write::Set(SetValue { store, key, value, content_type, expected })
            }
        }
    }
}
