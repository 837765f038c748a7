//! Strings of JSON in the cells of a table: as they read, without their quotes and escapes.

use std::borrow::Cow;

use super::super::json;

/// A JSON value in words: a string without its quotes and escapes, an object or a list on one line.
pub(super) fn json_said(value: &[u8]) -> Cow<'_, [u8]> {
    match value.first() {
        Some(b'{' | b'[') if memchr::memchr(b'\n', value).is_some() => json::compact(value).into(),
        Some(b'"') => unescaped(unquoted(value)),
        _ => Cow::Borrowed(value),
    }
}

/// The beginning of a value in words, from at most this number of bytes of a string.
pub(super) fn beginning(value: &[u8], most: usize) -> Cow<'_, [u8]> {
    match value.strip_prefix(b"\"") {
        Some(inner) if inner.len() > most => unescaped(&inner[..most]),
        _ => json_said(value),
    }
}

/// A string without its quotes.
pub(super) fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(value)
}

/// The text between the quotes of a string, with its escapes read. An invalid escape, one that is cut off and
/// half of a pair stay as they are spelled.
pub(super) fn unescaped(inner: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', inner) else { return Cow::Borrowed(inner) };
    let mut read = inner[..first].to_vec();
    let mut rest = &inner[first..];
    while let Some(at) = memchr::memchr(b'\\', rest) {
        read.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (letter, length) = json::escape(rest).unwrap_or(('\\', 1));
        read.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &rest[length..];
    }
    read.extend_from_slice(rest);
    Cow::Owned(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(value: &str) -> String {
        String::from_utf8(json_said(value.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn strings_are_as_they_read() {
        for (value, reads) in [
            (r#""Mug 0, \"big\"""#, "Mug 0, \"big\""),
            (r#""P\u0159\u00EDli\u0161""#, "Příliš"),
            (r#""a\nb\t\\n\/""#, "a\nb\t\\n/"),
            (r#""\ud83e\uDD81 lion""#, "🦁 lion"),
            (r#""""#, ""),
            ("17.50", "17.50"),
            (r#"{"a": "\n"}"#, r#"{"a": "\n"}"#),
            ("[1,\n 2]", "[1, 2]"),
        ] {
            assert_eq!(said(value), reads, "{value}");
        }
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is_spelled() {
        for value in [r"\ud83e", r"\ud83e\ud83e", r"\udd81x", r"\x", r"\u12", "\\", r"\u12g4"] {
            assert_eq!(&*unescaped(value.as_bytes()), value.as_bytes(), "{value}");
        }
        assert_eq!(&*unescaped(br"\u+123 \\\u"), br"\u+123 \\u");
        assert_eq!(&*unescaped(br"\ud83e\u0041"), br"\ud83eA");
        let long = format!("\"{}\"", r"\u0159".repeat(1000));
        let begun = beginning(long.as_bytes(), 20);
        assert_eq!(std::str::from_utf8(&begun).unwrap(), "řřř\\u");
        assert_eq!(beginning(b"\"ab\"", 20).as_ref(), b"ab");
        assert_eq!(beginning(b"123", 1).as_ref(), b"123");
    }
}
