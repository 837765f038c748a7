//! The state of the mouse from one event to the next, and the places that it can be on.

use std::ops::Range;

use crate::index::Sort;
use crate::keymap::Chord;
use crate::model::Timestamp;

use super::layout::Pane;
use super::store_sort::StoreSort;

/// Time within which a second click on the same row opens it, in microseconds.
const DOUBLE: i64 = 500_000;

/// The state of the mouse.
#[derive(Debug, Clone, Default)]
pub struct Mouse {
    /// Whether the mouse is captured; otherwise the terminal selects text with it.
    pub on: bool,
    /// The pane whose right border is dragged.
    pub(super) dragged: Option<Pane>,
    /// The row that was last clicked, in a pane or in a dialog, and when.
    clicked: Option<(Option<Pane>, usize, Timestamp)>,
    /// The row of JSON on which the cursor in the values is to begin.
    pub(super) value: Option<Range<usize>>,
}

impl Mouse {
    pub(super) fn new(on: bool) -> Self {
        Self { on, ..Self::default() }
    }

    /// Whether a click on this row of a pane, or of a dialog, is the second of a double click; the click
    /// after that is a first one again.
    pub(super) fn is_second(&mut self, pane: Option<Pane>, row: usize, now: Timestamp) -> bool {
        let before = self.clicked.replace((pane, row, now));
        let second = before.is_some_and(|(on, clicked, at)| {
            (on, clicked) == (pane, row) && (0..=DOUBLE).contains(&(now.micros() - at.micros()))
        });
        if second {
            self.clicked = None;
        }
        second
    }
}

/// What a click can be on, besides rows, text and borders of panes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// A key that is named in a hint or on a button.
    Key(Chord),
    /// The head of a column in the list of stores.
    StoreHead(StoreSort),
    /// The head of a column in the list of keys.
    KeyHead(Sort),
    /// A cell of the table that is shown, by its line and column; no line for the head.
    Cell(Option<usize>, usize),
    /// A value of the JSON that is shown: the offsets at which the clicked row and the next one begin.
    Value(Range<usize>),
    /// A row of the topmost dialog, by its number.
    Row(usize),
    /// A place outside the topmost dialog.
    Outside,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clicks_on_a_row_are_double_within_half_a_second() {
        let mut mouse = Mouse::default();
        let at = |millis: i64| Timestamp::from_micros(millis * 1000);
        let clicks = [(Pane::Keys, 3, 0), (Pane::Keys, 3, 501), (Pane::Keys, 3, 900)];
        let mut second = |(pane, row, millis)| mouse.is_second(Some(pane), row, at(millis));
        assert_eq!(clicks.map(&mut second), [false, false, true]);
        let others = [(Pane::Keys, 3, 950), (Pane::Keys, 4, 960), (Pane::Stores, 4, 970)];
        assert_eq!(others.map(&mut second), [false; 3]);
        assert!(!mouse.is_second(None, 4, at(970)), "a row of a dialog is another one");
    }
}
