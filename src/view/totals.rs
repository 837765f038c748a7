//! How much there is of each content type, over the panes.

use ratatui::buffer::Buffer;

use crate::app::layers::Totals;
use crate::app::{App, Area};
use crate::model::StoreName;
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered, overlay_keys};
use super::modal::centred;
use super::paint::{put, put_right, type_role};

/// Columns of the number of records, with a gap before them.
const RECORDS: u16 = 12;
/// Columns of the bytes, with a gap before them.
const BYTES: u16 = 10;
/// Columns of the share of all bytes, with a gap before them.
const SHARE: u16 = 6;

/// Draws the totals; the sum stands last.
pub(super) fn draw(
    buf: &mut Buffer,
    body: Area,
    totals: &Totals,
    app: &App,
    appearance: &Appearance,
) {
    let rows = totals.rows.as_deref().unwrap_or_default();
    let wanted = u16::try_from(rows.len().max(1)).unwrap_or(u16::MAX).saturating_add(4);
    let area = centred(body, body.width.min(72), wanted);
    let inner = area.inner();
    let room = usize::from(inner.height.saturating_sub(2));
    let first = totals.overlay.first(rows.len(), room);
    let bottom = overlay_keys(totals.overlay.is_long(), app, appearance);
    let store = app.keys.store.as_ref().map(StoreName::escaped).unwrap_or_default();
    let title = format!("Content types of {store}");
    let (border, style) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &Titles { top: &title, bottom: &bottom }, appearance, border, style);
    if inner.height < 2 {
        return;
    }
    let header = appearance.style(Role::Header);
    line(buf, inner, inner.y, ["Content type", "Records", "Bytes", ""], [header, header]);
    let Some(_) = &totals.rows else {
        put(
            buf,
            inner.x + 1,
            inner.y + 1,
            inner.width - 1,
            "counting…",
            appearance.style(Role::Dim),
        );
        return;
    };
    let all: u64 = rows.iter().map(|(_, _, bytes)| bytes).sum();
    let records: u64 = rows.iter().map(|(_, records, _)| records).sum();
    let text = appearance.style(Role::Text);
    for ((name, records, bytes), y) in
        rows.iter().skip(first).take(room).zip(inner.y + 1..inner.y + inner.height)
    {
        let share = format!("{:.0} %", *bytes as f64 * 100.0 / all.max(1) as f64);
        let shown = if name.as_str().is_empty() { "(no content type)" } else { name.as_str() };
        let cells = [shown, &text::count(*records), &text::size(*bytes), &share];
        line(buf, inner, y, cells, [appearance.style(type_role(name.family())), text]);
    }
    let y = inner.y + inner.height - 1;
    let cells = ["all", &text::count(records), &text::size(all), ""];
    line(buf, inner, y, cells, [header, header]);
}

/// A row of the table: the name, and numbers right of it as far as there is room.
fn line(
    buf: &mut Buffer,
    inner: Area,
    y: u16,
    cells: [&str; 4],
    styles: [ratatui::style::Style; 2],
) {
    let mut right = inner.x + inner.width.saturating_sub(1);
    let share = if inner.width >= 50 { SHARE } else { 0 };
    for (cell, width) in [(cells[3], share), (cells[2], BYTES), (cells[1], RECORDS)] {
        if width > 0 {
            put_right(buf, right, y, width, cell, styles[1]);
            right = right.saturating_sub(width);
        }
    }
    put(buf, inner.x + 1, y, right.saturating_sub(inner.x + 1), cells[0], styles[0]);
}
