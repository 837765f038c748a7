//! Columns by which the list of stores can be sorted.

use std::cmp::Ordering;

use crate::model::StoreInfo;

/// The column by which the list of stores is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoreSort {
    /// The name, forwards at first.
    #[default]
    Name,
    /// The number of records, the largest at first.
    Records,
    /// The last change, the newest at first.
    Changed,
}

impl StoreSort {
    /// Whether the column is sorted backwards at first: names read forwards; the largest and the newest come
    /// first.
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

    /// The forward order of two stores; equal ones are ordered by their names.
    pub(super) fn compare(self, a: &StoreInfo, b: &StoreInfo) -> Ordering {
        match self {
            Self::Name => a.store.cmp(&b.store),
            Self::Records => a.records.cmp(&b.records),
            Self::Changed => a.modified_at.cmp(&b.modified_at),
        }
    }
}
