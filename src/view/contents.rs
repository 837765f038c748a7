//! The requests of a queue or the items of a dataset, over the panes.

use ratatui::buffer::Buffer;

use crate::app::layers::ContentsView;
use crate::app::{App, Area, Overlay};
use crate::keymap::{Action, Context};
use crate::model::OtherStorage;
use crate::text::cells;
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::grid;
use super::named::{self, Named};
use super::paint::{below, dim, paragraph, put};
use super::record::value_row;
use super::table;

impl Drawn for ContentsView {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        let keys = keys(self, app, appearance);
        let bottom = place(self, app) + &named::line(&keys, Context::Contents, app, appearance);
        let title = self.title();
        let titles = Titles { top: &title, bottom: &bottom };
        let (border, role) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
        bordered(buf, body, &titles, appearance, border, role);
        let inner = body.inner();
        for y in inner.y..inner.y + inner.height {
            put(
                buf,
                inner.x,
                y,
                inner.width,
                &" ".repeat(inner.width.into()),
                appearance.style(Role::Text),
            );
        }
        let inner = Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let role = if self.failure.is_some() { Role::Danger } else { Role::Dim };
        let Some(cursor) = &self.table else {
            paragraph(buf, inner, &self.words(), appearance.style(role));
            return None;
        };
        put(buf, inner.x, inner.y, inner.width, &self.words(), appearance.style(role));
        let rest = below(inner, 1);
        let view = Self::viewport(inner.width + 2, inner.height);
        let rows = cursor.shown().rows(self.scroll, view, None);
        for (row, y) in rows.iter().zip(rest.y..rest.y + rest.height) {
            value_row(buf, rest, y, (row, self.scroll.column() > 0), appearance);
        }
        if !rows.is_empty() {
            grid::draw_head(buf, rest, appearance);
        }
        if matches!(self.of, OtherStorage::Queue(_)) {
            let place = |row| cursor.shown().cell_at(self.scroll, view, (0, row));
            let is_state = |place: (Option<usize>, usize)| place.0.is_some() && place.1 == 0;
            let states = (0..rest.height).filter(|row| place(*row).is_some_and(is_state));
            states.for_each(|row| light_failed(buf, rest.x, rest.y + row, appearance));
        }
        grid::draw_cursor(buf, rest, cursor, (self.scroll, view), appearance);
        if let Some(record) = self.record() {
            dim(buf, body, appearance);
            table::draw_record(buf, body, record, app, appearance);
        }
        None
    }

    fn overlay(&self) -> Option<&Overlay> {
        self.record().map(|(record, ..)| &record.overlay)
    }

    fn named(&self, app: &App, appearance: &Appearance) -> Vec<Named> {
        match self.record() {
            Some((record, ..)) => table::named(record),
            None => keys(self, app, appearance),
        }
    }
}

/// Marks a failed request, where the state is the first word of a row.
fn light_failed(buf: &mut Buffer, x: u16, y: u16, appearance: &Appearance) {
    let cells = || (x..).zip(FAILED.chars());
    let is_there = |(x, c): (u16, char)| {
        buf.cell((x, y)).is_some_and(|cell| cell.symbol().chars().eq(std::iter::once(c)))
    };
    if cells().all(is_there) {
        put(buf, x, y, FAILED.len() as u16, FAILED, appearance.style(Role::Danger));
    }
}

/// The state of a failed request, with a space behind it.
const FAILED: &str = "failed ";

/// The place of the cursor among the rows of the page, where not all of them are seen.
fn place(shown: &ContentsView, app: &App) -> String {
    // Above the rows stand the words about the page, and the heads of the columns.
    let height = usize::from(app.layout().body.inner().height.saturating_sub(2));
    shown
        .table
        .as_ref()
        .map_or_else(String::new, |table| named::place(table.at().0, table.shown().lines(), height))
}

/// The keys in the border.
fn keys(shown: &ContentsView, app: &App, appearance: &Appearance) -> Vec<Named> {
    use crate::app::Dialog as _;
    let all = [
        (Action::Previous, "page before"),
        (Action::Next, "next page"),
        (Action::ShowRow, "show the row"),
        (Action::Close, "close"),
    ];
    // Under a row that is shown as a record, keys of the table are not named.
    let free = shown.record().is_none();
    let all = all.into_iter().filter(|(action, _)| free && shown.allows(*action));
    let place = cells(&place(shown, app));
    let room = usize::from(app.layout().body.width).saturating_sub(TITLE_FRAME + place);
    named::fit(all.collect(), Context::Contents, room, app, appearance)
}
