//! Values of JSON changed one at a time: from the key that chooses one to the answer of the save.

use std::sync::Arc;

use crate::edit::{Digests, NotAValue};
use crate::keymap::Action;
use crate::model::{Error, ErrorKind, Record, SetValue};
use crate::ops::{WriteId, words};
use crate::text;

use super::super::App;
use super::super::event::Slot;
use super::super::layers::{Layer, LeafCursor, Review};
use super::super::load::{Compute, LeavesShown, RecordView};
use super::super::notice::Notice;
use super::super::question::LeafEdit;
use super::super::writes::Answer;
use super::saving;

/// JSON of more bytes than this is edited as a whole only.
const LONGEST: usize = 8 << 20;

/// What a key that chooses a value does: what is no JSON has none, and is edited as a whole.
pub(in crate::app) fn or_whole(app: &App, action: Action) -> Action {
    let json = app.record.loading || app.record.shows_json();
    if action == Action::SelectValue && !json { Action::Edit } else { action }
}

/// Puts a cursor on the values of the JSON that is shown.
pub(in crate::app) fn select(app: &mut App) {
    let Some(RecordView::Whole(record, preview)) = &app.record.shown else { return };
    if !app.record.shows_json() {
        return;
    }
    if record.value.len() > LONGEST {
        let most = text::size(LONGEST as u64);
        app.notice = Some(Notice::info(format!("values are edited alone up to {most}")));
        return;
    }
    app.out.read(Slot::Leaves, Compute::Leaves(record.clone(), Arc::clone(preview)));
}

/// Reads the values anew where the record that the cursor is in is shown as it is now.
pub(in crate::app) fn follow(app: &mut App) {
    let Some(RecordView::Whole(record, preview)) = &app.record.shown else { return };
    let Some((store, _)) = &app.record.wanted else { return };
    let shown = Compute::Leaves(record.clone(), Arc::clone(preview));
    let is_json = app.record.shows_json();
    let about = cursor_in(&mut app.layers)
        .is_some_and(|cursor| cursor.is_about(store, &record.meta.key) && !cursor.is_over(preview));
    if about && is_json {
        app.out.read(Slot::Leaves, shown);
    }
}

/// The values were found.
pub(in crate::app) fn found(app: &mut App, shown: Option<LeavesShown>) {
    let Some(shown) = shown else {
        app.tell(Notice::info("these are too many values to choose one; edit the whole record"));
        return;
    };
    if let Some(cursor) = cursor_in(&mut app.layers) {
        cursor.update(shown, &mut ctx!(app));
        return;
    }
    // Not over what has come up meanwhile.
    let Some((store, key)) = app.record.wanted.clone() else { return };
    if !app.layers.is_empty() || app.editor.is_some() || key != shown.record.meta.key {
        return;
    }
    let view = app.viewport();
    let offset = shown.preview.offset(app.record.scroll, view);
    let refused = app.session.refused(&app.settings);
    if app.writes_back(&store, &key) {
        app.tell(Notice::warning(words::WRITTEN_BACK));
    }
    let cursor = LeafCursor::new(store, shown, offset, refused);
    app.layers.push(Box::new(cursor).into());
}

/// Changes the value under the cursor; asks again for what is none.
pub(in crate::app) fn change(app: &mut App, change: &LeafEdit) {
    let Some(cursor) = cursor_in(&mut app.layers) else { return };
    let in_object = cursor.adds_member();
    let again = change.prompt(in_object).map(Box::new);
    match cursor.change(change.clone(), &mut ctx!(app)) {
        Ok(None) => {}
        Ok(Some(set)) => {
            let Some(versions) = cursor.compared() else { return };
            let mut shown = Review::new(set, None, app.session.server.comparison);
            shown.again = again;
            saving::show_review(app, shown, versions);
        }
        Err(NotAValue(why)) => {
            app.layers.extend(again.map(Layer::Prompt));
            app.notice = Some(Notice::failure(why));
        }
    }
}

/// Makes the save that was shown; tells whether it is one of a value alone.
pub(in crate::app) fn save(app: &mut App, set: &SetValue) -> bool {
    cursor_in(&mut app.layers).is_some_and(|cursor| cursor.save(set, &mut ctx!(app)))
}

/// A write was answered; tells whether all that there is to do has been done.
pub(in crate::app) fn answered(app: &mut App, id: WriteId, answer: &Answer) -> bool {
    let Some(cursor) = cursor_in(&mut app.layers) else { return false };
    if matches!(answer, Answer::Refused(_, error) if error.kind == ErrorKind::Conflict) {
        return cursor.conflicted(id, &mut ctx!(app));
    }
    cursor.answered(id, matches!(answer, Answer::Done(..)), &mut ctx!(app));
    false
}

/// What someone else wrote was read; tells whether a cursor awaited it.
pub(in crate::app) fn theirs(app: &mut App, theirs: Option<&Record>) -> bool {
    let Some(cursor) = cursor_in(&mut app.layers).filter(|cursor| cursor.awaits_theirs()) else {
        return false;
    };
    cursor.theirs(theirs.cloned(), &Digests::default(), &mut ctx!(app));
    true
}

/// What someone else wrote could not be read; tells whether a cursor awaited it.
pub(in crate::app) fn theirs_failed(app: &mut App, error: &Error) -> bool {
    let Some(cursor) = cursor_in(&mut app.layers).filter(|cursor| cursor.awaits_theirs()) else {
        return false;
    };
    cursor.theirs_unknown(Some(error), &mut ctx!(app));
    true
}

/// The cursor in the values, if there is one.
fn cursor_in(layers: &mut [Layer]) -> Option<&mut LeafCursor> {
    layers.iter_mut().find_map(|layer| match layer {
        Layer::Leaf(cursor) => Some(&mut **cursor),
        _ => None,
    })
}
