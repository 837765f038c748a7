//! The bytes that put cells on the screen.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::links::Links;
use super::owed::told;
use super::width::Width;

/// Limit on the steps for which line feeds and backspaces are cheaper than an absolute move.
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

/// The modifiers that are seen on a cell without a symbol.
const SEEN_ON_BLANKS: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// Whether only the background of a cell is seen.
pub(super) fn shows_nothing(cell: &Cell) -> bool {
    cell.symbol() == " " && !cell.modifier.intersects(SEEN_ON_BLANKS)
}

/// The style of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CellStyle {
    front: Color,
    behind: Color,
    modifiers: Modifier,
}

const PLAIN: CellStyle =
    CellStyle { front: Color::Reset, behind: Color::Reset, modifiers: Modifier::empty() };

/// The style of a cell, and its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    style: CellStyle,
    link: Color,
}

impl Look {
    /// The look of a cell.
    pub(super) fn of(cell: &Cell) -> Self {
        let modifiers = told(cell.modifier);
        let style = CellStyle { front: cell.fg, behind: cell.bg, modifiers };
        Self { style, link: cell.underline_color }
    }

    /// Whether a cell shows the same with this look.
    pub(super) fn takes(&self, cell: &Cell) -> bool {
        shows_nothing(cell) && self.is_alike_on_blanks(&Self::of(cell))
    }

    /// Whether a blank cell shows the same with both looks.
    pub(super) fn is_alike_on_blanks(&self, other: &Self) -> bool {
        let plain = |look: &Self| !look.style.modifiers.intersects(SEEN_ON_BLANKS);
        let alike = self.style.behind == other.style.behind && self.link == other.link;
        alike && plain(self) && plain(other)
    }
}

/// Writes cells. Knows the style of the terminal and, where it is certain, the place of the cursor. The style
/// is plain before and after.
#[derive(Debug, Clone)]
pub(super) struct Pen<'a> {
    out: String,
    style: CellStyle,
    /// The number of the link that was begun.
    link: Color,
    links: &'a Links,
    /// The place of the cursor; unknown after text whose width differs between terminals.
    at: Option<(u16, u16)>,
    /// Whether letters of disputed width were written last: only further letters may follow them without a
    /// move.
    letters: bool,
    columns: u16,
    wraps: bool,
}

impl<'a> Pen<'a> {
    /// A pen for a terminal of this width, and the links of its cells.
    pub(super) fn new(columns: u16, links: &'a Links) -> Self {
        let (out, style, at) = (String::new(), PLAIN, None);
        let link = Color::Reset;
        Self { out, style, link, links, at, letters: false, columns, wraps: true }
    }

    /// Writes a cell at its place.
    pub(super) fn put(&mut self, place: (u16, u16), cell: &Cell) {
        self.put_in(place, cell, Look::of(cell));
    }

    /// Writes a cell at its place, with a look in which it shows the same.
    pub(super) fn put_in(&mut self, (x, y): (u16, u16), cell: &Cell, look: Look) {
        let symbol = cell.symbol();
        let width = Width::of_cell(cell);
        if self.letters && width != Width::Letter {
            self.at = None;
        }
        if look.link != self.link {
            self.relink(Color::Reset);
        }
        if self.at != Some((x, y)) {
            go(&mut self.out, self.at.filter(|_| !self.letters), (x, y));
        }
        if !(Look { style: self.style, link: look.link }).takes(cell) {
            self.restyle(look.style);
        }
        self.relink(look.link);
        self.out.push_str(symbol);
        // Behind the last column, terminals differ in the place of the cursor too.
        let known = width != Width::Disputed && x + 1 < self.columns;
        self.at = known.then_some((x + 1, y));
        self.letters = width == Width::Letter;
    }

    /// Erases a row from a cell on, with the terminal's own background. Text that is written after this never
    /// continues in the next row, however wide it is.
    pub(super) fn erase(&mut self, x: u16, y: u16) {
        self.restyle(PLAIN);
        self.relink(Color::Reset);
        if std::mem::take(&mut self.wraps) {
            self.out.push_str("\x1b[?7l");
        }
        if self.at != Some((x, y)) || self.letters {
            go(&mut self.out, None, (x, y));
        }
        self.out.push_str("\x1b[K");
        (self.at, self.letters) = (Some((x, y)), false);
    }

    /// Erases this number of cells of a row, with the terminal's own background.
    pub(super) fn blank(&mut self, (x, y): (u16, u16), count: usize) {
        self.restyle(PLAIN);
        if self.at != Some((x, y)) || self.letters {
            go(&mut self.out, self.at.filter(|_| !self.letters), (x, y));
        }
        let _ = write!(self.out, "\x1b[{count}X");
        (self.at, self.letters) = (Some((x, y)), false);
    }

    /// Writes a sequence that draws at a cell by itself, and leaves the cursor anywhere.
    pub(super) fn draw(&mut self, (x, y): (u16, u16), what: &str) {
        self.restyle(PLAIN);
        self.relink(Color::Reset);
        go(&mut self.out, None, (x, y));
        self.out.push_str(what);
        (self.at, self.letters) = (None, false);
    }

    /// Number of bytes so far.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// The bytes.
    pub(super) fn finish(mut self) -> String {
        self.restyle(PLAIN);
        self.relink(Color::Reset);
        if !self.wraps {
            self.out.push_str("\x1b[?7h");
        }
        self.out
    }

    fn relink(&mut self, wanted: Color) {
        if wanted != self.link {
            self.out.push_str(&self.links.sequence(wanted));
            self.link = wanted;
        }
    }

    fn restyle(&mut self, wanted: CellStyle) {
        if wanted != self.style {
            restyle(&mut self.out, self.style, wanted);
            self.style = wanted;
        }
    }
}

/// Moves the cursor in the fewest bytes that are safe in raw mode.
fn go(out: &mut String, from: Option<(u16, u16)>, (x, y): (u16, u16)) {
    let start = out.len();
    if let Some((was_x, was_y)) = from
        && y >= was_y
        && y - was_y <= NEAR
    {
        // There is no line feed from the last row, because there is no row below it: so nothing scrolls.
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
fn restyle(out: &mut String, from: CellStyle, to: CellStyle) {
    let mut codes = String::new();
    let gone = from.modifiers - to.modifiers;
    let fresh = if gone.is_empty() {
        from
    } else {
        // Bold and dim are ended by the same sequence, so the style begins anew.
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

/// The codes of a colour; `base` is 30 for the foreground and 40 for the background.
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
