//! Where the rows of a menu are on the screen: how far a step to the side goes, or a page.

use std::cell::{Cell, RefCell};

/// Lines of a page of one column that the next one shows again.
const OVER: usize = 2;

/// Where the rows were when they were drawn last.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The first line of each row, counted through all columns.
    lines: RefCell<Vec<usize>>,
    /// Lines of a column.
    column: Cell<usize>,
    /// Columns beside each other.
    columns: Cell<usize>,
    /// The line that the window begins with.
    top: Cell<usize>,
    /// Where rows are on the screen: column, row, columns, number.
    drawn: RefCell<Vec<(u16, u16, u16, usize)>>,
}

impl Places {
    /// Tells where the rows are: the first line of each, in columns of so many lines.
    pub fn measure(&self, lines: Vec<usize>, column: usize, columns: usize) {
        self.lines.replace(lines);
        self.drawn.borrow_mut().clear();
        self.column.set(column.max(1));
        self.columns.set(columns.max(1));
    }

    /// The line that the window begins with, so that the lines from `first` up to `end` are in it. A
    /// single column is scrolled; several are turned like pages.
    pub fn window(&self, first: usize, end: usize, all: usize) -> usize {
        let (column, columns) = (self.column.get(), self.columns.get());
        let top = if columns > 1 {
            first / (column * columns) * (column * columns)
        } else {
            let last = all.saturating_sub(column);
            let top = self.top.get().max(end.saturating_sub(column)).min(first);
            // The head above the first rows is seen again.
            if first <= 1 { 0 } else { top.min(last) }
        };
        self.top.set(top);
        top
    }

    /// Tells where on the screen a row is drawn, or one of its lines: after [`Places::measure`].
    pub fn draw(&self, (x, y): (u16, u16), width: u16, row: usize) {
        self.drawn.borrow_mut().push((x, y, width, row));
    }

    /// The row that was drawn at a cell.
    pub fn row_at(&self, (column, line): (u16, u16)) -> Option<usize> {
        let drawn = self.drawn.borrow();
        let at =
            drawn.iter().find(|(x, y, width, _)| *y == line && (*x..x + width).contains(&column));
        at.map(|(.., row)| *row)
    }

    /// The row beside one, in the next column; where there is one column, on the next page.
    pub(super) fn beside(&self, at: usize, columns: isize) -> usize {
        if !self.has_columns() {
            return self.page(at, columns);
        }
        self.off(at, columns.saturating_mul(of(self.column.get())))
    }

    /// The row a page away from one.
    pub(super) fn page(&self, at: usize, pages: isize) -> usize {
        let (column, columns) = (self.column.get(), self.columns.get().max(1));
        // What is scrolled to is seen whole, and nothing is passed over.
        let lines = if columns > 1 { column * columns } else { column.saturating_sub(OVER).max(1) };
        self.off(at, pages.saturating_mul(of(lines)))
    }

    /// Whether there is a column beside another.
    pub(super) fn has_columns(&self) -> bool {
        self.columns.get() > 1
    }

    /// Begins at the top again: there are other rows.
    pub(super) fn forget(&self) {
        self.top.set(0);
    }

    /// The row that stands so many lines off, or the first or last one.
    fn off(&self, at: usize, lines: isize) -> usize {
        let places = self.lines.borrow();
        let Some(line) = places.get(at) else { return at };
        let wanted = line.saturating_add_signed(lines);
        let found = places.partition_point(|line| *line <= wanted).saturating_sub(1);
        // A row of many lines is left all the same.
        match lines {
            1.. => found.max((at + 1).min(places.len() - 1)),
            _ => found.min(at.saturating_sub(1)),
        }
    }
}

fn of(lines: usize) -> isize {
    isize::try_from(lines).unwrap_or(isize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_to_the_side_goes_to_the_row_beside() {
        let places = Places::default();
        // A head, three rows of which one takes two lines; then the next column.
        places.measure(vec![1, 2, 4, 5, 6], 5, 2);
        assert_eq!([places.beside(0, 1), places.beside(4, -1)], [4, 0]);
        assert_eq!(places.beside(1, 1), 4, "the last one, where none stands beside");
        assert_eq!([places.page(4, -1), places.page(0, 1)], [0, 4]);
    }

    #[test]
    fn the_row_under_the_cursor_is_in_the_window() {
        let places = Places::default();
        places.measure(Vec::new(), 5, 1);
        assert_eq!(places.window(1, 2, 40), 0);
        assert_eq!(places.window(5, 7, 40), 2, "the whole row");
        assert_eq!(places.window(4, 5, 40), 2, "without scrolling where it is seen");
        assert_eq!(places.window(39, 40, 40), 35);
        assert_eq!(places.window(1, 2, 40), 0, "with the head above it");
    }
}
