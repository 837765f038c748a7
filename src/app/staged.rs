//! Staged edits: kept to be saved together, as one step.

use std::collections::HashSet;
use std::sync::Arc;

use crate::edit::draft::{Draft, DraftId};
use crate::edit::{Merge, TypedValue};
use crate::model::{Content, Expect, Key, Reading, Record, SetValue, StoreName, Version};
use crate::ops::WriteId;
use crate::text;

use super::saving::only_over;

/// Bytes by which a record may exceed the longer of its old and its edited value, and still be read to be
/// merged.
const GROWN: u64 = 64 << 10;
/// Limit on staged edits, so that their drafts leave room for others.
pub(super) const MOST: usize = 100;

/// An edit of a record that is to be saved with others.
#[derive(Debug, Clone)]
pub struct StagedEdit {
    /// The write of the whole record, over the version that it was made from.
    pub set: SetValue,
    /// What was typed, as it is kept on the disk and opened again.
    pub draft: Draft,
    /// The draft's name.
    pub id: DraftId,
    /// The stored record now.
    pub now: StagedNow,
    /// Whether the draft is not on the disk, which was told.
    pub(super) unkept: bool,
}

/// The state of the stored record that has a staged edit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StagedNow {
    /// It has not been read.
    #[default]
    Unknown,
    /// It is the version that the edit was made from.
    Same,
    /// It has changed, though not where the edit changes it: the present version, and both joined.
    Merged(Arc<[TypedValue; 2]>),
    /// It has changed.
    Changed,
    /// It was removed.
    Gone,
    /// It is what the edit would store.
    Stored,
}

impl StagedNow {
    /// The state that follows from the record as it was read, whole or up to [`most`](Self::most).
    pub fn of(set: &SetValue, now: Option<&Reading>) -> Self {
        match now {
            Some(Reading::Whole(record)) if TypedValue::from(record) == typed(set) => Self::Stored,
            _ if set.expected.is_met(now) => Self::Same,
            Some(Reading::Whole(record)) => Self::beside(set, record),
            Some(_) => Self::Changed,
            None => Self::Gone,
        }
    }

    /// Bytes of a record that are read to find its state.
    pub fn most(set: &SetValue) -> u64 {
        set.replaced().max(set.value.len() as u64).saturating_add(GROWN)
    }

    /// Joins the value to be set with what someone else wrote.
    fn beside(set: &SetValue, record: &Record) -> Self {
        let Expect::Is(Version { content_type, content: Content::Bytes(value) }) = &set.expected
        else {
            return Self::Changed;
        };
        let base = TypedValue { content_type: content_type.clone(), value: value.clone() };
        let theirs = TypedValue::from(record);
        match Merge::of(&base, &typed(set), &theirs).resolve(&[]) {
            // All changes of the edit are stored already.
            Ok(joined) if joined == theirs => Self::Stored,
            Ok(joined) => Self::Merged(Arc::new([theirs, joined])),
            Err(_) => Self::Changed,
        }
    }
}

/// The value to be stored.
fn typed(set: &SetValue) -> TypedValue {
    TypedValue { content_type: set.content_type.clone(), value: set.value.clone() }
}

impl StagedEdit {
    /// The two sides of the edit's change: the version that was read or is there now, and the one to be
    /// stored.
    pub(super) fn versions(&self) -> [Option<TypedValue>; 2] {
        match &self.now {
            StagedNow::Merged(both) => both.each_ref().map(|one| Some(one.clone())),
            _ => [self.draft.base.clone(), Some(typed(&self.set))],
        }
    }

    /// Whether the edit is merged with what someone else has written since in other places.
    pub fn is_merged(&self) -> bool {
        matches!(self.now, StagedNow::Merged(_))
    }

    /// The write that saves the edit, over the version that it was made from or is merged with.
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

    /// What someone else has done since that is in the edit's way, in words; `None` where there is nothing,
    /// or it is not known.
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
    /// Edits of this target, the oldest first.
    edits: Vec<StagedEdit>,
    /// Edits of other targets, which were open before.
    elsewhere: Vec<StagedEdit>,
    /// The write under way that saves the edits.
    pub(super) saving: Option<WriteId>,
    /// The staged edit that is being made ready to be edited further.
    pub(super) opening: Option<DraftId>,
    /// Drafts of formerly staged edits, which are being read.
    awaited: HashSet<DraftId>,
}

impl StagedEdits {
    /// Edits of this target, the oldest first.
    pub fn edits(&self) -> &[StagedEdit] {
        &self.edits
    }

    /// Number of edits, of all targets.
    pub fn total(&self) -> usize {
        self.edits.len() + self.elsewhere.len()
    }

    /// Number of edits that have no draft on the disk.
    pub(super) fn unkept(&self) -> usize {
        self.edits.iter().chain(&self.elsewhere).filter(|edit| edit.unkept).count()
    }

    /// What would be left undone if larder ended now; `None` where there is nothing.
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

    /// A sentence after the end that the edits were not saved; `None` where there are none.
    pub(super) fn unsaved(&self) -> Option<String> {
        let (total, unkept) = (self.total() as u64, self.unkept());
        let kept = if unkept == 0 { "; drafts are kept" } else { "" };
        (total > 0).then(|| format!("{} not saved{kept}", text::plural(total, "staged edit")))
    }

    /// The staged edit of a record.
    pub fn find(&self, store: &StoreName, key: &Key) -> Option<&StagedEdit> {
        self.edits.iter().find(|edit| edit.set.key == *key && edit.set.store == *store)
    }

    /// The writes that save the edits, merged with the present records as far as these have been read.
    pub(super) fn to_save(&self) -> Arc<[SetValue]> {
        self.edits.iter().map(StagedEdit::to_save).collect()
    }

    /// The writes that save the edits, over the versions that they were made from.
    pub(super) fn sets(&self) -> Arc<[SetValue]> {
        self.edits.iter().map(|edit| edit.set.clone()).collect()
    }

    pub(super) fn add(&mut self, set: SetValue, draft: Draft) {
        let (id, now) = (draft.head.id(), StagedNow::Unknown);
        self.edits.push(StagedEdit { set, draft, id, now, unkept: false });
    }

    /// Puts another edit of the same record in the place of an edit.
    pub(super) fn replace(&mut self, id: &DraftId, set: SetValue, draft: Draft) {
        if let Some(edit) = self.edits.iter_mut().find(|edit| edit.id == *id) {
            (edit.set, edit.draft) = (set, draft);
        }
    }

    /// Takes an edit out.
    pub(super) fn take(&mut self, id: &DraftId) -> Option<StagedEdit> {
        let at = self.edits.iter().position(|edit| edit.id == *id)?;
        Some(self.edits.remove(at))
    }

    /// Takes out the edits for which this is true.
    pub(super) fn take_all(&mut self, is: impl FnMut(&mut StagedEdit) -> bool) -> Vec<StagedEdit> {
        self.edits.extract_if(.., is).collect()
    }

    /// Takes the present state of these records.
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

    /// Takes whether the draft of an edit was kept; tells whether there is such an edit and this is news of
    /// it.
    pub(super) fn kept(&mut self, id: &DraftId, unkept: bool) -> Option<bool> {
        let all = self.edits.iter_mut().chain(&mut self.elsewhere);
        let edit = all.into_iter().find(|edit| edit.id == *id)?;
        Some(std::mem::replace(&mut edit.unkept, unkept) != unkept)
    }

    /// Takes note that the draft of a formerly staged edit is being read; `false` if it was already.
    pub(super) fn awaits(&mut self, id: &DraftId) -> bool {
        self.awaited.insert(id.clone())
    }

    /// Ends the wait for a draft that was read; tells whether it was awaited.
    pub(super) fn awaited(&mut self, id: &DraftId) -> bool {
        self.awaited.remove(id)
    }

    /// The same edits, with another target open.
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
