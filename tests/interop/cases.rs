//! The values and keys that go both ways.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use larder::model::{ContentType, Value};
use serde_json::json;

/// One value, in the forms for Python and for larder.
#[derive(Clone)]
pub(crate) struct Case {
    /// The record's key.
    pub(crate) key: String,
    /// The value in the form that `client.py` reads.
    pub(crate) python: serde_json::Value,
    /// The value that a user of larder would give for it.
    pub(crate) larder: Value,
    /// The content type, if one is given.
    pub(crate) content_type: Option<&'static str>,
}

fn none(content_type: Option<&'static str>) -> Case {
    case(json!({"none": null}), Value::None, content_type)
}

fn text(text: &str, content_type: Option<&'static str>) -> Case {
    case(json!({"text": text}), Value::Text(text.to_owned()), content_type)
}

fn json(text: &str, content_type: Option<&'static str>) -> Case {
    case(json!({"json": text}), Value::Json(text.to_owned()), content_type)
}

/// A number or a boolean without a content type, which is stored as the text that Python prints.
fn scalar(python: &str, printed: &str) -> Case {
    case(json!({"json": python}), Value::Text(printed.to_owned()), None)
}

fn bytes(bytes: &[u8], content_type: Option<&'static str>) -> Case {
    let python = json!({"base64": STANDARD.encode(bytes)});
    case(python, Value::Bytes(bytes.to_vec().into()), content_type)
}

fn case(python: serde_json::Value, larder: Value, content_type: Option<&'static str>) -> Case {
    Case { key: String::new(), python, larder, content_type }
}

/// Every content type, every way a value is encoded, and every key that could go wrong.
pub(crate) fn all() -> Vec<Case> {
    let every_byte: Vec<u8> = (0..=255).collect();
    let controls: String = (0..0x20).map(char::from).collect();
    let mut cases = vec![
        none(None),
        none(Some("application/json")),
        none(Some("text/plain; charset=utf-8")),
        text("", None),
        text("plain", None),
        text("ünï\u{a0}çødé 東京 🚀 \u{202e}\u{200b}\u{feff}", None),
        text(&format!("{controls}\u{7f}\u{85}\u{2028}"), None),
        text("line\r\nline\n", Some("text/plain")),
        text("<html>ü</html>", Some("text/html; charset=utf-8")),
        text("a,b\n1,2\n", Some("text/csv")),
        text("<a/>", Some("application/xml")),
        text("<svg/>", Some("image/svg+xml")),
        text("text as octets: ü", Some("application/octet-stream")),
        text("a type with ü and \"quotes\"", Some("text/x-odd; note=\"ü\\\n\"")),
        text("upper case is not text", Some("Text/Plain")),
        text("plain", Some("application/json")),
        text("ü \"quoted\" \\ / \u{7f}", Some("application/json; charset=utf-8")),
        text(&controls, Some("application/json")),
        json("{}", None),
        json("[]", None),
        json(r#"{"a": 1, "b": [true, false, null], "ü": "東京 🚀", "c": {"d": {}}}"#, None),
        json(r#"{"z": 1, "a": 2, "m": 3}"#, Some("application/json")),
        json("[NaN, Infinity, -Infinity]", None),
        json("[123456789012345678901234567890, -1, 0, 1.5, 1e+16, 1e-07]", None),
        json(r#"["\"", "\\", "/", "\u0000", "\u001f", "\b\f\n\r\t"]"#, None),
        json("42", Some("application/json")),
        json("null", Some("application/json; charset=utf-8")).into_none(),
        json("true", Some("application/json")),
        scalar("42", "42"),
        scalar("-0.5", "-0.5"),
        scalar("1e16", "1e+16"),
        scalar("123456789012345678901234567890", "123456789012345678901234567890"),
        scalar("true", "True"),
        bytes(b"", None),
        bytes(&every_byte, None),
        bytes(&every_byte, Some("image/png")),
        bytes(&every_byte, Some("application/gzip")),
        bytes("ü as bytes".as_bytes(), Some("text/plain; charset=utf-8")),
        bytes(b"\xff not UTF-8", Some("text/plain")),
        bytes(&every_byte.repeat(400), Some("application/pdf")),
    ];
    for (number, case) in cases.iter_mut().enumerate() {
        case.key = format!("value-{number:02}");
    }
    cases.extend(keys().into_iter().map(|key| {
        let mut case = text("hostile key", None);
        case.key = key;
        case
    }));
    cases
}

impl Case {
    /// The given content type, in larder's form.
    pub(crate) fn given(&self) -> Option<ContentType> {
        self.content_type.map(ContentType::from)
    }

    /// The same case with JSON's null, which is Python's None whatever the type.
    fn into_none(mut self) -> Self {
        self.larder = Value::None;
        self
    }
}

/// Keys that shells, patterns, terminals, sorting or JSON might mistake.
pub(crate) fn keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "",
        " ",
        "with space",
        " leading and trailing ",
        "slash/in/it",
        "back\\slash",
        "colon:in:it",
        "quote\"s'and`ticks",
        "new\nline",
        "carriage\r\nreturn",
        "tab\t",
        "nul\0byte",
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07",
        "del\x7f",
        "c1\u{85}\u{9b}31m",
        "emoji 🚀👩‍👩‍👧",
        "e\u{301} composed",
        "é precomposed",
        "right\u{202e}left",
        "zero\u{200b}width",
        "\u{feff}mark",
        "東京",
        "\u{ffff}",
        "\u{10ffff}",
        "*",
        "[a-z]?",
        "{hash}",
        "%41%2F",
        "__metadata__",
        "..",
        "-",
        "--yes",
        "$.accessed_at",
        "null",
        "A",
        "a",
        "Z",
        "a\0",
        "a ",
    ]
    .map(str::to_owned)
    .to_vec();
    keys.push("long ".repeat(1000));
    keys
}
