//! Parts that an encoded text has in common with a new one, which keep their spelling.

use std::ops::Range;

/// The parts in which two texts differ: of the old one, and of the new one. Never within a character.
pub(super) fn changed(old: &[u8], new: &[u8]) -> (Range<usize>, Range<usize>) {
    let inside = |text: &[u8], at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let mut start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    while start > 0 && (inside(old, start) || inside(new, start)) {
        start -= 1;
    }
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let same = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b);
    let mut end = same.count();
    while end > 0 && (inside(old, old.len() - end) || inside(new, new.len() - end)) {
        end -= 1;
    }
    (start..old.len() - end, start..new.len() - end)
}

/// The bytes of a spelling that stand for these decoded bytes. Each unit is the number of its spelled and of
/// its decoded bytes; both ends are between units.
pub(super) fn spelled(
    units: impl Iterator<Item = (usize, usize)>,
    stands_for: &Range<usize>,
) -> Range<usize> {
    let (mut spelled, mut at) = (0, 0);
    let mut range = 0..0;
    for (width, length) in units {
        if at <= stands_for.start {
            range.start = spelled;
        }
        if at >= stands_for.end {
            break;
        }
        spelled += width;
        at += length;
    }
    if at <= stands_for.start {
        range.start = spelled;
    }
    range.start..spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_whole_characters() {
        assert_eq!(changed(b"abc", b"abc"), (3..3, 3..3));
        assert_eq!(changed(b"abc", b"aXc"), (1..2, 1..2));
        assert_eq!(changed(b"aa", b"aaa"), (2..2, 2..3));
        assert_eq!(changed("xéy".as_bytes(), "xèy".as_bytes()), (1..3, 1..3));
        // Their last bytes are equal.
        assert_eq!(changed("é".as_bytes(), "©".as_bytes()), (0..2, 0..2));
        assert_eq!(changed(b"", b"a"), (0..0, 0..1));
        assert_eq!(changed(b"a", b""), (0..1, 0..0));
    }

    #[test]
    fn a_spelling_is_found_by_what_it_stands_for() {
        // As in a\u00e9b: one byte for one, six for two, one for one.
        let units = [(1, 1), (6, 2), (1, 1)];
        let found = |range: Range<usize>| spelled(units.into_iter(), &range);
        assert_eq!(found(0..0), 0..0);
        assert_eq!(found(0..1), 0..1);
        assert_eq!(found(1..3), 1..7);
        assert_eq!(found(3..3), 7..7);
        assert_eq!(found(4..4), 8..8);
        assert_eq!(found(0..4), 0..8);
    }
}
