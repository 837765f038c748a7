//! What request queues and datasets hold, a page at a time. Only looked at, never changed.

use bytes::Bytes;

use super::StoreName;

/// A request queue or a dataset, by its internal name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// A request queue.
    Queue(StoreName),
    /// A dataset.
    Dataset(StoreName),
}

impl Beside {
    /// Its name.
    pub fn name(&self) -> &StoreName {
        match self {
            Self::Queue(name) | Self::Dataset(name) => name,
        }
    }
}

/// A page of what it holds: requests or items, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// Their JSON: a request each, or an item each.
    pub values: Vec<Bytes>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins; none at the end.
    pub next: Option<u64>,
    /// How many of this page were left out: too large, or not to be read.
    pub left_out: u64,
}
