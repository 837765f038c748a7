//! What is known of a store or a record, to be looked at.

use crate::keymap::Context;

use super::super::facts::Facts;
use super::dialog::Dialog;
use super::overlay::Overlay;

/// Facts in two columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What they are about.
    pub title: String,
    /// Name and value; values may hold hostile text.
    pub facts: Facts,
    /// How far they are scrolled.
    pub overlay: Overlay,
}

impl Details {
    /// Facts about something.
    pub fn new(title: &str, facts: Facts) -> Self {
        Self { title: title.to_owned(), facts, overlay: Overlay::default() }
    }
}

impl Dialog for Details {
    fn context(&self) -> Context {
        Context::Overlay
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }
}
