//! The list of staged edits, which are saved together.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::list::Cursor;
use super::super::question::{Confirm, Confirmed};
use super::super::staged::StagedEdit;
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Look, Place, Row};
use super::overlay::Then;

/// Width below which a row has little room, in columns.
const NARROW: u16 = 60;

/// The staged edits, and the one under the cursor.
#[derive(Debug, Clone, Default)]
pub struct Staged {
    /// The edits as they are now, the oldest first.
    pub edits: Vec<StagedEdit>,
    /// The cursor among the edits.
    pub cursor: Cursor,
    /// Whether the edits are being saved.
    saving: bool,
    /// Whether there is little room for a row.
    narrow: bool,
}

impl Staged {
    fn row<'a>(&self, edit: &'a StagedEdit) -> Row<'a> {
        let since = if self.saving { None } else { edit.since() };
        let look = if since.is_some() { Look::Warning } else { Look::Plain };
        let key = edit.set.key.named();
        if self.narrow {
            let state = since.map_or_else(|| edit.sizes(), str::to_owned);
            return Row { text: key.into(), state: state.into(), look, ..Row::default() };
        }
        let text = format!("{key} in {}", edit.set.store.escaped());
        let merged = edit.is_merged().then_some("merged with a change");
        let since = since.or(merged).map_or(String::new(), |since| format!("{since} · "));
        let state = format!("{since}{} · {}", edit.kind(), edit.sizes());
        Row { text: text.into(), state: state.into(), look, ..Row::default() }
    }
}

impl Dialog for Staged {
    fn context(&self) -> Context {
        Context::Staged
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        ctx.request(Request::LookAtStaged);
    }

    fn look(&mut self, app: &App) {
        let held = self.edits.get(self.cursor.at).map(|edit| edit.id.clone());
        self.edits = app.staged.edits().to_vec();
        self.saving = app.staged.saving.is_some();
        let layout = app.layout();
        self.narrow = layout.body.width < NARROW;
        let at = held.and_then(|held| self.edits.iter().position(|edit| edit.id == held));
        self.cursor.hold(at.unwrap_or(self.cursor.at), self.edits.len(), layout.dialog_rows());
    }

    fn listing(&self) -> Option<Listing<'_>> {
        let keys = [
            (Action::Delete, "discard"),
            (Action::Edit, "edit"),
            (Action::Open, "show"),
            (Action::Save, "save all"),
        ];
        Some(Listing {
            title: "Staged edits, not saved".into(),
            width: 100,
            heads: None,
            none: "No edit is staged.",
            rows: self.edits.iter().map(|edit| self.row(edit)).collect(),
            place: Place::Cursor(self.cursor),
            keys: keys.into_iter().filter(|(action, _)| self.allows(*action)).collect(),
            why: self.saving.then(|| "being saved".into()),
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.edits.len(), ctx.layout().dialog_rows());
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match (action, self.edits.get(self.cursor.at)) {
            // All changes are shown before they are saved.
            (Some(Action::Save), Some(edit)) if ctx.settings.review_saves => {
                ctx.request(Request::ShowStaged(edit.id.clone()));
            }
            (Some(Action::Save), _) => ctx.request(Request::SaveStaged),
            (Some(Action::Open), Some(edit)) => ctx.request(Request::ShowStaged(edit.id.clone())),
            (Some(Action::Edit), Some(edit)) => ctx.request(Request::EditStaged(edit.id.clone())),
            (Some(Action::Delete), Some(edit)) => {
                let confirmed = Confirmed::DropStaged(edit.id.clone());
                let asked = Confirm::new("Discard the edit", "discard", confirmed)
                    .line(edit.set.key.named())
                    .line("What was typed is lost; the record stays.");
                ctx.request(Request::Ask(Box::new(asked)));
            }
            (Some(Action::Refresh), _) => ctx.request(Request::LookAtStaged),
            (Some(Action::Close | Action::Back | Action::Cancel), _) => return Then::Close,
            (other, _) => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::Save | Action::Open | Action::Edit | Action::Delete => {
                !self.saving && !self.edits.is_empty()
            }
            _ => true,
        }
    }
}
