//! Comparison of text by line, and of lines that replace one another by word.

use std::ops::Range;

use super::super::align::hunks;
use super::super::text_of::lines;
use super::excerpt::{middle, window};
use super::{DiffBody, LISTED, Row};

/// Unchanged lines that are shown around a change.
const AROUND: usize = 2;
/// Longest line whose words are compared, in bytes; a longer one is compared as a whole between its common
/// beginning and end.
const WORDS: usize = 4 << 10;

/// The differences, and the number of lines that are not listed.
pub(super) fn compare(before: &[u8], after: &[u8]) -> (DiffBody, usize) {
    let (old, new) = (lines(before), lines(after));
    let mut rows = Vec::new();
    let (mut shown, mut more) = (0, 0);
    let found = hunks(&old, &new);
    for (at, (gone, come)) in found.iter().enumerate() {
        if rows.len() >= LISTED {
            more += gone.len() + come.len();
            continue;
        }
        let first = come.start.saturating_sub(AROUND).max(shown);
        if first > shown {
            rows.push(Row::Skipped(first - shown));
        }
        rows.extend((first..come.start).map(|line| same(line, new[line])));
        more += change(&old, &new, gone, come, &mut rows);
        let next = found.get(at + 1).map_or(new.len(), |(_, next)| next.start);
        shown = (come.end + AROUND).min(next);
        rows.extend((come.end..shown).map(|line| same(line, new[line])));
    }
    if shown < new.len() && more == 0 {
        rows.push(Row::Skipped(new.len() - shown));
    }
    (DiffBody::Lines(rows), more)
}

fn same(line: usize, text: &[u8]) -> Row {
    Row::Same(line + 1, window(text, &(0..0)).1)
}

/// Adds the removed lines, then the added ones; returns the number that is not listed.
fn change(
    old: &[&[u8]],
    new: &[&[u8]],
    gone: &Range<usize>,
    come: &Range<usize>,
    rows: &mut Vec<Row>,
) -> usize {
    let mut marks: [Vec<Marks>; 2] = Default::default();
    // Lines that replace one another are compared by word.
    let paired = gone.len() == come.len() && gone.len() <= LISTED;
    if paired {
        for (a, b) in gone.clone().zip(come.clone()) {
            let (gone, come) = words_of(old[a], new[b]);
            marks[0].push(gone);
            marks[1].push(come);
        }
    }
    let [of_gone, of_come] = marks;
    let mut left = 0;
    let mut put = |lines: &[&[u8]], range: &Range<usize>, marks: &[Marks], added: bool| {
        for (at, line) in range.clone().enumerate() {
            if at >= LISTED {
                left += 1;
                continue;
            }
            let (text, marks) = marked(lines[line], marks.get(at).map_or(&[], |marks| marks));
            let row = if added { Row::Added } else { Row::Removed };
            rows.push(row(line + 1, text, marks));
        }
    };
    put(old, gone, &of_gone, false);
    put(new, come, &of_come, true);
    left
}

type Marks = Vec<Range<usize>>;

/// The bytes in which two lines differ, in whole words.
fn words_of(before: &[u8], after: &[u8]) -> (Marks, Marks) {
    let (gone, come) = middle(before, after);
    if before.len().max(after.len()) > WORDS {
        return (vec![gone], vec![come]);
    }
    let (old, new) = (words(before), words(after));
    let wide = |words: &[Range<usize>], at: &Range<usize>| {
        let (first, last) = (words.get(at.start)?, words.get(at.end.checked_sub(1)?)?);
        (!at.is_empty()).then_some(first.start..last.end)
    };
    let of = |words: &[Range<usize>], line: &[u8]| -> Vec<Vec<u8>> {
        words.iter().map(|word| line[word.clone()].to_vec()).collect()
    };
    let (texts, others) = (of(&old, before), of(&new, after));
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    let others: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
    let found = hunks(&texts, &others);
    (
        found.iter().filter_map(|(gone, _)| wide(&old, gone)).collect(),
        found.iter().filter_map(|(_, come)| wide(&new, come)).collect(),
    )
}

/// Places of the words of a line: runs of letters and digits, or of white space, and every other character by
/// itself.
fn words(line: &[u8]) -> Vec<Range<usize>> {
    let class = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => 1,
        b' ' | b'\t' | b'\r' | b'\n' => 2,
        _ => 0,
    };
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, byte) in line.iter().enumerate() {
        let class_here = class(*byte);
        match words.last_mut() {
            Some(last) if class_here != 0 && class(line[at - 1]) == class_here => last.end = at + 1,
            _ => words.push(at..at + 1),
        }
    }
    words
}

/// A line as it is shown, with its marks moved to their places in it.
fn marked(line: &[u8], marks: &[Range<usize>]) -> (String, Marks) {
    let first = marks.first().map_or(0..0, Clone::clone);
    let ((start, sign), text) = window(line, &first);
    let most = text.len();
    let shift = |at: usize| (at.saturating_sub(start) + sign).min(most);
    let marks = marks.iter().map(|mark| shift(mark.start)..shift(mark.end));
    let marks = marks.filter(|mark| !mark.is_empty());
    let sound =
        |mark: &Range<usize>| text.is_char_boundary(mark.start) && text.is_char_boundary(mark.end);
    let marks = marks.filter(sound).collect();
    (text, marks)
}
