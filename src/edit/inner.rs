//! A value inside a value: JSON or text in a JSON string, base64, a `data:` URL, gzip or zlib. It is opened
//! layer by layer, and the edited value is put back through the same layers.
//!
//! Nothing is opened that could not be put back. Parts that are not typed over keep their spelling: escapes,
//! the alphabet, padding and lines of base64, the header of gzip. Compressed data are compressed anew.

mod base64;
mod carry;
mod data_url;
mod merged;
mod packed;
mod placed;
mod string;

use std::ops::Range;

use bytes::Bytes;

use crate::model::ContentType;
use crate::preview::coding::base64::may_be;
use crate::preview::json;
use crate::text;

use base64::Base64;
use data_url::DataUrl;
use packed::Packed;
use string::JsonString;

pub use merged::{InnerMerge, Joined};
pub use placed::{InnerPlace, InnerValue};

/// Limit on the layers that are opened below a JSON string, or below a value.
const MOST_LAYERS: usize = 4;
/// Limit on all bytes that are opened together.
const MOST: usize = 64 << 20;

/// The contents of a value, and how to put them back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inner {
    layers: Vec<Layer>,
    value: Bytes,
}

/// One layer around a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Layer {
    String(JsonString),
    Base64(Base64),
    DataUrl(DataUrl),
    Packed(Packed),
}

/// Why nothing is opened: a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotOpened(pub String);

impl Inner {
    /// Opens a string of a JSON text, at its place with its quotes.
    ///
    /// # Errors
    /// The place has no string, the string is not all text, or its contents cannot be opened.
    pub fn of_string(json: &[u8], at: Range<usize>) -> Result<Self, NotOpened> {
        let spelled = json.get(at).unwrap_or_default();
        if spelled.first() != Some(&b'"') {
            return Err(NotOpened("no string: edit the value itself".into()));
        }
        let Some((string, text)) = JsonString::open(spelled, json) else {
            let why = "this string holds half of a character, which is no text; edit its spelling";
            return Err(NotOpened(why.into()));
        };
        let mut budget = MOST;
        spend(&mut budget, text.len())?;
        open(vec![Layer::String(string)], text.into(), budget)
    }

    /// Opens a whole value.
    ///
    /// # Errors
    /// The value has no known contents, or they are too large.
    pub fn of_value(value: &Bytes) -> Result<Self, NotOpened> {
        let opened = open(Vec::new(), value.clone(), MOST)?;
        if opened.layers.is_empty() {
            let why = "nothing is packed here; edit the value itself";
            return Err(NotOpened(why.into()));
        }
        Ok(opened)
    }

    /// The innermost value.
    pub fn value(&self) -> &Bytes {
        &self.value
    }

    /// Its type: JSON, text, or bytes.
    pub fn content_type(&self) -> ContentType {
        match self.kind() {
            Kind::Json => ContentType::JSON,
            Kind::Text => ContentType::TEXT,
            Kind::Bytes => ContentType::BINARY,
        }
    }

    /// The layers and their contents, as `base64 → gzip → JSON`.
    pub fn chain(&self) -> String {
        let mut words: Vec<_> = self.layers.iter().filter_map(Layer::word).collect();
        // The first string is the place of the value.
        if matches!(self.layers.first(), Some(Layer::String(_))) {
            words.remove(0);
        }
        words.push(match self.kind() {
            Kind::Json => "JSON",
            Kind::Text => "text",
            Kind::Bytes => "bytes",
        });
        words.join(" → ")
    }

    /// A sentence on what changes beside the typed text.
    pub fn note(&self) -> Option<String> {
        let packed = self.layers.iter().find_map(|layer| {
            if let Layer::Packed(packed) = layer { Some(packed.word()) } else { None }
        })?;
        Some(format!("the {packed} around it is compressed anew, so all its bytes change"))
    }

    /// The bytes of the string, or of the value, with another innermost value. The same innermost value gives
    /// the same bytes again, except for compressed ones.
    ///
    /// # Errors
    /// The value cannot stand in its layers.
    pub fn put_back(&self, value: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let mut bytes = value.to_vec();
        for layer in self.layers.iter().rev() {
            bytes = match layer {
                Layer::String(string) => {
                    let text = std::str::from_utf8(&bytes).map_err(|_| {
                        let why = "a JSON string holds text alone, and these bytes are not UTF-8";
                        NotOpened(why.into())
                    })?;
                    string.put_back(text)
                }
                Layer::Base64(base64) => base64.put_back(&bytes),
                Layer::DataUrl(url) => url.put_back(&bytes),
                Layer::Packed(packed) => packed.put_back(&bytes),
            };
        }
        Ok(bytes)
    }

    fn kind(&self) -> Kind {
        if is_json(&self.value) {
            Kind::Json
        } else if is_text(&self.value) {
            Kind::Text
        } else {
            Kind::Bytes
        }
    }
}

/// Kind of a value.
enum Kind {
    Json,
    Text,
    Bytes,
}

impl Layer {
    fn word(&self) -> Option<&'static str> {
        Some(match self {
            Self::String(_) => "JSON string",
            Self::Base64(base64) if base64.is_in_url => return None,
            Self::Base64(_) => "base64",
            Self::DataUrl(_) => "data: URL",
            Self::Packed(packed) => packed.word(),
        })
    }
}

/// Whether a value may contain another, by its first bytes alone.
pub fn may_hold(value: &[u8]) -> bool {
    const FIRST: usize = 256;
    let first = &value[..value.len().min(FIRST)];
    let is_base64 =
        if first.len() == value.len() { Base64::open(value).is_some() } else { may_be(first) };
    is_base64 || packed::is_packed(value) || first.starts_with(b"\"") || DataUrl::is_marked(first)
}

/// Opens known layers until the contents are JSON, plain text, or unknown.
fn open(mut layers: Vec<Layer>, mut value: Bytes, mut budget: usize) -> Result<Inner, NotOpened> {
    let most = layers.len() + MOST_LAYERS;
    while layers.len() < most {
        if let Some((packed, unpacked)) = Packed::open(&value, budget)? {
            layers.push(Layer::Packed(packed));
            value = unpacked.into();
        } else if let Some((string, text)) = JsonString::whole(&value) {
            layers.push(Layer::String(string));
            value = text.into();
        } else if is_json(&value) {
            break;
        } else if let Some((url, payload)) = DataUrl::open(&value) {
            let base64 = url.is_base64().then(|| Base64::in_url(&payload)).flatten();
            if url.is_base64() && base64.is_none() {
                break;
            }
            layers.push(Layer::DataUrl(url));
            value = payload.into();
            if let Some((base64, decoded)) = base64 {
                layers.push(Layer::Base64(base64));
                value = decoded.into();
            }
        } else if let Some((base64, decoded)) = Base64::open(&value) {
            layers.push(Layer::Base64(base64));
            value = decoded.into();
        } else {
            break;
        }
        spend(&mut budget, value.len())?;
    }
    Ok(Inner { layers, value })
}

fn spend(budget: &mut usize, bytes: usize) -> Result<(), NotOpened> {
    *budget = budget.checked_sub(bytes).ok_or_else(too_much)?;
    Ok(())
}

fn too_much() -> NotOpened {
    NotOpened(format!("opened, this is more than {}; it stays closed", text::size(MOST as u64)))
}

/// Whether this is a JSON object or list.
fn is_json(value: &[u8]) -> bool {
    let start = value.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(start, Some(b'{' | b'[')) && json::check(value).is_ok()
}

/// Whether this is text that people can read.
fn is_text(value: &[u8]) -> bool {
    let readable = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    std::str::from_utf8(value).is_ok_and(|text| text.chars().all(readable))
}

#[cfg(test)]
mod tests;
