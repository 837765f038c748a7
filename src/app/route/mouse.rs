//! The mouse: a click puts the cursor there, a second one opens, the wheel scrolls.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::keymap::Action;

use super::super::App;
use super::super::layout::{Area, Pane};
use super::super::list::Move;
use super::{actions, opened};

/// Rows a step of the wheel scrolls.
const WHEEL: isize = 3;

pub(in crate::app) fn on_mouse(app: &mut App, mouse: MouseEvent) {
    let wheel = match mouse.kind {
        MouseEventKind::ScrollDown => Some(WHEEL),
        MouseEventKind::ScrollUp => Some(-WHEEL),
        MouseEventKind::Down(MouseButton::Left) => None,
        MouseEventKind::Drag(MouseButton::Left) if app.takes_text() => None,
        _ => return,
    };
    let body = app.layout().body;
    if let Some(layer) = app.layers.last_mut() {
        layer.dialog_mut().wheel(wheel.unwrap_or(0), &mut ctx!(app));
    } else if let Some(editor) = &mut app.editor {
        let place = (mouse.column, mouse.row);
        let select = matches!(mouse.kind, MouseEventKind::Drag(_))
            || mouse.modifiers.contains(KeyModifiers::SHIFT);
        match wheel {
            Some(rows) => editor.wheel(rows, body),
            None => editor.click(place, select, body),
        }
    } else if let Some(pane) = app.layout().pane_at(mouse.column, mouse.row) {
        match wheel {
            Some(rows) => scroll(app, pane, rows),
            None => click(app, pane, mouse.column, mouse.row),
        }
    }
}

pub(in crate::app) fn scroll(app: &mut App, pane: Pane, rows: isize) {
    let height = app.list_height(pane);
    match pane {
        Pane::Stores => {
            let len = app.stores.len();
            app.stores.cursor.scroll(rows, len, height);
        }
        Pane::Keys => {
            app.keys.scroll(rows, height);
            opened::follow_cursor(app);
        }
        Pane::Record => {
            let view = app.viewport();
            app.record.scroll_by(rows, view);
        }
    }
}

/// A click puts the cursor there, a second one opens.
pub(in crate::app) fn click(app: &mut App, pane: Pane, x: u16, y: u16) {
    app.notice = None;
    let (had_focus, area) = (app.focus == pane, app.layout().area(pane));
    app.focus_on(pane);
    let Some(inner) = area.map(Area::inner).filter(|_| app.focus == pane) else {
        return;
    };
    // The heads of the columns.
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
    let again = had_focus && cursor.at == row;
    // In a layout of fewer panes the focus may have moved things: measure again.
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
