//! Single cells of a table: their places and contents.

use std::borrow::Cow;
use std::ops::Range;

use super::super::row::Role;
use super::super::{Scroll, Viewport};
use super::form::READ;
use super::texts::json_said;
use super::{COLUMNS, Form, GAP, Table, seen};
use crate::text::{cells, visible_bytes};

impl Table {
    pub(in crate::preview) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// The name of a column; its number where it has none.
    pub(in crate::preview) fn column_name(&self, column: usize) -> String {
        let name = self.columns.get(column).map_or(String::new(), |column| seen(&column.name));
        if name.is_empty() { format!("column {}", column + 1) } else { name }
    }

    /// Place of a field in the row that begins at `at`.
    pub(super) fn field(&self, at: usize, column: usize) -> Option<Range<usize>> {
        match self.form {
            Form::Csv(csv) => csv.fields(&self.bytes, at).nth(column),
            Form::Ndjson | Form::Array => {
                let name = &self.columns.get(column)?.name;
                let members = self.form.members(&self.bytes, at).take(COLUMNS);
                // The last value of a repeated key counts, as everywhere.
                members.filter(|(key, _)| self.bytes[key.clone()] == **name).last().map(|it| it.1)
            }
        }
    }

    /// Contents of a column in the row that begins at `at`; empty where the row has no such field.
    pub(super) fn said_in(&self, at: usize, column: usize) -> Cow<'_, [u8]> {
        self.field(at, column).map_or(Cow::Borrowed(&[]), |place| self.said(place))
    }

    /// Contents of a cell.
    pub(in crate::preview) fn cell(&self, line: usize, column: usize) -> Cow<'_, [u8]> {
        self.said_in(self.row_start(line), column)
    }

    /// The row, the first cell and the width of a table's cell on the screen, if it is seen.
    pub(in crate::preview) fn cell_area(
        &self,
        scroll: Scroll,
        view: Viewport,
        (line, column): (usize, usize),
    ) -> Option<(u16, u16, u16)> {
        let top = scroll.line.min(self.bottom(view).line);
        let head = usize::from(view.height > 1);
        let row = u16::try_from(line.checked_sub(top)? + head).ok();
        let row = row.filter(|row| *row < view.height)?;
        let column = self.columns.get(column)?;
        let from = column.start.checked_sub(self.settled(scroll.column))?;
        let from = u16::try_from(from).ok().filter(|from| *from < view.width)?;
        let width = u16::try_from(column.width).unwrap_or(u16::MAX).min(view.width - from);
        Some((row, from, width))
    }

    /// The line and the column at a cell of the screen; no line in the head.
    pub(in crate::preview) fn cell_at(
        &self,
        scroll: Scroll,
        view: Viewport,
        (x, y): (u16, u16),
    ) -> Option<(Option<usize>, usize)> {
        if x >= view.width || y >= view.height {
            return None;
        }
        let at = self.settled(scroll.column) + usize::from(x);
        let column = self.columns.partition_point(|column| column.start <= at).checked_sub(1)?;
        let end = self.columns[column].start + self.columns[column].width + GAP;
        if at >= end {
            return None;
        }
        let Some(row) = y.checked_sub(u16::from(view.height > 1)) else {
            return Some((None, column));
        };
        let line = scroll.line.min(self.bottom(view).line) + usize::from(row);
        (line < self.rows()).then_some((Some(line), column))
    }

    /// The cell of the head just behind the name of a column, if it is seen.
    pub(in crate::preview) fn behind_name(
        &self,
        scroll: Scroll,
        view: Viewport,
        column: usize,
    ) -> Option<u16> {
        let column = self.columns.get(column).filter(|_| view.height > 1)?;
        let from = column.start.checked_sub(self.settled(scroll.column))?;
        // Numbers are aligned with the end of the name.
        let named = if column.numbers { column.width } else { cells(&seen(&column.name)) + 1 };
        let x = u16::try_from(from + named.min(column.width)).ok()?;
        (x < view.width).then_some(x)
    }

    /// Moves as little as needed to bring a cell into view.
    pub(in crate::preview) fn reveal_cell(
        &self,
        scroll: Scroll,
        view: Viewport,
        (line, column): (usize, usize),
    ) -> Scroll {
        let page = Self::page(view);
        let top = scroll.line.min(line).max((line + 1).saturating_sub(page));
        let from = self.settled(scroll.column);
        let Some(column) = self.columns.get(column) else { return scroll };
        let (end, width) = (column.start + column.width, usize::from(view.width));
        let from = if column.start < from {
            column.start
        } else if end > from + width {
            // From the first column with which it fits, else from its own.
            let fits = self.columns.iter().find(|first| first.start + width >= end);
            fits.map_or(column.start, |first| first.start.min(column.start))
        } else {
            from
        };
        self.moved(Scroll { line: top, sub: 0, column: from }, 0, view)
    }

    /// The names and values of a row in the order of the row, safe to show; of a long row only the beginning.
    pub(in crate::preview) fn record(&self, line: usize) -> Vec<(String, String, Role)> {
        let at = self.row_start(line);
        let mut fields = Vec::new();
        let safe = |bytes: &[u8]| visible_bytes(&bytes[..bytes.len().min(READ)]).into_owned();
        match self.form {
            Form::Csv(csv) => {
                let mut read = 0;
                for (column, place) in csv.fields(&self.bytes, at).enumerate() {
                    read += place.len() + 1;
                    let numbers = self.columns.get(column).is_some_and(|column| column.numbers);
                    let role = if numbers { Role::Number } else { Role::Plain };
                    fields.push((self.column_name(column), safe(&self.said(place)), role));
                    if read > READ {
                        break;
                    }
                }
            }
            Form::Ndjson | Form::Array => {
                for (key, place) in self.form.members(&self.bytes, at) {
                    let value = &self.bytes[place];
                    let role = match value.first() {
                        Some(b'"') => Role::String,
                        Some(b'-' | b'0'..=b'9') => Role::Number,
                        Some(b'{' | b'[') | None => Role::Plain,
                        Some(_) => Role::Literal,
                    };
                    fields.push((safe(&self.bytes[key]), safe(&json_said(value)), role));
                }
            }
        }
        if fields.is_empty() {
            let text = self.form.text(&self.bytes, at..self.end(at));
            fields.push((String::new(), safe(&self.bytes[text]), Role::Plain));
        }
        fields
    }
}
