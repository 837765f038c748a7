//! A save or a staged edit; of much text, the bytes to store are made off the loop, and keys wait for them.

use crate::edit::draft::DraftText;
use crate::model::{ContentType, Expect, SetValue};
use crate::ops::Plan;

use super::super::ctx::{Ctx, Request};
use super::super::event::Slot;
use super::super::load::Compute;
use super::super::notice::Notice;
use super::super::storing::{NotStored, Stored};
use super::{Blocked, Editor, PutBack};

/// Size of a value from which its bytes are made off the loop, in bytes.
const MUCH: usize = 64 << 10;

/// A save whose bytes are being made.
#[derive(Debug, Clone)]
pub(super) struct Preparing {
    content_type: ContentType,
    over: Option<Expect>,
    purpose: Purpose,
}

/// What is done with the write of what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Purpose {
    /// It is made, after a look at its changes unless the user was asked already.
    Save {
        /// Whether the user was asked already, or nothing is written over.
        asked: bool,
    },
    /// It is kept, to be made with others.
    Stage,
}

/// What stood in an editor that was opened with a staged edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct AsStaged {
    text: DraftText,
    content_type: String,
}

impl Editor {
    /// Makes the write of what was typed, or begins to, where that is much.
    pub(in crate::app) fn prepare(
        &mut self,
        as_text: bool,
        over: Option<Expect>,
        purpose: Purpose,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), Blocked> {
        let read = self.original.as_ref().map_or(0, |read| read.value.len());
        if self.value.len().max(read) < MUCH {
            let set = self.typed_set(as_text, over)?;
            self.use_for(purpose, set, ctx);
            return Ok(());
        }
        let typed = self.take_typed(as_text, over.is_some())?;
        let content_type = typed.content_type.clone();
        self.preparing = Some(Box::new(Preparing { content_type, over, purpose }));
        self.fault = None;
        ctx.read(Slot::Saving, Compute::Store(Box::new(typed)));
        Ok(())
    }

    /// Whether the bytes of a save are being made.
    pub fn is_preparing(&self) -> bool {
        self.preparing.is_some()
    }

    /// Gives up a save whose bytes are being made.
    pub(in crate::app) fn stop_preparing(&mut self) {
        self.preparing = None;
    }

    /// Takes the bytes of a save, or why there are none.
    pub(in crate::app) fn prepared(
        &mut self,
        stored: Result<Stored, NotStored>,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(preparing) = self.preparing.take() else { return };
        let Preparing { content_type, over, purpose } = *preparing;
        match self.set_of(content_type, stored, over) {
            Ok(set) => self.use_for(purpose, set, ctx),
            Err(why) => self.blocked(why, purpose, ctx),
        }
        self.show_cursor(ctx.layout().body);
    }

    /// Says why there is no write of what was typed.
    pub(in crate::app) fn blocked(&mut self, why: Blocked, purpose: Purpose, ctx: &mut Ctx<'_>) {
        match (why, purpose) {
            (Blocked::Unchanged, Purpose::Stage) => {
                ctx.say(Notice::info("nothing was changed: nothing is staged"));
            }
            (Blocked::Unchanged, Purpose::Save { .. }) => {
                ctx.say(Notice::info("nothing was changed"));
            }
            (Blocked::Fault(why, line), Purpose::Stage) => {
                self.fail(format!("not staged: {why}"), line);
            }
            (Blocked::Fault(why, line), Purpose::Save { .. }) => {
                self.fail(format!("not saved: {why}"), line);
            }
        }
    }

    fn use_for(&mut self, purpose: Purpose, set: SetValue, ctx: &mut Ctx<'_>) {
        self.fault = None;
        let is_inner = self.inner.is_some();
        match purpose {
            Purpose::Stage if is_inner => self.put_back(set, PutBack::Stage, None, ctx),
            Purpose::Stage => ctx.request(Request::Stage(Box::new(set))),
            Purpose::Save { asked } => {
                // A save that cannot be undone is shown before it is made, also where no other save is.
                let undoable = || Plan::set(set.clone()).undoable(false).reversible;
                let reviewed = asked || !ctx.settings.review_saves && undoable();
                self.saving.start();
                if is_inner {
                    let then = if reviewed { PutBack::Save } else { PutBack::Review };
                    self.put_back(set, then, None, ctx);
                } else if reviewed {
                    self.saving.write = Some(ctx.send(Plan::set(set)));
                } else {
                    ctx.request(Request::Review(Box::new(set)));
                }
            }
        }
    }

    /// Has what was typed kept to be saved with other edits.
    pub(in crate::app) fn stage(&mut self, ctx: &mut Ctx<'_>) {
        if let Err(why) = self.prepare(false, None, Purpose::Stage, ctx) {
            self.blocked(why, Purpose::Stage, ctx);
        }
        self.show_cursor(ctx.layout().body);
    }

    /// Takes note that the editor's content is a staged edit.
    pub(in crate::app) fn opened_staged(&mut self) {
        self.staged = Some(self.now());
    }

    /// Whether the content is still the staged edit that the editor was opened with: then closing it stages
    /// that again.
    pub(in crate::app) fn is_as_staged(&self) -> bool {
        self.staged.as_ref().is_some_and(|staged| *staged == self.now())
    }

    fn now(&self) -> AsStaged {
        let content_type = self.content_type.text().to_owned();
        AsStaged { text: self.value.draft_text(), content_type }
    }
}
