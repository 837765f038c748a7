//! Values of JSON changed one at a time: from the key that chooses one to the answer of the save.

use std::ops::Range;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::edit::NotAValue;
use crate::edit::draft::{Draft, DraftId};
use crate::keymap::Action;
use crate::model::{Expect, Record, RecordMeta};
use crate::ops::words;
use crate::preview::json;
use crate::text;

use super::super::App;
use super::super::ctx::Request;
use super::super::drafting::TakenAs;
use super::super::event::Slot;
use super::super::layers::{Dialog as _, Layer, LeafCursor, UnsavedLeaf};
use super::super::load::{Compute, FoldedLeaves, LeavesShown, RecordView};
use super::super::notice::Notice;
use super::super::question::{Confirm, Confirmed};
use super::{drafts, reviewing, saving, tables, unasked, values};

/// Limit on JSON in which values can be chosen, in bytes.
const LONGEST: usize = 64 << 20;
/// Limit on JSON in which single values can be edited, in bytes; larger JSON is edited as a whole.
const EDITED: usize = 8 << 20;
/// Columns of the typed text that the question whether to give it up shows.
const TOLD: usize = 60;
const TOO_LONG: &str = "JSON over 8 MiB; edit the whole record";

const CONVERTED: &str = "not stored as shown; edit the whole record";

/// The action of a key that chooses a value: a record without parts is edited as a whole.
pub(in crate::app) fn or_whole(app: &App, action: Action) -> Action {
    let parts = app.record.loading || app.record.has_parts();
    if action == Action::SelectValue && !parts { Action::Edit } else { action }
}

/// Puts a cursor on the values of the JSON that is shown, or in the cells of the table; lists the links of a
/// page or the entries of an archive.
pub(in crate::app) fn select(app: &mut App) {
    (app.drafting.resumed, app.mouse.value) = (None, None);
    if !tables::select(app) && !values::list_links(app) && !values::list_entries(app, None) {
        look_for_values(app);
    }
}

/// Puts the cursor on the value in a row of the JSON that is shown, or on the entry in a row of an archive.
pub(super) fn select_at(app: &mut App, row: Range<usize>) {
    if values::list_entries(app, Some(row.start)) {
        return;
    }
    (app.drafting.resumed, app.mouse.value) = (None, Some(row));
    look_for_values(app);
}

/// Puts the cursor, which is in the values, on the one in a row. A double click folds and unfolds it, or
/// changes it if it holds no other values.
pub(super) fn click(app: &mut App, row: Range<usize>, again: bool) {
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    let Some(Layer::Leaf(cursor)) = layers.last_mut() else { return };
    cursor.go_to_row(&row);
    if again {
        let action = if cursor.is_on_container() { Action::ToggleFold } else { Action::EditValue };
        cursor.key(KeyEvent::new(KeyCode::Null, KeyModifiers::NONE), Some(action), &mut ctx);
    }
}

/// Looks for the values of the JSON that is shown; tells whether it has some to choose from.
fn look_for_values(app: &mut App) -> bool {
    let Some(RecordView::Whole(record, preview)) = &app.record.shown else { return false };
    if !app.record.has_values() {
        return false;
    }
    if preview.shown().len() > LONGEST {
        let most = text::size(LONGEST as u64);
        app.notice = Some(Notice::info(format!("JSON over {most}: values cannot be chosen")));
        return false;
    }
    app.out.read(Slot::Leaves, Compute::Leaves(record.clone(), Arc::clone(preview)));
    true
}

/// Whether single values of the shown record can be edited.
fn is_edited(app: &App) -> bool {
    app.record.shows_json()
        && matches!(&app.record.shown, Some(RecordView::Whole(record, _)) if record.value.len() <= EDITED)
}

/// Takes values that were folded off the loop.
pub(in crate::app) fn folded(app: &mut App, made: FoldedLeaves) {
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    if let Some(cursor) = Layer::find::<LeafCursor>(layers) {
        cursor.take_folded(made, &mut ctx);
    }
}

/// Reads the values anew if the record that the cursor is in has changed.
pub(in crate::app) fn follow(app: &mut App) {
    let Some(RecordView::Whole(record, preview)) = &app.record.shown else { return };
    let Some((store, _)) = &app.record.wanted else { return };
    if !app.record.has_values() {
        return;
    }
    let (record, preview) = (record.clone(), Arc::clone(preview));
    let about = |cursor: &&mut LeafCursor| {
        cursor.is_about(store, &record.meta.key) && !cursor.is_over(&preview)
    };
    if let Some(cursor) = Layer::find::<LeafCursor>(&mut app.layers).filter(about) {
        cursor.let_go(&record, &preview, &mut ctx!(app));
        app.out.read(Slot::Leaves, Compute::Leaves(record, preview));
    }
}

/// Takes the values that were found.
pub(in crate::app) fn found(app: &mut App, shown: Option<LeavesShown>) {
    let resumed = app.drafting.resumed.take();
    let Some(shown) = shown else {
        if let Some((id, draft)) = resumed {
            return drafts::take_as(app, &id, *draft, TakenAs::Whole, false);
        }
        let most = text::count(json::MOST_SEEN as u64);
        let why = format!("over {most} values; edit the whole record");
        app.layers.retain(|layer| !matches!(layer, Layer::Leaf(cursor) if cursor.has_let_go()));
        app.tell(Notice::info(why));
        return;
    };
    if let Some(cursor) = Layer::find::<LeafCursor>(&mut app.layers) {
        cursor.update(shown, &mut ctx!(app));
        if let Some(action) = cursor.wanted.take() {
            change(app, action);
        }
        return;
    }
    // The cursor does not open over a dialog that was opened meanwhile.
    let Some((store, key)) = app.record.wanted.clone() else { return };
    if !app.layers.is_empty() || app.editor.is_some() || key != shown.record.meta.key {
        return;
    }
    let view = app.viewport();
    let offset = shown.preview.offset(app.record.scroll, view);
    let too_long = || (shown.record.value.len() > EDITED).then_some(TOO_LONG);
    let converted = (!app.record.shows_json()).then_some(CONVERTED);
    let refused = app.session.refused(&app.settings).or(converted).or_else(too_long);
    if converted.is_none() && app.writes_back(&store, &key) {
        app.tell(Notice::warning(words::WRITTEN_BACK));
    }
    let mut cursor = LeafCursor::new(store, shown, offset, refused);
    if let Some(row) = app.mouse.value.take() {
        cursor.go_to_row(&row);
    }
    app.layers.push(Box::new(cursor).into());
    if let Some((id, draft)) = resumed.filter(|(_, draft)| draft.head.key == key) {
        go_on(app, &id, &draft);
    }
}

/// Begins to change the value under the cursor, unless a draft of the record is offered first.
pub(in crate::app) fn change(app: &mut App, action: Action) {
    // A value that is no longer shown is not changed: the shown ones are being found.
    let json = app.record.has_values();
    let shown = app.record.preview().filter(|_| json).cloned();
    if let Some((cursor, shown)) = Layer::find::<LeafCursor>(&mut app.layers).zip(shown)
        && !cursor.is_found_in(&shown)
    {
        cursor.wanted = Some(action);
        return follow(app);
    }
    if drafts::offers(app, Request::ChangeLeaf(action)) {
        return;
    }
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    if let Some(cursor) = Layer::find::<LeafCursor>(layers) {
        cursor.begin(action, &mut ctx);
    }
    ask(app, true);
}

/// Goes on with a draft of a change of one value, at that value; or in the whole record where that is not
/// possible.
pub(in crate::app) fn resume(app: &mut App, id: DraftId, draft: Box<Draft>) {
    let head = &draft.head;
    let is_about = |cursor: &&mut LeafCursor| cursor.is_about(&head.store, &head.key);
    if Layer::find::<LeafCursor>(&mut app.layers).as_ref().is_some_and(is_about) {
        go_on(app, &id, &draft);
    } else if is_edited(app) && look_for_values(app) {
        app.drafting.resumed = Some((id, draft));
    } else {
        drafts::take_as(app, &id, *draft, TakenAs::Whole, false);
    }
}

/// Gives the cursor the change that is in a draft.
fn go_on(app: &mut App, id: &DraftId, draft: &Draft) {
    let (layers, mut ctx) = (&mut app.layers, ctx!(app));
    let Some(cursor) = Layer::find::<LeafCursor>(layers) else { return };
    let (Some(leaf), Some(base)) = (&draft.leaf, &draft.base) else { return };
    if let Some(why) = cursor.refused() {
        return ctx.say(Notice::warning(why));
    }
    let meta = RecordMeta {
        key: draft.head.key.clone(),
        content_type: base.content_type.clone(),
        size: base.value.len() as u64,
        ..RecordMeta::default()
    };
    cursor.change(Record { meta, value: base.value.clone() }, leaf.as_ref().clone(), &mut ctx);
    app.drafting.go_on(id, draft, draft.text.clone());
    ask(app, true);
}

/// Saves the record with the changed value as it was typed; a text that is no value is asked for again.
pub(in crate::app) fn save(app: &mut App, typed: &str) {
    let Some(unsaved) = Layer::unsaved_in(&mut app.layers) else { return };
    unsaved.leaf.edit = unsaved.leaf.edit.with(typed);
    unsaved.saving.start();
    match unsaved.set(None) {
        Ok(set) if set.value == unsaved.record.value => {
            give_up(app);
            app.notice = Some(Notice::info("nothing was changed"));
        }
        Ok(set) if app.settings.review_saves => reviewing::review(app, set),
        Ok(set) => saving::save(app, set),
        Err(NotAValue(why)) => app.notice = Some(Notice::failure(why)),
    }
}

/// Stages the record with the changed value as it was typed, to be saved with others; a text that is no value
/// is asked for again.
pub(in crate::app) fn stage(app: &mut App, typed: &str) {
    let idle = |unsaved: &&mut UnsavedLeaf| !unsaved.saving.is_busy();
    let Some(unsaved) = Layer::unsaved_in(&mut app.layers).filter(idle) else { return };
    unsaved.leaf.edit = unsaved.leaf.edit.with(typed);
    match unsaved.set(None) {
        Ok(set) if set.value == unsaved.record.value => {
            give_up(app);
            app.notice = Some(Notice::info("nothing was changed: nothing is staged"));
        }
        Ok(set) => ctx!(app).request(Request::Stage(Box::new(set))),
        Err(NotAValue(why)) => app.notice = Some(Notice::failure(why)),
    }
}

/// Saves the changed value over the record in the way.
pub(in crate::app) fn save_over(app: &mut App, expected: Option<Expect>) {
    let Some(unsaved) = Layer::unsaved_in(&mut app.layers) else { return };
    unsaved.saving.start();
    if let Ok(set) = unsaved.set(expected) {
        saving::save(app, set);
    }
}

/// Leaves the line of a value; asks first if the text differs from the value as it was read.
pub(in crate::app) fn leave(app: &mut App, typed: &str) {
    let changed = app.unsaved_leaf().filter(|unsaved| unsaved.is_changed(typed));
    let Some(path) = changed.map(|unsaved| unsaved.leaf.path()) else { return discard(app) };
    let asked = Confirm::new("Discard the changes", "discard", Confirmed::DiscardEdit)
        .line(format!("What was typed at {path} is not saved."))
        .line(text::fit(typed, TOLD))
        .or_keep(true);
    app.layers.push(Layer::Confirm(Box::new(asked)));
}

/// Gives up the text that was typed for a value, and its line.
pub(in crate::app) fn discard(app: &mut App) {
    give_up(app);
    let is_line = |layer: &Layer| matches!(layer, Layer::Prompt(line) if line.kind.changes_leaf());
    app.layers.retain(|layer| !is_line(layer));
}

/// Gives up the text that was typed for a value.
pub(in crate::app) fn give_up(app: &mut App) {
    if let Some(cursor) = Layer::find::<LeafCursor>(&mut app.layers) {
        cursor.unsaved = None;
    }
}

/// Drops a save that was shown. If it was to remove a value, nothing is left to be typed.
pub(in crate::app) fn edit_further(app: &mut App) {
    let unsaved = Layer::unsaved_in(&mut app.layers);
    if unsaved.is_some_and(|unsaved| unsaved.prompt().is_none()) {
        give_up(app);
    }
}

/// Asks again for a change that is neither stored nor being saved, as soon as no dialog lies over the cursor.
pub(in crate::app) fn ask(app: &mut App, by_key: bool) {
    if app.quitting || !matches!(app.layers.last(), Some(Layer::Leaf(_))) {
        return;
    }
    let idle = |unsaved: &&mut UnsavedLeaf| !unsaved.saving.is_busy();
    let Some(unsaved) = Layer::unsaved_in(&mut app.layers).filter(idle) else { return };
    let layer = match unsaved.prompt() {
        Some(prompt) => Layer::Prompt(Box::new(prompt)),
        // The dialog with the changes asks.
        None if app.settings.review_saves => {
            if let Ok(set) = unsaved.set(None) {
                reviewing::review(app, set);
            }
            return;
        }
        None => Layer::Confirm(Box::new(unsaved.question())),
    };
    if by_key { app.layers.push(layer) } else { unasked::open(app, layer) }
}
