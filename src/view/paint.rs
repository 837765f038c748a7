//! The few strokes that everything is drawn with. All text goes through [`visible`], so nothing
//! hostile can reach the terminal from here.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::preview::{cells, fit, visible};

/// Writes text from a cell on, in at most `width` cells, cut with `…`; gives the cells used.
pub(super) fn put(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    let room = width.min(buf.area.right().saturating_sub(x));
    if room == 0 || y >= buf.area.bottom() || x < buf.area.x || y < buf.area.y {
        return 0;
    }
    let shown = visible(text);
    let shown = fit(&shown, usize::from(room));
    let (end, _) = buf.set_stringn(x, y, &*shown, usize::from(room), style);
    end - x
}

/// Writes text so that it ends before `right`, in at most `width` cells; gives where it begins.
pub(super) fn put_right(
    buf: &mut Buffer,
    right: u16,
    y: u16,
    width: u16,
    text: &str,
    style: Style,
) -> u16 {
    let shown = visible(text);
    let shown = fit(&shown, usize::from(width));
    let used = u16::try_from(cells(&shown)).unwrap_or(width).min(width);
    let x = right.saturating_sub(used);
    put(buf, x, y, used, &shown, style);
    x
}

/// A piece of text with its style.
pub(super) type Piece<'a> = (&'a str, Style);

/// Writes pieces one after the other; gives the cells used.
pub(super) fn put_all(buf: &mut Buffer, x: u16, y: u16, width: u16, pieces: &[Piece<'_>]) -> u16 {
    let mut used = 0;
    for (text, style) in pieces {
        used += put(buf, x + used, y, width.saturating_sub(used), text, *style);
    }
    used
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
}
