//! The sentences about writes whose answers were lost.

use crate::model::{Error, Write, WriteOutcome};

use super::super::tally::wants_to_be_first;

/// The hint where the result is not known.
pub(super) const LOOK: &str = "look before you repeat it";

/// The sentence that the answer to a write was lost.
pub fn in_doubt(error: &Error) -> String {
    format!("{}; looking what became of it…", error.problem)
}

/// The sentence that it could not be found out what became of a write.
pub fn not_known(error: &Error) -> String {
    format!("{NOT_KNOWN}; {error}")
}

const NOT_KNOWN: &str = "not known whether it was done";

/// The result for a write whose answer was lost: the state, then what to do about it.
pub(in crate::ops) fn found_out(write: &Write, outcome: &WriteOutcome) -> (String, &'static str) {
    let (state, remedy) = match outcome {
        WriteOutcome::Applied(_) => {
            return ("answer lost, but the write was made".to_owned(), "");
        }
        WriteOutcome::There(_) if wants_to_be_first(write) => {
            ("this value is there, perhaps by another writer".to_owned(), LOOK)
        }
        WriteOutcome::There(_) => (as_wanted(write).to_owned(), ""),
        WriteOutcome::Refused(error) => return (error.problem.clone(), ""),
        WriteOutcome::NotApplied => ("the write was not made".to_owned(), "try again"),
        WriteOutcome::NotSoFar => ("not made so far, but may still come".to_owned(), LOOK),
        WriteOutcome::Partly { gone, all, pending: false } => {
            (format!("{gone} of {all} records are deleted"), "do it again for the others")
        }
        WriteOutcome::Partly { gone, all, pending: true } => {
            (format!("{gone} of {all} records are deleted, maybe more"), LOOK)
        }
        WriteOutcome::Other => ("not there: not made, or overwritten by another".to_owned(), LOOK),
        WriteOutcome::Unclear => (NOT_KNOWN.to_owned(), LOOK),
    };
    (format!("answer lost; {state}"), remedy)
}

fn as_wanted(write: &Write) -> &'static str {
    match write {
        Write::Create(_) => "the store is there",
        Write::Set(_) => "the record has this value now",
        Write::Rewrite(it) => super::rewrite::as_wanted(it),
        Write::Delete { keys, .. } if keys.len() == 1 => "the record is gone",
        Write::Delete { .. } => "the records are gone",
        Write::Purge(_) => "the store is empty",
        Write::Drop(_) => "the store is gone",
        Write::Repair(_) => "the metadata is as it was planned",
    }
}
