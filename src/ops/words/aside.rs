//! The sentences about what is set aside, restored and discarded.

use crate::model::{AsideInfo, Error, ErrorKind};
use crate::text::{plural, visible_bytes};

use super::super::plan::{Plan, PlannedChange};

/// The remark on a store that is set aside.
const UNDOABLE: &str = "Undoable 10 min, while larder runs.";

/// The remark on records that are restored.
const RESTORED: &str = "Records whose keys are taken stay set aside.";

/// The remark on records that have come into a store that is to be emptied or removed again.
pub const COME_SINCE: &str = "What came since is set aside too.";

/// The hint where to find asides.
pub const LIST_ASIDES: &str = "`larder aside` lists what is set aside";

/// The last line about a plan: what becomes of what it removes, or puts back.
pub fn ending(plan: &Plan) -> &'static str {
    match (&plan.change, plan.reversible) {
        (PlannedChange::Restore(_), _) => RESTORED,
        (PlannedChange::Discard(_), _) => "Removed for good.",
        (PlannedChange::Purge(_), true) => "Undoable 10 min; the store stays.",
        (PlannedChange::Purge(_), false) => "Removed for good; the store stays.",
        (_, true) => UNDOABLE,
        (_, false) => "Removed for good, with the store.",
    }
}

/// The error that nothing is set aside under an id.
pub fn nothing_aside(id: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("nothing is set aside as `{id}`")).hint(LIST_ASIDES)
}

/// The sentence that an aside was not freed at the end.
pub fn not_freed(info: &AsideInfo, why: &Error) -> String {
    let (store, records) = (info.aside.store(), plural(info.records, "record"));
    let store = visible_bytes(store.as_bytes());
    format!("{records} of {store} stay set aside: {}; {LIST_ASIDES}", why.problem)
}

/// The question before an aside is removed for good, in one line.
pub(super) fn question(info: &AsideInfo) -> String {
    let (store, records) = (info.aside.store(), plural(info.records, "record"));
    let store = visible_bytes(store.as_bytes());
    format!("Discard {records} set aside of {store} for good?")
}

/// The sentence that an aside is being removed.
pub(super) fn discarding(info: &AsideInfo) -> String {
    format!("discarding what was set aside of {}", info.aside.store())
}

/// The sentence that an aside is removed.
pub(super) fn discarded(info: &AsideInfo) -> String {
    format!("discarded {} of {}", plural(info.records, "record"), info.aside.store())
}

/// The sentence on how many records a restore has left; `None` if it has left none.
pub(super) fn left(left: u64) -> Option<String> {
    Some(match left {
        0 => return None,
        1 => "1 record stays set aside: key taken".to_owned(),
        _ => {
            let records = plural(left, "record");
            format!("{records} stay set aside: keys taken")
        }
    })
}
