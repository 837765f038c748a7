//! The records and bytes of each content type, over the panes.

use ratatui::buffer::Buffer;

use crate::app::layers::Totals;
use crate::app::{App, Area, Dialog as _};
use crate::keymap::{Action, Context};
use crate::model::StoreName;
use crate::text::{self, cells};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{below, light, marker, put, put_right, type_role};

/// Width of the dialog, where there is room, in columns.
const WIDTH: u16 = 88;
/// Width of the screen from which the border names the keys in full, in columns.
const ROOMY: u16 = 50;
/// Width of the bytes, with a gap before them, in columns.
const BYTES: u16 = 9;
/// Columns between two columns.
const GAP: u16 = 2;
/// Width of the share of all bytes, with a gap before it, in columns.
const SHARE: u16 = 7;
/// Width of the bar that shows the share, in cells.
const BAR: u16 = 16;

impl Drawn for Totals {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self, app, appearance);
        None
    }

    fn named(&self, app: &App, _appearance: &Appearance) -> Vec<Named> {
        named(self, app)
    }

    fn row_at(&self, area: Area, _: &App, cell: Cell) -> Option<usize> {
        let inner = area.inner();
        // The sum is the last row.
        let rows = Area { height: inner.height.saturating_sub(1), ..inner };
        below(rows, 1).row_at(cell, self.cursor.top, self.rows.as_ref()?.len())
    }
}

/// The keys in the border.
fn named(totals: &Totals, app: &App) -> Vec<Named> {
    let shows = if app.layout().body.width < ROOMY { "show" } else { "show its records" };
    let all = [(Action::Open, shows), (Action::Close, "close")];
    all.into_iter().filter(|(action, _)| totals.allows(*action)).collect()
}

/// Draws the counts; the sum is the last row.
fn draw(buf: &mut Buffer, body: Area, totals: &Totals, app: &App, appearance: &Appearance) {
    let rows = totals.rows.as_deref().unwrap_or_default();
    let wanted = u16::try_from(rows.len().max(1)).unwrap_or(u16::MAX).saturating_add(4);
    let area = centred(body, body.width.min(WIDTH), wanted);
    let inner = area.inner();
    let room = usize::from(inner.height.saturating_sub(2));
    let keys = named::line(&named(totals, app), Context::Totals, app, appearance);
    let placed = named::place(totals.cursor.at, rows.len(), room) + &keys;
    let has_room = cells(&placed) + TITLE_FRAME <= area.width.into();
    let bottom = if has_room { placed } else { keys };
    let store = app.keys.store.as_ref().map(StoreName::escaped).unwrap_or_default();
    let title = format!("Content types of {store}");
    let (border, style) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &Titles { top: &title, bottom: &bottom }, appearance, border, style);
    if inner.height < 2 {
        return;
    }
    let header = appearance.style(Role::Header);
    let records: u64 = rows.iter().map(|(_, records, _)| records).sum();
    let counts = GAP + text::count(records).len().max("Records".len()) as u16;
    let heads = ["Content type", "Records", "Size", "Share"];
    line(buf, inner, (inner.y, counts), heads, [header, header]);
    if totals.rows.is_none() {
        let (width, dim) = (inner.width - 1, appearance.style(Role::Dim));
        put(buf, inner.x + 1, inner.y + 1, width, "counting…", dim);
        return;
    }
    let all: u64 = rows.iter().map(|(_, _, bytes)| bytes).sum();
    let text = appearance.style(Role::Text);
    let shown = rows.iter().enumerate().skip(totals.cursor.top).take(room);
    for ((at, (name, records, bytes)), y) in shown.zip(inner.y + 1..inner.y + inner.height) {
        let part = *bytes as f64 / all.max(1) as f64;
        let share = format!("{:.0} %", part * 100.0);
        let shown = if name.as_str().is_empty() { "(no content type)" } else { name.as_str() };
        let cells = [shown, &text::count(*records), &text::size(*bytes), &share];
        let role = if name.as_str().is_empty() { Role::Warning } else { type_role(name) };
        let styles = [appearance.style(role), text];
        line(buf, inner, (y, counts), cells, styles);
        bar(buf, inner, y, part, appearance);
        if at == totals.cursor.at {
            let row = Area { y, height: 1, ..inner };
            marker(buf, row, true, appearance);
            light(buf, row, appearance.style(Role::Cursor));
        }
    }
    let y = inner.y + inner.height - 1;
    let cells = ["all", &text::count(records), &text::size(all), ""];
    line(buf, inner, (y, counts), cells, [header, header]);
}

/// Widths of the share and of its bar, with a gap before each; zero if there is no room.
fn share_columns(width: u16) -> (u16, u16) {
    match width {
        0..50 => (0, 0),
        50..72 => (SHARE, 0),
        _ => (SHARE, BAR + 2),
    }
}

/// Writes a row; `counts`: width of the numbers of records, with their gap.
fn line(
    buf: &mut Buffer,
    inner: Area,
    (y, counts): (u16, u16),
    cells: [&str; 4],
    styles: [ratatui::style::Style; 2],
) {
    let (share, bar) = share_columns(inner.width);
    let mut right = inner.x + inner.width.saturating_sub(1 + bar);
    for (cell, width) in [(cells[3], share), (cells[2], BYTES), (cells[1], counts)] {
        if width > 0 {
            put_right(buf, right, y, width, cell, styles[1]);
            right = right.saturating_sub(width);
        }
    }
    put(buf, inner.x + 1, y, right.saturating_sub(inner.x + 1), cells[0], styles[0]);
}

/// Draws a bar of a length in proportion to the share, rounded; a share above zero is never shown as nothing.
fn bar(buf: &mut Buffer, inner: Area, y: u16, part: f64, appearance: &Appearance) {
    let (_, columns) = share_columns(inner.width);
    if columns == 0 || part <= 0.0 {
        return;
    }
    #[expect(clippy::cast_sign_loss, reason = "a part is positive")]
    let full = ((part * f64::from(BAR)).round() as usize).clamp(1, usize::from(BAR));
    let x = inner.x + inner.width.saturating_sub(BAR + 1);
    let [done, left] = appearance.symbols.bar;
    let used = put(buf, x, y, BAR, &done.repeat(full), appearance.style(Role::Spark));
    let rest = left.repeat(usize::from(BAR - used));
    put(buf, x + used, y, BAR - used, &rest, appearance.style(Role::Dim));
}
