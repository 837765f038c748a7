//! A sentence about what just happened, in the footer until the next key.

use crate::storage::Error;

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something is under way or worth knowing.
    Info,
    /// Something was done.
    Done,
    /// Something needs care.
    Warning,
    /// Something failed.
    Failure,
}

/// A sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence; may hold hostile text.
    pub text: String,
}

impl Notice {
    /// Something is under way or worth knowing.
    pub fn info(text: impl Into<String>) -> Self {
        Self { tone: Tone::Info, text: text.into() }
    }

    /// Something was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { tone: Tone::Done, text: text.into() }
    }

    /// Something needs care.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { tone: Tone::Warning, text: text.into() }
    }

    /// Something failed.
    pub fn failure(text: impl Into<String>) -> Self {
        Self { tone: Tone::Failure, text: text.into() }
    }
}

impl From<&Error> for Notice {
    fn from(error: &Error) -> Self {
        Self::failure(error.to_string())
    }
}
