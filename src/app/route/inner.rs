//! What is opened to be edited: a record, off the loop where its value is long; and a value in a value, which
//! is put back before the record is saved.

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
use super::super::opening::Opened;
use super::{leaves, staged};

/// Size of a value from which it is opened off the loop, in bytes.
const LONG: usize = 256 << 10;

/// Opens the record under the cursor in the editor, or at once in the user's own editor.
pub(in crate::app) fn edit(app: &mut App, outside: bool) {
    let mut ctx = ctx!(app);
    if let (Some(store), Some(record)) =
        (app.keys.store.clone(), app.record.value_at_hand(&mut ctx))
    {
        if record.value.len() < LONG {
            app.editor = Editor::open(store, record, None, outside, &mut ctx);
        } else {
            let limit = ctx.settings.editor_limit;
            ctx.read(Slot::Leaves, Compute::Open(Box::new(record), limit, outside));
        }
    }
}

/// Takes a long value that was opened off the loop. A dialog that was opened meanwhile stays, and so does
/// another record.
pub(super) fn long_opened(app: &mut App, record: Record, opened: Opened, outside: bool) {
    let wanted = app.record.wanted.as_ref().filter(|(_, key)| *key == record.meta.key);
    let is_free = app.layers.is_empty() && app.editor.is_none() && !app.quitting;
    if let Some((store, _)) = wanted.cloned().filter(|_| is_free) {
        app.editor = Editor::open(store, record, Some(opened), outside, &mut ctx!(app));
    }
}

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
