//! The look at a save before it is made: its changes are shown against what is there now.

use crate::edit::{Merge, TypedValue};
use crate::model::{Error, Key, SetValue, StoreName};
use crate::ops::{Plan, words};

use super::super::App;
use super::super::editor::Editor;
use super::super::event::Slot;
use super::super::layers::{Layer, Review};
use super::super::load::{Compute, Load, Reviewed, Reviewing};
use super::saving;

/// Shows the changes of a save, which are computed meanwhile from what is there now.
pub(super) fn review(app: &mut App, set: SetValue) {
    let (note, inside) = match &app.editor {
        Some(editor) => {
            let inside = editor.inner.as_ref().map(|inner| inner.value.title());
            (editor.note(), inside)
        }
        None if app.unsaved_leaf().is_some() => (None, None),
        None => return,
    };
    let Some(look) = reviewing(app, &set) else { return saving::save(app, set) };
    let for_good = words::for_good(&Plan::set(set.clone()).undoable(false));
    let note = [for_good, note].into_iter().flatten().reduce(|all, more| format!("{all} {more}"));
    let shown = Review { inside, ..Review::new(set, note, app.session.server.comparison) };
    app.out.read(Slot::Saving, Load::Review(Box::new(look)));
    app.layers.push(shown.into());
}

/// The save of the present edit, and what it was made from; `None` for a new record, of which there is nothing
/// to compare.
fn reviewing(app: &App, set: &SetValue) -> Option<Reviewing> {
    let typed = TypedValue { content_type: set.content_type.clone(), value: set.value.clone() };
    let (base, inner) = match (&app.editor, app.unsaved_leaf()) {
        (Some(editor), _) => {
            let versions = editor.compared(set)?;
            let inner = editor.inner.as_ref();
            (editor.base()?, inner.map(|inner| (inner.value.clone(), versions)))
        }
        (None, unsaved) => (&unsaved?.record, None),
    };
    let record = [TypedValue::from(base), typed];
    Some(Reviewing { store: set.store.clone(), key: set.key.clone(), record, inner })
}

/// Looks once more at what is there of the record whose save is shown, which someone else has written.
pub(super) fn look_again(app: &mut App, store: &StoreName, about: &dyn Fn(&Key) -> bool) {
    let Some(review) = Layer::find::<Review>(&mut app.layers) else { return };
    if review.set.store != *store || !about(&review.set.key) {
        return;
    }
    // A look under way may have seen the record before, and is not given up: a busy crawl would never let one
    // come to its end.
    if std::mem::replace(&mut review.is_looking, true) {
        review.looks_again = true;
        return;
    }
    let set = review.set.clone();
    if let Some(look) = reviewing(app, &set) {
        app.out.read(Slot::Saving, Load::Review(Box::new(look)));
    }
}

/// Takes what a save changes in what is there now.
pub(super) fn reviewed(app: &mut App, reviewed: Reviewed) {
    let Some(review) = Layer::find::<Review>(&mut app.layers) else { return };
    (review.is_looking, review.unread) = (false, None);
    let again = std::mem::take(&mut review.looks_again).then(|| review.set.clone());
    take(app, reviewed);
    if let Some(set) = again {
        look_again(app, &set.store, &|key| *key == set.key);
    }
}

fn take(app: &mut App, reviewed: Reviewed) {
    match reviewed {
        Reviewed::Same(diff) => {
            saving::unmerge(app);
            if let Some(review) = Layer::find::<Review>(&mut app.layers) {
                review.compared(diff, None);
            }
        }
        Reviewed::Joined(merge, joined, _) if joined == merge.theirs => {
            close(app);
            saving::nothing_left(app, &merge);
        }
        Reviewed::Joined(merge, joined, diff) => {
            saving::tell_spaced(app, &merge);
            saving::joins(app, &merge);
            let note = note_of(app, &merge);
            if let Some(review) = Layer::find::<Review>(&mut app.layers) {
                let set = saving::over(&merge, joined, &review.set);
                let onto = merge.theirs;
                review.note = note.or(review.note.take());
                review.compared(diff, Some((set, onto, merge.theirs_at)));
            }
        }
        Reviewed::Conflicts(merge) => {
            let Some(set) = close(app) else { return };
            saving::decide(app, set, *merge);
        }
        Reviewed::Inside(merge) => {
            let Some(set) = close(app) else { return };
            saving::decide_inside(app, set, *merge);
        }
        Reviewed::Gone => {
            close(app);
            saving::deleted(app);
        }
    }
}

/// What is to be said of a save that was joined, where that is more than before.
fn note_of(app: &App, merge: &Merge) -> Option<String> {
    app.editor.as_ref().filter(|_| merge.is_spaced).and_then(Editor::note)
}

/// Closes the dialog of the save, whose look has come to its end.
fn close(app: &mut App) -> Option<SetValue> {
    let set = Layer::find::<Review>(&mut app.layers).map(|review| review.set.clone());
    app.layers.retain(|layer| !matches!(layer, Layer::Review(_)));
    set
}

/// Takes why the present record could not be read: the change is shown as it was made. Tells whether the
/// dialog of a save was waiting.
pub(super) fn failed(app: &mut App, error: &Error) -> bool {
    let Some(review) = Layer::find::<Review>(&mut app.layers) else { return false };
    review.is_looking = false;
    if review.unread.replace(error.to_string()).is_some() || review.diff.is_some() {
        return false;
    }
    let set = review.set.clone();
    if let Some(look) = reviewing(app, &set) {
        app.out.read(Slot::Saving, Compute::Diff(Box::new(look.typed().clone())));
    }
    true
}
