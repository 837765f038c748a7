//! The changes of a save, before it is made.

use crossterm::event::KeyEvent;

use crate::edit::Diff;
use crate::keymap::{Action, Context};
use crate::model::{Comparison, SetValue};

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::notice::Notice;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// A save, and what it changes.
#[derive(Debug, Clone)]
pub struct Review {
    /// The save.
    pub set: SetValue,
    /// The changes; none until the values have been compared.
    pub diff: Option<Diff>,
    /// The place in the record of the edited value, if that is not the whole record.
    pub inside: Option<String>,
    /// What is to be said of the save.
    pub note: Option<String>,
    /// How the record is compared before it is written.
    pub comparison: Comparison,
    /// The scroll position.
    pub overlay: Overlay,
}

impl Review {
    /// The dialog of a save, whose difference is being looked for.
    pub fn new(set: SetValue, note: Option<String>, comparison: Comparison) -> Self {
        let overlay = Overlay::default();
        Self { set, diff: None, inside: None, note, comparison, overlay }
    }

    /// Takes the changes.
    pub(in crate::app) fn compared(&mut self, diff: Diff) {
        self.diff = Some(diff);
    }
}

impl Dialog for Review {
    fn context(&self) -> Context {
        Context::Review
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        match action {
            // Changes that are not shown yet cannot be agreed to.
            Some(Action::Accept) if self.diff.is_none() => {
                ctx.say(Notice::info("what is changed is being looked for"));
                Then::Stay
            }
            Some(Action::Accept) => {
                ctx.request(Request::Save(Box::new(self.set.clone())));
                Then::Close
            }
            Some(Action::Stage) => {
                ctx.request(Request::Stage(Box::new(self.set.clone())));
                Then::Close
            }
            Some(Action::Close) => {
                ctx.request(Request::EditFurther);
                Then::Close
            }
            action => self.overlay.act(action, ctx),
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Saving);
    }
}
