//! Neighbouring cells with the same look: written row by row, or look by look where that takes fewer bytes.
//! In 24-bit colour, a change of style takes as many bytes as three moves.

use crate::model::sort;
use ratatui::buffer::Cell;

use super::owed::is_pixel;
use super::pen::{Look, Pen, shows_nothing};

/// Limit on the blank cells for which spaces are cheaper than a move over them.
const GAP: u16 = 4;
/// Size from which a shorter way is looked for, in bytes; smaller in tests, so that it is looked for in small
/// frames too.
const LARGE: usize = if cfg!(test) { 160 } else { 512 };
/// Limit on the looks with which writing look by look saves bytes.
const LOOKS: usize = 64;

/// Cells of a row that are written without a change of style.
#[derive(Debug, Clone, Copy)]
struct Run {
    y: u16,
    from: u16,
    to: u16,
    look: Look,
    /// Whether only the background of the cells is seen.
    blank: bool,
}

/// Cells to write, from top to bottom and from left to right.
#[derive(Debug, Default)]
pub(super) struct Runs(Vec<Run>);

impl Runs {
    /// Adds the cell at a place; `row` holds all cells of its row.
    pub(super) fn add(&mut self, (x, y): (u16, u16), row: &[Cell]) {
        let Some(cell) = row.get(usize::from(x)) else { return };
        let beside = |run: &&mut Run| {
            let gap = row.get(usize::from(run.to)..usize::from(x)).unwrap_or_default();
            let near = run.y == y && run.to <= x && x - run.to <= GAP;
            near && gap.iter().all(|cell| run.look.takes(cell) && !is_pixel(cell))
        };
        if self.0.last_mut().filter(beside).is_none_or(|run| !run.join(cell, x)) {
            let (look, blank) = (Look::of(cell), shows_nothing(cell));
            self.0.push(Run { y, from: x, to: x + 1, look, blank });
        }
    }

    /// Draws the cells as they stand on this screen of the same width.
    pub(super) fn draw(mut self, pen: &mut Pen<'_>, cells: &[Cell], columns: u16) {
        let before = pen.clone();
        self.draw_in_order(pen, cells, columns);
        if pen.len() - before.len() < LARGE || !self.sort_by_look() {
            return;
        }
        let mut sorted = before;
        self.draw_in_order(&mut sorted, cells, columns);
        if sorted.len() < pen.len() {
            *pen = sorted;
        }
    }

    fn draw_in_order(&self, pen: &mut Pen<'_>, cells: &[Cell], columns: u16) {
        for run in &self.0 {
            let row = usize::from(run.y) * usize::from(columns);
            for x in run.from..run.to {
                let Some(cell) = cells.get(row + usize::from(x)) else { return };
                let look = if run.blank { Look::of(cell) } else { run.look };
                pen.put_in((x, run.y), cell, look);
            }
        }
    }

    /// Sorts the cells by look; false if there are too many looks.
    fn sort_by_look(&mut self) -> bool {
        let mut looks: Vec<Look> = Vec::new();
        for run in &self.0 {
            if !looks.contains(&run.look) {
                looks.push(run.look);
            }
            if looks.len() > LOOKS {
                return false;
            }
        }
        sort::sort_by_key(&mut self.0, |run| looks.iter().position(|look| *look == run.look));
        true
    }
}

impl Run {
    /// Takes a cell in, if it can be written with the others: the first one that is seen decides the look.
    fn join(&mut self, cell: &Cell, x: u16) -> bool {
        let look = Look::of(cell);
        if look != self.look && !self.look.takes(cell) {
            if !self.blank || !look.is_alike_on_blanks(&self.look) {
                return false;
            }
            self.look = look;
        }
        self.blank &= shows_nothing(cell);
        self.to = x + 1;
        true
    }
}
