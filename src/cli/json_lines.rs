//! A record as a line of JSON, from which its type and its bytes can be read again.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::json;
use crate::model::{ContentType, Family, Key, Record, RecordMeta, RecordState};
use crate::preview::charset::Charset;

/// The file in a folder that holds the lines of its records.
pub(super) const RECORDS: &str = "records.jsonl";

/// The content type that Crawlee gives bytes.
const BYTES: &str = "application/octet-stream";

/// The fields that are read from a line, also from one that `get` prints.
#[derive(Debug, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    key_base64: Option<Cow<'a, str>>,
    content_type: Option<Cow<'a, str>>,
    /// The problem of the record.
    state: Option<Cow<'a, str>>,
    /// A JSON value as it is spelled, also `null`.
    #[serde(borrow, default, deserialize_with = "spelled")]
    value: Option<&'a RawValue>,
    value_text: Option<Cow<'a, str>>,
    value_base64: Option<Cow<'a, str>>,
    /// The file in the same folder that holds the value.
    file: Option<Cow<'a, str>>,
}

impl<'a> Line<'a> {
    fn of(line: &'a [u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|why| match why.classify() {
            serde_json::error::Category::Data => format!("it is no record: {why}"),
            _ => format!("it is no JSON at column {}", why.column()),
        })
    }

    fn key(&self) -> Result<Key, String> {
        match &self.key_base64 {
            Some(text) => Ok(Key::from(bytes("key_base64", text)?)),
            None => Ok(Key::from(&*self.key)),
        }
    }
}

fn spelled<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// The line of a record, without its end.
pub(super) fn of(record: &Record) -> String {
    let Record { meta, value } = record;
    let mut map = json::record(meta);
    let content_type = &meta.content_type;
    match (content_type.family(), std::str::from_utf8(value)) {
        (Family::None, _) if value.is_empty() => {
            map.insert("value".into(), Value::Null);
        }
        (Family::Json, Ok(text)) if is_spelled(text) => {
            let mut line = Value::from(map).to_string();
            line.pop();
            return format!("{line},\"value\":{text}}}");
        }
        (Family::Text, Ok(text)) if !is_foreign(content_type) => {
            map.insert("value".into(), json!(text));
        }
        (Family::Json, Ok(text)) => {
            map.insert("value_text".into(), json!(text));
        }
        _ => {
            map.insert("value_base64".into(), json!(json::base64(value)));
        }
    }
    Value::from(map).to_string()
}

/// Whether this JSON can stand in a line as it is, and is read from it unchanged.
fn is_spelled(text: &str) -> bool {
    !text.contains(['\n', '\r'])
        && text.trim() == text
        && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Whether a text of this type is in a charset other than UTF-8.
fn is_foreign(content_type: &ContentType) -> bool {
    Charset::declared(content_type.as_str()).is_some_and(|charset| !charset.is_plain())
}

/// The line of a record whose value is in this file.
pub(super) fn in_file(meta: &RecordMeta, file: &str) -> String {
    let mut map = json::record(meta);
    map.insert("file".into(), json!(file));
    Value::from(map).to_string()
}

/// The key of a line.
///
/// # Errors
/// As [`read`].
pub(super) fn key(line: &[u8]) -> Result<Key, String> {
    Line::of(line)?.key()
}

/// The file that a line names.
pub(super) fn file(line: &[u8]) -> Option<String> {
    Line::of(line).ok()?.file.map(Cow::into_owned)
}

/// The record of a line; `file` reads the file that the line names. A record that was written without a type
/// has no metadata, and the type of bytes.
///
/// # Errors
/// What is wrong with the line, in words.
pub(super) fn read(
    line: &[u8],
    file: impl FnOnce(&str) -> Result<Vec<u8>, String>,
) -> Result<Record, String> {
    let line = Line::of(line)?;
    let key = line.key()?;
    let content_type = line.content_type.as_deref().unwrap_or_default();
    let (content_type, state) = match (content_type, &line.state) {
        ("", None) => return Err("it has no content_type".to_owned()),
        ("", Some(_)) => (ContentType::from(BYTES), RecordState::NoMetadata),
        (known, _) => (ContentType::from(known), RecordState::Whole),
    };
    let values = (line.value, &line.value_text, &line.value_base64, &line.file);
    let value = match values {
        (None, Some(text), None, None) => text.as_bytes().to_vec(),
        (None, None, Some(text), None) => bytes("value_base64", text)?,
        (Some(value), None, None, None) => plain(value, &content_type)?,
        (None, None, None, Some(name)) => file(name)?,
        (None, None, None, None) => return Err("it has no value".to_owned()),
        _ => return Err("it has more than one value".to_owned()),
    };
    let size = value.len() as u64;
    Ok(Record { meta: RecordMeta { key, content_type, size, state }, value: value.into() })
}

/// The bytes of `value`: JSON as it is spelled, or the text in it.
fn plain(value: &RawValue, content_type: &ContentType) -> Result<Vec<u8>, String> {
    match (content_type.family(), value.get()) {
        (Family::Json, text) => Ok(text.as_bytes().to_vec()),
        (Family::None, "null") => Ok(Vec::new()),
        _ if is_foreign(content_type) => Err(format!("{content_type} belongs in value_base64")),
        (_, text) => serde_json::from_str::<String>(text)
            .map(String::into_bytes)
            .map_err(|_| format!("its value is JSON, which {content_type} is not")),
    }
}

fn bytes(field: &str, text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|why| format!("its {field} is no base64: {why}"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn record(key: &[u8], content_type: &str, value: &[u8]) -> Record {
        let content_type = ContentType::from(content_type);
        let size = value.len() as u64;
        let key = Key::from(key.to_vec());
        let meta = RecordMeta { key, content_type, size, ..RecordMeta::default() };
        Record { meta, value: Bytes::copy_from_slice(value) }
    }

    fn no_file(_: &str) -> Result<Vec<u8>, String> {
        panic!("no line names a file")
    }

    fn line(content_type: &str, value: &str) -> String {
        let line = of(&record(b"k", content_type, value.as_bytes()));
        line.split_once("\"value").unwrap().1.trim_end_matches('}').to_owned()
    }

    #[test]
    fn json_stands_as_it_is_spelled_and_what_spans_lines_as_text() {
        let json = "application/json";
        assert_eq!(line(json, "[1.50, 1e400]"), "\":[1.50, 1e400]");
        assert_eq!(line(json, "[1,\n2]"), "_text\":\"[1,\\n2]\"");
        assert_eq!(line(json, "[NaN]"), "_text\":\"[NaN]\"");
        assert_eq!(line(json, " [1]"), "_text\":\" [1]\"");
        assert_eq!(line("text/html", "<p>\n"), "\":\"<p>\\n\"");
        assert_eq!(line("image/png", "abc"), "_base64\":\"YWJj\"");
        assert_eq!(line("application/x-none", ""), "\":null");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        for (line, said) in [
            ("{", "it is no JSON"),
            ("[]", "it is no record"),
            ("{\"value\":1}", "missing field `key`"),
            ("{\"key\":\"a\",\"content_type\":\"text/plain\"}", "it has no value"),
            ("{\"key\":\"a\",\"value\":1}", "no content_type"),
            ("{\"key\":\"a\",\"content_type\":\"text/plain\",\"value\":1}", "its value is JSON"),
            (
                "{\"key\":\"a\",\"content_type\":\"a/b\",\"value_text\":\"\",\"value\":\"\"}",
                "more than one value",
            ),
            (
                "{\"key\":\"a\",\"content_type\":\"text/plain; charset=utf-16le\",\"value\":\"\"}",
                "value_base64",
            ),
            ("{\"key\":\"a\",\"content_type\":\"a/b\",\"value_base64\":\"?\"}", "no base64"),
        ] {
            let why = read(line.as_bytes(), no_file).unwrap_err();
            assert!(why.contains(said), "{line}: {why}");
        }
    }

    #[test]
    fn a_record_that_had_no_type_comes_back_as_bytes() {
        let mut damaged = record(b"k", "", b"{}");
        damaged.meta.state = RecordState::BadMetadata("{".to_owned());
        let read = read(of(&damaged).as_bytes(), no_file).unwrap();
        assert_eq!(read.meta.state, RecordState::NoMetadata);
        assert_eq!((read.meta.content_type.as_str(), &*read.value), (BYTES, &b"{}"[..]));
    }

    #[test]
    fn a_line_of_get_is_read_too() {
        let line =
            b"{\"key\":\"a\",\"content_type\":\"application/json\",\"size\":3,\"value\":[1, 2]}";
        assert_eq!(read(line, no_file).unwrap().value, "[1, 2]");
    }

    #[test]
    fn a_value_may_be_in_a_file_that_the_line_names() {
        let record = record(b"a\xff", "image/png", b"\0\xff");
        let line = in_file(&record.meta, "a.png");
        assert_eq!(file(line.as_bytes()).unwrap(), "a.png");
        assert_eq!(key(line.as_bytes()).unwrap(), record.meta.key);
        let read = |value: Result<Vec<u8>, String>| {
            read(line.as_bytes(), |name| {
                assert_eq!(name, "a.png");
                value
            })
        };
        assert_eq!(read(Ok(b"\0\xff".to_vec())), Ok(record));
        assert_eq!(read(Err("no".to_owned())), Err("no".to_owned()));
    }

    proptest! {
        #[test]
        fn a_record_comes_back_as_it_was(
            key in prop::collection::vec(any::<u8>(), 0..8),
            kind in prop::sample::select(vec![
                "application/json", "text/plain", "text/html; charset=utf-16le", "image/png",
                "application/x-none", "application/json; charset=utf-8", "weird",
            ]),
            value in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..24),
                "[ \\[\\]{}\",:0-9a-eNn\\n\\r\\t\\\\é]{0,12}".prop_map(String::into_bytes),
                Just(b"null".to_vec()),
                Just(b"{\"a\": [1.0, 1E5], \"a\": \"\\u00e9\"}".to_vec()),
            ],
        ) {
            let record = record(&key, kind, &value);
            let line = of(&record);
            prop_assert!(!line.contains(['\n', '\r']));
            prop_assert_eq!(read(line.as_bytes(), no_file).unwrap(), record, "{}", line);
        }
    }
}
