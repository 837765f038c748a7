//! What is different about two values: by leaf where they are JSON, by line where they are text, by
//! range where they are neither. Bytes are shown as they are spelled.

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
pub use inside::come_of_contents;

/// Changes that are listed of one value; of the others there is the count.
pub(super) const LISTED: usize = 1000;
/// Values up to this many bytes are compared by leaf or line; longer ones by range.
const COMPARED: usize = 16 << 20;

/// What is different about two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// Size in bytes and content type before; `None` if there was nothing.
    pub before: Option<(u64, ContentType)>,
    /// Size in bytes and content type after; `None` if nothing is left.
    pub after: Option<(u64, ContentType)>,
    /// What is different about the bytes.
    pub body: DiffBody,
    /// Changes that are not listed.
    pub more: usize,
    /// How the values are packed of which what they hold was compared: `gzip`.
    pub inside: Option<String>,
}

/// What is different about the bytes of two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffBody {
    /// Nothing.
    Same,
    /// Of JSON, only white space between values, or the order of members.
    Layout,
    /// Leaves of JSON.
    Leaves(Vec<LeafChange>),
    /// Lines of a text, some of those around them, and where lines are left out.
    Lines(Vec<Row>),
    /// Ranges of bytes.
    Ranges(Vec<RangeChange>),
}

/// A leaf, or a whole object or list, that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafChange {
    /// Where: `$.a[3].b`.
    pub path: String,
    /// What was there, as it is spelled, cut if it is long; `None` if nothing.
    pub before: Option<String>,
    /// What is there.
    pub after: Option<String>,
}

/// A row of a diff by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A line that is the same, by its number after the change, from 1.
    Same(usize, String),
    /// A line that goes, by its number before, and the bytes of its text that are different.
    Removed(usize, String, Vec<Range<usize>>),
    /// A line that comes, by its number after.
    Added(usize, String, Vec<Range<usize>>),
    /// So many lines that are the same are left out.
    Skipped(usize),
}

/// A range of bytes that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeChange {
    /// Where it begins before the change.
    pub at: u64,
    /// How long it was and the first bytes of it.
    pub before: (u64, Vec<u8>),
    /// How long it is and the first bytes of it.
    pub after: (u64, Vec<u8>),
}

impl Diff {
    /// What is different about a value after a change. `None`: it is not there.
    pub fn of(before: Option<&TypedValue>, after: Option<&TypedValue>) -> Self {
        let weight = |typed: &TypedValue| (typed.value.len() as u64, typed.content_type.clone());
        let empty = TypedValue { content_type: ContentType::from(""), value: bytes::Bytes::new() };
        let (old, new) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
        let (body, more) =
            if old.value == new.value { (DiffBody::Same, 0) } else { of_bytes(old, new) };
        Self { before: before.map(weight), after: after.map(weight), body, more, inside: None }
    }

    /// Whether the content type is another.
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
