//! What became of a write whose answer was lost.

use crate::model::{Error, ErrorKind, Key, Write, WriteOutcome};

use super::outcome::Outcome;
use super::plan::Plan;
use super::tally::{Tally, wants_to_be_first};
use super::words;

/// What became of a write whose answer was lost, as far as that was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is as good as done; the sentence says so.
    Done(Outcome, String),
    /// It was refused, as its answer said.
    Refused(Error),
    /// It was not made, or in part, or that is not known: the error says which, and what to do.
    Open(Error),
}

impl Resolution {
    /// The result for a write, from what the storage found out. A writer that wants to be the first must know
    /// whether it was.
    pub fn of(write: &Write, outcome: WriteOutcome) -> Self {
        let (state, remedy) = words::found_out(write, &outcome);
        match outcome {
            WriteOutcome::Applied(written) => Self::Done(written.into(), state),
            WriteOutcome::There(written) if !wants_to_be_first(write) => {
                Self::Done(written.into(), state)
            }
            WriteOutcome::Refused(error) => Self::Refused(error),
            WriteOutcome::NotApplied | WriteOutcome::Partly { pending: false, .. } => {
                Self::Open(Error::new(ErrorKind::Connection, state).hint(remedy))
            }
            WriteOutcome::There(_)
            | WriteOutcome::NotSoFar
            | WriteOutcome::Partly { .. }
            | WriteOutcome::Other
            | WriteOutcome::Unclear => {
                Self::Open(Error::new(ErrorKind::InDoubt, state).hint(remedy))
            }
        }
    }

    /// The result for records that are changed one by one; `inverse` undoes what was made.
    pub(super) fn of_each(tally: &Tally, inverse: Option<Box<Plan>>) -> Self {
        if tally.not_made == 0 && tally.unknown.is_empty() {
            if tally.done == 0 {
                return Self::Refused(words::none_made(tally));
            }
            let (skipped, fates) = (tally.skipped.clone(), tally.fates.clone());
            let outcome =
                Outcome { records: tally.done, skipped, fates, inverse, ..Outcome::default() };
            return Self::Done(outcome, words::all_made(tally));
        }
        Self::Open(words::in_part(tally))
    }

    /// The result for two writes that are one change, where `write` is the first or the second. The first
    /// alone is half of the change, and so is the first with an unknown second.
    pub(super) fn of_pair(self, write: &Write, first: &Key, second: &Key) -> Self {
        let is_first = matches!(write, Write::Set(set) if set.key == *first);
        match self {
            Self::Done(_, state) if is_first => {
                let error = Error::new(ErrorKind::Conflict, state);
                Self::Open(words::half_made(first, second, error))
            }
            Self::Refused(error) if !is_first => {
                Self::Refused(words::half_made(first, second, error))
            }
            Self::Open(error) if !is_first => Self::Open(words::half_made(first, second, error)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Expect, Key, Result, SetValue, Written};
    use crate::ops::doubt::Doubt;
    use crate::ops::tally::Made;

    fn set(expected: Expect) -> Write {
        Write::Set(SetValue {
            store: "s".into(),
            key: Key::from("k"),
            value: "v".into(),
            content_type: "text/plain".into(),
            expected,
        })
    }

    #[test]
    fn done_not_done_and_not_known_are_three_things() {
        let write = set(Expect::Anything);
        let written = Written { records: 1, ..Written::default() };
        for (outcome, kind) in [
            (WriteOutcome::NotApplied, ErrorKind::Connection),
            (WriteOutcome::NotSoFar, ErrorKind::InDoubt),
            (WriteOutcome::Unclear, ErrorKind::InDoubt),
            (WriteOutcome::Other, ErrorKind::InDoubt),
            (WriteOutcome::Partly { gone: 1, all: 2, pending: false }, ErrorKind::Connection),
            (WriteOutcome::Partly { gone: 1, all: 2, pending: true }, ErrorKind::InDoubt),
        ] {
            let Resolution::Open(error) = Resolution::of(&write, outcome.clone()) else {
                panic!("{outcome:?}")
            };
            assert_eq!(error.kind, kind, "{outcome:?}");
            assert_ne!(error.remedy(), "", "{outcome:?}");
        }
        for outcome in [WriteOutcome::Applied(written.clone()), WriteOutcome::There(written)] {
            assert!(matches!(Resolution::of(&write, outcome), Resolution::Done(..)));
        }
    }

    #[test]
    fn who_wants_to_be_first_is_not_told_that_he_was_where_another_may_have_been() {
        let there = WriteOutcome::There(Written { records: 1, ..Written::default() });
        let write = set(Expect::Absent);
        let Resolution::Open(error) = Resolution::of(&write, there) else { panic!() };
        assert_eq!(error.kind, ErrorKind::InDoubt);
        assert!(error.problem.contains("perhaps by another writer"), "{error}");
    }

    fn of_key(key: &str, expected: Expect) -> Write {
        let Write::Set(set) = set(expected) else { unreachable!() };
        Write::Set(SetValue { key: Key::from(key), ..set })
    }

    /// The sentence about four staged edits: `done` are saved, the answers to `lost` were lost, the others
    /// were not sent.
    fn told(done: u64, lost: Vec<(Write, Result<WriteOutcome>)>, skipped: &[&str]) -> Resolution {
        let (mut writes, found): (Vec<_>, Vec<_>) = lost.into_iter().unzip();
        let unsent = 4 - done - (writes.len() + skipped.len()) as u64;
        let write = writes.remove(0);
        let skipped = skipped.iter().map(|key| Key::from(*key)).collect();
        let (all, each) = (4, Some(Made::Saved));
        let doubt = Doubt { others: writes, done, all, unsent, skipped, each, ..write.into() };
        Resolution::of_each(&doubt.tally(Made::Saved, found), None)
    }

    #[test]
    fn of_several_records_it_is_told_how_many_are_saved_are_not_and_may_be() {
        let old = || Expect::unchanged("old".into(), "text/plain".into());
        let lost = |outcome| (of_key("k", old()), Ok(outcome));
        let written = || Written { records: 1, ..Written::default() };
        let applied = || WriteOutcome::Applied(written());
        let there = || WriteOutcome::There(written());
        let refused = || WriteOutcome::Refused(Error::new(ErrorKind::Conflict, "changed"));
        let silent = Err(Error::new(ErrorKind::Timeout, "the server did not answer in time"));
        let first = |outcome| (of_key("k", Expect::Absent), Ok(outcome));
        let open = [
            (told(0, vec![lost(applied())], &[]), "1 of 4 records is saved; 3 are not"),
            (told(2, vec![lost(applied())], &[]), "3 of 4 records are saved; 1 is not"),
            (told(0, vec![lost(WriteOutcome::NotApplied)], &[]), "none of 4 records is saved"),
            (
                told(1, vec![lost(WriteOutcome::NotApplied)], &["b"]),
                "1 of 4 records is saved; 2 are not; b stays staged: changed meanwhile",
            ),
            (
                told(3, vec![lost(WriteOutcome::NotSoFar)], &[]),
                "3 of 4 records are saved; of k it is not known",
            ),
            (
                told(1, vec![lost(WriteOutcome::Other)], &[]),
                "1 of 4 records is saved; 2 are not; of k it is not known",
            ),
            (
                told(0, vec![lost(WriteOutcome::Unclear)], &[]),
                "3 of 4 records are not saved; of k it is not known",
            ),
            (
                told(
                    2,
                    vec![(of_key("k", old()), silent.clone()), (of_key("l", old()), silent)],
                    &[],
                ),
                "2 of 4 records are saved; of 2 it is not known; the server did not answer in time",
            ),
            // Another writer may have been the first.
            (told(3, vec![first(there())], &[]), "3 of 4 records are saved; of k it is not known"),
        ];
        for (told, words) in open {
            let Resolution::Open(error) = told else { panic!("{told:?}: {words}") };
            assert_eq!(error.problem, format!("answer lost; {words}"));
            let is_known = !words.contains("not known");
            let kind = if is_known { ErrorKind::Connection } else { ErrorKind::InDoubt };
            assert_eq!(error.kind, kind, "{words}");
            assert!(error.remedy().starts_with("save "), "{error}");
        }
        let done = [
            (told(3, vec![lost(applied())], &[]), 4, "all 4 records are saved"),
            (told(3, vec![lost(there())], &[]), 4, "all 4 records are saved"),
            (told(2, vec![lost(applied())], &["b"]), 3, "3 of 4 records are saved"),
            (told(3, vec![lost(refused())], &[]), 3, "3 of 4 records are saved"),
        ];
        for (told, records, words) in done {
            let Resolution::Done(outcome, state) = told else { panic!("{told:?}: {words}") };
            assert_eq!(state, format!("answer lost, but {words}"));
            assert_eq!((outcome.records, outcome.skipped.len() as u64), (records, 4 - records));
        }
        let none = told(0, vec![lost(refused())], &["a", "b", "c"]);
        assert!(matches!(none, Resolution::Refused(_)), "{none:?}");
    }
}
