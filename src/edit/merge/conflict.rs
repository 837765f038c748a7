//! A place that both changed, and what is chosen for it.

use std::fmt;

use bytes::Bytes;

/// A place that both sides changed, and not alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where it is: `$.price`, `line 12`, `the content type`.
    pub at: String,
    /// What was read there; `None` if there was nothing.
    pub base: Option<Bytes>,
    /// What was typed; `None` if it was removed.
    pub mine: Option<Bytes>,
    /// What someone else wrote; `None` if it was removed.
    pub theirs: Option<Bytes>,
}

impl Conflict {
    pub(super) fn new(at: String, [base, mine, theirs]: [Option<Bytes>; 3]) -> Self {
        Self { at, base, mine, theirs }
    }
}

/// What is to stand where both sides changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// What was typed.
    Mine,
    /// What someone else wrote.
    Theirs,
    /// This.
    Edited(Bytes),
}

/// Why a merge has no outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// Nothing is chosen for the conflict of this number.
    Undecided(usize),
    /// What was typed for a conflict is no text.
    NotText,
    /// What was typed for a conflict cannot be stored.
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

/// What is chosen for a conflict; what is not is left as someone else wrote it.
pub(super) fn chosen(choices: &[Choice], at: usize) -> &Choice {
    choices.get(at).unwrap_or(&Choice::Theirs)
}
