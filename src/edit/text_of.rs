//! A value with its content type, and its text.

use bytes::Bytes;

use crate::model::{ContentType, Record, RecordMeta};
use crate::preview::charset::{self, Charset, DecodedText};

/// A value at one time: as it was read, as it was typed, or as it is stored now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedValue {
    /// The content type.
    pub content_type: ContentType,
    /// The bytes as they are stored.
    pub value: Bytes,
}

impl From<&Record> for TypedValue {
    fn from(record: &Record) -> Self {
        let content_type = record.meta.content_type.clone();
        Self { content_type, value: record.value.clone() }
    }
}

impl TypedValue {
    /// The text in UTF-8, and the charset that it is stored in; `None` for bytes that are not text, and for
    /// text that would not give the same bytes back.
    pub(super) fn text(&self) -> Option<(Bytes, Charset)> {
        let meta = RecordMeta {
            content_type: self.content_type.clone(),
            size: self.value.len() as u64,
            ..RecordMeta::default()
        };
        let read = charset::read(&meta, &self.value, false);
        let read = read.or_else(|| DecodedText::utf8(&self.value))?;
        read.is_exact(&self.value).then_some((read.text, read.charset))
    }
}

/// The lines of a text, each with its line end.
pub(super) fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        lines.push(&text[start..=end]);
        start = end + 1;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// Starts of these lines, the first of them at `from`, and the end of the last one.
pub(super) fn starts(lines: &[&[u8]], from: usize) -> Vec<usize> {
    let ends = lines.iter().scan(from, |end, line| {
        *end += line.len();
        Some(*end)
    });
    std::iter::once(from).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(content_type: &str, value: &'static [u8]) -> TypedValue {
        TypedValue { content_type: content_type.into(), value: Bytes::from_static(value) }
    }

    #[test]
    fn text_is_read_in_its_charset_and_bytes_are_not() {
        let (text, _) = typed("text/plain; charset=utf-16le", b"\xe4\0\n\0").text().unwrap();
        assert_eq!(text, "ä\n");
        let (text, _) = typed("text/plain; charset=latin1", b"\xe4").text().unwrap();
        assert_eq!(text, "ä");
        assert_eq!(typed("image/png", b"\x89PNG\xff\0").text(), None);
        assert_eq!(typed("text/plain; charset=utf-8", b"a\xff\0b").text(), None);
    }

    #[test]
    fn lines_keep_what_ends_them() {
        let expected: [&[u8]; 4] = [b"a\r\n", b"\n", b"b\n", b"c"];
        assert_eq!(lines(b"a\r\n\nb\nc"), expected);
        assert!(lines(b"").is_empty());
        assert_eq!(lines(b"a\n").len(), 1);
    }
}
