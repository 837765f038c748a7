//! The entries of an archive, one of which is opened.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::preview::{EntryRow, Preview};
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::event::{Effect, Slot};
use super::super::list::{Cursor, Move};
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Look, Place, Row};
use super::overlay::{Then, closes};

/// The entries of an archive.
#[derive(Debug, Clone)]
pub struct EntriesDialog {
    /// The list in the value's place.
    shown: Arc<Preview>,
    /// The entries; none until they are read.
    rows: Option<Vec<EntryRow>>,
    /// The cursor among the entries.
    cursor: Cursor,
}

impl EntriesDialog {
    /// The dialog of an archive, whose entries are being read; the cursor will be on the one of this number.
    pub(in crate::app) fn new(shown: Arc<Preview>, at: usize) -> Self {
        Self { shown, rows: None, cursor: Cursor { at, ..Cursor::default() } }
    }

    /// Takes the entries.
    pub(in crate::app) fn take(&mut self, rows: Vec<EntryRow>, ctx: &Ctx<'_>) {
        self.rows = Some(rows);
        let at = self.cursor.at;
        if let Some(rows) = self.cursor_rows(ctx) {
            rows.go(Move::To(at));
        }
    }

    fn rows(&self) -> &[EntryRow] {
        self.rows.as_deref().unwrap_or_default()
    }

    fn current(&self) -> Option<&EntryRow> {
        self.rows().get(self.cursor.at)
    }

    fn title(&self) -> String {
        let Some(rows) = &self.rows else { return "Archive".to_owned() };
        let noun = if rows.len() == 1 { "entry" } else { "entries" };
        let first = if rows.len() < EntryRow::MOST { "" } else { "The first " };
        format!("{first}{} {noun}", text::count(rows.len() as u64))
    }
}

fn row(row: &EntryRow) -> Row<'_> {
    Row {
        at: None,
        text: row.name.as_str().into(),
        state: row.state.as_str().into(),
        look: if row.opens { Look::Plain } else { Look::Dim },
    }
}

impl Dialog for EntriesDialog {
    fn context(&self) -> Context {
        Context::Found
    }

    fn listing(&self) -> Option<Listing<'_>> {
        let keys =
            [(Action::CopyPath, "copy the name"), (Action::Open, "open"), (Action::Close, "close")];
        Some(Listing {
            title: self.title().into(),
            width: 100,
            heads: None,
            none: if self.rows.is_some() { "The archive is empty." } else { "reading…" },
            rows: self.rows().iter().map(row).collect(),
            place: Place::Cursor(self.cursor),
            keys: keys.into_iter().filter(|(action, _)| self.allows(*action)).collect(),
            why: None,
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.rows().len(), ctx.layout().dialog_rows());
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        // The key that opens the dialog also goes on from it, to an entry.
        if action != Some(Action::Open)
            && closes(&key, action, (Context::Record, Action::SelectValue), ctx)
        {
            return Then::Close;
        }
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match action {
            Some(Action::Open) => {
                let Some(row) = self.current() else { return Then::Stay };
                let opens = row.opens;
                let asked = (Arc::clone(&self.shown), row.at.clone());
                ctx.request(Request::OpenEntry(Box::new(asked)));
                // Of one that is not opened, the footer says why.
                return if opens { Then::Close } else { Then::Stay };
            }
            Some(Action::CopyPath) => {
                if let Some(row) = self.current() {
                    let bytes = row.at.name.clone();
                    ctx.effect(Effect::Copy { what: "name", bytes });
                }
            }
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::Open | Action::CopyPath => self.current().is_some(),
            Action::CopyValue => false,
            _ => true,
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Entries);
    }
}
