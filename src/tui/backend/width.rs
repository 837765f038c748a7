//! The symbols on whose width terminals agree.

use ratatui::buffer::Cell;

use super::owed::is_pixel;

/// How certain it is that a symbol moves the cursor by the cells that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// One cell in every terminal that can show larder at all.
    Sure,
    /// A letter of one cell, or of two where the user has set the terminal so: the letters of a word stay
    /// together.
    Letter,
    /// Any number of cells.
    Disputed,
}

impl Width {
    /// The certainty for the symbol in a cell; the symbols of pictures are larder's own.
    pub(super) fn of_cell(cell: &Cell) -> Self {
        if is_pixel(cell) { Self::Sure } else { Self::of(cell.symbol()) }
    }

    /// The certainty for a symbol.
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
            // larder's own frames, marks and words: where these are wide, no frame looks right anyway.
            '\u{2400}'..='\u{2426}' | '\u{2500}'..='\u{259f}' | '←'..='↓' | '◐'..='◓' => {
                Self::Sure
            }
            _ if "·×—•…↪↵≈▲▼⟨⟩".contains(c) => Self::Sure,
            // Latin, Greek, Cyrillic, Armenian and Georgian letters, and punctuation.
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
