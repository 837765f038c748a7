//! The cursor in a table, and one of its rows as a record.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Overlay, RowRecord, TableCursor};
use crate::keymap::{Action, Context};
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::dialog::{Cell, Drawn, Scene};
use super::named::{self, Named};
use super::record::part_style;
use super::scrolled::{self, Line, columns};

/// Part of the width that a name may take: one column in this number.
const NAME_SHARE: usize = 3;

impl Drawn for TableCursor {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw_record(buf, body, self.record()?, app, appearance);
        None
    }

    fn is_box(&self) -> bool {
        self.record().is_some()
    }

    fn overlay(&self) -> Option<&Overlay> {
        self.record().map(|(record, ..)| &record.overlay)
    }

    fn named(&self, _: &App, _: &Appearance) -> Vec<Named> {
        self.record().map_or_else(Vec::new, |(record, ..)| named(record))
    }
}

/// Draws a row as a record, with its number and that of all rows.
pub(super) fn draw_record(
    buf: &mut Buffer,
    body: Area,
    (record, number, all): (&RowRecord, usize, usize),
    app: &App,
    appearance: &Appearance,
) {
    let lines = lines(&record.fields, columns(body), appearance);
    let titles = || {
        let named = named::line(&named(record), Context::Row, app, appearance);
        (format!("Row {} of {}", text::count(number as u64), text::count(all as u64)), named)
    };
    scrolled::draw(buf, body, &record.overlay, &lines, titles, Role::BorderFocus, appearance);
}

/// The keys in the border of the record.
pub(super) fn named(record: &RowRecord) -> Vec<Named> {
    let steps = [(Action::Previous, ""), (Action::Next, "other rows")];
    steps.into_iter().chain(named::overlay(record.overlay.is_long())).collect()
}

/// Lines with names and their values; a long value continues below its beginning.
fn lines(
    fields: &[(String, String, crate::preview::Role)],
    width: usize,
    appearance: &Appearance,
) -> Vec<Line> {
    let widest = fields.iter().map(|(name, ..)| text::cells(name)).max().unwrap_or(0);
    let names = widest.min(width / NAME_SHARE);
    let gap = if names > 0 { 2 } else { 0 };
    let mut lines = Vec::new();
    for (name, value, role) in fields {
        let name = text::fit(name, names).into_owned();
        let blank = " ".repeat(names - text::cells(&name).min(names) + gap);
        let mut head = name + &blank;
        for part in text::wrap(value, width.saturating_sub(names + gap).max(1)) {
            let next = " ".repeat(names + gap);
            let name = std::mem::replace(&mut head, next);
            lines.push(vec![
                (name, appearance.style(Role::JsonKey)),
                (part, part_style(*role, appearance)),
            ]);
        }
    }
    lines
}
