//! The rows of a document on the screen: only visible ones are ever laid out.
//!
//! A long line is cut into pages at places that follow from the bytes near them, so that its middle is laid
//! out without reading what is before it.

mod known;
mod starts;

use std::ops::Range;

use crate::preview::chunk::{self, CHUNK};
use crate::text::unit::Unit;

use self::known::By;
use self::starts::{placed, raw_units};
use super::document::Document;

pub use self::known::Known;

/// Length beyond which a line is wrapped even without wrapping, in bytes.
const LONG: usize = 16 << 10;
/// Bytes before the end of a page in which the end of a word is searched for.
const WORD: usize = 64;
/// Indentation of the further rows of a line beyond the start of its text, in cells: the width of a sign.
const HANG: usize = 2;
/// Width of a row below which further rows have no indentation, in cells.
const LEAST_ROOM: usize = 20;

/// The layout of a document in rows.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    document: &'a Document,
    width: usize,
    wrap: bool,
    /// Whether a carriage return before a line feed is part of the line's end.
    returns: bool,
    /// Rows that were laid out before.
    known: Option<&'a Known>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line that it belongs to, from 0.
    pub line: usize,
    /// The line's bytes, without the line end.
    pub of: Range<usize>,
    /// The row's bytes.
    pub at: Range<usize>,
}

impl Row {
    /// Whether it is the first row of its line.
    pub fn is_first(&self) -> bool {
        self.at.start == self.of.start
    }

    /// Whether it is the last row of its line.
    pub fn is_last(&self) -> bool {
        self.at.end == self.of.end
    }
}

impl<'a> Rows<'a> {
    /// Rows of this width in cells, at least one. `returns`: a carriage return belongs to the line feed after
    /// it, and is not shown.
    pub fn new(document: &'a Document, width: usize, wrap: bool, returns: bool) -> Self {
        Self { document, width: width.max(1), wrap, returns, known: None }
    }

    /// The same rows, which remember their layout.
    pub(super) fn remembered(self, known: &'a Known) -> Self {
        Self { known: Some(known), ..self }
    }

    fn line(&self, number: usize) -> Range<usize> {
        let line = self.document.line(number);
        let ends = self.returns
            && number + 1 < self.document.lines()
            && line.end > line.start
            && self.document.byte(line.end - 1) == Some(b'\r');
        line.start..line.end - usize::from(ends)
    }

    /// Starts of the rows from `page`'s beginning to the next page.
    fn starts(&self, line: &Range<usize>, page: Range<usize>) -> Vec<usize> {
        // Rows of unlimited width are never full.
        if self.width == usize::MAX || (!self.wrap && line.len() <= LONG) {
            return vec![page.start];
        }
        let Self { width, wrap, returns, .. } = *self;
        let by = By { revision: self.document.revision(), width, wrap, returns };
        match self.known {
            Some(known) => known.starts(by, &page, || self.lay_out(line, &page)),
            None => self.lay_out(line, &page),
        }
    }

    fn lay_out(&self, line: &Range<usize>, page: &Range<usize>) -> Vec<usize> {
        let mut starts_at = vec![page.start];
        let bytes = self.document.read(page.clone());
        let hang = self.hang(line);
        let first = if page.start == line.start { 0 } else { hang };
        starts::each(&bytes, self.width, [first, hang], |at| starts_at.push(page.start + at));
        starts_at
    }

    /// Indentation of the further rows of a line, in cells: that of the line, and a little more.
    fn hang(&self, line: &Range<usize>) -> usize {
        if !self.wrap || self.width < LEAST_ROOM {
            return 0;
        }
        let start = self.document.read(line.start..line.end.min(line.start + self.width));
        let hang = start.iter().take_while(|byte| **byte == b' ').count() + HANG;
        if hang * 2 > self.width { 0 } else { hang }
    }

    /// Number of empty cells before the text of a row.
    pub fn indent(&self, row: &Row) -> usize {
        if row.is_first() { 0 } else { self.hang(&row.of) }
    }

    /// The page of a line that contains an offset; the last page for the end of the line.
    fn page(&self, line: &Range<usize>, at: usize) -> Range<usize> {
        if line.len() <= CHUNK || (!self.wrap && line.len() <= LONG) {
            return line.clone();
        }
        let mut k = (at - line.start) / CHUNK;
        let mut end = self.page_start(line, k + 1);
        if at >= end && end < line.end {
            k += 1;
            end = self.page_start(line, k + 1);
        }
        let start = self.page_start(line, k);
        // The part behind the last page's start may be empty.
        if start == line.end && k > 0 { self.page_start(line, k - 1)..line.end } else { start..end }
    }

    fn page_start(&self, line: &Range<usize>, k: usize) -> usize {
        let Some(before) = k.checked_sub(1) else { return line.start };
        let base = line.start + before * CHUNK;
        if base + CHUNK >= line.end {
            return line.end;
        }
        let near = self.document.read(base..line.end.min(base + CHUNK + WORD));
        let start = chunk::start(&near, 1);
        // Behind a space, where one is near.
        let is_behind = |at: &usize| near[at - 1] == b' ' && matches!(near[*at], b'!'..=b'~');
        base + (start - WORD..=start).rev().find(is_behind).unwrap_or(start)
    }

    /// The rows of the page of a line that contains an offset.
    fn rows_at(&self, number: usize, of: &Range<usize>, at: usize) -> Vec<Row> {
        let page = self.page(of, at);
        let starts = self.starts(of, page.clone());
        let ends = starts[1..].iter().copied().chain([page.end]);
        let rows = starts.iter().zip(ends);
        rows.map(|(&start, end)| Row { line: number, of: of.clone(), at: start..end }).collect()
    }

    /// The rows of the page that contains an offset, and the index of the one with the offset.
    fn around(&self, at: usize) -> (Vec<Row>, usize) {
        let number = self.document.line_of(at);
        let of = self.line(number);
        let at = at.clamp(of.start, of.end);
        let rows = self.rows_at(number, &of, at);
        let index = rows.partition_point(|row| row.at.start <= at).saturating_sub(1);
        (rows, index)
    }

    /// The row that shows an offset.
    pub fn row_of(&self, at: usize) -> Row {
        let (mut rows, index) = self.around(at);
        rows.swap_remove(index)
    }

    /// The rows of the page behind a row, which has to be the last of its page.
    fn page_after(&self, row: &Row) -> Option<Vec<Row>> {
        if !row.is_last() {
            return Some(self.rows_at(row.line, &row.of, row.at.end));
        }
        let number = row.line + 1;
        let of = (number < self.document.lines()).then(|| self.line(number))?;
        Some(self.rows_at(number, &of, of.start))
    }

    /// The rows of the page before a row, which has to be the first of its page.
    fn page_before(&self, row: &Row) -> Option<Vec<Row>> {
        if !row.is_first() {
            return Some(self.rows_at(row.line, &row.of, row.at.start - 1));
        }
        let number = row.line.checked_sub(1)?;
        let of = self.line(number);
        Some(self.rows_at(number, &of, of.end))
    }

    /// At most `count` rows from this one on. Each page is laid out once.
    pub fn from(&self, row: &Row, count: usize) -> Vec<Row> {
        let (mut rows, index) = self.around(row.at.start);
        rows.drain(..index);
        while rows.len() < count
            && let Some(page) = rows.last().and_then(|last| self.page_after(last))
        {
            rows.extend(page);
        }
        rows.truncate(count);
        rows
    }

    /// The row `count` rows above, or the first.
    pub fn back(&self, row: &Row, count: usize) -> Row {
        let (mut rows, mut index) = self.around(row.at.start);
        let mut left = count;
        while left > index {
            left -= index;
            match self.page_before(&rows[0]) {
                // The last row of that page is the one above.
                Some(page) => (left, index, rows) = (left - 1, page.len() - 1, page),
                None => return rows.swap_remove(0),
            }
        }
        rows.swap_remove(index - left)
    }

    /// The row `count` rows below, or the last.
    pub fn forward(&self, row: &Row, count: usize) -> Row {
        let mut rows = self.from(row, count.saturating_add(1));
        rows.pop().unwrap_or_else(|| row.clone())
    }

    /// Number of cells before an offset in its row.
    pub fn cell_of(&self, row: &Row, at: usize) -> usize {
        self.until(row, |place, _, _| place.end > at).1
    }

    /// The offset at a cell of a row; the row's end for cells behind it. In a row that goes on below, the
    /// last place instead.
    pub fn at_cell(&self, row: &Row, cell: usize) -> usize {
        let (at, _) = self.until(row, |_, before, unit| before + unit.cells > cell);
        if at == row.at.end && !row.is_last() {
            return super::clusters::previous(self.document, at).max(row.at.start);
        }
        super::clusters::settle(self.document, at)
    }

    /// The first unit for which `stop` says so: its offset, and the number of cells before it.
    fn until(
        &self,
        row: &Row,
        stop: impl Fn(Range<usize>, usize, &Unit<'_>) -> bool,
    ) -> (usize, usize) {
        let mut found = None;
        let mut end = self.indent(row);
        self.units(row, |at, cell, unit| {
            end = cell + unit.cells;
            if stop(at.clone(), cell, unit) {
                found = Some((at.start, cell));
            }
            found.is_none()
        });
        found.unwrap_or((row.at.end, end))
    }

    /// Passes the units of a row to `each`, with their bytes and the number of cells before them, until it
    /// says no.
    pub(crate) fn units(
        &self,
        row: &Row,
        mut each: impl FnMut(Range<usize>, usize, &Unit<'_>) -> bool,
    ) {
        let start = row.at.start;
        units(&self.document.read(row.at.clone()), self.indent(row), |at, cell, unit| {
            each(start + at..start + at + unit.len, cell, unit)
        });
    }
}

/// Passes the units of a row's bytes to `each`, with their offsets and the number of cells before them,
/// starting from `indent`, until it says no.
fn units(bytes: &[u8], indent: usize, mut each: impl FnMut(usize, usize, &Unit<'_>) -> bool) {
    let (mut at, mut cell) = (0, indent);
    for unit in raw_units(bytes) {
        let unit = placed(unit, bytes[at], cell);
        if !each(at, cell, &unit) {
            return;
        }
        at += unit.len;
        cell += unit.cells;
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn all(rows: &Rows<'_>) -> Vec<Row> {
        rows.from(&rows.row_of(0), usize::MAX)
    }

    #[test]
    fn a_row_that_is_full_goes_on_below() {
        let document = Document::new(Bytes::from_static("abcdef\r\nüü\n\nx".as_bytes()));
        let rows = Rows::new(&document, 4, true, true);
        let found: Vec<_> = all(&rows).into_iter().map(|row| (row.line, row.at)).collect();
        assert_eq!(found, [(0, 0..4), (0, 4..6), (1, 8..12), (2, 13..13), (3, 14..15)]);
        assert_eq!(rows.cell_of(&rows.row_of(10), 10), 1);
        assert_eq!(rows.at_cell(&rows.row_of(0), 9), 3);
        assert_eq!(rows.at_cell(&rows.row_of(5), 9), 6);
        assert_eq!(all(&Rows::new(&document, 4, false, false)).len(), 4);
    }

    /// The texts of the rows.
    fn texts(text: &str, width: usize) -> Vec<String> {
        let document = Document::new(Bytes::copy_from_slice(text.as_bytes()));
        let rows = all(&Rows::new(&document, width, true, true));
        let text = |row: Row| String::from_utf8_lossy(&document.read(row.at)).into_owned();
        rows.into_iter().map(text).collect()
    }

    #[test]
    fn a_row_is_broken_behind_a_word_where_one_is_near() {
        assert_eq!(texts("The quick brown fox jumps", 12), ["The quick ", "brown fox ", "jumps"]);
        // A space may take the cell that is free for the cursor, where more follows.
        assert_eq!(texts("four fives six", 10), ["four fives ", "six"]);
        assert_eq!(texts("four fives ", 10), ["four ", "fives "]);
        assert_eq!(texts("a bcdefghijkl m", 6), ["a bcde", "fghijk", "l m"]);
        assert_eq!(texts("[\"one\",\"two\"]", 9), ["[\"one\",", "\"two\"]"]);
        assert_eq!(texts("für die Wörter x", 9), ["für die ", "Wörter x"]);
        assert_eq!(texts("日本語日本", 5), ["日本", "語日", "本"]);
        assert_eq!(texts("ü b\tc ddddd", 9), ["ü b\tc ", "ddddd"]);
        // A space with a mark over it does not count as a space.
        assert_eq!(texts("abcdefghij \u{301}k", 10), ["abcdefghij", " \u{301}k"]);
    }

    #[test]
    fn the_further_rows_of_a_line_stand_behind_its_indentation() {
        let text = "    one two three four five six seven";
        assert_eq!(texts(text, 20), ["    one two three ", "four five six ", "seven"]);
        let document = Document::new(Bytes::from_static(text.as_bytes()));
        let rows = Rows::new(&document, 20, true, true);
        let (first, second) = (rows.row_of(0), rows.row_of(20));
        assert_eq!((rows.indent(&first), rows.indent(&second)), (0, 6));
        assert_eq!((rows.cell_of(&second, 18), rows.cell_of(&second, 20)), (6, 8));
        assert_eq!((rows.at_cell(&second, 0), rows.at_cell(&second, 8)), (18, 20));
        // No indentation where it would take most of the width, and where lines are cut.
        let deep = format!("{}one two three", " ".repeat(12));
        assert_eq!(texts(&deep, 20), [format!("{}one two ", " ".repeat(12)), "three".to_owned()]);
        assert_eq!(Rows::new(&document, 20, false, true).indent(&second), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn rows_tile_the_document_and_are_found_from_anywhere(
            unit in "[a-z\t\n üé日\u{301}👨\r]{1,12}", times in 1_usize..1200,
            width in 5_usize..90, wrap in any::<bool>(), returns in any::<bool>(),
            first in any::<usize>(),
        ) {
            let document = Document::new(Bytes::from(unit.repeat(times)));
            let rows = Rows::new(&document, width, wrap, returns);
            let all = all(&rows);
            prop_assert_eq!(all[0].at.start, 0);
            prop_assert_eq!(all[all.len() - 1].at.end, document.len());
            for pair in all.windows(2) {
                prop_assert!(pair[1].at.start - pair[0].at.end <= 2);
                prop_assert!(pair[0].is_last() || pair[1].at.start == pair[0].at.end);
            }
            // Finding a row takes laying out a page, so of many rows only some are searched for.
            let apart = all.len().div_ceil(150);
            for pair in all.windows(2).skip(first % apart).step_by(apart) {
                prop_assert_eq!(&rows.back(&pair[1], 1), &pair[0]);
                prop_assert_eq!(&rows.forward(&pair[0], 1), &pair[1]);
            }
            let (half, end) = (all.len() / 2, all.len() - 1);
            prop_assert_eq!(&rows.back(&all[end], end - half), &all[half]);
            prop_assert_eq!(&rows.forward(&all[0], half), &all[half]);
            prop_assert_eq!(&rows.back(&all[half], usize::MAX), &all[0]);
            for row in all.iter().skip(first % apart).step_by(apart) {
                prop_assert_eq!(&rows.row_of(row.at.start), row);
                let mut cells = 0;
                rows.units(row, |_, cell, unit| { cells = cell + unit.cells; true });
                let hangs_over = usize::from(!row.is_last() && document.byte(row.at.end - 1) == Some(b' '));
                prop_assert!(!wrap || cells <= width.max(10) + hangs_over, "{} cells", cells);
            }
        }
    }
}
