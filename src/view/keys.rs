//! The middle pane.

pub(super) mod rows;
pub(super) mod titles;

use ratatui::buffer::Buffer;

use crate::app::layers::crawl::ERROR_PAGES;
use crate::app::summaries::{RightSide, right_side};
use crate::app::{App, Area, Pane, store_state};
use crate::index::Sort;
use crate::keymap::{Action, Context};
use crate::model::StoreState;
use crate::text;
use crate::theme::Role;

use super::Appearance;
use super::border::{Titles, pane};
use super::paint::{below, paragraph, put, put_right};
use rows::{BOTH, Columns, MARKS};

/// Draws the keys of the open store.
pub(super) fn draw(buf: &mut Buffer, area: Area, app: &App, appearance: &Appearance) {
    let focused = app.focus == Pane::Keys;
    let keys = &app.keys;
    let Some(store) = &keys.store else {
        return pane(buf, area, focused, &Titles { top: "Keys", bottom: "" }, appearance);
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
        let clears = || says(Action::Back, "clears");
        let text =
            match (keys.sync.walk().is_some() || keys.order.selecting, keys.filter.is_empty()) {
                (true, _) => "loading…".to_owned(),
                (false, true) => {
                    text::then("no records", " · ", says(Action::NewRecord, "adds one"))
                }
                (false, false) if keys.filter == ERROR_PAGES => {
                    text::then("no error pages", " · ", clears())
                }
                (false, false) => text::then("no matches", " · ", clears()),
            };
        return paragraph(buf, beside_cursor(inner), &text, appearance.style(Role::Dim));
    }
    let columns = Columns::of(app, inner);
    header(buf, inner, app, kinds(app, inner.height.saturating_sub(1)), &columns, appearance);
    rows::draw(buf, below(inner, 1), app, &columns, appearance);
}

/// The column whose head is at a cell, if the keys there can be sorted.
pub(super) fn head_at(area: Area, app: &App, x: u16, y: u16) -> Option<Sort> {
    let (inner, keys) = (area.inner(), &app.keys);
    let shown = matches!(right_side(app), RightSide::Open) && !keys.is_empty();
    let head = Area { height: inner.height.min(1), ..inner };
    if !shown || keys.are_grouped() || !head.contains(x, y) {
        return None;
    }
    let columns = Columns::of(app, inner);
    Some(match (columns.kind, columns.size) {
        (_, Some((end, width))) if x + width + 1 >= end => Sort::Size,
        (Some((from, _)), _) if x + 1 >= from => Sort::ContentType,
        _ => Sort::Key,
    })
}

/// The area of a text: as wide as the keys, which leave a column free on each side.
pub(super) fn beside_cursor(inner: Area) -> Area {
    Area { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// The kinds of rows on the screen.
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

fn header(
    buf: &mut Buffer,
    inner: Area,
    app: &App,
    kinds: RowKinds,
    columns: &Columns,
    appearance: &Appearance,
) {
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
    if let Some((end, width)) = columns.size {
        put_right(buf, end, inner.y, width, &label("Size", Sort::Size), style);
    }
    if let Some((x, width)) = columns.kind {
        let label = label("Type", Sort::ContentType);
        match kinds {
            RowKinds::Groups => put_right(buf, x + width, inner.y, width, "Records", style),
            RowKinds::Keys => put(buf, x, inner.y, width, &label, style),
            // Types begin at the left of the column, and numbers end at its right.
            RowKinds::Both => {
                put_right(buf, x + width, inner.y, width, "Records", style);
                if width >= BOTH { put(buf, x, inner.y, width, "Type", style) } else { 0 }
            }
        };
    }
    let key = match app.keys.sort {
        _ if kinds == RowKinds::Groups => "Groups".to_owned(),
        _ if kinds == RowKinds::Both => "Groups, keys".to_owned(),
        // Groups and the keys in them stand in the order of the keys.
        _ if app.keys.are_grouped() => "Key".to_owned(),
        // No key is newer than another yet.
        Sort::Newest if !app.keys.has_newest() => "Nothing new yet".to_owned(),
        Sort::Newest if app.keys.descending => "Oldest first".to_owned(),
        Sort::Newest => "Newest first".to_owned(),
        _ => label("Key", Sort::Key),
    };
    put(buf, inner.x + MARKS, inner.y, columns.key, &key, style);
}
