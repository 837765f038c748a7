//! Where the value is on the screen, and which part of it is scrolled into view.

use crate::edit::rows::Row;
use crate::edit::{Motion, Rows, TextEdit};

use super::super::Area;
use super::Editor;

/// Rows of the editor that are not the value: border, key, content type, rule.
const FRAME_ROWS: u16 = 5;
/// Columns of the border and of the gap beside it.
const FRAME_COLUMNS: u16 = 4;
/// Width of a value from which its lines are numbered, in columns.
const NUMBERED: usize = 60;

/// The part of a value that is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EditorScroll {
    /// The line of the first row, from 0.
    pub line: usize,
    /// The first row's offset in that line.
    pub offset: usize,
    /// Cells of each row that lie to the left of the visible part.
    pub left: usize,
}

/// Where the value's text stands in its part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPlace {
    /// Columns of the line numbers, with the gap behind them.
    pub gutter: usize,
    /// Columns of the text.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Editor {
    /// Rows and columns that the value has in the body of a screen.
    pub fn value_size(body: Area) -> (usize, usize) {
        let rows = body.height.saturating_sub(FRAME_ROWS).max(1);
        (usize::from(rows), usize::from(body.width.saturating_sub(FRAME_COLUMNS).max(1)))
    }

    /// The layout of the value's text in this many rows and columns.
    pub fn text_place(&self, (height, columns): (usize, usize)) -> TextPlace {
        let lines = self.value.text().map_or(1, |text| text.document().lines());
        let digits = lines.checked_ilog10().unwrap_or(0) as usize + 1;
        let gutter = if columns < NUMBERED { 0 } else { digits.max(2) + 1 };
        TextPlace { gutter, width: columns - gutter, height }
    }

    /// The rows of the text; one cell stays free for the cursor at a row's end.
    pub fn rows<'a>(&self, text: &'a TextEdit, place: TextPlace) -> Rows<'a> {
        text.rows(place.width.saturating_sub(1), self.wrap)
    }

    /// The rows on the screen.
    pub fn visible_rows(&self, text: &TextEdit, place: TextPlace) -> Vec<Row> {
        let rows = self.rows(text, place);
        let top = self.top(text, &rows);
        rows.from(&top, place.height)
    }

    fn top(&self, text: &TextEdit, rows: &Rows<'_>) -> Row {
        let start = text.document().line_start(self.scroll.line);
        rows.row_of(start.saturating_add(self.scroll.offset).min(text.document().len()))
    }

    fn scroll_to(&mut self, row: &Row) {
        self.scroll.line = row.line;
        self.scroll.offset = row.at.start - row.of.start;
    }

    /// Scrolls so that the cursor is on the screen.
    pub fn show_cursor(&mut self, body: Area) {
        self.show_byte(body);
        let place = self.text_place(Self::value_size(body));
        let Some(text) = self.value.text() else { return };
        let rows = self.rows(text, place);
        let at = rows.row_of(text.cursor());
        let mut top = self.top(text, &rows);
        let seen = rows.from(&top, place.height);
        if at.at.start < top.at.start {
            top = at.clone();
        } else if !seen.contains(&at) {
            top = rows.back(&at, place.height.saturating_sub(1));
        }
        let cell = rows.cell_of(&at, text.cursor());
        let left = self.scroll.left.min(cell).max((cell + 1).saturating_sub(place.width));
        self.scroll_to(&top);
        self.scroll.left = if self.wrap { 0 } else { left };
    }

    /// The cursor's line, and the number of cells before the cursor in that line.
    pub fn cursor_cell(&self) -> Option<(usize, usize)> {
        let text = self.value.text()?;
        let rows = text.rows(usize::MAX, false);
        let row = rows.row_of(text.cursor());
        Some((row.line, rows.cell_of(&row, text.cursor())))
    }

    /// Scrolls the value without moving the cursor.
    pub fn wheel(&mut self, rows: isize, body: Area) {
        self.wheel_bytes(rows, body);
        let place = self.text_place(Self::value_size(body));
        let Some(text) = self.value.text() else { return };
        let all = self.rows(text, place);
        let (top, count) = (self.top(text, &all), rows.unsigned_abs());
        let top = if rows < 0 { all.back(&top, count) } else { all.forward(&top, count) };
        self.scroll_to(&top);
    }

    /// Puts the cursor where the mouse is; `select` keeps the other end of the selection.
    pub fn click(&mut self, (x, y): (u16, u16), select: bool, body: Area) {
        let (columns, first) = (body.x + FRAME_COLUMNS / 2, body.y + FRAME_ROWS - 1);
        let is_new = self.original.is_none();
        match y.checked_sub(body.y) {
            Some(1) if is_new && !select => return self.field = super::Field::Key,
            Some(2) if self.inner.is_none() && !select => {
                return self.field = super::Field::ContentType;
            }
            _ => {}
        }
        if y >= first {
            self.click_byte((x.saturating_sub(columns), y - first), select, body);
        }
        let place = self.text_place(Self::value_size(body));
        let Some(text) = self.value.text() else { return };
        let visible = self.visible_rows(text, place);
        let index = usize::from(y.saturating_sub(first)).min(visible.len().saturating_sub(1));
        let Some(row) = visible.get(index).filter(|_| y >= first || select) else { return };
        let cell = usize::from(x.saturating_sub(columns)).saturating_sub(place.gutter);
        let at = self.rows(text, place).at_cell(row, cell + self.scroll.left);
        let (width, wrap) = (place.width, self.wrap);
        if let Some(text) = self.value.text_mut() {
            text.go(Motion::To(at), select, width, wrap);
        }
        self.field = super::Field::Value;
    }

    /// Selects the word under the cursor, which a click has put there.
    pub fn select_word(&mut self) {
        if let Some(text) = self.value.text_mut() {
            text.select_word();
        }
    }

    /// Puts the cursor on a line and column, both from 1.
    pub(super) fn go_to(&mut self, line: usize, column: usize) {
        if let Some(text) = self.value.text_mut() {
            text.go_to(line, column);
        }
    }
}
