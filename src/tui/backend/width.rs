//! Which widths terminals agree on.

use ratatui::buffer::Cell;

use super::owed::is_pixel;

/// How sure it is that a symbol moves the cursor by the cells it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// One cell in every terminal that can show larder at all.
    Sure,
    /// A letter of one cell, or of two where the user set the terminal so: a word of them stays
    /// together.
    Letter,
    /// Anything.
    Disputed,
}

impl Width {
    /// The width of what stands in a cell; what stands in a picture's is larder's own.
    pub(super) fn of_cell(cell: &Cell) -> Self {
        if is_pixel(cell) { Self::Sure } else { Self::of(cell.symbol()) }
    }

    /// The width of a symbol.
    fn of(symbol: &str) -> Self {
        if let [b' '..=b'~'] = symbol.as_bytes() {
            return Self::Sure;
        }
        let mut chars = symbol.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => Self::of_char(one),
            _ => Self::Disputed,
        }
    }

    fn of_char(c: char) -> Self {
        match c {
            // The frames, marks and words of larder's own: where these are wide, no frame stands.
            '\u{2400}'..='\u{2426}' | '\u{2500}'..='\u{259f}' | '←'..='↓' | '◐'..='◓' => {
                Self::Sure
            }
            _ if "·×—•…↪↵≈▲▼⟨⟩".contains(c) => Self::Sure,
            // Latin, Greek, Cyrillic, Armenian, Georgian, and what is printed between words.
            '\u{a1}'..='\u{ac}'
            | '\u{ae}'..='\u{2ff}'
            | '\u{370}'..='\u{482}'
            | '\u{48a}'..='\u{58f}'
            | '\u{10a0}'..='\u{10ff}'
            | '\u{1e00}'..='\u{1fff}'
            | '\u{2010}'..='\u{2027}'
            | '\u{2030}'..='\u{205e}'
            | '\u{20a0}'..='\u{20c0}' => Self::Letter,
            _ => Self::Disputed,
        }
    }
}
