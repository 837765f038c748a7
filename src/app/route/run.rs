//! Runs an item that was chosen by its name.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::edit::draft::DraftId;
use crate::keymap::{Action, Context};
use crate::model::{Key, StoreName};

use super::super::App;
use super::super::ctx::KeysShown;
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

/// Goes to a row of the list of stores, or of keys.
fn go_to_row(app: &mut App, row: usize) {
    if app.focus == Pane::Stores {
        let height = app.list_height(Pane::Stores);
        return app.stores.go(Move::To(row), height);
    }
    panes::focus_on(app, Pane::Keys);
    let height = app.list_height(Pane::Keys);
    app.keys.go(Move::To(row), height);
    opened::follow_cursor(app);
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
