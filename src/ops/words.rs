//! The sentences about changes of data: each written once, for notices, dialogs and commands.

use crate::model::{Comparison, Error, ErrorKind, Key, Replicas, StoreInfo, StoreName};
use crate::text::{count, plural, size, visible_bytes};

use super::outcome::Outcome;
use super::plan::{Plan, PlannedChange, PlannedRecord, PlannedStore, Turn, Weight};

mod aside;
mod left;
mod lost;
mod partly;
mod rewrite;
mod staged;
mod turn;

pub use aside::{COME_SINCE, LIST_ASIDES, not_freed};
pub use aside::{ending, nothing_aside};
pub(super) use left::{all_changed, all_skipped, is_another};
pub use left::{left, left_by};
pub(super) use lost::found_out;
pub use lost::{in_doubt, not_known};
pub(super) use partly::{all_made, in_part, none_made, so_far};
pub(super) use rewrite::half_made;
pub(super) use staged::all_stay_staged;
pub(super) use turn::part_of;
pub use turn::{
    OLDER_STEPS, for_good, is_another_store, nothing_to, sets_anew, step_lines, undoable,
    waits_for, why_fixed,
};

/// Limit on the keys that a sentence names.
const NAMED: usize = 5;

/// The title of a plan's dialog.
pub fn title(plan: &Plan) -> String {
    match &plan.change {
        PlannedChange::Create(_) => "Create the store".to_owned(),
        PlannedChange::Set(_) => "Set the record".to_owned(),
        PlannedChange::SetMany(sets) => staged::title(sets),
        PlannedChange::Delete { records, .. } if records.len() == 1 => {
            "Delete the record".to_owned()
        }
        PlannedChange::Delete { .. } => {
            format!("Delete {}", plural(plan.records.unwrap_or_default(), "record"))
        }
        PlannedChange::Purge(_) => "Purge the store".to_owned(),
        PlannedChange::Drop(_) => "Drop the store".to_owned(),
        PlannedChange::Repair(..) => "Repair the store".to_owned(),
        PlannedChange::Rewrite(it) => rewrite::title(it).to_owned(),
        PlannedChange::Swap(..) => "Change records".to_owned(),
        PlannedChange::Restore(_) => "Put back what was set aside".to_owned(),
        PlannedChange::Discard(_) => "Discard what was set aside".to_owned(),
        PlannedChange::DropEmpty(..) => "Remove the store that was made".to_owned(),
    }
}

/// The word on the button that carries out a plan.
pub fn verb(plan: &Plan) -> &'static str {
    match &plan.change {
        PlannedChange::Create(_) => "create",
        PlannedChange::Set(_) => "set",
        PlannedChange::SetMany(_) => "save",
        PlannedChange::Delete { .. } => "delete",
        PlannedChange::Purge(_) => "purge",
        PlannedChange::Drop(_) => "drop",
        PlannedChange::Repair(..) => "repair",
        PlannedChange::Rewrite(it) => rewrite::verb(it),
        PlannedChange::Swap(..) => "change",
        PlannedChange::Restore(_) => "put back",
        PlannedChange::Discard(_) => "discard",
        PlannedChange::DropEmpty(..) => "remove",
    }
}

/// What a plan would do, line by line, as its dialog and a dry run show it. `place` is the result of
/// [`place`](place()). May hold hostile text.
pub fn lines(plan: &Plan, place: &str) -> Vec<String> {
    let weight = match plan.weight {
        Weight::Values(bytes) => size(bytes),
        Weight::Kept(bytes) => format!("about {} {place}", size(bytes)),
        Weight::Unknown => "size not known".to_owned(),
    };
    let whole = |name: &StoreName, end: &str| {
        let records = plan.records.map_or_else(
            || "an unknown number of records".to_owned(),
            |records| plural(records, "record"),
        );
        vec![name.escaped(), format!("{records} · {weight}"), end.to_owned()]
    };
    let lines = match &plan.change {
        PlannedChange::Delete { store, records } => {
            let only = if let [record] = &**records { Some(record.key().escaped()) } else { None };
            only.into_iter().chain([format!("{weight} in the store {store}")]).collect()
        }
        PlannedChange::Purge(store) | PlannedChange::Drop(store) => {
            whole(&store.name, ending(plan))
        }
        PlannedChange::Restore(info) | PlannedChange::Discard(info) => {
            whole(info.aside.store(), ending(plan))
        }
        PlannedChange::Rewrite(it) => rewrite::lines(it),
        PlannedChange::SetMany(_) => vec![weight],
        PlannedChange::Create(_)
        | PlannedChange::Set(_)
        | PlannedChange::Repair(..)
        | PlannedChange::Swap(..)
        | PlannedChange::DropEmpty(..) => Vec::new(),
    };
    lines.into_iter().chain(plan.warnings.iter().cloned()).collect()
}

/// Names of the first records, of several, and the number of the others; `None` for one record, which is
/// named anyway.
pub fn first_of(records: &[PlannedRecord]) -> Option<(Vec<String>, usize)> {
    let more = records.len().saturating_sub(NAMED);
    let names = records.iter().take(NAMED).map(|record| record.key().named()).collect();
    (records.len() > 1).then_some((names, more))
}

/// A sentence on how many of the records to delete are not in the list as it is shown; `None` if all are.
pub fn not_shown(hidden: usize) -> Option<String> {
    match hidden {
        0 => None,
        1 => Some("1 of them is not shown".to_owned()),
        _ => Some(format!("{} of them are not shown", count(hidden as u64))),
    }
}

/// The warning that a change of a record that Crawlee keeps in memory would not last.
pub const WRITTEN_BACK: &str = "a running crawl writes this back";
/// The warning that a record which Crawlee keeps in memory would be there under its old key again.
pub const WRITTEN_AGAIN: &str = "a running crawl writes the old key again";
/// Either of both, for little room.
pub const WRITTEN_BACK_SHORT: &str = "a crawl writes this back";

/// The warning that the record in the editor has changed since it was read.
pub const CHANGED_MEANWHILE: &str = "changed by someone else: saving merges, or asks";
/// The same, for little room.
pub const CHANGED_MEANWHILE_SHORT: &str = "changed by someone else";
/// The warning that the record in the editor is gone.
pub const REMOVED_MEANWHILE: &str = "removed by someone else: saving asks first";
/// The same, for little room.
pub const REMOVED_MEANWHILE_SHORT: &str = "removed by someone else";

/// The warning on how many of the records to delete would come back; `None` if none would.
pub fn come_back(back: usize, all: usize) -> Option<String> {
    let which = match (back, all) {
        (0, _) => return None,
        (_, 1) => "this".to_owned(),
        (back, all) if back == all => "these".to_owned(),
        (back, _) => format!("{back} of these"),
    };
    Some(format!("A running crawl writes {which} back."))
}

/// The same for commands, about a store that was written to `seconds` ago.
pub(super) fn may_come_back(key: &Key, seconds: i64) -> String {
    format!("a running crawl writes {} back (it wrote {seconds} s ago)", key.named())
}

/// The place of a server's values.
const MEMORY: &str = "of server memory";
/// The place of a directory's values.
const DISK: &str = "on the disk";

/// The place of a storage's values, for [`lines`] and [`question`].
pub fn place(is_directory: bool) -> &'static str {
    if is_directory { DISK } else { MEMORY }
}

/// The question before a store is emptied or removed, in one line.
pub fn question(plan: &Plan, place: &str) -> String {
    if let Some(info) = plan.discards() {
        return aside::question(info);
    }
    let Some(PlannedStore { name, .. }) = plan.empties() else {
        return format!("{}?", title(plan));
    };
    let is_drop = matches!(&plan.change, PlannedChange::Drop(_));
    let what = if is_drop { "Remove" } else { "Remove all records of" };
    let records = match plan.records {
        None => "all its records".to_owned(),
        Some(1) => "its 1 record".to_owned(),
        Some(records) => format!("its {} records", count(records)),
    };
    let bytes = plan.weight.bytes();
    let bytes = bytes.map_or(String::new(), |bytes| format!(" (about {} {place})", size(bytes)));
    format!("{what} the store {} with {records}{bytes}?", visible_bytes(name.as_bytes()))
}

/// The sentence that a store was made, or is there already.
pub fn opened(info: &StoreInfo, is_new: bool) -> String {
    let name = visible_bytes(info.store.as_bytes());
    match info.records {
        _ if is_new => format!("created the store {name}"),
        Some(records) => format!("the store {name} is there, with {}", plural(records, "record")),
        None => format!("the store {name} is there"),
    }
}

/// The last line of a dry run.
pub const DRY_RUN: &str = "Nothing was changed.";

/// The sentence that there is no record of a key.
pub fn no_record(key: &Key) -> String {
    format!("there was no record `{key}`")
}

/// The sentence that a plan is being carried out.
pub fn doing(plan: &Plan) -> String {
    match &plan.step {
        Some((Turn::Undo, title)) => return format!("undoing: {title}"),
        Some((Turn::Redo, title)) => return format!("doing again: {title}"),
        None => {}
    }
    match &plan.change {
        PlannedChange::Create(_) => "creating the store".to_owned(),
        PlannedChange::Set(set) => format!("saving {}", set.key.named()),
        PlannedChange::SetMany(sets) => staged::doing(sets),
        PlannedChange::Delete { records, .. } => match &**records {
            [record] => format!("deleting {}", record.key().named()),
            records => format!("deleting {}", plural(records.len() as u64, "record")),
        },
        PlannedChange::Purge(store) => format!("purging {}", store.name),
        PlannedChange::Drop(store) => format!("dropping {}", store.name),
        PlannedChange::Repair(store, _) => format!("repairing {store}"),
        PlannedChange::Rewrite(it) => rewrite::doing(it),
        PlannedChange::Swap(swaps) => {
            format!("changing {}", plural(swaps.len() as u64, "record"))
        }
        PlannedChange::Restore(info) => format!("putting back {}", info.aside.store()),
        PlannedChange::Discard(info) => aside::discarding(info),
        PlannedChange::DropEmpty(store, _) => format!("removing {}", store.name),
    }
}

/// The sentence that a plan was carried out, with what is left of it.
pub fn done(plan: &Plan, outcome: &Outcome) -> String {
    let part = if outcome.rest.is_some() { " in part" } else { "" };
    let done = match &plan.step {
        Some((Turn::Undo, title)) => format!("undone{part}: {title}"),
        // While a crawl writes, the number differs from the first time.
        Some((Turn::Redo, _)) if plan.empties().is_some() => {
            format!("done again{part}: {}", made(plan, outcome))
        }
        // The store may be there already, so that nothing is created and the old title is not true.
        Some((Turn::Redo, _)) if matches!(plan.change, PlannedChange::Create(_)) => {
            format!("done again: {}", made(plan, outcome))
        }
        Some((Turn::Redo, title)) => format!("done again{part}: {title}"),
        None => made(plan, outcome),
    };
    let unwatched = unwatched(outcome).map(str::to_owned);
    let (cancelled, gone) = (turn::cancelled(plan, outcome), turn::gone(plan, outcome));
    let (left, anew) = (left_by(plan, outcome), turn::set_anew(plan, outcome));
    [Some(done), gone, cancelled, left, anew, aside::left(outcome.left), unwatched]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
}

/// The sentence that a plan was carried out, without what is left: the title of its step.
pub fn made(plan: &Plan, outcome: &Outcome) -> String {
    let records = outcome.records;
    match &plan.change {
        PlannedChange::Create(_) if records == 0 => "the store was there already".to_owned(),
        PlannedChange::Create(_) => "store created".to_owned(),
        PlannedChange::Set(set) => format!("saved {}", set.key.named()),
        PlannedChange::SetMany(sets) => staged::done(sets, outcome),
        PlannedChange::Delete { .. } if records == 0 && outcome.rest.is_none() => {
            "nothing to delete: someone was faster".to_owned()
        }
        PlannedChange::Delete { records: planned, .. } => match &**planned {
            [record] => format!("deleted {}", record.key().named()),
            _ => format!("deleted {}", plural(records, "record")),
        },
        PlannedChange::Purge(store) => {
            format!("purged {}: {} removed", store.name, plural(records, "record"))
        }
        PlannedChange::Drop(store) => format!("dropped {}", store.name),
        PlannedChange::Repair(store, _) => format!("repaired {store}"),
        PlannedChange::Rewrite(it) => rewrite::done(it),
        PlannedChange::Swap(..) => format!("changed {}", plural(records, "record")),
        PlannedChange::Restore(_) => format!("put back {}", plural(records, "record")),
        PlannedChange::Discard(info) => aside::discarded(info),
        PlannedChange::DropEmpty(store, _) => format!("removed {}", store.name),
    }
}

/// The sentence that a write is on fewer replicas than the user wants; `None` if it is on enough.
pub fn on_few_replicas(done: &str, replicas: Option<Replicas>) -> Option<String> {
    replicas.and_then(Replicas::in_words).map(|few| format!("{done}, but {few}"))
}

/// The warning before a save or a deletion if somebody can write between the comparison and the write.
pub fn can_come_between(comparison: Comparison) -> Option<&'static str> {
    match comparison {
        Comparison::OneStep => None,
        Comparison::Watched | Comparison::Unwatched => {
            Some("Without scripts a busy crawl may write in between.")
        }
        Comparison::TwoSteps => Some("In a directory a crawl may write in between."),
    }
}

/// The warning that somebody may have written in between, if that is not so each time.
pub fn unwatched(outcome: &Outcome) -> Option<&'static str> {
    (outcome.comparison == Comparison::Unwatched)
        .then_some("a crawl may have written in between: look")
}

/// The error that a store that was made is in use and is not removed.
pub(super) fn not_empty(store: &StoreName, records: u64) -> Error {
    let problem = format!("store {store} stays: it has {} now", plural(records, "record"));
    Error::new(ErrorKind::Conflict, problem).hint("drop it to remove them too")
}

/// The error that somebody has written to the store of a plan.
pub(super) fn written_since(store: &StoreName) -> Error {
    let problem = format!("the store {store} has been written to since");
    Error::new(ErrorKind::Conflict, problem).hint("nothing was changed; look at it again")
}

/// The error that the store of a plan was dropped and made anew since.
pub(super) fn made_anew(store: &StoreName) -> Error {
    let problem = format!("store {store} was dropped and made anew");
    Error::new(ErrorKind::Conflict, problem).hint("nothing was changed; look, then try again")
}
