//! The list of targets.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::list::Cursor;
use super::dialog::{CursorRows, Dialog};
use super::overlay::Then;

/// The targets, and the one under the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Targets {
    /// The cursor among [`Settings::targets`](crate::app::Settings::targets).
    pub cursor: Cursor,
    /// The number of the target that is open.
    open: Option<usize>,
}

impl Dialog for Targets {
    fn context(&self) -> Context {
        Context::Targets
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        self.choose(ctx.settings.target, ctx);
    }

    fn look(&mut self, app: &App) {
        self.open = app.session.is_open().then_some(app.settings.target);
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (ctx.settings.targets.len(), ctx.layout().targets_height());
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.moves(action, ctx) {
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

    fn allows(&self, action: Action) -> bool {
        action != Action::Accept || self.open != Some(self.cursor.at)
    }
}
