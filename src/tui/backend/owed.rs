//! Cells of pictures that are still to be drawn.
//!
//! A picture takes tens of thousands of bytes, which would hold up the answer to a key on a slow line. So a
//! frame draws everything else first, and the cells of its pictures come in slices between frames
//! ([`super::flow`]); cells of a picture that is no longer shown are never sent.

use std::collections::BTreeMap;

use ratatui::buffer::{Cell, CellWidth as _};
use ratatui::style::Modifier;

use crate::view::PIXEL;

/// The cells by row and column, in the order in which they are drawn.
#[derive(Debug, Default)]
pub(super) struct Owed(BTreeMap<(u16, u16), Cell>);

impl Owed {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Keeps a cell to be drawn later.
    pub(super) fn owe(&mut self, (x, y): (u16, u16), cell: &Cell) {
        self.0.insert((y, x), cell.clone());
    }

    /// Forgets the cells that a cell covers which is drawn now.
    pub(super) fn cover(&mut self, (x, y): (u16, u16), cell: &Cell) {
        if !self.0.is_empty() {
            (x..x + cell.cell_width().max(1)).for_each(|x| drop(self.0.remove(&(y, x))));
        }
    }

    /// The next cell, and its place.
    pub(super) fn next(&self) -> Option<((u16, u16), &Cell)> {
        self.0.first_key_value().map(|((y, x), cell)| ((*x, *y), cell))
    }

    /// The cell at a place.
    pub(super) fn get(&self, (x, y): (u16, u16)) -> Option<&Cell> {
        self.0.get(&(y, x))
    }

    /// Takes the cell at a place.
    pub(super) fn take(&mut self, (x, y): (u16, u16)) -> Option<Cell> {
        self.0.remove(&(y, x))
    }

    /// The next cell, if it is in this row.
    pub(super) fn next_in(&mut self, row: u16) -> Option<(u16, Cell)> {
        let first = self.0.first_entry().filter(|first| first.key().0 == row)?;
        let ((_, x), cell) = first.remove_entry();
        Some((x, cell))
    }
}

/// Whether a cell is part of a picture.
pub(super) fn is_pixel(cell: &Cell) -> bool {
    cell.modifier.contains(PIXEL)
}

/// The modifiers of a cell that the terminal is told.
pub(super) fn told(modifiers: Modifier) -> Modifier {
    modifiers - PIXEL
}
