//! What is known of a store or a record.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::Ctx;
use super::super::facts::Facts;
use super::dialog::{Dialog, Overlay, Then};

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
        Context::Help
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        self.overlay.act(action, ctx)
    }

    fn wheel(&mut self, rows: isize, _: &mut Ctx<'_>) {
        self.overlay.scroll_by(rows);
    }
}
