//! The right pane.

use std::borrow::Cow;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{App, Area, Pane, RecordView};
use crate::keymap::{Action, Context};
use crate::model::{Record, RecordMeta};
use crate::preview::{Hit, Mode, PicturePlace, Preview, PreviewKind, Role as Part, Row};
use crate::text::{self, cells, visible};
use crate::theme::Role;

use super::border::{TITLE_FRAME, Titles, pane};
use super::grid;
use super::keys::titles::{Weight, fit};
use super::paint::{below, paragraph, put, put_right, type_role};
use super::pixels::pixels;
use super::seen::{SeenRows, inside, lit};
use super::{Appearance, Pictures};

/// Draws the record under the cursor.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Area,
    app: &App,
    (seen, appearance): (&SeenRows, &Appearance),
) {
    let focused = app.focus == Pane::Record;
    let record = &app.record;
    let stale = record.is_stale() && record.show_loading;
    let title = match (&record.wanted, &record.shown) {
        // While the next record has only just been asked for, the title stays that of the shown one.
        (Some(_), Some(shown)) if record.loading && !record.show_loading => shown.key().escaped(),
        (Some((_, key)), _) => key.escaped(),
        (None, _) => "Value".to_owned(),
    };
    let title = if title.is_empty() { "(empty key)" } else { &title };
    let entry = record.entry().map(|entry| format!("{title} › {}", entry.names()));
    let title = entry.as_deref().unwrap_or(title);
    let room = usize::from(area.width).saturating_sub(TITLE_FRAME);
    // Keys that begin alike differ at their ends.
    let title = text::fit_middle(&visible(title), room).into_owned();
    let bottom = bottom(app, room, appearance);
    pane(buf, area, focused, &Titles { top: &title, bottom: &bottom }, appearance);
    let inner = inside(area);
    let in_role = |role| appearance.style(role);
    if let Some(error) = &record.failure {
        return paragraph(buf, inner, &error.to_string(), in_role(Role::Danger));
    }
    match &record.shown {
        None if record.loading => paragraph(buf, inner, &loading_words(app), in_role(Role::Dim)),
        None => {}
        Some(_) if stale => paragraph(buf, inner, &loading_words(app), in_role(Role::Dim)),
        Some(RecordView::Missing(_)) => {
            paragraph(buf, inner, "this record is no longer there", in_role(Role::Warning));
        }
        Some(RecordView::TooLarge(meta)) => {
            heading(buf, inner, meta, appearance);
            let text = if record.fetching { fetching(meta, app) } else { too_large(meta, app) };
            let role = if record.fetching { Role::Warning } else { Role::Text };
            let below = below(inner, 2);
            paragraph(buf, below, &text, in_role(role));
        }
        Some(
            RecordView::Whole(Record { meta, .. }, preview) | RecordView::Head(meta, preview, _),
        ) => {
            heading(buf, inner, record.shown_meta().unwrap_or(meta), appearance);
            let mut y = inner.y + 1;
            // Only a note on something wrong has the colour of a warning.
            let role = if record.warns() { Role::Warning } else { Role::Header };
            for row in record.note_rows(inner.width, &app.keymap) {
                put(buf, inner.x, y, inner.width, &row, in_role(role));
                y += 1;
            }
            let view = record.viewport(area, &app.keymap);
            let rest = below(inner, y - inner.y);
            match preview.kind() {
                PreviewKind::None => paragraph(buf, rest, "None", in_role(Role::TypeNone)),
                PreviewKind::Empty => paragraph(buf, rest, "(empty)", in_role(Role::Dim)),
                PreviewKind::Picture if preview.is_ahead() => {
                    paragraph(buf, rest, "decoding…", in_role(Role::Dim));
                }
                _ => {
                    let place = preview.picture_place(record.scroll, view);
                    if let Some(place) = place
                        && !in_cells(buf, rest, (preview, place), appearance)
                    {
                        return;
                    }
                    let rows = seen.get().map_or_else(
                        || Cow::Owned(preview.rows(record.scroll, view, lit(app, preview))),
                        Cow::Borrowed,
                    );
                    let begun = record.scroll.column() > 0;
                    for (row, y) in rows.iter().zip(y..inner.y + inner.height) {
                        value_row(buf, inner, y, (row, begun), appearance);
                    }
                    if preview.kind() == PreviewKind::Table && !rows.is_empty() {
                        grid::draw_head(buf, rest, appearance);
                    }
                    if let Some(cursor) = app.table().filter(|cursor| cursor.is_over(preview)) {
                        grid::draw_cursor(buf, rest, cursor, (record.scroll, view), appearance);
                    }
                }
            }
        }
    }
}

/// Whether a picture is drawn in characters; if not, draws the placeholders for the terminal, or says that
/// pictures are off.
fn in_cells(
    buf: &mut Buffer,
    area: Area,
    (preview, place): (&Arc<Preview>, PicturePlace),
    appearance: &Appearance,
) -> bool {
    match &appearance.pictures {
        Pictures::Cells => return true,
        Pictures::Off => {
            let words = "pictures are off (`pictures` in the config file)";
            paragraph(buf, area, words, appearance.style(Role::Dim));
        }
        Pictures::Own(Some(placed)) if placed.is_of(preview, place, area.height) => {
            placed.draw(buf, area, place);
        }
        Pictures::Own(_) => {}
    }
    false
}

fn loading_words(app: &App) -> String {
    if app.record.fetching {
        text::then("fetching…", " ", cancels(app))
    } else {
        "loading…".to_owned()
    }
}

fn cancels(app: &App) -> Option<String> {
    app.keymap.says(Context::Record, Action::Back, "cancels")
}

/// The text in the lower border: the parts that have room whole, the weightier first.
fn bottom(app: &App, room: usize, appearance: &Appearance) -> String {
    let record = &app.record;
    let mut parts = Vec::new();
    if let Some(leaf) = app.leaf() {
        // A long path keeps both its ends.
        let path = leaf.path();
        let path = text::fit_middle(&visible(&path), room.saturating_sub(8)).into_owned();
        parts.push((Weight::Chosen, path));
    } else if let Some(cursor) = app.table() {
        parts.push((Weight::Chosen, text::fit(&cursor.words(), room).into_owned()));
    } else if !record.search.is_empty() {
        parts.push((Weight::Chosen, searched(app, room)));
    }
    if let Some(told) = record.versions.told().filter(|_| app.leaf().is_none()) {
        parts.push((Weight::State, told));
    }
    if record.wanted.as_ref().is_some_and(|(store, key)| app.drafting.found.has(store, key)) {
        parts.push((Weight::Fault, format!("{} draft", appearance.symbols.draft)));
    }
    if let Some(preview) = record.preview() {
        let mode = match record.mode {
            Mode::Auto | Mode::Table => match preview.kind() {
                PreviewKind::Page => Some("page as text".to_owned()),
                // The cursor in the table tells the number of rows.
                PreviewKind::Table if app.table().is_some() => None,
                // The number of rows in a part is not that of the whole.
                PreviewKind::Table if matches!(record.shown, Some(RecordView::Head(..))) => {
                    Some("table".to_owned())
                }
                PreviewKind::Table => Some(text::plural(preview.lines() as u64, "row")),
                PreviewKind::Text if preview.is_laid_out() => Some("laid out".to_owned()),
                _ => None,
            },
            Mode::Text if preview.is_source() => Some("source".to_owned()),
            Mode::Text => Some("as text".to_owned()),
            Mode::Hex => Some("as hex".to_owned()),
            Mode::Raw => Some("raw".to_owned()),
        };
        parts.extend(mode.map(|mode| (Weight::State, mode)));
        let view = app.viewport();
        let wraps =
            !matches!(preview.kind(), PreviewKind::Hex | PreviewKind::Picture | PreviewKind::Table);
        if !record.wrap && wraps {
            parts.push((Weight::State, "no wrap".to_owned()));
        }
        if preview.bottom(view) != preview.top() {
            let share = preview.fraction(record.scroll, view);
            parts.push((Weight::Place, format!("{:.0} %", (share * 100.0).floor())));
        }
    }
    fit(parts, room)
}

/// The searched text, and the number of the current match out of all matches; the latter is never cut.
fn searched(app: &App, room: usize) -> String {
    let record = &app.record;
    let found = record.matches.as_ref().map_or_else(
        || "…".to_owned(),
        |matches| match matches.current() {
            Some(at) => {
                let total = text::count(matches.len() as u64);
                let more = if matches.is_capped() { "+" } else { "" };
                format!("{} of {total}{more}", text::count(at as u64 + 1))
            }
            None => "not found".to_owned(),
        },
    );
    let left = room.saturating_sub(cells(&found) + 4);
    let search = text::beginning(&record.search, room);
    format!("/{} · {found}", text::fit_middle(&visible(search), left))
}

fn heading(buf: &mut Buffer, inner: Area, meta: &RecordMeta, appearance: &Appearance) {
    let size = text::size(meta.size);
    let start = put_right(
        buf,
        inner.x + inner.width,
        inner.y,
        inner.width,
        &size,
        appearance.style(Role::Text),
    );
    let content_type = meta.content_type.as_str();
    let (word, role) = if content_type.is_empty() {
        ("no content type", Role::Warning)
    } else {
        (content_type, type_role(&meta.content_type))
    };
    put(buf, inner.x, inner.y, start.saturating_sub(inner.x + 1), word, appearance.style(role));
}

/// The time that fetching costs the server: measured at 0.6 to 0.9 ms a megabyte.
fn stall(meta: &RecordMeta) -> String {
    let millis = meta.size as f64 / 1_000_000.0 * 0.75;
    if millis < 1.0 { "under 1 ms".to_owned() } else { format!("about {millis:.0} ms") }
}

fn too_large(meta: &RecordMeta, app: &App) -> String {
    let limit = text::limit(app.settings.preview_limit);
    let fetches = app.keymap.says(Context::Record, Action::Fetch, "fetches it");
    let state = text::then(&format!("over the limit of {limit}"), " · ", fetches);
    format!("{state} · blocks the server for {}", stall(meta))
}

fn fetching(meta: &RecordMeta, app: &App) -> String {
    let state = format!("Fetching {}…", text::size(meta.size));
    text::then(&state, " ", cancels(app).map(|cancels| format!("{cancels}.")))
}

/// Writes a row of a value; `begun`: it begins to the left of what is seen.
pub(super) fn value_row(
    buf: &mut Buffer,
    inner: Area,
    y: u16,
    (row, begun): (&Row, bool),
    appearance: &Appearance,
) {
    let mut x = inner.x;
    let right = inner.x + inner.width;
    for span in &row.spans {
        let style =
            hit_style(span.hit, appearance).unwrap_or_else(|| part_style(span.role, appearance));
        let sign = format!("{} ", appearance.symbols.wrapped);
        let text = if span.role == Part::Wrapped { &sign } else { &span.text };
        x += put(buf, x, y, right.saturating_sub(x), text, style);
    }
    pixels(buf, Area { x, y, width: right.saturating_sub(x), height: 1 }, &row.pixels, appearance);
    if begun && let Some(left) = inner.x.checked_sub(1) {
        put(buf, left, y, 1, appearance.symbols.less, appearance.style(Role::Dim));
    }
    if row.more {
        put(buf, right, y, 1, appearance.symbols.more, appearance.style(Role::Dim));
    }
}

fn hit_style(hit: Hit, appearance: &Appearance) -> Option<Style> {
    match hit {
        Hit::No => None,
        Hit::Match => Some(appearance.style(Role::Match)),
        Hit::Current => Some(appearance.style(Role::MatchCurrent)),
    }
}

pub(super) fn part_style(part: Part, appearance: &Appearance) -> Style {
    appearance.style(match part {
        Part::Plain => Role::Text,
        Part::Key => Role::JsonKey,
        Part::String => Role::JsonString,
        Part::Number => Role::JsonNumber,
        Part::Literal => Role::JsonLiteral,
        Part::Punctuation => Role::Punctuation,
        Part::Offset => Role::Offset,
        Part::Hex => Role::Hex,
        Part::Ascii => Role::Ascii,
        Part::Symbol => Role::Symbol,
        Part::Dim | Part::Wrapped => Role::Dim,
    })
}
