//! A cursor in a list, and the window that is shown of the list.

use crate::keymap::Action;

/// The row under the cursor, and the first row on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The row under the cursor, from 0.
    pub at: usize,
    /// The first row shown.
    pub top: usize,
    /// Whether the wheel has moved the window away from the cursor; holds until the cursor is moved.
    pub away: bool,
}

/// A way to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// By this number of rows; down if positive.
    By(isize),
    /// By this number of windows; down if positive.
    Pages(isize),
    /// To the first row.
    Home,
    /// To the last row.
    End,
    /// To this row.
    To(usize),
}

impl Move {
    /// The move that an action makes; `None` if it is no move.
    pub fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Up => Self::By(-1),
            Action::Down => Self::By(1),
            Action::PageUp => Self::Pages(-1),
            Action::PageDown => Self::Pages(1),
            Action::Home => Self::Home,
            Action::End => Self::End,
            _ => return None,
        })
    }
}

impl Cursor {
    /// Moves the cursor in a list of `len` rows of which `height` are shown.
    pub fn go(&mut self, to: Move, len: usize, height: usize) {
        let page = isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(isize::MAX);
        // The window comes back unless the list was only measured again.
        self.away &= to == Move::By(0);
        self.at = match to {
            Move::By(rows) => self.at.saturating_add_signed(rows),
            Move::Pages(pages) => self.at.saturating_add_signed(pages.saturating_mul(page)),
            Move::Home => 0,
            Move::End => len,
            Move::To(row) => row,
        };
        self.fit(len, height);
    }

    /// Scrolls the window; the cursor stays where it is, though it may be out of sight.
    pub fn scroll(&mut self, rows: isize, len: usize, height: usize) {
        self.top = self.top.saturating_add_signed(rows).min(len.saturating_sub(height.max(1)));
        self.away = !self.is_seen(height);
    }

    /// Brings the cursor back into sight when it is put somewhere next.
    pub fn come_back(&mut self) {
        self.away = false;
    }

    fn is_seen(self, height: usize) -> bool {
        (self.top..self.top.saturating_add(height.max(1))).contains(&self.at)
    }

    /// Puts the cursor on `at`, in a list that changed around it, and keeps it at the same height on the
    /// screen, or equally far out of sight.
    pub fn hold(&mut self, at: usize, len: usize, height: usize) {
        let (below, above) = (self.at.saturating_sub(self.top), self.top.saturating_sub(self.at));
        self.at = at;
        self.top = at.saturating_sub(below).saturating_add(above);
        self.fit(len, height);
    }

    /// Brings cursor and window back into a list of `len` rows.
    pub fn fit(&mut self, len: usize, height: usize) {
        self.at = self.at.min(len.saturating_sub(1));
        self.top = self.top.min(len.saturating_sub(height));
        if self.away {
            self.away = !self.is_seen(height);
            return;
        }
        self.top = self.top.min(self.at);
        if self.at >= self.top + height.max(1) {
            self.top = self.at + 1 - height.max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_cursor_keeps_its_height_when_rows_come_in_above_it() {
        let mut cursor = Cursor { at: 12, top: 10, away: false };
        cursor.hold(15, 100, 5);
        assert_eq!(cursor, Cursor { at: 15, top: 13, away: false });
    }

    #[test]
    fn the_wheel_moves_the_window_alone_until_the_cursor_is_moved() {
        let mut cursor = Cursor::default();
        cursor.go(Move::To(3), 100, 10);
        cursor.scroll(40, 100, 10);
        assert_eq!(cursor, Cursor { at: 3, top: 40, away: true });
        // Rows that are added above move both.
        cursor.hold(5, 102, 10);
        assert_eq!(cursor, Cursor { at: 5, top: 42, away: true });
        cursor.go(Move::By(0), 102, 10);
        assert_eq!(cursor, Cursor { at: 5, top: 42, away: true });
        cursor.go(Move::By(1), 102, 10);
        assert_eq!(cursor, Cursor { at: 6, top: 6, away: false });
        cursor.scroll(-3, 102, 10);
        assert_eq!(cursor, Cursor { at: 6, top: 3, away: false }, "it is still in sight");
    }

    #[test]
    fn a_page_keeps_one_row_of_the_last() {
        let mut cursor = Cursor::default();
        cursor.go(Move::Pages(1), 100, 10);
        assert_eq!(cursor.at, 9);
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_on_the_screen_unless_the_wheel_left_it(
            moves in prop::collection::vec((0usize..6, -40isize..40), 1..40),
            len in 0usize..60,
            height in 0usize..20,
        ) {
            let mut cursor = Cursor::default();
            let rows = height.max(1);
            for (kind, by) in moves {
                match kind {
                    0 => cursor.go(Move::By(by), len, height),
                    1 => cursor.go(Move::Pages(by), len, height),
                    2 => cursor.go(Move::Home, len, height),
                    3 => cursor.go(Move::End, len, height),
                    4 => cursor.scroll(by, len, height),
                    _ => cursor.hold(by.unsigned_abs(), len, height),
                }
                prop_assert!(cursor.at < len.max(1));
                let seen = cursor.top <= cursor.at && cursor.at < cursor.top + rows;
                prop_assert_eq!(seen, !cursor.away);
                prop_assert!(!cursor.away || kind >= 4 || by == 0);
                prop_assert!(cursor.top == 0 || cursor.top <= len.saturating_sub(height));
            }
        }
    }
}
