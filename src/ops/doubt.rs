//! Writes of a plan that were sent and not answered.

use std::collections::HashMap;

use crate::model::{Key, Result, StoreName, Write, WriteOutcome, Written};

use super::plan::{Plan, PlannedChange};
use super::record_swap::Fate;
use super::tally::{Made, Tally, records_of};

/// Writes of a plan whose answers were lost, with the records that were changed before and those not reached.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// The write that was sent and not answered.
    pub(super) write: Write,
    /// Other writes that were sent and not answered, if records are reported one by one.
    pub(super) others: Vec<Write>,
    /// Number of records that were changed before.
    pub(super) done: u64,
    /// Number of records that were to be changed.
    pub(super) all: u64,
    /// Number of these records for which nothing was sent.
    pub(super) unsent: u64,
    /// Records that have changed since they were shown, and were left as they are.
    pub(super) skipped: Vec<Key>,
    /// Why these stay, if not because they have changed.
    pub(super) fates: HashMap<Key, Fate>,
    /// The change of records that are reported one by one; `None` if one write reports all.
    pub(super) each: Option<Made>,
    /// The keys of two writes that make one change, of which this write is the first or the second.
    pub(super) pair: Option<(Key, Key)>,
    /// The plan that undoes what was made, and what may have been.
    pub(super) inverse: Option<Box<Plan>>,
    /// The part that was not made, with the writes in doubt.
    pub(super) rest: Option<Box<Plan>>,
}

impl Doubt {
    /// Each write that was sent and not answered.
    pub(super) fn lost(&self) -> impl Iterator<Item = &Write> {
        std::iter::once(&self.write).chain(&self.others)
    }

    /// The plan that undoes what was made or may have been.
    pub fn inverse(&self) -> Option<Box<Plan>> {
        self.inverse.clone()
    }

    /// The plan for what was not made, as far as that is known.
    pub fn rest(&self) -> Option<Box<Plan>> {
        self.rest.clone()
    }

    /// The outcome of the whole plan, from that of the one write in doubt.
    pub(super) fn whole(&self, outcome: WriteOutcome) -> WriteOutcome {
        let Self { done, all, unsent, .. } = *self;
        if !matches!(self.write, Write::Delete { .. }) {
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

    /// The results for all records, from what was found out of each write in doubt.
    pub(super) fn tally(&self, made: Made, found: Vec<Result<WriteOutcome>>) -> Tally {
        let mut tally = Tally {
            made,
            all: self.all,
            done: self.done,
            skipped: self.skipped.clone(),
            fates: self.fates.clone(),
            not_made: self.unsent,
            unknown: Vec::new(),
            why: None,
        };
        for (write, found) in self.lost().zip(found) {
            tally.count(write, found);
        }
        tally
    }

    /// Removes the writes that were not made from the plan that undoes the rest, and those that were made
    /// from the plan for what is left.
    pub(super) fn leave_out(&mut self, found: &[Result<WriteOutcome>]) {
        let not_made = |found: &Result<WriteOutcome>| {
            matches!(found, Ok(WriteOutcome::NotApplied | WriteOutcome::Refused(_)))
        };
        let is_made = |found: &Result<WriteOutcome>| {
            matches!(found, Ok(WriteOutcome::Applied(_) | WriteOutcome::There(_)))
        };
        let made = self.records(found, is_made);
        self.rest = self.rest.take().and_then(|rest| without(*rest, &made));
        if self.done == 0 && self.pair.is_none() && found.iter().all(not_made) {
            self.inverse = None;
        } else {
            let gone = self.records(found, not_made);
            self.inverse = self.inverse.take().and_then(|inverse| without(*inverse, &gone));
        }
    }

    /// The records in doubt with this result.
    fn records(
        &self,
        found: &[Result<WriteOutcome>],
        is: impl Fn(&Result<WriteOutcome>) -> bool,
    ) -> Vec<(StoreName, Key)> {
        let lost = self.lost().zip(found).filter(|(_, found)| is(found));
        lost.flat_map(|(write, _)| records_of(write)).collect()
    }
}

/// A plan without the changes of these records; `None` if nothing is left of it.
fn without(plan: Plan, gone: &[(StoreName, Key)]) -> Option<Box<Plan>> {
    let PlannedChange::Swap(swaps) = &plan.change else { return Some(Box::new(plan)) };
    let is_gone =
        |store: &StoreName, key: &Key| gone.iter().any(|(of, it)| of == store && it == key);
    let left: Vec<_> =
        swaps.iter().filter(|swap| !is_gone(&swap.store, &swap.key)).cloned().collect();
    (!left.is_empty()).then(|| Box::new(Plan::swap(left.into())))
}

impl From<Write> for Doubt {
    fn from(write: Write) -> Self {
        let all = if let Write::Delete { keys, .. } = &write { keys.len() as u64 } else { 1 };
        Self {
            write,
            others: Vec::new(),
            done: 0,
            all,
            unsent: 0,
            skipped: Vec::new(),
            fates: HashMap::new(),
            each: None,
            pair: None,
            inverse: None,
            rest: None,
        }
    }
}
