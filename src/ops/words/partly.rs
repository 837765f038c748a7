//! The sentences about records that are changed one by one, where not all of them were.

use crate::model::{Error, ErrorKind};

use super::super::tally::{Made, Tally};
use super::lost::LOOK;
use super::{all_skipped, left, staged};

impl Made {
    fn word(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Changed => "changed",
            Self::Saved => "saved",
        }
    }
}

/// An error after `done` of `all` records were changed.
pub(in crate::ops) fn so_far(done: u64, all: u64, made: Made, error: Error) -> Error {
    if done == 0 {
        return error;
    }
    let problem = format!("{done} of {all} records are {}; {}", made.word(), error.problem);
    Error { problem, ..error }
}

/// The sentence that the answer was lost, but all records that are as they were shown were changed.
pub(in crate::ops) fn all_made(tally: &Tally) -> String {
    let Tally { made, all, done, .. } = tally;
    let made = made.word();
    match (done, all) {
        (done, all) if done == all => {
            format!("answer lost, but all {all} records are {made}")
        }
        (done, all) => format!("answer lost, but {}", so_many(*done, *all, made)),
    }
}

/// The error that someone else has changed all of the records.
pub(in crate::ops) fn none_made(tally: &Tally) -> Error {
    match tally.made {
        Made::Saved => staged::all_stay_staged(&tally.skipped, &tally.fates),
        Made::Deleted | Made::Changed => all_skipped(&tally.skipped),
    }
}

/// The error that the answer was lost: how many records were changed, how many were not, and of how many that
/// is not known; and what to do.
pub(in crate::ops) fn in_part(tally: &Tally) -> Error {
    let Tally { made, done, skipped, unknown, why, .. } = tally;
    let mut state = format!("answer lost; {}", counted(tally));
    if let Some(why) = why {
        state = format!("{state}; {}", why.problem);
    }
    let left = match made {
        Made::Saved => staged::left(skipped, &tally.fates),
        Made::Deleted | Made::Changed => left(skipped),
    };
    if let Some(left) = left {
        state = format!("{state}; {left}");
    }
    let (kind, remedy) = match (made, unknown.is_empty()) {
        // Edits that are stored by now are recognised, and left.
        (Made::Saved, true) => (ErrorKind::Connection, "save the others again"),
        (Made::Saved, false) => (ErrorKind::InDoubt, "save again: nothing is written twice"),
        (_, true) if *done == 0 => (ErrorKind::Connection, "try again"),
        (_, true) => (ErrorKind::Connection, "do it again for the others"),
        (_, false) => (ErrorKind::InDoubt, LOOK),
    };
    Error::new(kind, state).hint(remedy)
}

/// The counts of records that are done, not done, and in doubt.
fn counted(tally: &Tally) -> String {
    let Tally { made, all, done, not_made, unknown, .. } = tally;
    let (made, none) = (made.word(), unknown.is_empty());
    let unknown = match &unknown[..] {
        [key] => format!("of {} it is not known", key.named()),
        keys => format!("of {} it is not known", keys.len()),
    };
    let known = match (done, not_made) {
        (0, _) if none => return format!("none of {all} records is {made}"),
        (0, 0) => return format!("{unknown} whether {made}"),
        (0, not) => format!("{not} of {all} records {} not {made}", are(*not)),
        (done, 0) => so_many(*done, *all, made),
        (done, not) => format!("{}; {not} {} not", so_many(*done, *all, made), are(*not)),
    };
    if none { known } else { format!("{known}; {unknown}") }
}

/// The count of records, out of all.
fn so_many(done: u64, all: u64, made: &str) -> String {
    format!("{done} of {all} records {} {made}", are(done))
}

fn are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
