//! From what was typed to the write that stores it.

use bytes::Bytes;
use ratatui_textarea::CursorMove;

use crate::preview::json;
use crate::storage::content::Family;
use crate::storage::{ContentType, Expected, JsonLayout, Record, SetValue, Write};

use super::super::input::LineInput;
use super::{Content, Editor, Field};

/// Why the editor cannot save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// Nothing was changed.
    Unchanged,
    /// A field is wrong; says what to do.
    Fault(String),
}

impl Editor {
    /// Lays JSON out for people; tells why it could not.
    pub fn format(&mut self) -> Result<(), String> {
        let bytes = self.value.bytes();
        if let Err(fault) = json::check(&bytes) {
            self.go_to(fault.line, fault.column);
            return Err(format!(
                "line {}, column {}: {}",
                fault.line,
                fault.column,
                fault.reason()
            ));
        }
        let text = json::pretty(&bytes);
        if let Content::Text(area, _) = &mut self.value
            && text.as_bytes() != bytes
        {
            area.select_all();
            area.insert_str(&text);
            area.move_cursor(CursorMove::Top);
        }
        Ok(())
    }

    /// The write that stores what was typed; `as_text` stores it as text whatever it was. It expects
    /// what was read when the editor was opened, or `over` if that is given.
    pub fn to_write(&mut self, as_text: bool, over: Option<Expected>) -> Result<Write, Blocked> {
        if as_text {
            self.content_type = LineInput::new(ContentType::TEXT.as_str());
        }
        if !self.is_changed() && self.original.is_some() && over.is_none() {
            return Err(Blocked::Unchanged);
        }
        // What was not touched is stored as it was, to the byte.
        let was = self.original.as_ref();
        let content_type = match was {
            Some(record) if self.content_type.text() == self.start.0 => {
                record.meta.content_type.clone()
            }
            _ => self.typed_content_type(),
        };
        let untouched = was.filter(|_| self.value.is(&self.start.1)).map(|was| was.value.clone());
        let value = self.value.bytes();
        let value = match content_type.family() {
            Family::Unknown => {
                self.field = Field::ContentType;
                return Err(Blocked::Fault("type a content type, or choose one with ↑ ↓".into()));
            }
            Family::None if !value.is_empty() => {
                self.field = Field::ContentType;
                return Err(Blocked::Fault(
                    "application/x-none stands for None and has no value: choose another content \
                     type with ↑ ↓, or empty the value"
                        .into(),
                ));
            }
            Family::Json => match json::check(&value) {
                Ok(()) => untouched.unwrap_or_else(|| self.json_bytes(value)),
                Err(fault) => {
                    self.field = Field::Value;
                    self.go_to(fault.line, fault.column);
                    return Err(Blocked::Fault(format!(
                        "not JSON at line {}, column {}: {}",
                        fault.line,
                        fault.column,
                        fault.reason()
                    )));
                }
            },
            _ => untouched.unwrap_or(value),
        };
        let expected = over.unwrap_or_else(|| match &self.original {
            Some(record) => Expected::Unchanged {
                value: record.value.clone(),
                content_type: record.meta.content_type.clone(),
            },
            None => Expected::Absent,
        });
        let key = self.typed_key();
        Ok(Write::Set(SetValue { store: self.store.clone(), key, value, content_type, expected }))
    }

    /// As Crawlee writes it in this storage, unless the record stood otherwise before.
    fn json_bytes(&self, text: Bytes) -> Bytes {
        let was_json = |record: &Record| record.meta.content_type.family() == Family::Json;
        match &self.original {
            Some(record) if was_json(record) && !is_crawlee_json(record) => text,
            Some(record) if was_json(record) => Bytes::from(json::compact(&text)),
            _ if self.json_layout == JsonLayout::Indented => Bytes::from(json::pretty(&text)),
            _ => Bytes::from(json::compact(&text)),
        }
    }
}

/// Whether the value is JSON on one line exactly as Crawlee writes it.
pub(super) fn is_crawlee_json(record: &Record) -> bool {
    record.meta.content_type.family() == Family::Json
        && json::check(&record.value).is_ok()
        && json::compact(&record.value) == record.value
}
