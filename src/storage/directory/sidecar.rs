//! A record's metadata file, in the forms in which programs write it.
//!
//! ```text
//! Crawlee for Python        {"key": …, "content_type": …, "size": …}
//! apify-cli, Crawlee for    {"key": …, "contentType": …, "filename": …}
//!   JavaScript 4
//! Crawlee for JavaScript 3  "{\"extension\":…,\"key\":…,\"contentType\":…}"
//! ```

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzz;

use std::borrow::Cow;

use percent_encoding::percent_decode;
use serde::Deserialize;
use serde_json::Value as Json;

use super::folder::is_name;
use super::names::{self, FileKind};
use crate::model::endings;
use crate::model::{ContentType, Key};
use crate::storage::fields::Fields;
use crate::storage::metadata::parse_record;

/// The facts in a metadata file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sidecar {
    /// The key, where it differs from the one in the file's name.
    pub(super) other_key: Option<Key>,
    /// The content type.
    pub(super) content_type: ContentType,
    /// The value's size; some programs state none.
    pub(super) size: Option<u64>,
    /// The form, which tells the program.
    pub(super) form: Form,
}

/// The form of a metadata file, and how it names the value's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Crawlee for Python: the value's file has the same name without the suffix.
    Python,
    /// An object that names the value's file.
    Named(Vec<u8>),
    /// JSON in a JSON string: the value's file has this ending, or none.
    Nested(String),
}

#[derive(Deserialize)]
struct Usual<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow, alias = "contentType")]
    content_type: Cow<'a, str>,
    size: Option<u64>,
    #[serde(borrow)]
    filename: Option<Cow<'a, str>>,
}

/// Reads a metadata file's text; `base` is its name without the suffix. `None` where the text is malformed,
/// or names a file that cannot be the value's.
pub(super) fn parse(base: &[u8], text: &[u8]) -> Option<Sidecar> {
    if let Ok(usual) = serde_json::from_slice::<Usual<'_>>(text) {
        let form = match &usual.filename {
            Some(name) => Form::Named(value_name(name)?),
            None => Form::Python,
        };
        return Some(Sidecar {
            other_key: other_key(base, &usual.key, &form),
            content_type: ContentType::from(&*usual.content_type),
            size: usual.size,
            form,
        });
    }
    if let Some(fields) = nested(text) {
        let word = |name: &str| fields.text(name);
        let ending = word("extension").unwrap_or_default();
        if ending.contains(['/', '\0']) {
            return None;
        }
        let form = Form::Nested(ending);
        let content_type = word("contentType").or_else(|| word("content_type"))?;
        return Some(Sidecar {
            other_key: other_key(base, &word("key")?, &form),
            content_type: ContentType::from(&*content_type),
            size: fields.number("size"),
            form,
        });
    }
    // Not the spelling of any Crawlee, but still readable for it.
    let stated = parse_record(text)?;
    let fields: Json = serde_json::from_slice(text).ok()?;
    let form = match fields.get("filename") {
        None | Some(Json::Null) => Form::Python,
        Some(name) => Form::Named(value_name(name.as_str()?)?),
    };
    Some(Sidecar {
        other_key: other_key(base, fields.get("key")?.as_str()?, &form),
        content_type: ContentType::from(&*stated.content_type),
        size: stated.size,
        form,
    })
}

/// The object in a JSON string.
fn nested(text: &[u8]) -> Option<Fields> {
    if text.trim_ascii_start().first() != Some(&b'"') {
        return None;
    }
    let inner: String = serde_json::from_slice(text).ok()?;
    Fields::parse(inner.as_bytes())
}

/// The name of a value's file in the same folder; `None` for a name that leads elsewhere, or that belongs to
/// another kind of file.
fn value_name(name: &str) -> Option<Vec<u8>> {
    let name = name.as_bytes();
    let own = matches!(
        names::classify(name),
        FileKind::StoreMetadata | FileKind::RecordMetadata(_) | FileKind::LarderTemporary
    );
    (is_name(name) && !own).then(|| name.to_vec())
}

/// The stated key, where it spells the file's name in another way than Crawlee for Python. A key that has
/// nothing to do with the name is not believed: nobody could find the record by it.
fn other_key(base: &[u8], key: &str, form: &Form) -> Option<Key> {
    let spells = |name: &[u8]| name == key.as_bytes() || percent_decode(name).eq(key.bytes());
    // Metadata that names the value's file may have a name derived from that.
    let named = || *form != Form::Python && endings::stem(base).is_some_and(spells);
    (*names::key(base) != *key.as_bytes() && (spells(base) || named())).then(|| Key::from(key))
}

/// Metadata as Crawlee's `json.dumps` writes it to a file.
pub(super) fn python(key: &Key, content_type: &ContentType, size: usize) -> String {
    let (key, content_type) = (Json::from(key.escaped()), Json::from(content_type.as_str()));
    format!("{{\n  \"key\": {key},\n  \"content_type\": {content_type},\n  \"size\": {size}\n}}")
}

/// New metadata in JSON that names the value's file.
pub(super) fn named(key: &Key, content_type: &ContentType, name: &[u8]) -> String {
    let mut fields = Fields::new();
    fields.put("key", key.escaped());
    fields.put("contentType", content_type.as_str());
    fields.put("filename", &*String::from_utf8_lossy(name));
    fields.to_lines()
}

/// New metadata as Crawlee for JavaScript 3 writes it.
pub(super) fn in_a_string(key: &Key, content_type: &ContentType, ending: &str) -> String {
    let (key, content_type) = (Json::from(key.escaped()), Json::from(content_type.as_str()));
    let inner = format!(r#"{{"extension":"{ending}","key":{key},"contentType":{content_type}}}"#);
    Json::from(inner).to_string()
}

/// Facts to write into existing metadata.
pub(super) struct News<'a> {
    pub(super) content_type: &'a ContentType,
    pub(super) size: usize,
    /// Name of the value's file.
    pub(super) name: &'a [u8],
    /// Ending of the value's file.
    pub(super) ending: &'a str,
}

/// The same metadata with other facts; the rest of it stays. `None` if nothing changes.
pub(super) fn renewed(text: &[u8], form: &Form, news: &News<'_>) -> Option<String> {
    let is_nested = matches!(form, Form::Nested(_));
    let mut fields = if is_nested { nested(text)? } else { Fields::parse(text)? };
    let before = fields.clone();
    let snake = fields.has("content_type");
    fields.put(if snake { "content_type" } else { "contentType" }, news.content_type.as_str());
    if fields.has("size") {
        fields.put("size", news.size);
    }
    match form {
        Form::Named(_) => fields.put("filename", &*String::from_utf8_lossy(news.name)),
        Form::Nested(_) => fields.put("extension", news.ending),
        Form::Python => {}
    }
    (fields != before).then(|| written(&fields, text, is_nested))
}

/// Members as metadata in the form of this text.
fn written(fields: &Fields, text: &[u8], is_nested: bool) -> String {
    if is_nested {
        Json::from(fields.to_line()).to_string()
    } else if text.contains(&b'\n') {
        fields.to_lines()
    } else {
        fields.to_line()
    }
}

/// Notes of a program in metadata, beside the fields that every Crawlee reads.
pub(super) type Notes = Fields;

/// The members that larder and Crawlee's programs write themselves.
const OWN: [&str; 6] = ["key", "content_type", "contentType", "size", "filename", "extension"];

fn members(text: &[u8]) -> Option<Fields> {
    nested(text).or_else(|| Fields::parse(text))
}

/// The notes in a metadata file's text.
pub(super) fn notes(text: &[u8]) -> Notes {
    members(text).unwrap_or_default().only(|name| !OWN.contains(&name))
}

/// The same metadata with these notes in place of its own; `None` if it has them already.
pub(super) fn with_notes(text: &[u8], notes: &Notes) -> Option<String> {
    let before = members(text)?;
    let members = before.clone().only(|name| OWN.contains(&name)).with(notes.clone());
    (!members.is_like(&before)).then(|| written(&members, text, nested(text).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(base: &str, text: &str) -> Option<Form> {
        parse(base.as_bytes(), text.as_bytes()).map(|sidecar| sidecar.form)
    }

    #[test]
    fn notes_of_other_programs_go_with_a_record_in_each_form() {
        let old = br#"{"by": "me", "key": "a", "content_type": "b", "n": 1.10, "size": 3}"#;
        let notes = notes(old);
        assert_eq!(notes.to_line(), r#"{"by":"me","n":1.10}"#);
        let python = python(&Key::from("k"), &ContentType::TEXT, 3);
        let python = with_notes(python.as_bytes(), &notes).unwrap();
        assert!(python.ends_with("\"size\": 3,\n  \"by\": \"me\",\n  \"n\": 1.10\n}"), "{python}");
        assert_eq!(with_notes(python.as_bytes(), &notes), None);
        let nested = in_a_string(&Key::from("k"), &ContentType::TEXT, "txt");
        let nested = with_notes(nested.as_bytes(), &notes).unwrap();
        assert!(nested.ends_with(r#"\"by\":\"me\",\"n\":1.10}""#), "{nested}");
        // The notes of a record that is replaced are dropped with it.
        let over = br#"{"key":"k","contentType":"b","filename":"k.txt","x":1}"#;
        let over = with_notes(over, &Notes::new()).unwrap();
        assert_eq!(over, r#"{"key":"k","contentType":"b","filename":"k.txt"}"#);
    }

    #[test]
    fn metadata_of_each_crawlee_program_is_parsed() {
        let python = r#"{"key": "a", "content_type": "text/html", "size": 3}"#;
        assert_eq!(form("a", python), Some(Form::Python));
        let named = r#"{"key":"INPUT","contentType":"application/json","filename":"INPUT.json"}"#;
        assert_eq!(form("INPUT", named), Some(Form::Named(b"INPUT.json".to_vec())));
        let nested = r#""{\"extension\":\"html\",\"key\":\"page\",\"contentType\":\"text/html\"}""#;
        let read = parse(b"page", nested.as_bytes()).unwrap();
        assert_eq!(read.form, Form::Nested("html".to_owned()));
        assert_eq!((read.content_type.as_str(), read.size), ("text/html", None));
        for malformed in ["", "{", "\"{\"", "\"{}\"", "[]", "7"] {
            assert_eq!(form("a", malformed), None, "{malformed}");
        }
    }

    #[test]
    fn metadata_naming_a_file_outside_the_store_is_malformed() {
        for name in ["/etc/passwd", "../a", "..", ".", "", "a/b", "a\0b", "__metadata__.json"] {
            let fields = serde_json::json!({"key": "a", "contentType": "b", "filename": name});
            assert_eq!(form("a", &fields.to_string()), None, "{name}");
            let odd =
                serde_json::json!({"key": "a", "contentType": "b", "size": "1", "filename": name});
            assert_eq!(form("a", &odd.to_string()), None, "{name}");
        }
        let outside = r#""{\"extension\":\"/../../x\",\"key\":\"a\",\"contentType\":\"b\"}""#;
        assert_eq!(form("a", outside), None);
    }

    #[test]
    fn stated_key_wins_over_another_encoding_in_the_file_name() {
        let key = |base: &str, key: &str| {
            let text = serde_json::json!({"key": key, "content_type": "b"}).to_string();
            parse(base.as_bytes(), text.as_bytes()).unwrap().other_key
        };
        assert_eq!(key("page%2D1", "page-1"), Some("page-1".into()));
        assert_eq!(key("a%20b", "a b"), None);
        assert_eq!(key("a%20b", "a%20b"), Some("a%20b".into()));
        assert_eq!(key("a", "quite another"), None);
        assert_eq!(key("a.html", "a"), None);
        let named = r#"{"key": "a", "contentType": "text/html", "filename": "a.html"}"#;
        assert_eq!(parse(b"a.html", named.as_bytes()).unwrap().other_key, Some("a".into()));
    }

    #[test]
    fn renewed_metadata_keeps_its_form() {
        let html = ContentType::from("text/html");
        let news = News { content_type: &html, size: 9, name: b"page.html", ending: "html" };
        for (text, expected) in [
            (
                r#"{"key":"page","contentType":"a/b","filename":"page.b","x":1}"#,
                r#"{"key":"page","contentType":"text/html","filename":"page.html","x":1}"#,
            ),
            (
                r#""{\"extension\":\"b\",\"key\":\"page\",\"contentType\":\"a/b\"}""#,
                r#""{\"extension\":\"html\",\"key\":\"page\",\"contentType\":\"text/html\"}""#,
            ),
            (
                r#"{"key":"page","contentType":"a/b","filename":"page.b","size":1}"#,
                r#"{"key":"page","contentType":"text/html","filename":"page.html","size":9}"#,
            ),
        ] {
            let sidecar = parse(b"page", text.as_bytes()).unwrap();
            let written = renewed(text.as_bytes(), &sidecar.form, &news).unwrap();
            assert_eq!(written, expected);
            let again = parse(b"page", written.as_bytes()).unwrap();
            assert_eq!(renewed(written.as_bytes(), &again.form, &news), None);
        }
    }

    #[test]
    fn written_metadata_parses_to_the_same_record() {
        let (key, kind) = (Key::from("a \"b\""), ContentType::from("text/html"));
        let named = named(&key, &kind, b"a%20%22b%22.html");
        let read = parse(b"a%20%22b%22", named.as_bytes()).unwrap();
        assert_eq!(read.form, Form::Named(b"a%20%22b%22.html".to_vec()));
        let nested = in_a_string(&key, &kind, "html");
        let read = parse(b"a \"b\"", nested.as_bytes()).unwrap();
        assert_eq!((read.form, read.content_type), (Form::Nested("html".to_owned()), kind));
    }
}
