//! The sentences on what is set aside, restored and discarded.

use crate::model::{AsideInfo, Error, ErrorKind};
use crate::text::{plural, visible_bytes};

use super::super::plan::{Plan, PlannedChange};

/// What becomes of a store that is set aside.
const UNDOABLE: &str = "Undoable for 10 min, or until larder ends.";

/// What becomes of what is restored.
const RESTORED: &str = "Records whose keys are taken stay set aside.";

/// What becomes of what has come into a store that is to be emptied or removed again.
pub const COME_SINCE: &str = "What came since is set aside too.";

/// Where to look for what is set aside.
pub const LIST_ASIDES: &str = "larder aside lists what is set aside";

/// What becomes of what a plan removes, or puts back: its last line.
pub fn ending(plan: &Plan) -> &'static str {
    match (&plan.change, plan.reversible) {
        (PlannedChange::Restore(_), _) => RESTORED,
        (PlannedChange::Discard(_), _) => "Removed for good.",
        (PlannedChange::Purge(_), true) => "Undoable ≤ 10 min; the store stays.",
        (PlannedChange::Purge(_), false) => "Removed for good; the store stays.",
        (_, true) => UNDOABLE,
        (_, false) => "Removed for good, with the store.",
    }
}

/// That nothing is set aside under an id.
pub fn nothing_aside(id: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("nothing is set aside as `{id}`")).hint(LIST_ASIDES)
}

/// That what is set aside was not freed at the end.
pub fn not_freed(info: &AsideInfo, why: &Error) -> String {
    let (store, records) = (info.aside.store(), plural(info.records, "record"));
    let store = visible_bytes(store.as_bytes());
    format!("{records} of `{store}` stay set aside: {}; {LIST_ASIDES}", why.problem)
}

/// The question before it is removed for good, where a line must do.
pub(super) fn question(info: &AsideInfo) -> String {
    let (store, records) = (info.aside.store(), plural(info.records, "record"));
    let store = visible_bytes(store.as_bytes());
    format!("Discard {records} set aside of `{store}` for good?")
}

/// That it is being removed.
pub(super) fn discarding(info: &AsideInfo) -> String {
    format!("discarding what was set aside of {}", info.aside.store())
}

/// That it is removed.
pub(super) fn discarded(info: &AsideInfo) -> String {
    format!("discarded {} of {}", plural(info.records, "record"), info.aside.store())
}

/// How many records a restore has left; `None` where it has left none.
pub(super) fn left(left: u64) -> Option<String> {
    Some(match left {
        0 => return None,
        1 => "1 record stays set aside: its key is taken".to_owned(),
        _ => {
            let records = plural(left, "record");
            format!("{records} stay set aside: their keys are taken")
        }
    })
}
