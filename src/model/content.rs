//! Content types, and the encoding of values, as in Crawlee.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// A stored content type, as it is in the record's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ContentType(Cow<'static, str>);

/// The families that Crawlee decodes in different ways, and that previews tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Contains `application/json`.
    Json,
    /// Starts with `text/`.
    Text,
    /// `application/x-none`: the value is None.
    None,
    /// Starts with `image/`.
    Image,
    /// Anything else: bytes.
    Binary,
    /// Unknown: no metadata names the type.
    Unknown,
}

impl ContentType {
    /// The unknown type: no metadata names one.
    pub const UNKNOWN: Self = Self(Cow::Borrowed(""));
    /// The type inferred for dicts and lists.
    pub const JSON: Self = Self(Cow::Borrowed("application/json; charset=utf-8"));
    /// The type inferred for strings, numbers and booleans.
    pub const TEXT: Self = Self(Cow::Borrowed("text/plain; charset=utf-8"));
    /// The type inferred for bytes.
    pub const BINARY: Self = Self(Cow::Borrowed("application/octet-stream"));
    /// The type of None.
    pub const NONE: Self = Self(Cow::Borrowed("application/x-none"));

    /// The text as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether values of this type are JSON: `application/json`, or one that ends with `+json`.
    pub fn is_json(&self) -> bool {
        self.family() == Family::Json || self.has_json_suffix()
    }

    /// Whether it ends with `+json`; Crawlee stores values of such a type like any bytes.
    pub fn has_json_suffix(&self) -> bool {
        let essence = self.as_str().split(';').next().unwrap_or("").trim();
        essence.to_ascii_lowercase().ends_with("+json")
    }

    /// The family that the name tells: Crawlee takes XML and YAML of `application/` for bytes, and larder
    /// shows them as text.
    pub fn told_family(&self) -> Family {
        let family = self.family();
        if family != Family::Binary {
            return family;
        }
        let essence = self.as_str().split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let kind = essence.rsplit('/').next().unwrap_or("");
        let kind = kind.strip_prefix("x-").unwrap_or(kind);
        let kind = kind.rsplit('+').next().unwrap_or(kind);
        match kind {
            "json" | "ndjson" | "jsonl" | "jsonlines" | "json-lines" | "json-seq" => Family::Json,
            "xml" | "xslt" | "yaml" | "javascript" | "ecmascript" | "typescript" | "toml"
            | "csv" | "sql" | "sh" | "graphql" => Family::Text,
            _ => Family::Binary,
        }
    }

    /// The family by which Crawlee decodes values of this type.
    pub fn family(&self) -> Family {
        match self.as_str() {
            "" => Family::Unknown,
            "application/x-none" => Family::None,
            json if json.contains("application/json") => Family::Json,
            text if text.starts_with("text/") => Family::Text,
            image if image.starts_with("image/") => Family::Image,
            _ => Family::Binary,
        }
    }

    /// A short word for a column: `json`, `html`, `png`, `none`, …
    pub fn short(&self) -> &str {
        let text = self.as_str();
        match self.family() {
            Family::Unknown => "?",
            Family::None => "none",
            Family::Json => "json",
            Family::Text | Family::Image | Family::Binary => {
                let essence = text.split(';').next().unwrap_or(text).trim();
                match essence.rsplit('/').next().unwrap_or(essence) {
                    "plain" => "text",
                    "octet-stream" => "binary",
                    "svg+xml" => "svg",
                    short => short.strip_prefix("x-").unwrap_or(short),
                }
            }
        }
    }
}

impl From<&str> for ContentType {
    fn from(text: &str) -> Self {
        for known in [Self::JSON, Self::TEXT, Self::BINARY, Self::NONE, Self::UNKNOWN] {
            if known.as_str() == text {
                return known;
            }
        }
        Self(Cow::Owned(text.to_owned()))
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value before it is stored, as a Python program would hand it to `set_value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// None.
    None,
    /// A `str`.
    Text(String),
    /// `bytes`.
    Bytes(Bytes),
    /// A dict or list, as the JSON text it is to be stored as.
    Json(String),
}

impl Value {
    /// The content type that Crawlee infers when the caller gives none.
    pub fn inferred_content_type(&self) -> ContentType {
        match self {
            Self::None => ContentType::NONE,
            Self::Text(_) => ContentType::TEXT,
            Self::Bytes(_) => ContentType::BINARY,
            Self::Json(_) => ContentType::JSON,
        }
    }

    /// The bytes and the content type to store, with the type given or inferred.
    ///
    /// As in Crawlee, None always becomes `application/x-none`, and a [`Value::Text`] given with
    /// a JSON type becomes a JSON string.
    pub fn encode(self, given: Option<ContentType>) -> (Bytes, ContentType) {
        let inferred = self.inferred_content_type();
        let content_type = given.filter(|_| self != Self::None).unwrap_or(inferred);
        let bytes = match self {
            Self::None => Bytes::new(),
            Self::Bytes(bytes) => bytes,
            Self::Text(text) if content_type.family() == Family::Json => {
                Bytes::from(serde_json::Value::String(text).to_string())
            }
            Self::Text(text) | Self::Json(text) => Bytes::from(text),
        };
        (bytes, content_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_told_as_crawlee_tells_them() {
        for (text, family) in [
            ("application/json; charset=utf-8", Family::Json),
            ("application/json", Family::Json),
            ("text/html", Family::Text),
            ("application/x-none", Family::None),
            ("image/png", Family::Image),
            ("application/gzip", Family::Binary),
            ("Text/plain", Family::Binary),
            ("", Family::Unknown),
        ] {
            assert_eq!(ContentType::from(text).family(), family, "{text}");
        }
    }

    #[test]
    fn a_type_is_shown_as_what_its_name_tells() {
        for (text, family) in [
            ("application/xml", Family::Text),
            ("application/rss+xml; charset=utf-8", Family::Text),
            ("application/x-yaml", Family::Text),
            ("application/x-ndjson", Family::Json),
            ("application/ld+json", Family::Json),
            ("image/svg+xml", Family::Image),
            ("application/zip", Family::Binary),
            ("application/x-none", Family::None),
            ("", Family::Unknown),
        ] {
            assert_eq!(ContentType::from(text).told_family(), family, "{text}");
        }
    }

    #[test]
    fn types_are_inferred_as_crawlee_infers_them() {
        assert_eq!(Value::Text("42".into()).encode(None), ("42".into(), ContentType::TEXT));
        assert_eq!(Value::None.encode(Some(ContentType::JSON)), (Bytes::new(), ContentType::NONE));
        let json = Value::Text("plain".into()).encode(Some(ContentType::JSON));
        assert_eq!(json, ("\"plain\"".into(), ContentType::JSON));
    }

    #[test]
    fn columns_get_short_words() {
        for (text, short) in [
            ("text/plain; charset=utf-8", "text"),
            ("application/octet-stream", "binary"),
            ("application/x-none", "none"),
            ("image/png", "png"),
            ("application/x-gzip", "gzip"),
            ("", "?"),
        ] {
            assert_eq!(ContentType::from(text).short(), short);
        }
    }
}
