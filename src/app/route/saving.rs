//! The way of a save: its changes are shown before it is made, and what someone else wrote is joined with it.

use std::sync::Arc;

use crate::edit::{InnerMerge, InnerValue, Merge, TypedValue, Unresolved};
use crate::model::{Error, Record, SetValue};
use crate::ops::{Plan, WriteId};

use super::super::App;
use super::super::editor::{Editor, PutBack};
use super::super::event::Slot;
use super::super::layers::{Layer, LeafCursor, MergeView, Then};
use super::super::load::{Compute, Load};
use super::super::notice::Notice;
use super::super::question::Confirm;
use super::super::saving::{Saving, only_over};
use super::{opened, unasked};

/// Limit on how often in a row a save is joined with what someone else wrote before the user is asked.
const MOST_TRIES: u32 = 8;
/// Limit on the words that name places of someone else's changes.
const PLACE_WORDS: usize = 3;

/// What is said of white space that a merge does not take.
const NOT_SPACED: &str = "without the spaces typed between values";

/// The save of the present edit: of the record in the editor, or of one value alone.
fn saving(app: &mut App) -> Option<&mut Saving> {
    match &mut app.editor {
        Some(editor) => Some(&mut editor.saving),
        None => Layer::unsaved_in(&mut app.layers).map(|unsaved| &mut unsaved.saving),
    }
}

/// The record as it was read to be edited; none for a new one.
fn base(app: &App) -> Option<&Record> {
    match &app.editor {
        Some(editor) => editor.base(),
        None => app.unsaved_leaf().map(|unsaved| &unsaved.record),
    }
}

/// Closes the editor or the value's edit: the edit is stored, or was there already.
fn close(app: &mut App) {
    app.editor = None;
    if let Some(cursor) = Layer::find::<LeafCursor>(&mut app.layers) {
        cursor.unsaved = None;
    }
}

/// Makes the save.
pub(super) fn save(app: &mut App, set: SetValue) {
    if app.editor.as_ref().is_some_and(Editor::is_busy)
        || saving(app).is_none_or(|saving| saving.is_busy())
    {
        return;
    }
    let id = ctx!(app).send(Plan::set(set));
    if let Some(saving) = saving(app) {
        saving.write = Some(id);
    }
}

/// Makes the save over the value that it was joined with.
pub(super) fn save_merged(app: &mut App, set: SetValue, onto: Box<TypedValue>) {
    if let Some(saving) = saving(app) {
        saving.tries = 0;
        saving.onto = Some(onto);
        saving.merged.get_or_insert_with(|| "with theirs".to_owned());
    }
    save(app, set);
}

fn typed(set: &SetValue) -> TypedValue {
    TypedValue { content_type: set.content_type.clone(), value: set.value.clone() }
}

/// Takes note that a write was answered; tells whether it was the save of the present edit, which the user
/// can edit again.
pub(super) fn answered(app: &mut App, id: WriteId) -> bool {
    let own = saving(app).filter(|saving| saving.write == Some(id));
    own.map(|saving| saving.write = None).is_some()
}

/// Closes an edit that is stored, and says what else there is to say of it.
pub(super) fn made(app: &mut App, words: &str) {
    let (merged, told) = match app.editor.take() {
        Some(editor) => (editor.saving.merged, editor.told),
        None => match Layer::find::<LeafCursor>(&mut app.layers).and_then(LeafCursor::saved) {
            Some(unsaved) => (unsaved.saving.merged, None),
            None => return,
        },
    };
    let merged = merged.map(|merged| format!("{words}, merged {merged}"));
    match (merged, told) {
        (merged, Some(told)) => {
            let words = merged.as_deref().unwrap_or(words);
            app.tell(Notice::warning(format!("{words}; {told}")));
        }
        (Some(merged), None) => app.tell(Notice::done(merged)),
        (None, None) => {}
    }
}

/// Takes a save that was refused because the record has changed since it was read: reads the present record.
/// `false` for a new record.
pub(super) fn met(app: &mut App, set: &SetValue) -> bool {
    let base = base(app).map(TypedValue::from);
    let Some(saving) = saving(app) else { return false };
    if saving.met(set, base).is_none() {
        return false;
    }
    app.tell(Notice::info("written by someone else: reading what is there…"));
    app.out.read(Slot::Theirs, Load::Value { store: set.store.clone(), key: set.key.clone() });
    // The pane behind is to show the present record too.
    opened::reload_record(app);
    true
}

/// Takes the record that was in the way of a save; tells whether a save was waiting for it.
pub(super) fn theirs_read(app: &mut App, record: Option<&Record>) -> bool {
    let Some(saving) = saving(app) else { return false };
    let Some(merging) = &mut saving.merging else { return false };
    let Some(record) = record else {
        saving.unmerge();
        deleted(app);
        return true;
    };
    merging.theirs = Some(record.clone());
    let versions = [merging.base.clone(), typed(&merging.mine), TypedValue::from(record)];
    let versions = Box::new(versions);
    let inner = app.editor.as_ref().and_then(|editor| editor.inner.as_ref());
    let join = match inner {
        Some(inner) => inner.join(versions),
        None => Compute::Merge(versions),
    };
    app.out.read(Slot::Saving, join);
    true
}

/// What is left after a save that is not made, in words.
fn left(app: &App) -> &'static str {
    match app.unsaved_leaf() {
        None => "not saved; your text is in the editor",
        Some(unsaved) if unsaved.prompt().is_none() => "not saved",
        Some(_) => "not saved · text kept here",
    }
}

/// Ends the save of the present edit without making it; nothing is joined with what someone else wrote.
pub(super) fn unmerge(app: &mut App) {
    if let Some(saving) = saving(app) {
        saving.unmerge();
    }
}

/// Drops a save that met what someone else wrote, as the user wishes.
pub(super) fn stop_merging(app: &mut App) {
    let Some(saving) = saving(app) else { return };
    saving.unmerge();
    app.notice = Some(Notice::warning(left(app)));
}

/// Takes note that the record is no longer there.
pub(super) fn deleted(app: &mut App) {
    let removes = app.unsaved_leaf().is_some_and(|unsaved| unsaved.prompt().is_none());
    if removes || !is_free(app) {
        if removes {
            close(app);
        }
        let why = "not saved: someone else has deleted this record";
        return app.tell(Notice::warning(why).lasting());
    }
    let no = if app.editor.is_some() {
        "No keeps your text in the editor."
    } else {
        "No keeps what you typed in its line."
    };
    let mut asked = Confirm::overwrite(base(app), no);
    asked.theirs_read(None, false);
    super::super::notice::untell(&mut app.notice);
    unasked::open(app, Layer::Confirm(Box::new(asked)));
}

/// Takes why the record in the way of a save could not be read, or not be joined with it; tells whether a
/// save was waiting for it.
pub(super) fn failed(app: &mut App, error: &Error) -> bool {
    let Some(saving) = saving(app).filter(|saving| saving.merging.is_some()) else { return false };
    saving.unmerge();
    app.tell(
        Notice::failure(format!("not saved: changed by someone else; not read: {error}")).lasting(),
    );
    true
}

/// Takes what was typed, joined with what is there now: saves it if no conflict is left, otherwise shows the
/// conflicts.
pub(super) fn merged(app: &mut App, merge: Merge) {
    tell_spaced(app, &merge);
    let Some(saving) = saving(app) else { return };
    let Some(merging) = saving.merging.take() else { return };
    if let Some(joined) = merge.resolve(&[]).ok().filter(|_| saving.tries <= MOST_TRIES) {
        if joined == merge.theirs {
            return nothing_left(app, &merge);
        }
        let set = over(&merge, joined, &merging.mine);
        joins(app, &merge);
        if let Some(saving) = self::saving(app) {
            saving.onto = Some(Box::new(merge.theirs));
        }
        return save(app, set);
    }
    decide(app, merging.mine, merge);
}

/// Takes note of white space that was typed and that a merge does not take.
pub(super) fn tell_spaced(app: &mut App, merge: &Merge) {
    if let Some(editor) = app.editor.as_mut().filter(|_| merge.is_spaced) {
        editor.told = Some(match editor.told.take() {
            None => NOT_SPACED.to_owned(),
            Some(told) if told.ends_with(NOT_SPACED) => told,
            Some(told) => format!("{told}; {NOT_SPACED}"),
        });
    }
}

/// Takes note of what the save is joined with, to say so once it is made.
pub(super) fn joins(app: &mut App, merge: &Merge) {
    if let Some(saving) = saving(app) {
        saving.merged = Some(format!("with theirs{}", places(merge)));
    }
}

/// The save in the form that it was joined to, over the version that it was joined with and no other.
pub(super) fn over(merge: &Merge, joined: TypedValue, mine: &SetValue) -> SetValue {
    let TypedValue { value, content_type } = joined;
    SetValue { value, content_type, expected: only_over(&merge.theirs), ..mine.clone() }
}

/// Ends a save whose outcome is what is stored already.
pub(super) fn nothing_left(app: &mut App, merge: &Merge) {
    let same = merge.mine.value == merge.theirs.value;
    // The other version was taken where the two met before.
    let taken = merge.mine.value == merge.base.value;
    close(app);
    app.tell(if same {
        Notice::done("someone else has stored the very same")
    } else if taken {
        Notice::done("nothing to save: all of theirs is taken")
    } else {
        let why = "nothing saved: only spacing; someone else changed it";
        Notice::warning(why).lasting()
    });
    opened::reload_record(app);
}

/// Shows the conflicts of a save, to be decided place by place.
pub(super) fn decide(app: &mut App, set: SetValue, merge: Merge) {
    let comparison = app.session.server.comparison;
    let Some(again) = asked(app) else { return };
    show(app, MergeView::new(set, merge, comparison).again(again));
}

/// Shows the conflicts between what was typed in a value in a value and what someone else wrote there.
pub(super) fn merged_inside(app: &mut App, inside: InnerMerge) {
    let merging = app.editor.as_mut().and_then(|editor| editor.saving.merging.take());
    if let Some(merging) = merging {
        decide_inside(app, merging.mine, inside);
    }
}

/// Shows the conflicts of a save of a value in a value.
pub(super) fn decide_inside(app: &mut App, set: SetValue, inside: InnerMerge) {
    let comparison = app.session.server.comparison;
    let Some(again) = asked(app) else { return };
    show(app, MergeView::inside(set, inside, comparison).again(again));
}

/// Counts the question about conflicts, and gives how often it was asked before; `None` where no dialog may
/// open now, which is said.
fn asked(app: &mut App) -> Option<u32> {
    let free = is_free(app);
    let saving = saving(app)?;
    saving.merged = None;
    if !free {
        saving.unmerge();
        not_shown(app);
        return None;
    }
    saving.asked += 1;
    Some(saving.asked - 1)
}

/// Takes the outcome of the conflicts that were decided, which was made off the loop.
pub(super) fn resolved(app: &mut App, resolved: Result<TypedValue, Unresolved>) {
    super::super::notice::untell(&mut app.notice);
    let Some(view) = Layer::find::<MergeView>(&mut app.layers) else { return };
    if let Then::Close = view.resolved(resolved, &mut ctx!(app)) {
        app.layers.retain(|layer| !matches!(layer, Layer::Merge(_)));
    }
}

/// Takes note that it could not be made; tells whether it was awaited.
pub(super) fn is_not_resolved(app: &mut App) -> bool {
    Layer::find::<MergeView>(&mut app.layers).is_some_and(MergeView::stop_resolving)
}

fn show(app: &mut App, view: MergeView) {
    super::super::notice::untell(&mut app.notice);
    unasked::open(app, view.into());
}

fn not_shown(app: &mut App) {
    let why = "not saved: changed by someone else; save again";
    app.tell(Notice::warning(why).lasting());
}

/// Puts the joined text of a value in a value back, and makes the save over this value.
pub(super) fn put_back_merged(
    app: &mut App,
    set: SetValue,
    onto: TypedValue,
    value: Arc<InnerValue>,
) {
    if let Some(editor) = app.editor.as_mut().filter(|editor| !editor.is_busy()) {
        editor.saving.tries = 0;
        editor.saving.onto = Some(Box::new(onto));
        editor.saving.merged = Some("with theirs".to_owned());
        editor.put_back(set, PutBack::Save, Some(value), &mut ctx!(app));
    }
}

/// Whether a dialog may open by itself: none is open, except the cursor in the values.
fn is_free(app: &App) -> bool {
    let cursor = |layer: &Layer| matches!(layer, Layer::Leaf(_));
    app.layers.iter().all(cursor) && !app.quitting
}

/// The places that someone else changed, in words.
fn places(merge: &Merge) -> String {
    let mut room = PLACE_WORDS;
    let fits = |place: &&str| {
        let left = room.checked_sub(place.split_whitespace().count());
        room = left.unwrap_or_default();
        left.is_some()
    };
    let mut named: Vec<&str> =
        merge.theirs_at.iter().map(String::as_str).take_while(fits).collect();
    match merge.theirs_at.len() {
        0 => return String::new(),
        all if all > named.len() => named.push("…"),
        _ => {}
    }
    format!(": {}", named.join(", "))
}

/// Reads the record in the way of a save once more, if the connection was lost before it came.
pub(super) fn read_again(app: &mut App) {
    let merging = saving(app).and_then(|saving| saving.merging.as_ref());
    if let Some(merging) = merging.filter(|merging| merging.theirs.is_none()) {
        let read = Load::Value { store: merging.mine.store.clone(), key: merging.mine.key.clone() };
        app.out.read(Slot::Theirs, read);
    }
}
