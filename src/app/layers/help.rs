//! The keys, of the context one comes from first.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::Ctx;
use super::dialog::{Dialog, Overlay, Then};

/// The keys, and how far they are scrolled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Help {
    /// How far they are scrolled.
    pub overlay: Overlay,
}

impl Dialog for Help {
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
