//! What became of a write whose answer was lost.

use crate::model::{Error, ErrorKind, Key, Write, WriteOutcome};

use super::outcome::Outcome;
use super::words;

/// What became of a write whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is as good as done, and this is to be said of it.
    Done(Outcome, String),
    /// It was refused, as its answer said.
    Refused(Error),
    /// It was not made, or whether it was is not known: what is so, and what to do.
    Open(Error),
}

impl Resolution {
    /// What the storage found out of a write, in words. A writer that wants to be the first wants to
    /// know that it was.
    pub fn of(write: &Write, outcome: WriteOutcome) -> Self {
        let (state, remedy) = words::found_out(write, &outcome);
        match outcome {
            WriteOutcome::Applied(written) => Self::Done(written.into(), state),
            WriteOutcome::There(written) if !words::wants_to_be_first(write) => {
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

    /// Of two changes that are one, where `write` was the first or the second: the first alone is half
    /// of it, and so is what leaves the second open.
    pub(super) fn of_pair(self, write: &Write, first: &Key, second: &Key) -> Self {
        let is_first = match write {
            Write::Set(set) => set.key == *first,
            _ => false,
        };
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
    use crate::model::{Expect, Key, SetValue, Written};

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
        assert!(error.problem.contains("another writer may have set it"), "{error}");
    }
}
