//! The way of a save: what it changes is shown before it is made, and what it meets is joined with it.

use std::sync::Arc;

use crate::edit::{InnerMerge, InnerValue, Merge, TypedValue};
use crate::model::{Error, Record, SetValue};
use crate::ops::Plan;

use super::super::App;
use super::super::event::Slot;
use super::super::layers::{Layer, MergeView, Review};
use super::super::load::{Compute, Load};
use super::super::notice::Notice;
use super::super::question::Confirm;
use super::super::saving::only_over;
use super::{opened, unasked};

/// How often in a row a save is joined with what it meets before the user is asked.
const MOST_TRIES: u32 = 8;
/// Places that are named of those that someone else changed.
const NAMED: usize = 3;

/// Shows what a save changes. It is compared meanwhile.
pub(super) fn review(app: &mut App, set: SetValue) {
    let Some(editor) = &app.editor else { return };
    let Some(versions) = editor.compared(&set) else { return save(app, set) };
    let comparison = app.session.server.comparison;
    let mut shown = Review::new(set, editor.note(), comparison);
    shown.inside = editor.inner.as_ref().map(|inner| inner.value.title());
    show_review(app, shown, versions);
}

/// Shows a save, which changes the first of these versions to the second.
pub(super) fn show_review(app: &mut App, shown: Review, versions: [TypedValue; 2]) {
    app.out.read(Slot::Saving, Compute::Diff(Box::new(versions)));
    app.layers.push(shown.into());
}

/// Makes the editor's save.
pub(super) fn save(app: &mut App, set: SetValue) {
    if let Some(editor) = app.editor.as_mut().filter(|editor| !editor.is_busy()) {
        editor.saving.write = Some(ctx!(app).send(Plan::set(set)));
    }
}

/// Makes it over the value that it was joined with.
pub(super) fn save_merged(app: &mut App, set: SetValue, onto: Box<TypedValue>) {
    if let Some(editor) = &mut app.editor {
        editor.saving.tries = 0;
        editor.saving.onto = Some(onto);
        editor.saving.merged = Some("with what someone else wrote".to_owned());
    }
    save(app, set);
}

fn typed(set: &SetValue) -> TypedValue {
    TypedValue { content_type: set.content_type.clone(), value: set.value.clone() }
}

/// A save of the editor was refused, for the record is not what it was made from: reads what is there.
/// `false` for a new record.
pub(super) fn met(app: &mut App, set: &SetValue) -> bool {
    let Some(editor) = &mut app.editor else { return false };
    let base = editor.base().map(TypedValue::from);
    if editor.saving.met(set, base).is_none() {
        return false;
    }
    app.tell(Notice::info("someone else has written this record: reading what is there now…"));
    app.out.read(Slot::Theirs, Load::Value { store: set.store.clone(), key: set.key.clone() });
    // The pane behind is to show it too.
    opened::reload_record(app);
    true
}

/// What a save met has been read; tells whether that was for a save.
pub(super) fn theirs_read(app: &mut App, record: Option<&Record>) -> bool {
    let Some(editor) = &mut app.editor else { return false };
    let Some(merging) = &mut editor.saving.merging else { return false };
    let Some(record) = record else {
        editor.saving.unmerge();
        deleted(app);
        return true;
    };
    merging.theirs = Some(record.clone());
    let versions = [merging.base.clone(), typed(&merging.mine), TypedValue::from(record)];
    let versions = Box::new(versions);
    let join = match &editor.inner {
        Some(inner) => inner.join(versions),
        None => Compute::Merge(versions),
    };
    app.out.read(Slot::Saving, join);
    true
}

/// The record is not there any more.
fn deleted(app: &mut App) {
    if !is_free(app) {
        let why = "not saved: someone else has deleted this record";
        return app.tell(Notice::warning(why).lasting());
    }
    let old = app.editor.as_ref().and_then(|editor| editor.base());
    let mut asked = Confirm::overwrite(old);
    asked.theirs_read(None, false);
    super::super::notice::untell(&mut app.notice);
    unasked::open(app, Layer::Confirm(Box::new(asked)));
}

/// What a save met could not be read, or not be joined with it; tells whether that was for a save.
pub(super) fn failed(app: &mut App, error: &Error) -> bool {
    let Some(editor) = app.editor.as_mut().filter(|editor| editor.saving.merging.is_some()) else {
        return false;
    };
    editor.saving.unmerge();
    let why = "not saved: someone else has written this record, and what is there now is not known";
    app.tell(Notice::failure(format!("{why}: {error}")).lasting());
    true
}

/// What was typed has been joined with what is there: saved where nothing is to be chosen, else shown.
pub(super) fn merged(app: &mut App, merge: Merge) {
    let free = is_free(app);
    let Some(editor) = &mut app.editor else { return };
    let Some(merging) = editor.saving.merging.take() else { return };
    let mine = &merging.mine;
    if let Some(joined) = merge.resolve(&[]).ok().filter(|_| editor.saving.tries <= MOST_TRIES) {
        if joined == merge.theirs {
            let same = merge.mine.value == merge.theirs.value;
            app.editor = None;
            app.tell(if same {
                Notice::done("someone else has stored the very same")
            } else {
                let why = "nothing was saved: only the spacing was changed here, and someone else has \
                           changed the record";
                Notice::warning(why).lasting()
            });
            return opened::reload_record(app);
        }
        editor.saving.merged = Some(format!("with someone else's change{}", places(&merge)));
        editor.saving.onto = Some(Box::new(merge.theirs.clone()));
        let set = SetValue {
            value: joined.value,
            content_type: joined.content_type,
            expected: only_over(&merge.theirs),
            ..mine.clone()
        };
        return save(app, set);
    }
    let set = mine.clone();
    if !free {
        editor.saving.unmerge();
        return not_shown(app);
    }
    show(app, MergeView::new(set, merge, app.session.server.comparison));
}

/// What was typed in a value in a value meets there what someone else wrote: shown.
pub(super) fn merged_inside(app: &mut App, inside: InnerMerge) {
    let free = is_free(app);
    let Some(editor) = &mut app.editor else { return };
    if !free {
        editor.saving.unmerge();
        return not_shown(app);
    }
    let Some(merging) = editor.saving.merging.take() else { return };
    let comparison = app.session.server.comparison;
    show(app, MergeView::inside(merging.mine, inside, comparison));
}

fn show(app: &mut App, view: MergeView) {
    super::super::notice::untell(&mut app.notice);
    unasked::open(app, view.into());
}

fn not_shown(app: &mut App) {
    let why = "not saved: someone else has changed the same place; save again to see it";
    app.tell(Notice::warning(why).lasting());
}

/// Puts back what comes out of a value in a value, and makes the save over this value.
pub(super) fn put_back_merged(
    app: &mut App,
    set: SetValue,
    onto: TypedValue,
    value: Arc<InnerValue>,
) {
    if let Some(editor) = app.editor.as_mut().filter(|editor| !editor.is_busy()) {
        editor.saving.tries = 0;
        editor.saving.onto = Some(Box::new(onto));
        editor.saving.merged = Some("with what someone else wrote".to_owned());
        editor.put_back(set, true, Some(value), &mut ctx!(app));
    }
}

/// Whether a dialog may open by itself.
fn is_free(app: &App) -> bool {
    app.layers.is_empty() && !app.quitting
}

/// The places that someone else changed, in words.
fn places(merge: &Merge) -> String {
    let named: Vec<&str> = merge.theirs_at.iter().take(NAMED).map(String::as_str).collect();
    if named.is_empty() { String::new() } else { format!(" of {}", named.join(", ")) }
}

/// Reads once more what a save met, where the connection was lost before it came.
pub(super) fn read_again(app: &mut App) {
    let waits = |editor: &&super::super::Editor| {
        editor.saving.merging.as_ref().is_some_and(|merging| merging.theirs.is_none())
    };
    if let Some(editor) = app.editor.as_ref().filter(waits) {
        let read = Load::Value { store: editor.store.clone(), key: editor.typed_key() };
        app.out.read(Slot::Theirs, read);
    }
}
