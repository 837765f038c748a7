//! A terminal that has its own idea of widths.

use unicode_width::UnicodeWidthChar as _;

/// The widths that a terminal may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Widths {
    /// The sum over code points; marks take no cell.
    Sum,
    /// Every code point takes one cell, marks too.
    One,
    /// Everything beyond the ordinary takes two cells, marks none.
    Two,
    /// All marks and joiners take one cell, everything else what it should.
    Marks,
    /// Flags and joined emoji are one glyph of two cells.
    Joins,
    /// A character for which it has no glyph takes no cell, and is joined to the one before.
    None,
}

impl Widths {
    pub(super) const ALL: [Self; 6] =
        [Self::Sum, Self::One, Self::Two, Self::Marks, Self::Joins, Self::None];

    fn of(self, c: char) -> usize {
        let should = c.width().unwrap_or(0);
        match self {
            _ if c.is_ascii() || ('\u{2500}'..='\u{259f}').contains(&c) => 1,
            Self::Sum | Self::Joins => should,
            Self::One => 1,
            Self::Two if should == 0 => 0,
            Self::Two => 2,
            Self::Marks => should.max(1),
            Self::None => 0,
        }
    }
}

/// Bold, and the codes of the colours in front and behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    bold: bool,
    front: u8,
    behind: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Spot {
    /// The text of the cell: empty for a blank one, and for the right half of a wide one.
    text: String,
    style: Style,
    /// Number of cells back to the first cell of a wide one.
    back: usize,
}

/// The screen.
pub(super) struct Model {
    columns: usize,
    rows: usize,
    widths: Widths,
    spots: Vec<Spot>,
    x: usize,
    y: usize,
    wraps: bool,
    style: Style,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for row in self.spots.chunks(self.columns) {
            let cells = row.iter().map(|spot| match (spot.back, spot.text.as_str()) {
                (0, "") => "·",
                (_, text) => text,
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("\u{2009}"))?;
        }
        Ok(())
    }
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.wraps == other.wraps && self.spots == other.spots
    }
}

impl Model {
    pub(super) fn new(columns: usize, rows: usize, widths: Widths) -> Self {
        let spots = vec![Spot::default(); columns * rows];
        Self { columns, rows, widths, spots, x: 0, y: 0, wraps: true, style: Style::default() }
    }

    /// Whether the text of a cell begins with this sign.
    pub(super) fn shows(&self, x: u16, y: u16, sign: char) -> bool {
        self.spots[usize::from(y) * self.columns + usize::from(x)].text.starts_with(sign)
    }

    /// Takes the output of a program.
    pub(super) fn take(&mut self, text: &str) {
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\x1b' => {
                    assert_eq!(chars.next(), Some('['));
                    let mut parameters = String::new();
                    let end = loop {
                        match chars.next().expect("an end") {
                            end @ '@'..='~' => break end,
                            c => parameters.push(c),
                        }
                    };
                    self.obey(&parameters, end);
                }
                '\n' => self.y = (self.y + 1).min(self.rows - 1),
                '\x08' => self.x = self.x.min(self.columns - 1).saturating_sub(1),
                c => self.print(c),
            }
        }
    }

    fn obey(&mut self, parameters: &str, end: char) {
        let number = |at: usize| {
            let number = parameters.split(';').nth(at).and_then(|number| number.parse().ok());
            number.unwrap_or(1_usize)
        };
        match (end, parameters) {
            ('H', _) => (self.y, self.x) = (number(0) - 1, number(1) - 1),
            ('C', _) => self.x = (self.x + number(0)).min(self.columns - 1),
            ('D', _) => self.x = self.x.saturating_sub(number(0)),
            ('K', "") => (self.x..self.columns).for_each(|x| self.blank(x)),
            ('h', "?7") => self.wraps = true,
            ('l', "?7") => self.wraps = false,
            ('m', codes) => {
                for code in codes.split(';') {
                    match code.parse().unwrap_or(0) {
                        0 => self.style = Style::default(),
                        1 => self.style.bold = true,
                        39 => self.style.front = 0,
                        49 => self.style.behind = 0,
                        code @ 30..=37 => self.style.front = code,
                        code @ 40..=47 => self.style.behind = code,
                        other => panic!("unknown style {other}"),
                    }
                }
            }
            other => panic!("unknown sequence {other:?}"),
        }
    }

    fn print(&mut self, c: char) {
        let left = (self.x > 0).then(|| self.at(self.x - 1));
        let left = left.map(|at| at - self.spots[at].back);
        let joins = left.is_some_and(|left| {
            let before = &self.spots[left].text;
            let flag = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
            let half_flag = before.chars().filter(|c| flag(*c)).count() == 1;
            before.ends_with('\u{200d}') || flag(c) && half_flag
        });
        let width = match self.widths {
            Widths::Joins if joins => 0,
            Widths::Joins if ('\u{1f1e6}'..='\u{1f1ff}').contains(&c) => 2,
            widths => widths.of(c),
        };
        if width == 0 {
            if let Some(left) = left {
                self.spots[left].text.push(c);
            }
            return;
        }
        if self.x + width > self.columns {
            if self.wraps {
                self.x = 0;
                self.y += 1;
                if self.y == self.rows {
                    self.spots.drain(..self.columns);
                    self.spots.resize(self.columns * self.rows, Spot::default());
                    self.y -= 1;
                }
            } else {
                self.x = self.columns - width;
            }
        }
        (self.x..self.x + width).for_each(|x| self.blank(x));
        for back in 0..width {
            let text = if back == 0 { c.to_string() } else { String::new() };
            // A blank cell shows nothing of its letter's style.
            let (text, style) = match c {
                ' ' => (String::new(), Style { bold: false, front: 0, ..self.style }),
                _ => (text, self.style),
            };
            let at = self.at(self.x + back);
            self.spots[at] = Spot { text, style, back };
        }
        self.x += width;
        if !self.wraps {
            self.x = self.x.min(self.columns - 1);
        }
    }

    /// Blanks a cell, and all cells of a wide glyph that it is a part of.
    fn blank(&mut self, x: usize) {
        let row = self.y * self.columns;
        let head = row + x - self.spots[row + x].back;
        let mut at = head;
        loop {
            self.spots[at] = Spot::default();
            at += 1;
            if at >= row + self.columns || self.spots[at].back != at - head {
                break;
            }
        }
    }

    fn at(&self, x: usize) -> usize {
        self.y * self.columns + x.min(self.columns - 1)
    }
}
