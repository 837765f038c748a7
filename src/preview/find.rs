//! Search in a value's bytes.

use std::ops::Range;

use memchr::memmem;

/// Limit on the matches that are kept.
const MOST: usize = 100_000;
/// Bytes of text that are changed to lower case at a time.
const PIECE: usize = 64 * 1024;

/// The matches of a search: byte ranges in the value, in order, none overlapping.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    ranges: Vec<Range<usize>>,
    current: Option<usize>,
    capped: bool,
}

impl Matches {
    /// A single range, which is the current match.
    pub fn one(range: Range<usize>) -> Self {
        Self { ranges: vec![range], current: Some(0), capped: false }
    }

    /// Ranges in order, none overlapping; none is the current match.
    pub fn of(ranges: Vec<Range<usize>>) -> Self {
        Self { ranges, current: None, capped: false }
    }

    /// Number of matches, at most 100,000.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether there may be more than were kept.
    pub fn is_capped(&self) -> bool {
        self.capped
    }

    /// The current match, from 0.
    pub fn current(&self) -> Option<usize> {
        self.current
    }

    /// Sets the current match; a number beyond the last match means none.
    pub fn set_current(&mut self, current: Option<usize>) {
        self.current = current.filter(|&index| index < self.ranges.len());
    }

    /// Byte range of match `index` in the value.
    pub fn get(&self, index: usize) -> Option<Range<usize>> {
        self.ranges.get(index).cloned()
    }

    /// The first match that begins after byte `offset`, else the first of all.
    pub fn next(&self, offset: usize) -> Option<usize> {
        let index = self.ranges.partition_point(|range| range.start <= offset);
        if index < self.ranges.len() { Some(index) } else { self.ranges.first().map(|_| 0) }
    }

    /// The last match that begins before byte `offset`, else the last of all.
    pub fn previous(&self, offset: usize) -> Option<usize> {
        let before = self.ranges.partition_point(|range| range.start < offset);
        before.checked_sub(1).or_else(|| self.ranges.len().checked_sub(1))
    }

    /// Whether one of the bytes belongs to a match, and whether to the current one.
    pub(super) fn hit(&self, bytes: Range<usize>) -> super::Hit {
        let first = self.ranges.partition_point(|range| range.end <= bytes.start);
        let mut hit = super::Hit::No;
        for (index, range) in self.ranges.iter().enumerate().skip(first) {
            if range.start >= bytes.end {
                break;
            }
            let this =
                if self.current == Some(index) { super::Hit::Current } else { super::Hit::Match };
            hit = hit.max(this);
        }
        hit
    }
}

/// Finds `needle`. Capital letters in it make the search exact; without any, case is ignored
/// (for letters whose other case is one letter).
pub(super) fn find(bytes: &[u8], needle: &str) -> Matches {
    if needle.is_empty() {
        return Matches::default();
    }
    if needle.chars().any(char::is_uppercase) || !needle.chars().any(char::is_alphabetic) {
        return collect(memmem::find_iter(bytes, needle).map(|at| at..at + needle.len()));
    }
    if needle.is_ascii() {
        return collect(ignoring_ascii_case(bytes, needle.as_bytes()));
    }
    let pattern = Pattern::new(needle);
    match pattern.anchor {
        [one, other] if one == other => {
            collect(pattern.matches(bytes, memchr::memchr_iter(one, bytes)))
        }
        [one, other] => collect(pattern.matches(bytes, memchr::memchr2_iter(one, other, bytes))),
    }
}

/// Keeps the ranges that do not overlap, up to the limit.
fn collect(found: impl Iterator<Item = Range<usize>>) -> Matches {
    let mut matches = Matches::default();
    let mut end = 0;
    for range in found {
        if matches.ranges.len() == MOST {
            matches.capped = true;
            break;
        }
        if range.start >= end {
            end = range.end;
            matches.ranges.push(range);
        }
    }
    matches
}

/// Positions of an ASCII needle without capitals. The text is searched piece by piece in lower case, which
/// takes the same time for any text.
fn ignoring_ascii_case(bytes: &[u8], needle: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let finder = memmem::Finder::new(needle).into_owned();
    let len = needle.len();
    let mut piece = Vec::new();
    (0..bytes.len()).step_by(PIECE).flat_map(move |start| {
        // A match may begin in this piece and end in the next one.
        let end = bytes.len().min(start + PIECE + len - 1);
        piece.clear();
        piece.extend_from_slice(&bytes[start..end]);
        piece.make_ascii_lowercase();
        let found: Vec<_> = finder.find_iter(&piece).map(|at| start + at).collect();
        found.into_iter().map(move |at| at..at + len)
    })
}

/// A needle that has no capitals and is not ASCII.
struct Pattern {
    /// Each character, as it is and as a capital.
    letters: Vec<[Vec<u8>; 2]>,
    /// The byte to search for, in both cases; one that is rare in most texts is picked.
    anchor: [u8; 2],
    /// Distance of that byte from the beginning of the needle.
    distance: usize,
}

impl Pattern {
    fn new(needle: &str) -> Self {
        let letters: Vec<_> = needle.chars().map(cases).collect();
        let (mut anchor, mut distance, mut best) = ([0; 2], 0, 0);
        let mut at = 0;
        for [small, capital] in &letters {
            // The last byte of a letter differs among the letters of a script, the first does not.
            if let (Some(&small_byte), Some(&capital_byte)) = (small.last(), capital.last())
                && small.len() == capital.len()
                && rarity(small_byte) > best
            {
                best = rarity(small_byte);
                anchor = [small_byte, capital_byte];
                distance = at + small.len() - 1;
            }
            if small.len() != capital.len() {
                break;
            }
            at += small.len();
        }
        if best == 0 {
            // The cases of the first letter differ in length: their first bytes serve.
            if let Some([small, capital]) = letters.first() {
                anchor = [small[0], capital[0]];
            }
        }
        Self { letters, anchor, distance }
    }

    fn matches(
        &self,
        bytes: &[u8],
        anchors: impl Iterator<Item = usize>,
    ) -> impl Iterator<Item = Range<usize>> {
        anchors.filter_map(|at| {
            let start = at.checked_sub(self.distance)?;
            self.end(&bytes[start..]).map(|len| start..start + len)
        })
    }

    /// Length of the match that `bytes` begin with.
    fn end(&self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        for cases in &self.letters {
            let rest = &bytes[at..];
            at += cases.iter().find(|case| rest.starts_with(case))?.len();
        }
        Some(at)
    }
}

fn cases(c: char) -> [Vec<u8>; 2] {
    let spell = |c: char| c.to_string().into_bytes();
    let mut capital = c.to_uppercase();
    let capital = if capital.len() == 1 { capital.next().unwrap_or(c) } else { c };
    [spell(c), spell(capital)]
}

/// Rarity of a byte in most texts, from 1.
fn rarity(byte: u8) -> usize {
    let letters = b"etaoinsrhldcumfpgwybvkxjqz";
    match byte {
        b' ' | b'"' => 1,
        b'0'..=b'9' | b',' | b':' => 8,
        0x80.. => 14,
        byte => letters.iter().position(|&letter| letter == byte).map_or(20, |rank| rank + 2),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str, needle: &str) -> Vec<Range<usize>> {
        find(text.as_bytes(), needle).ranges
    }

    #[test]
    fn small_letters_find_capitals_but_capitals_only_themselves() {
        assert_eq!(found("Price price PRICE", "price"), [0..5, 6..11, 12..17]);
        assert_eq!(found("Price price PRICE", "Price"), [Range { start: 0, end: 5 }]);
        assert_eq!(found("GRÜSSE grüße", "grü"), [0..4, 8..12]);
        assert_eq!(found("ПРИВЕТ привет", "привет"), [0..12, 13..25]);
        assert_eq!(found("a1a1", "1"), [1..2, 3..4]);
        assert_eq!(found("aaaa", "aa"), [0..2, 2..4]);
        assert!(found("abc", "").is_empty());
    }

    #[test]
    fn a_match_may_lie_across_pieces() {
        let text = format!("{}NeedleneedLE", "x".repeat(PIECE - 3));
        assert_eq!(found(&text, "needle"), [PIECE - 3..PIECE + 3, PIECE + 3..PIECE + 9]);
        let text = "aA".repeat(PIECE);
        assert_eq!(found(&text, "aaa").len(), PIECE * 2 / 3);
    }

    #[test]
    fn stepping_goes_round() {
        let mut matches = find(b"x..x..x", "x");
        assert_eq!(
            (matches.next(0), matches.next(3), matches.next(6)),
            (Some(1), Some(2), Some(0))
        );
        assert_eq!((matches.previous(6), matches.previous(0)), (Some(1), Some(2)));
        matches.set_current(Some(9));
        assert_eq!(matches.current(), None);
        assert_eq!(find(b"", "x").next(0), None);
    }

    #[test]
    fn no_more_are_kept_than_can_be_used() {
        let matches = find(&vec![b'a'; MOST + 1], "a");
        assert_eq!((matches.len(), matches.is_capped()), (MOST, true));
        assert!(!find(&vec![b'a'; MOST], "a").is_capped());
    }

    proptest! {
        #[test]
        fn all_is_found(text in "[abAB1üÜßI ]{0,60}", needle in "[ab1üßi ]{1,3}") {
            let ranges = found(&text, &needle);
            let mut expected = Vec::new();
            let mut end = 0;
            for (at, _) in text.char_indices() {
                let wanted = needle.chars().count();
                let here: String = text[at..].chars().take(wanted).collect();
                if at >= end && here.to_lowercase() == needle {
                    end = at + here.len();
                    expected.push(at..end);
                }
            }
            prop_assert_eq!(ranges, expected);
        }
    }
}
