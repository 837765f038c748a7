//! A value in a value: opened off the loop, edited, and put back before the record is saved.

use std::sync::Arc;

use crate::edit::{InnerPlace, InnerValue, NotOpened};
use crate::model::{Record, SetValue};

use super::super::App;
use super::super::ctx::Request;
use super::super::editor::Editor;
use super::super::event::Slot;
use super::super::layers::Layer;
use super::super::load::Compute;
use super::super::notice::Notice;
use super::{leaves, staged};

/// Opens the value that is packed in the whole of the shown record.
pub(super) fn open_whole(app: &mut App) {
    let Some(record) = app.record.value_at_hand(&mut ctx!(app)) else { return };
    open(app, Box::new(record), InnerPlace { path: String::new(), at: None });
}

/// Puts the cursor back on a value after the editor of a value in it was closed.
pub(in crate::app) fn come_back(app: &mut App) {
    if app.beneath.is_none() || app.editor.is_some() || !app.layers.is_empty() {
        return;
    }
    let Some(cursor) = app.beneath.take() else { return };
    let wanted = app.record.wanted.as_ref();
    if wanted.is_some_and(|(store, key)| cursor.is_about(store, key)) && app.record.shows_json() {
        app.layers.push(cursor.into());
        leaves::follow(app);
    }
}

/// Opens the value at a place inside a record, unless a draft of the record is offered first.
pub(super) fn open(app: &mut App, record: Box<Record>, place: InnerPlace) {
    if !staged::offers(app, Request::OpenInner(record.clone(), place.clone())) {
        app.out.read(Slot::Leaves, Compute::Inner(record, place));
    }
}

/// Takes the opened value, or why it was not opened. A dialog that was opened meanwhile stays.
pub(super) fn opened(app: &mut App, record: Record, opened: Result<Arc<InnerValue>, NotOpened>) {
    let in_panes = app.layers.iter().all(|layer| matches!(layer, Layer::Leaf(_)));
    let wanted = app.record.wanted.as_ref().filter(|(_, key)| *key == record.meta.key);
    let Some((store, _)) = wanted.cloned().filter(|_| in_panes && app.editor.is_none()) else {
        return;
    };
    match opened {
        Err(NotOpened(why)) => app.tell(Notice::info(why)),
        Ok(inner) => {
            app.editor = Editor::open_inner(store, record, inner, &mut ctx!(app));
            if app.editor.is_some() {
                app.lay_cursor_beneath();
            }
        }
    }
}

/// Takes the record with the typed text put back: it is saved, after a look at its changes.
pub(super) fn put_back(app: &mut App, result: Result<Box<SetValue>, NotOpened>) {
    if let Some(editor) = &mut app.editor {
        editor.is_put_back(result, &mut ctx!(app));
    }
}
