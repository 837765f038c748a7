//! What is known of a store or a record, to be looked at.

use crate::keymap::Context;

use super::super::facts::Facts;
use super::dialog::Dialog;
use super::overlay::Overlay;

/// Facts in two columns, in parts that are about one thing each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What they are about.
    pub title: String,
    /// Name and value; values may hold hostile text.
    pub facts: Facts,
    /// More parts, each with its head; a part without one goes on with what is not of one thing.
    pub below: Vec<(&'static str, Facts)>,
    /// How far they are scrolled.
    pub overlay: Overlay,
}

impl Details {
    /// Facts about something.
    pub fn new(title: &str, facts: Facts) -> Self {
        Self { title: title.to_owned(), facts, below: Vec::new(), overlay: Overlay::default() }
    }

    /// Adds a part below, if there is something in it.
    #[must_use]
    pub fn part(mut self, head: &'static str, facts: Facts) -> Self {
        if !facts.is_empty() {
            self.below.push((head, facts));
        }
        self
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
