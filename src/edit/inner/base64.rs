//! Base64, whose alphabet, padding and lines are kept.

use base64::Engine as _;

use crate::preview::coding::base64::{engine, is_mixed, may_be};

use super::is_text;
use super::packed::is_packed;

/// Shortest text that is taken for base64, in bytes; a shorter one is a word.
const SHORTEST: usize = 8;
/// As [`SHORTEST`], for contents that are not text.
const SHORTEST_OF_BYTES: usize = 32;

/// The spelling of base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base64 {
    /// Whether `-` and `_` are in the alphabet.
    url_safe: bool,
    padded: bool,
    /// Number of characters on a line, and the line end behind them; `None` where all are on one line.
    lines: Option<(usize, &'static str)>,
    /// The line end behind the last line.
    end: &'static str,
    /// Whether it is the base64 of a `data:` URL.
    pub(super) is_in_url: bool,
}

impl Base64 {
    /// Opens text that is base64 of something readable or packed, or that is long and has digits and letters
    /// of both cases.
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

    /// Opens the base64 of a `data:` URL.
    pub(super) fn in_url(text: &[u8]) -> Option<(Self, Vec<u8>)> {
        let (spelling, decoded) = Self::read(text)?;
        Some((Self { is_in_url: true, ..spelling }, decoded))
    }

    /// Reads base64 that can be spelled in the same way again.
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
        // Where nothing shows the padding, it is the usual one of this alphabet.
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
