//! A dialog of lines that scrolls where there is little room: a change, before and after it is made.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{Area, Overlay};
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, bordered};
use super::modal::centred;
use super::paint::{Piece, put_all};

/// A row: pieces of text with their styles.
pub(super) type Line = Vec<(String, Style)>;

/// Width of the dialog, where there is room, in columns.
pub(super) const WIDTH: u16 = 100;

/// Width of a line, in columns.
pub(super) fn columns(body: Area) -> usize {
    usize::from(body.width.min(WIDTH).saturating_sub(4))
}

/// A text in a role, as lines of at most this many columns.
pub(super) fn said(text: &str, role: Role, columns: usize, appearance: &Appearance) -> Vec<Line> {
    let rows = text::wrap(text, columns).into_iter();
    rows.map(|row| vec![(row, appearance.style(role))]).collect()
}

/// Draws the lines from the scroll position on, in a border of this role. The texts in the border are asked
/// for once it is known whether all lines have room.
pub(super) fn draw(
    buf: &mut Buffer,
    body: Area,
    overlay: &Overlay,
    lines: &[Line],
    titles: impl FnOnce() -> (String, String),
    border: Role,
    appearance: &Appearance,
) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, body.width.min(WIDTH), height);
    let inner = area.inner();
    let first = overlay.first(lines.len(), inner.height.into());
    let (top, bottom) = titles();
    let (border, title) = (appearance.style(border), appearance.style(Role::Title));
    bordered(buf, area, &Titles { top: &top, bottom: &bottom }, appearance, border, title);
    for (line, y) in lines.iter().skip(first).zip(inner.y..inner.y + inner.height) {
        let pieces: Vec<Piece<'_>> = line.iter().map(|(text, style)| (&**text, *style)).collect();
        put_all(buf, inner.x + 1, y, inner.width.saturating_sub(2), &pieces);
    }
}
