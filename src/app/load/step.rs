//! The changes of a step of the log: the values before and after, as far as they are kept.

use crate::edit::{Diff, TypedValue};
use crate::model::Key;
use crate::ops::{Plan, PlannedChange, Swap, Turn, words};

/// Limit on the records whose values are compared; the others are only counted.
const LISTED: usize = 20;

/// The changes of a step of the log.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepDiff {
    /// What the step did apart from values, one line each; may hold hostile text.
    pub lines: Vec<String>,
    /// The records whose values are kept, each with its difference.
    pub records: Vec<RecordDiff>,
    /// Number of records that are not listed.
    pub more: usize,
}

/// The difference in one record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDiff {
    /// Its key.
    pub key: Key,
    /// The difference; or why the kept values cannot be read.
    pub diff: Result<Diff, String>,
}

impl StepDiff {
    /// The changes of the step that this plan undoes or does again.
    pub fn of(plan: &Plan, turn: Turn) -> Self {
        let PlannedChange::Swap(swaps) = &plan.change else {
            return Self { lines: words::step_lines(plan, turn), ..Self::default() };
        };
        // The plan that undoes a step has the step's records in reverse order.
        let records = match turn {
            Turn::Undo => swaps.iter().rev().take(LISTED).map(|swap| record(swap, turn)).collect(),
            Turn::Redo => swaps.iter().take(LISTED).map(|swap| record(swap, turn)).collect(),
        };
        Self { lines: Vec::new(), records, more: swaps.len().saturating_sub(LISTED) }
    }
}

fn record(swap: &Swap, turn: Turn) -> RecordDiff {
    let diff = swap.values().map_err(|why| why.to_string()).map(|[from, to]| {
        let typed = |value: Option<(_, _)>| {
            value.map(|(content_type, value)| TypedValue { content_type, value })
        };
        let (from, to) = (typed(from), typed(to));
        let (before, after) = if turn == Turn::Undo { (&to, &from) } else { (&from, &to) };
        Diff::of(before.as_ref(), after.as_ref())
    });
    RecordDiff { key: swap.key.clone(), diff }
}
