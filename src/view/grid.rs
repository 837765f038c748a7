//! The cells of a table that is shown: the one under the cursor, and the one at a place of the screen.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::layers::ContentsView;
use crate::app::summaries::{RightSide, right_side};
use crate::app::{App, Area, Spot, TableCursor};
use crate::preview::{Direction, Preview, Scroll, Viewport};
use crate::theme::Role;

use super::Appearance;
use super::dialog::Cell;
use super::paint::{light, marker, put};

/// Writes the heads of the columns, which are the first row, as those of lists are.
pub(super) fn draw_head(buf: &mut Buffer, area: Area, appearance: &Appearance) {
    light(buf, Area { height: 1, ..area }, appearance.style(Role::Header));
}

/// Lights the row and the cell under the cursor, and marks the column that the rows are sorted by.
pub(super) fn draw_cursor(
    buf: &mut Buffer,
    area: Area,
    cursor: &TableCursor,
    (scroll, view): (Scroll, Viewport),
    appearance: &Appearance,
) {
    let shown = cursor.shown();
    let sorted = cursor.sorted().and_then(|(column, direction)| {
        Some((shown.behind_name(scroll, view, column)?, direction))
    });
    if let Some((x, direction)) = sorted {
        let arrow = match direction {
            Direction::Up => appearance.symbols.ascending,
            Direction::Down => appearance.symbols.descending,
        };
        put(buf, area.x + x, area.y, 1, arrow, appearance.style(Role::Header));
    }
    if let Some((row, from, width)) = shown.cell_area(scroll, view, cursor.at()) {
        let whole = Area { y: area.y + row, height: 1, ..area };
        let lit = appearance.style(Role::Cursor);
        // The row is lit less than the cell; what has no background of its own is reversed, and only once.
        let (weak, strong) = match lit.bg {
            Some(_) => (lit, appearance.style(Role::Selection)),
            None => (Style::new().bold(), lit),
        };
        let gap = Area { x: whole.x.saturating_sub(1), ..whole };
        marker(buf, gap, true, appearance);
        // The sign of what is scrolled off may stand there, dim.
        light(buf, Area { width: 1, ..gap }, appearance.style(Role::Marker));
        light(buf, whole, weak);
        light(buf, Area { x: area.x + from, width, ..whole }, strong);
    }
}

/// The value in the right pane, if it is open and shown in this way, and the area of its rows, below the
/// heading.
fn value_shown(app: &App, shown_so: bool) -> Option<(&Preview, Area)> {
    let shown = matches!(right_side(app), RightSide::Open) && shown_so;
    let preview = app.record.preview().filter(|_| shown)?;
    let inner = app.layout().record?.inner();
    let rows = app.record.heading_rows(inner.width.saturating_sub(2), &app.keymap);
    let height = inner.height.saturating_sub(rows);
    Some((preview, Area { y: inner.y + rows, height, ..inner }))
}

/// The cell of the table that the right pane shows, at a cell of the screen.
pub(super) fn in_pane(app: &App, (x, y): Cell) -> Option<Spot> {
    let (preview, inner) = value_shown(app, app.record.shows_table())?;
    let (view, scroll) = (app.viewport(), app.record.scroll);
    let place = (x.checked_sub(inner.x + 1)?, y.checked_sub(inner.y)?);
    let (line, column) = preview.cell_at(scroll, view, place)?;
    Some(Spot::Cell(line, column))
}

/// The row of JSON or of an archive's list that the right pane shows, at a cell of the screen.
pub(super) fn value_in_pane(app: &App, (x, y): Cell) -> Option<Spot> {
    let in_rows = app.record.has_values() || app.record.archive().is_some();
    let (preview, inner) = value_shown(app, in_rows)?;
    let (view, scroll) = (app.viewport(), app.record.scroll);
    let row = usize::from(y.checked_sub(inner.y)?);
    if !inner.contains(x, y) || row >= preview.rows(scroll, view, None).len() {
        return None;
    }
    // In a view of one row, each row can be the first.
    let view = Viewport { height: 1, ..view };
    let start = preview.scroll_by(scroll, row.cast_signed(), view);
    let next = preview.scroll_by(start, 1, view);
    let end = if next == start { usize::MAX } else { preview.offset(next, view) };
    Some(Spot::Value(preview.offset(start, view)..end))
}

/// The cell of the table of requests or items, at a cell of the screen.
pub(super) fn in_contents(body: Area, shown: &ContentsView, (x, y): Cell) -> Option<Spot> {
    let table = shown.table.as_ref()?.shown();
    let inner = body.inner();
    let view = ContentsView::viewport(inner.width, inner.height);
    let place = (x.checked_sub(inner.x + 1)?, y.checked_sub(inner.y + 1)?);
    let (line, column) = table.cell_at(shown.scroll, view, place)?;
    Some(Spot::Cell(line, column))
}
