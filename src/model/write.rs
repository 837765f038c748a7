//! Writes as data, for sending, showing and checking them.

use bytes::Bytes;

use super::{
    Comparison, ContentType, Expect, Key, OpenBy, Opened, RecordMeta, Repair, StoreInfo, StoreName,
    Version,
};

/// A record to set. The bytes are stored as they are: encode them with
/// [`Value::encode`](super::Value::encode) first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct SetValue {
    /// The store; it must have metadata, so that no ghost is made.
    pub store: StoreName,
    /// The key.
    pub key: Key,
    /// The value's bytes.
    pub value: Bytes,
    /// The content type. As in Crawlee, an empty one is inferred: for bytes, `application/octet-stream`.
    pub content_type: ContentType,
    /// Condition on the record that is there.
    pub expected: Expect,
}

/// A record to write anew from the storage's own copy: under another key, in another store, or with another
/// content type. The value stays as it is, and so do other programs' additions to the metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRewrite {
    /// The record's store.
    pub store: StoreName,
    /// The record's key.
    pub key: Key,
    /// Condition on the record.
    pub expect: Expect,
    /// The store that is written; it must have metadata, so that no ghost is made.
    pub to_store: StoreName,
    /// The key that is written.
    pub to: Key,
    /// Condition on the record at the new place, where that is another one.
    pub over: Expect,
    /// The new content type; `None`: the present one.
    pub content_type: Option<ContentType>,
    /// Whether the record under its old key is removed in the same step. Only within one store.
    pub removes: bool,
}

impl RecordRewrite {
    /// Whether the record keeps its place.
    pub fn is_in_place(&self) -> bool {
        self.key == self.to && self.store == self.to_store
    }

    /// Words for what it does, in a refusal of it.
    pub(crate) fn doing(&self) -> String {
        let key = self.key.escaped();
        match self.removes {
            _ if self.is_in_place() => format!("changing the content type of {key}"),
            true => format!("renaming {key}"),
            false => format!("copying {key}"),
        }
    }

    /// The version that is written, as far as `expect` tells it; `None` where it does not.
    pub(crate) fn written(&self) -> Option<Version> {
        let Expect::Is(Version { content_type, content }) = &self.expect else { return None };
        let content_type = self.content_type.as_ref().unwrap_or(content_type).clone();
        Some(Version { content_type, content: content.clone() })
    }
}

impl SetValue {
    /// A record to set, whatever is there before.
    pub fn new(
        store: impl Into<StoreName>,
        key: impl Into<Key>,
        value: impl Into<Bytes>,
        content_type: impl Into<ContentType>,
    ) -> Self {
        let (value, content_type) = (value.into(), content_type.into());
        Self {
            store: store.into(),
            key: key.into(),
            value,
            content_type,
            expected: Expect::Anything,
        }
    }

    /// The same write, made only under this condition.
    #[must_use]
    pub fn expecting(mut self, expected: Expect) -> Self {
        self.expected = expected;
        self
    }

    /// Size of the value that it replaces in bytes, as far as it is known.
    pub fn replaced(&self) -> u64 {
        match &self.expected {
            Expect::Is(version) => version.size(),
            Expect::Absent | Expect::Anything => 0,
        }
    }
}

/// A write as data, for sending, showing and settling it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Open or create a store.
    Create(OpenBy),
    /// Set one record.
    Set(SetValue),
    /// Write a record anew under another key, in another store, or with another content type.
    Rewrite(Box<RecordRewrite>),
    /// Delete records.
    Delete {
        /// The store.
        store: StoreName,
        /// The keys.
        keys: Vec<Key>,
    },
    /// Remove all records of a store.
    Purge(StoreName),
    /// Remove a store.
    Drop(StoreName),
    /// Write metadata as planned; the records stay.
    Repair(Repair),
}

/// The number of replicas that have a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    /// Number of replicas that the user wants.
    pub wanted: u32,
    /// Number of replicas that have confirmed it; `None` where that could not be found out.
    pub have: Option<u32>,
}

impl Replicas {
    /// Whether all wanted replicas have it.
    pub fn are_enough(self) -> bool {
        self.have.is_some_and(|have| have >= self.wanted)
    }

    /// The lack of replicas in words: `only on 1 of 2 replicas`; `None` where all wanted ones have it.
    pub fn in_words(self) -> Option<String> {
        match self.have {
            _ if self.are_enough() => None,
            Some(have) => Some(format!("only on {have} of {} replicas", self.wanted)),
            None => Some("on how many replicas is not known".to_owned()),
        }
    }
}

/// Result of a write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Written {
    /// Number of changed records (or stores, for `Create` and `Drop`).
    pub records: u64,
    /// The metadata of the record that was set.
    pub meta: Option<RecordMeta>,
    /// Replicas that have it, where the user wants it on some.
    pub replicas: Option<Replicas>,
    /// How the record was compared before, if it was.
    pub comparison: Comparison,
    /// The store that was opened or created.
    pub store: Option<Box<StoreInfo>>,
}

impl From<Opened> for Written {
    fn from(Opened { info, created }: Opened) -> Self {
        let store = Some(Box::new(info));
        Self { records: u64::from(created), store, ..Self::default() }
    }
}
