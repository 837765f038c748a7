//! What a step of the log has changed: the values before and after, as far as they are kept.

use crate::edit::{Diff, TypedValue};
use crate::model::Key;
use crate::ops::{Plan, PlannedChange, Swap, Turn, words};

/// Records whose values are compared; of the others there is the count.
const LISTED: usize = 20;

/// What a step of the log has changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepDiff {
    /// What it did with what stays the same: a line each; may hold hostile text.
    pub lines: Vec<String>,
    /// The records whose values are kept, or what is known of them.
    pub records: Vec<RecordDiff>,
    /// Records that are not listed.
    pub more: usize,
}

/// What is different about a record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDiff {
    /// Its key.
    pub key: Key,
    /// What is different; or why the kept values cannot be read.
    pub diff: Result<Diff, String>,
}

impl StepDiff {
    /// Of the plan that undoes the step, or does it again.
    pub fn of(plan: &Plan, turn: Turn) -> Self {
        let PlannedChange::Swap(swaps) = &plan.change else {
            return Self { lines: words::step_lines(plan, turn), ..Self::default() };
        };
        // The plan that undoes a step has its records the other way round, the last one first.
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
