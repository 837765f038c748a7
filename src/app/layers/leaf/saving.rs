//! A change of the value under the cursor: asked for, saved, and made again in what someone else has
//! written meanwhile.

use std::sync::Arc;

use crate::edit::{Digests, Leaves, NotAValue, TypedValue};
use crate::keymap::Action;
use crate::model::{Error, Expect, Record, SetValue};
use crate::ops::{Plan, WriteId};
use crate::text;

use super::super::super::ctx::{Ctx, Request};
use super::super::super::event::Slot;
use super::super::super::load::{LeavesShown, Load};
use super::super::super::notice::Notice;
use super::super::super::question::{Confirm, Confirmed, LeafEdit, PromptKind};
use super::LeafCursor;

/// A value that is spelled in more bytes than this is no line to type.
const LINE: usize = 4 << 10;

/// A change, and what it was made from, whatever the record becomes meanwhile.
#[derive(Debug, Clone)]
pub(super) struct Change {
    edit: LeafEdit,
    from: Arc<LeavesShown>,
    /// The number of the value in it.
    at: usize,
    /// The offset of what it adds.
    added: Option<usize>,
}

/// A change on its way.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    id: WriteId,
    change: Change,
    /// Whether what someone else wrote meanwhile has been merged with it.
    merged: bool,
    /// Whether it was refused for what someone else wrote, which is being read.
    met: bool,
}

impl LeafCursor {
    pub(super) fn ask(&self, action: Action, ctx: &mut Ctx<'_>) {
        if self.pending.is_some() {
            return ctx.say(Notice::info("being saved; the answer is awaited"));
        }
        let leaves = self.shown.leaves();
        let spelled = self.spelled();
        let line = std::str::from_utf8(&spelled).ok().filter(|text| is_line(text));
        match action {
            Action::EditValue => match line {
                Some(text) => ctx.prompt(PromptKind::LeafValue, text),
                None => {
                    ctx.say(Notice::info("this is too much for a line; edit the whole record"));
                }
            },
            Action::RenameMember => {
                let key = String::from_utf8_lossy(leaves.key(self.at)).into_owned();
                ctx.prompt(PromptKind::LeafKey, &key);
            }
            Action::AddMember if leaves.adds_member(self.at) => {
                ctx.prompt(PromptKind::LeafMember, "");
            }
            Action::AddMember => ctx.prompt(PromptKind::LeafItem, ""),
            // The diff asks.
            _ if ctx.settings.review_saves => ctx.request(Request::EditLeaf(LeafEdit::Remove)),
            _ => {
                let what = line.map_or_else(
                    || text::size(spelled.len() as u64),
                    |text| text::fit(text, 60).into_owned(),
                );
                let asked = Confirm::new("Remove a value", "remove", Confirmed::RemoveLeaf)
                    .line(self.path())
                    .line(format!("Now: {what}"));
                ctx.request(Request::Ask(Box::new(asked)));
            }
        }
    }

    /// Saves the record with this change of the value under the cursor; gives the save instead where
    /// it is to be shown before.
    ///
    /// # Errors
    /// What was typed is no value, or no key.
    pub(in crate::app) fn change(
        &mut self,
        edit: LeafEdit,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<SetValue>, NotAValue> {
        let leaves = self.shown.leaves();
        let (value, added) = changed(&leaves, self.at, &edit)?;
        if value == self.shown.record.value {
            ctx.say(Notice::info("nothing was changed"));
            return Ok(None);
        }
        let change = Change { edit, from: Arc::clone(&self.shown), at: self.at, added };
        let set = self.set(value, &change);
        if ctx.settings.review_saves {
            self.reviewed = Some((set.clone(), change));
            return Ok(Some(set));
        }
        self.send(set, change, false, ctx);
        Ok(None)
    }

    /// The record as it was read, and as it is with the change that is shown.
    pub(in crate::app) fn compared(&self) -> Option<[TypedValue; 2]> {
        let (set, change) = self.reviewed.as_ref()?;
        let content_type = set.content_type.clone();
        let after = TypedValue { content_type, value: set.value.clone() };
        Some([TypedValue::from(&change.from.record), after])
    }

    /// Makes the save that was shown; tells whether it is its own.
    pub(in crate::app) fn save(&mut self, set: &SetValue, ctx: &mut Ctx<'_>) -> bool {
        let Some((set, change)) = self.reviewed.take_if(|(own, _)| own == set) else {
            return false;
        };
        if self.pending.is_none() {
            self.send(set, change, false, ctx);
        }
        true
    }

    /// The write of a changed value, over what it was changed from alone.
    fn set(&self, value: Vec<u8>, change: &Change) -> SetValue {
        let Record { meta, value: shown } = change.from.record.clone();
        let content_type = meta.content_type;
        SetValue {
            store: self.store.clone(),
            key: meta.key,
            value: value.into(),
            content_type: content_type.clone(),
            expected: Expect::unchanged(shown, content_type),
        }
    }

    fn send(&mut self, set: SetValue, change: Change, merged: bool, ctx: &mut Ctx<'_>) {
        self.next = change.added;
        let id = ctx.send(Plan::set(set));
        self.pending = Some(Pending { id, change, merged, met: false });
    }

    /// Whether this write is its own. It has been answered: it was made, or it was not.
    pub(in crate::app) fn answered(&mut self, id: WriteId, made: bool, ctx: &mut Ctx<'_>) -> bool {
        let Some(pending) = self.pending.take_if(|pending| pending.id == id) else { return false };
        if !made {
            self.next = None;
        } else if pending.merged {
            ctx.tell(Notice::done("saved, and merged with what someone else changed meanwhile"));
        }
        true
    }

    /// Whether it waits for the record as someone else wrote it.
    pub(in crate::app) fn awaits_theirs(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.met)
    }

    /// What someone else wrote is not known: it could not be read, or is not waited for any more. The
    /// change is given up, which is said.
    pub(in crate::app) fn theirs_unknown(&mut self, why: Option<&Error>, ctx: &mut Ctx<'_>) {
        if self.pending.take_if(|pending| pending.met).is_none() {
            return;
        }
        self.next = None;
        let state = "not saved: someone else has changed the record";
        let text = match why {
            Some(why) => format!("{state}, and what is there now is not known: {why}"),
            None => state.to_owned(),
        };
        ctx.tell(Notice::failure(text).lasting());
    }

    /// Whether what is added at the cursor has a name.
    pub(in crate::app) fn adds_member(&self) -> bool {
        self.shown.leaves().adds_member(self.at)
    }

    /// Someone else has changed the record meanwhile: it is read, to make the change there.
    pub(in crate::app) fn conflicted(&mut self, id: WriteId, ctx: &mut Ctx<'_>) -> bool {
        let Some(pending) = self.pending.as_mut().filter(|pending| pending.id == id) else {
            return false;
        };
        pending.met = true;
        let (store, key) = (self.store.clone(), self.shown.record.meta.key.clone());
        ctx.read(Slot::Theirs, Load::Value { store, key });
        true
    }

    /// Makes the change in what is there now, if the value under the cursor is still the one that was
    /// shown; else tells what it is.
    pub(in crate::app) fn theirs(
        &mut self,
        theirs: Option<Record>,
        digests: &Digests,
        ctx: &mut Ctx<'_>,
    ) {
        let Some(Pending { change, .. }) = self.pending.take() else { return };
        self.next = None;
        ctx.request(Request::ReloadRecord);
        let read = theirs.as_ref().and_then(|record| Leaves::of(&record.value, digests));
        let index = read.map(|leaves| leaves.index());
        let Some((theirs, index)) = theirs.zip(index) else {
            let why = "not saved: the record was deleted, or is no JSON any more";
            return ctx.tell(Notice::failure(why).lasting());
        };
        let Change { edit, from, at: before, .. } = change;
        let (mine, now) = (from.leaves(), index.over(&theirs.value));
        let path = mine.path(before);
        let same_type = theirs.meta.content_type == from.record.meta.content_type;
        let trail = mine.trail(before);
        let place = now.follow(&trail).filter(|at| {
            let unchanged = now.value(*at) == mine.value(before);
            let anchor = matches!(edit, LeafEdit::Add(_)) && !now.takes_inside(*at);
            same_type && (unchanged || anchor)
        });
        let made = place.and_then(|at| Some((at, changed(&now, at, &edit).ok()?)));
        let Some((at, (value, added))) = made else {
            let now = now.follow(&trail).map_or("gone".into(), |at| {
                let text = String::from_utf8_lossy(now.value(at));
                text::fit(&text, 40).into_owned()
            });
            let why = format!("not saved: someone else has changed it, {path} is now {now}");
            return ctx.tell(Notice::failure(why).lasting());
        };
        let preview = Arc::clone(&self.shown.preview);
        self.shown = Arc::new(LeavesShown { record: theirs, preview, index });
        self.at = at;
        let change = Change { edit, from: Arc::clone(&self.shown), at, added };
        let set = self.set(value, &change);
        self.send(set, change, true, ctx);
    }
}

/// Whether a value is typed on a line.
fn is_line(text: &str) -> bool {
    text.len() <= LINE && !text.contains(['\n', '\r'])
}

/// The text with a change made, and where the cursor goes.
fn changed(
    leaves: &Leaves<'_>,
    at: usize,
    change: &LeafEdit,
) -> Result<(Vec<u8>, Option<usize>), NotAValue> {
    Ok(match change {
        LeafEdit::Value(typed) => (leaves.with_value(at, typed)?, None),
        LeafEdit::Key(typed) => (leaves.with_key(at, typed)?, Some(leaves.whole(at).start)),
        LeafEdit::Add(typed) => {
            let (text, added) = leaves.with_more(at, typed)?;
            (text, Some(added))
        }
        LeafEdit::Remove => {
            let text = leaves.without(at).ok_or_else(|| NotAValue("nothing to remove".into()))?;
            (text, None)
        }
    })
}
