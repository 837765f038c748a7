//! Pictures that the terminal itself draws, and frames that it shows at once.

use std::sync::Arc;

use super::*;
use crate::tui::backend::flow::{ANSWER, QUESTION, SLICE};
use crate::tui::backend::{BEGIN_UPDATE, END_UPDATE, TerminalPicture, Tile};

/// The characters that stand for 0 to 3.
const NUMBERS: [char; 4] = ['\u{305}', '\u{30d}', '\u{30e}', '\u{310}'];

/// A picture of 4 × 3 cells, from (2, 1) on.
fn frame(id: u8) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, 12, 5));
    for (row, column) in (0..3).flat_map(|row| (0..4).map(move |column| (row, column))) {
        let symbol: String = ['\u{10EEEE}', NUMBERS[row], NUMBERS[column]].into_iter().collect();
        let cell = &mut buf[(2 + column as u16, 1 + row as u16)];
        cell.set_symbol(&symbol);
        cell.set_style(Style::new().fg(Color::Indexed(id)).add_modifier(PIXEL));
    }
    buf
}

/// The same picture, in two parts for each row.
fn tiles(id: u8) -> Arc<TerminalPicture> {
    tiles_of(id, |row, column| format!("<{row},{column}>"))
}

fn tiles_of(id: u8, text: impl Fn(u16, u16) -> String) -> Arc<TerminalPicture> {
    let tile =
        |(row, column): (u16, u16)| Tile { row, column, columns: 2, text: text(row, column) };
    let places = (0..3).flat_map(|row| [0, 2].map(|column| (row, column)));
    Arc::new(TerminalPicture {
        id,
        tiles: places.map(tile).collect(),
        ..TerminalPicture::default()
    })
}

fn shown(picture: Option<Arc<TerminalPicture>>) -> Screen {
    let mut shown = screen(12, 5);
    shown.picture = picture;
    shown
}

fn next(before: &Buffer, after: &Buffer, shown: &mut Screen) -> (String, String) {
    let text = shown.draw(before.diff(after).into_iter());
    let mut own = String::new();
    while shown.owes() {
        own += &shown.paint(1);
    }
    (text, own)
}

#[test]
fn parts_are_no_more_than_a_slice_together() {
    let (blank, picture) = (Buffer::empty(Rect::new(0, 0, 12, 5)), frame(20));
    for (bytes, slices) in [(SLICE * 2 / 3, 6), (SLICE / 3 - 20, 2), (SLICE, 6), (SLICE * 2, 6)] {
        let mut shown = shown(Some(tiles_of(20, |_, _| "x".repeat(bytes))));
        shown.draw(blank.diff(&picture).into_iter());
        let mut sizes = Vec::new();
        while shown.owes() {
            sizes.push(shown.paint(SLICE).len());
        }
        assert_eq!(sizes.len(), slices, "{bytes}: {sizes:?}");
        assert!(sizes.iter().all(|size| *size < bytes.max(SLICE) + 20), "{bytes}: {sizes:?}");
    }
}

#[test]
fn a_part_is_drawn_where_its_first_cell_is() {
    let (blank, picture) = (Buffer::empty(Rect::new(0, 0, 12, 5)), frame(20));
    let mut shown = shown(Some(tiles(20)));
    let (text, own) = next(&blank, &picture, &mut shown);
    assert_eq!(text, "");
    let wanted =
        "\x1b[2;3H<0,0>\x1b[2;5H<0,2>\x1b[3;3H<1,0>\x1b[3;5H<1,2>\x1b[4;3H<2,0>\x1b[4;5H<2,2>";
    assert_eq!(own, wanted);
    // Cells of a picture that is no longer shown are never written, not as any text.
    shown.picture = Some(tiles(21));
    let (_, own) = next(&blank, &picture, &mut shown);
    assert_eq!(own, "");
}

#[test]
fn what_is_covered_waits_and_comes_again() {
    let (blank, picture) = (Buffer::empty(Rect::new(0, 0, 12, 5)), frame(20));
    let mut covered = picture.clone();
    for x in 5..9 {
        covered[(x, 2)].reset();
        covered[(x, 2)].set_symbol("x");
    }
    let mut shown = shown(Some(tiles(20)));
    let (text, own) = next(&blank, &covered, &mut shown);
    assert_eq!(text, "\x1b[3;6Hxxxx");
    assert!(own.contains("<1,0>") && !own.contains("<1,2>") && own.contains("<2,2>"), "{own:?}");
    let (text, own) = next(&covered, &picture, &mut shown);
    assert_eq!(text, "\x1b[3;6H    ");
    assert_eq!(own, "\x1b[3;5H<1,2>", "and nothing else");
}

#[test]
fn what_a_row_of_disputed_width_erases_comes_again() {
    let (blank, picture) = (Buffer::empty(Rect::new(0, 0, 12, 5)), frame(20));
    let mut shown = shown(Some(tiles(20)));
    next(&blank, &picture, &mut shown);
    let mut with_flag = picture.clone();
    with_flag[(0, 2)].set_symbol("🇩🇪");
    even_out(&mut with_flag);
    let (text, own) = next(&picture, &with_flag, &mut shown);
    assert!(text.contains("\x1b[K") && !text.contains('\u{10EEEE}'), "{text:?}");
    assert_eq!(own, "\x1b[3;3H<1,0>\x1b[3;5H<1,2>");
}

#[test]
fn commands_go_before_the_cells_that_are_text_and_the_last_one_frees() {
    let bytes = Written::default();
    let mut backend = CompactBackend::new(bytes.clone());
    backend.size.set(Size::new(12, 5));
    let commands = ["<one>", "<two>", "<three>"].map(str::to_owned).to_vec();
    let (breaks_off, frees) = ("<end>".to_owned(), "<free>".to_owned());
    let made = TerminalPicture { id: 20, commands, breaks_off, frees, ..Default::default() };
    let made = Arc::new(made);
    backend.place(Some(Arc::clone(&made))).unwrap();
    let (blank, picture) = (Buffer::empty(Rect::new(0, 0, 12, 5)), frame(20));
    backend.draw(blank.diff(&picture).into_iter()).unwrap();
    assert_eq!(bytes.take(), format!("<one>{QUESTION}<two>{QUESTION}"), "two slices at most");
    backend.place(None).unwrap();
    assert_eq!(bytes.take(), "<end><free>", "it was broken off");
    backend.place(Some(made)).unwrap();
    backend.heard(ANSWER);
    backend.heard(ANSWER);
    for _ in 0..4 {
        backend.paint().unwrap();
        backend.heard(ANSWER);
    }
    let all = bytes.take();
    let cells = all.find('\u{10EEEE}').unwrap();
    assert!(all.find("<three>").unwrap() < cells && all.contains("38;5;20m"), "{all:?}");
    assert_eq!(backend.slice_due(), None);
    // Another program had the terminal: the picture is sent whole again.
    backend.forget();
    assert!(backend.slice_due().is_some());
    backend.paint().unwrap();
    assert!(bytes.take().starts_with("<one>"));
    backend.heard(ANSWER);
    backend.heard(ANSWER);
    backend.paint().unwrap();
    bytes.take();
    backend.place(None).unwrap();
    assert_eq!(bytes.take(), "<free>");
}

/// Keeps the bytes that are written.
#[derive(Clone, Default)]
struct Written(Rc<std::cell::RefCell<Vec<u8>>>);

impl Written {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.borrow_mut())).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_frame_that_may_come_in_parts_is_shown_at_once() {
    let written = |rows: u16| {
        let bytes = Written::default();
        let mut backend = CompactBackend::new(bytes.clone());
        backend.size.set(Size::new(80, 24));
        let line = |y| if y < rows { "x" } else { " " }.repeat(80);
        let after = Buffer::with_lines((0..24).map(line));
        let before = Buffer::empty(after.area);
        backend.draw(before.diff(&after).into_iter()).unwrap();
        bytes.take()
    };
    let (small, large) = (written(1), written(24));
    assert!(!small.contains("\x1b[?2026") && small.contains("xxx"), "{small:?}");
    assert!(large.starts_with(BEGIN_UPDATE) && large.ends_with(END_UPDATE), "{large:?}");
    assert_eq!(large.matches("\x1b[?2026").count(), 2, "{large:?}");
}
