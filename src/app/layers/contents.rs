//! The requests of a queue or the items of a dataset, a page at a time, to be looked at only.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::{Error, OtherStorage};
use crate::preview::{Preview, PreviewKind, Scroll, Viewport};
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::event::{Effect, Slot};
use super::super::load::{ContentsPage, Load};
use super::super::notice::Notice;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};
use super::table::{RowRecord, TableCursor, step_of};

/// A page of requests or items.
#[derive(Debug, Clone)]
pub struct ContentsView {
    /// The queue or the dataset.
    pub of: OtherStorage,
    /// Where the page begins.
    from: u64,
    /// Where each of the pages before it begins.
    before: Vec<u64>,
    /// Number of rows on each of the pages before it.
    rows_before: Vec<usize>,
    /// The page; none until it is read.
    page: Option<Box<ContentsPage>>,
    /// Why the page could not be read.
    pub failure: Option<Error>,
    /// The cursor in the page's table, if it has a table.
    pub table: Option<TableCursor>,
    /// The scroll position of the table.
    pub scroll: Scroll,
}

impl ContentsView {
    /// The dialog at the first page, which is being read.
    pub(in crate::app) fn new(of: OtherStorage) -> Self {
        Self {
            of,
            from: 0,
            before: Vec::new(),
            rows_before: Vec::new(),
            page: None,
            failure: None,
            table: None,
            scroll: Scroll::default(),
        }
    }

    /// The name of the queue or dataset, and how many requests or items it has.
    pub fn title(&self) -> String {
        let name = self.of.name().escaped();
        let (kind, one) = match self.of {
            OtherStorage::Queue(_) => ("request queue", "request"),
            OtherStorage::Dataset(_) => ("dataset", "item"),
        };
        match &self.page {
            Some(page) => format!("{name} · {kind} · {}", text::plural(page.total, one)),
            None => format!("{name} · {kind}"),
        }
    }

    /// The range of the page, and remarks on it.
    pub fn words(&self) -> String {
        if let Some(error) = &self.failure {
            return error.to_string();
        }
        let Some(page) = &self.page else { return "reading…".to_owned() };
        if page.values.is_empty() && page.left_out == 0 {
            return "there is nothing on this page".to_owned();
        }
        let first = self.rows_before.iter().sum::<usize>();
        let last = first + page.values.len() - page.beyond;
        let mut words = if self.before.is_empty() && page.next.is_none() {
            format!("all {}", text::count(last as u64))
        } else {
            format!("{}–{}", text::count(first as u64 + 1), text::count(last as u64))
        };
        let arranged = self.table.as_ref().and_then(TableCursor::arranged_words);
        if let OtherStorage::Queue(_) = self.of {
            if page.next.is_some() || !self.before.is_empty() {
                words = format!("requests {words}");
            }
            if page.searched > 0 {
                words = format!("{words}, {} more looked at", text::count(page.searched));
            }
            let first = if arranged.is_some() { "" } else { ", first" };
            let failed = match page.failed {
                0 => "none failed".to_owned(),
                failed => format!("{} failed{first}", text::count(failed)),
            };
            words = format!("{words} · {failed}");
        }
        if page.left_out > 0 {
            let left_out = text::count(page.left_out);
            words = format!("{words} · {left_out} left out: too large, unreadable");
        }
        if self.table.is_none() {
            words = format!("{words} · none is a JSON object");
        }
        match arranged {
            Some(arranged) => format!("{words} · {arranged}"),
            None => words,
        }
    }

    /// The row that is shown as a record, its number on the page, and the page's number of rows.
    pub fn record(&self) -> Option<(&RowRecord, usize, usize)> {
        self.table.as_ref().and_then(TableCursor::record)
    }

    /// The part that shows the table, in a dialog with this many cells and rows inside.
    pub fn viewport(width: u16, height: u16) -> Viewport {
        let (width, height) = (width.saturating_sub(2), height.saturating_sub(1));
        Viewport { width, height, wrap: false }
    }

    /// Takes a page, if it is the one that is awaited.
    pub(in crate::app) fn take(&mut self, page: ContentsPage) {
        if page.of == self.of && page.from == self.from {
            self.failure = None;
            let is_table = page.table.kind() == PreviewKind::Table;
            self.table = is_table.then(|| TableCursor::new(Arc::clone(&page.table), 0));
            self.page = Some(Box::new(page));
        }
    }

    /// Scrolls the table until a cell is seen, if `of` is this table.
    pub(in crate::app) fn reveal(&mut self, of: &Arc<Preview>, at: (usize, usize), view: Viewport) {
        if self.table.as_ref().is_some_and(|cursor| cursor.is_over(of)) {
            self.scroll = of.reveal_cell(self.scroll, view, at);
        }
    }

    fn read(&mut self, from: u64, ctx: &mut Ctx<'_>) {
        (self.from, self.page, self.failure) = (from, None, None);
        (self.table, self.scroll) = (None, Scroll::default());
        ctx.read(Slot::Contents, Load::Contents(self.of.clone(), from));
    }

    fn turn(&mut self, next: bool, ctx: &mut Ctx<'_>) {
        let rows = self.page.as_ref().map_or(0, |page| page.values.len() - page.beyond);
        if !next {
            match self.before.pop() {
                Some(from) => {
                    self.rows_before.pop();
                    self.read(from, ctx);
                }
                None => ctx.say(Notice::info("this is the first page")),
            }
        } else if let Some(to) = self.page.as_ref().and_then(|page| page.next) {
            self.before.push(self.from);
            self.rows_before.push(rows);
            self.read(to, ctx);
        } else if self.page.is_some() {
            ctx.say(Notice::info("this is the last page"));
        }
    }
}

/// Whether an action does something with rows, which the page may lack.
fn is_about_rows(action: Action) -> bool {
    use Action::{CopyValue, CountValues, FilterColumn, ShowAll, ShowRow, SortColumn};
    matches!(action, SortColumn | FilterColumn | CountValues | ShowAll | ShowRow | CopyValue)
}

impl Dialog for ContentsView {
    fn context(&self) -> Context {
        if self.record().is_some() { Context::Row } else { Context::Contents }
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        self.table.as_mut().and_then(TableCursor::overlay)
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        self.read(0, ctx);
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if let Some(cursor) = self.table.as_mut().filter(|cursor| cursor.record().is_some()) {
            return cursor.key(key, action, ctx);
        }
        let page = ctx.layout().body.inner().height.saturating_sub(3);
        match (action, &mut self.table) {
            (Some(Action::Next), _) => self.turn(true, ctx),
            (Some(Action::Previous), _) => self.turn(false, ctx),
            (Some(Action::Refresh), _) => self.read(self.from, ctx),
            (Some(Action::CopyValue), Some(cursor)) => {
                let value =
                    cursor.stored_line().and_then(|line| self.page.as_ref()?.values.get(line));
                if let Some(value) = value {
                    ctx.effect(Effect::Copy { what: "value", bytes: value.clone() });
                }
            }
            (Some(Action::Help), _) => ctx.request(Request::Help),
            (Some(Action::Close | Action::Back | Action::Cancel), _) => return Then::Close,
            (action, Some(cursor)) => match step_of(action, page) {
                Some((lines, columns)) => cursor.step(lines, columns, ctx),
                None => return cursor.key(key, action, ctx),
            },
            (other, None) => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        let of_row = self.record().is_some();
        match (action, &self.table) {
            (Action::Next, _) if !of_row => {
                self.page.as_ref().is_some_and(|page| page.next.is_some())
            }
            (Action::Previous, _) if !of_row => !self.before.is_empty(),
            (action, Some(cursor)) => cursor.allows(action),
            (action, None) => !is_about_rows(action),
        }
    }

    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        if let Some(overlay) = self.overlay() {
            return overlay.scroll_by(rows);
        }
        // The table is scrolled under its cursor.
        let inner = ctx.layout().body.inner();
        if let Some(cursor) = &self.table {
            let view = Self::viewport(inner.width, inner.height);
            self.scroll = cursor.shown().scroll_by(self.scroll, rows, view);
        }
    }

    fn resize(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(cursor) = &mut self.table {
            cursor.step(0, 0, ctx);
        }
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Contents);
        ctx.cancel(Slot::Table);
    }
}
