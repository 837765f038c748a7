//! The file of a draft.
//!
//! ```text
//! larder draft 1
//! {"target": …, "store": …, "key": …, …}       what it is about, on one line
//! …                                            the value that was read, then the text that was typed
//! ```
//!
//! A digest shows whether a file is cut or damaged. Nothing in it is secret except the value itself.
//!
//! Of long values the file, which is written every second, holds only what was typed, as `larder draft 2`: for
//! each part that is replaced its offset, its length and the length of what is in its place, in 8 bytes each,
//! then all that was typed. The value that was read, and the text that it was laid out as, lie beside it under
//! the names of their digests.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::model::{ContentType, Key, StoreName, Timestamp, hex};

use super::super::document::{Document, Edit};
use super::super::inner::{InnerPlace, InnerValue};
use super::super::leaves::{EditedLeaf, LeafEdit};
use super::super::text_of::TypedValue;
use super::edits::{Digests, body_of, digest, edits_in};
use super::text::DraftText;
use super::{Draft, DraftHead, LeafPlace};

/// The first line of a draft's file that holds all of it.
const HEAD: &[u8] = b"larder draft 1\n";
/// The first line of a draft's file that holds what was typed, over values beside it.
const EDITS_HEAD: &[u8] = b"larder draft 2\n";
/// Number of lines before the values: the version of the file, and the facts about the draft.
pub const HEAD_LINES: usize = 2;
/// The first line of a draft's file of any version.
const ANY_HEAD: &[u8] = b"larder draft ";
/// Limit on the bytes that were read, on those that they were laid out as, and on those that were typed.
pub const MOST: usize = 64 << 20;
/// Limit on the bytes that were read and those that were typed, together, up to which a file holds all of both.
const WHOLE: usize = 256 << 10;

/// The line with the facts about a draft.
#[derive(Serialize, Deserialize)]
struct Line {
    target: String,
    store: String,
    key: String,
    new: bool,
    content_type: String,
    base_type: String,
    base: usize,
    text: usize,
    place: String,
    process: u32,
    began: i64,
    at: i64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    staged: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inner: Option<InnerLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leaf: Option<LeafLine>,
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beside: Option<BesideLine>,
}

/// The values beside a draft's file, by their digests.
#[derive(Serialize, Deserialize)]
struct BesideLine {
    /// The value that was read; none for a new record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    /// The text in which something was typed; none for an empty one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    edits: usize,
}

/// A draft as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The bytes of its file.
    pub file: Vec<u8>,
    /// The values beside it, with their digests.
    pub beside: Vec<(String, Bytes)>,
}

/// Place of a value that is changed by itself.
#[derive(Serialize, Deserialize)]
struct LeafLine {
    path: String,
    at: usize,
    change: String,
}

impl From<&LeafPlace> for LeafLine {
    fn from(place: &LeafPlace) -> Self {
        let change = place.edit.name().to_owned();
        Self { path: place.path.clone(), at: place.at, change }
    }
}

/// Place of a value that is inside another.
#[derive(Serialize, Deserialize)]
struct InnerLine {
    path: String,
    at: Option<(usize, usize)>,
}

impl From<&InnerPlace> for InnerLine {
    fn from(place: &InnerPlace) -> Self {
        let at = place.at.as_ref().map(|at| (at.start, at.end));
        Self { path: place.path.clone(), at }
    }
}

impl Draft {
    /// Its file, and the values beside that; `None` if one of them has more than [`MOST`] bytes.
    pub fn filed(&self, digests: &mut Digests) -> Option<Filed> {
        let empty = Bytes::new();
        let base = self.base.as_ref().map_or(&empty, |base| &base.value);
        if base.len().saturating_add(self.text.len()) <= WHOLE {
            let text = self.text.bytes();
            let line = self.line(digest(base, &text), None)?;
            let file = [HEAD, &line, b"\n", base, &text].concat();
            return Some(Filed { file, beside: Vec::new() });
        }
        let (start, edits) = match &self.text {
            DraftText::Typed(document) => (document.original(), document.edits_since_original()),
            DraftText::Whole(_) | DraftText::Merged(_) => {
                (&empty, vec![Edit { at: 0, removed: 0, inserted: self.text.bytes() }])
            }
        };
        let typed: usize = edits.iter().map(|edit| edit.inserted.len()).sum();
        if base.len().max(start.len()).max(typed) > MOST {
            return None;
        }
        let mut beside = Vec::new();
        let mut put = |value: &Bytes| {
            let digest = digests.of(value);
            if beside.iter().all(|(known, _)| *known != digest) {
                beside.push((digest.clone(), value.clone()));
            }
            digest
        };
        let line = BesideLine {
            base: self.base.is_some().then(|| put(base)),
            start: (!start.is_empty()).then(|| put(start)),
            edits: edits.len(),
        };
        let body = body_of(&edits);
        let line = self.line(digest(&body, b""), Some(line))?;
        Some(Filed { file: [EDITS_HEAD, &line, b"\n", &body].concat(), beside })
    }

    /// The line with the facts about it.
    fn line(&self, digest: String, beside: Option<BesideLine>) -> Option<Vec<u8>> {
        let head = &self.head;
        let line = Line {
            target: head.target.clone(),
            store: hex(head.store.as_bytes()),
            key: hex(head.key.as_bytes()),
            new: head.is_new,
            content_type: head.content_type.as_str().to_owned(),
            base_type: self
                .base
                .as_ref()
                .map_or_else(String::new, |base| base.content_type.as_str().to_owned()),
            base: self.base.as_ref().map_or(0, |base| base.value.len()),
            text: self.text.len(),
            place: head.place.clone(),
            process: head.process,
            began: head.began.micros(),
            at: head.at.micros(),
            staged: head.staged,
            inner: head.inner.as_ref().map(InnerLine::from),
            leaf: head.leaf.as_ref().map(LeafLine::from),
            digest,
            beside,
        };
        serde_json::to_vec(&line).ok()
    }

    /// Reads a draft's file; `beside` gives the values beside it, by their digests.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn from_file(
        bytes: &Bytes,
        beside: impl Fn(&str) -> Option<Bytes>,
    ) -> Result<Self, String> {
        let damaged = || "damaged draft: its text is not whole".to_owned();
        let (line, start) = line(bytes)?;
        let body = bytes.slice(start..);
        let (base, text) = if let Some(names) = &line.beside {
            let value = |name: &Option<String>| match name {
                None => Ok(Bytes::new()),
                Some(name) => beside(name)
                    .filter(|value| digest(value, b"") == *name)
                    .ok_or_else(|| "the value of this draft is lost".to_owned()),
            };
            let edits = edits(&line, &body).ok_or_else(damaged)?;
            let (base, start) = (value(&names.base)?, value(&names.start)?);
            let at = Timestamp::from_micros(line.at);
            let document = Document::with_edits(start, &edits, at).ok_or_else(damaged)?;
            (base, DraftText::Typed(Box::new(document)))
        } else {
            if line.base.checked_add(line.text) != Some(body.len()) {
                return Err(damaged());
            }
            let (base, text) = (body.slice(..line.base), body.slice(line.base..));
            if digest(&base, &text) != line.digest {
                return Err(damaged());
            }
            (base, DraftText::Whole(text))
        };
        if base.len() != line.base || text.len() != line.text {
            return Err(damaged());
        }
        let base_type = ContentType::from(&*line.base_type);
        let head = head(line)?;
        let opened = head.inner.clone().map(|place| InnerValue::open(&base, place));
        let opened =
            opened.transpose().map_err(|why| format!("this draft is damaged: {}", why.0))?;
        let leaf = match &head.leaf {
            Some(place) => Some(Arc::new(leaf(&base, place, &text.bytes()).ok_or_else(damaged)?)),
            None => None,
        };
        let base = (!head.is_new).then_some(TypedValue { content_type: base_type, value: base });
        Ok(Self { head, base, text, opened: opened.map(Arc::new), leaf })
    }
}

/// The digests of the values beside a draft's file, by the beginning of that file.
pub fn names_beside(bytes: &[u8]) -> Vec<String> {
    let beside = line(bytes).ok().and_then(|(line, _)| line.beside);
    beside.into_iter().flat_map(|beside| beside.base.into_iter().chain(beside.start)).collect()
}

/// What was typed, place by place, each from a line of its own: all that a draft's file gives without the
/// values beside it. `None` for a file that holds all of the draft, or is damaged.
pub fn typed_alone(bytes: &Bytes) -> Option<Bytes> {
    let (line, start) = line(bytes).ok()?;
    let edits = edits(&line, &bytes.slice(start..))?;
    let typed: Vec<&[u8]> = edits.iter().map(|edit| &edit.inserted[..]).collect();
    Some(typed.join(&b'\n').into())
}

fn edits(line: &Line, body: &Bytes) -> Option<Vec<Edit>> {
    let count = line.beside.as_ref()?.edits;
    edits_in(body, count).filter(|_| digest(body, b"") == line.digest)
}

/// The typed change of a single value.
fn leaf(base: &Bytes, place: &LeafPlace, typed: &[u8]) -> Option<EditedLeaf> {
    let typed = std::str::from_utf8(typed).ok()?;
    EditedLeaf::open(base.clone(), place.at, place.edit.with(typed))
}

/// Reads the facts about a draft from the beginning of its file.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn read_head(bytes: &[u8]) -> Result<DraftHead, String> {
    head(line(bytes)?.0)
}

fn line(bytes: &[u8]) -> Result<(Line, usize), String> {
    let head = if bytes.starts_with(EDITS_HEAD) { EDITS_HEAD } else { HEAD };
    let Some(rest) = bytes.strip_prefix(head) else {
        return Err(if bytes.starts_with(ANY_HEAD) {
            "this draft is of another version of larder".to_owned()
        } else {
            "this file is no draft".to_owned()
        });
    };
    let end = memchr::memchr(b'\n', rest);
    let line = end.and_then(|end| Some((serde_json::from_slice(&rest[..end]).ok()?, end)));
    let (line, end) = line.ok_or("damaged draft: its heading cannot be read")?;
    let line: Line = line;
    if line.beside.is_some() != (head == EDITS_HEAD) {
        return Err("damaged draft: its heading cannot be read".to_owned());
    }
    Ok((line, head.len() + end + 1))
}

fn head(line: Line) -> Result<DraftHead, String> {
    let damaged = "this draft is damaged: it names no record";
    let (store, key) = (unhex(&line.store).ok_or(damaged)?, unhex(&line.key).ok_or(damaged)?);
    Ok(DraftHead {
        target: line.target,
        store: StoreName::from(store),
        key: Key::from(key),
        is_new: line.new,
        staged: line.staged,
        inner: line.inner.map(|InnerLine { path, at }| InnerPlace {
            path,
            at: at.map(|(start, end)| start..end),
        }),
        leaf: match line.leaf {
            Some(LeafLine { path, at, change }) => {
                Some(LeafPlace { path, at, edit: LeafEdit::named(&change).ok_or(damaged)? })
            }
            None => None,
        },
        content_type: ContentType::from(&*line.content_type),
        place: line.place,
        process: line.process,
        began: Timestamp::from_micros(line.began),
        at: Timestamp::from_micros(line.at),
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect()
}
