//! What became of a plan: what it did; or that it was not made, or not seen to be made.

use std::collections::HashSet;

use crate::model::{Comparison, Error, Key, RecordMeta, Replicas, Write, WriteOutcome, Written};

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
    /// How the records were compared before.
    pub comparison: Comparison,
    /// What undoes it, where what was there is kept.
    pub inverse: Option<Box<Plan>>,
    /// Records that stay set aside, because the store has records of their keys again.
    pub left: u64,
    /// What was not made of it, for it was cancelled: it can still be made.
    pub rest: Option<Box<Plan>>,
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
        let Written { records, meta, replicas, comparison } = written;
        Self { records, meta, replicas, comparison, ..Self::default() }
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
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, doubt: None, inverse: None, rest: None }
    }
}

pub(super) type Performed = std::result::Result<Outcome, Failed>;

/// A write whose answer was lost: what was sent of a plan.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// What was sent and not answered.
    pub(super) write: Write,
    /// Records that were changed before.
    pub(super) done: u64,
    /// Records that were to be changed.
    pub(super) all: u64,
    /// Records of these of which nothing was sent.
    pub(super) unsent: u64,
    /// Records that have changed since they were shown, and were left as they are.
    pub(super) skipped: Vec<Key>,
    /// The keys of two changes that are one, of which this is the first or the second.
    pub(super) pair: Option<(Key, Key)>,
    /// What undoes it, if it was made.
    pub(super) inverse: Option<Box<Plan>>,
    /// The part that was not made, with what is in doubt.
    pub(super) rest: Option<Box<Plan>>,
}

impl Doubt {
    /// What undoes it, as far as it was made.
    pub fn inverse(&self) -> Option<Box<Plan>> {
        self.inverse.clone()
    }

    /// What was not made, as far as that is known.
    pub fn rest(&self) -> Option<Box<Plan>> {
        self.rest.clone()
    }

    /// The outcome of the whole, by that of what was in doubt.
    pub(super) fn whole(&self, outcome: WriteOutcome) -> WriteOutcome {
        let Self { done, all, unsent, .. } = *self;
        if all == 1 {
            return outcome;
        }
        match outcome {
            WriteOutcome::Applied(written) if unsent == 0 => {
                WriteOutcome::Applied(Written { records: done + written.records, ..written })
            }
            WriteOutcome::There(written) if unsent == 0 => {
                WriteOutcome::There(Written { records: done + written.records, ..written })
            }
            WriteOutcome::Applied(written) | WriteOutcome::There(written) => {
                WriteOutcome::Partly { gone: done + written.records, all, pending: false }
            }
            WriteOutcome::NotApplied if done > 0 => {
                WriteOutcome::Partly { gone: done, all, pending: false }
            }
            WriteOutcome::NotSoFar if done > 0 => {
                WriteOutcome::Partly { gone: done, all, pending: true }
            }
            WriteOutcome::Partly { gone, pending, .. } => {
                WriteOutcome::Partly { gone: done + gone, all, pending }
            }
            outcome => outcome,
        }
    }
}

impl From<Write> for Doubt {
    fn from(write: Write) -> Self {
        let all = if let Write::Delete { keys, .. } = &write { keys.len() as u64 } else { 1 };
        let (skipped, pair) = (Vec::new(), None);
        Self { write, done: 0, all, unsent: 0, skipped, pair, inverse: None, rest: None }
    }
}
