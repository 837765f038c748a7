//! Where the rows of a menu are on the screen, from which a step to the side and a page are measured.

use std::cell::{Cell, RefCell};

/// Lines that a page of one column has in common with the next.
const OVER: usize = 2;

/// The places of the rows when they were last drawn.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The first line of each row, counted through all columns.
    lines: RefCell<Vec<usize>>,
    /// Height of a column, in lines.
    column: Cell<usize>,
    /// Number of columns.
    columns: Cell<usize>,
    /// The first line of the window, and the last one that it may be.
    top: Cell<usize>,
    last: Cell<usize>,
    /// Whether the wheel has moved the window, so that it does not follow the cursor.
    away: Cell<bool>,
    /// Whether the row under the cursor is in the window.
    seen: Cell<bool>,
    /// Places of rows on the screen: column, row, width in columns, number.
    drawn: RefCell<Vec<(u16, u16, u16, usize)>>,
}

impl Places {
    /// Takes the places of the rows: the first line of each, in columns of this many lines.
    pub fn measure(&self, lines: Vec<usize>, column: usize, columns: usize) {
        self.lines.replace(lines);
        self.drawn.borrow_mut().clear();
        self.column.set(column.max(1));
        self.columns.set(columns.max(1));
    }

    /// The first line of the window, moved so that the lines from `first` up to `end` are in it, unless the
    /// wheel has moved it. A single column is scrolled; several are turned like pages.
    pub fn window(&self, first: usize, end: usize, all: usize) -> usize {
        let (column, columns) = (self.column.get(), self.columns.get());
        let page = (column * columns).max(1);
        let last = match columns {
            1 => all.saturating_sub(column),
            _ => all.saturating_sub(1) / page * page,
        };
        let top = match columns {
            _ if self.away.get() => self.top.get().min(last),
            // At the first rows, the head above them comes into view too.
            1 if first <= 1 => 0,
            1 => self.top.get().max(end.saturating_sub(column)).min(first).min(last),
            _ => first / page * page,
        };
        self.top.set(top);
        self.last.set(last);
        self.seen.set(top <= first && end <= top + page);
        top
    }

    /// Moves the window alone by this number of lines, down if positive; several columns are turned.
    pub(super) fn scroll(&self, lines: isize) {
        let page = of(self.column.get() * self.columns.get());
        let by = if self.has_columns() { lines.signum() * page } else { lines };
        self.top.set(self.top.get().saturating_add_signed(by).min(self.last.get()));
        self.away.set(true);
    }

    /// Lets the window follow the cursor again; tells whether the cursor was out of it.
    pub(super) fn come_back(&self) -> bool {
        self.away.replace(false) && !self.seen.get()
    }

    /// Takes the cells in which a row is drawn, or one of its lines: after [`Places::measure`].
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

    /// The row next to another one, in the next column; with one column, on the next page.
    pub(super) fn beside(&self, at: usize, columns: isize) -> usize {
        if !self.has_columns() {
            return self.page(at, columns);
        }
        self.off(at, columns.saturating_mul(of(self.column.get())))
    }

    /// The row this number of pages away from another.
    pub(super) fn page(&self, at: usize, pages: isize) -> usize {
        let (column, columns) = (self.column.get(), self.columns.get().max(1));
        // A row that is scrolled to is seen whole, and none is left out.
        let lines = if columns > 1 { column * columns } else { column.saturating_sub(OVER).max(1) };
        self.off(at, pages.saturating_mul(of(lines)))
    }

    /// Whether there are several columns.
    pub(super) fn has_columns(&self) -> bool {
        self.columns.get() > 1
    }

    /// Lets the window begin at the top again, for other rows.
    pub(super) fn forget(&self) {
        self.top.set(0);
        self.away.set(false);
    }

    /// The row that stands this many lines away, or the first or last one.
    fn off(&self, at: usize, lines: isize) -> usize {
        let places = self.lines.borrow();
        let Some(line) = places.get(at) else { return at };
        let wanted = line.saturating_add_signed(lines);
        let found = places.partition_point(|line| *line <= wanted).saturating_sub(1);
        // A step leaves even a row that has more lines than the step.
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
        // One column: a head, and three rows of which one takes two lines; then the next column.
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

    #[test]
    fn the_wheel_moves_the_window_alone_until_a_key_brings_it_back() {
        let places = Places::default();
        places.measure(Vec::new(), 5, 1);
        assert_eq!(places.window(3, 4, 12), 0);
        places.scroll(3);
        assert_eq!(places.window(3, 4, 12), 3);
        assert!(!places.come_back(), "the cursor is still seen");
        for (lines, top) in [(9, 7), (-3, 4), (3, 7)] {
            places.scroll(lines);
            assert_eq!(places.window(3, 4, 12), top);
        }
        assert!(places.come_back() && !places.come_back());
        assert_eq!(places.window(3, 4, 12), 3);
        places.measure(Vec::new(), 5, 2);
        assert_eq!(places.window(3, 4, 25), 0);
        places.scroll(3);
        assert_eq!(places.window(3, 4, 25), 10, "a page of two columns");
        places.scroll(3);
        places.scroll(3);
        assert_eq!(places.window(3, 4, 25), 20);
    }
}
