//! Rows and fields of CSV and TSV, as in RFC 4180, and whatever is written instead.

use std::borrow::Cow;
use std::ops::Range;

/// Longest field in quotes, in bytes: where no quote ends it within these, the first quote is a letter.
const QUOTED: usize = 1 << 20;
/// Bytes in which the first lines are searched for.
const NEAR: usize = 4096;
/// Number of lines behind the first one that are examined.
const ALIKE: usize = 10;
/// Limit on the bytes of empty lines that are skipped at once.
const BLANK: usize = 4096;

/// The signs between fields and rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::preview) struct Csv {
    pub(super) comma: u8,
    /// Whether there is a quote anywhere.
    quotes: bool,
    /// The end of a line: a carriage return where there is no newline at all.
    end: u8,
    /// Start of the head, behind a line that declares the comma.
    pub(super) head: usize,
}

impl Csv {
    /// The comma is the one that a line of its own declares, as Excel writes it; else the sign that is most
    /// frequent in the first line, and as frequent in the next ones.
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
            // A tab is rare in text; among other signs that are alike, `,` wins.
            (often, alike, sign == b'\t', sign == b',')
        });
        let comma =
            if tabs { b'\t' } else { most.filter(|&sign| count(line, sign) > 0).unwrap_or(b',') };
        Self { comma, quotes, end, head: 0 }
    }

    /// Start of the row behind the one that begins at `at`.
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

/// The comma that a line declares: `sep=;`, also in quotes.
fn told(line: &[u8]) -> Option<u8> {
    let [s, e, p, b'=', comma] = *inside(line) else { return None };
    let says = [s, e, p].eq_ignore_ascii_case(b"sep");
    (says && comma.is_ascii() && !matches!(comma, b'"' | b'\r')).then_some(comma)
}

/// Start of the next line.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)
}

/// The first line at or behind `at` that is not empty; among very many empty ones, some count as rows.
pub(super) fn past_blank(bytes: &[u8], at: usize) -> usize {
    let near = &bytes[at..bytes.len().min(at + BLANK)];
    let blank = near.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    // Without a newline behind them, carriage returns are line ends by themselves.
    let lone = near[..blank].iter().all(|&byte| byte == b'\r')
        && (at + blank == bytes.len() || at > 0 && bytes[at - 1] == b'\r');
    match near[..blank].iter().rposition(|&byte| byte == b'\n') {
        Some(last) => at + last + 1,
        None if lone => at + blank,
        None => at,
    }
}

/// The contents of a field's quotes, or all of a field without them.
pub(super) fn inside(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(field)
}

/// The contents of a field, without its quotes.
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
