//! The text of a draft: its bytes, or the document in which it is typed, whose bytes are made where they are
//! needed.

use bytes::Bytes;

use super::super::document::Document;
use super::super::merge::MergedText;

/// Size of texts up to which they are compared byte by byte.
const COMPARED: usize = 256 << 10;

/// Typed text.
#[derive(Debug, Clone)]
pub enum DraftText {
    /// Its bytes.
    Whole(Bytes),
    /// A copy of the document in which it is typed, without the steps to undo.
    Typed(Box<Document>),
    /// What a merge gives with what was typed for its conflicts.
    Merged(MergedText),
}

impl DraftText {
    /// The text of a document, which is not copied.
    pub fn of(document: &Document) -> Self {
        Self::Typed(Box::new(document.without_history()))
    }

    /// Its bytes; made of the document's pieces.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Whole(bytes) => bytes.clone(),
            Self::Typed(document) => document.bytes(),
            Self::Merged(text) => text.bytes().clone(),
        }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::Typed(document) => document.len(),
            Self::Merged(text) => text.bytes().len(),
        }
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether nothing was typed between the two. Where much was, that is not looked for byte by byte: long
    /// texts that are equal may count as different.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Typed(own), Self::Typed(other)) if own.is_copy_of(other) => true,
            (Self::Merged(own), Self::Merged(other)) if own.is_same(other) => true,
            (Self::Merged(text), _) | (_, Self::Merged(text)) if text.made_of() > COMPARED => false,
            _ => self.len() == other.len() && self.len() <= COMPARED && self == other,
        }
    }
}

impl PartialEq for DraftText {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(own), Self::Whole(other)) => own == other,
            (Self::Typed(own), Self::Typed(other)) => own.equals(other),
            (Self::Whole(bytes), Self::Typed(document))
            | (Self::Typed(document), Self::Whole(bytes)) => {
                document.equals(&Document::new(bytes.clone()))
            }
            (Self::Merged(text), other) | (other, Self::Merged(text)) => {
                *other == Self::Whole(text.bytes().clone())
            }
        }
    }
}

impl Eq for DraftText {}

impl PartialEq<[u8]> for DraftText {
    fn eq(&self, other: &[u8]) -> bool {
        self.bytes() == other
    }
}

impl PartialEq<&str> for DraftText {
    fn eq(&self, other: &&str) -> bool {
        self.bytes() == other.as_bytes()
    }
}

impl From<Bytes> for DraftText {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(bytes)
    }
}

impl From<&'static str> for DraftText {
    fn from(text: &'static str) -> Self {
        Self::Whole(Bytes::from_static(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Grouping;
    use crate::model::Timestamp;

    #[test]
    fn a_text_is_the_same_until_something_is_typed() {
        let mut document = Document::new(Bytes::from(vec![b'x'; COMPARED + 1]));
        let before = DraftText::of(&document);
        assert!(before.is_same(&DraftText::of(&document)));
        document.replace(1..2, b"y", Grouping::Typed, Timestamp::from_micros(0));
        let after = DraftText::of(&document);
        assert!(!before.is_same(&after) && before != after);
        assert_eq!(after, DraftText::from(document.bytes()));
        let (short, other) = (DraftText::from("a"), DraftText::of(&Document::new("a".into())));
        assert!(short.is_same(&other) && !short.is_same(&"b".into()));
    }
}
