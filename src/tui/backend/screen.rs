//! The content of the terminal: the cells as they were drawn, and the rows that hold text whose width differs
//! between terminals.
//!
//! Terminals differ in the width of nearly everything beyond ASCII: of flags, joined emoji, Indic syllables
//! and half-width marks, and of all letters where a user wants them wide. What such text leaves in a row is
//! not known. So a row that holds such text, before or after, is erased and drawn from there on when anything
//! in this part changes: the visible result then depends on the new row alone, and all text of certain width
//! stands in its column.

use std::sync::Arc;

use ratatui::buffer::{Cell, CellWidth as _};
use ratatui::layout::Size;
use ratatui::style::Color;

use super::links::Links;
use super::owed::{Owed, is_pixel};
use super::pen::{Pen, shows_nothing};
use super::picture::TerminalPicture;
use super::runs::Runs;
use super::width::Width;
use crate::view::PictureCell;

/// Number of blank cells from which a move is cheaper than spaces.
const BLANKS: u16 = 8;

/// Least number of a picture's cells that are drawn together.
const SOME: usize = 16;

/// The cell that stands where a picture will be.
static BLANK: Cell = Cell::EMPTY;

/// The cells of the screen, by rows.
#[derive(Debug, Default)]
pub(super) struct Screen {
    size: Size,
    cells: Vec<Cell>,
    /// For each row, the column from which its content is uncertain.
    unsure: Vec<Option<u16>>,
    /// The cells that are not drawn yet.
    owed: Owed,
    /// The links of the cells.
    pub(super) links: Links,
    /// The picture that the terminal itself draws.
    pub(super) picture: Option<Arc<TerminalPicture>>,
}

impl Screen {
    /// Takes the screen's size; a screen of another size is blank.
    pub(super) fn fit(&mut self, size: Size) {
        if self.size != size {
            self.size = size;
            self.clear();
        }
    }

    /// Takes note that the screen was cleared.
    pub(super) fn clear(&mut self) {
        let (columns, rows) = (usize::from(self.size.width), usize::from(self.size.height));
        self.cells.clear();
        self.cells.resize(columns * rows, Cell::EMPTY);
        self.unsure.clear();
        self.unsure.resize(rows, None);
        self.owed.clear();
    }

    /// Whether there are cells of pictures that are not drawn yet.
    pub(super) fn owes(&self) -> bool {
        !self.owed.is_empty()
    }

    /// The bytes that draw these cells, which come row by row and from left to right; cells of pictures are
    /// kept for [`Screen::paint`].
    pub(super) fn draw<'a>(
        &mut self,
        content: impl Iterator<Item = (u16, u16, &'a Cell)>,
    ) -> String {
        let links = std::mem::take(&mut self.links);
        let mut pen = Pen::new(self.size.width, &links);
        let mut content = content.peekable();
        let (mut changes, mut runs) = (Vec::new(), Runs::default());
        while let Some((x, y, cell)) = content.next() {
            if is_pixel(cell) {
                self.owed.owe((x, y), cell);
                if self.shows_text(x, y) {
                    changes.push((x, &BLANK));
                }
            } else {
                self.owed.cover((x, y), cell);
                changes.push((x, cell));
            }
            if content.peek().is_none_or(|(_, next, _)| *next != y) && !changes.is_empty() {
                self.draw_row(y, &changes, &mut runs, &mut pen);
                changes.clear();
            }
        }
        runs.draw(&mut pen, &self.cells, self.size.width);
        let text = pen.finish();
        self.links = links;
        text
    }

    /// The bytes that draw kept cells, up to this number or a few more; a part of a picture that would exceed
    /// it comes alone.
    pub(super) fn paint(&mut self, bytes: usize) -> String {
        let links = std::mem::take(&mut self.links);
        let mut pen = Pen::new(self.size.width, &links);
        while pen.len() < bytes
            && let Some((place, cell)) = self.owed.next()
        {
            let y = place.1;
            if let Some(at) = tiled(self.picture.as_deref(), cell) {
                let tile = self.picture.as_deref().and_then(|picture| picture.tile(at));
                if pen.len() > 0 && pen.len() + tile.map_or(0, |tile| tile.text.len()) > bytes {
                    break;
                }
                self.paint_tile(place, at, &mut pen);
                continue;
            }
            let whole = self.unsure.get(usize::from(y)).is_some_and(Option::is_some);
            let picture = self.picture.as_deref();
            let mut cells = Vec::new();
            // A row with text of disputed width would be drawn anew for each of the cells.
            while (whole || cells.len() < SOME)
                && self.owed.next().is_some_and(|(_, cell)| tiled(picture, cell).is_none())
                && let Some(next) = self.owed.next_in(y)
            {
                cells.push(next);
            }
            let changes: Vec<_> = cells.iter().map(|(x, cell)| (*x, cell)).collect();
            let mut runs = Runs::default();
            self.draw_row(y, &changes, &mut runs, &mut pen);
            runs.draw(&mut pen, &self.cells, self.size.width);
        }
        let text = pen.finish();
        self.links = links;
        text
    }

    /// Draws the part of a picture that a cell belongs to, if nothing covers any of it. A covered part comes
    /// again once the cover is removed.
    fn paint_tile(&mut self, (x, y): (u16, u16), at: PictureCell, pen: &mut Pen<'_>) {
        self.take_as_drawn((x, y));
        let Some(picture) = self.picture.clone() else { return };
        let Some(tile) = picture.tile(at) else { return };
        let Some(first) = x.checked_sub(at.column - tile.column) else { return };
        let places = || (first..first + tile.columns).zip(tile.column..);
        let is_there = |(x, column): (u16, u16)| {
            let cell = self.owed.get((x, y)).or_else(|| self.cells.get(self.index(x, y)));
            cell.and_then(PictureCell::of) == Some(PictureCell { column, ..at })
        };
        if places().all(is_there) {
            places().for_each(|(x, _)| self.take_as_drawn((x, y)));
            pen.draw((first, y), &tile.text);
        }
    }

    /// Counts a waiting cell as drawn.
    fn take_as_drawn(&mut self, (x, y): (u16, u16)) {
        let at = self.index(x, y);
        if let Some(cell) = self.owed.take((x, y))
            && let Some(drawn) = self.cells.get_mut(at)
        {
            *drawn = cell;
        }
    }

    fn index(&self, x: u16, y: u16) -> usize {
        usize::from(y) * usize::from(self.size.width) + usize::from(x)
    }

    /// Whether a cell shows something other than a picture.
    fn shows_text(&self, x: u16, y: u16) -> bool {
        self.cells.get(self.index(x, y)).is_some_and(|cell| !is_pixel(cell) && !is_blank(cell))
    }

    /// Draws the changes of a row from its uncertain column on; the changes before that are only added to the
    /// runs.
    fn draw_row(&mut self, y: u16, changes: &[(u16, &Cell)], runs: &mut Runs, pen: &mut Pen<'_>) {
        let row = usize::from(y);
        let columns = usize::from(self.size.width);
        let Some(cells) = self.cells.get_mut(row * columns..(row + 1) * columns) else { return };
        // A blank cell of which only the invisible colour of letters would change.
        let unseen: Vec<_> = changes
            .iter()
            .map(|(x, cell)| cells.get(usize::from(*x)).is_some_and(|old| look_alike(old, cell)))
            .collect();
        for (x, cell) in changes {
            keep(cells, *x, cell);
        }
        let now = first_unsure(cells);
        let before = std::mem::replace(&mut self.unsure[row], now);
        let from = before.into_iter().chain(now).min();
        let from = from.filter(|from| changes.iter().any(|(x, _)| x >= from));
        if let Some(from) = from {
            pen.erase(from, y);
        }
        let sure = changes.iter().zip(unseen);
        let sure = sure.take_while(|((x, _), _)| from.is_none_or(|from| *x < from));
        let sure: Vec<_> = sure.filter(|(_, unseen)| !unseen).map(|(change, _)| *change).collect();
        let is_joined = |a: &(u16, &Cell), b: &(u16, &Cell)| {
            a.0 + 1 == b.0 && is_beneath(a.1) && is_beneath(b.1)
        };
        for run in sure.chunk_by(is_joined) {
            match run {
                [(x, _), .., _] if run.len() > usize::from(BLANKS) => pen.blank((*x, y), run.len()),
                _ => run.iter().for_each(|(x, _)| runs.add((*x, y), cells)),
            }
        }
        if let Some(from) = from {
            let picture = self.picture.as_deref();
            rest(cells, (from, y), picture, pen);
            // The erased parts of a picture are drawn again.
            let erased = cells.iter().zip(0..).skip(usize::from(from));
            let erased = erased.filter(|(cell, _)| is_tiled(picture, cell));
            erased.for_each(|(cell, x)| self.owed.owe((x, y), cell));
        }
    }
}

/// Stores a cell. The cells that it covers become blank and take its style, as the view leaves them.
fn keep(cells: &mut [Cell], x: u16, cell: &Cell) {
    let x = usize::from(x);
    let end = (x + usize::from(cell.cell_width().max(1))).min(cells.len());
    if let Some(covered) = cells.get_mut(x..end) {
        covered.fill(blank_as(cell));
        covered[0] = cell.clone();
    }
}

/// The column from which a row must be drawn whole: the one before the first symbol of uncertain width,
/// because a terminal may join the two.
fn first_unsure(cells: &[Cell]) -> Option<u16> {
    let at = cells.iter().position(|cell| Width::of_cell(cell) != Width::Sure)?;
    u16::try_from(at.saturating_sub(1)).ok()
}

/// The part of a picture that a cell shows, if the picture's cells are not written as text.
fn tiled(picture: Option<&TerminalPicture>, cell: &Cell) -> Option<PictureCell> {
    PictureCell::of(cell).filter(|_| !picture.is_some_and(TerminalPicture::is_of_text))
}

fn is_tiled(picture: Option<&TerminalPicture>, cell: &Cell) -> bool {
    tiled(picture, cell).is_some()
}

/// Draws the erased rest of a row from a column on.
fn rest(
    cells: &[Cell],
    (from, y): (u16, u16),
    picture: Option<&TerminalPicture>,
    pen: &mut Pen<'_>,
) {
    let mut blanks = 0;
    let mut x = from;
    while let Some(cell) = cells.get(usize::from(x)) {
        if is_blank(cell) || is_tiled(picture, cell) {
            blanks += 1;
            x += 1;
            continue;
        }
        if blanks < BLANKS {
            let skipped = (x - blanks..x).map(|x| (x, &cells[usize::from(x)]));
            for (x, cell) in skipped.filter(|(_, cell)| !is_tiled(picture, cell)) {
                pen.put((x, y), cell);
            }
        }
        blanks = 0;
        let end = x + cell.cell_width().max(1);
        if end > x + 1 && !is_blank(&blank_as(cell)) {
            // If the symbol is narrower than expected, the background behind it must have no hole.
            (x..end).for_each(|x| pen.put((x, y), &blank_as(cell)));
        }
        pen.put((x, y), cell);
        x = end;
    }
}

/// A cell without its symbol.
fn blank_as(cell: &Cell) -> Cell {
    let mut blank = cell.clone();
    blank.set_symbol(" ");
    blank
}

/// Whether a cell only makes room for a picture's.
fn is_beneath(cell: &Cell) -> bool {
    std::ptr::eq(cell, &raw const BLANK)
}

/// Whether an erased cell looks the same as this one.
fn is_blank(cell: &Cell) -> bool {
    shows_nothing(cell) && cell.bg == Color::Reset
}

/// Whether only the background of both cells is seen, and is the same.
fn look_alike(a: &Cell, b: &Cell) -> bool {
    let blank = |cell| shows_nothing(cell) && !is_pixel(cell);
    blank(a) && blank(b) && a.bg == b.bg && a.underline_color == b.underline_color
}
