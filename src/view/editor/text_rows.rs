//! The text of a value being edited: only the rows on the screen are laid out and coloured.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use crate::app::Area;
use crate::app::editor::{Editor, TextPlace};
use crate::edit::rows::Row;
use crate::edit::{Rows, TextEdit};
use crate::preview::{self, json};
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::super::Appearance;
use super::super::paint::{put, put_right};
use super::super::record::part_style;

/// Bytes of a line that are coloured.
const COLOURED: usize = 16 << 10;
/// Free columns between a text and a remark on it.
const GAP: u16 = 2;

/// Draws the rows on the screen; gives the cell of the cursor. `height`: the number of rows there would be if
/// a fault took none of them.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Area,
    height: u16,
    editor: &Editor,
    appearance: &Appearance,
) -> Option<(u16, u16)> {
    let edit = editor.value.text()?;
    let place = editor.text_place((usize::from(area.height), usize::from(area.width)));
    let mut painter = Painter::new(area, edit, editor, place, appearance);
    let own = painter.rows.row_of(edit.cursor());
    let mut rows = editor.visible_rows(edit, TextPlace { height: height.into(), ..place });
    // A fault takes rows from the value, so that the window may have to move for the cursor.
    if rows.iter().position(|row| *row == own).is_some_and(|at| at >= place.height) {
        let top = painter.rows.back(&own, place.height.saturating_sub(1));
        rows = painter.rows.from(&top, place.height);
    }
    let mut cursor = None;
    let mut ends = Vec::new();
    for (row, y) in rows.iter().zip(area.y..area.y + area.height) {
        painter.number(buf, y, row, own.line);
        ends.push(painter.row(buf, y, row));
        if *row == own {
            let cell = painter.rows.cell_of(row, edit.cursor()).checked_sub(editor.scroll.left);
            cursor = cell.and_then(|cell| Some((painter.x + u16::try_from(cell).ok()?, y)));
        }
    }
    let fault = editor.json_fault().filter(|_| editor.fault.is_none());
    if let (Some(fault), Some((_, y))) = (fault, cursor) {
        let line = text::count(fault.line as u64);
        // The remark stands beside the cursor, whose line need not be the wrong one.
        let whole = format!("not JSON at line {line}: {}", fault.reason());
        let short = format!("not JSON: line {line}");
        let _ = painter.aside(buf, y, &whole, &ends) || painter.aside(buf, y, &short, &ends);
    }
    cursor
}

/// Number of rows that the text takes of this area.
pub(super) fn used(area: Area, editor: &Editor) -> u16 {
    let Some(edit) = editor.value.text() else { return area.height };
    let place = editor.text_place((usize::from(area.height), usize::from(area.width)));
    let rows = editor.visible_rows(edit, place).len();
    u16::try_from(rows).unwrap_or(area.height).min(area.height)
}

struct Painter<'a> {
    area: Area,
    /// The first column of the text.
    x: u16,
    edit: &'a TextEdit,
    editor: &'a Editor,
    rows: Rows<'a>,
    appearance: &'a Appearance,
    selected: Range<usize>,
    /// Offset at which the JSON is wrong.
    fault: Option<usize>,
    is_json: bool,
    /// A line, and the roles of its parts.
    parts: (usize, Vec<(Range<usize>, preview::Role)>),
}

impl<'a> Painter<'a> {
    fn new(
        area: Area,
        edit: &'a TextEdit,
        editor: &'a Editor,
        place: TextPlace,
        appearance: &'a Appearance,
    ) -> Self {
        Self {
            area,
            x: area.x + u16::try_from(place.gutter).unwrap_or(0),
            edit,
            editor,
            rows: editor.rows(edit, place),
            appearance,
            selected: edit.selection().unwrap_or(0..0),
            fault: editor.json_fault().map(|fault| fault.offset),
            is_json: editor.is_json(),
            parts: (usize::MAX, Vec::new()),
        }
    }

    fn right(&self) -> u16 {
        self.area.x + self.area.width
    }

    /// The number of a line, before its first row.
    fn number(&self, buf: &mut Buffer, y: u16, row: &Row, current: usize) {
        if self.x > self.area.x && row.is_first() {
            let number = (row.line + 1).to_string();
            let fault = self.editor.fault_line.filter(|_| self.editor.fault.is_some());
            let role = match fault {
                Some(line) if line == row.line + 1 => Role::Danger,
                _ if row.line == current => Role::Text,
                _ => Role::Dim,
            };
            let style = self.appearance.style(role);
            put_right(buf, self.x - 1, y, self.x - 1 - self.area.x, &number, style);
        }
    }

    /// Draws a row; gives the column behind it.
    fn row(&mut self, buf: &mut Buffer, y: u16, row: &Row) -> u16 {
        self.colour(row);
        let (left, right) = (self.editor.scroll.left, self.right());
        let indent = u16::try_from(self.rows.indent(row)).unwrap_or(0);
        if let Some(before) = indent.checked_sub(2) {
            let (sign, style) = (self.appearance.symbols.wrapped, self.appearance.style(Role::Dim));
            put(buf, self.x + before, y, 1, sign, style);
        }
        let mut x = self.x + indent;
        // Pieces of one style are written together.
        let (mut piece, mut style) = (String::new(), Style::default());
        self.rows.units(row, |at, cell, unit| {
            if cell < left {
                return true;
            }
            let own = self.style(at, unit.symbol);
            if own != style && !piece.is_empty() {
                x += put(buf, x, y, right.saturating_sub(x), &piece, style);
                piece.clear();
            }
            style = own;
            piece.push_str(&unit.text);
            cell + unit.cells < left + usize::from(right - self.x)
        });
        x += put(buf, x, y, right.saturating_sub(x), &piece, style);
        // A line end that is selected or wrong is shown too.
        let end = row.of.end;
        if row.is_last() && x < right && (self.selected.contains(&end) || self.fault == Some(end)) {
            put(buf, x, y, 1, " ", self.style(end..end + 1, false));
            x += 1;
        }
        x
    }

    fn style(&self, at: Range<usize>, symbol: bool) -> Style {
        if self.selected.contains(&at.start) {
            return self.appearance.style(Role::Selection);
        }
        if self.fault.is_some_and(|fault| at.contains(&fault)) {
            return self.appearance.style(Role::Danger).add_modifier(Modifier::UNDERLINED);
        }
        if symbol {
            return part_style(preview::Role::Symbol, self.appearance);
        }
        let parts = &self.parts.1;
        let next = parts.partition_point(|(part, _)| part.end <= at.start);
        let part = parts.get(next).filter(|(part, _)| part.start <= at.start);
        part.map_or_else(
            || self.appearance.style(Role::Text),
            |(_, role)| part_style(*role, self.appearance),
        )
    }

    /// Finds the roles of the parts of a row's line.
    fn colour(&mut self, row: &Row) {
        if !self.is_json || self.parts.0 == row.line {
            return;
        }
        let (start, end) = (row.of.start, row.of.end.min(row.of.start + COLOURED));
        let mut parts = json::parts(&self.edit.document().read(start..end));
        for (part, _) in &mut parts {
            *part = start + part.start..start + part.end;
        }
        self.parts = (row.line, parts);
    }

    /// Writes a remark into the free columns under the cursor's row, else into those of that row, else above;
    /// tells whether there is room.
    fn aside(&self, buf: &mut Buffer, y: u16, words: &str, ends: &[u16]) -> bool {
        let width = u16::try_from(cells(&visible(words))).unwrap_or(u16::MAX);
        let free = |y: &u16| {
            let row = usize::from(y.wrapping_sub(self.area.y));
            let last = usize::from(self.area.height);
            let end = ends.get(row).copied().unwrap_or(self.x);
            row < last && end.saturating_add(GAP).saturating_add(width) <= self.right()
        };
        let found = [y + 1, y, y.wrapping_sub(1)].into_iter().find(free);
        if let Some(y) = found {
            let style = self.appearance.style(Role::Warning);
            put_right(buf, self.right(), y, width, words, style);
        }
        found.is_some()
    }
}
