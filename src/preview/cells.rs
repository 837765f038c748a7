//! The cells, columns and rows of a table.

use bytes::Bytes;

use super::row::Role;
use super::table::{Arrangement, ColumnValues};
use super::{Body, Preview, Scroll, Table, Viewport};

impl Preview {
    fn table(&self) -> Option<&Table> {
        match &self.body {
            Body::Table(table) => Some(table),
            Body::Nothing | Body::Lines(_) | Body::Hex(_) | Body::Picture(_) => None,
        }
    }

    /// Number of columns of a table; other values have none.
    pub fn columns(&self) -> usize {
        self.table().map_or(0, Table::columns)
    }

    /// The name of a column, safe to show; its number where it has none.
    pub fn column_name(&self, column: usize) -> String {
        self.table().map_or_else(String::new, |table| table.column_name(column))
    }

    /// Contents of a cell, without its quotes; lines and columns are from 0.
    pub fn cell(&self, line: usize, column: usize) -> Bytes {
        self.table().map_or_else(Bytes::new, |table| table.cell(line, column).into_owned().into())
    }

    /// The row, the first cell and the width of a table's cell on the screen, if it is seen.
    pub fn cell_area(
        &self,
        scroll: Scroll,
        view: Viewport,
        at: (usize, usize),
    ) -> Option<(u16, u16, u16)> {
        self.table()?.cell_area(scroll, view, at)
    }

    /// The line and the column of a table at a cell of the screen; no line in its head.
    pub fn cell_at(
        &self,
        scroll: Scroll,
        view: Viewport,
        place: (u16, u16),
    ) -> Option<(Option<usize>, usize)> {
        self.table()?.cell_at(scroll, view, place)
    }

    /// The cell of the head just behind the name of a column, if it is seen.
    pub fn behind_name(&self, scroll: Scroll, view: Viewport, column: usize) -> Option<u16> {
        self.table()?.behind_name(scroll, view, column)
    }

    /// Moves as little as needed to bring a cell into view, by its line and its column.
    pub fn reveal_cell(&self, scroll: Scroll, view: Viewport, at: (usize, usize)) -> Scroll {
        self.table().map_or(scroll, |table| table.reveal_cell(scroll, view, at))
    }

    /// Names and values of the row at a line of a table, safe to show.
    pub fn row_fields(&self, line: usize) -> Vec<(String, String, Role)> {
        self.table().map_or_else(Vec::new, |table| table.record(line))
    }

    /// The line at which another preview of the same table shows the row that this one shows at `line`.
    pub fn line_in(&self, other: &Self, line: usize) -> usize {
        let at = self.table().map_or(0, |table| table.row_start(line));
        other.table().map_or(0, |table| table.row_of(at))
    }

    /// The stored number of the table row that is shown at `line`, both from 0.
    pub fn stored_line(&self, line: usize) -> Option<usize> {
        let table = self.table().filter(|table| line < table.rows())?;
        Some(table.number(line))
    }

    /// Whether the rows can be arranged: the value is a table, and not too large.
    pub fn can_be_arranged(&self) -> bool {
        self.table().is_some_and(Table::can_be_arranged)
    }

    /// The same table with its rows in this arrangement; `None` as soon as `wanted` says no, and where the
    /// table cannot be arranged.
    pub fn arranged(&self, how: &Arrangement, wanted: &dyn Fn() -> bool) -> Option<Self> {
        let body = Body::Table(self.table()?.arranged(how, wanted)?);
        Some(Self { value: self.value.clone(), kind: self.kind, note: self.note.clone(), body })
    }

    /// The values of a column in the shown rows of a table, with their counts; `None` as soon as `wanted`
    /// says no.
    pub fn column_values(&self, column: usize, wanted: &dyn Fn() -> bool) -> Option<ColumnValues> {
        self.table()?.values(column, wanted)
    }
}
