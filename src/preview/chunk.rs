//! Long pieces of text are laid out in chunks. The start of a chunk follows from the bytes near it alone, so
//! that the middle of a long line is shown without reading what is before it.

use unicode_segmentation::UnicodeSegmentation;

use crate::text::unit;

/// Approximate size of a chunk, in bytes.
pub(crate) const CHUNK: usize = 4096;
/// Distance by which a chunk may begin before its round offset, in bytes.
const SLACK: usize = 64;
/// Distance of tab stops, in cells.
pub(crate) const TAB: usize = 4;

/// Start of chunk `k` of a piece: at or a little before `k * CHUNK`, between two characters and, where
/// possible, between two grapheme clusters.
pub(crate) fn start(piece: &[u8], k: usize) -> usize {
    let round = k.saturating_mul(CHUNK);
    if k == 0 || round >= piece.len() {
        return round.min(piece.len());
    }
    let earliest = round - SLACK;
    for at in (earliest + 1..=round).rev() {
        if matches!(piece[at], b' '..=b'~') && matches!(piece[at - 1], b' '..=b'~') {
            return at;
        }
    }
    let is_start = |at: usize| piece[at] & 0xc0 != 0x80;
    let from = (earliest..earliest + 4).find(|&at| is_start(at)).unwrap_or(earliest);
    let window = &piece[from..piece.len().min(round + SLACK)];
    let valid = window.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let clusters = valid.grapheme_indices(true).map(|(at, _)| from + at);
    let cut = clusters.take_while(|&at| at <= round).last().filter(|&at| at > earliest + SLACK / 2);
    cut.unwrap_or_else(|| (round - 3..=round).rev().find(|&at| is_start(at)).unwrap_or(round))
}

/// The chunk that holds a byte of the piece (the last chunk for the end of the piece).
pub(super) fn holding(piece: &[u8], offset: usize) -> usize {
    let k = offset.min(piece.len().saturating_sub(1)) / CHUNK;
    let next = start(piece, k + 1);
    if next <= offset && next < piece.len() { k + 1 } else { k }
}

/// Approximate widths of the first chunk, of the first two chunks, …, in cells.
pub(super) fn running_cells(piece: &[u8], tabs: bool) -> Box<[usize]> {
    let mut sum = 0;
    let mut from = 0;
    let count = piece.len().div_ceil(CHUNK);
    (1..=count)
        .map(|k| {
            let to = start(piece, k);
            sum += estimate(&piece[from..to], tabs);
            from = to;
            sum
        })
        .collect()
}

/// Approximate width of the bytes, in cells; exact except for clusters of several wide characters.
pub(super) fn estimate(bytes: &[u8], tabs: bool) -> usize {
    if bytes.is_ascii() && !(tabs && bytes.contains(&b'\t')) {
        return bytes.len();
    }
    let text = |sum, text: &str| {
        text.chars().fold(sum, |sum, c| {
            sum + if tabs && c == '\t' { TAB - sum % TAB } else { unit::estimate(c) }
        })
    };
    if let Ok(valid) = std::str::from_utf8(bytes) {
        return text(0, valid);
    }
    bytes.utf8_chunks().fold(0, |sum, chunk| text(sum, chunk.valid()) + chunk.invalid().len() * 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn chunks_of_words_begin_at_round_offsets() {
        let text = "word ".repeat(3000);
        assert_eq!(start(text.as_bytes(), 2), 2 * CHUNK);
        assert_eq!(start(text.as_bytes(), 99), text.len());
    }

    #[test]
    fn chunks_do_not_split_clusters() {
        let text = "e\u{301}".repeat(5000);
        for k in 1..4 {
            assert!(text[start(text.as_bytes(), k)..].starts_with('e'));
        }
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_chunk(unit in "\\PC{1,9}", times in 500_usize..3000, at in 0_usize..1000) {
            let text = unit.repeat(times);
            let bytes = text.as_bytes();
            let offset = bytes.len() * at / 1000;
            let k = holding(bytes, offset);
            prop_assert!(start(bytes, k) <= offset && offset < start(bytes, k + 1));
            prop_assert!(text.is_char_boundary(start(bytes, k)));
            prop_assert!(start(bytes, k) < start(bytes, k + 1));
        }
    }
}
