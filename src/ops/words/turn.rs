//! The sentences about undoing and doing again.

use crate::model::StoreName;
use crate::text::{count, plural};

use super::super::outcome::Outcome;
use super::super::plan::{Plan, PlannedChange, PlannedRecord, Turn};
use super::super::reversible::is_whole;
use super::super::rewrite::RewriteKind;

/// The sentence that steps before those in the log are forgotten.
pub const OLDER_STEPS: &str = "older steps are no longer kept";

/// The sentence that there is nothing to undo, or to do again.
pub fn nothing_to(turn: Turn) -> &'static str {
    match turn {
        Turn::Undo => "there is nothing to undo",
        Turn::Redo => "there is nothing to do again",
    }
}

/// The sentence that a step can be turned once its store is there again.
pub fn waits_for(store: &StoreName, turn: Turn) -> String {
    let what = match turn {
        Turn::Undo => "undone",
        Turn::Redo => "done again",
    };
    format!("not {what}: the store {} is not there", store.escaped())
}

/// Why a plan that was carried out for good cannot be undone.
pub fn why_fixed(plan: &Plan) -> &'static str {
    match &plan.change {
        PlannedChange::Purge(_) | PlannedChange::Drop(_) => "the memory was freed at once",
        PlannedChange::Repair(..) => "what was there was damaged",
        PlannedChange::Rewrite(_)
        | PlannedChange::Set(_)
        | PlannedChange::SetMany(_)
        | PlannedChange::Delete { .. }
            if plan.is_too_much() =>
        {
            "it was too much to be kept"
        }
        PlannedChange::Rewrite(_)
        | PlannedChange::Set(_)
        | PlannedChange::SetMany(_)
        | PlannedChange::Delete { .. } => "what was there was damaged, or not known",
        PlannedChange::Create(_) => "the store was there already",
        PlannedChange::Swap(_)
        | PlannedChange::Restore(_)
        | PlannedChange::Discard(_)
        | PlannedChange::DropEmpty(..) => "what was there before is not known",
    }
}

/// The warning that a change of records cannot be undone; `None` if it can be, or if its dialog says so
/// anyway.
pub fn for_good(plan: &Plan) -> Option<String> {
    let is_told = match &plan.change {
        PlannedChange::Set(_)
        | PlannedChange::SetMany(_)
        | PlannedChange::Rewrite(_)
        | PlannedChange::Delete { .. } => false,
        PlannedChange::Create(_)
        | PlannedChange::Purge(_)
        | PlannedChange::Drop(_)
        | PlannedChange::Repair(..)
        | PlannedChange::Swap(..)
        | PlannedChange::Restore(_)
        | PlannedChange::Discard(_)
        | PlannedChange::DropEmpty(..) => true,
    };
    if plan.reversible || is_told {
        return None;
    }
    let why = match plan.deletes() {
        _ if plan.is_too_much() => "too much to keep".to_owned(),
        Some(records) => lost_of(records),
        None => DAMAGED.to_owned(),
    };
    Some(format!("Cannot be undone: {why}."))
}

/// The reason why something cannot be put back that is not said more closely.
const DAMAGED: &str = "damaged, or not known";

/// Why records cannot be put back: the first one, and how many more.
fn lost_of(records: &[PlannedRecord]) -> String {
    let why = |record: &PlannedRecord| {
        let state = match record {
            PlannedRecord::There(meta) if is_whole(meta) => return None,
            PlannedRecord::Absent(_) => return None,
            PlannedRecord::There(_) => "damaged",
            PlannedRecord::Unknown(_) => "not known",
        };
        Some((record.key().named(), state))
    };
    let mut lost = records.iter().filter_map(why);
    let Some((key, state)) = lost.next() else { return DAMAGED.to_owned() };
    match lost.count() {
        0 => format!("{key} is {state}"),
        more => format!("{key} is {state}, + {} more", count(more as u64)),
    }
}

/// The remark that deleted records can be put back; `None` if they cannot, or if a dialog says so anyway.
pub fn undoable(plan: &Plan) -> Option<&'static str> {
    let deletes = matches!(plan.change, PlannedChange::Delete { .. });
    (plan.reversible && deletes).then_some("Undoable until larder ends.")
}

/// What a step without kept values did, from the plan that undoes it or does it again.
pub fn step_lines(plan: &Plan, turn: Turn) -> Vec<String> {
    const STAYS: &str = "The value stayed as it was.";
    let is_done = turn == Turn::Undo;
    let arrow = |from: String, to: String| {
        if is_done { format!("{to} → {from}") } else { format!("{from} → {to}") }
    };
    let records = |records: u64, state: &str| format!("{} {state}", plural(records, "record"));
    match &plan.change {
        PlannedChange::Rewrite(it) => match &it.kind {
            RewriteKind::Retype(content_type) => {
                let types = arrow(it.record.content_type.to_string(), content_type.to_string());
                vec![format!("{}  {types}", it.record.key.escaped()), STAYS.to_owned()]
            }
            RewriteKind::Rename | RewriteKind::Copy => {
                vec![arrow(it.record.key.escaped(), it.to.escaped()), STAYS.to_owned()]
            }
        },
        PlannedChange::Delete { records, .. } => {
            records.iter().map(|record| format!("{}  added", record.key().escaped())).collect()
        }
        PlannedChange::Restore(info) => {
            vec![info.aside.store().escaped(), records(info.records, "set aside, as they were")]
        }
        PlannedChange::Purge(store) | PlannedChange::Drop(store) => {
            let all = plan.records.unwrap_or_default();
            vec![store.name.escaped(), records(all, "set aside, and put back as they were")]
        }
        PlannedChange::Create(_) | PlannedChange::DropEmpty(..) => {
            vec!["A store without records.".to_owned()]
        }
        PlannedChange::Set(_)
        | PlannedChange::SetMany(_)
        | PlannedChange::Repair(..)
        | PlannedChange::Swap(..)
        | PlannedChange::Discard(_) => Vec::new(),
    }
}

/// The title of a step of which only this number of records is left.
pub(in crate::ops) fn part_of(title: &str, records: u64) -> String {
    format!("{title} ({} of them)", count(records))
}

/// How far a cancelled change came, and what becomes of the other records; `None` if it was not cancelled.
pub(super) fn cancelled(plan: &Plan, outcome: &Outcome) -> Option<String> {
    outcome.rest.as_ref()?;
    let others = match &plan.step {
        Some((Turn::Undo, _)) => "undoing goes on with the others",
        Some((Turn::Redo, _)) => "doing it again goes on with the others",
        None if plan.restores().is_some() => "the others stay set aside",
        None => "the others stay",
    };
    let (records, all) = (count(outcome.records), plural(outcome.all(), "record"));
    Some(format!("cancelled after {records} of {all}; {others}"))
}

/// The sentence that some of the records that a step was to remove were gone already; `None` if none was.
pub(super) fn gone(plan: &Plan, outcome: &Outcome) -> Option<String> {
    plan.step.as_ref()?;
    match (outcome.gone, outcome.all()) {
        (0, _) => None,
        (1, 0) => Some("it was gone already".to_owned()),
        (all, 0) => Some(format!("all {} were gone already", count(all))),
        (1, _) => Some("1 of them was gone already".to_owned()),
        (gone, _) => Some(format!("{} of them were gone already", count(gone))),
    }
}

/// The hint how to set records anew that someone else has deleted; `None` if that is not possible.
pub(super) fn set_anew(plan: &Plan, outcome: &Outcome) -> Option<String> {
    let (way, _) = plan.step.as_ref()?;
    outcome.anew.as_ref().map(|_| again_sets_anew(*way).to_owned())
}

/// The hint that the step has to be turned once more to set its records anew.
pub(super) fn again_sets_anew(turn: Turn) -> &'static str {
    match turn {
        Turn::Undo => "undo it once more to set it anew",
        Turn::Redo => "redo it once more to set it anew",
    }
}

/// The question whether to turn a step by setting records anew that someone else has deleted.
pub fn sets_anew(plan: &Plan) -> String {
    match plan.keys()[..] {
        [key] => format!("Someone else deleted {}: it is set anew.", key.named()),
        ref keys => {
            let keys = plural(keys.len() as u64, "record");
            format!("Someone else deleted {keys}: they are set anew.")
        }
    }
}

/// The sentence that a store is not the one in which a step was made.
pub fn is_another_store(store: &StoreName) -> String {
    format!("The store {} was dropped and made anew since.", store.escaped())
}
