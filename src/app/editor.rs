//! The editor: a record's key, content type and value, until they are safely stored.

mod check;
mod commands;
mod content;
mod hex;
mod inner;
mod keys;
mod place;
mod preparing;
mod save;
mod working;

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::edit::{Places, draft};
use crate::model::{ContentType, JsonLayout, Key, Record, StoreName, Timestamp};
use crate::preview::charset::Charset;
use crate::preview::json::Spacing;
use crate::text::visible;

use super::Area;
use super::input::LineInput;
use super::opening::Opened;
use super::saving::Saving;
use super::working::Work;

pub use content::Content;
pub use hex::{HexPlace, hex_place};
pub use inner::InnerEdit;
pub(in crate::app) use inner::PutBack;
pub(in crate::app) use keys::type_into;
pub use place::{EditorScroll, TextPlace};
pub(in crate::app) use preparing::Purpose;
pub use save::Blocked;
pub(in crate::app) use working::LONG;

/// The part of the editor that takes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The key; only of a new record.
    Key,
    /// The content type.
    ContentType,
    /// The value.
    Value,
}

/// A record being edited.
#[derive(Debug)]
pub struct Editor {
    /// The store of the record.
    pub store: StoreName,
    /// The record as it was read; none for a new one.
    pub original: Option<Record>,
    /// The record that holds the edited value, if a value in a value is edited.
    pub inner: Option<Box<InnerEdit>>,
    /// The key.
    pub key: LineInput,
    /// The content type.
    pub content_type: LineInput,
    /// The value.
    pub value: Content,
    /// Which part takes the keys.
    pub field: Field,
    /// The state of the editor's save.
    pub saving: Saving,
    /// Whether the value is in the user's own editor.
    pub outside: bool,
    /// How new JSON is laid out when it is stored.
    pub json_layout: JsonLayout,
    /// A sentence that says what is wrong with the text or a field.
    pub fault: Option<String>,
    /// The line of the value that the fault is in, from 1. Without a fault it says nothing.
    pub fault_line: Option<usize>,
    /// What is to be said once the record is saved.
    pub told: Option<String>,
    /// The part of the value that is on the screen.
    pub scroll: EditorScroll,
    /// Whether long lines are wrapped.
    pub wrap: bool,
    /// What is to be said when the editor opens.
    pub note: Option<String>,
    /// What stood in the editor when it was opened with a staged edit.
    staged: Option<preparing::AsStaged>,
    /// A save whose bytes are being made.
    preparing: Option<Box<preparing::Preparing>>,
    /// Work on the whole value that is done off the loop.
    working: Option<Work>,
    /// The places that are asked for one after the other, to be replaced.
    places: Option<Places>,
    /// The text that is searched for.
    pub(super) needle: String,
    /// The bytes that were cut or copied last.
    clipboard: Bytes,
    /// What is known of the text as JSON.
    check: check::Check,
    /// The charset that the value is stored in.
    pub charset: Charset,
    /// How the JSON was spaced on its one line, where it was laid out.
    spacing: Option<Spacing>,
    /// The JSON before it was laid out.
    source: Bytes,
    start: (String, Bytes),
}

/// Content types that the field offers one after the other.
pub const COMMON_TYPES: [&str; 7] = [
    "application/json; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/html; charset=utf-8",
    "text/csv; charset=utf-8",
    "application/xml",
    "application/octet-stream",
    "application/x-none",
];

impl Editor {
    /// Makes the editor of a new record.
    pub fn create(store: StoreName) -> Self {
        Self::created(store, Opened::empty())
    }

    /// Makes the editor of a new record with a value.
    pub(in crate::app) fn created(store: StoreName, value: Opened) -> Self {
        Self::with(store, None, "", ContentType::JSON.as_str(), value, Field::Key)
    }

    /// Makes the editor of a record that was read. Text is edited in UTF-8, JSON on one line is laid out for
    /// people; both are stored again as they were.
    ///
    /// A value above `limit` bytes that would be edited as text, and any that is very large, is only held,
    /// for the user's own editor.
    pub fn edit(store: StoreName, record: Record, limit: u64) -> Self {
        let opened = Opened::of(&record, limit);
        Self::opened(store, record, opened)
    }

    /// Makes the editor of a record whose value was opened.
    pub(in crate::app) fn opened(store: StoreName, record: Record, opened: Opened) -> Self {
        // A line break in the key is shown as one.
        let key = visible(&record.meta.key.escaped()).into_owned();
        let content_type = record.meta.content_type.as_str().to_owned();
        Self::with(store, Some(record), &key, &content_type, opened, Field::Value)
    }

    fn with(
        store: StoreName,
        original: Option<Record>,
        key: &str,
        content_type: &str,
        opened: Opened,
        field: Field,
    ) -> Self {
        let Opened { value, start, source, charset, spacing, note } = opened;
        let value = Content::of(value, &start);
        // A line break in a content type is a space in its field, and not a change.
        let content_type = LineInput::new(content_type);
        let start = (content_type.text().to_owned(), start);
        Self {
            store,
            original,
            inner: None,
            key: LineInput::new(key),
            content_type,
            value,
            field,
            saving: Saving::default(),
            outside: false,
            json_layout: JsonLayout::default(),
            fault: None,
            fault_line: None,
            told: None,
            scroll: EditorScroll::default(),
            wrap: false,
            note,
            staged: None,
            preparing: None,
            working: None,
            places: None,
            needle: String::new(),
            clipboard: Bytes::new(),
            check: check::Check::default(),
            charset,
            spacing,
            source,
            start,
        }
    }

    /// Whether a save or work on the whole value is under way: keys wait for its end.
    pub fn is_busy(&self) -> bool {
        let works = self.is_preparing() || self.working.is_some();
        works || self.saving.is_busy() || self.is_putting_back()
    }

    /// Whether anything was changed.
    pub fn is_changed(&self) -> bool {
        self.content_type.text() != self.start.0
            || (self.original.is_none() && !self.key.text().is_empty())
            || self.value.is_changed(&self.start.1)
    }

    /// Whether a draft can hold what was read and typed; that is not counted to the byte.
    pub(super) fn fits_draft(&self) -> bool {
        let read = self.base().map_or(0, |base| base.value.len());
        let (start, typed) = match self.value.document() {
            Some(document) => (document.original().len(), document.most_inserted()),
            None => (0, self.value.len()),
        };
        read.max(start).max(typed) <= draft::MOST
    }

    /// Whether what was typed can be kept as a draft.
    pub(super) fn can_be_draft(&self) -> bool {
        self.is_changed() && self.fits_draft()
    }

    /// The key, as it was read or typed.
    pub fn typed_key(&self) -> Key {
        match &self.original {
            Some(record) => record.meta.key.clone(),
            None => Key::from(self.key.text()),
        }
    }

    /// The content type as typed.
    pub fn typed_content_type(&self) -> ContentType {
        ContentType::from(self.content_type.text().trim())
    }

    /// Replaces the value, as the user's own editor left it.
    pub fn replace(&mut self, text: &Bytes, now: Timestamp) {
        match &mut self.value {
            Content::Text(edit) => edit.replace_text(text, now),
            Content::Hex(edit) => edit.replace_bytes(text, now),
            Content::Bytes(own) => own.clone_from(text),
        }
        self.scroll = EditorScroll::default();
        self.fault = None;
    }

    /// Says what is wrong, and in which line of the value, from 1.
    pub(in crate::app) fn fail(&mut self, why: String, line: Option<usize>) {
        (self.fault, self.fault_line) = (Some(why), line);
    }

    /// Moves to the next or previous field.
    pub fn next_field(&mut self, forward: bool) {
        let fields: &[Field] = if self.inner.is_some() {
            &[Field::Value]
        } else if self.original.is_none() {
            &[Field::Key, Field::ContentType, Field::Value]
        } else {
            &[Field::ContentType, Field::Value]
        };
        let at = fields.iter().position(|field| *field == self.field).unwrap_or(0);
        let step = if forward { 1 } else { fields.len() - 1 };
        self.field = fields[(at + step) % fields.len()];
    }

    /// Takes a key that is bound to no action.
    pub fn key(&mut self, key: KeyEvent, body: Area, now: Timestamp) {
        use crossterm::event::{KeyCode, KeyModifiers};
        self.fault = None;
        // Text that is pasted without brackets may have line feeds.
        let line_feed = key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL;
        let tab = key.code == KeyCode::Tab && key.modifiers.is_empty();
        let types = self.field == Field::Value && self.value.text().is_some();
        match self.field {
            _ if tab && !types => self.next_field(true),
            Field::Key | Field::ContentType if line_feed || key.code == KeyCode::Enter => {
                self.next_field(true);
            }
            Field::ContentType if matches!(key.code, KeyCode::Up | KeyCode::Down) => {
                self.cycle_type(key.code == KeyCode::Down);
            }
            Field::Key => {
                self.key.key(key);
            }
            Field::ContentType => {
                self.content_type.key(key);
            }
            Field::Value => {
                let _ = self.hex_key(key, body, now) || self.text_key(key, body, now);
            }
        }
    }

    /// Takes pasted text where the cursor is.
    pub fn paste(&mut self, text: &str, now: Timestamp) {
        self.fault = None;
        match (self.field, &mut self.value) {
            (Field::Key, _) => self.key.paste(text),
            (Field::ContentType, _) => self.content_type.paste(text),
            (Field::Value, Content::Text(edit)) => edit.paste(text, now),
            (Field::Value, Content::Hex(edit)) => edit.paste(text, now),
            (Field::Value, Content::Bytes(_)) => {}
        }
    }

    /// Undoes a change of the value, or with `redo` does it again.
    pub fn undo(&mut self, redo: bool) {
        match &mut self.value {
            Content::Text(text) => drop(text.undo(redo)),
            Content::Hex(edit) => edit.undo(redo),
            Content::Bytes(_) => {}
        }
    }

    fn cycle_type(&mut self, forward: bool) {
        let typed = self.content_type.text();
        let count = COMMON_TYPES.len();
        let at = COMMON_TYPES.iter().position(|common| *common == typed);
        let next = match (at, forward) {
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
            (None, true) => 0,
            (None, false) => count - 1,
        };
        self.content_type = LineInput::new(COMMON_TYPES[next]);
    }
}
