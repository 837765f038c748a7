//! The way from what was typed to the write that stores it.

use crate::model::{ContentType, Expect, SetValue, Timestamp};
use crate::preview::json;

use super::super::input::LineInput;
use super::Editor;

/// Why the editor cannot save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// Nothing was changed.
    Unchanged,
    /// A field is wrong; the sentence says what to do.
    Fault(String),
}

impl Editor {
    /// Lays JSON out for people; the error says why it could not.
    pub fn format(&mut self, now: Timestamp) -> Result<(), String> {
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
        let Some(text) = json::pretty(&bytes) else {
            return Err("too long laid out: left as it stands".to_owned());
        };
        if let Some(edit) = self.value.text_mut() {
            edit.replace_text(text.as_bytes(), now);
        }
        Ok(())
    }

    /// The write that stores what was typed; with `as_text` it stores it as text, whatever it was. The write
    /// expects what was read when the editor was opened, or `over` if that is given.
    pub fn to_set(&mut self, as_text: bool, over: Option<Expect>) -> Result<SetValue, Blocked> {
        let set = self.typed_set(as_text, over)?;
        let Some(inner) = &self.inner else { return Ok(set) };
        let whole = inner.value.put_back(&set.value).map_err(|why| Blocked::Fault(why.0))?;
        Ok(SetValue { value: whole, ..set })
    }

    /// Like `to_set`, but with the text as it was typed, which for a value in a value has still to be put
    /// back.
    pub(in crate::app) fn typed_set(
        &mut self,
        as_text: bool,
        over: Option<Expect>,
    ) -> Result<SetValue, Blocked> {
        if as_text {
            self.content_type = LineInput::new(ContentType::TEXT.as_str());
        }
        if let Some(hex) = self.value.hex().filter(|hex| hex.half().is_some()) {
            let why = format!("byte {:#x}: type its second digit", hex.cursor());
            return Err(Blocked::Fault(why));
        }
        if !self.is_changed() && self.original.is_some() && over.is_none() {
            return Err(Blocked::Unchanged);
        }
        let was = self.original.as_ref();
        let content_type = match was {
            Some(record) if self.content_type.text() == self.start.0 => {
                record.meta.content_type.clone()
            }
            _ => self.typed_content_type(),
        };
        let value = self.stored(&content_type, as_text)?;
        let base = self.base();
        let expected = over.unwrap_or_else(|| match base {
            Some(record) => {
                Expect::unchanged(record.value.clone(), record.meta.content_type.clone())
            }
            None => Expect::Absent,
        });
        let content_type = match &self.inner {
            Some(inner) => inner.record.meta.content_type.clone(),
            None => content_type,
        };
        let key = self.typed_key();
        Ok(SetValue { store: self.store.clone(), key, value, content_type, expected })
    }
}
