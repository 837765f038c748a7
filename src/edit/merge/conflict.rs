//! A place that both sides changed, and the choice for it.

use std::fmt;

use bytes::Bytes;

/// A place that both sides changed, in different ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Name of the place: `$.price`, `line 12`, `the content type`.
    pub at: String,
    /// The old text; `None` if there was nothing.
    pub base: Option<Bytes>,
    /// The typed text; `None` if it was removed.
    pub mine: Option<Bytes>,
    /// The text that someone else wrote; `None` if it was removed.
    pub theirs: Option<Bytes>,
}

impl Conflict {
    pub(super) fn new(at: String, [base, mine, theirs]: [Option<Bytes>; 3]) -> Self {
        Self { at, base, mine, theirs }
    }
}

/// The choice for a place that both sides changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The typed text.
    Mine,
    /// The text that someone else wrote.
    Theirs,
    /// This text.
    Edited(Bytes),
}

/// Why a merge has no outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// The conflict of this number has no choice.
    Undecided(usize),
    /// The input for a conflict is not text.
    NotText,
    /// The text that was typed for a conflict cannot be stored.
    Fault(String),
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecided(at) => write!(f, "conflict {} is not decided", at + 1),
            Self::NotText => f.write_str("what was typed is not text"),
            Self::Fault(why) => f.write_str(why),
        }
    }
}

/// The choice for a conflict; without one, the text that someone else wrote.
pub(super) fn chosen(choices: &[Choice], at: usize) -> &Choice {
    choices.get(at).unwrap_or(&Choice::Theirs)
}
