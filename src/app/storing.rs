//! The way from what was typed to the bytes that are stored: checked, in the record's layout and charset.

use bytes::Bytes;

use crate::edit::Document;
use crate::model::{ContentType, Family, JsonLayout, Record};
use crate::preview::charset::{Charset, Unwritable};
use crate::preview::json::{self, JsonFault, Spacing};
use crate::text;

/// What was typed, with all that its bytes are made of. It borrows nothing: much is worked out off the loop.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The content type to store under.
    pub(super) content_type: ContentType,
    /// Whether it is stored as text, whatever it was.
    pub(super) as_text: bool,
    /// The value.
    pub(super) content: TypedContent,
    /// Whether it is edited as text.
    pub(super) is_text: bool,
    /// The record as it was read; none for a new one.
    pub(super) original: Option<Record>,
    /// The charset that it was read in.
    pub(super) charset: Charset,
    /// How the JSON was spaced on its one line, where it was laid out.
    pub(super) spacing: Option<Spacing>,
    /// The JSON before it was laid out.
    pub(super) source: Bytes,
    /// What stood in the editor when it was opened.
    pub(super) start: Bytes,
    /// How new JSON is laid out.
    pub(super) json_layout: JsonLayout,
}

/// The typed value.
#[derive(Debug, Clone)]
pub(super) enum TypedContent {
    /// What was read, which nobody has typed over.
    Untouched(Bytes),
    Text(Document),
    Hex(Document),
    Bytes(Bytes),
}

/// The bytes to store.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The bytes.
    pub(super) value: Bytes,
    /// What is to be said of them.
    pub(super) told: Option<String>,
}

/// Why there is nothing to store, and where.
#[derive(Debug, Clone)]
pub struct NotStored {
    /// Whether the content type is to blame.
    pub(super) is_of_type: bool,
    /// The line and column to go to, from 1.
    pub(super) place: Option<(usize, usize)>,
    /// What is wrong, and what to do.
    pub(super) why: String,
}

impl Typed {
    /// The bytes to store.
    ///
    /// # Errors
    /// What was typed cannot be stored under this content type.
    pub fn stored(&self) -> Result<Stored, NotStored> {
        let mut told = Vec::new();
        let text = match &self.content {
            TypedContent::Text(document) | TypedContent::Hex(document) => document.bytes(),
            TypedContent::Untouched(bytes) | TypedContent::Bytes(bytes) => bytes.clone(),
        };
        let content_type = &self.content_type;
        match content_type.family() {
            Family::Unknown => {
                return Err(of_type("content type wanted · ↑ ↓ choose"));
            }
            Family::None if !text.is_empty() => {
                return Err(of_type("application/x-none has no value · ↑ ↓ choose"));
            }
            Family::Json => {
                json::check(&text).map_err(|fault| not_json(&fault))?;
                told.extend(too_deep(&text));
            }
            _ if content_type.has_json_suffix() => told.extend(
                json::check(&text).err().map(|fault| format!("not JSON at {}", fault.place())),
            ),
            _ => {}
        }
        let charset = if self.as_text { Charset::UTF_8 } else { self.charset_for() };
        let recoded = self.is_text && self.original.is_some() && charset != self.charset;
        let untouched = match &self.content {
            TypedContent::Untouched(_) => self.original.as_ref().map(|was| was.value.clone()),
            TypedContent::Text(_) | TypedContent::Hex(_) | TypedContent::Bytes(_) => None,
        };
        let value = match untouched {
            // A text that was not touched is stored as it was, to the byte.
            Some(was) if !(self.as_text && recoded) => {
                if recoded && !was.is_ascii() {
                    told.push(format!(
                        "type changed only: bytes are still {}",
                        self.charset.name()
                    ));
                }
                was
            }
            _ => {
                if self.is_text {
                    writable(charset, &text)?;
                }
                let text =
                    if content_type.is_json() { self.json_bytes(text, &mut told) } else { text };
                let json = content_type.family() == Family::Json;
                if self.is_text
                    && !charset.is_plain()
                    && (json || recoded || self.original.is_none())
                {
                    told.push("Crawlee for Python reads only plain UTF-8".to_owned());
                }
                self.encoded(charset, text)
            }
        };
        if let Some(label) = Charset::unknown_label(content_type.as_str()) {
            told.push(format!("charset `{label}` not known: stored in {}", charset.name()));
        }
        Ok(Stored { value, told: (!told.is_empty()).then(|| told.join("; ")) })
    }

    /// The charset to store in: the record's own, or that which a new content type declares.
    fn charset_for(&self) -> Charset {
        let was = self.original.as_ref().map(|was| &was.meta.content_type);
        if was == Some(&self.content_type) {
            self.charset
        } else {
            self.charset.under(self.content_type.as_str())
        }
    }

    /// Encodes text in its charset; bytes stay as they are.
    fn encoded(&self, charset: Charset, text: Bytes) -> Bytes {
        match std::str::from_utf8(&text) {
            Ok(characters) if self.is_text && !charset.is_plain() => {
                charset.encode(characters).map_or(text, Bytes::from)
            }
            _ => text,
        }
    }

    /// JSON as Crawlee writes it in this storage, unless the record was laid out otherwise before.
    fn json_bytes(&self, text: Bytes, told: &mut Vec<String>) -> Bytes {
        let was_json = self.original.as_ref().is_some_and(|was| was.meta.content_type.is_json());
        let laid_out = match &self.spacing {
            Some(spacing) if was_json => {
                self.carried(&text, spacing).or_else(|| json::spaced(&text, spacing))
            }
            None if was_json => return text,
            // JSON under a content type of one's own is stored as it was typed, as Crawlee stores it.
            _ if self.content_type.has_json_suffix() => return text,
            _ if self.json_layout == JsonLayout::Indented => {
                json::pretty(&text).map(String::into_bytes)
            }
            _ => Some(json::compact(&text)),
        };
        laid_out.map_or_else(
            || {
                told.push("too long laid out: stored as typed".into());
                text
            },
            Bytes::from,
        )
    }

    /// JSON that was laid out, in its former spacing, except for what was typed over.
    fn carried(&self, text: &[u8], spacing: &Spacing) -> Option<Vec<u8>> {
        let TypedContent::Text(document) = &self.content else { return None };
        let edits = document.edits_since_original();
        let edits: Vec<_> = edits
            .iter()
            .map(|edit| (edit.at..edit.at + edit.removed, edit.inserted.len()))
            .collect();
        json::carried(&self.source, &self.start, &edits, text, spacing)
    }
}

fn of_type(why: &str) -> NotStored {
    NotStored { is_of_type: true, place: None, why: why.to_owned() }
}

fn not_json(fault: &JsonFault) -> NotStored {
    let JsonFault { line, column, .. } = *fault;
    let why = format!("not JSON at line {line}, column {column}: {}", fault.reason());
    NotStored { is_of_type: false, place: Some((line, column)), why }
}

fn writable(charset: Charset, text: &[u8]) -> Result<(), NotStored> {
    if charset.is_plain() {
        return Ok(());
    }
    let Ok(text) = std::str::from_utf8(text) else { return Ok(()) };
    charset.encode(text).map(drop).map_err(|why| {
        let Unwritable { line, column, .. } = why;
        let why = format!("{why}: write it otherwise, or declare another charset");
        NotStored { is_of_type: false, place: Some((line, column)), why }
    })
}

/// A warning about JSON that is nested deeper than Python reads.
fn too_deep(text: &[u8]) -> Option<String> {
    let depth = json::depth(text);
    (depth > json::PYTHON_DEPTH).then(|| {
        let depth = text::count(depth as u64);
        format!("nested {depth} deep: Crawlee reads some 1,000 levels")
    })
}
