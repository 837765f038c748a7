//! The scroll position of a dialog that is only looked at, and whether a dialog stays.

use std::cell::Cell;
use std::ops::Range;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::Ctx;

/// Whether a dialog stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It takes the next key too.
    Stay,
    /// It goes away.
    Close,
}

/// Whether a key closes a dialog: a key bound to closing, or the key that opens the dialog, in its context.
pub(super) fn closes(
    key: &KeyEvent,
    action: Option<Action>,
    opens: (Context, Action),
    ctx: &Ctx<'_>,
) -> bool {
    matches!(action, Some(Action::Close | Action::Back | Action::Cancel))
        || ctx.keymap.lookup(opens.0, key) == Some(opens.1)
}

/// The scroll position of something that is laid out only when it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    scroll: Cell<usize>,
    /// The last row that it can be scrolled to, as measured when it was last drawn.
    last: Cell<usize>,
}

impl Overlay {
    /// Scrolls by this number of rows, down if positive, within the text.
    pub fn scroll_by(&mut self, rows: isize) {
        self.scroll.set(self.scroll.get().saturating_add_signed(rows).min(self.last.get()));
    }

    /// The first row to draw of `rows`, of which `height` have room; the last page stays full.
    pub fn first(&self, rows: usize, height: usize) -> usize {
        self.last.set(rows.saturating_sub(height));
        self.scroll.get().min(self.last.get())
    }

    /// Scrolls no further than to have these rows among the `height` that have room.
    pub fn show(&self, rows: Range<usize>, height: usize) {
        let least = rows.end.saturating_sub(height).min(rows.start);
        self.scroll.set(self.scroll.get().clamp(least, rows.start));
    }

    /// Whether there are more rows than have room.
    pub fn is_long(&self) -> bool {
        self.last.get() > 0
    }

    /// Does an action that is the same in all dialogs that are only looked at.
    pub fn act(&mut self, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        let page = ctx.layout().body.inner().height.saturating_sub(2).max(1);
        let page = isize::try_from(page).unwrap_or(1);
        match action {
            Some(Action::Close | Action::Back | Action::Cancel) => {
                return Then::Close;
            }
            Some(Action::Up) => self.scroll_by(-1),
            Some(Action::Down) => self.scroll_by(1),
            Some(Action::PageUp) => self.scroll_by(-page),
            Some(Action::PageDown) => self.scroll_by(page),
            Some(Action::Home) => self.scroll_by(isize::MIN),
            Some(Action::End) => self.scroll_by(isize::MAX),
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }
}
