//! The mouse: a click puts the cursor there, a double click opens, or selects a word, the wheel scrolls, a border can be
//! dragged; a click on a key's name presses the key.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::keymap::{Action, Context};
use crate::model::{Key, StoreName};

use super::super::App;
use super::super::ctx::KeysShown;
use super::super::layers::{Layer, Then};
use super::super::layout::{Area, Pane};
use super::super::list::Move;
use super::super::mouse::Spot;
use super::super::summaries::{RightSide, right_side};
use super::{actions, leaves, opened, panes, tables, unasked};

/// Rows that a step of the wheel scrolls.
const WHEEL: isize = 3;

pub(in crate::app) fn on_mouse(app: &mut App, mouse: MouseEvent) {
    let place = (mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::ScrollDown => wheel(app, place, WHEEL),
        MouseEventKind::ScrollUp => wheel(app, place, -WHEEL),
        MouseEventKind::Down(MouseButton::Left) => {
            let select = mouse.modifiers.contains(KeyModifiers::SHIFT);
            press(app, place, select);
        }
        MouseEventKind::Drag(MouseButton::Left) => match app.mouse.dragged {
            Some(left) => panes::drag(app, left, mouse.column),
            None if app.takes_text() => press(app, place, true),
            None => {}
        },
        MouseEventKind::Up(MouseButton::Left) if app.mouse.dragged.take().is_some() => {
            panes::keep(app);
        }
        _ => {}
    }
}

fn wheel(app: &mut App, (x, y): (u16, u16), rows: isize) {
    let (layout, body) = (app.layout(), app.layout().body);
    match app.layers.last_mut() {
        // The value is scrolled under its cursor.
        Some(Layer::Leaf(_)) => scroll(app, Pane::Record, rows),
        Some(Layer::Table(cursor)) if cursor.record().is_none() => scroll(app, Pane::Record, rows),
        Some(layer) => layer.dialog_mut().wheel(rows, &mut ctx!(app)),
        None => match (&mut app.editor, layout.pane_at(x, y)) {
            (Some(editor), _) => editor.wheel(rows, body),
            (None, Some(pane)) => scroll(app, pane, rows),
            (None, None) => {}
        },
    }
}

/// Takes a press of the button, or a drag in a text.
fn press(app: &mut App, (x, y): (u16, u16), select: bool) {
    let (layout, body) = (app.layout(), app.layout().body);
    if !app.layers.is_empty() {
        return;
    }
    if let Some(editor) = &mut app.editor {
        editor.click((x, y), select, body);
        let cell = usize::from(y) << 16 | usize::from(x);
        if !select && app.mouse.is_second(None, cell, app.now) {
            editor.select_word();
        }
    } else if let Some(left) = layout.border_at(x, y) {
        app.mouse.dragged = Some(left);
    } else if let Some(pane) = layout.pane_at(x, y) {
        click(app, pane, x, y);
    }
}

/// Takes a click on something that is neither a row nor text.
pub(in crate::app) fn on_spot(app: &mut App, spot: Spot, mouse: MouseEvent) {
    match spot {
        Spot::Key(chord) => app.key(chord.event()),
        Spot::StoreHead(sort) if sorts(app, Pane::Stores) => {
            let height = app.list_height(Pane::Stores);
            app.stores.sort_by(sort, height);
        }
        Spot::KeyHead(sort) if sorts(app, Pane::Keys) => {
            app.keys.sort_by(sort, &mut ctx!(app));
        }
        Spot::StoreHead(_) | Spot::KeyHead(_) => {}
        Spot::Cell(line, column) => on_cell(app, line, column, mouse),
        Spot::Value(row) => on_value(app, row, mouse),
        Spot::Row(row) => choose(app, row),
        Spot::Outside => leave_dialog(app, mouse),
    }
}

/// Puts the cursor of the topmost dialog on a row; a double click also does the row's action.
fn choose(app: &mut App, row: usize) {
    if unasked::drops_input(app) {
        return;
    }
    app.notice = None;
    let Some(layer) = app.layers.last_mut() else { return };
    layer.dialog_mut().choose(row, &mut ctx!(app));
    if !app.mouse.is_second(None, row, app.now) {
        return;
    }
    let context = app.context();
    let does = [Action::Accept, Action::Open];
    let bound = does.into_iter().find(|action| !app.keymap.chords(context, *action).is_empty());
    if let Some(action) = bound.filter(|action| app.allowed(*action).is_ok()) {
        app.press(KeyEvent::new(KeyCode::Null, KeyModifiers::NONE), Some(action));
    }
}

/// Takes a click on a part of a value, and gives the focus to its pane; gives that pane, or none where a
/// dialog is over it.
fn begin_in_value(app: &mut App, mouse: MouseEvent) -> Option<Pane> {
    app.notice = None;
    let pane = app.layers.is_empty().then_some(Pane::Record)?;
    click(app, pane, mouse.column, mouse.row);
    Some(pane)
}

/// Takes a click on a cell of a table: the cursor goes there; a click on the head sorts. In the pane, the
/// first click gives the focus, and a double click puts a cursor in the table.
fn on_cell(app: &mut App, line: Option<usize>, column: usize, mouse: MouseEvent) {
    if unasked::drops_input(app) {
        return;
    }
    let pane = begin_in_value(app, mouse);
    let in_pane = pane.is_some();
    // Only a click on a cell can be a double click.
    let clicked = line.unwrap_or(usize::MAX);
    let again = app.mouse.is_second(pane, clicked, app.now) && line.is_some();
    if in_pane && (app.focus != Pane::Record || !(again || line.is_none())) {
        return;
    }
    if in_pane && !tables::select(app) {
        return;
    }
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    if let Some(cursor) = layers.last_mut().and_then(Layer::any_table) {
        cursor.click((line, column), again && !in_pane, &mut ctx);
    }
}

/// Takes a click on a row of JSON: the cursor in the values goes there; a double click opens, folds or
/// changes the value. In the pane, the first click gives the focus, and a double click puts the cursor in the
/// values, or lists the entries of an archive.
fn on_value(app: &mut App, row: Range<usize>, mouse: MouseEvent) {
    if unasked::drops_input(app) {
        return;
    }
    let pane = begin_in_value(app, mouse);
    let in_pane = pane.is_some();
    let again = app.mouse.is_second(pane, row.start, app.now);
    if !in_pane {
        leaves::click(app, row, again);
    } else if again && app.focus == Pane::Record {
        leaves::select_at(app, row);
    }
}

/// Gives the focus to a pane; tells whether its list can be sorted, and says why not.
fn sorts(app: &mut App, pane: Pane) -> bool {
    app.notice = None;
    panes::focus_on(app, pane);
    if app.focus != pane {
        return false;
    }
    let allowed = app.allowed(Action::Sort);
    app.notice = allowed.as_ref().err().cloned();
    allowed.is_ok()
}

/// Closes the topmost dialog as its key does, and never with a Yes. A filter stays as it is shown, and the
/// click goes on to what it hit.
fn leave_dialog(app: &mut App, mouse: MouseEvent) {
    if unasked::drops_input(app) {
        return;
    }
    app.notice = None;
    let filters = matches!(app.layers.last(), Some(Layer::Prompt(line)) if line.filters());
    let Some(layer) = app.layers.last_mut() else { return };
    let action = match layer.dialog().context() {
        Context::Prompt if filters => Action::Accept,
        Context::Prompt => Action::Cancel,
        Context::Confirm => Action::ConfirmNo,
        _ => Action::Close,
    };
    let esc = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
    let then = layer.dialog_mut().key(esc, Some(action), &mut ctx!(app));
    // A filter that cannot be used has left the list as it was.
    if then == Then::Close || filters {
        app.close_layer();
    }
    if filters {
        app.serve(true);
        on_mouse(app, mouse);
    }
}

pub(in crate::app) fn scroll(app: &mut App, pane: Pane, rows: isize) {
    let height = app.list_height(pane);
    match pane {
        Pane::Stores => {
            let len = app.stores.len();
            app.stores.cursor.scroll(rows, len, height);
        }
        // The right side shows no list that scrolls.
        _ if !matches!(right_side(app), RightSide::Open) => {}
        Pane::Keys => app.keys.scroll(rows, height),
        Pane::Record => {
            let view = app.viewport();
            app.record.scroll_by(rows, view);
        }
    }
}

/// The key at a cell, among those that are shown of a store that is not open.
fn shown_key(app: &App, pane: Pane, (x, y): (u16, u16)) -> Option<(StoreName, Key)> {
    let RightSide::Store(store, summary) = right_side(app) else { return None };
    let inner = app.layout().area(pane).filter(|_| pane == Pane::Keys)?.inner();
    // Below the heads of the columns.
    let row = y.checked_sub(inner.y + 1).filter(|_| inner.contains(x, y))?;
    let meta = summary.keys.get(usize::from(row))?;
    Some((store.clone(), meta.key.clone()))
}

/// Takes a click in a pane: it puts the cursor there, and a double click opens.
pub(in crate::app) fn click(app: &mut App, pane: Pane, x: u16, y: u16) {
    app.notice = None;
    if pane != Pane::Stores && !matches!(right_side(app), RightSide::Open) {
        // The right side shows a store that is not open.
        if app.allowed(Action::Open).is_ok() {
            match shown_key(app, pane, (x, y)) {
                Some((store, key)) => opened::enter(app, store, Some(KeysShown::At(key))),
                None => actions::act(app, Action::Open),
            }
        }
        return;
    }
    let area = app.layout().area(pane);
    panes::focus_on(app, pane);
    let Some(inner) = area.map(Area::inner).filter(|_| app.focus == pane) else {
        return;
    };
    // The row with the heads of the columns.
    let header = 1;
    if pane == Pane::Record || !inner.contains(x, y) || y < inner.y + header {
        return;
    }
    let (cursor, len) = match pane {
        Pane::Stores => (app.stores.cursor, app.stores.len()),
        _ => (app.keys.cursor, app.keys.len()),
    };
    let row = cursor.top + usize::from(y - inner.y - header);
    if row >= len {
        return;
    }
    let again = app.mouse.is_second(Some(pane), usize::from(y), app.now) && cursor.at == row;
    // In a layout of fewer panes, the change of focus may have moved things, so that they are measured again.
    let height = app.list_height(pane);
    match pane {
        Pane::Stores => app.stores.go(Move::To(row), height),
        _ => app.keys.go(Move::To(row), height),
    }
    if again {
        actions::act(app, Action::Open);
    } else if pane == Pane::Keys {
        opened::follow_cursor(app);
    }
}
