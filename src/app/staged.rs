//! Edits that are staged: kept to be saved together, as one step.

use std::collections::HashSet;
use std::sync::Arc;

use crate::edit::draft::{Draft, DraftId};
use crate::edit::{Merge, TypedValue};
use crate::model::{Content, Expect, Key, Reading, Record, SetValue, StoreName, Version};
use crate::ops::WriteId;
use crate::text;

use super::saving::only_over;

/// So many bytes longer than it was or is to be, a record is read to be merged.
const GROWN: u64 = 64 << 10;
/// Edits that are staged at most: their drafts have room beside others.
pub(super) const MOST: usize = 100;

/// An edit of a record that is to be saved with others.
#[derive(Debug, Clone)]
pub struct StagedEdit {
    /// The write of the whole record, over what it was made from.
    pub set: SetValue,
    /// What was typed, as it is kept on the disk and opened again.
    pub draft: Draft,
    /// The draft's name.
    pub id: DraftId,
    /// What is stored now.
    pub now: StagedNow,
    /// Whether the draft is not on the disk, which has been said.
    pub(super) unkept: bool,
}

/// What is stored now of a record that has a staged edit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StagedNow {
    /// It has not been looked at.
    #[default]
    Unknown,
    /// What the edit was made from.
    Same,
    /// Something else, though not where the edit changes it: what is there, and what both give.
    Merged(Arc<[TypedValue; 2]>),
    /// Something else.
    Changed,
    /// Nothing, where there was something.
    Gone,
    /// What the edit would store.
    Stored,
}

impl StagedNow {
    /// By what was read of the record, whole or as far as [`most`](Self::most).
    pub fn of(set: &SetValue, now: Option<&Reading>) -> Self {
        match now {
            Some(Reading::Whole(record)) if TypedValue::from(record) == typed(set) => Self::Stored,
            _ if set.expected.is_met(now) => Self::Same,
            Some(Reading::Whole(record)) => Self::beside(set, record),
            Some(_) => Self::Changed,
            None => Self::Gone,
        }
    }

    /// How many bytes of a record are to be read to tell.
    pub fn most(set: &SetValue) -> u64 {
        set.replaced().max(set.value.len() as u64).saturating_add(GROWN)
    }

    /// Joins what is to be set with what someone else wrote.
    fn beside(set: &SetValue, record: &Record) -> Self {
        let Expect::Is(Version { content_type, content: Content::Bytes(value) }) = &set.expected
        else {
            return Self::Changed;
        };
        let base = TypedValue { content_type: content_type.clone(), value: value.clone() };
        let theirs = TypedValue::from(record);
        match Merge::of(&base, &typed(set), &theirs).resolve(&[]) {
            // All that the edit changes is so.
            Ok(joined) if joined == theirs => Self::Stored,
            Ok(joined) => Self::Merged(Arc::new([theirs, joined])),
            Err(_) => Self::Changed,
        }
    }
}

/// What is to be stored.
fn typed(set: &SetValue) -> TypedValue {
    TypedValue { content_type: set.content_type.clone(), value: set.value.clone() }
}

impl StagedEdit {
    /// What it changes: what was read or is there now, and what is to be stored.
    pub(super) fn versions(&self) -> [Option<TypedValue>; 2] {
        match &self.now {
            StagedNow::Merged(both) => both.each_ref().map(|one| Some(one.clone())),
            _ => [self.draft.base.clone(), Some(typed(&self.set))],
        }
    }

    /// Whether it is merged with what someone else has written beside it since.
    pub fn is_merged(&self) -> bool {
        matches!(self.now, StagedNow::Merged(_))
    }

    /// The write that saves it, over what it was made from or is merged with.
    pub(super) fn to_save(&self) -> SetValue {
        let StagedNow::Merged(both) = &self.now else { return self.set.clone() };
        let [theirs, joined] = &**both;
        SetValue {
            value: joined.value.clone(),
            content_type: joined.content_type.clone(),
            expected: only_over(theirs),
            ..self.set.clone()
        }
    }

    /// The kind of change, in a word or two.
    pub fn kind(&self) -> &'static str {
        let Some(base) = &self.draft.base else { return "new" };
        match (base.value != self.set.value, base.content_type != self.set.content_type) {
            (true, true) => "value, type",
            (false, true) => "type",
            _ => "value",
        }
    }

    /// The sizes before and after.
    pub fn sizes(&self) -> String {
        let after = self.set.value.len() as u64;
        match &self.draft.base {
            Some(base) if base.value.len() as u64 != after => {
                format!("{} → {}", text::size(base.value.len() as u64), text::size(after))
            }
            _ => text::size(after),
        }
    }

    /// What someone else has done since that is in its way, in words; `None` where that is nothing, or not
    /// known.
    pub fn since(&self) -> Option<&'static str> {
        match self.now {
            StagedNow::Unknown | StagedNow::Same | StagedNow::Merged(_) => None,
            StagedNow::Changed if self.set.expected == Expect::Absent => Some("made since"),
            StagedNow::Changed => Some("changed since"),
            StagedNow::Gone => Some("deleted since"),
            StagedNow::Stored => Some("stored"),
        }
    }
}

/// The staged edits.
#[derive(Debug, Default)]
pub struct StagedEdits {
    /// Of this target, the oldest first.
    edits: Vec<StagedEdit>,
    /// Of other targets, which were open before.
    elsewhere: Vec<StagedEdit>,
    /// The write under way that saves them.
    pub(super) saving: Option<WriteId>,
    /// Drafts of edits that were staged before, which are being read.
    awaited: HashSet<DraftId>,
}

impl StagedEdits {
    /// Those of this target, the oldest first.
    pub fn edits(&self) -> &[StagedEdit] {
        &self.edits
    }

    /// How many there are, of all targets.
    pub fn total(&self) -> usize {
        self.edits.len() + self.elsewhere.len()
    }

    /// How many of them have no draft on the disk.
    pub(super) fn unkept(&self) -> usize {
        self.edits.iter().chain(&self.elsewhere).filter(|edit| edit.unkept).count()
    }

    /// What the end of larder would leave undone, before it; `None` where that is nothing.
    pub(super) fn at_stake(&self) -> Option<String> {
        let (total, unkept) = (self.total() as u64, self.unkept() as u64);
        let kept = match (unkept, total) {
            (0, 1) => "Its draft is kept for the next start.".to_owned(),
            (0, _) => "Their drafts are kept for the next start.".to_owned(),
            (1, 1) => "It has no draft, and would be lost.".to_owned(),
            (1, _) => "1 of them has no draft: it would be lost.".to_owned(),
            (some, _) => format!("{some} of them have no draft: they would be lost."),
        };
        (total > 0).then(|| format!("{} not saved. {kept}", text::plural(total, "staged edit")))
    }

    /// That they were not saved, for who has left; `None` where there are none.
    pub(super) fn unsaved(&self) -> Option<String> {
        let (total, unkept) = (self.total() as u64, self.unkept());
        let kept = if unkept == 0 { "; drafts are kept" } else { "" };
        (total > 0).then(|| format!("{} not saved{kept}", text::plural(total, "staged edit")))
    }

    /// That of a record.
    pub fn find(&self, store: &StoreName, key: &Key) -> Option<&StagedEdit> {
        self.edits.iter().find(|edit| edit.set.key == *key && edit.set.store == *store)
    }

    /// The writes that save them, as far as what is stored now has been looked at.
    pub(super) fn to_save(&self) -> Arc<[SetValue]> {
        self.edits.iter().map(StagedEdit::to_save).collect()
    }

    /// The writes that save them, over what they were made from.
    pub(super) fn sets(&self) -> Arc<[SetValue]> {
        self.edits.iter().map(|edit| edit.set.clone()).collect()
    }

    pub(super) fn add(&mut self, set: SetValue, draft: Draft) {
        let (id, now) = (draft.head.id(), StagedNow::Unknown);
        self.edits.push(StagedEdit { set, draft, id, now, unkept: false });
    }

    /// Puts another edit of the same record in the place of one.
    pub(super) fn replace(&mut self, id: &DraftId, set: SetValue, draft: Draft) {
        if let Some(edit) = self.edits.iter_mut().find(|edit| edit.id == *id) {
            (edit.set, edit.draft) = (set, draft);
        }
    }

    /// Takes one out.
    pub(super) fn take(&mut self, id: &DraftId) -> Option<StagedEdit> {
        let at = self.edits.iter().position(|edit| edit.id == *id)?;
        Some(self.edits.remove(at))
    }

    /// Takes out those that are so.
    pub(super) fn take_all(&mut self, is: impl FnMut(&mut StagedEdit) -> bool) -> Vec<StagedEdit> {
        self.edits.extract_if(.., is).collect()
    }

    /// Takes what is stored now of these records.
    pub(super) fn looked_at(&mut self, found: &[(StoreName, Key, StagedNow)]) {
        for edit in &mut self.edits {
            let is = |(store, key, _): &&(StoreName, Key, StagedNow)| {
                *key == edit.set.key && *store == edit.set.store
            };
            if let Some((_, _, now)) = found.iter().find(is) {
                edit.now = now.clone();
            }
        }
    }

    /// The draft of one was kept, or not; tells whether there is such a one, and that was not known.
    pub(super) fn kept(&mut self, id: &DraftId, unkept: bool) -> Option<bool> {
        let all = self.edits.iter_mut().chain(&mut self.elsewhere);
        let edit = all.into_iter().find(|edit| edit.id == *id)?;
        Some(std::mem::replace(&mut edit.unkept, unkept) != unkept)
    }

    /// A draft of one that was staged before is being read; `false` if it is already.
    pub(super) fn awaits(&mut self, id: &DraftId) -> bool {
        self.awaited.insert(id.clone())
    }

    /// Whether a draft that was read was awaited.
    pub(super) fn awaited(&mut self, id: &DraftId) -> bool {
        self.awaited.remove(id)
    }

    /// The same with another target open.
    pub(super) fn at(self, target: &str) -> Self {
        let all = self.edits.into_iter().chain(self.elsewhere);
        let (mut edits, elsewhere): (Vec<_>, _) =
            all.partition(|edit| edit.draft.head.target == target);
        for edit in &mut edits {
            edit.now = StagedNow::Unknown;
        }
        Self { edits, elsewhere, ..Self::default() }
    }
}
