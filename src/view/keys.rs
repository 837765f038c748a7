//! The middle pane.

mod titles;

use ratatui::buffer::Buffer;

use crate::app::keys::FUZZY;
use crate::app::{App, Area, Pane, store_facts, store_state};
use crate::index::sync::Highlight;
use crate::index::{Group, Letters, Sort};
use crate::keymap::{Action, Context};
use crate::model::{RecordMeta, RecordState, StoreState};
use crate::text;
use crate::text::{cells, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, pane};
use super::paint::{light, paragraph, put, put_right, type_role};

/// Columns of a fact's name.
const NAMES: u16 = 13;
/// Columns of the size, with a gap before them.
const SIZE: u16 = 9;
/// Columns of the content type, with a gap before them.
const TYPE: u16 = 9;

/// Draws the keys of the open store, or what is known of the store under the cursor.
pub(super) fn draw(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    let focused = app.focus == Pane::Keys;
    let keys = &app.keys;
    let open = keys.store.as_ref().filter(|_| !app.is_elsewhere());
    let Some(store) = open else {
        unopened(buf, area, app, appearance);
        return;
    };
    let (title, bottom) = titles::titles(app, &store.escaped(), area.width, appearance);
    pane(buf, area, focused, &Titles { top: &title, bottom: &bottom }, appearance);
    let inner = area.inner();
    if inner.height == 0 {
        return;
    }
    if let (Some(error), true) = (keys.sync.failure(), keys.is_empty()) {
        return paragraph(
            buf,
            beside_cursor(inner),
            &error.to_string(),
            appearance.style(Role::Danger),
        );
    }
    if keys.is_empty() {
        let known = app.stores.get(store).map(|info| &info.state);
        let damage = known
            .filter(|state| matches!(state, StoreState::HalfMade | StoreState::Damaged(_)))
            .filter(|_| keys.sync.is_complete() && keys.filter.is_empty());
        if let Some(state) = damage {
            return paragraph(
                buf,
                beside_cursor(inner),
                &store_state(state),
                appearance.style(Role::Warning),
            );
        }
        let says = |action, does| app.keymap.says(Context::Keys, action, does);
        let clears = || says(Action::Back, "clears the filter");
        let text =
            match (keys.sync.walk().is_some() || keys.order.selecting, keys.filter.is_empty()) {
                (true, _) => "loading…".to_owned(),
                (false, true) => {
                    text::then("no records", "; ", says(Action::NewRecord, "writes one"))
                }
                (false, false) if keys.filter.starts_with(FUZZY) => {
                    text::then("no key is like this", "; ", clears())
                }
                (false, false) => text::then("no key contains this", "; ", clears()),
            };
        return paragraph(buf, beside_cursor(inner), &text, appearance.style(Role::Dim));
    }
    header(buf, inner, app, kinds(app, inner.height.saturating_sub(1)), appearance);
    let body = Area { y: inner.y + 1, height: inner.height - 1, ..inner };
    let (matching, filter) = keys.matching();
    let mut letters = (!filter.is_empty()).then(|| Letters::new(filter, matching));
    let rows = (keys.cursor.top..keys.len()).zip(body.y..body.y + body.height);
    for (at, y) in rows {
        let current = at == keys.cursor.at;
        if let Some(group) = keys.group(at).filter(|group| !group.leaf) {
            group_row(buf, body, y, &group, current, appearance);
        } else if let Some(meta) = keys.row(at) {
            row(buf, body, (at, y), &meta, app, appearance);
        }
        if current && focused {
            light(buf, Area { y, height: 1, ..body }, appearance.style(Role::Cursor));
        }
        if let (Some(letters), Some(meta)) = (&mut letters, keys.row(at)) {
            found_letters(buf, Area { y, ..body }, &meta.key.escaped(), letters, appearance);
        }
    }
}

/// What is known of the store under the cursor, until one is opened.
fn unopened(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    let Some(info) = app.stores.current() else {
        return pane(buf, area, false, &Titles { top: "Keys", bottom: "" }, appearance);
    };
    let name = info.store.escaped();
    pane(buf, area, false, &Titles { top: &name, bottom: "" }, appearance);
    let mut facts = Vec::new();
    store_facts(info, app.now, &mut facts);
    facts.extend(app.drafting.found.fact(&info.store));
    let inner = area.inner();
    let (x, width) = (inner.x + 1, inner.width.saturating_sub(2));
    let mut rows = inner.y..inner.y + inner.height;
    for (name, value) in &facts {
        let lines = text::wrap(value, usize::from(width.saturating_sub(NAMES)));
        for (at, line) in lines.iter().enumerate() {
            let Some(y) = rows.next() else { return };
            let name = if at == 0 { name } else { "" };
            put(buf, x, y, NAMES, name, appearance.style(Role::Dim));
            put(buf, x + NAMES, y, width.saturating_sub(NAMES), line, appearance.style(Role::Text));
        }
    }
}

/// The area of a text: as wide as the keys, which leave a column free on both sides.
fn beside_cursor(inner: Area) -> Area {
    Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// How many columns type and size have in a pane of this width.
fn columns(width: u16) -> (u16, u16) {
    match width {
        0..24 => (0, 0),
        24..36 => (0, SIZE),
        _ => (TYPE, SIZE),
    }
}

/// What the rows on the screen are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKinds {
    Keys,
    Groups,
    Both,
}

fn kinds(app: &App, height: u16) -> RowKinds {
    let keys = &app.keys;
    let end = keys.len().min(keys.cursor.top + usize::from(height));
    let (mut groups, mut single) = (false, !keys.are_grouped());
    for at in keys.cursor.top..end {
        match keys.group(at) {
            Some(group) if !group.leaf => groups = true,
            _ => single = true,
        }
    }
    match (groups, single) {
        (true, true) => RowKinds::Both,
        (true, false) => RowKinds::Groups,
        (false, _) => RowKinds::Keys,
    }
}

fn header(buf: &mut Buffer, inner: Area, app: &App, kinds: RowKinds, appearance: &Appearance) {
    let (type_width, size_width) = columns(inner.width);
    let s = &appearance.symbols;
    let arrow = if app.keys.descending { s.descending } else { s.ascending };
    let label = |word: &str, sort: Sort| {
        if app.keys.sort == sort && !app.keys.are_grouped() {
            format!("{word} {arrow}")
        } else {
            word.to_owned()
        }
    };
    let style = appearance.style(Role::Header);
    let right = inner.x + inner.width.saturating_sub(1);
    if size_width > 0 {
        put_right(buf, right, inner.y, size_width, &label("Size", Sort::Size), style);
    }
    if type_width > 0 && kinds == RowKinds::Groups {
        let right = right.saturating_sub(size_width);
        put_right(buf, right, inner.y, type_width, "Records", style);
    } else if type_width > 0 && kinds == RowKinds::Keys {
        let x = right.saturating_sub(size_width + type_width) + 1;
        put(buf, x, inner.y, type_width, &label("Type", Sort::ContentType), style);
    }
    let width = inner.width.saturating_sub(2 + type_width + size_width + 1);
    let key = match app.keys.sort {
        _ if kinds == RowKinds::Groups => "Groups".to_owned(),
        _ if kinds == RowKinds::Both => "Groups and keys".to_owned(),
        // Groups and what is in them stand in the order of the keys.
        _ if app.keys.are_grouped() => "Key".to_owned(),
        Sort::Newest if app.keys.descending => "Oldest first".to_owned(),
        Sort::Newest => "Newest first".to_owned(),
        _ => label("Key", Sort::Key),
    };
    put(buf, inner.x + 2, inner.y, width, &key, style);
}

/// The mark of the row under the cursor.
fn marker(buf: &mut Buffer, x: u16, y: u16, current: bool, appearance: &Appearance) {
    if current {
        put(buf, x, y, 1, appearance.symbols.marker, appearance.style(Role::Marker));
    }
}

/// Keys that begin alike: what they share, how many there are, and what they weigh.
fn group_row(
    buf: &mut Buffer,
    inner: Area,
    y: u16,
    group: &Group,
    current: bool,
    appearance: &Appearance,
) {
    let (type_width, size_width) = columns(inner.width);
    let s = &appearance.symbols;
    marker(buf, inner.x, y, current, appearance);
    put(buf, inner.x + 1, y, 1, " ", appearance.style(Role::Text));
    let right = inner.x + inner.width.saturating_sub(1);
    if size_width > 0 {
        let size = text::size(group.bytes);
        put_right(buf, right, y, size_width, &size, appearance.style(Role::Text));
    }
    if type_width > 0 {
        // Numbers are read by their right ends.
        let right = right.saturating_sub(size_width);
        put_right(
            buf,
            right,
            y,
            type_width,
            &text::count_within(group.records, usize::from(TYPE) - 1),
            appearance.style(Role::Dim),
        );
    }
    let prefix = format!("{}{}", group.prefix.escaped(), s.ellipsis);
    let width = inner.width.saturating_sub(2 + type_width + size_width + 1);
    put(buf, inner.x + 2, y, width, &prefix, appearance.style(Role::Title));
}

/// Shows which letters of a key the filter has found, in what the row shows of it.
fn found_letters(
    buf: &mut Buffer,
    row: Area,
    key: &str,
    letters: &mut Letters,
    appearance: &Appearance,
) {
    let (type_width, size_width) = columns(row.width);
    let width = usize::from(row.width.saturating_sub(2 + type_width + size_width + 1));
    let is_cut = cells(&visible(key)) > width;
    let seen = if is_cut { width.saturating_sub(1) } else { width };
    let column = |end: usize| cells(&visible(&key[..end]));
    for place in letters.find(key) {
        for at in column(place.start)..column(place.end).min(seen) {
            let x = row.x + 2 + u16::try_from(at).unwrap_or(row.width);
            if let Some(cell) = buf.cell_mut((x, row.y)) {
                cell.set_style(appearance.style(Role::KeyMatch));
            }
        }
    }
}

fn row(
    buf: &mut Buffer,
    inner: Area,
    (at, y): (usize, u16),
    meta: &RecordMeta,
    app: &App,
    appearance: &Appearance,
) {
    let (type_width, size_width) = columns(inner.width);
    let s = &appearance.symbols;
    let marked = app.keys.is_marked(at, &meta.key);
    marker(buf, inner.x, y, at == app.keys.cursor.at, appearance);
    let store = app.keys.store.as_ref();
    let has_draft = store.is_some_and(|store| app.drafting.found.has(store, &meta.key));
    let (symbol, role) = match app.keys.highlight(&meta.key) {
        _ if marked => (s.mark, Role::Marked),
        Some(Highlight::New) => (s.new, Role::New),
        Some(Highlight::Changed) => (s.changed, Role::Changed),
        None if has_draft => (s.draft, Role::Warning),
        None => (" ", Role::Text),
    };
    put(buf, inner.x + 1, y, 1, symbol, appearance.style(role));
    let right = inner.x + inner.width.saturating_sub(1);
    let unread = meta.state == RecordState::NotRead;
    let damaged =
        !matches!(meta.state, RecordState::Whole | RecordState::BareFile | RecordState::NotRead);
    if size_width > 0 {
        let size = if unread { s.ellipsis.to_owned() } else { text::size(meta.size) };
        put_right(buf, right, y, size_width, &size, appearance.style(Role::Text));
    }
    if type_width > 0 {
        let x = right.saturating_sub(size_width + type_width) + 1;
        let (word, role) = if unread {
            (s.ellipsis, Role::Dim)
        } else {
            (meta.content_type.short(), type_role(meta.content_type.family()))
        };
        if damaged {
            put(buf, x - 1, y, 1, s.damaged, appearance.style(Role::Warning));
        }
        put(buf, x, y, type_width - 1, word, appearance.style(role));
    }
    let role = if damaged { Role::Warning } else { Role::Text };
    let key = meta.key.escaped();
    let (key, role) = if key.is_empty() { ("(empty key)", Role::Dim) } else { (&*key, role) };
    let width = inner.width.saturating_sub(2 + type_width + size_width + 1);
    put(buf, inner.x + 2, y, width, key, appearance.style(role));
}
