//! The screen after frames: on a terminal that agrees with larder on widths, and on many that do not.

mod model;
mod own;
mod slices;

use std::io::{self, Write};
use std::rc::Rc;

use proptest::prelude::*;
use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier, Style};

use super::CompactBackend;
use super::links::Links;
use super::pen::Pen;
use super::screen::Screen;
use crate::view::{PIXEL, even_out};
use model::{Model, Widths};

fn screen(columns: u16, rows: u16) -> Screen {
    let mut shown = Screen::default();
    shown.fit(Size::new(columns, rows));
    shown
}

/// Draws each cell at its place, as if nothing were known of the others.
fn cell_by_cell<'a>(changes: impl Iterator<Item = (u16, u16, &'a Cell)>) -> String {
    let mut out = String::new();
    for (x, y, cell) in changes {
        let links = Links::default();
        let mut pen = Pen::new(0, &links);
        pen.put((x, y), cell);
        out.push_str(&pen.finish());
    }
    out
}

#[test]
fn the_same_column_row_after_row_costs_three_bytes() {
    let before = Buffer::with_lines(["row 1", "row 2", "row 3"]);
    let after = Buffer::with_lines(["row 2", "row 3", "row 4"]);
    let text = screen(80, 10).draw(before.diff(&after).into_iter());
    assert_eq!(text, "\x1b[1;5H2\n\x083\n\x084");
}

#[test]
fn one_sequence_changes_a_style() {
    let mut after = Buffer::empty(Rect::new(0, 0, 3, 1));
    let bold = Style::new().fg(Color::Cyan).bold();
    after.set_string(0, 0, "a", bold);
    after.set_string(1, 0, "b", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::LightBlue));
    let before = Buffer::empty(after.area);
    let text = screen(80, 10).draw(before.diff(&after).into_iter());
    assert_eq!(text, "\x1b[1;1H\x1b[1;36ma\x1b[0;38;2;1;2;3;104mb\x1b[m");
}

#[test]
fn a_blank_cell_costs_nothing_for_the_colour_of_its_letters() {
    let frame = |front: Color| {
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 2));
        buf.set_style(buf.area, Style::new().fg(front));
        buf.set_string(2, 0, "a b", Style::new().fg(front));
        buf.set_string(30, 0, "c", Style::new().fg(front));
        buf
    };
    let (before, after) = (frame(Color::Red), frame(Color::Cyan));
    let mut shown = screen(40, 2);
    let clean = Buffer::empty(before.area);
    let first = shown.draw(clean.diff(&before).into_iter());
    assert_eq!(first, "\x1b[1;3H\x1b[31ma b\x1b[25Cc\x1b[m");
    let dimmed = shown.draw(before.diff(&after).into_iter());
    assert_eq!(dimmed, "\x1b[1;3H\x1b[36ma b\x1b[25Cc\x1b[m");
    // A background is seen, and so are lines.
    let mut lit = after.clone();
    lit.set_style(Rect::new(10, 0, 2, 1), Style::new().bg(Color::Blue));
    lit.set_style(Rect::new(10, 1, 1, 1), Style::new().add_modifier(Modifier::UNDERLINED));
    let drawn = shown.draw(after.diff(&lit).into_iter());
    assert_eq!(drawn.matches(' ').count(), 3, "{drawn:?}");
}

#[test]
fn a_large_frame_is_written_look_by_look_where_that_is_less() {
    let frame = |colours: [Color; 3]| {
        let mut buf = Buffer::empty(Rect::new(0, 0, 80, 24));
        for (y, x) in (0..24).flat_map(|y| (0..8).map(move |at| (y, at * 10))) {
            let colour = colours[usize::from((x + y) % 3)];
            buf.set_string(x, y, "value", Style::new().fg(colour));
        }
        buf
    };
    let colour = |red| Color::Rgb(red, 120, 180);
    let grey = frame([Color::DarkGray; 3]);
    let after = frame([colour(1), colour(2), colour(3)]);
    let mut shown = screen(80, 24);
    let clean = Buffer::empty(grey.area);
    shown.draw(clean.diff(&grey).into_iter());
    let text = shown.draw(grey.diff(&after).into_iter());
    assert_eq!(text.matches("38;2;").count(), 3, "{text:?}");
    let mut terminal = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    terminal.process(text.as_bytes());
    for (y, x) in (0..24).flat_map(|y| (0..80).map(move |x| (y, x))) {
        let cell = terminal.screen().cell(y, x).unwrap();
        let meant = &after[(x, y)];
        assert_eq!(cell.contents().trim(), meant.symbol().trim(), "{x}, {y}");
        if let (Color::Rgb(r, g, b), false) = (meant.fg, cell.contents().trim().is_empty()) {
            assert_eq!(cell.fgcolor(), vt100::Color::Rgb(r, g, b), "{x}, {y}");
        }
    }
}

/// Counts the bytes that are written.
#[derive(Clone, Default)]
struct Counter(Rc<std::cell::Cell<usize>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_frame_that_changes_nothing_writes_nothing() {
    let bytes = Counter::default();
    let mut backend = CompactBackend::new(bytes.clone());
    backend.size.set(Size::new(80, 10));
    let cells = Buffer::with_lines(["text"]);
    let place = |backend: &mut CompactBackend<Counter>| {
        backend.show_cursor().unwrap();
        backend.set_cursor_position((2, 1)).unwrap();
        Backend::flush(backend).unwrap();
    };
    place(&mut backend);
    let first = bytes.0.get();
    assert_ne!(first, 0);
    backend.draw(std::iter::empty()).unwrap();
    place(&mut backend);
    assert_eq!(bytes.0.get(), first, "shown and placed already");
    let cell = std::iter::once((0, 0, &cells[(0, 0)]));
    backend.draw(cell).unwrap();
    let drawn = bytes.0.get();
    place(&mut backend);
    assert_ne!(bytes.0.get(), drawn, "writing the cell moved it");
    let placed = bytes.0.get();
    backend.hide_cursor().unwrap();
    backend.hide_cursor().unwrap();
    assert_eq!(bytes.0.get(), placed + "\x1b[?25l".len());
    backend.forget();
    place(&mut backend);
    assert_eq!(bytes.0.get(), placed + "\x1b[?25l".len() + first, "nothing is known of it");
}

/// Any style but dim: together with bold it means something else in every terminal.
fn style() -> impl Strategy<Value = Style> {
    let colour = prop_oneof![
        Just(Color::Reset),
        Just(Color::Red),
        Just(Color::LightCyan),
        Just(Color::White),
        any::<u8>().prop_map(Color::Indexed),
    ];
    (colour.clone(), colour, 0u8..16).prop_map(|(front, behind, bits)| {
        let mut style = Style::new().fg(front).bg(behind);
        for (bit, modifier) in
            [Modifier::BOLD, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED]
                .into_iter()
                .enumerate()
        {
            if bits & (1 << bit) != 0 {
                style = style.add_modifier(modifier);
            }
        }
        style
    })
}

fn frame() -> impl Strategy<Value = Vec<(u16, u16, String, Style)>> {
    let text = prop::sample::select(vec!["a", "bc", "row 17", "日本", "é", "──", " "]);
    prop::collection::vec((0u16..20, 0u16..6, text.prop_map(str::to_owned), style()), 0..12)
}

/// Writes texts, also over pictures.
fn write(buf: &mut Buffer, texts: Vec<(u16, u16, String, Style)>) {
    for (x, y, text, style) in texts {
        let style = style.remove_modifier(PIXEL);
        buf.set_stringn(x, y, text, usize::from(buf.area.width - x), style);
    }
}

/// The visible part of a cell: for a blank one, without the colour of its letter.
fn seen(cell: &vt100::Cell) -> String {
    let text = cell.contents().trim();
    let letter = (!text.is_empty()).then(|| (cell.fgcolor(), cell.bold(), cell.italic()));
    let behind = (cell.bgcolor(), cell.underline(), cell.inverse());
    format!("{text:?} {letter:?} {behind:?}")
}

proptest! {
    /// A terminal shows the same, cell by cell, as a cleared one after every cell is written at its place.
    #[test]
    fn a_terminal_shows_what_was_meant(frames in prop::collection::vec(frame(), 1..4)) {
        let area = Rect::new(0, 0, 20, 6);
        let terminal = || vt100::Parser::new(6.try_into().unwrap(), 20.try_into().unwrap(), 0);
        let mut lean = terminal();
        let mut shown = screen(20, 6);
        let mut before = Buffer::empty(area);
        for frame in frames {
            let mut after = Buffer::empty(area);
            write(&mut after, frame);
            even_out(&mut after);
            let mut plain = terminal();
            let clean = Buffer::empty(area);
            plain.process(cell_by_cell(clean.diff(&after).into_iter()).as_bytes());
            let changed = before.diff(&after);
            lean.process(shown.draw(changed.into_iter()).as_bytes());
            for (row, column) in (0..6).flat_map(|row| (0..20).map(move |column| (row, column))) {
                let cell = |screen: &vt100::Screen| screen.cell(row, column).map(seen);
                prop_assert_eq!(cell(lean.screen()), cell(plain.screen()), "{}, {}", row, column);
            }
            before = after;
        }
    }
}

/// Text on whose width terminals differ, and some on which they agree.
const TEXTS: [&str; 26] = [
    "",
    "plain text, 17 letters",
    "🇨🇿 🇩🇪 🇺🇸 end",
    "🇨🇿🇩🇪🇺🇸🇯🇵🇫🇷🇮🇹🇪🇸 end",
    "हिन्दी क्षि विक्रेता end",
    "ｶﾞｷﾞ end",
    "ｶﾞｷﾞｸﾞｹﾞｺﾞﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ",
    "日本語テキストです",
    "한국어 텍스트",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦 family",
    "👍🏽 👩🏾\u{200d}🚀 🏳\u{fe0f}\u{200d}🌈",
    "❤\u{fe0f} ☎\u{fe0f} 1\u{fe0f}\u{20e3} ©\u{fe0f}",
    "e\u{301}a\u{308}o\u{302} n\u{303} end",
    "a\u{300}\u{301}\u{302}\u{303}\u{304} zalgo",
    "ÄÖÜ äöü ß éèê",
    "Ελληνικά κείμενο",
    "русский текст здесь",
    "עברית טקסט",
    "العربية نص",
    "ไทย ภาษาไทย นี้",
    "བོད་ཡིག ཀྵ",
    "தமிழ் க்ஷ ஸ்ரீ",
    "①②③ ※ ☆★ ℃ ℡ ㎏",
    "ﷺ ﷽ ꧅",
    "𓀀𓂀 𝕬𝖇𝖈 🀄🂡",
    "ends wide 日 at the margin 日🇨🇿",
];

/// Columns of the frames' borders.
const BORDERS: [u16; 3] = [0, 19, 39];

/// Two panes with a border around each; the marker moves in every second frame.
fn two_panes(at: usize) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, 40, 4));
    let text = |at: usize| TEXTS[at % TEXTS.len()];
    for y in 0..4 {
        let style =
            if at.is_multiple_of(2) { Style::new() } else { Style::new().bold().fg(Color::Red) };
        let row = usize::from(y);
        let (left, right) = (text(at + 5 * row), text(3 + 7 * at + row));
        buf.set_stringn(1, y, left, 18, style);
        buf.set_stringn(20, y, right, 19, Style::new());
        if row == at % 4 {
            buf.set_style(Rect::new(20, y, 19, 1), Style::new().bg(Color::Blue));
        }
        for x in BORDERS {
            buf.set_string(x, y, "│", Style::new().fg(Color::Cyan));
        }
    }
    even_out(&mut buf);
    buf
}

type Painter = fn(&mut Screen, Vec<(u16, u16, &Cell)>) -> String;

/// Draws frames one after the other.
fn drawn(frames: &[&Buffer], widths: Widths, paint: Painter) -> Model {
    let mut model = Model::new(40, 4, widths);
    let mut shown = screen(40, 4);
    let mut before = Buffer::empty(Rect::new(0, 0, 40, 4));
    for frame in frames {
        model.take(&paint(&mut shown, before.diff(frame)));
        before = Buffer::clone(frame);
    }
    model
}

/// Number of pairs of frames that go wrong in a terminal with such widths.
fn wrong(widths: Widths, paint: Painter) -> usize {
    let frames: Vec<Buffer> = (0..TEXTS.len()).map(two_panes).collect();
    let mut wrong = 0;
    for after in &frames {
        let clean = drawn(&[after], widths, paint);
        for before in &frames {
            let model = drawn(&[before, after], widths, paint);
            let borders = BORDERS.iter().all(|x| (0..4).all(|y| model.shows(*x, y, '│')));
            wrong += usize::from(!borders || model != clean);
        }
    }
    wrong
}

#[test]
fn no_piece_of_a_frame_stays_and_borders_stand_where_widths_are_disputed() {
    let lean: Painter = |shown, changes| shown.draw(changes.into_iter());
    let naive: Painter = |_, changes| cell_by_cell(changes.into_iter());
    for widths in Widths::ALL {
        assert_eq!(wrong(widths, lean), 0, "{widths:?}");
        // Otherwise this terminal would agree, and the test could not fail.
        assert!(wrong(widths, naive) > 0, "{widths:?}");
    }
}

#[test]
fn a_row_of_disputed_width_is_left_alone_when_only_what_stands_before_it_changes() {
    let frame = |marker: &str| {
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 2));
        buf.set_string(0, 0, format!("{marker} page-1        │ 🇨🇿 value"), Style::new());
        buf
    };
    let (before, after) = (frame(">"), frame(" "));
    let mut shown = screen(40, 2);
    let clean = Buffer::empty(before.area);
    shown.draw(clean.diff(&before).into_iter());
    assert_eq!(shown.draw(before.diff(&after).into_iter()), "\x1b[1;1H ");
}

#[test]
fn the_terminal_wraps_again_after_a_frame_and_a_screen_that_was_cleared_is_drawn_whole() {
    let mut frame = Buffer::empty(Rect::new(0, 0, 12, 2));
    frame.set_string(0, 0, "ｶﾞ|", Style::new());
    let clean = Buffer::empty(frame.area);
    let mut shown = screen(12, 2);
    let first = shown.draw(clean.diff(&frame).into_iter());
    assert_eq!(first, "\x1b[?7l\x1b[1;1H\x1b[Kｶﾞ\x1b[1;4H|\x1b[?7h");
    shown.clear();
    assert_eq!(shown.draw(clean.diff(&frame).into_iter()), first);
}
