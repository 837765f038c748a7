//! The facts about a store or a record, to be looked at.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};

use super::super::ctx::Ctx;
use super::super::facts::Facts;
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
    /// The scroll position.
    pub overlay: Overlay,
}

impl Details {
    /// The details of something, with these facts.
    pub fn new(title: &str, facts: Facts) -> Self {
        let (title, below, overlay) = (title.to_owned(), Vec::new(), Overlay::default());
        Self { title, facts, place: None, below, overlay }
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
        Context::Overlay
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
        self.overlay.act(action, ctx)
    }
}
