//! What all dialogs have in common.

use std::cell::Cell;

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

/// A dialog: takes keys, text and the wheel while it is the topmost.
pub trait Dialog {
    /// The table of the keymap that its keys are in.
    fn context(&self) -> Context;

    /// What is scrolled, of a dialog that is only looked at.
    fn overlay(&mut self) -> Option<&mut Overlay> {
        None
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

    /// Takes steps of the wheel, in rows, down if positive.
    fn wheel(&mut self, rows: isize, _ctx: &mut Ctx<'_>) {
        if let Some(overlay) = self.overlay() {
            overlay.scroll_by(rows);
        }
    }

    /// The terminal has another size.
    fn resize(&mut self, _ctx: &mut Ctx<'_>) {}

    /// It has gone away: nothing more is read for it.
    fn closed(&mut self, _ctx: &mut Ctx<'_>) {}
}

impl<T: Dialog> Dialog for Box<T> {
    fn context(&self) -> Context {
        (**self).context()
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        (**self).overlay()
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

/// How far something is scrolled that is laid out only when it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    scroll: usize,
    /// The last row it can be scrolled to, as measured when it was last drawn.
    last: Cell<usize>,
}

impl Overlay {
    /// Scrolls by rows, down if positive, within what there is.
    pub fn scroll_by(&mut self, rows: isize) {
        self.scroll = self.scroll.saturating_add_signed(rows).min(self.last.get());
    }

    /// The first row to draw of `rows`, of which `height` have room; the last page stays full.
    pub fn first(&self, rows: usize, height: usize) -> usize {
        self.last.set(rows.saturating_sub(height));
        self.scroll.min(self.last.get())
    }

    /// Whether there is more than has room.
    pub fn is_long(&self) -> bool {
        self.last.get() > 0
    }

    /// Does what a key is bound to in everything that is only looked at.
    pub fn act(&mut self, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        let page = ctx.layout().body.inner().height.saturating_sub(2).max(1);
        let page = isize::try_from(page).unwrap_or(1);
        match action {
            Some(Action::Close | Action::Back | Action::Help | Action::Cancel) => {
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
