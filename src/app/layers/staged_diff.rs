//! The changes of all staged edits, as one text that is scrolled.

use crossterm::event::KeyEvent;

use crate::edit::Diff;
use crate::edit::draft::DraftId;
use crate::keymap::{Action, Context};
use crate::model::{Comparison, Key, StoreName};

use super::super::App;
use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::notice::Notice;
use super::super::staged::StagedEdit;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// The changes of the staged edits.
#[derive(Debug, Clone)]
pub struct StagedDiff {
    /// The parts, one for each record.
    pub parts: Vec<StagedPart>,
    /// How the records are compared before they are written.
    pub comparison: Comparison,
    /// The scroll position.
    pub overlay: Overlay,
}

/// The changes of one staged edit.
#[derive(Debug, Clone)]
pub struct StagedPart {
    id: DraftId,
    /// The store.
    pub store: StoreName,
    /// The key.
    pub key: Key,
    /// The difference; none until the values have been compared.
    pub diff: Option<Diff>,
    /// What someone else has done to the record since, if that keeps it from being written.
    pub since: Option<&'static str>,
    /// Whether the edit is merged with what someone else has written in other places.
    pub is_merged: bool,
}

impl StagedDiff {
    /// The dialog of the edits, whose changes are being looked for.
    pub(in crate::app) fn new<'a>(
        edits: impl Iterator<Item = &'a StagedEdit>,
        comparison: Comparison,
    ) -> Self {
        let part = |edit: &StagedEdit| StagedPart {
            id: edit.id.clone(),
            store: edit.set.store.clone(),
            key: edit.set.key.clone(),
            diff: None,
            since: edit.since(),
            is_merged: edit.is_merged(),
        };
        Self { parts: edits.map(part).collect(), comparison, overlay: Overlay::default() }
    }

    /// Whether all edits have been compared.
    pub fn is_compared(&self) -> bool {
        self.parts.iter().all(|part| part.diff.is_some())
    }

    /// Takes the differences, in the order of the edits.
    pub(in crate::app) fn compared(&mut self, diffs: Vec<Diff>) {
        for (part, diff) in self.parts.iter_mut().zip(diffs) {
            part.diff = Some(diff);
        }
    }
}

impl Dialog for StagedDiff {
    fn context(&self) -> Context {
        Context::Review
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn look(&mut self, app: &App) {
        for part in &mut self.parts {
            let edit = app.staged.edits().iter().find(|edit| edit.id == part.id);
            part.since = edit.and_then(StagedEdit::since);
            part.is_merged = edit.is_some_and(StagedEdit::is_merged);
        }
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        match action {
            // Changes that are not shown yet cannot be agreed to.
            Some(Action::Accept) if !self.is_compared() => {
                ctx.say(Notice::info("what is changed is being looked for"));
                Then::Stay
            }
            Some(Action::Accept) => {
                ctx.request(Request::SaveStaged);
                Then::Close
            }
            action => self.overlay.act(action, ctx),
        }
    }

    fn allows(&self, action: Action) -> bool {
        action != Action::Stage
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Saving);
    }
}
