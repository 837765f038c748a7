//! A sentence about what just happened, in the footer until the next key.
//!
//! There is room for one; that a write failed is not replaced by what comes after it.

use crate::model::Error;

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
    /// Whether it stays until a key is pressed, whatever else there is to tell.
    pub lasting: bool,
}

impl Notice {
    /// Something is under way or worth knowing.
    pub fn info(text: impl Into<String>) -> Self {
        Self { tone: Tone::Info, text: text.into(), lasting: false }
    }

    /// Something was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { tone: Tone::Done, text: text.into(), lasting: false }
    }

    /// Something needs care.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { tone: Tone::Warning, text: text.into(), lasting: false }
    }

    /// Something failed.
    pub fn failure(text: impl Into<String>) -> Self {
        Self { tone: Tone::Failure, text: text.into(), lasting: false }
    }

    /// The same, until the user has seen it.
    #[must_use]
    pub fn lasting(self) -> Self {
        Self { lasting: true, ..self }
    }
}

/// Tells of something that no key has just asked for. Where a failure stands that lasts, another
/// one comes beside it, and everything else is left out.
pub(super) fn tell(told: &mut Option<Notice>, notice: Notice) {
    match told {
        Some(old) if old.lasting && !notice.lasting => {}
        Some(old) if old.lasting && old.text.contains(&notice.text) => {}
        Some(old) if old.lasting => {
            old.text.push_str(" · ");
            old.text.push_str(&notice.text);
        }
        _ => *told = Some(notice),
    }
}

/// Takes back a notice of something that is over.
pub(super) fn untell(told: &mut Option<Notice>) {
    if told.as_ref().is_some_and(|notice| !notice.lasting) {
        *told = None;
    }
}

impl From<&Error> for Notice {
    fn from(error: &Error) -> Self {
        Self::failure(error.to_string())
    }
}
