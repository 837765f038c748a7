//! The versions of a record that were seen while it was open, and the difference between two of them.

use crossterm::event::KeyEvent;

use crate::edit::Diff;
use crate::keymap::{Action, Context};

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::record::{Version, Versions};
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// Two versions of a record, and the difference between them.
#[derive(Debug, Clone, Default)]
pub struct VersionsView {
    /// All versions that are kept, the oldest first.
    versions: Vec<Version>,
    /// The number of the version that is looked at; none for the last one.
    at: Option<u64>,
    /// The number of the version that it is compared with; none for the one before it.
    from: Option<u64>,
    /// The numbers of the compared versions, and their difference; none until it is known.
    diff: Option<([u64; 2], Box<Diff>)>,
    /// The scroll position.
    pub overlay: Overlay,
}

impl VersionsView {
    fn place(&self, number: u64) -> Option<usize> {
        self.versions.iter().position(|version| version.number == number)
    }

    /// The place of the version that is looked at.
    fn current(&self) -> usize {
        let last = self.versions.len().saturating_sub(1);
        self.at.map_or(last, |number| self.place(number).unwrap_or(0))
    }

    /// Whether the version that is looked at is the one from which others are compared.
    pub fn is_base(&self) -> bool {
        self.base() == Some(self.current())
    }

    /// The two versions that are compared, the older one first; none where there is only one.
    pub fn pair(&self) -> Option<[&Version; 2]> {
        let at = self.current();
        let from = match self.base() {
            Some(from) if from == at => return None,
            Some(from) => from,
            None => at.checked_sub(1)?,
        };
        Some([self.versions.get(from.min(at))?, self.versions.get(from.max(at))?])
    }

    /// The place of the version from which others are compared, if one was chosen.
    fn base(&self) -> Option<usize> {
        self.from.and_then(|number| self.place(number))
    }

    /// Places of the versions that are compared, from 1 and the older one first; none unless one was chosen.
    pub fn chosen(&self) -> Option<[usize; 2]> {
        let (from, at) = (self.base()?, self.current());
        (from != at).then(|| [from.min(at) + 1, from.max(at) + 1])
    }

    /// Place of the version that is looked at, from 1, and the number of versions.
    pub fn of(&self) -> (usize, usize) {
        (self.current() + 1, self.versions.len())
    }

    /// The version that is looked at.
    pub fn version(&self) -> Option<&Version> {
        self.versions.get(self.current())
    }

    /// The difference between the two versions, if it is known.
    pub fn diff(&self) -> Option<&Diff> {
        let pair = self.pair()?.map(|version| version.number);
        self.diff.as_ref().filter(|(of, _)| *of == pair).map(|(_, diff)| &**diff)
    }

    /// Takes the difference between two versions, if they are those that are looked at.
    pub(in crate::app) fn compared(&mut self, of: [u64; 2], diff: Diff) {
        if self.pair().is_some_and(|pair| pair.map(|version| version.number) == of) {
            self.diff = Some((of, Box::new(diff)));
        }
    }

    fn take(&mut self, versions: &Versions) {
        let same = versions.kept().len() == self.versions.len()
            && versions.kept().last().map(|last| last.number)
                == self.versions.last().map(|last| last.number);
        if !same {
            self.versions = versions.kept().cloned().collect();
        }
    }

    fn step(&mut self, by: isize, ctx: &mut Ctx<'_>) {
        let last = self.versions.len().saturating_sub(1);
        // The first version has none before it to be compared with.
        let first = usize::from(self.from.is_none()).min(last);
        let to = self.current().saturating_add_signed(by).clamp(first, last);
        self.at = (to < last).then(|| self.versions[to].number);
        self.overlay = Overlay::default();
        ctx.request(Request::CompareVersions);
    }
}

impl Dialog for VersionsView {
    fn context(&self) -> Context {
        Context::Versions
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        ctx.request(Request::CompareVersions);
    }

    fn look(&mut self, app: &App) {
        self.take(&app.record.versions);
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        match action {
            Some(Action::Previous) => self.step(-1, ctx),
            Some(Action::Next) => self.step(1, ctx),
            Some(Action::CompareFrom) => {
                let here = self.version().map(|version| version.number);
                self.from = if self.from == here { None } else { here };
                self.step(0, ctx);
            }
            other => return self.overlay.act(other, ctx),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        let (at, all) = self.of();
        match action {
            Action::Previous => at > 1 + usize::from(self.from.is_none()),
            Action::Next => at < all,
            _ => true,
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Step);
    }
}
