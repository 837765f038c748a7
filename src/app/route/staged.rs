//! Staged edits: the way from the editor into their list, and from there to the storage, all together.

mod one_value;

use std::collections::HashSet;

use crate::edit::draft::{Draft, DraftHead, DraftId};
use crate::keymap::{Action, Context};
use crate::model::{Key, SetValue, StoreName, WatchEvent};
use crate::ops::{Plan, PlannedChange, WriteId};
use crate::text;

use super::super::ctx::Request;
use super::super::event::{Effect, Slot};
use super::super::layers::{Layer, ListDialog, StagedDiff};
use super::super::load::{Compute, Load};
use super::super::notice::{Notice, Tone};
use super::super::reopening::{self, Reopened, There};
use super::super::staged::{MOST, StagedNow};
use super::super::writes::Answer;
use super::super::{App, drafting};
use super::{drafts, questions};

/// Stages the present edit, to be saved with others.
pub(super) fn stage(app: &mut App, set: SetValue) {
    let is_there = app.staged.find(&set.store, &set.key).is_some();
    let is_full = !is_there && app.staged.edits().len() >= MOST;
    let full = || format!("{MOST} edits are staged, the most; save them");
    let Some(editor) = &mut app.editor else {
        return one_value::stage(app, &set, is_full.then(full));
    };
    if editor.is_busy() {
        return;
    }
    if is_there || is_full {
        let why =
            if is_full { full() } else { "this key has another staged edit; save it".to_owned() };
        editor.fail(why, None);
        return;
    }
    let told = editor.told.take();
    let Some(draft) = drafting::to_stage(app) else { return };
    drafting::hand_over(app, &draft);
    let key = set.key.named();
    app.staged.add(set, draft);
    app.editor = None;
    tell(app, &key, told);
}

/// Says that an edit is staged.
fn tell(app: &mut App, key: &str, told: Option<String>) {
    let count = text::plural(app.staged.edits().len() as u64, "edit");
    let lists = app.keymap.says(Context::Global, Action::Staged, &format!("lists {count}"));
    let staged = text::then(&format!("staged {key}, not saved"), " · ", lists);
    app.tell(match told {
        Some(told) => Notice::warning(format!("{staged}; {told}")),
        None => Notice::done(staged),
    });
    check(app);
}

/// Reads what is stored now, and stages again what was staged before larder was ended.
pub(super) fn look(app: &mut App) {
    let before = app.drafting.found.staged();
    for id in before {
        if app.staged.awaits(&id) {
            app.out.effects.push(Effect::ReadDraft(id));
        }
    }
    check(app);
}

/// Reads what is stored now of the records with staged edits.
pub(super) fn check(app: &mut App) {
    if !app.staged.edits().is_empty() && app.session.is_open() {
        app.out.read(Slot::Staged, Load::Staged(app.staged.sets()));
    }
}

/// Takes what is stored now; an edit that is stored already leaves the list.
pub(super) fn looked_at(app: &mut App, found: &[(StoreName, Key, StagedNow)]) {
    if app.staged.saving.is_some() {
        return;
    }
    app.staged.looked_at(found);
    let stored = app.staged.take_all(|edit| edit.now == StagedNow::Stored);
    app.out.effects.extend(stored.iter().map(|edit| Effect::DropDraft(edit.id.clone())));
    if !stored.is_empty() {
        let count = text::plural(stored.len() as u64, "staged edit");
        app.tell(Notice::info(format!("{count} left the list: just that is stored")));
        close_if_empty(app);
    }
}

/// Takes note that someone has written records of the open store.
pub(super) fn noticed(app: &mut App, event: &WatchEvent) {
    let WatchEvent::Records { set, removed } = event else { return };
    let Some(store) = app.keys.store.as_ref().filter(|_| app.staged.total() > 0) else { return };
    let mut keys = set.iter().map(|meta| &meta.key).chain(removed);
    if keys.any(|key| app.staged.find(store, key).is_some()) {
        check(app);
    }
}

/// Takes a draft; tells whether it is of an edit that was staged before, which is then staged again.
pub(super) fn read(app: &mut App, id: &DraftId, result: &Result<Box<Draft>, String>) -> bool {
    if !app.staged.awaited(id) {
        return false;
    }
    match result {
        Ok(draft) if reopening::is_long(draft) => {
            app.staged.awaits(id);
            make_ready(app, id, Draft::clone(draft));
        }
        Ok(draft) => {
            let ready = drafts::how(app).ready(id.clone(), Draft::clone(draft), There::default());
            taken_up(app, &ready);
        }
        Err(why) => app.tell(Notice::warning(format!("not staged again: {why}"))),
    }
    true
}

/// Has the draft of a staged edit of a long value made ready.
fn make_ready(app: &mut App, id: &DraftId, draft: Draft) {
    let what = Box::new((draft, There::default()));
    app.out.effects.push(Effect::ReopenDraft(id.clone(), what, drafts::how(app)));
}

/// Takes a draft that was made ready; tells whether it is that of an edit that is or was staged.
pub(super) fn ready(app: &mut App, ready: &Reopened) -> bool {
    if app.staged.opening.take_if(|id| *id == ready.id).is_some() {
        open_ready(app, ready.clone());
        return true;
    }
    let is_awaited = app.staged.awaited(&ready.id);
    if is_awaited {
        taken_up(app, ready);
    }
    is_awaited
}

fn taken_up(app: &mut App, ready: &Reopened) {
    match take_up(app, ready) {
        Ok(()) => check(app),
        Err(why) => app.tell(Notice::warning(format!("not staged again: {why}"))),
    }
}

/// Stages the edit in a draft again. The draft is this program's from now on.
fn take_up(app: &mut App, ready: &Reopened) -> Result<(), String> {
    let Reopened { id, draft, set, .. } = ready;
    let DraftHead { store, key, .. } = &draft.head;
    let name = key.named();
    if app.staged.find(store, key).is_some() || app.staged.edits().len() >= MOST {
        return Err(format!("{name}: staged already, or too many are"));
    }
    let Some(set) = one_value::set_of(draft).or_else(|| set.clone()) else {
        return Err(format!("look at the draft of {name} first"));
    };
    let head = DraftHead { process: app.settings.process, ..draft.head.clone() };
    let draft = Draft { head, ..draft.clone() };
    let own = draft.head.id();
    app.out.effects.push(Effect::KeepDraft(Box::new(draft.clone())));
    app.drafting.found.remove(id);
    if own != *id {
        app.out.effects.push(Effect::DropDraft(id.clone()));
    }
    app.staged.add(set, draft);
    Ok(())
}

/// Takes whether a draft was kept; tells whether it is that of a staged edit.
pub(super) fn kept(app: &mut App, id: &DraftId, result: &Result<(), String>) -> bool {
    let Some(is_news) = app.staged.kept(id, result.is_err()) else { return false };
    if let (Err(why), true) = (result, is_news) {
        let text = format!("staged, but no draft kept: {why}");
        app.tell(Notice::warning(text));
    }
    true
}

/// Shows the changes of all staged edits, the edit of this name first.
pub(super) fn show(app: &mut App, id: &DraftId) {
    let edits = app.staged.edits();
    let Some(at) = edits.iter().position(|edit| edit.id == *id) else { return };
    let order: Vec<_> = edits[at..=at].iter().chain(&edits[..at]).chain(&edits[at + 1..]).collect();
    let versions = order.iter().map(|edit| edit.versions()).collect();
    let shown = StagedDiff::new(order.into_iter(), app.session.server.comparison);
    app.out.read(Slot::Saving, Compute::Diffs(versions));
    app.layers.push(shown.into());
}

/// Opens the staged edit of the record that is to be edited, or reads a draft of the record; `false` if there
/// is neither.
pub(in crate::app) fn offers(app: &mut App, asked: Request) -> bool {
    let at = app.keys.store.as_ref().zip(app.record.record());
    let at = at.filter(|_| !matches!(asked, Request::NewRecord));
    let edit = at.and_then(|(store, record)| app.staged.find(store, &record.meta.key));
    match edit.map(|edit| edit.id.clone()) {
        Some(id) => open(app, &id),
        None => return drafts::offers(app, asked),
    }
    true
}

/// Opens a staged edit in the editor again; it is no longer staged.
pub(super) fn open(app: &mut App, id: &DraftId) {
    if let Some(why) = refused(app) {
        app.notice = Some(why);
        return;
    }
    let Some(edit) = app.staged.edits().iter().find(|edit| edit.id == *id).cloned() else {
        return;
    };
    if reopening::is_long(&edit.draft) {
        app.staged.opening = Some(id.clone());
        return make_ready(app, id, edit.draft);
    }
    let ready = drafts::how(app).ready(id.clone(), edit.draft, There::default());
    open_ready(app, ready);
}

/// Opens a staged edit that was made ready. A change of one value is edited in its whole record.
fn open_ready(app: &mut App, ready: Reopened) {
    let Reopened { id, mut draft, value, .. } = ready;
    let edit = app.staged.edits().iter().find(|edit| edit.id == id);
    let since = edit.map(|edit| edit.since().or(edit.is_merged().then_some("changed since")));
    let is_list = |layer: &Layer| matches!(layer, Layer::StagedDiff(_) | Layer::List(_));
    let is_free = app.editor.is_none() && app.layers.iter().all(is_list);
    let Some(since) = since.filter(|_| is_free) else { return };
    if let Some(why) = refused(app) {
        app.notice = Some(why);
        return;
    }
    (draft.leaf, draft.head.leaf) = (None, None);
    let Some(mut editor) = drafts::editor(app, &draft, value) else { return };
    app.staged.take(&id);
    close(app);
    editor.opened_staged();
    editor.show_cursor(app.layout().body);
    let text = editor.value.draft_text();
    app.editor = Some(editor);
    app.drafting.go_on(&id, &draft, text);
    app.notice = Some(match since {
        Some(since) => Notice::warning(format!("{since} by someone else: saving merges the two")),
        None => Notice::info("the staged edit is in the editor again"),
    });
}

/// Throws a staged edit away.
pub(super) fn remove(app: &mut App, id: &DraftId) {
    if let Some(why) = refused(app) {
        app.notice = Some(why);
    } else if let Some(edit) = app.staged.take(id) {
        app.out.effects.push(Effect::DropDraft(edit.id));
        app.layers.retain(|layer| !matches!(layer, Layer::StagedDiff(_)));
        app.tell(Notice::done(format!("the staged edit of {} is discarded", edit.set.key.named())));
        close_if_empty(app);
    }
}

/// Why staged edits cannot be taken out or saved now.
fn refused(app: &App) -> Option<Notice> {
    if app.staged.saving.is_some() {
        return Some(Notice::info("being saved; the answer is awaited"));
    }
    app.session.refused(&app.settings).map(Notice::warning)
}

/// Saves all staged edits as one step; asks first where that cannot be undone.
pub(super) fn save(app: &mut App) {
    if let Some(why) = refused(app) {
        app.notice = Some(why);
        return;
    }
    let sets = app.staged.to_save();
    if sets.is_empty() {
        app.notice = Some(Notice::info("no edit is staged"));
        return;
    }
    let plan = Plan::set_many(sets).undoable(false);
    if plan.reversible {
        ctx!(app).send(plan);
    } else {
        questions::ask(app, plan);
    }
}

/// Takes note of a write that was sent, which may be that of the staged edits.
pub(super) fn sent(app: &mut App, id: WriteId, plan: &Plan) {
    if matches!(plan.change, PlannedChange::SetMany(_)) {
        app.staged.saving = Some(id);
    }
}

/// Takes the answer to a write. Saved edits leave the list; the records of the others are read.
pub(super) fn answered(app: &mut App, id: WriteId, answer: &Answer) {
    if app.staged.saving.take_if(|saving| *saving == id).is_none() {
        return;
    }
    if let Answer::Done(Plan { change: PlannedChange::SetMany(sets), .. }, outcome) = answer {
        let left: HashSet<&Key> = outcome.skipped.iter().collect();
        let is_saved = |set: &SetValue| !left.contains(&set.key) && sets.contains(set);
        let saved = app.staged.take_all(|edit| is_saved(&edit.to_save()));
        tell_merged(app, saved.iter().filter(|edit| edit.is_merged()).count());
        app.out.effects.extend(saved.into_iter().map(|edit| Effect::DropDraft(edit.id)));
    }
    close_if_empty(app);
    check(app);
}

/// Adds the number of merged records to the sentence about a save.
fn tell_merged(app: &mut App, merged: usize) {
    let told = app.notice.as_mut().filter(|told| merged > 0 && told.tone != Tone::Failure);
    if let Some(told) = told {
        let merged = if merged == 1 { "one".to_owned() } else { merged.to_string() };
        told.text = format!("{}; {merged} merged with theirs", told.text);
    }
}

/// Closes the list once it is empty.
fn close_if_empty(app: &mut App) {
    if app.staged.edits().is_empty() {
        close(app);
    }
}

fn close(app: &mut App) {
    app.layers.retain(|layer| {
        !matches!(layer, Layer::StagedDiff(_) | Layer::List(ListDialog::Staged(_)))
    });
}
