//! The visible rows of a table, below its head, and moving about in it.

use super::super::row::{Hit, Role, Row, Span};
use super::super::{Matches, Scroll, Viewport};
use super::form::READ;
use super::{Column, GAP, Table, seen};
use crate::text::{cells, fit};

impl Table {
    /// Number of rows in the viewport that show rows of the table.
    pub(super) fn page(view: Viewport) -> usize {
        usize::from(view.height).saturating_sub(usize::from(view.height > 1)).max(1)
    }

    pub(in crate::preview) fn bottom(&self, view: Viewport) -> Scroll {
        Scroll { line: self.rows().saturating_sub(Self::page(view)), ..Scroll::default() }
    }

    pub(in crate::preview) fn moved(&self, scroll: Scroll, rows: isize, view: Viewport) -> Scroll {
        let line = scroll.line.saturating_add_signed(rows).min(self.bottom(view).line);
        Scroll { line, sub: 0, column: self.settled(scroll.column) }
    }

    /// Start of the column that contains this cell.
    pub(super) fn settled(&self, column: usize) -> usize {
        let after = self.columns.partition_point(|it| it.start <= column);
        self.columns.get(after.saturating_sub(1)).map_or(0, |it| it.start)
    }

    /// Moves by whole columns, at most until the last one is seen.
    pub(in crate::preview) fn sideways(&self, scroll: Scroll, by: isize, view: Viewport) -> Scroll {
        let width = usize::from(view.width);
        let end = self.columns.last().map_or(0, |last| last.start + last.width);
        let last = self.columns.iter().find(|column| end - column.start <= width);
        let last = last.or(self.columns.last()).map_or(0, |column| column.start);
        let target = scroll.column.saturating_add_signed(by);
        let column = if by > 0 {
            let next = self.columns.iter().find(|column| column.start >= target);
            next.map_or(last, |column| column.start).min(last.max(scroll.column))
        } else {
            self.settled(target)
        };
        Scroll { column, ..scroll }
    }

    /// Moves as little as needed to bring a byte into view.
    pub(in crate::preview) fn reveal(
        &self,
        scroll: Scroll,
        offset: usize,
        view: Viewport,
    ) -> Scroll {
        let row = self.row_of(offset);
        let page = Self::page(view);
        let line = if (scroll.line..scroll.line + page).contains(&row) {
            scroll.line
        } else {
            row.saturating_sub(page / 3)
        };
        let start = self.row_start(row);
        let field = self.fields(start).into_iter().find(|(_, at)| offset < at.end);
        let column = field.and_then(|(index, _)| self.columns.get(index));
        let from = self.settled(scroll.column);
        let column = match column {
            Some(column)
                if column.start < from
                    || column.start + column.width > from + usize::from(view.width) =>
            {
                column.start
            }
            _ => from,
        };
        self.moved(Scroll { line, sub: 0, column }, 0, view)
    }

    pub(in crate::preview) fn seen(
        &self,
        scroll: Scroll,
        view: Viewport,
        marks: Option<&Matches>,
    ) -> Vec<Row> {
        let height = usize::from(view.height);
        if view.width == 0 || height == 0 {
            return Vec::new();
        }
        let from = self.settled(scroll.column);
        let first = self.columns.partition_point(|column| column.start < from);
        let mut rows = Vec::with_capacity(height);
        if height > 1 {
            let mut line = Line::new(None, view);
            for column in &self.columns[first..] {
                line.field(column, &column.name, Role::Key, Hit::No);
            }
            rows.push(line.row);
        }
        let top = scroll.line.min(self.bottom(view).line);
        let mut at = self.row_start(top);
        for shown in top..self.rows() {
            if rows.len() == height {
                break;
            }
            rows.push(self.row(self.number(shown), at, first, view, marks));
            at = self.next_shown(shown, at);
        }
        rows
    }

    /// End of the row that begins at `at`, or of the part that is read of a long one.
    pub(super) fn end(&self, at: usize) -> usize {
        let near = &self.bytes[..self.bytes.len().min(at + READ)];
        self.form.next_row(near, at)
    }

    fn row(
        &self,
        number: usize,
        at: usize,
        first: usize,
        view: Viewport,
        marks: Option<&Matches>,
    ) -> Row {
        let mut line = Line::new(Some(number + 1), view);
        let fields = self.fields(at);
        if fields.is_empty() {
            // A row without columns is shown as it is.
            let end = self.end(at);
            let text = &self.bytes[self.form.text(&self.bytes, at..end)];
            let hit = marks.map_or(Hit::No, |marks| marks.hit(at..end));
            let whole = Column { width: usize::from(view.width), ..Column::default() };
            line.field(&whole, text, Role::Dim, hit);
            return line.row;
        }
        for (index, column) in self.columns.iter().enumerate().skip(first) {
            // The last value of a repeated key counts, as everywhere.
            let field = fields.iter().rev().find(|(of, _)| *of == index);
            let Some((_, place)) = field else {
                line.field(column, b"", Role::Plain, Hit::No);
                continue;
            };
            let said = self.said_first(place.clone());
            let role = if column.numbers { Role::Number } else { Role::Plain };
            let hit = match marks {
                Some(marks) if !place.is_empty() => marks.hit(place.clone()),
                _ => Hit::No,
            };
            if !line.field(column, &said, role, hit) {
                break;
            }
        }
        line.row
    }
}

/// Fewest cells in which a column is shown; nothing can be read in fewer.
const LEAST: usize = 2;

/// A row being made.
struct Line {
    row: Row,
    used: usize,
    width: usize,
}

impl Line {
    fn new(number: Option<usize>, view: Viewport) -> Self {
        let row = Row { number, ..Row::default() };
        Self { row, used: 0, width: view.width.into() }
    }

    /// Adds a field; returns whether there is room for more.
    fn field(&mut self, column: &Column, said: &[u8], role: Role, hit: Hit) -> bool {
        if self.used > 0 {
            // A single cell of a column shows nothing useful.
            if self.used + GAP + column.width.min(LEAST) > self.width {
                self.row.more = true;
                return false;
            }
            self.push(" ".repeat(GAP), GAP, Role::Dim, Hit::No);
        }
        let room = (self.width - self.used).min(column.width);
        self.row.more |= room < column.width;
        let whole = seen(said);
        let text = fit(&whole, room).into_owned();
        let taken = cells(&text);
        let blank = " ".repeat(room - taken.min(room));
        let blank = |line: &mut Self| {
            let cells = blank.len();
            line.push(blank.clone(), cells, Role::Dim, Hit::No);
        };
        if column.numbers {
            blank(self);
            self.push(text, taken, role, hit);
        } else {
            self.push(text, taken, role, hit);
            blank(self);
        }
        true
    }

    fn push(&mut self, text: String, cells: usize, role: Role, hit: Hit) {
        if !text.is_empty() {
            self.row.spans.push(Span { text, role, hit });
            self.used += cells;
        }
    }
}
