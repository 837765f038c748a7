//! The facts about a store or a record, to be looked at and copied.

use std::cell::Cell;

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::Ctx;
use super::super::event::Effect;
use super::super::facts::Facts;
use super::super::list::{Cursor, Move};
use super::super::notice::Notice;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then, closes};

/// Contexts in which a key opens the details.
const OPENED_IN: [Context; 4] = [Context::Stores, Context::Keys, Context::Record, Context::Crawl];

/// Facts in two columns, in parts that are each about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What the facts are about.
    pub title: String,
    /// Name and value; values may hold hostile text.
    pub facts: Facts,
    /// Where the thing is stored, and the name of that place: a file of this machine or a URL. Nothing that
    /// is stored contains it.
    pub place: Option<(&'static str, String)>,
    /// Further parts, each with its head; a part without a head goes on with facts about several things.
    pub below: Vec<(&'static str, Facts)>,
    /// Facts that are copied otherwise than they are shown: the bytes of a name, a time without its age.
    pub exact: Vec<(&'static str, Bytes)>,
    /// The scroll position.
    pub overlay: Overlay,
    cursor: Cursor,
    /// Whether the cursor has moved since the facts were last drawn.
    moved: Cell<bool>,
}

impl Details {
    /// The details of something, with these facts.
    pub fn new(title: &str, facts: Facts) -> Self {
        Self {
            title: title.to_owned(),
            facts,
            place: None,
            below: Vec::new(),
            exact: Vec::new(),
            overlay: Overlay::default(),
            cursor: Cursor::default(),
            moved: Cell::new(false),
        }
    }

    /// The number of the fact under the cursor, of all parts together.
    pub fn at(&self) -> usize {
        self.cursor.at
    }

    /// Whether the fact under the cursor is to be scrolled to; that is asked for once.
    pub fn is_to_be_shown(&self) -> bool {
        self.moved.take()
    }

    /// All facts in the order in which they are shown.
    fn all(&self) -> impl Iterator<Item = &(&'static str, String)> {
        let below = self.below.iter().flat_map(|(_, facts)| facts);
        self.facts.iter().chain(&self.place).chain(below)
    }

    /// The name of the fact under the cursor, and what is copied of it.
    fn to_copy(&self) -> Option<(&'static str, Bytes)> {
        let (name, shown) = self.all().nth(self.cursor.at)?;
        let exact = self.exact.iter().find(|(exact, _)| exact == name).map(|(_, bytes)| bytes);
        let bytes = exact.cloned().unwrap_or_else(|| Bytes::from(shown.clone().into_bytes()));
        Some((if name.is_empty() { "line" } else { name }, bytes))
    }

    fn go(&mut self, to: Move, height: usize) {
        let len = self.all().count();
        self.cursor.go(to, len, height);
        self.moved.set(true);
    }

    /// Adds a part below, if there is something in it.
    #[must_use]
    pub fn part(mut self, head: &'static str, facts: Facts) -> Self {
        if !facts.is_empty() {
            self.below.push((head, facts));
        }
        self
    }

    /// Leaves room for the place, which is being looked for.
    #[must_use]
    pub(in crate::app) fn awaiting(mut self, name: &'static str) -> Self {
        self.place = Some((name, "…".to_owned()));
        self
    }

    /// Takes the place, if it is known.
    pub(in crate::app) fn placed(&mut self, place: Option<String>) {
        self.place = self.place.take().and_then(|(name, _)| Some((name, place?)));
    }
}

impl Dialog for Details {
    fn context(&self) -> Context {
        Context::Details
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if OPENED_IN
            .into_iter()
            .any(|context| closes(&key, action, (context, Action::Details), ctx))
        {
            return Then::Close;
        }
        if let Some(to) = action.and_then(Move::of) {
            self.go(to, ctx.layout().dialog_rows());
            return Then::Stay;
        }
        match action {
            Some(Action::CopyValue) => match self.to_copy() {
                Some((what, bytes)) => ctx.effect(Effect::Copy { what, bytes }),
                None => ctx.say(Notice::info("there is nothing to copy")),
            },
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        action != Action::CopyValue || self.to_copy().is_some()
    }

    fn choose(&mut self, row: usize, _: &mut Ctx<'_>) {
        self.go(Move::To(row), 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_of_a_fact_is_what_is_stored_and_not_how_it_is_shown() {
        let fact = |name, value: &str| (name, value.to_owned());
        let mut details = Details::new("Record", vec![fact("key", "a␊b"), fact("size", "5 bytes")])
            .part("Store", vec![fact("modified_at", "2026-11-30 UTC · 5 s ago")]);
        details.place = Some(fact("url", "file:///x"));
        details.exact = vec![
            ("key", Bytes::from_static(b"a\nb")),
            ("modified_at", Bytes::from_static(b"2026-11-30T00:00:00+00:00")),
        ];
        let mut copied = Vec::new();
        for _ in 0..5 {
            copied.push(details.to_copy().unwrap());
            details.go(Move::By(1), 1);
        }
        let expected: [(&str, &[u8]); 4] = [
            ("key", b"a\nb"),
            ("size", b"5 bytes"),
            ("url", b"file:///x"),
            ("modified_at", b"2026-11-30T00:00:00+00:00"),
        ];
        for ((name, bytes), found) in expected.into_iter().chain([expected[3]]).zip(copied) {
            assert_eq!(found, (name, Bytes::from_static(bytes)));
        }
        assert!(details.is_to_be_shown() && !details.is_to_be_shown());
        details.go(Move::Pages(-1), 10);
        assert_eq!(details.at(), 0);
        assert!(Details::new("Store", Vec::new()).to_copy().is_none());
    }
}
