//! What a storage is asked for: a record or a part of it, keys, stores.

use std::ops::Range;

use super::Key;

/// How much of a record a read gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The metadata with the value's real size; the value is not read.
    Meta,
    /// The value if it has at most this many bytes; of a larger one the metadata, or its beginning
    /// where the backend can read a part.
    UpTo(u64),
    /// These bytes of the value. On a server the whole value is transferred and then cut, for a
    /// hash's field cannot be read in part without a copy of it in the server's memory.
    Range(Range<u64>),
    /// The value, however large.
    Whole,
}

impl Want {
    /// The size in bytes up to which the value is transferred; `None` where none is.
    pub(crate) fn limit(&self) -> Option<u64> {
        match self {
            Self::Meta => None,
            Self::UpTo(limit) => Some(*limit),
            Self::Range(_) | Self::Whole => Some(u64::MAX),
        }
    }
}

/// How much a scan of values holds at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Budget {
    /// Bytes of values; of a larger value the metadata alone is given.
    pub bytes: u64,
    /// Records.
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
    /// The backend's own: the first page comes at once. A key may come twice. What has a value and
    /// no metadata comes last, where it can be found without reading values.
    #[default]
    Any,
    /// About so many keys, whichever the backend comes to first, in one step: a page, whose progress
    /// is 1 only where that is all there is.
    First(u32),
    /// Crawlee's: by the keys' bytes, each once, and only what Crawlee lists.
    Keys {
        /// Only keys behind this one.
        after: Option<Key>,
        /// How many at most; `None`: all.
        limit: Option<usize>,
    },
}

/// The keys of a store that a scan gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Scan {
    /// Their order.
    pub order: Order,
    /// What they start with; empty: any.
    pub prefix: Vec<u8>,
}

impl Scan {
    /// All keys by their bytes, as Crawlee lists them.
    pub fn sorted() -> Self {
        Self { order: Order::Keys { after: None, limit: None }, ..Self::default() }
    }

    /// Those of them that start with this.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Vec<u8>>) -> Self {
        self.prefix = prefix.into();
        self
    }
}

/// The stores that a listing gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreList {
    /// Those that the indexes name, sorted by name. Each item of the stream has all of them: where
    /// there are many, the first item has counts and times of the first ones alone.
    Indexed,
    /// Those that no index names, found by a walk of the whole key space. Each item of the stream
    /// has those that are newly found.
    Orphaned,
}
