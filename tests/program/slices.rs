//! A picture that comes to the terminal in slices, and delays no key.

use std::path::Path;

use crate::pty::Screen;
use crate::signals::project_of;

/// Bytes that a line of 1 Mbit/s carries in 100 ms.
pub(crate) const MOST: usize = 12_500;

/// A directory with a store: a text, a picture in all colours, a text.
fn project() -> tempfile::TempDir {
    project_of(&[
        ("aaaa", "text/plain", b"first of all"),
        ("bbbb", "image/png", &picture()),
        ("cccc", "text/plain", b"what comes next"),
    ])
}

fn picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 160, 120);
    encoder.set_color(png::ColorType::Rgb);
    let pixels: Vec<u8> = (0..160 * 120 * 3_u32).map(|at| ((at * 7919) >> 5) as u8).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

pub(crate) fn start(folder: &Path) -> Screen {
    let env = [("COLORTERM", "truecolor")];
    let screen = Screen::start(&[folder.to_str().unwrap()], &env, 36, 120);
    screen.wait_for_text("shop · 3 records");
    screen.wait_for_text("first of all");
    screen
}

/// Cells that show two pixels.
pub(crate) fn pixels(screen: &vt100::Screen) -> usize {
    let (rows, columns) = screen.size();
    let cells = (0..rows.get())
        .flat_map(|row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)));
    cells.filter(|cell| ["▀", "▄"].contains(&cell.contents())).count()
}

/// Leaves a picture as soon as these bytes have come, and checks that few further bytes come before the next
/// record; `after` checks what has come since, from a byte on. Under load some slices pass before the key is
/// read: then it is tried once more.
pub(crate) fn leave_as_it_comes(
    screen: &mut Screen,
    begins: &[u8],
    after: impl Fn(&Screen, usize),
) {
    for left in (0..8).rev() {
        screen.keys("g");
        screen.wait_for_text("first of all");
        screen.take_only(Some(0));
        screen.keys("j");
        let from = screen.written();
        while !screen.raw(from).windows(begins.len()).any(|part| part == begins) {
            screen.take_only(Some(500));
            screen.wait_taken();
        }
        let written = screen.written();
        screen.keys("j");
        screen.wait_read();
        screen.take_only(None);
        screen.wait_for_text("what comes next");
        let more = screen.written() - written;
        after(screen, written);
        if more <= MOST {
            return;
        }
        assert!(left > 0, "{more} bytes before the next record");
    }
}

#[test]
fn a_key_is_answered_while_a_picture_is_on_its_way() {
    let folder = project();
    let mut screen = start(folder.path());
    // Once whole, so that larder knows that this terminal answers, however late.
    screen.keys("j");
    screen.wait_for_screen("the picture", |screen| pixels(screen) > 1000);
    leave_as_it_comes(&mut screen, "▀".as_bytes(), |_, _| {});
    // All of it comes where it is waited for.
    let written = screen.written();
    screen.keys("k");
    screen.wait_for_screen("the picture", |screen| pixels(screen) > 1000);
    let all = screen.written() - written;
    assert!(all > 2 * MOST, "it would not have held up anything: {all} bytes");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert!(screen.is_given_back());
}
