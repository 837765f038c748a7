//! The records and bytes of each content type, while the user looks at them; a row leads to its records.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::index::{Filter, Index};
use crate::keymap::{Action, Context};
use crate::model::ContentType;

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::list::Cursor;
use super::super::load::Compute;
use super::super::question::PromptKind;
use super::dialog::{CursorRows, Dialog};
use super::overlay::{Then, closes};

/// Rows of the screen that the list does not have: two borders, the header and the sum.
const FRAME: u16 = 4;

/// The totals of the open store.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// The cursor among the content types.
    pub cursor: Cursor,
    /// Content types with their number of records and of bytes, the most bytes first; `None` until counted.
    pub rows: Option<Vec<(ContentType, u64, u64)>>,
    /// Whether the records are being counted.
    counting: bool,
    /// Whether the index has changed since the count began.
    outdated: bool,
}

impl Totals {
    /// Counts again; while a count is under way, once that has ended.
    pub(in crate::app) fn count(&mut self, index: &Arc<Index>, ctx: &mut Ctx<'_>) {
        if self.counting {
            self.outdated = true;
            return;
        }
        self.counting = true;
        self.outdated = false;
        ctx.read(Slot::Totals, Compute::Totals(Arc::clone(index)));
    }

    /// Takes a count, and counts again if the index has changed since.
    pub(in crate::app) fn counted(
        &mut self,
        rows: Vec<(ContentType, u64, u64)>,
        index: &Arc<Index>,
        ctx: &mut Ctx<'_>,
    ) {
        let held = self.current().cloned();
        let at = rows.iter().position(|(name, ..)| Some(name) == held.as_ref());
        let (at, len) = (at.unwrap_or(self.cursor.at), rows.len());
        self.rows = Some(rows);
        self.cursor.hold(at, len, Self::height(ctx));
        self.counting = false;
        if self.outdated {
            self.count(index, ctx);
        }
    }
}

impl Totals {
    /// The content type under the cursor.
    fn current(&self) -> Option<&ContentType> {
        self.rows.as_ref()?.get(self.cursor.at).map(|(name, ..)| name)
    }

    /// Number of content types that are shown at once.
    fn height(ctx: &Ctx<'_>) -> usize {
        usize::from(ctx.layout().body.height.saturating_sub(FRAME)).max(1)
    }
}

impl Dialog for Totals {
    fn context(&self) -> Context {
        Context::Totals
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.rows.as_ref().map_or(0, Vec::len), Self::height(ctx));
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if closes(&key, action, (Context::Keys, Action::Totals), ctx) {
            return Then::Close;
        }
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match action {
            Some(Action::Help) => ctx.request(Request::Help),
            Some(Action::Open) => {
                let Some(content_type) = self.current() else { return Then::Stay };
                let filter = format!("{}{}", Filter::EXACT_TYPE_SIGN, content_type.as_str());
                ctx.request(Request::Filter(PromptKind::FilterKeys, filter));
                return Then::Close;
            }
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        action != Action::Open || self.current().is_some()
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Totals);
    }
}
