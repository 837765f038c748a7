//! Grapheme clusters and words of a document: the steps of the cursor.
//!
//! A byte that is not part of a character is a unit of its own; a line feed with the carriage return before
//! it is one unit.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::document::Document;

/// Longest cluster, in bytes; a longer one takes several steps.
const LONGEST: usize = 256;
/// Bytes before a place in which a sure border of clusters is searched for.
const BACK: usize = 1024;
/// Longest word, in clusters.
const WORD: usize = 4096;

/// End of the cluster that begins at `at`; the end of the document for itself.
pub fn next(document: &Document, at: usize) -> usize {
    let window = document.read(at..at.saturating_add(LONGEST));
    at + first(&window)
}

/// Start of the cluster before `at`; 0 for the start of the document.
pub fn previous(document: &Document, at: usize) -> usize {
    at.checked_sub(1).map_or(0, |before| containing(document, before))
}

/// The nearest place of the cursor at or before `at`.
pub fn settle(document: &Document, at: usize) -> usize {
    if at < document.len() { containing(document, at) } else { document.len() }
}

/// Start of the cluster that contains the byte at `at`.
fn containing(document: &Document, at: usize) -> usize {
    let start = at.saturating_sub(BACK);
    let window = document.read(start..at + LONGEST);
    let at = at - start;
    // Between two plain characters there is always a border.
    let plain = |byte: u8| matches!(byte, b' '..=b'~');
    let safe = (1..=at).rev().find(|&at| plain(window[at - 1]) && plain(window[at]));
    let mut here = safe.unwrap_or_else(|| {
        let is_start = |at: &usize| window[*at] & 0xc0 != 0x80;
        if start == 0 { 0 } else { (0..at.min(4)).find(is_start).unwrap_or(0) }
    });
    loop {
        let near = &window[here..window.len().min(here + LONGEST)];
        let next = here + first(near).max(1);
        if next > at {
            return start + here;
        }
        here = next;
    }
}

/// Number of bytes of the first cluster.
fn first(window: &[u8]) -> usize {
    match window {
        [] => return 0,
        [b'\r', b'\n', ..] => return 2,
        [b' '..=b'~', b' '..=b'~', ..] | [b'\n', ..] => return 1,
        _ => {}
    }
    let text = window.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    text.graphemes(true).next().map_or(1, str::len)
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Break,
    Blank,
    Word,
    Other,
}

fn kind(document: &Document, cluster: Range<usize>) -> Kind {
    let bytes = document.read(cluster);
    let c = bytes.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    match c {
        Some('\n') => Kind::Break,
        Some('\r') if bytes.len() > 1 => Kind::Break,
        Some(c) if c.is_whitespace() => Kind::Blank,
        Some(c) if c.is_alphanumeric() || c == '_' => Kind::Word,
        _ => Kind::Other,
    }
}

/// Start of the next word, or end of this line.
pub fn next_word(document: &Document, at: usize) -> usize {
    let step = |at| {
        let end = next(document, at);
        (end > at).then(|| (kind(document, at..end), end))
    };
    let Some((first, mut here)) = step(at) else { return at };
    if first == Kind::Break {
        return here;
    }
    for _ in 0..WORD {
        match step(here) {
            Some((kind, end)) if kind == first && kind != Kind::Blank => here = end,
            _ => break,
        }
    }
    while let Some((Kind::Blank, end)) = step(here) {
        here = end;
    }
    here
}

/// Start of the previous word, or end of the previous line.
pub fn previous_word(document: &Document, at: usize) -> usize {
    let step = |at: usize| {
        let start = previous(document, at);
        (start < at).then(|| (kind(document, start..at), start))
    };
    let Some((first, mut here)) = step(at) else { return at };
    if first == Kind::Break {
        return here;
    }
    let mut word = first;
    let mut left = WORD;
    if first == Kind::Blank {
        while let Some((Kind::Blank, start)) = step(here) {
            here = start;
        }
        match step(here) {
            Some((kind, start)) if kind != Kind::Break => (word, here) = (kind, start),
            _ => return here,
        }
    }
    while let Some((kind, start)) = step(here)
        && kind == word
        && left > 0
    {
        here = start;
        left -= 1;
    }
    here
}

/// The word at an offset: what is of one kind on both sides of it, up to a limit.
pub fn word_at(document: &Document, at: usize) -> Range<usize> {
    let (mut start, mut end) = (at, next(document, at));
    let own = kind(document, start..end);
    if end == at || own == Kind::Break {
        return at..at;
    }
    for _ in 0..WORD {
        let before = previous(document, start);
        if before == start || kind(document, before..start) != own {
            break;
        }
        start = before;
    }
    for _ in 0..WORD {
        let behind = next(document, end);
        if behind == end || kind(document, end..behind) != own {
            break;
        }
        end = behind;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::super::document::Grouping;
    use super::*;
    use crate::model::Timestamp;

    fn stops(document: &Document) -> Vec<usize> {
        let mut stops = vec![0];
        while let Some(&last) = stops.last().filter(|&&last| last < document.len()) {
            stops.push(next(document, last));
        }
        stops
    }

    fn typed(parts: &[&[u8]]) -> Document {
        let mut document = Document::new(Bytes::new());
        for part in parts.iter().rev() {
            document.replace(0..0, part, Grouping::Alone, Timestamp::from_micros(0));
        }
        document
    }

    #[test]
    fn clusters_are_found_across_the_borders_of_pieces() {
        let flag = "🇩🇪".as_bytes();
        let document =
            typed(&[b"e", "\u{301}".as_bytes(), &flag[..4], &flag[4..], b"\r", b"\n\xff", b"\xc3"]);
        assert_eq!(stops(&document), [0, 3, 11, 13, 14, 15]);
        let mut back = vec![document.len()];
        while let Some(&last) = back.last().filter(|&&last| last > 0) {
            back.push(previous(&document, last));
        }
        back.reverse();
        assert_eq!(back, stops(&document));
        assert_eq!(settle(&document, 5), 3);
        assert_eq!(settle(&document, 12), 11);
        assert_eq!(settle(&document, 99), 15);
    }

    #[test]
    fn words_are_letters_digits_and_underscores_or_signs() {
        let document = typed(&[b"let a_1 = (foo);\n  bar"]);
        let mut at = 0;
        let mut stops = Vec::new();
        while at < document.len() {
            at = next_word(&document, at);
            stops.push(at);
        }
        assert_eq!(stops, [4, 8, 10, 11, 14, 16, 17, 19, 22]);
        let mut back = Vec::new();
        while at > 0 {
            at = previous_word(&document, at);
            back.push(at);
        }
        assert_eq!(back, [19, 17, 16, 14, 11, 10, 8, 4, 0]);
    }

    proptest! {
        #[test]
        fn forward_and_back_meet_at_the_same_places(
            parts in proptest::collection::vec("[a-c \r\n\u{301}é日👍🏽🇩🇪\u{200d}👨]{0,12}", 0..8),
            noise in proptest::collection::vec(any::<u8>(), 0..6),
        ) {
            let parts: Vec<&[u8]> =
                parts.iter().map(String::as_bytes).chain([&noise[..]]).collect();
            let document = typed(&parts);
            let stops = stops(&document);
            for pair in stops.windows(2) {
                prop_assert_eq!(previous(&document, pair[1]), pair[0]);
                prop_assert_eq!(settle(&document, pair[0]), pair[0]);
            }
        }
    }
}
