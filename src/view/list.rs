//! Dialogs that are a list of rows, over the panes.

use ratatui::buffer::Buffer;

use crate::app::layers::list::{Listing, Look, Place, Row, below_heads};
use crate::app::{App, Area, Dialog, ListDialog};
use crate::model::Timestamp;
use crate::text::{self, cells};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, bordered};
use super::dialog::{Cell, Drawn, Scene};
use super::modal::centred;
use super::named::{self, Named};
use super::paint::{below, light, marker, put, put_right};

/// Columns behind the time.
const BEHIND_TIME: usize = 2;

impl Drawn for ListDialog {
    fn draw(&self, Scene { buf, body, app, appearance }: Scene<'_>) -> Option<Cell> {
        draw(buf, body, self.dialog(), app, appearance);
        None
    }

    fn named(&self, app: &App, appearance: &Appearance) -> Vec<Named> {
        named(self.dialog(), app, appearance)
    }

    fn row_at(&self, area: Area, _: &App, cell: Cell) -> Option<usize> {
        let listing = self.dialog().listing()?;
        let Place::Cursor(cursor) = listing.place else { return None };
        let rows = below(area.inner(), u16::from(has_heads(&listing)));
        rows.row_at(cell, cursor.top, listing.rows.len())
    }

    fn scrolls(&self, _: &App) -> bool {
        scrolls(self.dialog())
    }
}

/// Whether there is something to scroll or to move through.
fn scrolls(dialog: &dyn Dialog) -> bool {
    dialog.listing().is_none_or(|listing| match listing.place {
        Place::Scrolled(overlay) => overlay.is_long(),
        Place::Cursor(_) => listing.rows.len() > 1,
    })
}

/// The keys in the border.
fn named(dialog: &dyn Dialog, app: &App, appearance: &Appearance) -> Vec<Named> {
    // Where the border says why nothing can be done with a row, the footer names the keys.
    let listing = dialog.listing().filter(|listing| listing.why.is_none());
    let Some(listing) = listing else { return Vec::new() };
    named_in(&listing, dialog, app, appearance)
}

fn named_in(
    listing: &Listing<'_>,
    dialog: &dyn Dialog,
    app: &App,
    appearance: &Appearance,
) -> Vec<Named> {
    let scroll = match listing.place {
        Place::Scrolled(overlay) if overlay.is_long() => named::scroll(),
        Place::Scrolled(_) | Place::Cursor(_) => Vec::new(),
    };
    let named = scroll.into_iter().chain(listing.keys.iter().copied()).collect();
    let width = app.layout().body.width.min(listing.width);
    let place = cells(&place_in(listing, app));
    let room = usize::from(width).saturating_sub(TITLE_FRAME + place);
    named::fit(named, dialog.context(), room, app, appearance)
}

/// The place of the cursor, where not all rows are seen.
fn place_in(listing: &Listing<'_>, app: &App) -> String {
    match listing.place {
        Place::Cursor(cursor) => {
            let rows = app.layout().dialog_rows();
            let rows = if has_heads(listing) { below_heads(rows) } else { rows };
            named::place(cursor.at, listing.rows.len(), rows)
        }
        Place::Scrolled(_) => String::new(),
    }
}

/// Draws a list dialog.
fn draw(buf: &mut Buffer, body: Area, dialog: &dyn Dialog, app: &App, appearance: &Appearance) {
    let Some(listing) = dialog.listing() else { return };
    let width = body.width.min(listing.width);
    let lines = lines(&listing, usize::from(width), app);
    let rows = u16::try_from(lines.len().max(1)).unwrap_or(u16::MAX);
    let heads = u16::from(has_heads(&listing));
    let area = centred(body, width, rows.saturating_add(2 + heads));
    let inner = below(area.inner(), heads);
    let first = match listing.place {
        Place::Cursor(cursor) => cursor.top,
        Place::Scrolled(overlay) => overlay.first(lines.len(), inner.height.into()),
    };
    let keys = || {
        let named = named_in(&listing, dialog, app, appearance);
        place_in(&listing, app) + &named::line(&named, dialog.context(), app, appearance)
    };
    let bottom = listing.why.as_deref().map_or_else(keys, str::to_owned);
    let titles = Titles { top: &listing.title, bottom: &bottom };
    let (border, title) = (appearance.style(Role::BorderFocus), appearance.style(Role::Title));
    bordered(buf, area, &titles, appearance, border, title);
    if lines.is_empty() {
        let (none, width) = (listing.none, inner.width.saturating_sub(2));
        put(buf, inner.x + 1, inner.y, width, none, appearance.style(Role::Dim));
    }
    draw_heads(buf, area.inner(), &listing, app, appearance);
    for ((at, line), y) in lines.iter().enumerate().skip(first).zip(inner.y..inner.y + inner.height)
    {
        let row = Area { y, height: 1, ..inner };
        draw_line(buf, row, line, appearance);
        if matches!(listing.place, Place::Cursor(cursor) if cursor.at == at) {
            marker(buf, row, true, appearance);
            light(buf, row, appearance.style(Role::Cursor));
        }
    }
}

/// Whether the columns have words above them.
fn has_heads(listing: &Listing<'_>) -> bool {
    listing.heads.is_some() && !listing.rows.is_empty()
}

/// Writes the words above the columns.
fn draw_heads(
    buf: &mut Buffer,
    area: Area,
    listing: &Listing<'_>,
    app: &App,
    appearance: &Appearance,
) {
    let Some([time, text, state]) = listing.heads.filter(|_| has_heads(listing)) else { return };
    let style = appearance.style(Role::Header);
    let (from, end) = (area.x + 1, area.x + area.width.saturating_sub(1));
    put(buf, from, area.y, area.width, time, style);
    let from = from + u16::try_from(times(listing, app)).unwrap_or(0);
    let end = put_right(buf, end, area.y, area.width / 2, state, style);
    put(buf, from, area.y, end.saturating_sub(from), text, style);
}

/// Width of the column of times, with the gap behind it; 0 without times.
fn times(listing: &Listing<'_>, app: &App) -> usize {
    let times = listing.rows.iter().filter_map(|row| Some(cells(&ago(row.at?, app))));
    let head = listing.heads.map_or(0, |[time, ..]| cells(time));
    times.max().map_or(0, |widest| widest.max(head) + BEHIND_TIME)
}

fn ago(at: Timestamp, app: &App) -> String {
    text::ago(at.micros(), app.now.micros())
}

/// A line of the dialog.
struct Line<'a> {
    /// The text in the column of times, if there is one.
    time: Option<String>,
    text: String,
    state: &'a str,
    look: Look,
}

/// The lines of a list; `width`: width of the dialog, in columns.
fn lines<'a>(listing: &'a Listing<'_>, width: usize, app: &App) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let times = times(listing, app);
    for Row { at, text, state, look } in &listing.rows {
        let time = at.map(|at| format!("{:<times$}", ago(at, app)));
        let of = |time, text| Line { time, text, state, look: *look };
        if let Place::Cursor(_) = listing.place {
            lines.push(of(time, text.clone().into_owned()));
            continue;
        }
        let column = time.as_ref().map_or(0, |_| times);
        for (at, part) in text::wrap(text, width.saturating_sub(4 + column)).into_iter().enumerate()
        {
            let blank = || " ".repeat(times);
            let time = time.as_ref().map(|time| if at == 0 { time.clone() } else { blank() });
            lines.push(of(time, part));
        }
    }
    lines
}

fn draw_line(buf: &mut Buffer, area: Area, line: &Line<'_>, appearance: &Appearance) {
    let dim = appearance.style(Role::Dim);
    let mut from = area.x + 1;
    if let Some(time) = &line.time {
        from += put(buf, from, area.y, area.width, time, dim);
    }
    let end = area.x + area.width.saturating_sub(1);
    let room = put_right(buf, end, area.y, area.width / 2, line.state, dim);
    let role = match line.look {
        Look::Plain => Role::Text,
        Look::Dim => Role::Dim,
        Look::Done => Role::Ok,
        Look::Warning => Role::Warning,
        Look::Failure => Role::Danger,
    };
    let gap = u16::from(!line.state.is_empty());
    let width = room.saturating_sub(from + gap);
    put(buf, from, area.y, width, &line.text, appearance.style(role));
}
