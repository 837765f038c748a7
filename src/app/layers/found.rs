//! The values that a path through JSON leads to: these alone, each with its place.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::preview::Preview;
use crate::preview::json::PathFinds;
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::event::{Effect, Slot};
use super::super::list::Cursor;
use super::super::notice::Notice;
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Look, Place, Row};
use super::overlay::{Then, closes};

/// Limit on what is shown of a value, in bytes.
const SEEN: usize = 200;

/// Values that a path leads to.
#[derive(Debug, Clone)]
pub struct PathDialog {
    /// The path as it was typed.
    path: String,
    /// The JSON that the path leads through.
    shown: Arc<Preview>,
    /// The values that were found, each also as it is spelled; none until they are found.
    finds: Option<(PathFinds, Vec<String>)>,
    /// The cursor among the values.
    cursor: Cursor,
}

impl PathDialog {
    /// The dialog of a path that is being looked for.
    pub(in crate::app) fn new(path: String, shown: Arc<Preview>) -> Self {
        Self { path, shown, finds: None, cursor: Cursor::default() }
    }

    /// Takes the values that were found.
    pub(in crate::app) fn take(&mut self, finds: PathFinds) {
        let spelled = |at: &std::ops::Range<usize>| {
            let value = &self.shown.shown()[at.clone()];
            let part = String::from_utf8_lossy(&value[..value.len().min(SEEN)]);
            let words: Vec<&str> = part.split_whitespace().collect();
            let more = if value.len() > SEEN { "…" } else { "" };
            words.join(" ") + more
        };
        let words = finds.values.iter().map(|value| spelled(&value.at)).collect();
        self.finds = Some((finds, words));
    }

    fn len(&self) -> usize {
        self.finds.as_ref().map_or(0, |(finds, _)| finds.values.len())
    }

    /// The path, and the number of values that it leads to.
    fn title(&self) -> String {
        let Some((finds, _)) = &self.finds else { return self.path.clone() };
        let (kept, total) = (finds.values.len() as u64, finds.total);
        let first =
            if kept < total { format!(", the first {}", text::count(kept)) } else { String::new() };
        let deep = if finds.too_deep { ", not the deepest" } else { "" };
        format!("{} · {}{first}{deep}", self.path, text::plural(total, "value"))
    }

    /// The place of the value under the cursor, in bytes.
    fn at(&self) -> Option<std::ops::Range<usize>> {
        let (finds, _) = self.finds.as_ref()?;
        finds.values.get(self.cursor.at).map(|value| value.at.clone())
    }
}

impl Dialog for PathDialog {
    fn context(&self) -> Context {
        Context::Found
    }

    fn listing(&self) -> Option<Listing<'_>> {
        let rows = self.finds.iter().flat_map(|(finds, words)| {
            finds.values.iter().zip(words).map(|(value, words)| Row {
                at: None,
                text: words.as_str().into(),
                state: value.path.as_str().into(),
                look: Look::Plain,
            })
        });
        Some(Listing {
            title: self.title().into(),
            width: 100,
            heads: None,
            none: if self.finds.is_some() { "Nothing is there." } else { "looking…" },
            rows: rows.collect(),
            place: Place::Cursor(self.cursor),
            keys: vec![(Action::Open, "go there"), (Action::Close, "close")],
            why: None,
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.len(), ctx.layout().dialog_rows());
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if closes(&key, action, (Context::Record, Action::FindPath), ctx) {
            return Then::Close;
        }
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match action {
            Some(Action::Open) => {
                let Some((finds, _)) = &self.finds else { return Then::Stay };
                if finds.values.is_empty() {
                    return Then::Stay;
                }
                let mut matches = self.shown.lit(finds);
                matches.set_current(Some(self.cursor.at));
                let go = (Arc::clone(&self.shown), self.path.clone(), matches);
                ctx.request(Request::GoToFound(Box::new(go)));
                return Then::Close;
            }
            Some(Action::CopyPath) => {
                if let Some((finds, _)) = &self.finds
                    && let Some(value) = finds.values.get(self.cursor.at)
                {
                    if value.is_whole {
                        let bytes = value.path.clone().into();
                        ctx.effect(Effect::Copy { what: "path", bytes });
                    } else {
                        ctx.say(Notice::info("path too long to be copied here"));
                    }
                }
            }
            Some(Action::CopyValue) => {
                if let Some(at) = self.at() {
                    let bytes = self.shown.shown().slice(at);
                    ctx.effect(Effect::Copy { what: "value", bytes });
                }
            }
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        let on_value = matches!(action, Action::Open | Action::CopyPath | Action::CopyValue);
        !on_value || self.len() > 0
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Path);
    }
}
