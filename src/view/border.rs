//! The border around a pane or dialog, with what stands in it.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{App, Area};
use crate::keymap::Context;
use crate::text::{cells, visible};
use crate::theme::Role;

use super::paint::{cut, put};
use super::{Appearance, named};

/// Columns of a border's corners and of the gaps beside its title.
pub(super) const TITLE_FRAME: usize = 6;

/// What stands in a border.
pub(super) struct Titles<'a> {
    /// At the top, on the left.
    pub(super) top: &'a str,
    /// At the bottom, on the right.
    pub(super) bottom: &'a str,
}

/// What the border of an overlay says of its keys: how it scrolls, if it does, and closes.
pub(super) fn overlay_keys(scrolls: bool, app: &App, appearance: &Appearance) -> String {
    named::line(&named::overlay(scrolls), Context::Help, app, appearance)
}

/// Draws the border of a pane and clears what is inside it.
pub(super) fn pane(
    buf: &mut Buffer,
    area: Area,
    focused: bool,
    titles: &Titles<'_>,
    appearance: &Appearance,
) {
    let role = if focused { Role::BorderFocus } else { Role::Border };
    let title = if focused { Role::Title } else { Role::Text };
    bordered(buf, area, titles, appearance, appearance.style(role), appearance.style(title));
}

/// Draws a border in these styles and clears what is inside it.
pub(super) fn bordered(
    buf: &mut Buffer,
    area: Area,
    titles: &Titles<'_>,
    appearance: &Appearance,
    border: Style,
    title: Style,
) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    // What lies beneath must not shine through, not even as a colour.
    for y in area.y..area.y + area.height {
        cut(buf, area.x, y);
        for x in area.x..area.x + area.width {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
    let s = appearance.symbols.border;
    let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1);
    for y in area.y + 1..bottom {
        put(buf, area.x, y, 1, s.vertical_left, border);
        put(buf, right, y, 1, s.vertical_right, border);
    }
    let edges = [
        (area.y, s.top_left, s.horizontal_top, s.top_right),
        (bottom, s.bottom_left, s.horizontal_bottom, s.bottom_right),
    ];
    for (y, left_corner, horizontal, right_corner) in edges {
        let line = horizontal.repeat(usize::from(area.width - 2));
        put(buf, area.x, y, 1, left_corner, border);
        put(buf, area.x + 1, y, area.width - 2, &line, border);
        put(buf, right, y, 1, right_corner, border);
    }
    let room = area.width.saturating_sub(4);
    if !titles.top.is_empty() && room > 2 {
        let text = format!(" {} ", visible(titles.top).fit(usize::from(room - 2)));
        put(buf, area.x + 1, area.y, room, &text, title);
    }
    if !titles.bottom.is_empty() && room > 2 {
        let text = format!(" {} ", visible(titles.bottom).fit(usize::from(room - 2)));
        let width = u16::try_from(cells(&text)).unwrap_or(room);
        put(
            buf,
            right.saturating_sub(width + 1),
            bottom,
            width,
            &text,
            appearance.style(Role::Dim),
        );
    }
}
