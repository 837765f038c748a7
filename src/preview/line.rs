//! A shown line, made of pieces of the value and of the signs between them, and the walk over its units.

use super::chunk::{self, TAB};
use super::index::Long;
use super::row::Role;
use crate::text::unit::{self, Unit};

/// Chunks after which a row ends at the latest, so that rows near any place of a long line can be found from
/// there. This shows only as one short row in hundreds.
const PAGE: usize = 4;

/// A line: its parts end to end. Offsets in it count the bytes of all parts.
#[derive(Debug, Default)]
pub(super) struct Line<'a> {
    /// Number of levels of nesting.
    pub(super) depth: usize,
    /// Parts of the line.
    pub(super) parts: Vec<Fragment<'a>>,
    /// Whether tabs are expanded.
    pub(super) tabs: bool,
}

/// A part of a line.
#[derive(Debug)]
pub(super) struct Fragment<'a> {
    /// The shown bytes.
    pub(super) bytes: &'a [u8],
    /// Offset in the value; `None` for what is not from there.
    pub(super) source: Option<usize>,
    /// Role of the part.
    pub(super) role: Role,
    /// Widths of its chunks, where the part is long.
    pub(super) long: Option<&'a Long>,
}

/// A unit and its place.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    /// Offset in the line.
    pub(super) at: usize,
    /// Offset in the value; `None` for what is not from there.
    pub(super) source: Option<usize>,
    /// Role of the part that holds the unit.
    pub(super) role: Role,
    /// The shown unit.
    pub(super) unit: Unit<'a>,
    /// Whether a row must begin here.
    pub(super) page: bool,
}

impl<'a> Line<'a> {
    /// Number of bytes of all parts.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.bytes.len()).sum()
    }

    /// The part that holds an offset, and its start; the last part for the end of the line.
    fn part_at(&self, offset: usize) -> Option<(usize, usize)> {
        let mut begin = 0;
        for (index, part) in self.parts.iter().enumerate() {
            if offset < begin + part.bytes.len() || index + 1 == self.parts.len() {
                return Some((index, begin));
            }
            begin += part.bytes.len();
        }
        None
    }

    /// The last place at or before `offset` where a row must begin.
    pub(super) fn page_start(&self, offset: usize) -> usize {
        let Some((mut index, mut begin)) = self.part_at(offset) else { return 0 };
        let mut chunk = chunk::holding(self.parts[index].bytes, offset - begin);
        while chunk < PAGE {
            if index == 0 {
                return 0;
            }
            index -= 1;
            let bytes = self.parts[index].bytes;
            begin -= bytes.len();
            chunk = chunk::holding(bytes, bytes.len());
        }
        begin + chunk::start(self.parts[index].bytes, chunk / PAGE * PAGE)
    }

    /// The units from `offset` on, which must be where a unit begins.
    pub(super) fn units_from(&self, offset: usize) -> Units<'_, 'a> {
        let mut units = Units::new(self);
        if let Some((index, begin)) = self.part_at(offset) {
            let chunk = chunk::holding(self.parts[index].bytes, offset - begin);
            units.enter(index, begin, chunk);
            units.skip_to = offset;
        }
        units
    }

    /// The units of the line from about `column` cells on, and the exact column of the first of them.
    pub(super) fn units_from_column(&self, column: usize) -> (Units<'_, 'a>, usize) {
        let mut units = Units::new(self);
        let (mut begin, mut sum) = (0, 0);
        for (index, part) in self.parts.iter().enumerate() {
            if let Some(long) = part.long {
                let chunk = long.cells.partition_point(|&cells| sum + cells <= column);
                if chunk < long.cells.len() || index + 1 == self.parts.len() {
                    let chunk = chunk.min(long.cells.len().saturating_sub(1));
                    units.enter(index, begin, chunk);
                    let before = chunk.checked_sub(1).map_or(0, |last| long.cells[last]);
                    return (units, sum + before);
                }
                sum += long.cells.last().copied().unwrap_or(0);
            } else {
                let cells = chunk::estimate(part.bytes, self.tabs);
                if sum + cells > column || index + 1 == self.parts.len() {
                    units.enter(index, begin, 0);
                    return (units, sum);
                }
                sum += cells;
            }
            begin += part.bytes.len();
        }
        (units, sum)
    }

    /// Approximate width of the line without its indentation, in cells.
    pub(super) fn cells(&self) -> usize {
        let cells = |part: &Fragment| match part.long {
            Some(long) => long.cells.last().copied().unwrap_or(0),
            None => chunk::estimate(part.bytes, self.tabs),
        };
        self.parts.iter().map(cells).sum()
    }

    /// Column of the unit that holds an offset, without the indentation.
    pub(super) fn column_of(&self, offset: usize) -> usize {
        let Some((index, begin)) = self.part_at(offset) else { return 0 };
        let cells_of = |part: &Fragment| match part.long {
            Some(long) => long.cells.last().copied().unwrap_or(0),
            None => chunk::estimate(part.bytes, self.tabs),
        };
        let before: usize = self.parts[..index].iter().map(cells_of).sum();
        let part = &self.parts[index];
        let chunk = chunk::holding(part.bytes, offset - begin);
        let chunks = match (part.long, chunk.checked_sub(1)) {
            (Some(long), Some(last)) => long.cells.get(last).copied().unwrap_or(0),
            _ => 0,
        };
        let mut units = Units::new(self);
        units.enter(index, begin, chunk);
        let within = units.take_while(|placed| placed.at + placed.unit.len <= offset);
        before + chunks + within.map(|placed| placed.unit.cells).sum::<usize>()
    }

    /// Offset in the line of a byte of the value; for a byte that is not shown, the last one of the nearest
    /// part before it.
    pub(super) fn offset_of(&self, source: usize) -> usize {
        let (mut begin, mut found) = (0, 0);
        for part in &self.parts {
            if let Some(start) = part.source
                && start <= source
                && !part.bytes.is_empty()
            {
                found = begin + (source - start).min(part.bytes.len() - 1);
            }
            begin += part.bytes.len();
        }
        found
    }

    /// The byte of the value at an offset of the line, or the next one that is shown.
    pub(super) fn source_of(&self, offset: usize) -> Option<usize> {
        let mut begin = 0;
        for part in &self.parts {
            let end = begin + part.bytes.len();
            if let Some(start) = part.source
                && offset < end
            {
                return Some(start + offset.saturating_sub(begin));
            }
            begin = end;
        }
        None
    }
}

/// The units of a line.
#[derive(Debug, Clone)]
pub(super) struct Units<'l, 'a> {
    line: &'l Line<'a>,
    /// The part, its start in the line, and the chunk in it.
    part: usize,
    begin: usize,
    chunk: usize,
    /// The rest of the chunk that is still to come, as offsets in the part.
    at: usize,
    end: usize,
    /// The text from `at` on that is known to be UTF-8.
    text: &'a str,
    /// Cells since the start of the chunk, for the tabs.
    cells: usize,
    /// Units before this offset are passed over.
    skip_to: usize,
    page: bool,
}

impl<'l, 'a> Units<'l, 'a> {
    fn new(line: &'l Line<'a>) -> Self {
        let part = line.parts.len();
        let (begin, chunk, at, end) = (0, 0, 0, 0);
        Self { line, part, begin, chunk, at, end, text: "", cells: 0, skip_to: 0, page: false }
    }

    fn enter(&mut self, part: usize, begin: usize, chunk: usize) {
        (self.part, self.begin, self.chunk, self.cells, self.text) = (part, begin, chunk, 0, "");
        if let Some(part) = self.line.parts.get(part) {
            self.at = chunk::start(part.bytes, chunk);
            self.end = chunk::start(part.bytes, chunk + 1);
            self.page = chunk > 0 && chunk.is_multiple_of(PAGE);
        }
    }

    /// Skips at most `most` units that are one plain character in one cell each, and returns their number.
    /// Which characters they are does not matter for the end of a row.
    pub(super) fn leap(&mut self, most: usize) -> usize {
        if self.page || self.begin + self.at < self.skip_to {
            return 0;
        }
        let text = self.text.as_bytes();
        let near = &text[..text.len().min(most + 1)];
        let plain = near.iter().take_while(|byte| matches!(byte, b' '..=b'~')).count();
        // A mark behind the last plain character may belong to it.
        let count = if plain < text.len() { plain.saturating_sub(1) } else { plain };
        let count = count.min(most);
        self.text = &self.text[count..];
        self.at += count;
        self.cells += count;
        count
    }

    /// The text at hand; [`Units::leap`] skips a part of it.
    pub(super) fn plain(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The same units behind this number of the characters that [`Units::leap`] skips.
    pub(super) fn behind_plain(&self, count: usize) -> Self {
        let mut units = self.clone();
        units.text = &units.text[count..];
        units.at += count;
        units.cells += count;
        units
    }

    fn unit(&mut self, bytes: &'a [u8]) -> Unit<'a> {
        if self.text.is_empty() {
            let rest = &bytes[self.at..self.end];
            self.text = rest.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            if self.text.is_empty() {
                return unit::stray(rest[0]);
            }
        }
        let mut unit = unit::first(self.text);
        if self.line.tabs && self.text.starts_with('\t') {
            let cells = TAB - self.cells % TAB;
            unit = Unit { len: 1, text: "    "[..cells].into(), cells, symbol: false };
        }
        self.text = &self.text[unit.len..];
        unit
    }
}

impl<'a> Iterator for Units<'_, 'a> {
    type Item = Placed<'a>;

    fn next(&mut self) -> Option<Placed<'a>> {
        loop {
            let part = self.line.parts.get(self.part)?;
            if self.at < self.end {
                let (from, page) = (self.at, std::mem::take(&mut self.page));
                let unit = self.unit(part.bytes);
                self.at += unit.len;
                self.cells += unit.cells;
                let at = self.begin + from;
                if at >= self.skip_to {
                    let source = part.source.map(|start| start + from);
                    return Some(Placed { at, source, role: part.role, unit, page });
                }
            } else if self.end < part.bytes.len() {
                self.enter(self.part, self.begin, self.chunk + 1);
            } else {
                self.enter(self.part + 1, self.begin + part.bytes.len(), 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line<'a>(texts: &[&'a str]) -> Line<'a> {
        let parts = texts.iter().map(|text| Fragment {
            bytes: text.as_bytes(),
            source: None,
            role: Role::Plain,
            long: None,
        });
        Line { depth: 0, parts: parts.collect(), tabs: true }
    }

    fn text(units: Units) -> String {
        units.map(|placed| placed.unit.text.into_owned()).collect()
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        assert_eq!(text(line(&["a\tb\t\tc"]).units_from(0)), "a   b       c");
    }

    #[test]
    fn rows_must_begin_at_pages() {
        let long = "x".repeat(100_000);
        let line = line(&["key: ", &long]);
        let pages: Vec<_> =
            line.units_from(0).filter(|placed| placed.page).map(|placed| placed.at).collect();
        assert_eq!(pages, [5 + 16_384, 5 + 32_768, 5 + 49_152, 5 + 65_536, 5 + 81_920, 5 + 98_304]);
        assert_eq!(line.page_start(5 + 16_383), 0);
        assert_eq!(line.page_start(5 + 65_535), 5 + 49_152);
        assert_eq!(line.page_start(line.len()), 5 + 98_304);
    }

    proptest! {
        #[test]
        fn units_are_the_same_wherever_the_walk_begins(
            unit in "[a-z\\tüé日\u{301}\u{200d}👨]{1,12}", times in 1_usize..900, at in 0_usize..1000,
        ) {
            let long = unit.repeat(times);
            let line = line(&["\"key\"", ": ", &long, ","]);
            let units: Vec<_> = line.units_from(0).collect();
            let at = units.len() * at / 1000;
            prop_assert_eq!(units.iter().map(|placed| placed.unit.len).sum::<usize>(), line.len());
            let offset = units[at].at;
            let tail: String = units[at..].iter().map(|placed| &*placed.unit.text).collect();
            prop_assert_eq!(text(line.units_from(offset)), tail);
            prop_assert!(line.page_start(offset) <= offset);
        }
    }
}
