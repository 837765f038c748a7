//! The changes of a save, before it is made.

use crossterm::event::KeyEvent;

use crate::edit::{Diff, TypedValue};
use crate::keymap::{Action, Context};
use crate::model::{Comparison, SetValue};

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::notice::Notice;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// A save, and what it changes.
#[derive(Debug, Clone)]
pub struct Review {
    /// The save.
    pub set: SetValue,
    /// The changes; none until the values have been compared.
    pub diff: Option<Diff>,
    /// The save as it was joined with what someone else has written since, if it was.
    pub joined: Option<Box<JoinedSave>>,
    /// Why what is there now could not be read.
    pub unread: Option<String>,
    /// Whether what is there now is being looked at.
    pub(in crate::app) is_looking: bool,
    /// Whether the record was written again since that look began.
    pub(in crate::app) looks_again: bool,
    /// The place in the record of the edited value, if that is not the whole record.
    pub inside: Option<String>,
    /// What is to be said of the save.
    pub note: Option<String>,
    /// How the record is compared before it is written.
    pub comparison: Comparison,
    /// The scroll position.
    pub overlay: Overlay,
}

/// A save that was joined with what someone else has written.
#[derive(Debug, Clone)]
pub struct JoinedSave {
    /// The save of the joined value.
    set: SetValue,
    /// The version that it was joined with.
    onto: TypedValue,
    /// Some of the places that someone else has changed, in words.
    pub theirs_at: Vec<String>,
}

impl Review {
    /// The dialog of a save, whose difference is being looked for.
    pub fn new(set: SetValue, note: Option<String>, comparison: Comparison) -> Self {
        Self {
            set,
            diff: None,
            joined: None,
            unread: None,
            is_looking: true,
            looks_again: false,
            inside: None,
            note,
            comparison,
            overlay: Overlay::default(),
        }
    }

    /// Takes the changes. `joined`: the save as it was joined with what is there now, that version, and some
    /// of the places that someone else has changed.
    pub(in crate::app) fn compared(
        &mut self,
        diff: Diff,
        joined: Option<(SetValue, TypedValue, Vec<String>)>,
    ) {
        self.diff = Some(diff);
        let joined = joined.map(|(set, onto, theirs_at)| JoinedSave { set, onto, theirs_at });
        self.joined = joined.map(Box::new);
    }

    /// The request that makes the save as it is shown.
    fn request(&self) -> Request {
        match &self.joined {
            None => Request::Save(Box::new(self.set.clone())),
            Some(joined) => {
                let (set, onto) = (Box::new(joined.set.clone()), Box::new(joined.onto.clone()));
                Request::SaveMerged(set, onto, None)
            }
        }
    }
}

impl Dialog for Review {
    fn context(&self) -> Context {
        Context::Review
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        match action {
            // Changes that are not shown yet cannot be agreed to.
            Some(Action::Accept) if self.diff.is_none() => {
                ctx.say(Notice::info("what is changed is being looked for"));
                Then::Stay
            }
            Some(Action::Accept) => {
                ctx.request(self.request());
                Then::Close
            }
            Some(Action::Stage) => {
                ctx.request(Request::Stage(Box::new(self.set.clone())));
                Then::Close
            }
            Some(Action::Close) => {
                ctx.request(Request::EditFurther);
                Then::Close
            }
            action => self.overlay.act(action, ctx),
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Saving);
    }
}
