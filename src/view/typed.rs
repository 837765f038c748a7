//! A line that is typed: text that does not fit is scrolled out on the left.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::{beginning, cells, visible};

use super::paint::put;

/// Writes a text with the cursor before the character of this number; gives the cell of the cursor. Only the
/// visible part is measured, however long the text is.
pub(super) fn put_typed(
    buf: &mut Buffer,
    (x, y): (u16, u16),
    room: u16,
    (text, cursor): (&str, usize),
    style: Style,
) -> (u16, u16) {
    let at = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
    let (start, column) = scrolled(&text[..at], room.into());
    put(buf, x, y, room, beginning(&text[start..], room.into()), style);
    (x + u16::try_from(column).unwrap_or(room).min(room), y)
}

/// The byte at which the visible part begins, so that all of it up to the cursor has room, and the column of
/// the cursor.
fn scrolled(before: &str, room: usize) -> (usize, usize) {
    let (mut start, mut column) = (before.len(), 0);
    for (at, cluster) in before.grapheme_indices(true).rev() {
        let wide = cells(&visible(cluster));
        if column + wide > room {
            break;
        }
        (start, column) = (at, column + wide);
    }
    (start, column)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn typed(text: &str, cursor: usize, room: u16) -> (String, u16) {
        let mut buf = Buffer::empty(Rect::new(0, 0, room + 1, 1));
        let (column, _) = put_typed(&mut buf, (0, 0), room, (text, cursor), Style::default());
        let shown: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        (shown.trim_end().to_owned(), column)
    }

    #[test]
    fn the_cursor_is_always_seen_and_what_is_before_it() {
        assert_eq!(typed("abc", 3, 8), ("abc".to_owned(), 3));
        assert_eq!(typed("abc", 1, 8), ("abc".to_owned(), 1));
        assert_eq!(typed("abcdefghij", 10, 4), ("ghij".to_owned(), 4));
        assert_eq!(typed("abcdefghij", 6, 4), ("cde…".to_owned(), 4));
        // The cell that a wide character covers is blank.
        assert_eq!(typed("日本語日本語", 6, 5), ("本 語".to_owned(), 4));
        assert_eq!(typed("a\u{1b}b", 3, 2), ("␛b".to_owned(), 2));
        assert_eq!(typed("", 0, 0), (String::new(), 0));
        // A letter and its marks are one character.
        assert_eq!(typed("xe\u{301}", 3, 1), ("e\u{301}".to_owned(), 1));
    }

    #[test]
    fn a_line_that_was_pasted_by_the_megabyte_costs_what_is_seen_of_it() {
        let text = "日本 x".repeat(500_000);
        let (shown, column) = typed(&text, usize::MAX, 20);
        assert!(shown.ends_with('x') && column == 20, "{shown} {column}");
        assert_eq!(typed(&text, 0, 20).1, 0);
    }
}
