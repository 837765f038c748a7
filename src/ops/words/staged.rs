//! The sentences on records that are saved together.

use crate::model::{Error, ErrorKind, Key, SetValue};
use crate::text::plural;

use super::super::outcome::Outcome;
use super::NAMED;

/// What a dialog about it is called.
pub(super) fn title(sets: &[SetValue]) -> String {
    format!("Save {}", plural(sets.len() as u64, "record"))
}

/// That it is under way.
pub(super) fn doing(sets: &[SetValue]) -> String {
    match sets {
        [set] => format!("saving {}", set.key.named()),
        sets => format!("saving {}", plural(sets.len() as u64, "record")),
    }
}

/// That it is done.
pub(super) fn done(sets: &[SetValue], outcome: &Outcome) -> String {
    match sets {
        [set] => format!("saved {}", set.key.named()),
        _ => format!("saved {}", plural(outcome.records, "record")),
    }
}

/// That records were written by someone else since they were read; `None` where none was.
pub(super) fn left(skipped: &[Key]) -> Option<String> {
    let names: Vec<_> = skipped.iter().take(NAMED).map(Key::named).collect();
    let more = if skipped.len() > NAMED { ", …" } else { "" };
    let names = names.join(", ");
    Some(match skipped.len() {
        0 => return None,
        1 => format!("{names} was changed by someone else, and stays staged"),
        all => format!("{all} were changed by someone else, and stay staged: {names}{more}"),
    })
}

/// The refusal where someone else has written all of them.
pub(in crate::ops) fn all_stay_staged(skipped: &[Key]) -> Error {
    let problem = format!("not saved: {}", left(skipped).unwrap_or_default());
    Error::new(ErrorKind::Conflict, problem).hint("edit it to merge the two")
}
