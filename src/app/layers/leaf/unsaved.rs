//! A change of the value under the cursor: from the key that begins it until it is stored or given up.

use crate::edit::{EditedLeaf, LeafEdit, NotAValue};
use crate::keymap::Action;
use crate::model::{Expect, Record, SetValue, StoreName};

use super::super::super::ctx::Ctx;
use super::super::super::notice::Notice;
use super::super::super::question::{Confirm, Confirmed, Prompt, PromptKind};
use super::super::super::saving::Saving;
use super::LeafCursor;
use crate::text;

/// Limit on the spelling of a value that is typed on a line, in bytes.
const LINE: usize = 4 << 10;

/// A change of one value that is not stored.
#[derive(Debug, Clone)]
pub struct UnsavedLeaf {
    /// The store that the record is in.
    pub store: StoreName,
    /// The record as it was read.
    pub record: Record,
    /// The change, with the text that was in the line when it was last left.
    pub leaf: EditedLeaf,
    /// The state of its save.
    pub saving: Saving,
}

impl UnsavedLeaf {
    /// The write that makes the change, over what it was made from, or over `over` if that is given.
    ///
    /// # Errors
    /// What was typed is no value, or no key.
    pub(in crate::app) fn set(&self, over: Option<Expect>) -> Result<SetValue, NotAValue> {
        let value = self.leaf.made()?;
        let Record { meta, value: read } = self.record.clone();
        let content_type = meta.content_type;
        let expected = over.unwrap_or_else(|| Expect::unchanged(read, content_type.clone()));
        Ok(SetValue { store: self.store.clone(), key: meta.key, value, content_type, expected })
    }

    /// Whether this text was typed, and is not what was there before.
    pub(in crate::app) fn is_changed(&self, typed: &str) -> bool {
        self.leaf.edit == LeafEdit::Remove || typed.as_bytes() != self.leaf.spelled()
    }

    /// The line in which the value is typed; `None` where a value is removed.
    pub(in crate::app) fn prompt(&self) -> Option<Prompt> {
        let kind = match self.leaf.edit {
            LeafEdit::Value(_) => PromptKind::LeafValue,
            LeafEdit::Key(_) => PromptKind::LeafKey,
            LeafEdit::Add(_) if self.leaf.adds_member() => PromptKind::LeafMember,
            LeafEdit::Add(_) => PromptKind::LeafItem,
            LeafEdit::Remove => return None,
        };
        Some(Prompt::new(kind, self.leaf.edit.text()))
    }

    /// The question whether to remove the value.
    pub(in crate::app) fn question(&self) -> Confirm {
        let spelled = self.leaf.spelled();
        let what = line(&spelled).map_or_else(
            || text::size(spelled.len() as u64),
            |spelled| text::fit(spelled, 60).into_owned(),
        );
        Confirm::new("Remove a value", "remove", Confirmed::RemoveLeaf)
            .line(self.leaf.path())
            .line(format!("Now: {what}"))
    }
}

impl LeafCursor {
    /// Begins to change the value under the cursor; says why where this change cannot be made.
    pub(in crate::app) fn begin(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        let leaves = self.shown.leaves();
        let typed = |bytes: &[u8]| line(bytes).map(str::to_owned);
        let edit = match action {
            Action::EditValue => typed(leaves.value(self.at)).map(LeafEdit::Value),
            Action::RenameMember => typed(leaves.key(self.at)).map(LeafEdit::Key),
            Action::AddMember => Some(LeafEdit::Add(String::new())),
            _ => Some(LeafEdit::Remove),
        };
        let Some(edit) = edit else {
            return ctx.say(Notice::info("too long for a line; edit the record"));
        };
        let record = self.shown.record.clone();
        let leaf = EditedLeaf::new(record.value.clone(), self.shown.index.clone(), self.at, edit);
        self.change(record, leaf, ctx);
    }

    /// Changes this value from now on. The cursor goes to it, if it is there.
    pub(in crate::app) fn change(&mut self, record: Record, leaf: EditedLeaf, ctx: &mut Ctx<'_>) {
        self.follow(&leaf, ctx);
        let store = self.store.clone();
        self.unsaved =
            Some(Box::new(UnsavedLeaf { store, record, leaf, saving: Saving::default() }));
    }

    /// Takes note that the change is stored: the cursor goes to the value that it has added or renamed.
    pub(in crate::app) fn saved(&mut self) -> Option<UnsavedLeaf> {
        let unsaved = *self.unsaved.take()?;
        self.next = Some(unsaved.leaf.clone());
        Some(unsaved)
    }
}

/// The text of a value, if it can be typed on a line.
fn line(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (text.len() <= LINE && !text.contains(['\n', '\r'])).then_some(text)
}
