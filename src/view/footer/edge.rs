//! Hints that have no room in the last line: they stand above it, in the lower border of the pane in focus.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;

use crate::app::{App, Area, Hint, Pane};
use crate::keymap::Chord;
use crate::text::{self, cells};

use super::super::Appearance;
use super::super::paint::put_over;
use super::{GAP, put_hints, wide};

/// Cells besides the hints: a gap on each side, and a line up to the other text of the border.
const FRAME: usize = 3;
/// Cells by which the share of a value on the screen can grow, from `0 %` to `100 %`.
const PERCENT: usize = 2;

/// Writes the hints that have room, each whole; gives their places.
pub(super) fn put(
    buf: &mut Buffer,
    app: &App,
    hints: &[&Hint],
    appearance: &Appearance,
) -> Vec<(Area, Chord)> {
    let Some(pane) = app.layout().area(app.focus).filter(|area| area.height > 2) else {
        return Vec::new();
    };
    let row = Area { x: pane.x + 1, y: pane.y + pane.height - 1, height: 1, ..pane };
    let free = line(buf, row, appearance);
    let mut room = free.saturating_sub(FRAME + growth(app));
    let mut used = 0;
    let fits = |hint: &&&Hint| {
        let columns = wide(hint, appearance) - GAP;
        let left = room.checked_sub(columns);
        if let Some(left) = left {
            room = left.saturating_sub(GAP);
            used += columns + GAP;
        }
        left.is_some()
    };
    let shown: Vec<&Hint> = hints.iter().filter(fits).copied().collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let width = u16::try_from(used - GAP + 2).unwrap_or(row.width);
    put_over(buf, row.x, row.y, width, &" ".repeat(width.into()), Style::new());
    put_hints(buf, row, row.x + 1, &shown, appearance)
}

/// Number of cells of a border's row that are its plain line, from the left.
fn line(buf: &Buffer, row: Area, appearance: &Appearance) -> usize {
    let symbols = &appearance.symbols;
    let lines = [symbols.border, symbols.focus_border].map(|set| set.horizontal_bottom);
    let is_line =
        |x: &u16| buf.cell((*x, row.y)).map(Cell::symbol).is_some_and(|at| lines.contains(&at));
    (row.x..row.x + row.width).take_while(is_line).count()
}

/// Cells by which the cursor's place in the same border can grow while one moves, so that no hint comes and
/// goes with it.
fn growth(app: &App) -> usize {
    let digits = |number: usize| cells(&text::count(number as u64));
    let grows = |at: usize, len: usize| digits(len).saturating_sub(digits(at + 1));
    match app.focus {
        Pane::Stores => grows(app.stores.cursor.at, app.stores.len()),
        Pane::Keys => grows(app.keys.cursor.at, app.keys.len()),
        Pane::Record => PERCENT,
    }
}
