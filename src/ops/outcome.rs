//! The result of a plan: what it did; or that it was not made, or is not known to be made.

use std::collections::{HashMap, HashSet};

use crate::model::{Comparison, Error, Key, RecordMeta, Replicas, StoreInfo, Written};

use super::doubt::Doubt;
use super::follow::Followed;
use super::plan::Plan;
use super::record_swap::Fate;

/// The result of a plan that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Number of records that were written or removed; of stores, if one was created or dropped.
    pub records: u64,
    /// Records that have changed since they were shown, and were left as they are.
    pub skipped: Vec<Key>,
    /// Why these stay, if not because they have changed.
    pub fates: HashMap<Key, Fate>,
    /// Number of records that were to be removed and were gone already.
    pub gone: u64,
    /// The plan that sets records anew which were to be changed and someone else has deleted.
    pub anew: Option<Box<Plan>>,
    /// The metadata of the record that was set.
    pub meta: Option<RecordMeta>,
    /// The number of replicas that have the write, if the user wants it on some.
    pub replicas: Option<Replicas>,
    /// How the records were compared before the write.
    pub comparison: Comparison,
    /// The store that was opened or created.
    pub store: Option<Box<StoreInfo>>,
    /// The plan that undoes it, if the old values are kept.
    pub inverse: Option<Box<Plan>>,
    /// Number of records that stay set aside, because the store has records of their keys again.
    pub left: u64,
    /// The plan for what was not done because it was cancelled, and can still be done.
    pub rest: Option<Box<Plan>>,
    /// The stores that the plan follows, if nobody else had written to them.
    pub followed: Box<[Followed]>,
}

impl Outcome {
    /// Keys of records that are as they were: they have changed since they were shown, or their turn had not
    /// come.
    pub fn unchanged(&self) -> HashSet<&Key> {
        let rest = self.rest.iter().flat_map(|rest| rest.keys());
        self.skipped.iter().chain(rest).collect()
    }

    /// Whether the plan was carried out completely.
    pub fn is_whole(&self) -> bool {
        self.skipped.is_empty() && self.rest.is_none()
    }

    /// Number of records in the plan.
    pub fn all(&self) -> u64 {
        let rest = self.rest.as_ref().and_then(|rest| rest.records);
        self.records + self.skipped.len() as u64 + rest.unwrap_or_default()
    }
}

impl From<Written> for Outcome {
    fn from(written: Written) -> Self {
        let Written { records, meta, replicas, comparison, store } = written;
        Self { records, meta, replicas, comparison, store, ..Self::default() }
    }
}

/// Why a plan was not carried out, or is not known to be.
#[derive(Debug)]
pub struct Failed {
    /// The error to report.
    pub error: Error,
    /// The writes that were sent and whose answers were lost: for [`resolve`](super::resolve()).
    pub doubt: Option<Doubt>,
    /// The plan that undoes the part that was made.
    pub inverse: Option<Box<Plan>>,
    /// The plan for the part that was not made and still can be; `None` if there is none.
    pub rest: Option<Box<Plan>>,
    /// The plan that sets records anew which were to be changed and someone else has deleted.
    pub anew: Option<Box<Plan>>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, doubt: None, inverse: None, rest: None, anew: None }
    }
}

pub(super) type Performed = std::result::Result<Outcome, Failed>;
