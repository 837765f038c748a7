//! The cursor in the cells of a table that is shown: rows are sorted and filtered by a column, and one row is
//! shown as a record.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::preview::{Arrangement, ColumnFilter, Direction, Preview, PreviewKind, Role};
use crate::text;

use super::super::ctx::{Ctx, OfTable, Request};
use super::super::event::{Effect, Slot};
use super::super::load::Compute;
use super::super::notice::Notice;
use super::super::question::PromptKind;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// The cursor in a table.
#[derive(Debug, Clone)]
pub struct TableCursor {
    /// The table with all rows, as they are stored.
    base: Arc<Preview>,
    /// The rows that are shown.
    shown: Arc<Preview>,
    /// The arrangement of the shown rows.
    how: Arrangement,
    /// The arrangement that is being made.
    wanted: Option<Arrangement>,
    /// Line and column of the cell under the cursor.
    at: (usize, usize),
    /// The row as a record, while it is shown as one.
    record: Option<RowRecord>,
}

/// A row as a record.
#[derive(Debug, Clone, Default)]
pub struct RowRecord {
    /// Names and values, safe to show.
    pub fields: Vec<(String, String, Role)>,
    /// The scroll position.
    pub overlay: Overlay,
}

impl RowRecord {
    /// Does what keys do while a row is shown as a record; gives the number of rows to go on by, if any.
    pub(super) fn act(
        shown: &mut Option<Self>,
        action: Option<Action>,
        ctx: &mut Ctx<'_>,
    ) -> Option<isize> {
        match action {
            Some(Action::Previous) => return Some(-1),
            Some(Action::Next) => return Some(1),
            other => {
                if shown.as_mut().is_some_and(|row| row.overlay.act(other, ctx) == Then::Close) {
                    *shown = None;
                }
            }
        }
        None
    }
}

/// Lines and columns by which a key moves the cursor among cells, where a page has this many lines.
pub(super) fn step_of(action: Option<Action>, page: u16) -> Option<(isize, isize)> {
    let page = isize::try_from(page.max(1)).unwrap_or(1);
    Some(match action? {
        Action::Up => (-1, 0),
        Action::Down => (1, 0),
        Action::PageUp => (-page, 0),
        Action::PageDown => (page, 0),
        Action::Home => (isize::MIN, 0),
        Action::End => (isize::MAX, 0),
        Action::Left => (0, -1),
        Action::Right => (0, 1),
        _ => return None,
    })
}

impl TableCursor {
    /// A cursor at the first cell of this line.
    pub(in crate::app) fn new(base: Arc<Preview>, line: usize) -> Self {
        let (shown, how) = (Arc::clone(&base), Arrangement::default());
        Self { base, shown, how, wanted: None, at: (line, 0), record: None }
    }

    /// Whether this preview is the one that is shown of the record.
    pub fn is_over(&self, preview: &Arc<Preview>) -> bool {
        Arc::ptr_eq(&self.shown, preview)
    }

    /// The rows that are shown.
    pub fn shown(&self) -> &Arc<Preview> {
        &self.shown
    }

    /// The number under which the line under the cursor is stored, from 0.
    pub(super) fn stored_line(&self) -> Option<usize> {
        self.shown.stored_line(self.at.0)
    }

    /// Line and column of the cell under the cursor, both from 0.
    pub fn at(&self) -> (usize, usize) {
        self.at
    }

    /// The row that is shown as a record, its number among the shown rows, and their number.
    pub fn record(&self) -> Option<(&RowRecord, usize, usize)> {
        self.record.as_ref().map(|record| (record, self.at.0 + 1, self.shown.lines()))
    }

    /// The column that the rows are sorted by.
    pub fn sorted(&self) -> Option<(usize, Direction)> {
        self.how.sort
    }

    /// Goes to a cell that was clicked, or sorts by a column whose head was clicked; a second click shows the
    /// row.
    pub(in crate::app) fn click(
        &mut self,
        (line, column): (Option<usize>, usize),
        again: bool,
        ctx: &mut Ctx<'_>,
    ) {
        self.go((line.unwrap_or(self.at.0), column), ctx);
        match line {
            None => self.sort(ctx),
            Some(_) if again => {
                self.record = Some(RowRecord::default());
                self.go(self.at, ctx);
            }
            Some(_) => {}
        }
    }

    /// The column under the cursor, and the arrangement of the rows, in words.
    pub fn words(&self) -> String {
        let mut parts = vec![self.shown.column_name(self.at.1)];
        parts.extend(self.arrangement(Some(self.at.1)));
        let [kept, all] = [&self.shown, &self.base].map(|table| table.lines() as u64);
        let number = text::count(kept.min(self.at.0 as u64 + 1));
        parts.push(if self.wanted.is_some() {
            "…".to_owned()
        } else if kept < all {
            format!("row {number} of {}, of {} in all", text::count(kept), text::count(all))
        } else {
            format!("row {number} of {}", text::count(all))
        });
        parts.join(" · ")
    }

    /// The arrangement of the rows, if there is one, and how many of them are kept, in words.
    pub fn arranged_words(&self) -> Option<String> {
        let mut parts = self.arrangement(None);
        let [kept, all] = [&self.shown, &self.base].map(|table| table.lines() as u64);
        if kept < all {
            parts.push(format!("{} of {} kept", text::count(kept), text::count(all)));
        }
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// The sort and the filter of the rows, in words; the column at `here` need not be named.
    fn arrangement(&self, here: Option<usize>) -> Vec<String> {
        let name = |column: usize| self.shown.column_name(column);
        let mut parts = Vec::new();
        if let Some((column, direction)) = self.how.sort {
            let way = if direction == Direction::Up { "sorted" } else { "sorted down" };
            let here = Some(column) == here;
            parts.push(if here { way.to_owned() } else { format!("{way} by {}", name(column)) });
        }
        for (column, filter) in &self.how.filters {
            parts.push(format!("{} {}", name(*column), text::visible(&filter.words())));
        }
        parts
    }

    /// Takes the table as it is now; tells whether there still is a table.
    pub(in crate::app) fn update(&mut self, preview: &Arc<Preview>, ctx: &mut Ctx<'_>) -> bool {
        if self.is_over(preview) {
            return true;
        }
        if preview.kind() != PreviewKind::Table {
            return false;
        }
        if preview.is_of_same_bytes(&self.base) && preview.columns() == self.base.columns() {
            let show = OfTable::Show(Arc::clone(preview), Arc::clone(&self.shown));
            ctx.request(Request::OfTable(show));
            return true;
        }
        let how = self.next();
        (self.base, self.shown) = (Arc::clone(preview), Arc::clone(preview));
        (self.how, self.wanted) = (Arrangement::default(), None);
        self.go(self.at, ctx);
        self.arrange(how, ctx);
        true
    }

    /// Takes the rows in their new arrangement.
    pub(in crate::app) fn arranged(
        &mut self,
        base: &Arc<Preview>,
        how: Arrangement,
        shown: Arc<Preview>,
        ctx: &mut Ctx<'_>,
    ) {
        if !Arc::ptr_eq(base, &self.base) || self.wanted.as_ref() != Some(&how) {
            return;
        }
        self.wanted = None;
        // Under another filter the cursor keeps its row; in another order it begins at the first.
        let same = how.sort == self.how.sort;
        let line = if same { self.shown.line_in(&shown, self.at.0) } else { 0 };
        let before = std::mem::replace(&mut self.shown, shown);
        ctx.request(Request::OfTable(OfTable::Show(before, Arc::clone(&self.shown))));
        self.how = how;
        self.go((line, self.at.1), ctx);
    }

    fn arrange(&mut self, how: Arrangement, ctx: &mut Ctx<'_>) {
        if how == self.how {
            if self.wanted.take().is_some() {
                ctx.cancel(Slot::Table);
            }
        } else if self.base.can_be_arranged() {
            self.wanted = Some(how.clone());
            ctx.read(Slot::Table, Compute::Arrange(Arc::clone(&self.base), how));
        } else {
            ctx.say(Notice::info("too many rows to sort or filter"));
        }
    }

    /// The arrangement that the rows have or are to have next.
    fn next(&self) -> Arrangement {
        self.wanted.clone().unwrap_or_else(|| self.how.clone())
    }

    /// Keeps the rows that hold this in the column under the cursor; all rows if nothing was typed.
    pub(in crate::app) fn filter(&mut self, filter: ColumnFilter, ctx: &mut Ctx<'_>) {
        let mut how = self.next();
        let filter = Some(filter).filter(|filter| *filter != ColumnFilter::Typed(String::new()));
        how.set_filter(self.at.1, filter);
        self.arrange(how, ctx);
    }

    fn sort(&mut self, ctx: &mut Ctx<'_>) {
        let mut how = self.next();
        let here = self.at.1;
        how.sort = match how.sort {
            Some((column, Direction::Up)) if column == here => Some((here, Direction::Down)),
            Some((column, Direction::Down)) if column == here => None,
            _ => Some((here, Direction::Up)),
        };
        self.arrange(how, ctx);
    }

    /// Goes to a cell, at most the last one.
    fn go(&mut self, (line, column): (usize, usize), ctx: &mut Ctx<'_>) {
        let line = line.min(self.shown.lines().saturating_sub(1));
        self.at = (line, column.min(self.shown.columns().saturating_sub(1)));
        if let Some(record) = &mut self.record {
            *record = RowRecord { fields: self.shown.row_fields(line), ..RowRecord::default() };
        }
        let reveal = OfTable::Reveal(Arc::clone(&self.shown), self.at);
        ctx.request(Request::OfTable(reveal));
    }

    /// Goes to a line, in the same column.
    pub(in crate::app) fn go_to_line(&mut self, line: usize, ctx: &mut Ctx<'_>) {
        self.go((line, self.at.1), ctx);
    }

    pub(super) fn step(&mut self, lines: isize, columns: isize, ctx: &mut Ctx<'_>) {
        let (line, column) = self.at;
        self.go((line.saturating_add_signed(lines), column.saturating_add_signed(columns)), ctx);
    }
}

impl Dialog for TableCursor {
    fn context(&self) -> Context {
        if self.record.is_some() { Context::Row } else { Context::Table }
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        self.record.as_mut().map(|record| &mut record.overlay)
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.record.is_some() {
            if let Some(rows) = RowRecord::act(&mut self.record, action, ctx) {
                self.step(rows, 0, ctx);
            }
            return Then::Stay;
        }
        let page = ctx.layout().record.map_or(1, |pane| pane.inner().height.saturating_sub(3));
        if let Some((lines, columns)) = step_of(action, page) {
            self.step(lines, columns, ctx);
            return Then::Stay;
        }
        match action {
            Some(Action::SortColumn) => self.sort(ctx),
            Some(Action::FilterColumn) => {
                let how = self.next();
                let filter = how.filter(self.at.1).map(ColumnFilter::words).unwrap_or_default();
                ctx.prompt(PromptKind::FilterColumn, &filter);
            }
            Some(Action::ShowAll) if self.next().is_plain() => {
                ctx.say(Notice::info("all rows are shown as they are stored"));
            }
            Some(Action::ShowAll) => self.arrange(Arrangement::default(), ctx),
            Some(Action::CountValues) => {
                let count = OfTable::Count(Arc::clone(&self.shown), self.at.1);
                ctx.request(Request::OfTable(count));
            }
            Some(Action::ShowRow) if self.shown.lines() == 0 => {
                ctx.say(Notice::info("no row is kept by the filter"));
            }
            Some(Action::ShowRow) => {
                self.record = Some(RowRecord::default());
                self.go(self.at, ctx);
            }
            Some(Action::CopyValue) => {
                let bytes = self.shown.cell(self.at.0, self.at.1);
                ctx.effect(Effect::Copy { what: "cell", bytes });
            }
            Some(Action::Palette) => ctx.request(Request::Palette),
            Some(Action::Help) => ctx.request(Request::Help),
            Some(Action::Close | Action::Back | Action::Cancel) => return Then::Close,
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::ShowAll => !self.next().is_plain(),
            Action::ShowRow | Action::CopyValue => self.shown.lines() > 0,
            Action::Previous => self.at.0 > 0,
            Action::Next => self.at.0 + 1 < self.shown.lines(),
            _ => true,
        }
    }

    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        match &mut self.record {
            Some(record) => record.overlay.scroll_by(rows),
            None => self.step(rows, 0, ctx),
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Table);
        let before = std::mem::replace(&mut self.shown, Arc::clone(&self.base));
        ctx.request(Request::ShowFolded(before, Arc::clone(&self.base)));
    }
}
