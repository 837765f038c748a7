//! The file of a draft.
//!
//! ```text
//! larder draft 1
//! {"target": …, "store": …, "key": …, …}       what it is about, on one line
//! …                                            the value that was read, then the text that was typed
//! ```
//!
//! A digest shows whether a file is cut or damaged. Nothing in it is secret except the value itself.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::model::{ContentType, Key, StoreName, Timestamp, hex};

use super::super::inner::{InnerPlace, InnerValue};
use super::super::leaves::{EditedLeaf, LeafEdit};
use super::super::text_of::TypedValue;
use super::{Draft, DraftHead, LeafPlace};

/// The first line of a draft's file.
const HEAD: &[u8] = b"larder draft 1\n";
/// Number of lines before the values: the version of the file, and the facts about the draft.
pub const HEAD_LINES: usize = 2;
/// The first line of a draft's file of any version.
const ANY_HEAD: &[u8] = b"larder draft ";
/// Limit on the bytes of a draft: those that were read and those that were typed, together.
pub const MOST: usize = 64 << 20;

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
    /// The bytes of its file; `None` if there are more than [`MOST`].
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let base = self.base.as_ref().map_or(&[][..], |base| &base.value);
        if base.len().saturating_add(self.text.len()) > MOST {
            return None;
        }
        let head = &self.head;
        let base_type = self.base.as_ref().map_or("", |base| base.content_type.as_str());
        let line = Line {
            target: head.target.clone(),
            store: hex(head.store.as_bytes()),
            key: hex(head.key.as_bytes()),
            new: head.is_new,
            content_type: head.content_type.as_str().to_owned(),
            base_type: base_type.to_owned(),
            base: base.len(),
            text: self.text.len(),
            place: head.place.clone(),
            process: head.process,
            began: head.began.micros(),
            at: head.at.micros(),
            staged: head.staged,
            inner: head.inner.as_ref().map(InnerLine::from),
            leaf: head.leaf.as_ref().map(LeafLine::from),
            digest: digest(base, &self.text),
        };
        let line = serde_json::to_vec(&line).ok()?;
        Some([HEAD, &line, b"\n", base, &self.text].concat())
    }

    /// Reads a draft's file.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn from_bytes(bytes: &Bytes) -> Result<Self, String> {
        let damaged = || "damaged draft: its text is not whole".to_owned();
        let (line, start) = line(bytes)?;
        let body = bytes.slice(start..);
        if line.base.checked_add(line.text) != Some(body.len()) {
            return Err(damaged());
        }
        let (base, text) = (body.slice(..line.base), body.slice(line.base..));
        if digest(&base, &text) != line.digest {
            return Err(damaged());
        }
        let base_type = ContentType::from(&*line.base_type);
        let head = head(line)?;
        let opened = head.inner.clone().map(|place| InnerValue::open(&base, place));
        let opened =
            opened.transpose().map_err(|why| format!("this draft is damaged: {}", why.0))?;
        let leaf = match &head.leaf {
            Some(place) => Some(Arc::new(leaf(&base, place, &text).ok_or_else(damaged)?)),
            None => None,
        };
        let base = (!head.is_new).then_some(TypedValue { content_type: base_type, value: base });
        Ok(Self { head, base, text, opened: opened.map(Arc::new), leaf })
    }
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
    let Some(rest) = bytes.strip_prefix(HEAD) else {
        return Err(if bytes.starts_with(ANY_HEAD) {
            "this draft is of another version of larder".to_owned()
        } else {
            "this file is no draft".to_owned()
        });
    };
    let end = memchr::memchr(b'\n', rest);
    let line = end.and_then(|end| Some((serde_json::from_slice(&rest[..end]).ok()?, end)));
    let (line, end) = line.ok_or("damaged draft: its heading cannot be read")?;
    Ok((line, HEAD.len() + end + 1))
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

fn digest(base: &[u8], text: &[u8]) -> String {
    let mut both = ring::digest::Context::new(&ring::digest::SHA256);
    both.update(base);
    both.update(text);
    hex(both.finish().as_ref())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect()
}
