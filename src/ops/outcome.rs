//! What became of a plan: what it did; or that it was not made, or not seen to be made.

use std::collections::{HashMap, HashSet};

use crate::model::{Comparison, Error, Key, RecordMeta, Replicas, StoreInfo, Written};

use super::doubt::Doubt;
use super::follow::Followed;
use super::plan::Plan;
use super::record_swap::Fate;

/// What a plan did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Records that were written or removed; stores, for one that is created or dropped.
    pub records: u64,
    /// Records that have changed since they were shown, and were left as they are.
    pub skipped: Vec<Key>,
    /// Why these stay, where it is not that they have changed.
    pub fates: HashMap<Key, Fate>,
    /// Records that were to be removed, and were gone already.
    pub gone: u64,
    /// What sets records anew that were to be changed, and that someone else has deleted.
    pub anew: Option<Box<Plan>>,
    /// The metadata of the record that was set.
    pub meta: Option<RecordMeta>,
    /// On how many replicas it is, where the user wants it on some.
    pub replicas: Option<Replicas>,
    /// How the records were compared before.
    pub comparison: Comparison,
    /// The store that was opened or created.
    pub store: Option<Box<StoreInfo>>,
    /// What undoes it, where what was there is kept.
    pub inverse: Option<Box<Plan>>,
    /// Records that stay set aside, because the store has records of their keys again.
    pub left: u64,
    /// What was not made of it, for it was cancelled: it can still be made.
    pub rest: Option<Box<Plan>>,
    /// The stores that the plan follows, as far as nobody else had written to them.
    pub followed: Box<[Followed]>,
}

impl Outcome {
    /// Records that are as they were: they have changed since they were shown, or their turn had not come.
    pub fn unchanged(&self) -> HashSet<&Key> {
        let rest = self.rest.iter().flat_map(|rest| rest.keys());
        self.skipped.iter().chain(rest).collect()
    }

    /// Whether nothing of the plan is left.
    pub fn is_whole(&self) -> bool {
        self.skipped.is_empty() && self.rest.is_none()
    }

    /// Records that it was about.
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

/// Why a plan was not made, or not seen to be made.
#[derive(Debug)]
pub struct Failed {
    /// What to say.
    pub error: Error,
    /// What was sent, where its answer was lost: for [`resolve`](super::resolve()).
    pub doubt: Option<Doubt>,
    /// What undoes the part that was made.
    pub inverse: Option<Box<Plan>>,
    /// The part that was not made and can still be; none where there is no other.
    pub rest: Option<Box<Plan>>,
    /// What sets records anew that were to be changed, and that someone else has deleted.
    pub anew: Option<Box<Plan>>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, doubt: None, inverse: None, rest: None, anew: None }
    }
}

pub(super) type Performed = std::result::Result<Outcome, Failed>;
