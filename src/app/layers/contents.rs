//! The requests of a queue or the items of a dataset, a page at a time. Only looked at.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::{Error, OtherStorage};
use crate::preview::{PreviewKind, Scroll, Viewport};
use crate::text;

use super::super::ctx::{Ctx, Request};
use super::super::event::{Effect, Slot};
use super::super::load::{ContentsPage, Load};
use super::super::notice::Notice;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};
use super::table::{RowRecord, step_of};

/// A page of requests or items.
#[derive(Debug, Clone)]
pub struct ContentsView {
    /// What it is of.
    of: OtherStorage,
    /// Where this page begins.
    from: u64,
    /// Where those before it begin.
    before: Vec<u64>,
    /// Rows on those before it.
    rows_before: Vec<usize>,
    /// The page; none until it is read.
    pub page: Option<Box<ContentsPage>>,
    /// Why it could not be read.
    pub failure: Option<Error>,
    /// Line and column of the cell under the cursor.
    pub at: (usize, usize),
    /// How far the table is scrolled.
    pub scroll: Scroll,
    /// The row as a record, while it is shown so.
    record: Option<RowRecord>,
}

impl ContentsView {
    /// At the first page, which is being read.
    pub(in crate::app) fn new(of: OtherStorage) -> Self {
        Self {
            of,
            from: 0,
            before: Vec::new(),
            rows_before: Vec::new(),
            page: None,
            failure: None,
            at: (0, 0),
            scroll: Scroll::default(),
            record: None,
        }
    }

    /// What it is of, and how many there are.
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

    /// Which part of it the page is, and what is to be said of that.
    pub fn words(&self) -> String {
        if let Some(error) = &self.failure {
            return error.to_string();
        }
        let Some(page) = &self.page else { return "reading…".to_owned() };
        if page.values.is_empty() && page.left_out == 0 {
            return "there is nothing on this page".to_owned();
        }
        let first = self.rows_before.iter().sum::<usize>();
        let last = first + page.values.len();
        let mut words = if self.before.is_empty() && page.next.is_none() {
            format!("all {}", text::count(last as u64))
        } else {
            format!("{} to {}", text::count(first as u64 + 1), text::count(last as u64))
        };
        if let OtherStorage::Queue(_) = self.of {
            let failed = match page.failed {
                0 => "none of these failed".to_owned(),
                failed => format!("{} failed, listed first", text::count(failed)),
            };
            words = format!("{words} · {failed}");
        }
        if page.left_out > 0 {
            let left_out = text::count(page.left_out);
            words = format!("{words} · {left_out} too large or not to be read, left out");
        }
        if !self.has_table() {
            words = format!("{words} · none is a JSON object");
        }
        words
    }

    /// Whether there is a table to show.
    pub fn has_table(&self) -> bool {
        self.page.as_ref().is_some_and(|page| page.table.kind() == PreviewKind::Table)
    }

    /// The row as a record, with its number on the page and how many rows that has.
    pub fn record(&self) -> Option<(&RowRecord, usize, usize)> {
        let lines = self.lines();
        self.record.as_ref().map(|record| (record, self.at.0 + 1, lines))
    }

    /// The part of a dialog with so many cells and rows inside that shows the table.
    pub fn viewport(width: u16, height: u16) -> Viewport {
        let (width, height) = (width.saturating_sub(2), height.saturating_sub(1));
        Viewport { width, height, wrap: false }
    }

    /// Takes a page, if it is the one that is waited for.
    pub(in crate::app) fn take(&mut self, page: ContentsPage) {
        if page.of == self.of && page.from == self.from {
            self.failure = None;
            self.page = Some(Box::new(page));
        }
    }

    fn lines(&self) -> usize {
        let page = self.page.as_ref().filter(|_| self.has_table());
        page.map_or(0, |page| page.table.lines())
    }

    fn read(&mut self, from: u64, ctx: &mut Ctx<'_>) {
        (self.from, self.page, self.failure) = (from, None, None);
        (self.at, self.scroll) = ((0, 0), Scroll::default());
        ctx.read(Slot::Contents, Load::Contents(self.of.clone(), from));
    }

    fn turn(&mut self, next: bool, ctx: &mut Ctx<'_>) {
        let rows = self.page.as_ref().map_or(0, |page| page.values.len());
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

    fn step(&mut self, lines: isize, columns: isize, ctx: &Ctx<'_>) {
        let Some(page) = self.page.as_ref().filter(|_| self.has_table()) else { return };
        let (line, column) = self.at;
        let line = line.saturating_add_signed(lines).min(page.table.lines().saturating_sub(1));
        let last = page.table.columns().saturating_sub(1);
        self.at = (line, column.saturating_add_signed(columns).min(last));
        let inner = ctx.layout().body.inner();
        let view = Self::viewport(inner.width, inner.height);
        self.scroll = page.table.reveal_cell(self.scroll, view, self.at);
        if let Some(record) = &mut self.record {
            *record = RowRecord { fields: page.table.row_fields(line), ..RowRecord::default() };
        }
    }
}

impl Dialog for ContentsView {
    fn context(&self) -> Context {
        if self.record.is_some() { Context::Row } else { Context::Contents }
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        self.record.as_mut().map(|record| &mut record.overlay)
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        self.read(0, ctx);
    }

    fn key(&mut self, _: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if self.record.is_some() {
            if let Some(rows) = RowRecord::act(&mut self.record, action, ctx) {
                self.step(rows, 0, ctx);
            }
            return Then::Stay;
        }
        let page = ctx.layout().body.inner().height.saturating_sub(3);
        if let Some((lines, columns)) = step_of(action, page) {
            self.step(lines, columns, ctx);
            return Then::Stay;
        }
        match action {
            Some(Action::Next) => self.turn(true, ctx),
            Some(Action::Previous) => self.turn(false, ctx),
            Some(Action::Refresh) => self.read(self.from, ctx),
            Some(Action::ShowRow) if self.lines() > 0 => {
                self.record = Some(RowRecord::default());
                self.step(0, 0, ctx);
            }
            Some(Action::CopyValue) => {
                let page = self.page.as_ref();
                if let Some(value) = page.and_then(|page| page.values.get(self.at.0)) {
                    ctx.effect(Effect::Copy { what: "value", bytes: value.clone() });
                }
            }
            Some(Action::Help) => ctx.request(Request::Help),
            Some(Action::Close | Action::Back | Action::Cancel) => return Then::Close,
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match (action, &self.record) {
            (Action::Next, Some(_)) => self.at.0 + 1 < self.lines(),
            (Action::Previous, Some(_)) => self.at.0 > 0,
            (Action::Next, None) => self.page.as_ref().is_some_and(|page| page.next.is_some()),
            (Action::Previous, None) => !self.before.is_empty(),
            (Action::ShowRow | Action::CopyValue, _) => self.lines() > 0,
            _ => true,
        }
    }

    fn wheel(&mut self, rows: isize, ctx: &mut Ctx<'_>) {
        match &mut self.record {
            Some(record) => record.overlay.scroll_by(rows),
            None => self.step(rows, 0, ctx),
        }
    }

    fn resize(&mut self, ctx: &mut Ctx<'_>) {
        self.step(0, 0, ctx);
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Contents);
    }
}
