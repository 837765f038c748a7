//! Base64: its alphabet, its padding and its lines are kept.

use base64::Engine as _;

use crate::preview::coding::base64::{engine, is_mixed, may_be};

use super::is_text;
use super::packed::is_packed;

/// A shorter text is a word rather than base64.
const SHORTEST: usize = 8;
/// The same where no text comes out.
const SHORTEST_OF_BYTES: usize = 32;

/// How it is spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base64 {
    /// With `-` and `_`.
    url_safe: bool,
    padded: bool,
    /// So many characters stand on a line, with what ends it; all on one where there is none.
    lines: Option<(usize, &'static str)>,
    /// What stands behind the last line.
    end: &'static str,
    /// Whether a `data:` URL says that it is base64.
    pub(super) is_in_url: bool,
}

impl Base64 {
    /// Text that is base64 of something readable, packed, or long.
    pub(super) fn open(text: &[u8]) -> Option<(Self, Vec<u8>)> {
        if text.len() < SHORTEST {
            return None;
        }
        let (spelling, decoded) = Self::read(text)?;
        let likely = !decoded.is_empty() && is_text(&decoded)
            || is_packed(&decoded)
            || text.len() >= SHORTEST_OF_BYTES && is_mixed(text);
        likely.then_some((spelling, decoded))
    }

    /// What a `data:` URL says to be base64.
    pub(super) fn in_url(text: &[u8]) -> Option<(Self, Vec<u8>)> {
        let (spelling, decoded) = Self::read(text)?;
        Some((Self { is_in_url: true, ..spelling }, decoded))
    }

    /// Reads what can be spelled so again.
    fn read(text: &[u8]) -> Option<(Self, Vec<u8>)> {
        if !may_be(text) {
            return None;
        }
        let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
        let end = ["\r\n", "\n", ""].into_iter().find(|end| text.ends_with(end.as_bytes()))?;
        let body = &text[..text.len() - end.len()];
        let lines = memchr::memchr(b'\n', body).map(|at| {
            let crlf = body[..at].ends_with(b"\r");
            (at - usize::from(crlf), if crlf { "\r\n" } else { "\n" })
        });
        let clean: Vec<u8> =
            body.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        let ends_open = clean.len().is_multiple_of(4) && !clean.ends_with(b"=");
        // Where nothing tells, as is usual with this alphabet.
        let padded = clean.ends_with(b"=") || (ends_open && !url_safe);
        let spelling = Self { url_safe, padded, lines, end, is_in_url: false };
        let decoded = engine(url_safe, padded).decode(&clean).ok()?;
        (spelling.put_back(&decoded) == text).then_some((spelling, decoded))
    }

    pub(super) fn put_back(&self, bytes: &[u8]) -> Vec<u8> {
        let encoded = engine(self.url_safe, self.padded).encode(bytes).into_bytes();
        let Some((width, line_end)) = self.lines.filter(|(width, _)| *width > 0) else {
            return [&encoded, self.end.as_bytes()].concat();
        };
        let lines: Vec<&[u8]> = encoded.chunks(width).collect();
        let mut out = lines.join(line_end.as_bytes());
        out.extend_from_slice(self.end.as_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_digests_are_no_base64() {
        for text in [
            "password",
            "20240131",
            "hello world",
            "abcdefgh",
            "550e8400-e29b-41d4-a716-446655440000",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "E3B0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "aGVsbG8gd29ybG",
            "aGVsbG8gd29ybGR=",
            "aGVs\nbG8gd29y\nbGQ=",
        ] {
            assert!(Base64::open(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn alphabet_padding_and_lines_are_kept() {
        for (text, typed, expected) in [
            ("aGVsbG8gd29ybGQ=", "hello", "aGVsbG8="),
            ("aGVsbG8gd29ybGQ", "hello", "aGVsbG8"),
            ("aGVsbG8gd29ybGQ=\n", "hello", "aGVsbG8=\n"),
            ("aGVsbG8gd29ybGQh", "hello", "aGVsbG8="),
            ("fn5-fn5-fn5-", "~~~~", "fn5-fg"),
            ("aGVsbG8g\r\nd29ybGQ=", "hello world, hello", "aGVsbG8g\r\nd29ybGQs\r\nIGhlbGxv"),
        ] {
            let (spelling, decoded) = Base64::open(text.as_bytes()).unwrap();
            assert_eq!(spelling.put_back(&decoded), text.as_bytes());
            assert_eq!(spelling.put_back(typed.as_bytes()), expected.as_bytes(), "{text}");
        }
    }
}
