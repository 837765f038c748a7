//! The rows of the keys: records, and groups of them.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Pane};
use crate::index::sync::Highlight;
use crate::index::{Group, Letters, Sort};
use crate::model::{ContentType, RecordMeta, RecordState};
use crate::text::{self, Cut, cells, visible};
use crate::theme::Role;

use super::super::Appearance;
use super::super::paint::{light, marker, put, put_right, type_role};

/// Width of the marks before a key, and of a gap between two columns, in cells.
pub(in crate::view) const MARKS: u16 = 3;
const GAP: u16 = 2;
/// Width of a size, and of its column's head with an arrow, in cells.
const SIZE: u16 = 6;
/// Least and greatest width of a content type, in cells; the least is that of the column's head with an
/// arrow.
const TYPE: (u16, u16) = (6, 12);
/// Width of a content type where keys need the room, in cells: that of the column's head.
const SHORT_TYPE: u16 = 4;
/// Width that a key takes before its content type gets room, in cells.
const KEY: u16 = 18;
/// Width in which keys that begin alike can be told apart, in cells.
const DIFFERS: u16 = 14;
/// Width of a group's number of records, in cells.
const RECORDS: u16 = 8;
/// Width of the heads of content types and of these numbers together, in cells.
pub(super) const BOTH: u16 = 12;
/// Limit on the content types that are read for the width of their column.
const TYPES: usize = 64;
/// Widths from which there is room for sizes, and for content types too, in cells.
const ROOM: (u16, u16) = (22, 32);

/// Places of the columns of the keys.
pub(in crate::view) struct Columns {
    /// Width of the keys.
    pub(in crate::view) key: u16,
    /// First cell of the content types, and their width.
    pub(in crate::view) kind: Option<(u16, u16)>,
    /// The cell before which the sizes end, and their width.
    pub(in crate::view) size: Option<(u16, u16)>,
}

impl Columns {
    /// The columns in a pane of this inner area, for the rows that are shown.
    pub(super) fn of(app: &App, inner: Area) -> Self {
        let keys = &app.keys;
        let least = match keys.are_grouped() {
            true => RECORDS,
            false if keys.sort == Sort::ContentType => TYPE.0,
            false => 0,
        };
        Self::with_types(keys.index.content_types(), least, keys.index.usual_key(), inner)
    }

    /// The columns for records of these content types, with `least` cells for the other text of their column,
    /// or none, and for keys of mostly `usual` bytes. They depend on the content of the store, not on the
    /// rows on the screen, so that they stay while one scrolls.
    pub(in crate::view) fn with_types(
        types: &[ContentType],
        least: u16,
        usual: usize,
        inner: Area,
    ) -> Self {
        let widest = types.iter().take(TYPES).map(|kind| cells(&visible(kind.short()))).max();
        let widest = (widest.unwrap_or(0) as u16).clamp(TYPE.0, TYPE.1).max(least);
        let mut end = inner.x + inner.width.saturating_sub(1);
        let size = (inner.width >= ROOM.0).then_some((end, SIZE));
        end = end.saturating_sub(size.map_or(0, |(_, width)| width + GAP));
        let room = end.saturating_sub(inner.x + MARKS);
        let needed = u16::try_from(usual).unwrap_or(KEY).min(KEY);
        let widths = match least {
            0 => [widest, TYPE.0, SHORT_TYPE],
            RECORDS => [widest.max(BOTH), widest, least],
            _ => [widest, least, least],
        };
        // The two heads are no reason to cut a key, or the head of the keys.
        let wanted = |width: u16| if least == RECORDS && width >= BOTH { KEY } else { needed };
        let fits = |width: &u16| room.saturating_sub(width + GAP) >= wanted(*width);
        // A key that is cut in any case keeps the width in which it differs from others.
        let is_cut = usual > usize::from(room)
            && room >= DIFFERS + SHORT_TYPE + GAP
            && types.iter().any(|kind| kind.short() != types[0].short());
        let beside_cut = is_cut.then_some(SHORT_TYPE);
        let width = widths.into_iter().find(fits).or((least > 0).then_some(least)).or(beside_cut);
        let kind = width.filter(|_| inner.width >= ROOM.1).map(|width| (end - width, width));
        end = end.saturating_sub(kind.map_or(0, |(_, width)| width + GAP));
        Self { key: end.saturating_sub(inner.x + MARKS), kind, size }
    }
}

/// Draws the rows in the window.
pub(super) fn draw(
    buf: &mut Buffer,
    body: Area,
    app: &App,
    columns: &Columns,
    appearance: &Appearance,
) {
    let keys = &app.keys;
    let end = keys.len().min(keys.cursor.top + usize::from(body.height));
    let rows: Vec<_> = (keys.cursor.top..end)
        .filter_map(|at| match keys.group(at).filter(|group| !group.leaf) {
            Some(group) => Some((at, Shown::Group(group))),
            None => Some((at, Shown::Record(keys.row(at)?))),
        })
        .collect();
    let names: Vec<_> = rows.iter().map(|(_, row)| row.name(appearance)).collect();
    let shown: Vec<_> = names.iter().map(|name| visible(name)).collect();
    let shown: Vec<&str> = shown.iter().map(|name| &**name).collect();
    let cuts = text::cut_apart(&shown, columns.key.into());
    let (matching, filter) = keys.matching();
    let mut letters = (!filter.is_empty()).then(|| Letters::new(filter, matching));
    for (((at, row), cut), (name, y)) in rows.iter().zip(&cuts).zip(names.iter().zip(body.y..)) {
        let area = Area { y, height: 1, ..body };
        let current = *at == keys.cursor.at;
        if current {
            marker(buf, area, app.focus == Pane::Keys, appearance);
        }
        match row {
            Shown::Group(group) => group_row(buf, area, group, cut, columns, appearance),
            Shown::Record(meta) => {
                record_row(buf, area, meta, cut, columns, appearance);
                mark(buf, area, *at, meta, (app, columns), appearance);
            }
        }
        if current && app.focus == Pane::Keys {
            light(buf, area, appearance.style(Role::Cursor));
        }
        if let (Some(letters), Shown::Record(meta)) = (&mut letters, row)
            && !meta.key.as_bytes().is_empty()
        {
            found_letters(buf, area, name, cut, letters, appearance);
        }
    }
}

/// A row of the list.
enum Shown {
    Group(Group),
    Record(RecordMeta),
}

impl Shown {
    fn name(&self, appearance: &Appearance) -> String {
        match self {
            Self::Group(group) => {
                format!("{}{}", group.prefix.escaped(), appearance.symbols.ellipsis)
            }
            Self::Record(meta) if meta.key.as_bytes().is_empty() => "(empty key)".to_owned(),
            Self::Record(meta) => meta.key.escaped(),
        }
    }
}

/// Writes a row for keys that begin alike: their common beginning, their number, and their size.
fn group_row(
    buf: &mut Buffer,
    row: Area,
    group: &Group,
    cut: &Cut<'_>,
    columns: &Columns,
    appearance: &Appearance,
) {
    if let Some((end, width)) = columns.size {
        let size = text::size(group.bytes);
        put_right(buf, end, row.y, width, &size, appearance.style(Role::Text));
    }
    if let Some((x, width)) = columns.kind {
        // Numbers are aligned at the right.
        let records = text::count_within(group.records, width.into());
        put_right(buf, x + width, row.y, width, &records, appearance.style(Role::Dim));
    }
    put(buf, row.x + MARKS, row.y, columns.key, &cut.text, appearance.style(Role::Title));
}

/// Writes the mark of a record before its key. The sign of damage, which stands there, goes to the content
/// type.
fn mark(
    buf: &mut Buffer,
    row: Area,
    at: usize,
    meta: &RecordMeta,
    (app, columns): (&App, &Columns),
    appearance: &Appearance,
) {
    let s = &appearance.symbols;
    let store = app.keys.store.as_ref();
    let has_draft = store.is_some_and(|store| app.drafting.found.has(store, &meta.key));
    let is_staged = store.is_some_and(|store| app.staged.find(store, &meta.key).is_some());
    let (symbol, role) = match app.keys.highlight(&meta.key) {
        _ if app.keys.is_marked(at, &meta.key) => (s.mark, Role::Marked),
        _ if is_staged => (s.staged, Role::Warning),
        _ if app.record.cannot_show(&meta.key) => (s.damaged, Role::Danger),
        Some(Highlight::New) => (s.new, Role::New),
        Some(Highlight::Changed) => (s.changed, Role::Changed),
        None if has_draft => (s.draft, Role::Warning),
        None if is_damaged(meta) => return,
        None if store.is_some_and(|store| app.pins.has(store, &meta.key)) => {
            (s.pinned, Role::Title)
        }
        None => return,
    };
    put(buf, row.x + 1, row.y, 1, symbol, appearance.style(role));
    if let Some((x, _)) = columns.kind.filter(|_| is_damaged(meta)) {
        put(buf, x.saturating_sub(1), row.y, 1, s.damaged, appearance.style(Role::Warning));
    }
}

fn is_damaged(meta: &RecordMeta) -> bool {
    !matches!(meta.state, RecordState::Whole | RecordState::BareFile | RecordState::NotRead)
}

/// Writes a record: key, content type, size, and a sign before it if it is damaged.
pub(in crate::view) fn record_row(
    buf: &mut Buffer,
    row: Area,
    meta: &RecordMeta,
    cut: &Cut<'_>,
    columns: &Columns,
    appearance: &Appearance,
) {
    let s = &appearance.symbols;
    let unread = meta.state == RecordState::NotRead;
    let damaged = is_damaged(meta);
    if let Some((end, width)) = columns.size {
        let size = if unread { s.ellipsis.to_owned() } else { text::size(meta.size) };
        put_right(buf, end, row.y, width, &size, appearance.style(Role::Text));
    }
    if let Some((x, width)) = columns.kind {
        let (word, role) = if unread {
            (s.ellipsis, Role::Dim)
        } else {
            (meta.content_type.short(), type_role(&meta.content_type))
        };
        put(buf, x, row.y, width, word, appearance.style(role));
    }
    if damaged {
        put(buf, row.x + 1, row.y, 1, s.damaged, appearance.style(Role::Warning));
    }
    let role = match damaged {
        true => Role::Warning,
        false if meta.key.as_bytes().is_empty() => Role::Dim,
        false => Role::Text,
    };
    put(buf, row.x + MARKS, row.y, columns.key, &cut.text, appearance.style(role));
}

/// Lights the letters that the filter has found, in the part of a key or a name that the row shows behind the
/// marks.
pub(in crate::view) fn found_letters(
    buf: &mut Buffer,
    row: Area,
    key: &str,
    cut: &Cut<'_>,
    letters: &mut Letters,
    appearance: &Appearance,
) {
    let column = |end: usize| cells(&visible(&key[..end]));
    for place in letters.find(key) {
        for shown in cut.columns(&(column(place.start)..column(place.end))) {
            for at in shown {
                let x = row.x + MARKS + u16::try_from(at).unwrap_or(row.width);
                if let Some(cell) = buf.cell_mut((x, row.y)) {
                    cell.set_style(appearance.style(Role::KeyMatch));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_type_stays_where_keys_are_cut_in_any_case() {
        let types = ["application/json", "text/html", "image/png"].map(ContentType::from);
        let of = |types: &[ContentType], usual, width| {
            let inner = Area { x: 0, y: 0, width, height: 20 };
            let columns = Columns::with_types(types, 0, usual, inner);
            (columns.key, columns.kind.map(|(_, width)| width))
        };
        assert_eq!(of(&types, 11, 35), (15, Some(6)));
        assert_eq!(of(&types, 40, 35), (17, Some(4)), "cut with it and without");
        assert_eq!(of(&types, 20, 35), (23, None), "whole without it");
        assert_eq!(of(&types[..1], 40, 35), (23, None), "the same in each row");
        assert_eq!(of(&types, 40, 32), (14, Some(4)));
        assert_eq!(of(&types, 40, 31), (19, None));
    }
}
