//! The lines of a text.

use super::chunk::CHUNK;
use super::index::{self, Index};
use super::line::{Fragment, Line};
use super::row::Role;

/// The way of cutting a text into lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextForm {
    /// Line ends and tabs are shown as symbols.
    pub(super) raw: bool,
    /// Every line ends with CR LF, of which the CR is then not shown.
    pub(super) crlf: bool,
}

/// Whether all lines (and there is at least one) end with CR LF.
pub(super) fn is_crlf(bytes: &[u8]) -> bool {
    let mut ends = memchr::memchr_iter(b'\n', bytes).peekable();
    ends.peek().is_some() && ends.all(|end| end > 0 && bytes[end - 1] == b'\r')
}

/// Finds the lines. A line end at the very end begins no further line.
pub(super) fn find_lines(bytes: &[u8], style: TextForm) -> Index {
    let mut index = Index::default();
    let mut start = 0;
    while start < bytes.len() {
        let newline = memchr::memchr(b'\n', &bytes[start..]).map(|at| start + at);
        index.push_line(start, 0);
        let end = shown_end(bytes, start, newline.unwrap_or(bytes.len()), style);
        index.push_piece(bytes, start..end, !style.raw);
        start = newline.map_or(bytes.len(), |at| at + 1);
    }
    index.finish()
}

/// End of the shown part of a line, given the place of its newline (or the value's end).
fn shown_end(bytes: &[u8], start: usize, newline: usize, style: TextForm) -> usize {
    if style.raw {
        (newline + 1).min(bytes.len())
    } else if style.crlf && newline > start && bytes[newline - 1] == b'\r' && newline < bytes.len()
    {
        newline - 1
    } else {
        newline
    }
}

/// Place of a line's newline (or the value's end), found without reading a long line.
fn newline(bytes: &[u8], index: &Index, start: usize) -> usize {
    let near = bytes.len().min(start + CHUNK + 3);
    if let Some(at) = memchr::memchr(b'\n', &bytes[start..near]) {
        return start + at;
    }
    let shown = index.long_at(start).map_or(near, |long| long.at.end);
    // A carriage return may follow what is shown; shown raw, the newline is part of it.
    match bytes[shown.saturating_sub(1)..].iter().take(3).position(|&byte| byte == b'\n') {
        Some(at) => shown.saturating_sub(1) + at,
        None => bytes.len(),
    }
}

/// Start of line `number`, from 0.
pub(super) fn line_start(bytes: &[u8], index: &Index, number: usize) -> usize {
    let (mark, _) = index.before_line(number);
    let skip = |start, _| newline(bytes, index, start) + 1;
    (mark.line..number).fold(mark.offset, skip).min(bytes.len())
}

/// Line `number`, from 0.
pub(super) fn line<'a>(
    bytes: &'a [u8],
    index: &'a Index,
    number: usize,
    style: TextForm,
) -> Line<'a> {
    let start = line_start(bytes, index, number);
    let end = shown_end(bytes, start, newline(bytes, index, start), style);
    let long = index.long_at(start);
    let part = Fragment { bytes: &bytes[start..end], source: Some(start), role: Role::Plain, long };
    Line { depth: 0, parts: vec![part], tabs: !style.raw }
}

/// The line that contains a byte.
pub(super) fn line_of(bytes: &[u8], index: &Index, offset: usize) -> usize {
    let mark = index.before_offset(offset);
    // No line begins beyond this, or there would be a mark.
    let end = offset.min(mark.offset + index::BYTES).clamp(mark.offset, bytes.len());
    let between = &bytes[mark.offset..end];
    (mark.line + memchr::memchr_iter(b'\n', between).count()).min(index.lines().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STYLE: TextForm = TextForm { raw: false, crlf: false };

    fn lines(text: &str, style: TextForm) -> Vec<&str> {
        let index = Box::leak(Box::new(find_lines(text.as_bytes(), style)));
        let line = |number| {
            std::str::from_utf8(line(text.as_bytes(), index, number, style).parts[0].bytes).unwrap()
        };
        (0..index.lines()).map(line).collect()
    }

    #[test]
    fn a_last_line_end_begins_no_line() {
        assert_eq!(lines("a\nb\n", STYLE), ["a", "b"]);
        assert_eq!(lines("\n\n", STYLE), ["", ""]);
        assert_eq!(lines("a\nb", TextForm { raw: true, crlf: false }), ["a\n", "b"]);
    }

    #[test]
    fn carriage_returns_are_hidden_only_where_all_lines_have_them() {
        assert!(is_crlf(b"a\r\nb\r\nc") && !is_crlf(b"a\r\nb\n") && !is_crlf(b"a\r"));
        assert_eq!(lines("a\r\nb\r\n", TextForm { raw: false, crlf: true }), ["a", "b"]);
        assert_eq!(lines("a\r\nb\n", STYLE), ["a\r", "b"]);
    }

    proptest! {
        #[test]
        fn lines_are_found_at_once_and_in_order(
            lengths in proptest::collection::vec(prop_oneof![0_usize..30, 4000_usize..20_000], 1..200),
            crlf in any::<bool>(), raw in any::<bool>(),
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let text: String = lengths.iter().map(|&length| "x".repeat(length) + end).collect();
            let style = TextForm { raw, crlf };
            let expected: Vec<_> = text
                .split_inclusive('\n')
                .map(|line| if raw { line } else { line.trim_end() })
                .collect();
            prop_assert_eq!(lines(&text, style), expected);
            let index = find_lines(text.as_bytes(), style);
            for number in 0..index.lines() {
                let start = line_start(text.as_bytes(), &index, number);
                prop_assert_eq!(line_of(text.as_bytes(), &index, start), number);
            }
        }
    }
}
