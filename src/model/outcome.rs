//! What became of a write whose answer was lost, and the words for it.

use super::{Error, ErrorKind, Expected, Write, Written};

/// What became of a write whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It was made, and did this.
    Applied(Written),
    /// Things are as it was to make them. Whether it did, or another writer, cannot be told.
    There(Written),
    /// It had nothing to do or was refused: what its answer said.
    Refused(Error),
    /// It was not made, and what was sent of it cannot run any more.
    NotApplied,
    /// It was not made so far; what was sent of it may still arrive.
    NotSoFar,
    /// Of a long list of records, some are deleted and others not.
    Partly {
        /// How many are gone.
        gone: u64,
        /// How many were to go.
        all: u64,
        /// Whether what was sent may still arrive.
        pending: bool,
    },
    /// Someone else has written meanwhile, or what was there before is not known.
    Unclear,
}

impl WriteOutcome {
    /// The outcome of what is not there, by whether it can still come.
    pub(crate) fn not_made(closed: bool) -> Self {
        if closed { Self::NotApplied } else { Self::NotSoFar }
    }

    /// The outcome of what would be refused now, by whether it can still come.
    pub(crate) fn refused(error: Error, closed: bool) -> Self {
        if closed { Self::Refused(error) } else { Self::NotSoFar }
    }

    /// What the write did, if it is as good as done. A writer that wants to be the first wants to
    /// know that it was.
    pub fn done(&self, write: &Write) -> Option<&Written> {
        match self {
            Self::Applied(written) => Some(written),
            Self::There(written) if !wants_to_be_first(write) => Some(written),
            _ => None,
        }
    }

    /// The state, then what to do about it.
    pub fn told(&self, write: &Write) -> (String, &'static str) {
        let (state, remedy) = match self {
            Self::Applied(_) => return ("the answer was lost, but the write was made".into(), ""),
            Self::There(_) if wants_to_be_first(write) => (
                "a record with this value is there now, but another writer may have set it".into(),
                LOOK,
            ),
            Self::There(_) => (as_wanted(write).to_owned(), ""),
            Self::Refused(error) => return (error.problem.clone(), ""),
            Self::NotApplied => ("the write was not made".to_owned(), "try again"),
            Self::NotSoFar => {
                ("the write was not made so far, but it may still come".to_owned(), LOOK)
            }
            Self::Partly { gone, all, pending: false } => {
                (format!("{gone} of {all} records are deleted"), "delete the others again")
            }
            Self::Partly { gone, all, pending: true } => {
                (format!("{gone} of {all} records are deleted so far, but more may still go"), LOOK)
            }
            Self::Unclear => ("whether the write was made is not known".to_owned(), LOOK),
        };
        (format!("the answer was lost: {state}"), remedy)
    }

    /// The same as an error, where the write is not as good as done.
    pub fn error(&self, write: &Write) -> Error {
        if let Self::Refused(error) = self {
            return error.clone();
        }
        let kind = match self {
            Self::NotApplied | Self::Partly { pending: false, .. } => ErrorKind::Connection,
            _ => ErrorKind::InDoubt,
        };
        let (problem, remedy) = self.told(write);
        Error::new(kind, problem).hint(remedy)
    }
}

const LOOK: &str = "look before you repeat it";

fn wants_to_be_first(write: &Write) -> bool {
    matches!(write, Write::Set(set) if set.expected == Expected::Absent)
}

fn as_wanted(write: &Write) -> &'static str {
    match write {
        Write::Create(_) => "the store is there",
        Write::Set(_) => "the record has this value now",
        Write::Delete { keys, .. } if keys.len() == 1 => "the record is gone",
        Write::Delete { .. } => "the records are gone",
        Write::Purge(_) => "the store is empty",
        Write::Drop(_) => "the store is gone",
        Write::Repair(_) => "the metadata is as it was planned",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Key, SetValue};

    fn set(expected: Expected) -> Write {
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
        let write = set(Expected::Anything);
        let written = Written { records: 1, ..Written::default() };
        for (outcome, kind) in [
            (WriteOutcome::NotApplied, ErrorKind::Connection),
            (WriteOutcome::NotSoFar, ErrorKind::InDoubt),
            (WriteOutcome::Unclear, ErrorKind::InDoubt),
            (WriteOutcome::Partly { gone: 1, all: 2, pending: false }, ErrorKind::Connection),
            (WriteOutcome::Partly { gone: 1, all: 2, pending: true }, ErrorKind::InDoubt),
        ] {
            assert_eq!(outcome.done(&write), None);
            assert_eq!(outcome.error(&write).kind, kind, "{outcome:?}");
            assert_ne!(outcome.error(&write).remedy(), "", "{outcome:?}");
        }
        assert!(WriteOutcome::Applied(written.clone()).done(&write).is_some());
        assert!(WriteOutcome::There(written).done(&write).is_some());
    }

    #[test]
    fn who_wants_to_be_first_is_not_told_that_he_was_where_another_may_have_been() {
        let there = WriteOutcome::There(Written { records: 1, ..Written::default() });
        let write = set(Expected::Absent);
        assert_eq!(there.done(&write), None);
        let error = there.error(&write);
        assert_eq!(error.kind, ErrorKind::InDoubt);
        assert!(error.problem.contains("another writer may have set it"), "{error}");
    }
}
