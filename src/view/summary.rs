//! The summary of a store that is not open, or of a group of keys.

use ratatui::buffer::Buffer;

use crate::app::summaries::{RightSide, growing, right_side};
use crate::app::{App, Area, Pane, Subject, Summary, store_state};
use crate::model::{ContentType, Key, RecordMeta, StoreName, StoreState};
use crate::text::{self, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, pane};
use super::keys::beside_cursor;
use super::keys::rows::{self, Columns, MARKS};
use super::keys::titles::counted;
use super::paint::{below, chart, paragraph, put, put_right, type_role};

/// Width of a fact's name, in columns.
const NAMES: u16 = 9;
/// Widths of a content type's number of records and of its bytes, with gaps before them, in columns.
const NUMBERS: (u16, u16) = (11, 9);
/// Limit on the width of the table of content types, so that its numbers stand close to their names, in
/// columns.
const TABLE: u16 = 48;
/// Width of a row without its key: marks, content type, size and gaps, in columns.
const BESIDE_KEYS: u16 = 26;
/// Limit on the content types that are named; the others are counted.
const TYPES: usize = 8;

/// Draws the first keys of the store under the cursor, if it is not the open one.
pub(super) fn in_place_of_keys(
    buf: &mut Buffer,
    area: Area,
    app: &App,
    appearance: &Appearance,
) -> bool {
    let focused = app.focus == Pane::Keys;
    let (text, role) = match right_side(app) {
        RightSide::Open => return false,
        RightSide::Store(store, summary) => {
            first_keys(buf, area, focused, store, summary, app, appearance);
            return true;
        }
        RightSide::Waiting(true) => ("loading…".to_owned(), Role::Dim),
        RightSide::Waiting(false) => (String::new(), Role::Dim),
        RightSide::Failed(error) => (error.to_string(), Role::Danger),
    };
    let title = app.stores.current().map(|info| info.store.escaped()).unwrap_or_default();
    pane(buf, area, focused, &Titles { top: &title, bottom: "" }, appearance);
    paragraph(buf, beside_cursor(area.inner()), &text, appearance.style(role));
    true
}

/// Draws the summary of the store or the group under the cursor, if the cursor is on one.
pub(super) fn in_place_of_value(
    buf: &mut Buffer,
    area: Area,
    app: &App,
    appearance: &Appearance,
) -> bool {
    match (right_side(app), app.summaries.group()) {
        (RightSide::Open, None) => return false,
        (RightSide::Open, Some(held)) => group(buf, area, held, app, appearance),
        (RightSide::Store(store, held), _) => about(buf, area, store, held, app, appearance),
        (RightSide::Waiting(_) | RightSide::Failed(_), _) => {
            pane(buf, area, false, &Titles { top: "Store", bottom: "" }, appearance);
        }
    }
    true
}

/// Draws the first keys of a store.
fn first_keys(
    buf: &mut Buffer,
    area: Area,
    focused: bool,
    store: &StoreName,
    summary: &Summary,
    app: &App,
    appearance: &Appearance,
) {
    let info = app.stores.get(store);
    let name = store.escaped();
    let count = info.and_then(|info| info.records);
    let title = match count {
        Some(count) => {
            let room = usize::from(area.width).saturating_sub(TITLE_FRAME);
            counted(&name, &text::plural(count, "record"), room)
        }
        None => name,
    };
    let bottom = if summary.whole { String::new() } else { some_of(summary, count) };
    pane(buf, area, focused, &Titles { top: &title, bottom: &bottom }, appearance);
    let inner = area.inner();
    if summary.keys.is_empty() {
        let state = info.map(|info| &info.state);
        let damage = state
            .filter(|state| matches!(state, StoreState::HalfMade | StoreState::Damaged(_)))
            .map(|state| (store_state(state), Role::Warning));
        let (text, role) = damage.unwrap_or_else(|| ("no records".to_owned(), Role::Dim));
        return paragraph(buf, beside_cursor(inner), &text, appearance.style(role));
    }
    records(buf, inner, &summary.keys, &summary.types, appearance);
}

/// Draws the summary of a store, and its growth.
fn about(
    buf: &mut Buffer,
    area: Area,
    store: &StoreName,
    summary: &Summary,
    app: &App,
    appearance: &Appearance,
) {
    pane(buf, area, false, &Titles { top: "Store", bottom: "" }, appearance);
    let inner = beside_cursor(area.inner());
    let mut facts = Vec::new();
    let info = app.stores.get(store);
    let count = info.and_then(|info| info.records);
    if let Some(info) = info {
        facts.push(("records", count.map_or_else(|| "?".to_owned(), text::count), Role::Text));
        if summary.whole {
            facts.push(("size", text::size(summary.bytes), Role::Text));
        }
        if let Some(at) = info.modified_at {
            let when = text::since(at.micros(), app.now.micros());
            facts.push(("changed", when, Role::Text));
        }
        if let Some(rate) = growing(app) {
            let drawn = rate.bars(app.now).map(|bars| chart(&bars.map(f64::from), 12, appearance));
            let words =
                format!("{}/s  {}", text::rate(rate.rate(app.now)), drawn.unwrap_or_default());
            facts.push(("growth", words, Role::Spark));
        }
        if info.state != StoreState::Whole {
            facts.push(("state", store_state(&info.state), Role::Warning));
        }
        let draft = app.drafting.found.fact(store);
        facts.extend(draft.map(|(name, text)| (name, text, Role::Warning)));
    }
    let rest = lines(buf, inner, &facts, appearance);
    let note = if summary.whole { String::new() } else { some_of(summary, count) };
    let rest = below(rest, 1);
    // The rows below the head and above the note.
    let room = rest.height.saturating_sub(1 + u16::from(!note.is_empty()));
    types(buf, rest, summary, (room.into(), &note), appearance);
}

/// Draws the summary of a group of keys.
fn group(buf: &mut Buffer, area: Area, summary: &Summary, app: &App, appearance: &Appearance) {
    let title = match &summary.of {
        Subject::Group(scope) => {
            format!("{}{}", Key::from(&scope.prefix[..]).escaped(), appearance.symbols.ellipsis)
        }
        Subject::Store(store) => store.escaped(),
    };
    let focused = app.focus == Pane::Record;
    pane(buf, area, focused, &Titles { top: &title, bottom: "" }, appearance);
    let inner = area.inner();
    let facts = [
        ("records", text::count(summary.records), Role::Text),
        ("size", text::size(summary.bytes), Role::Text),
    ];
    let rest = lines(buf, beside_cursor(inner), &facts, appearance);
    let rest = below(types(buf, below(rest, 1), summary, (TYPES, ""), appearance), 1);
    // Numbers stand close to the keys, and below the numbers of the types.
    let longest = summary.keys.iter().map(|meta| text::cells(&visible(&meta.key.escaped()))).max();
    let wanted =
        u16::try_from(longest.unwrap_or(0)).unwrap_or(u16::MAX).saturating_add(BESIDE_KEYS);
    let width = inner.width.min(wanted.max(TABLE + 2));
    let list = Area { x: inner.x, width, ..rest };
    if list.height > 1 {
        records(buf, list, &summary.keys, &summary.types, appearance);
    }
}

/// `60 of 2,312 keys`: the number of keys in the part, and of all.
fn some_of(summary: &Summary, count: Option<u64>) -> String {
    let some = text::count(summary.records);
    match count.filter(|count| *count >= summary.records) {
        Some(count) => format!("{some} of {} keys", text::count(count)),
        None => format!("the first {some} keys"),
    }
}

/// Draws names and values, wrapped; gives the area that is left below.
fn lines(
    buf: &mut Buffer,
    area: Area,
    facts: &[(&str, String, Role)],
    appearance: &Appearance,
) -> Area {
    let mut rest = area;
    for (name, value, role) in facts {
        let room = area.width.saturating_sub(NAMES);
        for (at, line) in text::wrap(value, room.into()).iter().enumerate() {
            if rest.height == 0 {
                return rest;
            }
            let name = if at == 0 { name } else { "" };
            put(buf, area.x, rest.y, NAMES, name, appearance.style(Role::Dim));
            put(buf, area.x + NAMES, rest.y, room, line, appearance.style(*role));
            rest = below(rest, 1);
        }
    }
    rest
}

/// Draws a table of content types, of at most this many rows, with a note at its end; gives the area that is
/// left below.
fn types(
    buf: &mut Buffer,
    area: Area,
    summary: &Summary,
    (most, note): (usize, &str),
    appearance: &Appearance,
) -> Area {
    if summary.types.is_empty() || area.height < 2 {
        return area;
    }
    let width = area.width.min(TABLE);
    let end = area.x + width;
    let mut rest = area;
    let mut row = |cells: [&str; 3], role: Role, kind: Role| {
        if rest.height > 0 {
            let style = appearance.style(role);
            put_right(buf, end, rest.y, NUMBERS.1, cells[2], style);
            put_right(buf, end.saturating_sub(NUMBERS.1), rest.y, NUMBERS.0, cells[1], style);
            let room = width.saturating_sub(NUMBERS.0 + NUMBERS.1);
            put(buf, area.x, rest.y, room, cells[0], appearance.style(kind));
            rest = below(rest, 1);
        }
    };
    row(["Type", "Records", "Size"], Role::Header, Role::Header);
    let all = summary.types.len();
    // The note on further types takes a row too.
    let shown = if all > most { most.saturating_sub(1) } else { all };
    for (name, records, bytes) in summary.types.iter().take(shown) {
        let cells = [name.short(), &text::count(*records), &text::size(*bytes)];
        row(cells, Role::Text, type_role(name));
    }
    if shown < all {
        let more = format!("+ {} more", all - shown);
        row([&more, "", ""], Role::Dim, Role::Dim);
    }
    if !note.is_empty() && rest.height > 0 {
        put(buf, area.x, rest.y, area.width, note, appearance.style(Role::Dim));
        rest = below(rest, 1);
    }
    rest
}

/// Draws records under the heads of their columns.
fn records(
    buf: &mut Buffer,
    area: Area,
    keys: &[RecordMeta],
    types: &[(ContentType, u64, u64)],
    appearance: &Appearance,
) {
    let types: Vec<_> = types.iter().map(|(name, ..)| name.clone()).collect();
    // As in the list of the store once it is open, so that nothing moves when it opens.
    let mut lengths: Vec<_> = keys.iter().map(|meta| meta.key.as_bytes().len()).collect();
    lengths.sort_unstable();
    let usual = lengths.get(lengths.len() * 3 / 4).copied().unwrap_or(0);
    let columns = Columns::with_types(&types, 0, usual, area);
    let header = appearance.style(Role::Header);
    let arrow = keys.is_sorted_by_key(|meta| &meta.key).then_some(appearance.symbols.ascending);
    let head = arrow.map_or("Key".to_owned(), |arrow| format!("Key {arrow}"));
    put(buf, area.x + MARKS, area.y, columns.key, &head, header);
    if let Some((x, width)) = columns.kind {
        put(buf, x, area.y, width, "Type", header);
    }
    if let Some((end, width)) = columns.size {
        put_right(buf, end, area.y, width, "Size", header);
    }
    let body = below(area, 1);
    let keys = &keys[..keys.len().min(body.height.into())];
    let names: Vec<_> = keys.iter().map(|meta| meta.key.escaped()).collect();
    let names: Vec<_> = names.iter().map(|name| visible(name)).collect();
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let cuts = text::cut_apart(&names, columns.key.into());
    for ((meta, cut), y) in keys.iter().zip(&cuts).zip(body.y..) {
        let row = Area { y, height: 1, ..body };
        rows::record_row(buf, row, meta, cut, &columns, appearance);
    }
}
