//! Where the cursor is, and what is scrolled into view.

use ratatui_textarea::CursorMove;

use crate::text::{cells, visible};

use super::super::Area;
use super::{Content, Editor};

/// Rows of the editor that are not the value: border, key, content type, rule.
const FRAME_ROWS: u16 = 5;
/// Columns of the border and of the gap beside it.
const FRAME_COLUMNS: u16 = 4;

impl Editor {
    /// Rows and columns that the value has in a screen's body.
    pub fn value_size(body: Area) -> (usize, usize) {
        let rows = body.height.saturating_sub(FRAME_ROWS).max(1);
        (usize::from(rows), usize::from(body.width.saturating_sub(FRAME_COLUMNS).max(1)))
    }

    /// Scrolls so that the cursor is on the screen. Columns are cells of the visible text.
    pub fn show_cursor(&mut self, body: Area) {
        let (rows, columns) = Self::value_size(body);
        let Some((row, cells)) = self.cursor_cell() else { return };
        let (top, left) = &mut self.scroll;
        *top = (*top).min(row).max((row + 1).saturating_sub(rows));
        *left = (*left).min(cells).max((cells + 1).saturating_sub(columns));
    }

    /// The cursor's row, and the cells before it.
    pub fn cursor_cell(&self) -> Option<(usize, usize)> {
        let area = self.value.text()?;
        let ratatui_textarea::DataCursor(row, column) = area.cursor();
        let line = area.lines().get(row)?;
        let before = line.char_indices().nth(column).map_or(line.as_str(), |(at, _)| &line[..at]);
        Some((row, width(before)))
    }

    /// Scrolls the value without moving the cursor.
    pub fn wheel(&mut self, rows: isize) {
        if let Some(area) = self.value.text() {
            let last = area.lines().len().saturating_sub(1);
            self.scroll.0 = self.scroll.0.saturating_add_signed(rows).min(last);
        }
    }

    /// Puts the cursor on a line and column, both from 1.
    pub(super) fn go_to(&mut self, line: usize, column: usize) {
        if let Content::Text(area, _) = &mut self.value {
            // `Jump` ends at 65,535; from there on the lines are walked.
            let jump = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
            let (row, column) = (line.saturating_sub(1), column.saturating_sub(1));
            area.move_cursor(CursorMove::Jump(jump(row), jump(column)));
            for _ in usize::from(u16::MAX)..row {
                area.move_cursor(CursorMove::Down);
            }
        }
    }
}

/// Cells that text takes when it is made visible; quick for what most lines are.
fn width(text: &str) -> usize {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    cells(&visible(text))
}
