//! What all dialogs have in common.

use std::any::Any;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::App;
use super::super::ctx::Ctx;
use super::super::list::{Cursor, Move};
use super::list::Listing;
use super::overlay::{Overlay, Then};

/// Rows that a cursor goes through.
#[derive(Debug)]
pub struct CursorRows<'a> {
    /// The cursor.
    pub cursor: &'a mut Cursor,
    /// How many rows there are.
    pub len: usize,
    /// How many of them are shown.
    pub height: usize,
}

impl CursorRows<'_> {
    /// Moves the cursor.
    pub(super) fn go(self, to: Move) {
        self.cursor.go(to, self.len, self.height);
    }
}

/// A dialog: takes keys, text and the wheel while it is the topmost.
pub trait Dialog: Any {
    /// The table of the keymap that its keys are in.
    fn context(&self) -> Context;

    /// What it shows, of a dialog that is a list of rows.
    fn listing(&self) -> Option<Listing<'_>> {
        None
    }

    /// It was opened by its key.
    fn opened(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Takes what it shows as that is now, after each event.
    fn look(&mut self, _app: &App) {}

    /// What is scrolled, of a dialog that is only looked at.
    fn overlay(&mut self) -> Option<&mut Overlay> {
        None
    }

    /// The rows that keys, clicks and the wheel go through, of a dialog with a cursor in rows.
    fn cursor_rows(&mut self, _ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        None
    }

    /// Moves the cursor, if that is what an action does; tells whether it is.
    fn moves(&mut self, action: Option<Action>, ctx: &Ctx<'_>) -> bool {
        let to = action.and_then(Move::of);
        to.zip(self.cursor_rows(ctx)).is_some_and(|(to, rows)| {
            rows.go(to);
            true
        })
    }

    /// Takes a key, and what it is bound to.
    fn key(&mut self, _key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        self.overlay().map_or(Then::Stay, |overlay| overlay.act(action, ctx))
    }

    /// Whether an action does something now, for the footer.
    fn allows(&self, _action: Action) -> bool {
        true
    }

    /// Takes pasted text.
    fn paste(&mut self, _text: &str, _ctx: &mut Ctx<'_>) {}

    /// Puts the cursor on a row that was clicked, by its number, of a dialog that has one.
    fn choose(&mut self, row: usize, ctx: &mut Ctx<'_>) {
        if let Some(rows) = self.cursor_rows(ctx) {
            rows.go(Move::To(row));
        }
    }

    /// Takes steps of the wheel, in rows, down if positive.
    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        if let Some(through) = self.cursor_rows(ctx) {
            through.cursor.scroll(rows, through.len, through.height);
        } else if let Some(overlay) = self.overlay() {
            overlay.scroll_by(rows);
        }
    }

    /// The terminal has another size.
    fn resize(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(rows) = self.cursor_rows(ctx) {
            rows.go(Move::By(0));
        }
    }

    /// It has gone away: nothing more is read for it.
    fn closed(&mut self, _ctx: &mut Ctx<'_>) {}
}

impl<T: Dialog> Dialog for Box<T> {
    fn context(&self) -> Context {
        (**self).context()
    }

    fn listing(&self) -> Option<Listing<'_>> {
        (**self).listing()
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        (**self).opened(ctx);
    }

    fn look(&mut self, app: &App) {
        (**self).look(app);
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        (**self).overlay()
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        (**self).cursor_rows(ctx)
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        (**self).key(key, action, ctx)
    }

    fn allows(&self, action: Action) -> bool {
        (**self).allows(action)
    }

    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        (**self).paste(text, ctx);
    }

    fn choose(&mut self, row: usize, ctx: &mut Ctx<'_>) {
        (**self).choose(row, ctx);
    }

    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        (**self).wheel(rows, ctx);
    }

    fn resize(&mut self, ctx: &mut Ctx<'_>) {
        (**self).resize(ctx);
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        (**self).closed(ctx);
    }
}
