//! Long pieces, cut to their differences.

use std::ops::Range;

/// Limit on the bytes of a piece that are shown.
const SHOWN: usize = 400;
/// Bytes of a cut piece that are shown before a difference.
const BEFORE: usize = 24;

/// The parts in which two pieces differ, between their common beginning and end.
pub(super) fn middle(before: &[u8], after: &[u8]) -> (Range<usize>, Range<usize>) {
    let shared = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (left, right) = (&before[shared..], &after[shared..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    (shared..before.len() - end, shared..after.len() - end)
}

/// A piece of UTF-8 as it is shown: whole if it is short, else the part around `place`.
pub(super) fn cut(piece: &[u8], place: &Range<usize>) -> String {
    window(piece, place).1
}

/// As [`cut`], with the offset of the first shown byte after the sign of an omission, and the number of bytes
/// of that sign.
pub(super) fn window(piece: &[u8], place: &Range<usize>) -> ((usize, usize), String) {
    if piece.len() <= SHOWN {
        return ((0, 0), String::from_utf8_lossy(piece).into_owned());
    }
    let mut start = place.start.saturating_sub(BEFORE).min(piece.len());
    while start > 0 && is_inside(piece, start) {
        start -= 1;
    }
    let mut end = (start + SHOWN).min(piece.len());
    while end > start && is_inside(piece, end) {
        end -= 1;
    }
    let sign = if start > 0 { "…" } else { "" };
    let text = String::from_utf8_lossy(&piece[start..end]);
    let after = if end < piece.len() { "…" } else { "" };
    ((start, sign.len()), format!("{sign}{text}{after}"))
}

/// Whether an offset is within a character.
fn is_inside(piece: &[u8], at: usize) -> bool {
    piece.get(at).is_some_and(|byte| byte & 0xc0 == 0x80)
}
