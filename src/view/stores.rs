//! The left pane.

use ratatui::buffer::Buffer;

use crate::app::{App, Area, Pane, SessionState};
use crate::keymap::{Action, Context};
use crate::model::{StoreInfo, StoreState};
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, pane};
use super::paint::{light, put, put_right};

/// Draws the list of stores.
pub(super) fn draw(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    let focused = app.focus == Pane::Stores;
    let stores = &app.stores;
    let count = text::count(stores.len() as u64);
    let title = if stores.filter().is_empty() {
        if stores.ready { format!("Stores {count}") } else { "Stores".to_owned() }
    } else {
        format!("Stores {count} of {} · /{}", text::count(stores.total() as u64), stores.filter())
    };
    let at = match stores.lost {
        Some(share) => format!("looking {:.0} %", share * 100.0),
        None if stores.len() > usize::from(area.inner().height) => {
            format!("{} / {count}", text::count(stores.cursor.at as u64 + 1))
        }
        None => String::new(),
    };
    pane(buf, area, focused, &Titles { top: &title, bottom: &at }, appearance);
    let inner = area.inner();
    if let Some(text) = instead(app) {
        let role =
            if stores.failure.is_some() || matches!(app.session.state, SessionState::Failed(_)) {
                Role::Danger
            } else {
                Role::Dim
            };
        for (line, y) in text::wrap(&text, usize::from(inner.width.saturating_sub(2)))
            .iter()
            .zip(inner.y..inner.y + inner.height)
        {
            put(buf, inner.x + 1, y, inner.width.saturating_sub(2), line, appearance.style(role));
        }
        return;
    }
    let rows = (stores.cursor.top..stores.len()).zip(inner.y..inner.y + inner.height);
    for (at, y) in rows {
        if let Some(info) = stores.row(at) {
            row(buf, inner, y, info, at == stores.cursor.at, focused, app, appearance);
        }
    }
}

/// What to say where there is no list.
fn instead(app: &App) -> Option<String> {
    let stores = &app.stores;
    let says = |action, does| app.keymap.says(Context::Stores, action, does);
    match &app.session.state {
        SessionState::Connecting => return Some("connecting…".to_owned()),
        SessionState::Failed(error) => {
            let trying = app.session.is_trying();
            let tries = if trying { "tries at once" } else { "tries again" };
            let more = app.settings.targets.len() > 1;
            let remedies = [
                says(Action::Refresh, tries),
                says(Action::Targets, "opens another target").filter(|_| more),
            ];
            let remedies: Vec<_> = remedies.into_iter().flatten().collect();
            let remedies = (!remedies.is_empty()).then(|| remedies.join(", "));
            let state = if trying { "larder goes on trying" } else { "" };
            let gap = if trying { "; " } else { "" };
            let text = text::then(state, gap, remedies);
            let gap = if text.is_empty() { "" } else { " " };
            let dot = if text.is_empty() { "" } else { "." };
            return Some(format!("{error}.{gap}{text}{dot}"));
        }
        SessionState::Open(_) => {}
    }
    if let Some(error) = stores.failure.as_ref().filter(|_| stores.total() == 0) {
        let key = app.keymap.chords(Context::Stores, Action::NewStore).first();
        return Some(match key.filter(|_| stores.hidden.is_some()) {
            Some(key) => format!("{}; {key} opens one by its name", error.problem),
            None => error.to_string(),
        });
    }
    if !stores.ready {
        return Some("loading…".to_owned());
    }
    match (stores.is_empty(), stores.filter().is_empty()) {
        (false, _) => None,
        (true, false) => {
            let remedy = says(Action::Back, "clears the filter");
            Some(text::then("no store's name contains this", "; ", remedy))
        }
        (true, true) => {
            let made = text::then("no stores yet", "; ", says(Action::NewStore, "makes one"));
            Some(text::then(&made, ", ", says(Action::FindLost, "looks for lost ones")))
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "a row needs where, what and how")]
fn row(
    buf: &mut Buffer,
    inner: Area,
    y: u16,
    info: &StoreInfo,
    current: bool,
    focused: bool,
    app: &App,
    appearance: &Appearance,
) {
    let open = app.keys.store.as_ref() == Some(&info.store);
    if current {
        put(buf, inner.x, y, 1, appearance.symbols.marker, appearance.style(Role::Marker));
    }
    // What it is that is not whole, the pane beside says.
    let mark = match info.state {
        StoreState::Whole if app.drafting.found.count(&info.store) > 0 => appearance.symbols.draft,
        StoreState::Whole => " ",
        _ => appearance.symbols.damaged,
    };
    put(buf, inner.x + 1, y, 1, mark, appearance.style(Role::Warning));
    let right = inner.x + inner.width.saturating_sub(1);
    let mut end = right;
    if inner.width >= 24 {
        let when =
            info.modified_at.map(|at| text::ago(at.micros(), app.now.micros())).unwrap_or_default();
        put_right(buf, end, y, 6, &when, appearance.style(Role::Dim));
        end = end.saturating_sub(7);
    }
    let records = info.records.map_or_else(|| "?".to_owned(), text::count);
    let start = put_right(buf, end, y, 13, &records, appearance.style(Role::Text));
    let width = start.saturating_sub(inner.x + 3);
    let role = match (&info.state, open) {
        (StoreState::Whole, true) => Role::Title,
        (StoreState::Whole, false) => Role::Text,
        _ => Role::Warning,
    };
    let name = info.store.escaped();
    let name = if name.is_empty() { "(empty name)" } else { &name };
    put(buf, inner.x + 2, y, width, name, appearance.style(role));
    if current && focused {
        light(buf, Area { y, height: 1, ..inner }, appearance.style(Role::Cursor));
    }
}
