//! The way from what was typed to the bytes that are stored: checked, in the record's layout and charset.

use bytes::Bytes;

use crate::model::Family;
use crate::model::{ContentType, JsonLayout};
use crate::preview::charset::{Charset, Unwritable};
use crate::preview::json::{self, JsonFault, Spacing};

use super::{Blocked, Content, Editor, Field};
use crate::text;

impl Editor {
    /// The bytes to store under this content type. Sentences about them are left in `told`.
    pub(super) fn stored(
        &mut self,
        content_type: &ContentType,
        as_text: bool,
    ) -> Result<Bytes, Blocked> {
        let mut told = Vec::new();
        let text = self.value.bytes();
        match content_type.family() {
            Family::Unknown => {
                self.field = Field::ContentType;
                return Err(Blocked::Fault("content type wanted · ↑ ↓ choose".into()));
            }
            Family::None if !text.is_empty() => {
                self.field = Field::ContentType;
                return Err(Blocked::Fault("application/x-none has no value · ↑ ↓ choose".into()));
            }
            Family::Json => {
                json::check(&text).map_err(|fault| self.not_json(&fault))?;
                told.extend(too_deep(&text));
            }
            _ if content_type.has_json_suffix() => told
                .extend(json::check(&text).err().map(|fault| format!("it is not JSON: {fault}"))),
            _ => {}
        }
        let charset = if as_text { Charset::UTF_8 } else { self.charset_for(content_type) };
        let was = self.original.as_ref();
        let is_text = matches!(self.value, Content::Text(..));
        let recoded = is_text && was.is_some() && charset != self.charset;
        let untouched =
            was.filter(|_| !self.value.is_changed(&self.start.1)).map(|was| was.value.clone());
        let bytes = match untouched {
            // A text that was not touched is stored as it was, to the byte.
            Some(was) if !(as_text && recoded) => {
                if recoded && !was.is_ascii() {
                    told.push(format!(
                        "type changed only: bytes are still {}",
                        self.charset.name()
                    ));
                }
                was
            }
            _ => {
                if is_text {
                    self.writable(charset, &text)?;
                }
                let text =
                    if content_type.is_json() { self.json_bytes(text, &mut told) } else { text };
                let json = content_type.family() == Family::Json;
                if is_text && !charset.is_plain() && (json || recoded || self.original.is_none()) {
                    told.push(format!(
                        "Crawlee for Python reads only plain UTF-8, not {}",
                        charset.words()
                    ));
                }
                self.encoded(charset, text)
            }
        };
        if let Some(label) = Charset::unknown_label(content_type.as_str()) {
            told.push(format!("charset `{label}` not known: stored in {}", charset.name()));
        }
        self.told = (!told.is_empty()).then(|| told.join("; "));
        Ok(bytes)
    }

    /// The charset to store in: the record's own, or that which a new content type declares.
    fn charset_for(&self, content_type: &ContentType) -> Charset {
        let same = self.original.as_ref().is_some_and(|was| was.meta.content_type == *content_type);
        if same { self.charset } else { self.charset.under(content_type.as_str()) }
    }

    fn writable(&mut self, charset: Charset, text: &[u8]) -> Result<(), Blocked> {
        if charset.is_plain() {
            return Ok(());
        }
        let Ok(text) = std::str::from_utf8(text) else { return Ok(()) };
        charset.encode(text).map(drop).map_err(|why| {
            self.field = Field::Value;
            let Unwritable { line, column, .. } = why;
            self.go_to(line, column);
            Blocked::Fault(format!("{why}: write it otherwise, or declare another charset"))
        })
    }

    /// Encodes text in its charset; bytes stay as they are.
    fn encoded(&self, charset: Charset, text: Bytes) -> Bytes {
        match (&self.value, std::str::from_utf8(&text)) {
            (Content::Text(..), Ok(characters)) if !charset.is_plain() => {
                charset.encode(characters).map_or(text, Bytes::from)
            }
            _ => text,
        }
    }

    fn not_json(&mut self, fault: &JsonFault) -> Blocked {
        self.field = Field::Value;
        self.go_to(fault.line, fault.column);
        Blocked::Fault(format!(
            "not JSON at line {}, column {}: {}",
            fault.line,
            fault.column,
            fault.reason()
        ))
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
            _ if self.typed_content_type().has_json_suffix() => return text,
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
}

impl Editor {
    /// JSON that was laid out, in its former spacing, except for what was typed over.
    fn carried(&self, text: &[u8], spacing: &Spacing) -> Option<Vec<u8>> {
        let edits = self.value.text()?.document().edits_since_original();
        let edits: Vec<_> = edits
            .iter()
            .map(|edit| (edit.at..edit.at + edit.removed, edit.inserted.len()))
            .collect();
        json::carried(&self.source, &self.start.1, &edits, text, spacing)
    }
}

/// A warning about JSON that is nested deeper than Python reads.
fn too_deep(text: &[u8]) -> Option<String> {
    let depth = json::depth(text);
    (depth > json::PYTHON_DEPTH).then(|| {
        let depth = text::count(depth as u64);
        format!("nested {depth} deep: Crawlee reads some 1,000 levels")
    })
}
