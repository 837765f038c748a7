//! Rows and fields of CSV and TSV, as RFC 4180 has them, and whatever comes instead.

use std::borrow::Cow;
use std::ops::Range;

/// A field in quotes is no longer, in bytes: where no quote ends it, its quote is a letter.
const QUOTED: usize = 1 << 20;
/// So far it is looked for the first lines, in bytes.
const NEAR: usize = 4096;
/// So many lines behind the first one are looked at.
const ALIKE: usize = 10;
/// So many bytes of empty lines are passed over at once.
const BLANK: usize = 4096;

/// How fields are parted.
#[derive(Debug, Clone, Copy)]
pub(in crate::preview) struct Csv {
    pub(super) comma: u8,
    /// Whether there is a quote anywhere.
    quotes: bool,
    /// What ends a line: a carriage return where there is no newline at all.
    end: u8,
    /// Where the head begins: behind a line that says how fields are parted.
    pub(super) head: usize,
}

impl Csv {
    /// The comma is what a line of its own says, as Excel writes it; else the sign of several that is in the
    /// first line most often, and in the next ones as often.
    pub(super) fn of(bytes: &[u8], tabs: bool) -> Self {
        let near = &bytes[..bytes.len().min(NEAR)];
        let end = match memchr::memchr(b'\n', bytes) {
            None if memchr::memchr(b'\r', near).is_some() => b'\r',
            _ => b'\n',
        };
        let quotes = memchr::memchr(b'"', bytes).is_some();
        let mut lines = near.split(|&byte| byte == end);
        let line = lines.next().unwrap_or_default();
        if let Some(comma) = told(line.strip_suffix(b"\r").unwrap_or(line)) {
            return Self { comma, quotes, end, head: bytes.len().min(line.len() + 1) };
        }
        let count = |line: &[u8], sign: u8| memchr::memchr_iter(sign, line).count();
        let next: Vec<&[u8]> = lines.take(ALIKE).collect();
        let most = [b',', b';', b'|', b'\t'].into_iter().max_by_key(|&sign| {
            let often = count(line, sign);
            let alike = next.iter().filter(|line| count(line, sign) == often).count();
            // In a text a tab seldom stands; the first of others that are alike is the comma.
            (often, alike, sign == b'\t', sign == b',')
        });
        let comma =
            if tabs { b'\t' } else { most.filter(|&sign| count(line, sign) > 0).unwrap_or(b',') };
        Self { comma, quotes, end, head: 0 }
    }

    /// Where the row behind the one that begins at `at` begins.
    pub(super) fn next_row(self, bytes: &[u8], at: usize) -> usize {
        if !self.quotes {
            let end = memchr::memchr(self.end, &bytes[at..]);
            return end.map_or(bytes.len(), |end| at + end + 1);
        }
        let mut from = at;
        loop {
            let field = self.field(bytes, from);
            match bytes.get(field.end) {
                Some(byte) if *byte == self.comma => from = field.end + 1,
                Some(_) => return field.end + 1,
                None => return bytes.len(),
            }
        }
    }

    /// The fields of the row that begins at `at`, with their quotes.
    pub(super) fn fields(self, bytes: &[u8], at: usize) -> impl Iterator<Item = Range<usize>> {
        let mut next = Some(at);
        std::iter::from_fn(move || {
            let mut field = self.field(bytes, next?);
            let more = bytes.get(field.end) == Some(&self.comma);
            next = more.then_some(field.end + 1);
            if !more && bytes[field.clone()].ends_with(b"\r") {
                field.end -= 1;
            }
            Some(field)
        })
    }

    /// The field that begins here, up to the comma or the line end behind it.
    fn field(self, bytes: &[u8], start: usize) -> Range<usize> {
        let mut from = start;
        if self.quotes && bytes.get(start) == Some(&b'"') {
            let far = &bytes[..bytes.len().min(start + QUOTED)];
            let mut at = start + 1;
            while let Some(found) = far.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
                at += found + 1;
                if far.get(at) != Some(&b'"') {
                    from = at;
                    break;
                }
                at += 1;
            }
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let end = memchr::memchr2(self.comma, self.end, rest).unwrap_or(rest.len());
        start..from + end
    }
}

/// The comma that a line says: `sep=;`, also in quotes.
fn told(line: &[u8]) -> Option<u8> {
    let [s, e, p, b'=', comma] = *inside(line) else { return None };
    let says = [s, e, p].eq_ignore_ascii_case(b"sep");
    (says && comma.is_ascii() && !matches!(comma, b'"' | b'\r')).then_some(comma)
}

/// Where the next line begins.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)
}

/// The first line at or behind `at` that is not empty; of very many empty ones, some are rows.
pub(super) fn past_blank(bytes: &[u8], at: usize) -> usize {
    let near = &bytes[at..bytes.len().min(at + BLANK)];
    let blank = near.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    // Without a newline behind them, carriage returns end lines by themselves.
    let lone = near[..blank].iter().all(|&byte| byte == b'\r')
        && (at + blank == bytes.len() || at > 0 && bytes[at - 1] == b'\r');
    match near[..blank].iter().rposition(|&byte| byte == b'\n') {
        Some(last) => at + last + 1,
        None if lone => at + blank,
        None => at,
    }
}

/// What is in the quotes of a field, or all of it.
pub(super) fn inside(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(field)
}

/// What a field says, without its quotes.
pub(super) fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let inner = inside(field);
    if inner.len() == field.len() {
        return Cow::Borrowed(field);
    }
    if memchr::memchr(b'"', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=at]);
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}
