//! Few edits from one text to another, so that the common parts stay as they were read.

use std::ops::Range;

use super::align::hunks;
use super::text_of::{lines, starts};

/// A part of the old text, and the part of the new one in its place, as ranges of bytes.
pub(super) type LineEdit = (Range<usize>, Range<usize>);

/// The edits that turn one text into the other, in order and apart from each other: whole lines; where lines
/// replace one another, only the part between their common beginning and end.
pub(super) fn line_edits(before: &[u8], after: &[u8]) -> Vec<LineEdit> {
    let (start, [old, new]) = whole_lines_between(before, after);
    let (old, new) = (lines(old), lines(new));
    let (of_old, of_new) = (starts(&old, start), starts(&new, start));
    let mut edits = Vec::new();
    for (gone, come) in hunks(&old, &new) {
        if gone.len() == come.len() {
            for (a, b) in gone.zip(come) {
                push(&mut edits, (of_old[a], old[a]), (of_new[b], new[b]));
            }
        } else {
            let (was, now) = (of_old[gone.start], of_new[come.start]);
            let old = &before[was..of_old[gone.end]];
            push(&mut edits, (was, old), (now, &after[now..of_new[come.end]]));
        }
    }
    edits
}

/// Adds the edit from one part to another, each with its start, unless they are equal.
fn push(edits: &mut Vec<LineEdit>, (was, old): (usize, &[u8]), (now, new): (usize, &[u8])) {
    let (start, [gone, come]) = between(old, new);
    if !gone.is_empty() || !come.is_empty() {
        let (was, now) = (was + start, now + start);
        edits.push((was..was + gone.len(), now..now + come.len()));
    }
}

/// The lines of two texts between their common first and last lines, and the start of them.
fn whole_lines_between<'a>(before: &'a [u8], after: &'a [u8]) -> (usize, [&'a [u8]; 2]) {
    let (start, [old, _]) = between(before, after);
    let (same, end) = (&before[..start], &before[start + old.len()..]);
    let start = same.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = end.iter().position(|byte| *byte == b'\n').map_or(0, |at| end.len() - at - 1);
    (start, [&before[start..before.len() - end], &after[start..after.len() - end]])
}

/// The parts of two texts between their common beginning and end, and the length of the beginning.
pub(super) fn between<'a>(before: &'a [u8], after: &'a [u8]) -> (usize, [&'a [u8]; 2]) {
    let same = |(a, b): &(&u8, &u8)| a == b;
    let start = before.iter().zip(after).take_while(same).count();
    let (old, new) = (&before[start..], &after[start..]);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    (start, [&old[..old.len() - end], &new[..new.len() - end]])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(before: &str, after: &str) -> Vec<(String, String)> {
        let edits = line_edits(before.as_bytes(), after.as_bytes()).into_iter();
        edits.map(|(was, now)| (before[was].to_owned(), after[now].to_owned())).collect()
    }

    fn edit(was: &str, now: &str) -> (String, String) {
        (was.to_owned(), now.to_owned())
    }

    #[test]
    fn edits_far_apart_leave_what_is_between_them() {
        let (before, after) = ("a: 1\nb: 2\nc: 3\n", "a: 7\nb: 2\nc: 35\n");
        assert_eq!(told(before, after), [edit("1", "7"), edit("", "5")]);
        assert_eq!(told("a\nb\nc\n", "a\nb\nx\nc\n"), [edit("", "x\n")]);
        assert_eq!(told("a\nb\nc\nd\n", "A\nb\nd\n"), [edit("a", "A"), edit("c\n", "")]);
        assert_eq!(told("same", "same"), []);
    }

    proptest! {
        #[test]
        fn the_edits_make_the_other_text(
            before in "[ab\n]{0,24}", after in "[abx\n]{0,24}",
        ) {
            let edits = line_edits(before.as_bytes(), after.as_bytes());
            let (mut made, mut at) = (String::new(), 0);
            for (was, now) in &edits {
                prop_assert!(at <= was.start);
                made.push_str(&before[at..was.start]);
                made.push_str(&after[now.clone()]);
                at = was.end;
            }
            made.push_str(&before[at..]);
            prop_assert_eq!(made, after);
        }
    }
}
