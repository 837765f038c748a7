//! The list of targets.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::{Ctx, Request};
use super::super::list::{Cursor, Move};
use super::dialog::Dialog;
use super::overlay::Then;

/// The targets, and the one under the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Targets {
    /// The cursor among [`Settings::targets`](crate::app::Settings::targets).
    pub cursor: Cursor,
}

impl Targets {
    fn go(&mut self, to: Move, ctx: &Ctx<'_>) {
        self.cursor.go(to, ctx.settings.targets.len(), ctx.layout().targets_height());
    }
}

impl Dialog for Targets {
    fn context(&self) -> Context {
        Context::Targets
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        self.go(Move::To(ctx.settings.target), ctx);
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if let Some(to) = action.and_then(Move::of) {
            self.go(to, ctx);
            return Then::Stay;
        }
        match action {
            Some(Action::Accept) => {
                ctx.request(Request::Switch(self.cursor.at));
                Then::Close
            }
            Some(Action::Close | Action::Back | Action::Cancel) => Then::Close,
            other => {
                ctx.common(other);
                Then::Stay
            }
        }
    }

    fn choose(&mut self, row: usize, ctx: &mut Ctx<'_>) {
        self.go(Move::To(row), ctx);
    }

    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        let (len, height) = (ctx.settings.targets.len(), ctx.layout().targets_height());
        self.cursor.scroll(rows, len, height);
    }

    fn resize(&mut self, ctx: &mut Ctx<'_>) {
        self.go(Move::By(0), ctx);
    }
}
