//! What all dialogs have in common.

use std::any::Any;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::App;
use super::super::ctx::Ctx;
use super::super::list::{Cursor, Move};
use super::list::Listing;
use super::overlay::{Overlay, Then};

/// Rows that a cursor moves through.
#[derive(Debug)]
pub struct CursorRows<'a> {
    /// The cursor.
    pub cursor: &'a mut Cursor,
    /// Number of rows.
    pub len: usize,
    /// Number of rows that are shown.
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
    /// The table of the keymap that holds the dialog's keys.
    fn context(&self) -> Context;

    /// The rows to show, for a dialog that is a list of rows.
    fn listing(&self) -> Option<Listing<'_>> {
        None
    }

    /// Takes note that the dialog was opened by its key.
    fn opened(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Takes the state that the dialog shows, after each event.
    fn look(&mut self, _app: &App) {}

    /// The scroll position, for a dialog that is only looked at.
    fn overlay(&mut self) -> Option<&mut Overlay> {
        None
    }

    /// The rows that keys, clicks and the wheel move through, for a dialog with a cursor in rows.
    fn cursor_rows(&mut self, _ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        None
    }

    /// Moves the cursor, if the action is a move; tells whether it is.
    fn moves(&mut self, action: Option<Action>, ctx: &Ctx<'_>) -> bool {
        let to = action.and_then(Move::of);
        to.zip(self.cursor_rows(ctx)).is_some_and(|(to, rows)| {
            rows.go(to);
            true
        })
    }

    /// Takes a key and the action it is bound to.
    fn key(&mut self, _key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        self.overlay().map_or(Then::Stay, |overlay| overlay.act(action, ctx))
    }

    /// Whether an action does something now, for the footer.
    fn allows(&self, _action: Action) -> bool {
        true
    }

    /// Takes pasted text.
    fn paste(&mut self, _text: &str, _ctx: &mut Ctx<'_>) {}

    /// Puts the cursor on the row of this number, which was clicked, for a dialog with a cursor.
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

    /// Takes note that the terminal has another size.
    fn resize(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(rows) = self.cursor_rows(ctx) {
            rows.go(Move::By(0));
        }
    }

    /// Takes note that the dialog was closed: gives up what is being read for it.
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
