//! A draft that was found: what was typed and not stored, and how it differs from what is there.

use crossterm::event::KeyEvent;

use crate::edit::draft::{Draft, DraftId};
use crate::edit::{Diff, TypedValue};
use crate::keymap::{Action, Context};
use crate::model::endings::with_ending;

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::opening::Opened;
use super::super::question::{Confirm, Confirmed, Prompt};
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// A draft, and what is there now.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// Its name.
    pub id: DraftId,
    /// What was typed.
    pub draft: Draft,
    /// The value that the draft would store.
    pub typed: TypedValue,
    /// What is there now; none for a new record.
    pub now: Option<TypedValue>,
    /// The value to edit, with all that was typed.
    pub(in crate::app) value: Opened,
    /// Whether the record was changed since it was read for the draft.
    pub is_outrun: bool,
    /// Whether there is a record of the key that was typed for a new one; none while that is not known.
    pub is_taken: Option<bool>,
    /// Whether the two are compared as the editor lays them out, though the draft is no JSON so far.
    pub is_laid_out: bool,
    /// The difference; none until it has been found.
    pub diff: Option<Diff>,
    /// The scroll position.
    pub overlay: Overlay,
}

impl DraftView {
    /// Whether the record is not there any more.
    pub fn is_gone(&self) -> bool {
        !self.draft.head.is_new && self.now.is_none()
    }

    /// Whether what is there now is what was there when the draft was typed. Otherwise the draft may have
    /// been saved without an answer, and others may have written over it.
    pub fn is_not_stored(&self) -> bool {
        !self.is_outrun && (!self.draft.head.is_new || self.is_taken == Some(false))
    }

    fn take(&self, as_new: bool, ctx: &mut Ctx<'_>) {
        let (draft, value) = (Box::new(self.draft.clone()), Box::new(self.value.clone()));
        ctx.request(Request::TakeDraft(self.id.clone(), draft, value, as_new));
    }
}

impl Dialog for DraftView {
    fn context(&self) -> Context {
        Context::Draft
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        match action {
            Some(Action::Accept) => self.take(false, ctx),
            Some(Action::NewRecord) => self.take(true, ctx),
            Some(Action::Delete) => {
                let confirmed = Confirmed::DropDraft(self.id.clone());
                let asked = Confirm::new("Discard the draft", "discard", confirmed)
                    .line("What was typed is lost; the record stays.");
                ctx.request(Request::Ask(Box::new(asked)));
                return Then::Stay;
            }
            Some(Action::SaveValue) => {
                let name: String = self.draft.head.key.escaped();
                let name =
                    name.rsplit('/').find(|part| !part.is_empty()).unwrap_or("draft").to_owned();
                let name = with_ending(&name, &self.typed.content_type);
                let prompt = Prompt::save(&name, self.typed.value.clone());
                ctx.request(Request::PassDraft(self.id.clone()));
                ctx.request(Request::Prompt(Box::new(prompt)));
            }
            action => return self.overlay.act(action, ctx),
        }
        Then::Close
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Saving);
        if self.draft.head.is_new {
            ctx.cancel(Slot::Theirs);
        }
    }
}
