//! Requests to a storage: for a record or a part of it, for keys, for stores.

use std::ops::Range;

use super::Key;

/// The part of a record to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The metadata with the value's real size; the value is not read.
    Meta,
    /// The value if it has at most this many bytes; of a larger one only the metadata, or its beginning where
    /// the backend can read a part.
    UpTo(u64),
    /// These bytes of the value. A server transfers the whole value, which is then cut: reading a part of a
    /// hash's field would need a copy of the field in the server's memory.
    Range(Range<u64>),
    /// The value, however large.
    Whole,
}

impl Want {
    /// Largest value that is transferred, in bytes; `None` where none is.
    pub(crate) fn limit(&self) -> Option<u64> {
        match self {
            Self::Meta => None,
            Self::UpTo(limit) => Some(*limit),
            Self::Range(_) | Self::Whole => Some(u64::MAX),
        }
    }
}

/// Limits on what a scan of values holds at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Budget {
    /// Bytes of values; of a larger value only the metadata is given.
    pub bytes: u64,
    /// Number of records.
    pub records: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: 1 << 20, records: 200 }
    }
}

/// The order of the keys of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Order {
    /// The backend's own: the first page comes at once. A key may come twice. A value without metadata comes
    /// last, where it can be found without reading values.
    #[default]
    Any,
    /// About this number of keys, whichever the backend reaches first, in one step: a page whose progress is
    /// 1 only if it has all keys.
    First(u32),
    /// Crawlee's: by the keys' bytes, each once, and only keys that Crawlee lists.
    Keys {
        /// Only keys behind this one.
        after: Option<Key>,
        /// Limit on the number of keys; `None`: all.
        limit: Option<usize>,
    },
}

/// The keys of a store that a scan gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Scan {
    /// Their order.
    pub order: Order,
    /// Beginning of the keys; empty: any.
    pub prefix: Vec<u8>,
}

impl Scan {
    /// All keys by their bytes, as Crawlee lists them.
    pub fn sorted() -> Self {
        Self { order: Order::Keys { after: None, limit: None }, ..Self::default() }
    }

    /// The same keys, limited to those with this beginning.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Vec<u8>>) -> Self {
        self.prefix = prefix.into();
        self
    }
}

/// The stores of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreList {
    /// Those in the indexes, sorted by name. Each item of the stream has all of them: where there are many,
    /// the first item has counts and times of only the first ones.
    Indexed,
    /// Those in no index, found by a walk of the whole key space. Each item of the stream has the newly found
    /// ones.
    Orphaned,
}
