//! What the list of stores can be sorted by.

use std::cmp::Ordering;

use crate::model::StoreInfo;

/// What the list of stores is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoreSort {
    /// The name, forwards at first.
    #[default]
    Name,
    /// How many records there are, the most at first.
    Records,
    /// The last change, the newest at first.
    Changed,
}

impl StoreSort {
    /// Whether what one looks for in it is at its end: names read forwards; the largest and the newest
    /// come first.
    pub(super) fn is_backwards(self) -> bool {
        self != Self::Name
    }

    /// The next column.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Name => Self::Records,
            Self::Records => Self::Changed,
            Self::Changed => Self::Name,
        }
    }

    /// In which order two stores stand, forwards; those that are equal, by their names.
    pub(super) fn compare(self, a: &StoreInfo, b: &StoreInfo) -> Ordering {
        match self {
            Self::Name => a.store.cmp(&b.store),
            Self::Records => a.records.cmp(&b.records),
            Self::Changed => a.modified_at.cmp(&b.modified_at),
        }
    }
}
