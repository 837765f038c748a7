//! Starts of the rows of a page: behind words and tokens, where one is near.

use crate::preview::breaks;
use crate::preview::chunk::TAB;
use crate::text::unit::{self, Unit};

/// Divisor of the width: a row is broken behind a word only where at least half of it is filled.
const FILLED: usize = 2;

/// Calls `begin` with the start of each row but the first. `indents`: the cells before the text of the first
/// row, and of the others; the first is 0 or the same, and both are at most half of a row.
pub(super) fn each(bytes: &[u8], width: usize, indents: [usize; 2], mut begin: impl FnMut(usize)) {
    // Most text is plain.
    let is_plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain {
        plain_starts(bytes, width, indents, &mut begin);
    } else {
        any_starts(bytes, width, indents, &mut begin);
    }
}

/// Finds the starts of the rows of plain text, except the first. One space at the end of a row may take the
/// cell that is free for the cursor, where more follows.
fn plain_starts(
    bytes: &[u8],
    width: usize,
    [first, hang]: [usize; 2],
    begin: &mut dyn FnMut(usize),
) {
    let (mut start, mut room) = (0, width - first);
    while bytes.len() - start > room {
        let end = start + room;
        start = if bytes[end] == b' ' && end + 1 < bytes.len() {
            end + 1
        } else {
            let mut filled = (start + room.div_ceil(FILLED)..=end).rev();
            filled.find(|at| is_between(bytes, *at, false)).unwrap_or(end)
        };
        begin(start);
        room = width - hang;
    }
}

/// Finds the starts of the rows of any text, except the first.
fn any_starts(bytes: &[u8], width: usize, [first, hang]: [usize; 2], begin: &mut dyn FnMut(usize)) {
    let (mut at, mut cell, mut left) = (0, first, first);
    // The last end of a word in the row, with the cells before it.
    let (mut word, mut wide, mut hangs_over) = (None, false, false);
    for raw in raw_units(bytes) {
        if cell > left && is_between(bytes, at, wide) {
            word = Some((at, cell));
        }
        let cells = |cell: usize| if bytes[at] == b'\t' { TAB - cell % TAB } else { raw.cells };
        while cell > left && cell + cells(cell) > width {
            let is_space = bytes[at] == b' ' && raw.len == 1;
            if is_space && !hangs_over && at + 1 < bytes.len() {
                hangs_over = true;
                break;
            }
            let filled = word.take().filter(|(_, before)| (before - left) * FILLED >= width - left);
            let (start, before) = filled.unwrap_or((at, cell));
            begin(start);
            (cell, left, hangs_over) = (hang + cell - before, hang, false);
        }
        wide = raw.cells > 1 && !bytes[at].is_ascii();
        cell += cells(cell);
        at += raw.len;
    }
}

/// Whether a word ends before an offset; `wide`: the character before it is wide.
fn is_between(bytes: &[u8], at: usize, wide: bool) -> bool {
    at > 0 && (matches!(bytes[at - 1], b' ' | b'\t') || breaks(&bytes[..at], wide, bytes[at]))
}

/// The units of bytes, with tabs not expanded.
pub(super) fn raw_units(bytes: &[u8]) -> impl Iterator<Item = Unit<'_>> {
    bytes.utf8_chunks().flat_map(|part| {
        let mut text = part.valid();
        let valid = std::iter::from_fn(move || {
            let unit = (!text.is_empty()).then(|| unit::first(text))?;
            text = &text[unit.len..];
            Some(unit)
        });
        valid.chain(part.invalid().iter().map(|&byte| unit::stray(byte)))
    })
}

/// A unit that begins with this byte, behind this number of cells in its row.
pub(super) fn placed(unit: Unit<'_>, first: u8, cell: usize) -> Unit<'_> {
    if first != b'\t' {
        return unit;
    }
    let cells = TAB - cell % TAB;
    Unit { len: 1, text: "    "[..cells].into(), cells, symbol: false }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Starts = fn(&[u8], usize, [usize; 2], &mut dyn FnMut(usize));

    proptest! {
        #[test]
        fn plain_text_is_broken_where_any_text_is(
            text in "[a-c ,</\"]{0,80}", width in 1_usize..20, hang in any::<u8>(), first in any::<bool>(),
        ) {
            // At most half of a row, so that text that is moved to the next row fits into it.
            let hang = usize::from(hang) % (width / 2 + 1);
            let indents = [if first { 0 } else { hang }, hang];
            let found = |begin: Starts| {
                let mut found = Vec::new();
                begin(text.as_bytes(), width, indents, &mut |at| found.push(at));
                found
            };
            prop_assert_eq!(found(plain_starts), found(any_starts));
        }
    }
}
