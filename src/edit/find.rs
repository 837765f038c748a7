//! Search in a document, and for the bracket that matches another.

use std::ops::Range;

use memchr::memmem;

use super::document::Document;

/// Bytes searched in one step.
const WINDOW: usize = 256 << 10;

/// Whether ASCII case is ignored; capital letters in a needle make the search exact.
fn folds(needle: &[u8]) -> bool {
    !needle.iter().any(u8::is_ascii_uppercase) && needle.iter().any(u8::is_ascii_lowercase)
}

/// The first match of `needle` at or after `from`, else the first of all.
pub fn next(document: &Document, needle: &[u8], from: usize) -> Option<Range<usize>> {
    forward(document, needle, from..document.len()).or_else(|| {
        let end = from.saturating_add(needle.len()).min(document.len());
        forward(document, needle, 0..end)
    })
}

/// The first match of `needle` in a part of the document.
pub fn within(document: &Document, needle: &[u8], part: Range<usize>) -> Option<Range<usize>> {
    forward(document, needle, part)
}

/// The last match of `needle` before `from`, else the last of all.
pub fn previous(document: &Document, needle: &[u8], from: usize) -> Option<Range<usize>> {
    let before = from.saturating_add(needle.len()).saturating_sub(1).min(document.len());
    backward(document, needle, 0..before)
        .or_else(|| backward(document, needle, from..document.len()))
}

/// All matches of `needle`, in order, none overlapping.
pub fn all(document: &Document, needle: &[u8]) -> Vec<Range<usize>> {
    all_within(document, needle, 0..document.len())
}

/// The same in a part of the document.
pub fn all_within(document: &Document, needle: &[u8], part: Range<usize>) -> Vec<Range<usize>> {
    let (mut found, mut from, mut start) = (Vec::new(), part.start, part.start);
    let (finder, folds) = (memmem::Finder::new(needle), folds(needle));
    while !needle.is_empty() && start + needle.len() <= part.end {
        // A match that begins in this window may end behind it.
        let end = part.end.min(start + WINDOW + needle.len() - 1);
        let mut window = document.read(start..end);
        if folds {
            window.to_mut().make_ascii_lowercase();
        }
        let mut at = from.max(start) - start;
        while let Some(next) = finder.find(&window[at..]) {
            let begin = start + at + next;
            at += next + needle.len();
            found.push(begin..begin + needle.len());
        }
        from = start + at;
        start += WINDOW;
    }
    found
}

fn forward(document: &Document, needle: &[u8], within: Range<usize>) -> Option<Range<usize>> {
    if needle.is_empty() {
        return None;
    }
    let finder = memmem::Finder::new(needle);
    let folds = folds(needle);
    let mut start = within.start;
    while start + needle.len() <= within.end {
        let end = within.end.min(start + WINDOW + needle.len());
        let window = document.read(start..end);
        let found =
            if folds { finder.find(&window.to_ascii_lowercase()) } else { finder.find(&window) };
        if let Some(at) = found {
            return Some(start + at..start + at + needle.len());
        }
        start += WINDOW;
    }
    None
}

fn backward(document: &Document, needle: &[u8], within: Range<usize>) -> Option<Range<usize>> {
    if needle.is_empty() {
        return None;
    }
    let finder = memmem::FinderRev::new(needle);
    let folds = folds(needle);
    let mut end = within.end;
    loop {
        let start = end.saturating_sub(WINDOW + needle.len()).max(within.start);
        let window = document.read(start..end);
        let found =
            if folds { finder.rfind(window.to_ascii_lowercase()) } else { finder.rfind(&window) };
        if let Some(at) = found {
            return Some(start + at..start + at + needle.len());
        }
        if start <= within.start {
            return None;
        }
        end = start + needle.len() - 1;
    }
}

/// The bracket that matches the one at `at`, or just before it. Brackets in strings of JSON do not count.
pub fn matching_bracket(document: &Document, at: usize) -> Option<usize> {
    let bracket = |at: usize| {
        document.byte(at).filter(|byte| b"()[]{}".contains(byte)).map(|byte| (at, byte))
    };
    let (at, own) = bracket(at).or_else(|| bracket(at.checked_sub(1)?))?;
    let pairs = [(b'(', b')'), (b'[', b']'), (b'{', b'}')];
    let &(open, close) = pairs.iter().find(|(open, close)| own == *open || own == *close)?;
    let mut depth = 0_usize;
    let mut quoted = false;
    if own == open {
        let (mut escaped, mut here) = (false, at);
        for slice in document.slices(at..document.len()) {
            for &byte in slice {
                if quoted {
                    quoted = byte != b'"' || escaped;
                    escaped = byte == b'\\' && !escaped;
                } else if byte == b'"' {
                    quoted = true;
                } else if byte == open {
                    depth += 1;
                } else if byte == close {
                    depth -= 1;
                    if depth == 0 {
                        return Some(here);
                    }
                }
                here += 1;
            }
        }
        return None;
    }
    let mut end = at + 1;
    while end > 0 {
        let start = end.saturating_sub(WINDOW);
        let window = document.read(start..end);
        for here in (0..window.len()).rev() {
            let byte = window[here];
            if byte == b'"' {
                // A quote behind an odd number of backslashes is part of the string.
                let before = window[..here].iter().rev().take_while(|&&byte| byte == b'\\');
                quoted ^= before.count() % 2 == 0;
            } else if quoted {
            } else if byte == close {
                depth += 1;
            } else if byte == open {
                depth -= 1;
                if depth == 0 {
                    return Some(start + here);
                }
            }
        }
        end = start;
    }
    None
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::document::Grouping;
    use super::*;
    use crate::model::Timestamp;

    fn document(parts: &[&str]) -> Document {
        let mut document = Document::new(Bytes::new());
        for part in parts {
            let end = document.len();
            document.replace(end..end, part.as_bytes(), Grouping::Alone, Timestamp::from_micros(0));
        }
        document
    }

    #[test]
    fn what_stands_across_pieces_is_found_both_ways_and_around_the_ends() {
        let document = document(&["Nee", "dle needle NEE", "DLE"]);
        assert_eq!(all(&document, b"needle"), [0..6, 7..13, 14..20]);
        assert_eq!(all(&document, b"Needle").first(), Some(&(0..6)));
        assert_eq!(all(&document, b"Needle").len(), 1);
        assert_eq!(next(&document, b"needle", 1), Some(7..13));
        assert_eq!(next(&document, b"needle", 15), Some(0..6));
        assert_eq!(previous(&document, b"needle", 7), Some(0..6));
        assert_eq!(previous(&document, b"needle", 0), Some(14..20));
        assert_eq!(next(&document, b"nothing", 0), None);
        assert_eq!(next(&document, b"", 0), None);
    }

    #[test]
    fn what_stands_across_windows_is_found() {
        let long = "x".repeat(WINDOW - 3) + "needle" + &"x".repeat(2 * WINDOW);
        let document = document(&[&long]);
        let place = WINDOW - 3..WINDOW + 3;
        assert_eq!(next(&document, b"needle", 0), Some(place.clone()));
        assert_eq!(previous(&document, b"needle", document.len()), Some(place));
    }

    #[test]
    fn what_stands_everywhere_is_found_once_each() {
        let text = "aA".repeat(WINDOW) + "baaa" + &"xAa".repeat(WINDOW / 2);
        let document = document(&[&text]);
        for needle in ["a", "aa", "aaa", "ax", "xa", "A"] {
            let folded = if needle == "A" { text.clone() } else { text.to_ascii_lowercase() };
            let expected: Vec<_> = folded.match_indices(needle).map(|(at, _)| at).collect();
            let found = all(&document, needle.as_bytes());
            assert!(found.iter().all(|place| place.len() == needle.len()), "{needle}");
            assert!(found.iter().map(|place| place.start).eq(expected), "{needle}");
        }
    }

    #[test]
    fn brackets_belong_together_but_for_those_in_strings() {
        let text = r#"{"a]": [1, "\"}", {}], "b": 2}"#;
        let document = document(&[text]);
        for (at, other) in [(0, 29), (29, 0), (7, 20), (20, 7), (18, 19), (19, 18)] {
            assert_eq!(matching_bracket(&document, at), Some(other), "{at}");
        }
        assert_eq!(matching_bracket(&document, text.len()), Some(0));
        assert_eq!(matching_bracket(&document, 10), None);
    }
}
