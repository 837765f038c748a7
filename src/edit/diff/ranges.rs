//! Comparison of bytes that are not text, by range.

use std::ops::Range;

use super::excerpt::middle;
use super::{DiffBody, LISTED, RangeChange};

/// Bytes of a range that are shown.
const SHOWN: usize = 16;
/// Number of equal bytes in a row that end a range.
const BRIDGED: usize = 8;

/// The differences, and the number of ranges that are not listed. Values of equal length are compared byte by
/// byte; others have one range, between their common beginning and end.
pub(super) fn compare(before: &[u8], after: &[u8]) -> (DiffBody, usize) {
    let (gone, come) = middle(before, after);
    if gone.len() != come.len() {
        let change = change(before, after, &gone, &come);
        return (DiffBody::Ranges(vec![change]), 0);
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut more = 0;
    let mut end = None;
    for at in gone {
        if before[at] == after[at] {
            continue;
        }
        if end.is_none_or(|end| at > end + BRIDGED) {
            if found.len() < LISTED {
                found.push(at..at + 1);
            } else {
                more += 1;
            }
        } else if more == 0
            && let Some(last) = found.last_mut()
        {
            last.end = at + 1;
        }
        end = Some(at);
    }
    let changes = found.iter().map(|range| change(before, after, range, range)).collect();
    (DiffBody::Ranges(changes), more)
}

fn change(before: &[u8], after: &[u8], gone: &Range<usize>, come: &Range<usize>) -> RangeChange {
    let piece = |bytes: &[u8], range: &Range<usize>| {
        let bytes = &bytes[range.clone()];
        (bytes.len() as u64, bytes[..bytes.len().min(SHOWN)].to_vec())
    };
    let at = gone.start as u64;
    RangeChange { at, before: piece(before, gone), after: piece(after, come) }
}
