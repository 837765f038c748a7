//! Changes of records, each with what must be there for it to be made.

use bytes::Bytes;

use super::{
    Comparison, ContentType, Error, Expect, Key, RecordMeta, Replicas, Result, SetValue, StoreName,
    Write,
};

/// A write among those of this process: the answer to one is never taken for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WriteId(pub u64);

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Commit {
    /// Its number.
    pub id: WriteId,
    /// The record's key.
    pub key: Key,
    /// What must be there.
    pub expect: Expect,
    /// What is done.
    pub change: Change,
}

/// What a commit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Set the record. As in Crawlee an empty content type is inferred: of bytes,
    /// `application/octet-stream`.
    Put(Bytes, ContentType),
    /// Delete the record.
    Remove,
}

/// What became of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// The commit's number.
    pub id: WriteId,
    /// The metadata of the record that was set; of a removal whether anything was there. A record
    /// that is not what was expected is a [`Conflict`](super::ErrorKind::Conflict), and nothing was
    /// done to it.
    pub result: Result<Done>,
    /// Whether comparison and change were one step for every other writer. In a directory they are
    /// one for other larders, but Crawlee can come between.
    pub comparison: Comparison,
    /// On how many replicas it is, where the user wants it on some.
    pub replicas: Option<Replicas>,
}

/// What a commit did.
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

    /// The same, only if this is there before.
    #[must_use]
    pub fn expecting(mut self, expect: Expect) -> Self {
        self.expect = expect;
        self
    }

    fn of(key: Key, change: Change) -> Self {
        Self { id: WriteId::default(), key, expect: Expect::Anything, change }
    }

    /// That the record is not what is expected.
    pub(crate) fn conflict(&self) -> Error {
        self.expect.conflict(&self.key)
    }

    /// What commits do, in a refusal of them.
    pub(crate) fn doing(commits: &[Self]) -> String {
        match commits {
            [Self { change: Change::Put(..), key, .. }, ..] => format!("setting {}", key.escaped()),
            _ => "deleting".to_owned(),
        }
    }

    /// The same as a write, to find out what became of it where no answer came.
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
