//! Runs an item that was chosen by its name.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::edit::draft::DraftId;
use crate::keymap::{Action, Context};
use crate::model::{Key, StoreName};

use super::super::App;
use super::super::ctx::KeysShown;
use super::super::layers::Layer;
use super::super::layout::Pane;
use super::super::list::Move;
use super::super::notice::Notice;
use super::super::recent::Item;
use super::{drafts, key_line, opened, panes, targets};

pub(in crate::app) fn run(app: &mut App, item: Item) {
    let is_kept = !matches!(item, Item::Draft(..) | Item::Row(_));
    if app.layers.is_empty() && app.editor.is_none() && is_kept {
        app.recent.note(item.clone());
    }
    match item {
        Item::Act(context, action) => act(app, context, action),
        Item::Store(store) => opened::enter(app, store, None),
        Item::Record(store, key) => opened::enter(app, store, Some(KeysShown::At(key))),
        Item::Row(number) => go_to_row(app, number.saturating_sub(1)),
        Item::Draft(id, store, key) => go_to_draft(app, id, store, key),
        Item::CopyTo(store) => key_line::into(app, store),
        Item::Target(at) => targets::switch(app, at),
        Item::ReviewSaves => {
            let review = &mut app.settings.review_saves;
            *review = !*review;
            let told = if *review { "saves are shown first" } else { "saves are made at once" };
            app.notice = Some(Notice::info(told));
        }
    }
}

/// Goes to a row of the list of stores or of keys, to a line of a value, or to a byte of it.
fn go_to_row(app: &mut App, row: usize) {
    if !app.layers.is_empty() {
        return in_value(app, row);
    }
    match app.focus {
        Pane::Stores => {
            let height = app.list_height(Pane::Stores);
            app.stores.go(Move::To(row), height);
        }
        Pane::Keys => {
            let height = app.list_height(Pane::Keys);
            app.keys.go(Move::To(row), height);
            opened::follow_cursor(app);
        }
        Pane::Record => show_line(app, row),
    }
}

/// Puts the cursor in a table or in values on a line.
fn in_value(app: &mut App, line: usize) {
    let view = app.viewport();
    let preview = app.record.preview().cloned();
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    if let Some(Layer::Table(cursor)) = layers.last_mut() {
        cursor.go_to_line(line, &mut ctx);
    } else if let (Some(Layer::Leaf(cursor)), Some(preview)) = (layers.last_mut(), preview) {
        cursor.go_to_row(&preview.line_range(line, view));
        show_line(app, line);
    }
}

/// Shows a value from a line on, or from the row of a byte.
fn show_line(app: &mut App, line: usize) {
    let view = app.viewport();
    if let Some(preview) = app.record.preview() {
        app.record.scroll = preview.at_line(line, view);
    }
}

/// Offers a draft, at its record if that is there.
fn go_to_draft(app: &mut App, id: DraftId, store: StoreName, key: Option<Key>) {
    match key.filter(|key| !drafts::is_gone(app, &store, key)) {
        None => drafts::ask_for(app, id),
        Some(key) => {
            opened::enter(app, store, Some(KeysShown::At(key)));
            let offers = app.keymap.says(Context::Keys, Action::Edit, "offers the draft");
            if let Some(offers) = offers {
                app.tell(Notice::info(offers));
            }
        }
    }
}

/// Acts as if the action's key were pressed in its context. Does nothing if that is gone: the dialog under
/// the menu was closed.
fn act(app: &mut App, context: Context, action: Action) {
    if let Some(pane) = Pane::of(context) {
        if !app.layers.is_empty() || app.editor.is_some() {
            return;
        }
        panes::focus_on(app, pane);
        if app.focus != pane {
            return;
        }
    } else if context != Context::Global && context != app.context() {
        return;
    }
    app.press(KeyEvent::new(KeyCode::Null, KeyModifiers::NONE), Some(action));
}
