//! The members of an object of JSON, found without recursion; other values have none.

use std::ops::Range;

/// The members of the object in `bytes[place]`: keys without their quotes, and values.
pub(super) fn members(
    bytes: &[u8],
    place: Range<usize>,
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let end = place.end;
    let first = white(bytes, place);
    let mut at = (bytes.get(first) == Some(&b'{') && first < end).then_some(first + 1);
    std::iter::from_fn(move || {
        let key = white(bytes, at.take()?..end);
        if key >= end || bytes[key] != b'"' {
            return None;
        }
        let after = string(bytes, key..end);
        let colon = white(bytes, after..end);
        if colon >= end || bytes[colon] != b':' {
            return None;
        }
        let start = white(bytes, colon + 1..end);
        let (value, next) = value(bytes, start..end);
        at = next;
        Some((key + 1..after - 1, value))
    })
}

/// End of the white space that begins here; the end of the range where it begins behind that, as behind an
/// unclosed string in a row that is cut off.
pub(super) fn white(bytes: &[u8], at: Range<usize>) -> usize {
    let near = bytes.get(at.clone()).unwrap_or_default();
    let white = near.iter().position(|byte| !byte.is_ascii_whitespace());
    white.map_or(at.end, |white| at.start + white)
}

/// End of the string that begins here.
fn string(bytes: &[u8], at: Range<usize>) -> usize {
    let mut from = at.start + 1;
    while let Some(found) =
        bytes.get(from..at.end).and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        from += found + 1;
        if bytes[from - 1] == b'"' {
            return from;
        }
        from += 1;
    }
    // An unclosed string: its last byte stands for the quote.
    at.end.max(at.start + 2)
}

/// The value that begins here, and the start of the next member or item.
pub(super) fn value(bytes: &[u8], at: Range<usize>) -> (Range<usize>, Option<usize>) {
    let mut depth = 0_usize;
    let mut from = at.start;
    while from < at.end {
        match bytes[from] {
            b'"' => {
                from = string(bytes, from..at.end);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return (trimmed(bytes, at.start..from), None),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return (trimmed(bytes, at.start..from), Some(from + 1)),
            _ => {}
        }
        from += 1;
    }
    (trimmed(bytes, at), None)
}

fn trimmed(bytes: &[u8], at: Range<usize>) -> Range<usize> {
    let length = bytes[at.clone()].trim_ascii_end().len();
    at.start..at.start + length
}
