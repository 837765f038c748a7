//! The sentences about records that are saved together.

use std::collections::HashMap;

use crate::model::{Error, ErrorKind, Key, SetValue};
use crate::text::plural;

use super::super::outcome::Outcome;
use super::super::record_swap::Fate;
use super::NAMED;

/// The title of the dialog.
pub(super) fn title(sets: &[SetValue]) -> String {
    format!("Save {}", plural(sets.len() as u64, "record"))
}

/// The sentence that the save is under way.
pub(super) fn doing(sets: &[SetValue]) -> String {
    match sets {
        [set] => format!("saving {}", set.key.named()),
        sets => format!("saving {}", plural(sets.len() as u64, "record")),
    }
}

/// The sentence that the save is done.
pub(super) fn done(sets: &[SetValue], outcome: &Outcome) -> String {
    match sets {
        [set] => format!("saved {}", set.key.named()),
        _ => format!("saved {}", plural(outcome.records, "record")),
    }
}

/// The sentence that records were written or deleted by someone else since they were read; `None` if none
/// was.
pub(super) fn left(skipped: &[Key], fates: &HashMap<Key, Fate>) -> Option<String> {
    let names: Vec<_> = skipped.iter().take(NAMED).map(Key::named).collect();
    let more = if skipped.len() > NAMED { ", …" } else { "" };
    let (names, all) = (names.join(", "), skipped.len());
    let fate = |key: &Key| fates.get(key).copied().unwrap_or_default();
    let is_gone = |key: &Key| fate(key) == Fate::Gone;
    let what = match skipped {
        [] => return None,
        [key, others @ ..] if others.iter().all(|other| fate(other) == fate(key)) => {
            match fate(key) {
                Fate::Changed => "changed",
                Fate::Gone => "deleted",
                Fate::Come => "made",
                Fate::Unknown => "changed or deleted",
            }
        }
        all if all.iter().any(is_gone) => "changed or deleted",
        _ => "changed",
    };
    Some(match all {
        1 => format!("{names} stays staged: {what} meanwhile"),
        all => format!("{all} stay staged, {what} meanwhile: {names}{more}"),
    })
}

/// The error that someone else has written all of the records.
pub(in crate::ops) fn all_stay_staged(skipped: &[Key], fates: &HashMap<Key, Fate>) -> Error {
    let problem = format!("not saved: {}", left(skipped, fates).unwrap_or_default());
    Error::new(ErrorKind::Conflict, problem).hint("edit it to merge the two")
}
