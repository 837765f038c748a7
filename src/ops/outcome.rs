//! What a plan did, and what undoes it.

use crate::model::{Key, RecordMeta, Replicas, Written};

use super::plan::Plan;

/// What a plan did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Records that were written or removed; stores, for one that is created or dropped.
    pub records: u64,
    /// Records that have changed since they were shown, and were left as they are.
    pub skipped: Vec<Key>,
    /// The metadata of the record that was set.
    pub meta: Option<RecordMeta>,
    /// On how many replicas it is, where the user wants it on some.
    pub replicas: Option<Replicas>,
    /// What undoes it, where what was there is kept.
    pub inverse: Option<Box<Plan>>,
    /// Records that stay set aside, because the store has records of their keys again.
    pub left: u64,
}

impl From<Written> for Outcome {
    fn from(written: Written) -> Self {
        let Written { records, meta, replicas } = written;
        Self { records, meta, replicas, ..Self::default() }
    }
}
