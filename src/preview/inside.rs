//! The contents of a value that is packed, an archive, or written in a binary notation: all of them, for a comparison
//! with another value.

use bytes::Bytes;

use super::coding::{self, Layer, Limits};
use super::{archive, notation};
use crate::model::ContentType;

/// The contents of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inside {
    /// How it is packed or written: `gzip`, `base64 → gzip`, `msgpack`.
    pub(crate) how: String,
    /// Type of the contents.
    pub(crate) content_type: ContentType,
    /// Bytes of the contents; of a notation, the lines in which it is shown; of an archive, its entries.
    pub(crate) bytes: Bytes,
}

/// The contents of a value of this type; `None` where they are the value itself, or cannot all be read.
pub(crate) fn inside(content_type: &ContentType, value: &Bytes) -> Option<Inside> {
    let opened = coding::open(value, content_type.as_str(), "", Limits::new(&|| true));
    let (mut how, mut kind) = (Vec::new(), content_type.clone());
    if !opened.layers.is_empty() {
        let whole = opened.fault.is_none() && opened.closed.is_none();
        if !whole || coding::is_marked(&opened.bytes) {
            return None;
        }
        how.extend(opened.layers.iter().map(Layer::word));
        kind = coding::inner_type(&opened.layers, content_type.as_str(), "", &opened.bytes);
    }
    let mut bytes = opened.bytes;
    if let Some(notation) = notation::read(&kind, &bytes, false) {
        how.push(notation.whole?);
        bytes = notation.lines.bytes;
        kind = ContentType::TEXT;
    }
    if let Some((word, entries)) = archive::compared(&bytes) {
        how.push(word);
        bytes = entries.into();
        kind = ContentType::TEXT;
    }
    // Possible JSON is compared as JSON.
    if kind.as_str().is_empty() && matches!(bytes.first(), Some(b'{' | b'[')) {
        kind = ContentType::JSON;
    }
    (!how.is_empty()).then(|| Inside { how: how.join(" → "), content_type: kind, bytes })
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::tar;
    use super::super::coding::tests::{gzip, zstd};
    use super::*;

    fn told(content_type: &str, value: &[u8]) -> Option<(String, String, String)> {
        let inside = inside(&content_type.into(), &Bytes::copy_from_slice(value))?;
        let bytes = String::from_utf8_lossy(&inside.bytes).into_owned();
        Some((inside.how, inside.content_type.as_str().to_owned(), bytes))
    }

    #[test]
    fn what_is_packed_is_opened_whole_or_not_at_all() {
        let told_so = |how: &str, kind: &str, text: &str| {
            Some((how.to_owned(), kind.to_owned(), text.to_owned()))
        };
        assert_eq!(told("text/html", &gzip(b"<p>x")), told_so("gzip", "text/html", "<p>x"));
        let json = ContentType::JSON;
        let packed = gzip(&zstd(b"{\"a\": 1}"));
        let expected = told_so("gzip → zstd", json.as_str(), "{\"a\": 1}");
        assert_eq!(told("application/gzip", &packed), expected);
        assert_eq!(told("text/html", b"<p>x"), None);
        let cut = gzip("some text that is long enough".repeat(9).as_bytes());
        assert_eq!(told("text/html", &cut[..cut.len() - 9]), None);
        // The leading spaces are only drawn.
        let lines = "{\n\"a\": [\n1\n]\n}";
        let message = b"\x81\xa1a\x91\x01";
        let (how, kind, text) = told("application/msgpack", message).unwrap();
        assert_eq!((&*how, &*kind), ("msgpack", ContentType::TEXT.as_str()));
        assert_eq!(text.trim_end(), lines);
        assert_eq!(told("application/msgpack", &message[..4]), None);
        let archive = tar(&[(b"b.txt", b"two"), (b"a.txt", b"hello")]);
        let (how, kind, text) = told("application/gzip", &gzip(&archive)).unwrap();
        assert_eq!((&*how, &*kind), ("gzip \u{2192} tar", ContentType::TEXT.as_str()));
        assert!(text.starts_with("a.txt  5 B, checksum ") && text.contains("\nb.txt  3 B"));
    }
}
