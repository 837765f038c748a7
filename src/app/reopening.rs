//! Drafts made ready to be looked at and gone on with: their editors, what they would store, and whether that is
//! there already. For long values this is done off the loop.

use bytes::Bytes;

use crate::edit::draft::{Draft, DraftId};
use crate::edit::{EditedLeaf, TypedValue};
use crate::model::{ContentType, Expect, JsonLayout, Record, RecordMeta, SetValue, Timestamp};
use crate::preview::json;

use super::input::LineInput;
use super::opening::{Opened, inside};
use super::storing::{Typed, TypedContent};
use super::working::Edited;

/// Size of a value or a text from which its draft is made ready off the loop, in bytes.
const LONG: usize = 256 << 10;

/// How the editor of a draft is made.
#[derive(Debug, Clone, Copy)]
pub struct Reopening {
    /// Limit on a text that is edited here, in bytes.
    pub(super) limit: u64,
    /// How new JSON is laid out.
    pub(super) json_layout: JsonLayout,
    /// The time at which what was typed counts as typed again.
    pub(super) now: Timestamp,
}

/// What is stored now where a draft was typed.
#[derive(Debug, Clone, Default)]
pub struct There {
    /// The record; none for a new one, and where it is gone.
    pub(super) now: Option<TypedValue>,
    /// For a new record: the one that was made under its key.
    pub(super) made: Option<TypedValue>,
}

/// A draft that is made ready.
#[derive(Debug, Clone)]
pub struct Reopened {
    /// Its name.
    pub id: DraftId,
    /// The draft.
    pub(super) draft: Draft,
    /// What is stored now.
    pub(super) there: There,
    /// The value to edit, with all that was typed; a change of one value is made in the whole record.
    pub(super) value: Opened,
    /// What the editor of that would store.
    pub(super) set: Option<SetValue>,
    /// The value that would be stored; `None` if it is the one that was read.
    pub(super) typed: Option<TypedValue>,
    /// Whether that is stored already.
    pub(super) is_stored: bool,
    /// Whether the record was changed since it was read.
    pub(super) is_outrun: bool,
    /// The present value as the editor lays it out, where what was typed is compared with that.
    pub(super) shown: Option<TypedValue>,
}

impl Reopening {
    /// The value as it was read, made ready to be edited.
    pub(super) fn as_read(&self, draft: &Draft) -> Opened {
        edited(draft).map_or_else(Opened::empty, |record| Opened::of(&record, self.limit))
    }

    /// The value to edit, with all that was typed, and that as bytes; a change of one value is made in the whole
    /// record.
    pub(super) fn value(&self, draft: &Draft) -> (Opened, Bytes) {
        let mut opened = self.as_read(draft);
        let text = match &draft.leaf {
            // The editor lays the JSON out in lines.
            Some(leaf) => {
                let laid_out = leaf.within(opened.start.clone());
                laid_out.as_ref().unwrap_or(leaf).made_anyhow()
            }
            None => draft.text.bytes(),
        };
        match &mut opened.value {
            Some(Edited::Text(edit)) => edit.replace_text(&text, self.now),
            Some(Edited::Hex(edit)) => edit.replace_bytes(&text, self.now),
            Some(Edited::Held(held)) => held.clone_from(&text),
            None => {}
        }
        (opened, text)
    }

    /// Makes a draft ready.
    pub fn ready(&self, id: DraftId, draft: Draft, there: There) -> Reopened {
        let (value, text) = self.value(&draft);
        let set = self.set(&draft, &value, &text);
        let typed = match (&draft.leaf, &set) {
            (Some(leaf), _) => of_leaf(leaf, &draft),
            (None, Made::Set(set)) => {
                let SetValue { content_type, value, .. } = SetValue::clone(set);
                Some(TypedValue { content_type, value })
            }
            (None, Made::Unchanged) => None,
            (None, Made::Nothing) => {
                let content_type = draft.head.content_type.clone();
                Some(TypedValue { content_type, value: text })
            }
        };
        let is_stored = |typed: &TypedValue| {
            [&there.now, &there.made].into_iter().flatten().any(|stored| stored == typed)
        };
        let is_stored = typed.as_ref().is_some_and(is_stored);
        let before = there.now.as_ref().or(draft.base.as_ref()).or(there.made.as_ref());
        let shown = before.zip(typed.as_ref());
        let shown = shown.and_then(|(before, typed)| self.as_shown(before, typed, &draft));
        Reopened {
            is_stored,
            is_outrun: draft.base != there.now,
            set: if let Made::Set(set) = set { Some(*set) } else { None },
            value,
            id,
            draft,
            there,
            typed,
            shown,
        }
    }

    /// The write that the editor of a draft would make of `value`, in which `text` was typed.
    fn set(&self, draft: &Draft, value: &Opened, text: &Bytes) -> Made {
        let (head, original) = (&draft.head, edited(draft));
        // A line break in a content type is a space in its field, and not a change.
        let field = |content_type: &ContentType| LineInput::new(content_type.as_str());
        let own = original.as_ref().map(|record| &record.meta.content_type);
        let own = own.filter(|own| field(own).text() == field(&head.content_type).text());
        let content = match &value.value {
            Some(Edited::Text(edit)) if edit.document().is_changed() => {
                TypedContent::Text(edit.document().without_history())
            }
            Some(Edited::Hex(edit)) if edit.document().is_changed() => {
                TypedContent::Hex(edit.document().without_history())
            }
            None if *text != value.start => TypedContent::Bytes(text.clone()),
            _ if original.is_some() => TypedContent::Untouched(text.clone()),
            _ => TypedContent::Bytes(text.clone()),
        };
        if own.is_some() && matches!(content, TypedContent::Untouched(_)) {
            return Made::Unchanged;
        }
        let typed = Typed {
            content_type: own.cloned().unwrap_or_else(|| head.content_type.as_str().trim().into()),
            as_text: false,
            content,
            is_text: matches!(value.value, Some(Edited::Text(_))),
            original,
            charset: value.charset,
            spacing: value.spacing.clone(),
            source: value.source.clone(),
            start: value.start.clone(),
            json_layout: self.json_layout,
        };
        let made = typed.stored().ok().map(|stored| stored.value);
        let made = match &draft.opened {
            Some(inner) => made.and_then(|made| inner.put_back(&made).ok()),
            None => made,
        };
        let Some(value) = made else { return Made::Nothing };
        let (content_type, expected) = match &draft.base {
            Some(TypedValue { content_type, value }) => {
                let stays = draft.opened.is_some();
                let own = if stays { content_type.clone() } else { typed.content_type };
                (own, Expect::unchanged(value.clone(), content_type.clone()))
            }
            None => (typed.content_type, Expect::Absent),
        };
        let (store, key) = (head.store.clone(), head.key.clone());
        Made::Set(Box::new(SetValue { store, key, value, content_type, expected }))
    }

    /// The present value as the editor lays it out, where the typed text is not yet JSON that could be put back
    /// as it stood.
    fn as_shown(&self, now: &TypedValue, typed: &TypedValue, draft: &Draft) -> Option<TypedValue> {
        let is_part = draft.opened.is_some() || draft.leaf.is_some();
        if is_part || !typed.content_type.is_json() || json::check(&typed.value).is_ok() {
            return None;
        }
        let base = Some(now.clone());
        let shown = self.as_read(&Draft { base, ..draft.clone() }).start;
        (shown != now.value).then(|| TypedValue { value: shown, ..now.clone() })
    }
}

impl There {
    /// Whether these are the very values of the other: nothing was read since.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let is = |one: &Option<TypedValue>, other: &Option<TypedValue>| match (one, other) {
            (Some(one), Some(other)) => {
                let (own, its) = (&one.value, &other.value);
                one.content_type == other.content_type
                    && (own.as_ptr(), own.len()) == (its.as_ptr(), its.len())
            }
            (one, other) => one.is_none() && other.is_none(),
        };
        is(&self.now, &other.now) && is(&self.made, &other.made)
    }
}

/// Whether a draft is made ready off the loop.
pub(super) fn is_long(draft: &Draft) -> bool {
    let read = draft.base.as_ref().map_or(0, |base| base.value.len());
    read.max(draft.text.len()) >= LONG
}

/// What the editor of a draft would store.
enum Made {
    Set(Box<SetValue>),
    /// What was read.
    Unchanged,
    /// It cannot be stored as it is.
    Nothing,
}

/// The record that is edited: the one that was read, or the value in it; none for a new one.
fn edited(draft: &Draft) -> Option<Record> {
    let record = as_record(draft)?;
    Some(draft.opened.as_ref().map_or_else(|| record.clone(), |inner| inside(&record, inner)))
}

/// The record that was read for a draft; none for a new one.
pub(super) fn as_record(draft: &Draft) -> Option<Record> {
    let base = draft.base.as_ref()?;
    let meta = RecordMeta {
        key: draft.head.key.clone(),
        content_type: base.content_type.clone(),
        size: base.value.len() as u64,
        ..RecordMeta::default()
    };
    Some(Record { meta, value: base.value.clone() })
}

/// The value that a change of one value in JSON would store; `None` if it is the one that was read.
fn of_leaf(leaf: &EditedLeaf, draft: &Draft) -> Option<TypedValue> {
    let base = draft.base.as_ref()?;
    let value = leaf.made_anyhow();
    (value != base.value).then(|| TypedValue { value, content_type: base.content_type.clone() })
}
