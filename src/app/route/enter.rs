//! Going into a store from a dialog.

use crate::model::StoreName;

use super::super::App;
use super::super::ctx::KeysShown;
use super::super::layout::Pane;
use super::opened;

/// Opens a store, with the cursor of the stores on it, and shows what is asked of its keys.
pub(in crate::app) fn store(app: &mut App, store: StoreName, shown: Option<KeysShown>) {
    let height = app.list_height(Pane::Stores);
    if !app.stores.filter().is_empty() {
        app.stores.set_filter("", height);
    }
    app.stores.go_to(&store, height);
    if opened::is_open(app, &store) {
        app.focus_on(Pane::Keys);
    } else {
        opened::open_store(app, store);
    }
    match shown {
        None => {}
        Some(KeysShown::Filtered(filter)) => app.keys.set_filter(&filter, &mut ctx!(app)),
        Some(KeysShown::At(key)) => app.keys.show_at(key, &mut ctx!(app)),
    }
    opened::follow_cursor(app);
}
