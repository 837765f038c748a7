//! The way from what was typed to the write that stores it.

use crate::model::{ContentType, Expect, SetValue};

use super::super::input::LineInput;
use super::super::storing::{NotStored, Stored, Typed, TypedContent};
use super::{Content, Editor, Field};

/// Why the editor cannot save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// Nothing was changed.
    Unchanged,
    /// A field is wrong; the sentence says what to do. With the line of the value that it is in, from 1.
    Fault(String, Option<usize>),
}

impl Editor {
    /// The write that stores what was typed; with `as_text` it stores it as text, whatever it was. The write
    /// expects what was read when the editor was opened, or `over` if that is given.
    pub fn to_set(&mut self, as_text: bool, over: Option<Expect>) -> Result<SetValue, Blocked> {
        let set = self.typed_set(as_text, over)?;
        let Some(inner) = &self.inner else { return Ok(set) };
        let whole = inner.value.put_back(&set.value).map_err(|why| Blocked::Fault(why.0, None))?;
        Ok(SetValue { value: whole, ..set })
    }

    /// Like `to_set`, but with the text as it was typed, which for a value in a value has still to be put
    /// back.
    pub(in crate::app) fn typed_set(
        &mut self,
        as_text: bool,
        over: Option<Expect>,
    ) -> Result<SetValue, Blocked> {
        let typed = self.take_typed(as_text, over.is_some())?;
        let stored = typed.stored();
        self.set_of(typed.content_type, stored, over)
    }

    /// What was typed, to be made the bytes that are stored; `anyhow`: also where nothing was changed.
    pub(super) fn take_typed(&mut self, as_text: bool, anyhow: bool) -> Result<Typed, Blocked> {
        if as_text {
            self.content_type = LineInput::new(ContentType::TEXT.as_str());
        }
        if let Some(hex) = self.value.hex().filter(|hex| hex.half().is_some()) {
            let why = format!("byte {:#x}: type its second digit", hex.cursor());
            return Err(Blocked::Fault(why, None));
        }
        if !self.is_changed() && self.original.is_some() && !anyhow {
            return Err(Blocked::Unchanged);
        }
        let was = self.original.as_ref();
        let content_type = match was {
            Some(record) if self.content_type.text() == self.start.0 => {
                record.meta.content_type.clone()
            }
            _ => self.typed_content_type(),
        };
        Ok(self.typed(content_type, as_text))
    }

    /// What was typed, to be stored under this content type.
    fn typed(&self, content_type: ContentType, as_text: bool) -> Typed {
        let content = match &self.value {
            value if !value.is_changed(&self.start.1) && self.original.is_some() => {
                TypedContent::Untouched(value.bytes())
            }
            Content::Text(edit) => TypedContent::Text(edit.document().without_history()),
            Content::Hex(edit) => TypedContent::Hex(edit.document().without_history()),
            Content::Bytes(bytes) => TypedContent::Bytes(bytes.clone()),
        };
        Typed {
            content_type,
            as_text,
            content,
            is_text: matches!(self.value, Content::Text(..)),
            original: self.original.clone(),
            charset: self.charset,
            spacing: self.spacing.clone(),
            source: self.source.clone(),
            start: self.start.1.clone(),
            json_layout: self.json_layout,
        }
    }

    /// The write of the bytes that were made of what was typed.
    pub(super) fn set_of(
        &mut self,
        content_type: ContentType,
        stored: Result<Stored, NotStored>,
        over: Option<Expect>,
    ) -> Result<SetValue, Blocked> {
        let Stored { value, told } = stored.map_err(|NotStored { is_of_type, place, why }| {
            self.field = if is_of_type { Field::ContentType } else { Field::Value };
            if let Some((line, column)) = place {
                self.go_to(line, column);
            }
            Blocked::Fault(why, place.map(|(line, _)| line))
        })?;
        self.told = told;
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
