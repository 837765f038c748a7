//! Primitives that everything is drawn with. Only [`draw`] writes into the buffer, and takes nothing
//! but [`Visible`] text, so nothing hostile can reach the terminal from here.

use ratatui::buffer::{Buffer, CellWidth as _};
use ratatui::style::Style;
use ratatui::symbols::border::Set;

use crate::app::Area;
use crate::model::{ContentType, Family};
use crate::text::{self, Visible, cells, visible};
use crate::theme::Role;

use super::{Appearance, PIXEL};

/// A text that nothing on the screen writes: it stands in the cells that a dialog does not cover, while its
/// area is looked for.
pub(super) const UNTOUCHED: &str = "\u{f8ff}";

/// Width of the widest character, in columns: a joined one of some scripts.
const WIDEST: u16 = 16;

/// Writes text from a cell on, in at most `width` cells, cut with `…`; gives the cells used.
pub(super) fn put(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    draw(buf, x, y, width, &visible(text), style)
}

/// Like [`put`], for text that is visible already.
pub(super) fn draw(
    buf: &mut Buffer,
    x: u16,
    y: u16,
    width: u16,
    text: &Visible<'_>,
    style: Style,
) -> u16 {
    let room = width.min(buf.area.right().saturating_sub(x));
    if room == 0 || y >= buf.area.bottom() || x < buf.area.x || y < buf.area.y {
        return 0;
    }
    let shown = text.fit(usize::from(room));
    let (end, _) = buf.set_stringn(x, y, &*shown, usize::from(room), style);
    end - x
}

/// Writes text so that it ends before `right`, in at most `width` cells; gives the column at which it begins.
pub(super) fn put_right(
    buf: &mut Buffer,
    right: u16,
    y: u16,
    width: u16,
    text: &str,
    style: Style,
) -> u16 {
    let shown = visible(text);
    let shown = shown.fit(usize::from(width));
    let used = u16::try_from(cells(&shown)).unwrap_or(width).min(width);
    let x = right.saturating_sub(used);
    draw(buf, x, y, used, &shown, style);
    x
}

/// Writes a text into the rows of an area, broken between its parts, else at spaces.
pub(super) fn paragraph(buf: &mut Buffer, area: Area, text: &str, style: Style) {
    let rows = text::wrap_parts(text, usize::from(area.width));
    for (row, y) in rows.iter().zip(area.y..area.y + area.height) {
        put(buf, area.x, y, area.width, row, style);
    }
}

/// A piece of text with its style.
pub(super) type Piece<'a> = (&'a str, Style);

/// Writes pieces one after the other; gives the number of cells used.
pub(super) fn put_all(buf: &mut Buffer, x: u16, y: u16, width: u16, pieces: &[Piece<'_>]) -> u16 {
    let mut used = 0;
    for (text, style) in pieces {
        used += put(buf, x + used, y, width.saturating_sub(used), text, *style);
    }
    used
}

/// Marks the row under the cursor; the mark is hollow if the pane takes no keys.
pub(super) fn marker(buf: &mut Buffer, row: Area, focused: bool, appearance: &Appearance) {
    let [full, hollow] = appearance.symbols.marker;
    let symbol = if focused { full } else { hollow };
    put(buf, row.x, row.y, 1, symbol, appearance.style(Role::Marker));
}

/// A chart with a bar for each number, the highest as high as a row; if there are too many, of the last ones.
pub(super) fn chart(bars: &[f64], room: usize, appearance: &Appearance) -> String {
    let heights = appearance.symbols.spark;
    let bars = &bars[bars.len().saturating_sub(room)..];
    // A single bar is always as high as a row, and tells nothing.
    if bars.iter().filter(|bar| **bar > 0.0).nth(1).is_none() {
        return String::new();
    }
    let most = bars.iter().copied().fold(0.0, f64::max);
    let bar = |bar: &f64| {
        if *bar <= 0.0 {
            return " ";
        }
        #[expect(clippy::cast_sign_loss, reason = "a share of the highest is positive")]
        let height = (bar / most * heights.len() as f64).ceil() as usize;
        heights[height.clamp(1, heights.len()) - 1]
    };
    bars.iter().map(bar).collect()
}

/// Lights a whole row in one style, whatever styles are in it: on a slow connection, each further style would
/// cost the same number of bytes again.
pub(super) fn light(buf: &mut Buffer, row: Area, style: Style) {
    for x in row.x..row.x + row.width {
        if let Some(cell) = buf.cell_mut((x, row.y)) {
            cell.set_style(Style::reset().patch(style));
        }
    }
}

/// Dims everything behind a dialog: no colour there draws the eye, and no line looks like the dialog's, also
/// where the dialog is known by its heavy lines. Pictures stay as they are.
pub(super) fn dim(buf: &mut Buffer, area: Area, appearance: &Appearance) {
    let style = Style::reset().patch(appearance.style(Role::Dim));
    let symbols = &appearance.symbols;
    let [heavy, light] = [&symbols.focus_border, &symbols.border].map(lines_of);
    let [joints, left, right] = symbols.joints;
    let plain = appearance.style(Role::Border).fg == appearance.style(Role::BorderFocus).fg;
    let lighter = |symbol: &str| {
        let line = heavy.iter().zip(light).find(|(heavy, _)| **heavy == symbol);
        let joint = left.iter().chain(&right).zip(joints.iter().cycle());
        let joint =
            joint.map(|(heavy, light)| (heavy, *light)).find(|(heavy, _)| **heavy == symbol);
        line.or(joint).map(|(_, light)| light)
    };
    for y in area.y..area.y + area.height {
        for x in area.x..area.x + area.width {
            if let Some(cell) = buf.cell_mut((x, y))
                && !cell.modifier.contains(PIXEL)
            {
                cell.set_style(style);
                if let Some(light) = lighter(cell.symbol()).filter(|_| plain) {
                    cell.set_symbol(light);
                }
            }
        }
    }
}

/// The lines and corners of a border.
fn lines_of(set: &Set<'static>) -> [&'static str; 8] {
    [
        set.top_left,
        set.top_right,
        set.bottom_left,
        set.bottom_right,
        set.vertical_left,
        set.vertical_right,
        set.horizontal_top,
        set.horizontal_bottom,
    ]
}

/// Writes a text over the text that stands there, without any of its style: two roles in one cell may be hard
/// to read.
pub(super) fn put_over(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) {
    light(buf, Area { x, y, width, height: 1 }, Style::new());
    put(buf, x, y, width, text, style);
}

/// An area without its first rows.
pub(super) fn below(area: Area, rows: u16) -> Area {
    let rows = rows.min(area.height);
    Area { y: area.y + rows, height: area.height - rows, ..area }
}

/// Gives the cells that a wide character covers the style of that character, as it is seen there.
pub fn even_out(buf: &mut Buffer) {
    let area = buf.area;
    for y in area.y..area.bottom() {
        let mut x = area.x;
        while x < area.right() {
            let end = (x + buf[(x, y)].cell_width().max(1)).min(area.right());
            for covered in x + 1..end {
                let mut blank = buf[(x, y)].clone();
                blank.set_symbol(" ");
                buf[(covered, y)] = blank;
            }
            x = end;
        }
    }
}

/// Removes the characters that reach from the left into a column.
pub(super) fn cut(buf: &mut Buffer, column: u16, y: u16) {
    for x in column.saturating_sub(WIDEST)..column {
        if let Some(cell) = buf.cell_mut((x, y))
            && x + cell.cell_width() > column
        {
            cell.set_symbol(" ");
        }
    }
}

/// The role that colours a content type.
pub(super) fn type_role(content_type: &ContentType) -> Role {
    match content_type.told_family() {
        Family::Json => Role::TypeJson,
        Family::Text => Role::TypeText,
        Family::Image => Role::TypeImage,
        Family::None => Role::TypeNone,
        Family::Binary => Role::TypeBinary,
        Family::Unknown => Role::TypeUnknown,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn hostile_text_does_not_reach_the_buffer() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
        put(&mut buf, 0, 0, 20, "a\u{1b}[31mb\u{202e}c", Style::default());
        let text: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
    }

    #[test]
    fn a_frame_over_wide_text_stands_whole() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        buf.set_string(0, 0, "日本語", Style::default());
        cut(&mut buf, 3, 0);
        buf.set_string(3, 0, "│", Style::default());
        even_out(&mut buf);
        let clean = Buffer::empty(buf.area);
        let drawn: Vec<_> =
            clean.diff(&buf).iter().map(|(x, _, cell)| (*x, cell.symbol().to_owned())).collect();
        assert_eq!(drawn, [(0, "日".to_owned()), (3, "│".to_owned()), (4, "語".to_owned())]);
    }
}
