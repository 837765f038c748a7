//! Writes frames in few bytes: for lists that scroll over slow connections.
//!
//! A row further down costs three bytes instead of ten where the same columns change in row after
//! row, because the cursor goes there by line feed and backspace; and styles are told by what
//! differs from the last one.

use std::cell::Cell as StdCell;
use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// Steps up to which line feeds and backspaces are cheaper than an absolute move.
const NEAR: u16 = 4;

const MODIFIERS: [(Modifier, u8); 7] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

/// [`CrosstermBackend`] with a frame writer of its own.
#[derive(Debug)]
pub struct Lean<W: Write> {
    inner: CrosstermBackend<W>,
    /// Columns of the terminal when last asked for.
    columns: StdCell<u16>,
    cursor_hidden: bool,
}

/// What a cell looks like, without its symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    front: Color,
    behind: Color,
    modifiers: Modifier,
}

const PLAIN: Look =
    Look { front: Color::Reset, behind: Color::Reset, modifiers: Modifier::empty() };

impl<W: Write> Lean<W> {
    /// Writes to `writer`, a terminal in raw mode.
    pub fn new(writer: W) -> Self {
        let inner = CrosstermBackend::new(writer);
        Self { inner, columns: StdCell::new(0), cursor_hidden: false }
    }

    /// Forgets what is known of the terminal: another program has had it.
    pub fn forget(&mut self) {
        self.cursor_hidden = false;
    }
}

impl<W: Write> Write for Lean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Write::write(&mut self.inner, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for Lean<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let text = encode(content, self.columns.get());
        Write::write_all(&mut self.inner, text.as_bytes())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if !self.cursor_hidden {
            self.inner.hide_cursor()?;
            self.cursor_hidden = true;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor_hidden = false;
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        let size = super::terminal::size()?;
        self.columns.set(size.width);
        Ok(size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

/// The bytes that draw these cells. The terminal's style is plain before and after.
fn encode<'a>(content: impl Iterator<Item = (u16, u16, &'a Cell)>, columns: u16) -> String {
    let mut out = String::new();
    let mut look = PLAIN;
    let mut at: Option<(u16, u16)> = None;
    for (x, y, cell) in content {
        if at != Some((x, y)) {
            go(&mut out, at, (x, y));
        }
        let wanted = Look { front: cell.fg, behind: cell.bg, modifiers: cell.modifier };
        if wanted != look {
            restyle(&mut out, look, wanted);
            look = wanted;
        }
        let symbol = cell.symbol();
        out.push_str(symbol);
        // Terminals disagree on wide and joined characters, and on where the cursor is behind
        // the last column: from there it is moved to an absolute place.
        at = (symbol.width() == 1 && x + 1 < columns).then_some((x + 1, y));
    }
    if look != PLAIN {
        out.push_str("\x1b[m");
    }
    out
}

/// Moves the cursor, in the fewest bytes that are safe in raw mode.
fn go(out: &mut String, from: Option<(u16, u16)>, (x, y): (u16, u16)) {
    let start = out.len();
    if let Some((was_x, was_y)) = from
        && y >= was_y
        && y - was_y <= NEAR
    {
        // Never from the last row, since a row below it would not be drawn: nothing scrolls.
        for _ in was_y..y {
            out.push('\n');
        }
        match x.checked_sub(was_x) {
            Some(0) => return,
            Some(1) => out.push_str("\x1b[C"),
            Some(right) => {
                let _ = write!(out, "\x1b[{right}C");
            }
            None if was_x - x <= NEAR => {
                for _ in x..was_x {
                    out.push('\x08');
                }
            }
            None => {
                let _ = write!(out, "\x1b[{}D", was_x - x);
            }
        }
    }
    let absolute = format!("\x1b[{};{}H", y + 1, x + 1);
    if out.len() == start || out.len() - start > absolute.len() {
        out.truncate(start);
        out.push_str(&absolute);
    }
}

/// Changes the style, in one sequence.
fn restyle(out: &mut String, from: Look, to: Look) {
    let mut codes = String::new();
    let gone = from.modifiers - to.modifiers;
    let fresh = if gone.is_empty() {
        from
    } else {
        // Bold and dim share the sequence that ends them, so all begins anew.
        codes.push_str(";0");
        PLAIN
    };
    for (modifier, code) in MODIFIERS {
        if to.modifiers.contains(modifier) && !fresh.modifiers.contains(modifier) {
            let _ = write!(codes, ";{code}");
        }
    }
    if to.front != fresh.front {
        colour(&mut codes, to.front, 30);
    }
    if to.behind != fresh.behind {
        colour(&mut codes, to.behind, 40);
    }
    if to == PLAIN {
        out.push_str("\x1b[m");
    } else if let Some(codes) = codes.strip_prefix(';') {
        let _ = write!(out, "\x1b[{codes}m");
    }
}

/// A colour's codes; `base` is 30 in front and 40 behind.
fn colour(codes: &mut String, colour: Color, base: u8) {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    let _ = match colour {
        Color::Reset => write!(codes, ";{}", base + 9),
        Color::Indexed(index) => write!(codes, ";{};5;{index}", base + 8),
        Color::Rgb(r, g, b) => write!(codes, ";{};2;{r};{g};{b}", base + 8),
        named => {
            let at = NAMED.iter().position(|known| *known == named).unwrap_or(7) as u8;
            let code = if at < 8 { base + at } else { base + 60 + at - 8 };
            write!(codes, ";{code}")
        }
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn the_same_column_row_after_row_costs_three_bytes() {
        let before = Buffer::with_lines(["row 1", "row 2", "row 3"]);
        let after = Buffer::with_lines(["row 2", "row 3", "row 4"]);
        let text = encode(before.diff(&after).into_iter(), 80);
        assert_eq!(text, "\x1b[1;5H2\n\x083\n\x084");
    }

    #[test]
    fn one_sequence_changes_a_style() {
        let mut after = Buffer::empty(Rect::new(0, 0, 3, 1));
        let bold = Style::new().fg(Color::Cyan).bold();
        after.set_string(0, 0, "a", bold);
        after.set_string(1, 0, "b", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::LightBlue));
        let before = Buffer::empty(after.area);
        let text = encode(before.diff(&after).into_iter(), 80);
        assert_eq!(text, "\x1b[1;1H\x1b[1;36ma\x1b[0;38;2;1;2;3;104mb\x1b[m");
    }

    /// Without dim: together with bold it means something else in every terminal.
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

    proptest! {
        /// A terminal shows the same, cell by cell, as after writing every cell at its place.
        #[test]
        fn a_terminal_shows_what_was_meant(frames in prop::collection::vec(frame(), 1..4)) {
            let area = Rect::new(0, 0, 20, 6);
            let (mut lean, mut plain) =
                (vt100::Parser::new(6.try_into().unwrap(), 20.try_into().unwrap(), 0),
                 vt100::Parser::new(6.try_into().unwrap(), 20.try_into().unwrap(), 0));
            let mut before = Buffer::empty(area);
            for frame in frames {
                let mut after = Buffer::empty(area);
                for (x, y, text, style) in frame {
                    after.set_stringn(x, y, text, usize::from(20 - x), style);
                }
                let changed = before.diff(&after);
                for (x, y, cell) in &changed {
                    let one = [(*x, *y, *cell)];
                    plain.process(encode(one.into_iter(), 0).as_bytes());
                }
                lean.process(encode(changed.into_iter(), 20).as_bytes());
                prop_assert_eq!(
                    lean.screen().contents_formatted(),
                    plain.screen().contents_formatted()
                );
                before = after;
            }
        }
    }
}
