//! The border around a pane or dialog, with its titles.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::symbols::border::Set;

use crate::app::{App, Area, Layout, Pane};
use crate::keymap::{Action, Context};
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::paint::{UNTOUCHED, cut, put, put_over};
use super::{Appearance, PIXEL};

/// Columns of a border's corners and of the gaps on both sides of its title.
pub(super) const TITLE_FRAME: usize = 6;

/// The texts in a border.
pub(super) struct Titles<'a> {
    /// Text at the top, on the left.
    pub(super) top: &'a str,
    /// Text at the bottom, on the right.
    pub(super) bottom: &'a str,
}

/// Draws the border of a pane and clears what is inside it.
pub(super) fn pane(
    buf: &mut Buffer,
    area: Area,
    focused: bool,
    titles: &Titles<'_>,
    appearance: &Appearance,
) {
    let (set, border) = frame(focused, appearance);
    let title = appearance.style(if focused { Role::Title } else { Role::Text });
    framed(buf, area, titles, appearance, (set, border), title);
}

/// The frame of a pane: if no colour marks the pane in focus, its lines do.
fn frame(focused: bool, appearance: &Appearance) -> (&Set<'static>, Style) {
    let style = appearance.style(if focused { Role::BorderFocus } else { Role::Border });
    let plain = appearance.style(Role::Border).fg == style.fg;
    let symbols = &appearance.symbols;
    (if focused && plain { &symbols.focus_border } else { &symbols.border }, style)
}

/// Draws the lines that neighbouring panes share, once the panes are drawn.
pub(super) fn join(buf: &mut Buffer, layout: &Layout, focus: Pane, appearance: &Appearance) {
    let panes: Vec<_> = layout.panes().collect();
    for (left, right) in panes.iter().zip(panes.iter().skip(1)) {
        let (x, top) = (right.1.x, right.1.y);
        let (set, style) = frame(left.0 == focus || right.0 == focus, appearance);
        let heavy = set == &appearance.symbols.focus_border;
        let shape = match heavy {
            false => 0,
            true if left.0 == focus => 1,
            true => 2,
        };
        let Some(bottom) = right.1.height.checked_sub(1).map(|rows| top + rows) else { return };
        let [above, below] = appearance.symbols.joints[shape];
        put_over(buf, x, top, 1, above, style);
        for y in top + 1..bottom {
            put_over(buf, x, y, 1, set.vertical_left, style);
        }
        put_over(buf, x, bottom, 1, below, style);
    }
}

/// Says in the border of a zoomed pane how the others are shown again, where its title leaves room.
pub(super) fn zoomed(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    let remedy = app.keymap.says(Context::Global, Action::Zoom, "shows the other panes");
    let text = format!(" {} ", text::then("zoomed", ": ", remedy));
    let width = cells(&text) as u16;
    let Some(x) = (area.x + area.width).checked_sub(width + 2) else { return };
    let lines = [&appearance.symbols.border, &appearance.symbols.focus_border];
    let line = |x: u16| {
        let symbol = buf.cell((x, area.y)).map(ratatui::buffer::Cell::symbol);
        lines.iter().any(|set| Some(set.horizontal_top) == symbol)
    };
    if x > area.x && (x.saturating_sub(1)..x + width).all(line) {
        put_over(buf, x, area.y, width, &text, appearance.style(Role::Dim));
    }
}

/// Draws the border of the pane or dialog in focus, in these styles, and clears what is inside it.
pub(super) fn bordered(
    buf: &mut Buffer,
    area: Area,
    titles: &Titles<'_>,
    appearance: &Appearance,
    border: Style,
    title: Style,
) {
    let (set, _) = frame(true, appearance);
    for y in area.y..area.y + area.height {
        clear_word(buf, y, (0..area.x).rev());
        clear_word(buf, y, area.x + area.width..buf.area.right());
    }
    framed(buf, area, titles, appearance, (set, border), title);
}

/// Clears a word that a dialog cuts, from its border on: half a word reads as another one.
fn clear_word(buf: &mut Buffer, y: u16, columns: impl Iterator<Item = u16>) {
    let is_line = |text: &str| text.chars().all(|c| matches!(c, '\u{2500}'..='\u{257f}'));
    let is_word = |text: &str| text != " " && text != UNTOUCHED && !is_line(text);
    for x in columns {
        let cell = buf.cell_mut((x, y)).filter(|cell| is_word(cell.symbol()));
        let Some(cell) = cell.filter(|cell| !cell.modifier.contains(PIXEL)) else { return };
        cell.set_symbol(" ");
    }
}

fn framed(
    buf: &mut Buffer,
    area: Area,
    titles: &Titles<'_>,
    appearance: &Appearance,
    (s, border): (&Set<'static>, Style),
    title: Style,
) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    // Nothing beneath must show through, not even a colour.
    for y in area.y..area.y + area.height {
        cut(buf, area.x, y);
        for x in area.x..area.x + area.width {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
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
        put_over(
            buf,
            right.saturating_sub(width + 1),
            bottom,
            width,
            &text,
            appearance.style(Role::Dim),
        );
    }
}
