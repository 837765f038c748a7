//! `data:` URLs.

use std::borrow::Cow;

use super::base64;

/// What stands before the comma has at most so many bytes.
const HEAD: usize = 1024;

/// The type that a URL says, and what it holds.
pub(super) fn open(text: &[u8], most: usize) -> Option<(String, Vec<u8>)> {
    let marked = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"data:"));
    if !marked {
        return None;
    }
    let text = text.trim_ascii_end();
    let comma = memchr::memchr(b',', &text[..text.len().min(HEAD)])?;
    let head = std::str::from_utf8(&text[5..comma]).ok()?;
    let payload = &text[comma + 1..];
    if payload.len() > most || !payload.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let decoded: Cow<'_, [u8]> = percent_encoding::percent_decode(payload).into();
    let suffix = head.len().checked_sub(7).and_then(|at| head.get(at..));
    let packed = suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case(";base64"));
    let kind = if packed { &head[..head.len() - 7] } else { head };
    let bytes = if packed { base64::decode(&decoded, most)? } else { decoded.into_owned() };
    // The standard's own default.
    let kind = if kind.is_empty() { "text/plain" } else { kind };
    Some((kind.trim().to_owned(), bytes))
}
