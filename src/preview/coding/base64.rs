//! Base64 and `data:` URLs: how to recognize them, and the bytes that they encode.

use std::borrow::Cow;

use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _};

use super::super::{format, is_readable};
use super::{Fault, GZIP, is_zlib};

/// Shortest text that is taken for base64, in bytes; a shorter one is a word.
const SHORTEST: usize = 16;
/// Limit on the part before the comma, in bytes.
const HEAD: usize = 1024;

/// Decodes text whose contents are readable or of a known format.
pub(super) fn likely(text: &[u8], most: usize) -> Option<(Vec<u8>, Option<Fault>)> {
    if text.len() < SHORTEST || !is_mixed(text) || !may_be(text) {
        return None;
    }
    let (out, fault) = decode(text, most)?;
    // A character may be cut in two.
    let whole = match std::str::from_utf8(&out) {
        Err(why) if fault.is_some() && why.error_len().is_none() => why.valid_up_to(),
        _ => out.len(),
    };
    let known = is_readable(&out[..whole]) || format::describe(&out).is_some();
    (known || out.starts_with(GZIP) || is_zlib(&out)).then_some((out, fault))
}

/// Decodes a text in any alphabet, with padding or without: at most this number of bytes.
fn decode(text: &[u8], most: usize) -> Option<(Vec<u8>, Option<Fault>)> {
    let cut = text.len() / 4 * 3 > most;
    let text = if cut { &text[..most / 3 * 4] } else { text };
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let mut clean: Vec<u8> =
        text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if cut {
        clean.truncate(clean.len() / 4 * 4);
    }
    let engine = engine(url_safe, true);
    match engine.decode(&clean) {
        Ok(out) => Some((out, cut.then_some(Fault::TooMuch))),
        // Without its last characters it ends inside a group of four, of which not all is there.
        Err(DecodeError::InvalidLength(_) | DecodeError::InvalidLastSymbol(..)) => {
            let out = engine.decode(&clean[..clean.len() / 4 * 4]).ok()?;
            Some((out, Some(Fault::CutOff)))
        }
        Err(_) => None,
    }
}

/// An engine that reads with padding or without, and writes as these arguments say.
pub(crate) fn engine(url_safe: bool, padded: bool) -> GeneralPurpose {
    let alphabet: &Alphabet = if url_safe { &URL_SAFE } else { &STANDARD };
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(padded)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

/// Whether a text has only characters of base64.
pub(crate) fn may_be(text: &[u8]) -> bool {
    let known = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'\r' | b'\n')
    };
    text.iter().all(known)
}

/// Whether it looks like base64 rather than a name, a number or a digest.
pub(crate) fn is_mixed(text: &[u8]) -> bool {
    let all: [fn(&u8) -> bool; 3] =
        [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit];
    all.iter().all(|kind| text.iter().any(kind)) && !text.iter().all(u8::is_ascii_hexdigit)
}

/// The type that a URL declares, and at most this number of bytes of its contents.
pub(super) fn data_url(text: &[u8], most: usize) -> Option<(String, Vec<u8>, Option<Fault>)> {
    let marked = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"data:"));
    if !marked {
        return None;
    }
    let text = text.trim_ascii_end();
    let comma = memchr::memchr(b',', &text[..text.len().min(HEAD)])?;
    let head = std::str::from_utf8(&text[5..comma]).ok()?;
    let payload = &text[comma + 1..];
    let suffix = head.len().checked_sub(7).and_then(|at| head.get(at..));
    let packed = suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case(";base64"));
    // Base64 may be broken into lines.
    let known = |byte: &u8| matches!(byte, b' '..=b'~') || packed && byte.is_ascii_whitespace();
    if !payload.iter().all(known) {
        return None;
    }
    // Of base64, 4 characters are 3 bytes; of other text, a character cut in two stays as it is.
    let room = if packed { most / 3 * 4 + 4 } else { most };
    let fault = (payload.len() > room).then_some(Fault::TooMuch);
    let payload = &payload[..payload.len().min(room)];
    let decoded: Cow<'_, [u8]> = percent_encoding::percent_decode(payload).into();
    let kind = if packed { &head[..head.len() - 7] } else { head };
    let (bytes, cut) = if packed { decode(&decoded, most)? } else { (decoded.into_owned(), None) };
    // The default of the standard.
    let kind = if kind.is_empty() { "text/plain" } else { kind };
    Some((kind.trim().to_owned(), bytes, fault.or(cut)))
}
