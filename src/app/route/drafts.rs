//! Drafts that were found: they are offered where their records are edited, and the answers are carried out.

use std::sync::Arc;

use crate::edit::draft::{Draft, DraftHead, DraftId};
use crate::edit::{EditedLeaf, InnerValue, TypedValue};
use crate::keymap::{Action, Context};
use crate::model::{ContentType, Key, Record, StoreName};
use crate::text;

use super::super::App;
use super::super::ctx::Request;
use super::super::drafting::TakenAs;
use super::super::editor::{Editor, Field};
use super::super::event::{Effect, Slot};
use super::super::input::LineInput;
use super::super::layers::{DraftView, Layer, Overlay};
use super::super::load::{Compute, Load};
use super::super::notice::Notice;
use super::super::opening::Opened;
use super::super::reopening::{self, Reopened, Reopening, There};

/// Looks for the drafts of this target.
pub(super) fn find(app: &mut App) {
    app.out.effects.push(Effect::FindDrafts(app.settings.label.clone()));
}

/// Takes the drafts of this target that were found.
pub(super) fn found(app: &mut App, found: Vec<(DraftId, DraftHead)>) {
    let staged = found.iter().filter(|(_, head)| head.staged).count() as u64;
    if let Some((count, first)) = app.drafting.found.take(found) {
        if staged > 0 {
            let edits = text::plural(staged, "staged edit");
            let lists = app.keymap.says(Context::Global, Action::Staged, "lists them");
            let told = text::then(&format!("{edits} left unsaved"), " · ", lists);
            return app.tell(Notice::warning(told));
        }
        let (drafts, offers) = match count {
            0 | 1 if first.is_new => ("draft of a new record".to_owned(), "offers it"),
            0 | 1 => (format!("draft of {}", first.key.named()), "offers it"),
            _ => (format!("{count} drafts"), "offers them"),
        };
        let offers = app.keymap.says(Context::Global, Action::Palette, offers);
        app.tell(Notice::warning(text::then(&drafts, " · ", offers)));
    }
}

/// Reads the draft of the record that is to be edited, or of a new one; `false` if there is none. The request
/// is carried out once the draft is no longer in its way.
pub(in crate::app) fn offers(app: &mut App, asked: Request) -> bool {
    let is_new = matches!(asked, Request::NewRecord);
    let Some(store) = &app.keys.store else { return false };
    let key = app.record.record().map(|record| &record.meta.key).filter(|_| !is_new);
    if key.is_none() && !is_new {
        return false;
    }
    let Some(id) = app.drafting.found.of(&app.settings.label, store, key).cloned() else {
        return false;
    };
    app.drafting.asked = Some((id.clone(), Some(asked)));
    app.out.effects.push(Effect::ReadDraft(id));
    true
}

/// Reads a draft that was chosen by its name, to show it.
pub(super) fn ask_for(app: &mut App, id: DraftId) {
    app.drafting.asked = Some((id.clone(), None));
    app.out.effects.push(Effect::ReadDraft(id));
}

/// Whether a record, or its store, is known to be no longer there.
pub(super) fn is_gone(app: &App, store: &StoreName, key: &Key) -> bool {
    let known = app.keys.store.as_ref() == Some(store) && app.keys.sync.is_complete();
    let stores = &app.stores;
    let is_whole = stores.ready && !stores.loading && stores.hidden.is_none();
    (is_whole && stores.get(store).is_none())
        || (known && app.keys.index.find(key.as_bytes()).is_err())
}

/// Whether a record is there; `None` where that is not known.
fn is_there(app: &App, store: &StoreName, key: &Key) -> Option<bool> {
    let is_open = app.keys.store.as_ref() == Some(store);
    let is_listed = is_open && app.keys.index.find(key.as_bytes()).is_ok();
    if is_listed { Some(true) } else { is_gone(app, store, key).then_some(false) }
}

/// Takes a draft that was read, and offers it, unless the same is stored already. One of a long value is made
/// ready first.
pub(super) fn read(app: &mut App, id: DraftId, result: Result<Box<Draft>, String>) {
    if app.drafting.asked.as_ref().is_none_or(|(asked, _)| *asked != id) {
        return;
    }
    match result {
        Ok(draft) if reopening::is_long(&draft) => make_ready(app, id, *draft),
        Ok(draft) => {
            let there = there(app, &draft.head).unwrap_or_default();
            offer(app, how(app).ready(id, *draft, there));
        }
        Err(why) => {
            let asked = app.drafting.asked.take().and_then(|(_, asked)| asked);
            if is_busy(app) {
                return;
            }
            let Some(asked) = asked else { return app.tell(Notice::warning(why)) };
            app.drafting.found.pass(&id);
            app.tell(Notice::warning(format!("{why}; what is stored is edited")));
            ctx!(app).request(asked);
        }
    }
}

/// Whether something else is edited or asked by now.
fn is_busy(app: &App) -> bool {
    let cursor = |layer: &Layer| matches!(layer, Layer::Leaf(_));
    app.editor.is_some() || !app.layers.iter().all(cursor)
}

/// Has a draft made ready off the loop.
fn make_ready(app: &mut App, id: DraftId, draft: Draft) {
    let there = there(app, &draft.head).unwrap_or_default();
    let how = how(app);
    app.out.effects.push(Effect::ReopenDraft(id, Box::new((draft, there)), how));
}

/// Takes a draft that was made ready: it is offered, or gone on with.
pub(super) fn ready(app: &mut App, ready: Reopened) {
    if let Some((id, taken)) = app.drafting.taken.take_if(|(id, _)| *id == ready.id) {
        if !is_busy(app) {
            open_as(app, &id, ready.draft, ready.value, taken);
        }
        return;
    }
    if app.drafting.asked.as_ref().is_none_or(|(asked, _)| *asked != ready.id) {
        return;
    }
    // The record may have been read anew meanwhile.
    match there(app, &ready.draft.head) {
        Some(now) if !now.is_same(&ready.there) => make_ready(app, ready.id, ready.draft),
        _ => offer(app, ready),
    }
}

/// What is there now where a draft was typed; `None` where that is another record than the one under the cursor,
/// and not known to be gone.
fn there(app: &App, head: &DraftHead) -> Option<There> {
    let shown = app.record.record().filter(|now| now.meta.key == head.key);
    let shown = shown.filter(|_| app.keys.store.as_ref() == Some(&head.store));
    let shown = shown.map(TypedValue::from);
    if head.is_new {
        // The save of a new record may have been made without an answer.
        let is_there = is_there(app, &head.store, &head.key) == Some(true);
        return Some(There { now: None, made: shown.filter(|_| is_there) });
    }
    let is_gone = is_gone(app, &head.store, &head.key);
    let now = shown.filter(|_| !is_gone);
    (is_gone || now.is_some()).then_some(There { now, made: None })
}

/// Offers a draft, unless the same is stored already.
fn offer(app: &mut App, ready: Reopened) {
    let asked = app.drafting.asked.take().and_then(|(_, asked)| asked);
    // The cursor may have moved on meanwhile.
    if is_busy(app) || there(app, &ready.draft.head).is_none() {
        return;
    }
    let Reopened { id, draft, there, value: opened, typed, is_stored, is_outrun, shown, .. } =
        ready;
    let There { now, made } = there;
    let is_new = draft.head.is_new;
    let is_taken = if is_new { is_there(app, &draft.head.store, &draft.head.key) } else { None };
    let why = typed.as_ref().map_or("nothing was typed in this draft", |_| "this draft is stored");
    let Some(typed) = typed.filter(|_| !is_stored) else {
        remove(app, &id);
        return stored(app, why, asked);
    };
    // Of a record that is gone, the value that was read is all there is to compare with.
    let before = now.as_ref().or(draft.base.as_ref()).or(made.as_ref());
    let compare = match (&draft.leaf, &draft.base, &now) {
        (Some(leaf), Some(base), Some(now)) if leaf.made().is_ok() => {
            Compute::DiffOver(Box::new([base.clone(), typed.clone(), now.clone()]))
        }
        (Some(leaf), ..) => Compute::Diff(Box::new(pieces(leaf))),
        (None, ..) => Compute::Diff(Box::new(match (&draft.opened, &shown) {
            (Some(inner), _) => inside(inner, &draft),
            (None, Some(shown)) => [shown.clone(), typed.clone()],
            (None, None) => [before.cloned().unwrap_or_else(nothing), typed.clone()],
        })),
    };
    // A file gets the text that was typed, not the value in which that is packed.
    let packed = draft.opened.is_some() || draft.leaf.is_some();
    let value = if packed { draft.typed() } else { typed.value.clone() };
    let typed = TypedValue { value, ..typed };
    app.out.read(Slot::Saving, compare);
    let is_laid_out = shown.is_some();
    if is_new && is_taken != Some(false) && made.is_none() {
        let DraftHead { store, key, .. } = draft.head.clone();
        app.out.read(Slot::Theirs, Load::Value { store, key });
    }
    app.drafting.shown_for = asked.filter(|_| is_new);
    let (diff, overlay) = (None, Overlay::default());
    let view = DraftView {
        id,
        draft,
        typed,
        now,
        value: opened,
        is_outrun,
        is_taken,
        is_laid_out,
        diff,
        overlay,
    };
    app.layers.push(view.into());
}

/// The dialog of a new record's draft, if it is shown.
fn shown_new(app: &mut App) -> Option<&mut DraftView> {
    let mut drafts = app.layers.iter_mut().filter_map(Layer::get_mut::<DraftView>);
    drafts.find(|view| view.draft.head.is_new)
}

/// Takes the record under the key of a new one, whose save may have been made without an answer. Tells
/// whether the draft's dialog was waiting for it.
pub(super) fn there_read(app: &mut App, there: Option<&Record>) -> bool {
    let Some(view) = shown_new(app) else { return false };
    view.is_taken = Some(there.is_some());
    let Some(there) = there.map(TypedValue::from) else { return true };
    if there != view.typed {
        view.diff = None;
        let compare = Compute::Diff(Box::new([there, view.typed.clone()]));
        app.out.read(Slot::Saving, compare);
        return true;
    }
    let id = view.id.clone();
    app.layers.retain(|layer| !matches!(layer, Layer::Draft(_)));
    app.out.cancel(Slot::Saving);
    remove(app, &id);
    let asked = app.drafting.shown_for.take();
    stored(app, "this draft is stored", asked);
    true
}

/// Carries out the request after a draft was removed; without a request, says so, with the reason `why`.
fn stored(app: &mut App, why: &str, asked: Option<Request>) {
    match asked {
        Some(asked) => ctx!(app).request(asked),
        None => app.tell(Notice::info(format!("{why}: it is removed"))),
    }
}

/// The former spelling of one value and the typed text, where that is no value.
fn pieces(leaf: &EditedLeaf) -> [TypedValue; 2] {
    [leaf.spelled(), leaf.edit.text().to_owned().into()]
        .map(|value| TypedValue { content_type: ContentType::TEXT, value })
}

/// The two texts of a value in a value: as it was read, and as it was typed.
fn inside(inner: &InnerValue, draft: &Draft) -> [TypedValue; 2] {
    let content_type = inner.inner().content_type();
    let read = TypedValue { content_type, value: inner.inner().value().clone() };
    let typed = TypedValue { value: draft.text.bytes(), ..read.clone() };
    [read, typed]
}

fn nothing() -> TypedValue {
    TypedValue { content_type: ContentType::from(""), value: bytes::Bytes::new() }
}

/// How the values of drafts are made ready now.
pub(super) fn how(app: &App) -> Reopening {
    let (limit, json_layout) = (app.settings.editor_limit, app.session.server.json_layout);
    Reopening { limit, json_layout, now: app.now }
}

/// The editor of a draft whose value was made ready.
pub(super) fn editor(app: &App, draft: &Draft, value: Opened) -> Option<Editor> {
    let store = draft.head.store.clone();
    let is_held = value.value.is_none();
    let mut editor = match (reopening::as_record(draft), &draft.opened) {
        (Some(record), Some(inner)) => Editor::of_inner(store, record, Arc::clone(inner), value),
        (Some(record), None) => Editor::opened(store, record, value),
        (None, _) => {
            let mut new = Editor::created(store, value);
            new.key = LineInput::new(draft.head.key.as_str()?);
            new
        }
    };
    if is_held {
        editor.replace(&draft.text.bytes(), app.now);
    }
    editor.json_layout = app.session.server.json_layout;
    editor.content_type = LineInput::new(draft.head.content_type.as_str());
    editor.wrap = app.settings.wrap;
    Some(editor)
}

/// Goes on with a draft whose value was made ready; with `as_new`, as a new record.
pub(super) fn take(app: &mut App, id: &DraftId, draft: Draft, value: Opened, as_new: bool) {
    if as_new {
        take_as(app, id, draft, TakenAs::New, false);
    } else if draft.leaf.is_none() {
        open(app, id, &draft, value);
    } else if is_gone(app, &draft.head.store, &draft.head.key) {
        open_as(app, id, draft, value, TakenAs::Whole);
    } else {
        ctx!(app).request(Request::ResumeLeaf(id.clone(), Box::new(draft)));
    }
}

/// Goes on with a draft as another edit: one of a long value, unless that is `at_once`, when it is ready.
pub(super) fn take_as(
    app: &mut App,
    id: &DraftId,
    mut draft: Draft,
    taken: TakenAs,
    at_once: bool,
) {
    if taken == TakenAs::New {
        if let Some(leaf) = draft.leaf.take() {
            draft.text = leaf.made_anyhow().into();
        }
        (draft.base, draft.opened) = (None, None);
        (draft.head.inner, draft.head.leaf) = (None, None);
    }
    if reopening::is_long(&draft) && !at_once {
        app.drafting.taken = Some((id.clone(), taken));
        return make_ready(app, id.clone(), draft);
    }
    let (value, _) = how(app).value(&draft);
    open_as(app, id, draft, value, taken);
}

/// Opens the editor of a draft that is another edit from now on.
fn open_as(app: &mut App, id: &DraftId, mut draft: Draft, value: Opened, taken: TakenAs) {
    (draft.leaf, draft.head.leaf) = (None, None);
    open(app, id, &draft, value);
    match (taken, &mut app.editor) {
        (TakenAs::New, Some(editor)) => {
            editor.key = LineInput::new("");
            editor.field = Field::Key;
        }
        (TakenAs::Whole, Some(_)) => {
            let why = "value not found: the whole record is edited";
            app.notice = Some(Notice::warning(why));
        }
        (TakenAs::New | TakenAs::Whole, None) => {}
    }
}

/// Opens the editor of a draft, over the cursor in the values if there is one.
fn open(app: &mut App, id: &DraftId, draft: &Draft, value: Opened) {
    let Some(mut editor) = editor(app, draft, value) else { return };
    editor.show_cursor(app.layout().body);
    let text = editor.value.draft_text();
    app.editor = Some(editor);
    app.lay_cursor_beneath();
    app.drafting.go_on(id, draft, text);
}

/// Throws a draft away: the user wants it, or the same is stored already.
pub(super) fn remove(app: &mut App, id: &DraftId) {
    app.drafting.found.remove(id);
    app.out.effects.push(Effect::DropDraft(id.clone()));
    app.out.effects.push(Effect::FindDrafts(app.settings.label.clone()));
}

/// Throws away the draft that is shown, as the user has asked.
pub(super) fn discard(app: &mut App, id: &DraftId) {
    remove(app, id);
    app.layers.retain(|layer| !matches!(layer, Layer::Draft(_)));
    app.tell(Notice::done("the draft is discarded"));
}
