//! The left pane.

use ratatui::buffer::Buffer;

use crate::app::store_sort::StoreSort;
use crate::app::stores::{CHANGED, GAP, MARKS};
use crate::app::{App, Area, Pane, SessionState};
use crate::keymap::{Action, Context};
use crate::model::{ConnectionState, StoreInfo, StoreState};
use crate::text::{self, visible};
use crate::theme::Role;

use super::Appearance;
use super::border::{TITLE_FRAME, Titles, pane};
use super::keys::beside_cursor;
use super::keys::rows::found_letters;
use super::keys::titles::filtered;
use super::paint::{below, light, marker, paragraph, put, put_right};

/// Draws the list of stores.
pub(super) fn draw(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    let focused = app.focus == Pane::Stores;
    let stores = &app.stores;
    let count = text::count(stores.len() as u64);
    let title = if stores.filter().is_empty() {
        if stores.ready { format!("Stores {count}") } else { "Stores".to_owned() }
    } else {
        let found = format!("{count} of {}", text::count(stores.total() as u64));
        let room = usize::from(area.width).saturating_sub(TITLE_FRAME);
        filtered("Stores", stores.filter(), &[found.clone(), found], room)
    };
    let at = match stores.lost {
        Some(share) => format!("looking {:.0} %", share * 100.0),
        None if stores.len() > app.list_height(Pane::Stores) => {
            format!("{} / {count}", text::count(stores.cursor.at as u64 + 1))
        }
        None => String::new(),
    };
    pane(buf, area, focused, &Titles { top: &title, bottom: &at }, appearance);
    let inner = area.inner();
    if let Some(text) = instead(app) {
        let role = if stores.failure.is_some() { Role::Danger } else { Role::Dim };
        return paragraph(buf, beside_cursor(inner), &text, appearance.style(role));
    }
    header(buf, inner, app, appearance);
    let body = below(inner, 1);
    let rows: Vec<_> = (stores.cursor.top..stores.len())
        .zip(body.y..body.y + body.height)
        .filter_map(|(at, y)| Some((at, y, stores.row(at)?)))
        .collect();
    let columns = Columns::of(app, inner);
    let names: Vec<_> = rows.iter().map(|(.., info)| shown_name(info)).collect();
    let shown: Vec<_> = names.iter().map(|name| visible(name)).collect();
    let shown: Vec<&str> = shown.iter().map(|name| &**name).collect();
    let cuts = text::cut_apart(&shown, columns.name.into());
    let mut letters = stores.letters();
    for ((at, y, info), (name, cut)) in rows.into_iter().zip(names.iter().zip(&cuts)) {
        let row = Area { y, height: 1, ..inner };
        let current = at == stores.cursor.at;
        store_row(buf, row, &columns, info, &cut.text, current, app, appearance);
        if current && focused {
            light(buf, row, appearance.style(Role::Cursor));
        }
        if let Some(letters) = &mut letters {
            found_letters(buf, row, name, cut, letters, appearance);
        }
    }
}

/// Width of the head of the names, in cells.
const HEAD: u16 = 5;
/// Width that a name takes before its age gets room, in cells.
const ENOUGH: u16 = 20;

/// Places of the columns of the list.
struct Columns {
    name: u16,
    /// The cell before which the records end, and their width.
    records: (u16, u16),
    /// The same for the age of the last change, if there is room for it.
    changed: Option<(u16, u16)>,
}

impl Columns {
    fn of(app: &App, inner: Area) -> Self {
        let mut end = inner.x + inner.width.saturating_sub(1);
        let records = app.stores.columns.records;
        let fixed = MARKS + GAP + records + 1;
        // A store is known by its name; where stores are sorted by age, the age is shown even if names keep
        // only the width of their head.
        let least = match app.stores.sort {
            StoreSort::Changed => HEAD,
            StoreSort::Name | StoreSort::Records => app.stores.columns.name.clamp(HEAD, ENOUGH),
        };
        let changed = (inner.width >= fixed + least + GAP + CHANGED).then_some((end, CHANGED));
        end = end.saturating_sub(changed.map_or(0, |(_, width)| width + GAP));
        let name = end.saturating_sub(records + GAP + inner.x + MARKS);
        Self { name, records: (end, records), changed }
    }
}

/// The column whose head is at a cell.
pub(super) fn head_at(area: Area, app: &App, x: u16, y: u16) -> Option<StoreSort> {
    let inner = area.inner();
    let head = Area { height: inner.height.min(1), ..inner };
    if instead(app).is_some() || !head.contains(x, y) {
        return None;
    }
    let columns = Columns::of(app, inner);
    let is_in = |(end, width): (u16, u16)| x + width + GAP > end;
    Some(match columns.changed {
        Some(changed) if is_in(changed) => StoreSort::Changed,
        _ if is_in(columns.records) => StoreSort::Records,
        _ => StoreSort::Name,
    })
}

fn header(buf: &mut Buffer, inner: Area, app: &App, appearance: &Appearance) {
    let style = appearance.style(Role::Header);
    let columns = Columns::of(app, inner);
    let s = &appearance.symbols;
    let arrow = if app.stores.descending { s.descending } else { s.ascending };
    let label = |word: &str, gap: &str, sort: StoreSort| {
        if app.stores.sort == sort { format!("{word}{gap}{arrow}") } else { word.to_owned() }
    };
    // Where names are short, the arrow must not touch the next head.
    let gap = if columns.name > HEAD { " " } else { "" };
    let name = label("Store", gap, StoreSort::Name);
    put(buf, inner.x + MARKS, inner.y, columns.name + GAP, &name, style);
    // The arrow stands in the gap, so that numbers end below the word.
    let number = |buf: &mut Buffer, (end, width): (u16, u16), word, sort| {
        let label = label(word, "", sort);
        let arrow = u16::from(app.stores.sort == sort);
        put_right(buf, end + arrow, inner.y, width + arrow, &label, style);
    };
    number(buf, columns.records, "Records", StoreSort::Records);
    if let Some(changed) = columns.changed {
        number(buf, changed, "Changed", StoreSort::Changed);
    }
}

fn shown_name(info: &StoreInfo) -> String {
    let name = info.store.escaped();
    if name.is_empty() { "(empty name)".to_owned() } else { name }
}

/// The sentence to show where there is no list.
fn instead(app: &App) -> Option<String> {
    let stores = &app.stores;
    let says = |action, does| app.keymap.says(Context::Stores, action, does);
    match &app.session.state {
        SessionState::Connecting if app.session.late(app.now).is_none() => {
            return Some("connecting…".to_owned());
        }
        // The panel in the middle says why.
        SessionState::Connecting | SessionState::Failed(_) => return Some(String::new()),
        SessionState::Open(_) => {}
    }
    if let Some(error) = stores.failure.as_ref().filter(|_| stores.total() == 0) {
        let key = app.keymap.chords(Context::Stores, Action::NewStore).first();
        return Some(match key.filter(|_| stores.hidden.is_some()) {
            Some(key) => {
                let key = app.keymap.named(*key);
                format!("{}; {key} opens one by its name", error.problem)
            }
            None => error.to_string(),
        });
    }
    if !stores.ready {
        return Some("loading…".to_owned());
    }
    match (stores.is_empty(), stores.filter().is_empty()) {
        (false, _) => None,
        (true, false) => {
            let remedy = says(Action::Back, "clears");
            Some(text::then("no matches", " · ", remedy))
        }
        (true, true) if !is_up(app) => Some("no stores yet".to_owned()),
        (true, true) => {
            let made = text::then("no stores yet", " · ", says(Action::NewStore, "makes one"));
            Some(text::then(&made, " · ", says(Action::FindLost, "finds unlisted ones")))
        }
    }
}

fn is_up(app: &App) -> bool {
    matches!(app.session.state, SessionState::Open(ConnectionState::Up))
}

/// The number of records in a store, in this many cells; for the open store, the number that the pane next to
/// the list shows, where that is newer.
fn records(info: &StoreInfo, width: u16, app: &App) -> String {
    let keys = &app.keys;
    let open = keys.store.as_ref() == Some(&info.store);
    let newer = open && !keys.gone && keys.sync.is_complete() && !app.watch.is_behind();
    let listed = newer.then(|| text::count(keys.index.len() as u64));
    let listed = listed.filter(|count| count.len() <= usize::from(width));
    listed.unwrap_or_else(|| info.records.map_or_else(|| "?".to_owned(), text::count))
}

#[allow(clippy::too_many_arguments, reason = "a row needs where, what and how")]
fn store_row(
    buf: &mut Buffer,
    row: Area,
    columns: &Columns,
    info: &StoreInfo,
    name: &str,
    current: bool,
    app: &App,
    appearance: &Appearance,
) {
    let open = app.keys.store.as_ref() == Some(&info.store);
    if current {
        marker(buf, row, app.focus == Pane::Stores, appearance);
    }
    // The pane next to the list says what is wrong with the store.
    let mark = match info.state {
        StoreState::Whole if app.drafting.found.count(&info.store) > 0 => appearance.symbols.draft,
        StoreState::Whole => " ",
        _ => appearance.symbols.damaged,
    };
    put(buf, row.x + 1, row.y, 1, mark, appearance.style(Role::Warning));
    if let Some((end, width)) = columns.changed {
        let when = info.modified_at.map(|at| text::ago(at.micros(), app.now.micros()));
        let when = when.unwrap_or_default();
        put_right(buf, end, row.y, width, &when, appearance.style(Role::Dim));
    }
    let (end, width) = columns.records;
    let records = records(info, width, app);
    put_right(buf, end, row.y, width, &records, appearance.style(Role::Text));
    let role = match (&info.state, open) {
        (StoreState::Whole, true) => Role::Title,
        (StoreState::Whole, false) => Role::Text,
        _ => Role::Warning,
    };
    put(buf, row.x + MARKS, row.y, columns.name, name, appearance.style(role));
}
