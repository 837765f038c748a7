//! The metadata of records and of stores, as Crawlee writes and reads them.

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzz;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value as Json;

use super::fields::Fields;
use crate::model::{
    ContentType, Error, ErrorKind, Key, RecordMeta, RecordState, Result, Timestamp,
};

/// The facts in a record's metadata, borrowed from the reply where possible.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ParsedMetadata<'a> {
    /// The content type.
    pub(super) content_type: Cow<'a, str>,
    /// Size of the value; Crawlee accepts metadata without it.
    pub(super) size: Option<u64>,
}

#[derive(Deserialize)]
struct Usual<'a> {
    #[serde(borrow)]
    #[expect(dead_code, reason = "its presence and type are checked, as Crawlee checks them")]
    key: Cow<'a, str>,
    #[serde(borrow, alias = "contentType")]
    content_type: Cow<'a, str>,
    size: Option<u64>,
}

/// Reads a record's metadata in the exact form of Crawlee and with this key: nearly all metadata is so, and
/// this takes a third of the work of [`parse_record`]. `None` says nothing about the metadata.
pub(super) fn parse_plain<'a>(key: &[u8], json: &'a [u8]) -> Option<ParsedMetadata<'a>> {
    let rest = json.strip_prefix(br#"{"key":""#)?.strip_prefix(key)?;
    let rest = rest.strip_prefix(br#"","content_type":""#)?;
    let (content_type, rest) = rest.split_at_checked(memchr::memchr(b'"', rest)?)?;
    let digits = rest.strip_prefix(br#"","size":"#)?.strip_suffix(b"}")?;
    if !is_verbatim(key) || !is_verbatim(content_type) {
        return None;
    }
    // A number as JSON writes it, which fits into 64 bits.
    let plain = digits.len() < 19 && digits.iter().all(u8::is_ascii_digit);
    if !plain || digits.is_empty() || (digits[0] == b'0' && digits.len() > 1) {
        return None;
    }
    std::str::from_utf8(key).ok()?;
    let content_type = Cow::Borrowed(std::str::from_utf8(content_type).ok()?);
    let size = digits.iter().fold(0, |size, digit| size * 10 + u64::from(digit - b'0'));
    Some(ParsedMetadata { content_type, size: Some(size) })
}

/// Whether none of these bytes is escaped in JSON; eight are tested together.
fn is_verbatim(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // Tests whether a byte is less than `limit`, up to 128; for bytes after the first such one the answer may
    // be wrong.
    let less = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & (ONES << 7) != 0;
    let is = |word: u64, byte: u8| less(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().all(|word| {
        let word = u64::from_le_bytes(*word);
        !less(word, 0x20) && !is(word, b'"') && !is(word, b'\\')
    }) && rest.iter().all(|byte| *byte >= 0x20 && !matches!(byte, b'"' | b'\\'))
}

/// Reads a record's metadata as leniently as Crawlee does; `None` where Crawlee would fail.
pub(super) fn parse_record(json: &[u8]) -> Option<ParsedMetadata<'_>> {
    if let Ok(usual) = serde_json::from_slice::<Usual<'_>>(json) {
        return Some(ParsedMetadata { content_type: usual.content_type, size: usual.size });
    }
    // Rare but legal: repeated fields, sizes written as text or with a fraction of zero.
    let Json::Object(fields) = serde_json::from_slice(json).ok()? else { return None };
    fields.get("key")?.as_str()?;
    let content_type = fields.get("content_type").or_else(|| fields.get("contentType"))?;
    let size = match fields.get("size") {
        None | Some(Json::Null) => None,
        Some(Json::Bool(size)) => Some(u64::from(*size)),
        Some(Json::Number(size)) => Some(whole_number(&size.to_string())?),
        Some(Json::String(size)) => Some(whole_number(size.trim())?),
        Some(_) => return None,
    };
    Some(ParsedMetadata { content_type: Cow::Owned(content_type.as_str()?.to_owned()), size })
}

fn whole_number(text: &str) -> Option<u64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    // Crawlee accepts a negative or immense size, which is wrong for every value: it is clamped, so that the
    // record still shows, as one of the wrong size.
    #[expect(clippy::cast_sign_loss, reason = "the cast clamps, as wanted")]
    (number.fract() == 0.0).then_some(number as u64)
}

/// A record's metadata as pydantic's `model_dump_json` writes it.
///
/// # Errors
/// [`ErrorKind::Usage`] for a key that is not UTF-8, which JSON cannot contain.
pub(super) fn write_record(key: &Key, content_type: &ContentType, size: usize) -> Result<String> {
    let Some(key) = key.as_str() else {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("metadata cannot name the key {}: no UTF-8", key.escaped()),
        )
        .hint("it can be read and deleted, not written"));
    };
    let (key, content_type) = (Json::from(key), Json::from(content_type.as_str()));
    Ok(format!(r#"{{"key":{key},"content_type":{content_type},"size":{size}}}"#))
}

/// The metadata of a record that is written anew; other programs' fields stay.
///
/// # Errors
/// As [`write_record`].
pub(super) fn rewrite_record(
    old: Option<&[u8]>,
    key: &Key,
    content_type: &ContentType,
    size: usize,
) -> Result<String> {
    let plain = write_record(key, content_type, size)?;
    let old = old.filter(|old| parse_record(old).is_some());
    let Some(mut fields) = old.and_then(Fields::parse) else { return Ok(plain) };
    let snake = fields.has("content_type");
    fields.put("key", key.escaped());
    fields.put(if snake { "content_type" } else { "contentType" }, content_type.as_str());
    if fields.has("size") {
        fields.put("size", size);
    }
    Ok(fields.to_line())
}

/// Combines the facts from the two halves of a record; `None` if neither is there. `real_size` is `None`
/// where there is no value.
pub(super) fn combine_halves(
    key: &Key,
    metadata: Option<&[u8]>,
    real_size: Option<u64>,
) -> Option<RecordMeta> {
    let size = real_size.unwrap_or_default();
    let (content_type, state) = match (metadata, real_size) {
        (None, None) => return None,
        (None, Some(_)) => (ContentType::UNKNOWN, RecordState::NoMetadata),
        (Some(json), _) => match parse_record(json) {
            None => (ContentType::UNKNOWN, bad_metadata(json)),
            Some(stated) => {
                let state = match (stated.size, real_size) {
                    (_, None) => RecordState::NoValue,
                    (Some(stated), Some(real)) if stated != real => RecordState::WrongSize(stated),
                    _ => RecordState::Whole,
                };
                (ContentType::from(&*stated.content_type), state)
            }
        },
    };
    Some(RecordMeta { key: key.clone(), content_type, size, state })
}

/// The state of a record whose metadata Crawlee cannot read.
pub(super) fn bad_metadata(json: &[u8]) -> RecordState {
    RecordState::BadMetadata(String::from_utf8_lossy(json).into_owned())
}

/// The facts in a store's metadata.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StoreMetadata {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) modified_at: Option<Timestamp>,
    pub(super) accessed_at: Option<Timestamp>,
}

/// The document in Crawlee's form, borrowed: listing a thousand stores reads a thousand of them.
#[derive(Deserialize)]
struct UsualStore<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    accessed_at: &'a str,
    created_at: &'a str,
    modified_at: &'a str,
}

impl UsualStore<'_> {
    fn read(&self) -> Option<StoreMetadata> {
        Some(StoreMetadata {
            id: self.id.to_string(),
            name: self.name.as_ref().map(ToString::to_string),
            created_at: Some(Timestamp::parse(self.created_at)?),
            modified_at: Some(Timestamp::parse(self.modified_at)?),
            accessed_at: Some(Timestamp::parse(self.accessed_at)?),
        })
    }
}

impl StoreMetadata {
    /// A new store's metadata: all its times are `now`.
    pub(super) fn new(id: String, name: Option<String>, now: Timestamp) -> Self {
        let now = Some(now);
        Self { id, name, created_at: now, modified_at: now, accessed_at: now }
    }

    /// The document, in Crawlee's order of fields.
    pub(super) fn to_json(&self) -> String {
        let time = |time: Option<Timestamp>| Json::from(time.map(|time| time.to_string()));
        format!(
            r#"{{"id":{},"name":{},"accessed_at":{},"created_at":{},"modified_at":{}}}"#,
            Json::from(self.id.as_str()),
            Json::from(self.name.as_deref()),
            time(self.accessed_at),
            time(self.created_at),
            time(self.modified_at),
        )
    }

    /// Reads the document, or says what is wrong with one that is not a store's.
    pub(super) fn parse(json: &[u8]) -> std::result::Result<Self, String> {
        if let Ok(usual) = serde_json::from_slice::<UsualStore<'_>>(json)
            && let Some(metadata) = usual.read()
        {
            return Ok(metadata);
        }
        let document: Json = serde_json::from_slice(json)
            .map_err(|error| format!("the store's metadata is not JSON: {error}"))?;
        let fields = match &document {
            Json::Object(fields) => fields,
            // The form of a JSONPath reply.
            Json::Array(items) => match &items[..] {
                [Json::Object(fields)] => fields,
                _ => return Err("the store's metadata is not an object".to_owned()),
            },
            _ => return Err("the store's metadata is not an object".to_owned()),
        };
        let text = |field: &str| fields.get(field).and_then(Json::as_str);
        let Some(id) = text("id") else {
            return Err(format!("the store's metadata has no id{}", or_newer(fields)));
        };
        let time = |snake: &str, camel: &str| match fields.get(snake).or_else(|| fields.get(camel))
        {
            None | Some(Json::Null) => {
                Err(format!("the store's metadata has no {snake}{}", or_newer(fields)))
            }
            Some(found) => time(found).map(Some).ok_or_else(|| {
                let found = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
                let found: String = found.chars().take(LONGEST_TOLD).collect();
                format!("the store's {snake} is not a time: {found}{}", or_newer(fields))
            }),
        };
        Ok(Self {
            id: id.to_owned(),
            name: text("name").map(str::to_owned),
            created_at: time("created_at", "createdAt")?,
            modified_at: time("modified_at", "modifiedAt")?,
            accessed_at: time("accessed_at", "accessedAt")?,
        })
    }
}

/// The fields of a store's metadata, as Crawlee for Python and for JavaScript write them.
pub(super) const STORE_FIELDS: [&str; 9] = [
    "id",
    "name",
    "accessed_at",
    "created_at",
    "modified_at",
    "accessedAt",
    "createdAt",
    "modifiedAt",
    "userId",
];

/// Limit on the characters of an invalid time that are quoted.
const LONGEST_TOLD: usize = 60;

/// A time as Crawlee reads it.
fn time(found: &Json) -> Option<Timestamp> {
    let text = found.as_str();
    let number = || match text {
        Some(text) => text.parse().ok(),
        None => found.as_f64(),
    };
    text.and_then(Timestamp::parse).or_else(|| number().and_then(Timestamp::from_number))
}

/// A sentence on metadata that lacks a field and has a field that no present Crawlee writes.
fn or_newer(fields: &serde_json::Map<String, Json>) -> String {
    const NAMED: usize = 3;
    let mut other = fields.keys().filter(|name| !STORE_FIELDS.contains(&name.as_str()));
    let named: Vec<String> =
        other.by_ref().take(NAMED).map(|name| name.chars().take(LONGEST_TOLD).collect()).collect();
    if named.is_empty() {
        return String::new();
    }
    let more = if other.next().is_some() { ", …" } else { "" };
    let named = named.join(", ");
    format!(
        " (it has {named}{more}, which larder does not know: was it written by a newer Crawlee?)"
    )
}

#[cfg(test)]
mod tests;
