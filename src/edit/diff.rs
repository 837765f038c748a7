//! Differences between two values: by leaf where they are JSON, by line where they are text, by range where
//! they are neither. Bytes are shown as they are spelled.

mod come;
mod excerpt;
mod inside;
mod json;
mod lines;
mod ranges;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::model::ContentType;
use crate::preview::json::check;

use super::leaves::Digests;
use super::text_of::TypedValue;

pub use come::come;
pub use inside::Come;

/// Limit on the changes that are listed of one value; further ones are only counted.
pub(super) const LISTED: usize = 1000;
/// Largest size at which values are compared by leaf or line, in bytes; larger ones are compared by range.
const COMPARED: usize = 16 << 20;

/// The differences between two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// Size in bytes and content type before; `None` if there was nothing.
    pub before: Option<(u64, ContentType)>,
    /// Size in bytes and content type after; `None` if nothing is left.
    pub after: Option<(u64, ContentType)>,
    /// The differences between the bytes.
    pub body: DiffBody,
    /// Number of changes that are not listed.
    pub more: usize,
    /// Packing of the values, such as `gzip`, where their contents were compared.
    pub inside: Option<String>,
}

/// The differences between the bytes of two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffBody {
    /// No difference.
    Same,
    /// JSON that differs only in white space between values, or in the order of members.
    Layout,
    /// Leaves of JSON.
    Leaves(Vec<LeafChange>),
    /// Lines of a text, with some of those around them, and gaps.
    Lines(Vec<Row>),
    /// Ranges of bytes.
    Ranges(Vec<RangeChange>),
}

/// A leaf, or a whole object or list, that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafChange {
    /// Where: `$.a[3].b`.
    pub path: String,
    /// The old value as it is spelled, cut if it is long; `None` if there was none.
    pub before: Option<String>,
    /// The new value, as `before`.
    pub after: Option<String>,
}

/// A row of a diff by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An unchanged line, with its number after the change, from 1.
    Same(usize, String),
    /// A removed line, with its number before the change, and the bytes of its text that differ.
    Removed(usize, String, Vec<Range<usize>>),
    /// An added line, with its number after the change, and the bytes of its text that differ.
    Added(usize, String, Vec<Range<usize>>),
    /// A gap of this number of unchanged lines.
    Skipped(usize),
}

/// A range of bytes that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeChange {
    /// Start of the range before the change.
    pub at: u64,
    /// Length before the change, and the first bytes.
    pub before: (u64, Vec<u8>),
    /// Length after the change, and the first bytes.
    pub after: (u64, Vec<u8>),
}

impl Diff {
    /// The differences that a change made to a value. `None`: there is no value.
    pub fn of(before: Option<&TypedValue>, after: Option<&TypedValue>) -> Self {
        let weight = |typed: &TypedValue| (typed.value.len() as u64, typed.content_type.clone());
        let empty = TypedValue { content_type: ContentType::from(""), value: bytes::Bytes::new() };
        let (old, new) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
        let (body, more) =
            if old.value == new.value { (DiffBody::Same, 0) } else { of_bytes(old, new) };
        Self { before: before.map(weight), after: after.map(weight), body, more, inside: None }
    }

    /// Whether the content type differs.
    pub fn is_retyped(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.1 != after.1)
    }

    /// Whether there is no difference at all.
    pub fn is_empty(&self) -> bool {
        self.body == DiffBody::Same
            && self.inside.is_none()
            && !self.is_retyped()
            && self.before.is_some() == self.after.is_some()
    }
}

/// Whether two texts are compared by leaf.
fn by_leaf(typed: [&TypedValue; 2], texts: [&[u8]; 2]) -> bool {
    typed.iter().any(|typed| typed.content_type.is_json())
        && texts.iter().all(|text| check(text).is_ok())
}

fn of_bytes(old: &TypedValue, new: &TypedValue) -> (DiffBody, usize) {
    if old.value.len().max(new.value.len()) > COMPARED {
        return ranges::compare(&old.value, &new.value);
    }
    let (Some((before, _)), Some((after, _))) = (old.text(), new.text()) else {
        return ranges::compare(&old.value, &new.value);
    };
    // The same text in another charset.
    if before == after {
        return ranges::compare(&old.value, &new.value);
    }
    if by_leaf([old, new], [&before, &after]) {
        let compared = json::compare(&before, &after, &Digests::default());
        if let Some(compared) = compared {
            return compared;
        }
    }
    lines::compare(&before, &after)
}
