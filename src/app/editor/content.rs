//! The value being edited: as text, or as bytes that are only held.

use bytes::Bytes;

use crate::edit::draft::DraftText;
use crate::edit::{Document, HexEdit, TextEdit};

use super::super::working::Edited;

/// The value in the editor.
#[derive(Debug)]
pub enum Content {
    /// Text.
    Text(Box<TextEdit>),
    /// Bytes that are not text.
    Hex(Box<HexEdit>),
    /// Bytes that are too many to edit here: only the user's own editor can change them.
    Bytes(Bytes),
}

impl Content {
    /// A value that was opened, or `held` where it is only held.
    pub(super) fn of(opened: Option<Edited>, held: &Bytes) -> Self {
        match opened {
            Some(Edited::Text(edit)) => Self::Text(edit),
            Some(Edited::Hex(edit)) => Self::Hex(edit),
            Some(Edited::Held(held)) => Self::Bytes(held),
            None => Self::Bytes(held.clone()),
        }
    }

    /// The value's bytes, as they would be stored.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Text(text) => text.document().bytes(),
            Self::Hex(edit) => edit.document().bytes(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// The value's bytes for a draft: pieces that are made bytes later.
    pub(in crate::app) fn draft_text(&self) -> DraftText {
        match self {
            Self::Bytes(bytes) => DraftText::Whole(bytes.clone()),
            Self::Text(_) | Self::Hex(_) => {
                self.document().map_or_else(|| Bytes::new().into(), DraftText::of)
            }
        }
    }

    /// Number of bytes.
    pub(in crate::app) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Text(_) | Self::Hex(_) => self.document().map_or(0, Document::len),
        }
    }

    /// Whether the content differs from `start`, which it was opened with.
    pub(super) fn is_changed(&self, start: &Bytes) -> bool {
        match self {
            Self::Text(text) => text.document().is_changed(),
            Self::Hex(edit) => edit.document().is_changed(),
            // Mostly they are the very same bytes, which need not be compared.
            Self::Bytes(own) => {
                own.len() != start.len() || (own.as_ptr() != start.as_ptr() && own != start)
            }
        }
    }

    /// Whether only the first digit of a byte has been typed.
    pub fn is_half_typed(&self) -> bool {
        self.hex().is_some_and(|edit| edit.half().is_some())
    }

    /// The line end that other editors would add at the end of the text.
    pub fn line_end(&self) -> &'static [u8] {
        self.text().map_or(b"\n", |text| text.line_end().as_bytes())
    }

    /// The document that is typed into.
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
