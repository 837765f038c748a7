//! The way from a record's value to what is edited of it: its text in UTF-8, JSON laid out in lines.

use bytes::Bytes;

use crate::edit::{HexEdit, InnerValue, TextEdit};
use crate::model::{Family, Record, RecordMeta};
use crate::preview::charset::{self, Charset, DecodedText};
use crate::preview::json::{self, Spacing};

use super::working::Edited;

/// Limit on a value that is edited in hexadecimal, in bytes. It is above the limit for text, as bytes are not
/// laid out.
const MOST_HEX: usize = 64 << 20;
/// Bytes at the start of a large value that tell whether it is text.
const LOOKED_AT: usize = 4096;

/// A value made ready to be edited, and what is needed to store it as it was.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The value; none where it is only held, for the user's own editor.
    pub(super) value: Option<Edited>,
    /// What stands in the editor before anything is typed.
    pub(super) start: Bytes,
    /// The text before it was laid out.
    pub(super) source: Bytes,
    /// The charset that it is stored in.
    pub(super) charset: Charset,
    /// How the JSON was spaced on its one line; none if it was not laid out.
    pub(super) spacing: Option<Spacing>,
    /// What the user should know of the value.
    pub(super) note: Option<String>,
}

impl Opened {
    /// Opens an empty text.
    pub(super) fn empty() -> Self {
        Self { value: Some(text_of(&Bytes::new())), ..Self::bytes(&Bytes::new()) }
    }

    /// Opens a record's value. One above `limit` bytes that would be edited as text, and any that is very
    /// large, is only held.
    pub fn of(record: &Record, limit: u64) -> Self {
        Self::within(record, limit).unwrap_or_else(|| Self::bytes(&record.value))
    }

    /// Holds a value that is not edited here.
    fn bytes(value: &Bytes) -> Self {
        Self {
            value: None,
            start: value.clone(),
            source: Bytes::new(),
            charset: Charset::UTF_8,
            spacing: None,
            note: None,
        }
    }

    /// Opens a value in hexadecimal.
    fn hex(value: &Bytes) -> Self {
        let edit = HexEdit::new(value.clone());
        Self { value: Some(Edited::Hex(Box::new(edit))), ..Self::bytes(value) }
    }

    /// Opens a value that may be too large for text, whose limit is `limit`; none where it is too large
    /// altogether.
    fn within(record: &Record, limit: u64) -> Option<Self> {
        if record.value.len() as u64 <= limit {
            return Some(Self::new(record));
        }
        let start = &record.value[..record.value.len().min(LOOKED_AT)];
        let is_text = matches!(record.meta.content_type.family(), Family::Text | Family::Json)
            || std::str::from_utf8(start).map_or_else(|why| why.error_len().is_none(), |_| true);
        (!is_text && record.value.len() <= MOST_HEX).then(|| Self::hex(&record.value))
    }

    fn new(record: &Record) -> Self {
        let Some(read) = text(record).filter(|read| keeps(read, record)) else {
            return Self { note: not_text(record), ..Self::hex(&record.value) };
        };
        let json = record.meta.content_type.is_json() && json::check(&read.text).is_ok();
        let (laid_out, spacing, note) = if json { lay_out(&read.text) } else { (None, None, None) };
        let source = read.text;
        let start = laid_out.unwrap_or_else(|| source.clone());
        let value = Some(text_of(&start));
        Self { value, start, source, charset: read.charset, spacing, note }
    }
}

fn text_of(text: &Bytes) -> Edited {
    Edited::Text(Box::new(TextEdit::new(text.clone())))
}

/// The text of a value, if it has one.
fn text(record: &Record) -> Option<DecodedText> {
    charset::read(&record.meta, &record.value, false).or_else(|| DecodedText::utf8(&record.value))
}

/// Whether the parts that are not typed over stay the same to the byte. Bytes that should be UTF-8 and are
/// not are edited as they stand.
fn keeps(read: &DecodedText, record: &Record) -> bool {
    read.is_exact(&record.value) || (read.charset.is_plain() && read.text == record.value)
}

/// Why a text is edited as bytes; none where it is edited as text, and where bytes are expected.
fn not_text(record: &Record) -> Option<String> {
    let read = text(record).filter(|read| !keeps(read, record))?;
    let charset = read.charset.name();
    Some(if read.faulty {
        format!("edited as bytes: not all are {charset}")
    } else {
        format!("edited as bytes: {charset} would spell it anew")
    })
}

/// The record that a value in a value is edited as.
pub(super) fn inside(record: &Record, value: &InnerValue) -> Record {
    let inner = value.inner();
    Record {
        meta: RecordMeta {
            key: record.meta.key.clone(),
            content_type: inner.content_type(),
            size: inner.value().len() as u64,
            ..RecordMeta::default()
        },
        value: inner.value().clone(),
    }
}

/// Whether a record is JSON that is laid out to be edited.
pub(super) fn is_laid_out(record: &Record) -> bool {
    record.meta.content_type.is_json()
        && json::check(&record.value).is_ok()
        && lay_out(&record.value).1.is_some()
}

type LaidOut = (Option<Bytes>, Option<Spacing>, Option<String>);

/// Lays JSON on one line out in lines, to be put on one line again.
fn lay_out(text: &Bytes) -> LaidOut {
    // JSON on several lines is edited as it stands.
    let Some(spacing) = Spacing::seen(text) else { return (None, None, None) };
    if let Some(lines) = json::pretty(text) {
        return (Some(lines.into()), Some(spacing), None);
    }
    let note = "too long laid out: edited as it stands";
    (None, None, Some(note.to_owned()))
}
