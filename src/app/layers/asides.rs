//! What a larder that ended has left set aside: to be restored, discarded, or left.

use std::borrow::Cow;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::{Aside, AsideInfo, Timestamp};
use crate::text::{ago, plural};

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::list::Cursor;
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Look, Place, Row, below_heads};
use super::overlay::Then;

/// Width of the screen below which a row does not tell the number of records, in columns.
const NARROW: u16 = 60;

/// What is set aside, and the row under the cursor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asides {
    /// The asides, the oldest first, each with whether it is being restored or discarded.
    rows: Vec<(AsideInfo, bool)>,
    cursor: Cursor,
    now: Option<Timestamp>,
    may_write: bool,
    narrow: bool,
}

impl Asides {
    fn current(&self) -> Option<&AsideInfo> {
        self.rows.get(self.cursor.at).filter(|(_, busy)| !busy).map(|(info, _)| info)
    }

    fn row<'a>(&self, info: &'a AsideInfo, busy: bool) -> Row<'a> {
        let records = plural(info.records, "record");
        let store = info.aside.store().escaped();
        let done = match &info.aside {
            Aside::Records(_) => "purged",
            Aside::Store(_) => "dropped",
        };
        let text = if self.narrow {
            format!("{done} {store}")
        } else {
            format!("{done} {store} · {records}")
        };
        let state: Cow<'_, str> = match (info.expires_at, self.now) {
            _ if busy => "under way".into(),
            (Some(at), Some(now)) if at > now => {
                format!("{} left", ago(now.micros(), at.micros())).into()
            }
            _ => "".into(),
        };
        let look = if busy { Look::Dim } else { Look::Plain };
        Row { at: Some(info.at), text: text.into(), state, look }
    }
}

impl Dialog for Asides {
    fn context(&self) -> Context {
        Context::Asides
    }

    fn look(&mut self, app: &App) {
        let held = self.rows.get(self.cursor.at).map(|(info, _)| info.id.clone());
        let busy = |info: &AsideInfo| {
            let mut pending = app.writes.pending.values();
            pending.any(|pending| pending.plan.ends_aside() == Some(&info.id))
        };
        self.rows = app.asides.iter().map(|info| (info.clone(), busy(info))).collect();
        let at = self.rows.iter().position(|(info, _)| Some(&info.id) == held.as_ref());
        let height = below_heads(app.layout().dialog_rows());
        self.cursor.hold(at.unwrap_or(self.cursor.at), self.rows.len(), height);
        self.narrow = app.layout().body.width < NARROW;
        (self.now, self.may_write) = (Some(app.now), app.session.refused(&app.settings).is_none());
    }

    fn listing(&self) -> Option<Listing<'_>> {
        let keys = [
            (Action::Accept, "restore"),
            (Action::Delete, "discard"),
            (Action::Close, "leave them"),
        ];
        Some(Listing {
            title: "Left by a larder that ended".into(),
            width: 90,
            heads: Some(["When", "What", "Kept"]),
            none: "Nothing is left set aside.",
            rows: self.rows.iter().map(|(info, busy)| self.row(info, *busy)).collect(),
            place: Place::Cursor(self.cursor),
            keys: keys.into_iter().filter(|(action, _)| self.allows(*action)).collect(),
            why: None,
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.rows.len(), below_heads(ctx.layout().dialog_rows()));
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match (action, self.current()) {
            (Some(Action::Accept), Some(info)) => {
                ctx.request(Request::Restore(Box::new(info.clone())));
            }
            (Some(Action::Delete), Some(info)) => {
                ctx.request(Request::AskToDiscard(Box::new(info.clone())));
            }
            (Some(Action::Close | Action::Back | Action::Cancel), _) => {
                ctx.request(Request::LeaveAsides);
                return Then::Close;
            }
            (other, _) => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::Accept | Action::Delete => self.may_write && self.current().is_some(),
            _ => true,
        }
    }
}
