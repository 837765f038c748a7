//! Bytes of a value that are new in a change.

use std::ops::Range;

use super::super::align::hunks;
use super::super::leaves::Digests;
use super::super::text_of::{TypedValue, lines, starts};
use super::excerpt::middle;
use super::{COMPARED, LISTED, by_leaf, json};

/// The bytes of a value that are new or changed, in order: whole leaves of JSON with their keys, whole lines
/// of a text, else one range. At most a thousand ranges; none for a text that is stored in another charset
/// than UTF-8.
pub fn come(before: &TypedValue, after: &TypedValue) -> Vec<Range<usize>> {
    let (old, new) = (&before.value, &after.value);
    if old.len().max(new.len()) > COMPARED {
        return range(old, new);
    }
    let (Some((text, _)), Some((now, _))) = (before.text(), after.text()) else {
        return range(old, new);
    };
    if now != *new {
        return Vec::new();
    }
    let leaves = by_leaf([before, after], [&text, &now])
        .then(|| json::come(&text, &now, &Digests::default()))
        .flatten();
    leaves.unwrap_or_else(|| {
        let (old, new) = (lines(&text), lines(&now));
        let starts = starts(&new, 0);
        let come = hunks(&old, &new).into_iter().map(|(_, come)| come);
        come.filter(|come| !come.is_empty())
            .map(|come| starts[come.start]..starts[come.end])
            .take(LISTED)
            .collect()
    })
}

fn range(before: &[u8], after: &[u8]) -> Vec<Range<usize>> {
    let (_, come) = middle(before, after);
    if come.is_empty() { Vec::new() } else { vec![come] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(content_type: &str, before: &[u8], after: &[u8]) -> Vec<String> {
        let typed = |value: &[u8]| TypedValue {
            content_type: content_type.into(),
            value: value.to_vec().into(),
        };
        let come = come(&typed(before), &typed(after));
        come.into_iter().map(|at| String::from_utf8_lossy(&after[at]).into_owned()).collect()
    }

    #[test]
    fn leaves_that_came_or_changed_are_named_with_their_keys() {
        let before = br#"{"a": 1, "b": [1, 2], "gone": 0, "same": {"x": 1}}"#;
        let after = br#"{"same": {"x": 1}, "a": 2, "b": [1, 3, 2], "new": {"y": []}}"#;
        let expected = ["\"a\": 2", "3", "\"new\": {\"y\": []}"];
        assert_eq!(came("application/json", before, after), expected);
        assert!(came("application/json", br#"{"a":1}"#, br#"{ "a": 1 }"#).is_empty());
    }

    #[test]
    fn lines_and_bytes_that_came_are_found() {
        assert_eq!(came("text/plain", b"a\nb\nc\n", b"a\nx\ny\nc\nd"), ["x\ny\n", "d"]);
        assert_eq!(came("application/octet-stream", b"\x00\xffabc", b"\x00\xffaXc"), ["X"]);
        assert!(came("text/plain", b"a\nb\n", b"a\n").is_empty());
        // The offsets in another charset differ.
        assert!(came("text/plain; charset=windows-1251", b"\xe0\n", b"\xe0\n\xe1\n").is_empty());
    }
}
