//! The value being edited: as text, or as bytes that are only held.

use bytes::Bytes;

use crate::edit::{Document, HexEdit, TextEdit};

/// What is edited.
#[derive(Debug)]
pub enum Content {
    /// Text.
    Text(Box<TextEdit>),
    /// Bytes that are not text.
    Hex(Box<HexEdit>),
    /// Bytes that are too many: only the user's own editor can change them.
    Bytes(Bytes),
}

impl Content {
    pub(super) fn new(bytes: &Bytes) -> Self {
        Self::Text(Box::new(TextEdit::new(bytes.clone())))
    }

    /// The value's bytes, as they would be stored.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Text(text) => text.document().bytes(),
            Self::Hex(edit) => edit.document().bytes(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Whether something else stands there than when it was opened, with `start`.
    pub(super) fn is_changed(&self, start: &Bytes) -> bool {
        match self {
            Self::Text(text) => text.document().is_changed(),
            Self::Hex(edit) => edit.document().is_changed(),
            // Mostly the very same bytes, which need not be compared.
            Self::Bytes(own) => {
                own.len() != start.len() || (own.as_ptr() != start.as_ptr() && own != start)
            }
        }
    }

    /// Whether a byte has been typed of which only the first digit is there.
    pub fn is_half_typed(&self) -> bool {
        self.hex().is_some_and(|edit| edit.half().is_some())
    }

    /// What ends a line, as other editors would add it at the end.
    pub fn line_end(&self) -> &'static [u8] {
        self.text().map_or(b"\n", |text| text.line_end().as_bytes())
    }

    /// What is typed over.
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Text(text) => Some(text.document()),
            Self::Hex(edit) => Some(edit.document()),
            Self::Bytes(_) => None,
        }
    }

    /// The text being edited.
    pub fn text(&self) -> Option<&TextEdit> {
        match self {
            Self::Text(text) => Some(text),
            Self::Hex(_) | Self::Bytes(_) => None,
        }
    }

    pub(super) fn text_mut(&mut self) -> Option<&mut TextEdit> {
        match self {
            Self::Text(text) => Some(text),
            Self::Hex(_) | Self::Bytes(_) => None,
        }
    }

    /// The bytes being edited.
    pub fn hex(&self) -> Option<&HexEdit> {
        match self {
            Self::Hex(edit) => Some(edit),
            Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    pub(super) fn hex_mut(&mut self) -> Option<&mut HexEdit> {
        match self {
            Self::Hex(edit) => Some(edit),
            Self::Text(_) | Self::Bytes(_) => None,
        }
    }
}
