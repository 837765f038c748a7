//! Bytes as an offset, hexadecimal and characters.

use super::row::{Hit, Role, Row, Span};
use super::{Matches, Scroll, Viewport};

/// Bytes of a line, which [`Scroll::line`] counts; narrower rows begin within one.
const LINE: usize = 16;

/// Bytes of a row: 16, 8 or 4, the most that the width has room for.
fn per_row(view: Viewport) -> usize {
    [16, 8].into_iter().find(|&count| width_of(count) <= usize::from(view.width)).unwrap_or(4)
}

/// Width of a row in cells: offset, two spaces, three cells a byte, a gap after eight bytes, and the
/// characters in bars.
fn width_of(count: usize) -> usize {
    8 + 2 + 3 * count + count / 16 + 1 + 2 + count
}

/// Number of lines of 16 bytes.
pub(super) fn lines(bytes: &[u8]) -> usize {
    bytes.len().div_ceil(LINE)
}

/// Offset of the first byte at a position.
pub(super) fn offset(scroll: Scroll) -> usize {
    scroll.line.saturating_mul(LINE).saturating_add(scroll.sub)
}

/// The position of the row that shows a byte.
pub(super) fn at(offset: usize, view: Viewport) -> Scroll {
    let row = offset / per_row(view) * per_row(view);
    Scroll { line: row / LINE, sub: row % LINE, column: 0 }
}

/// The position this number of rows further down; further up if negative.
pub(super) fn moved(scroll: Scroll, rows: isize, view: Viewport) -> Scroll {
    let distance = rows.saturating_mul(per_row(view).cast_signed());
    at(offset(scroll).saturating_add_signed(distance), view)
}

/// Start of the last full page.
pub(super) fn bottom(bytes: &[u8], view: Viewport) -> Scroll {
    let rows = bytes.len().div_ceil(per_row(view));
    at(rows.saturating_sub(usize::from(view.height.max(1))) * per_row(view), view)
}

/// The visible rows.
pub(super) fn rows(
    bytes: &[u8],
    scroll: Scroll,
    view: Viewport,
    marks: Option<&Matches>,
) -> Vec<Row> {
    let first = offset(moved(scroll, 0, view)).min(bytes.len());
    let chunks = bytes[first..].chunks(per_row(view)).take(usize::from(view.height));
    chunks
        .enumerate()
        .map(|(number, chunk)| row(first + number * per_row(view), chunk, view, marks))
        .collect()
}

fn row(offset: usize, bytes: &[u8], view: Viewport, marks: Option<&Matches>) -> Row {
    let mut row = Cut { row: Row::default(), room: usize::from(view.width) };
    row.push(&format!("{offset:08x}  "), Role::Offset, Hit::No);
    let count = per_row(view);
    let hit = |at: usize| marks.map_or(Hit::No, |marks| marks.hit(offset + at..offset + at + 1));
    for at in 0..count {
        let gap = if at == 7 && count > 8 { "  " } else { " " };
        match bytes.get(at) {
            Some(byte) => {
                row.push(&format!("{byte:02x}"), Role::Hex, hit(at));
                // A match is marked across the gaps between its bytes, but not beyond its end.
                let through = if at + 1 < bytes.len() { hit(at).min(hit(at + 1)) } else { Hit::No };
                row.push(gap, Role::Hex, through);
            }
            None => row.push(&format!("  {gap}"), Role::Hex, Hit::No),
        }
    }
    row.push(" |", Role::Dim, Hit::No);
    for (at, &byte) in bytes.iter().enumerate() {
        let shown = matches!(byte, b' '..=b'~');
        let text = if shown { char::from(byte) } else { '.' };
        let role = if shown { Role::Ascii } else { Role::Dim };
        row.push(text.encode_utf8(&mut [0; 4]), role, hit(at));
    }
    row.push("|", Role::Dim, Hit::No);
    row.row
}

/// A row that takes no more cells than it has room for. All of its text is ASCII.
struct Cut {
    row: Row,
    room: usize,
}

impl Cut {
    fn push(&mut self, text: &str, role: Role, hit: Hit) {
        let text = &text[..text.len().min(self.room)];
        self.room -= text.len();
        match self.row.spans.last_mut() {
            Some(last) if last.role == role && last.hit == hit => last.text.push_str(text),
            _ if text.is_empty() => {}
            _ => self.row.spans.push(Span { text: text.to_owned(), role, hit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::find::find;
    use super::*;

    const BYTES: &[u8] = b"\x89PNG\r\n\x1a\n0123456789abcdef";

    fn view(width: u16, height: u16) -> Viewport {
        Viewport { width, height, wrap: true }
    }

    fn texts(bytes: &[u8], view: Viewport) -> Vec<String> {
        rows(bytes, Scroll::default(), view, None).iter().map(Row::text).collect()
    }

    #[test]
    fn rows_adapt_to_the_width() {
        assert_eq!(
            texts(BYTES, view(80, 9)),
            [
                "00000000  89 50 4e 47 0d 0a 1a 0a  30 31 32 33 34 35 36 37  |.PNG....01234567|",
                "00000010  38 39 61 62 63 64 65 66                           |89abcdef|",
            ]
        );
        assert_eq!(texts(BYTES, view(50, 1)), ["00000000  89 50 4e 47 0d 0a 1a 0a  |.PNG....|"]);
        assert_eq!(texts(BYTES, view(38, 1)), ["00000000  89 50 4e 47  |.PNG|"]);
        assert_eq!(texts(BYTES, view(12, 1)), ["00000000  89"]);
        for (count, width) in [(16, 80), (8, 50), (4, 38)] {
            assert_eq!(texts(BYTES, view(width, 1))[0].len(), width_of(count));
        }
    }

    #[test]
    fn the_last_page_is_full() {
        let bytes = vec![0; 1000];
        let view = view(80, 10);
        assert_eq!(rows(&bytes, bottom(&bytes, view), view, None).len(), 10);
        assert_eq!(lines(&bytes), 63);
        assert_eq!(bottom(&bytes[..9], view), Scroll::default());
    }

    #[test]
    fn matches_are_marked_in_both_columns() {
        let marks = find(BYTES, "PNG");
        let row = &rows(BYTES, Scroll::default(), view(80, 1), Some(&marks))[0];
        let hits: Vec<_> = row
            .spans
            .iter()
            .filter(|span| span.hit == Hit::Match)
            .map(|span| &*span.text)
            .collect();
        assert_eq!(hits, ["50 4e 47", "PNG"]);
    }
}
