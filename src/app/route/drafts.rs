//! Drafts that were found: they are offered where their records are edited, and the answers are carried out.

use std::sync::Arc;

use crate::edit::draft::{Draft, DraftHead, DraftId};
use crate::edit::{EditedLeaf, InnerValue, TypedValue};
use crate::keymap::{Action, Context};
use crate::model::{ContentType, Key, Record, RecordMeta, StoreName};
use crate::preview::json;
use crate::text;

use super::super::App;
use super::super::ctx::Request;
use super::super::editor::{Blocked, Editor, Field};
use super::super::event::{Effect, Slot};
use super::super::input::LineInput;
use super::super::layers::{DraftView, Layer};
use super::super::load::{Compute, Load};
use super::super::notice::Notice;

/// Size of a value in a value above which it is put back off the loop only, in bytes.
const PUT_BACK: usize = 1 << 20;

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

/// Takes a draft that was read, and offers it, unless the same is stored already.
pub(super) fn read(app: &mut App, id: DraftId, result: Result<Box<Draft>, String>) {
    let Some((_, asked)) = app.drafting.asked.take_if(|(asked, _)| *asked == id) else { return };
    let cursor = |layer: &Layer| matches!(layer, Layer::Leaf(_));
    if app.editor.is_some() || !app.layers.iter().all(cursor) {
        return;
    }
    let draft = match result {
        Ok(draft) => *draft,
        Err(why) => {
            let Some(asked) = asked else { return app.tell(Notice::warning(why)) };
            app.drafting.found.pass(&id);
            app.tell(Notice::warning(format!("{why}; what is stored is edited")));
            return ctx!(app).request(asked);
        }
    };
    let is_new = draft.head.is_new;
    let shown = app.record.record().filter(|now| now.meta.key == draft.head.key);
    let shown = shown.filter(|_| app.keys.store.as_ref() == Some(&draft.head.store));
    let shown = shown.map(TypedValue::from);
    // The save of a new record may have been made without an answer.
    let is_taken = if is_new { is_there(app, &draft.head.store, &draft.head.key) } else { None };
    let made = shown.clone().filter(|_| is_taken == Some(true));
    let now = shown.filter(|_| !is_new);
    let is_gone = !is_new && is_gone(app, &draft.head.store, &draft.head.key);
    let now = now.filter(|_| !is_gone);
    if !is_new && !is_gone && now.is_none() {
        // The cursor has moved on meanwhile.
        return;
    }
    let typed = match &draft.leaf {
        Some(leaf) => of_leaf(leaf, &draft),
        None => of_editor(&draft, app),
    };
    let is_stored = |typed: &TypedValue| [&now, &made].into_iter().flatten().any(|it| it == typed);
    let why = typed.as_ref().map_or("nothing was typed in this draft", |_| "this draft is stored");
    let Some(typed) = typed.filter(|typed| !is_stored(typed)) else {
        remove(app, &id);
        return stored(app, why, asked);
    };
    // Of a record that is gone, the value that was read is all there is to compare with.
    let before = now.as_ref().or(draft.base.as_ref()).or(made.as_ref());
    let laid_out = before.and_then(|before| as_shown(before, &typed, &draft, app));
    let compare = match (&draft.leaf, &draft.base, &now) {
        (Some(leaf), Some(base), Some(now)) if leaf.made().is_ok() => {
            Compute::DiffOver(Box::new([base.clone(), typed.clone(), now.clone()]))
        }
        (Some(leaf), ..) => Compute::Diff(Box::new(pieces(leaf))),
        (None, ..) => Compute::Diff(Box::new(match (&draft.opened, &laid_out) {
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
    let is_laid_out = laid_out.is_some();
    if is_new && is_taken != Some(false) && made.is_none() {
        let DraftHead { store, key, .. } = draft.head.clone();
        app.out.read(Slot::Theirs, Load::Value { store, key });
    }
    app.drafting.shown_for = asked.filter(|_| is_new);
    let view = DraftView { is_taken, is_laid_out, ..DraftView::new(id, draft, typed, now) };
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

/// The present value as the editor lays it out, where the typed text is not yet JSON that could be put back
/// as it stood.
fn as_shown(now: &TypedValue, typed: &TypedValue, draft: &Draft, app: &App) -> Option<TypedValue> {
    let is_part = draft.opened.is_some() || draft.leaf.is_some();
    if is_part || !typed.content_type.is_json() || json::check(&typed.value).is_ok() {
        return None;
    }
    let base = Some(now.clone());
    let shown = as_read(&Draft { base, ..draft.clone() }, app)?.value.bytes();
    (shown != now.value).then(|| TypedValue { value: shown, ..now.clone() })
}

/// The value that the editor would store; `None` if it is the one that was read.
fn of_editor(draft: &Draft, app: &App) -> Option<TypedValue> {
    // A large text is not put back into its record only to see whether it is stored there.
    let much = draft.opened.is_some() && draft.text.len() > PUT_BACK;
    let set = reopened(draft, app).map(|mut editor| {
        if much { editor.typed_set(false, None) } else { editor.to_set(false, None) }
    });
    match set {
        Some(Ok(set)) => Some(TypedValue { content_type: set.content_type, value: set.value }),
        Some(Err(Blocked::Unchanged)) => None,
        _ => {
            let content_type = draft.head.content_type.clone();
            Some(TypedValue { content_type, value: draft.text.bytes() })
        }
    }
}

/// The value that a change of one value in JSON would store; `None` if it is the one that was read.
fn of_leaf(leaf: &EditedLeaf, draft: &Draft) -> Option<TypedValue> {
    let base = draft.base.as_ref()?;
    let value = leaf.made_anyhow();
    (value != base.value).then(|| TypedValue { value, content_type: base.content_type.clone() })
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

/// An editor with everything as it was typed.
pub(super) fn reopened(draft: &Draft, app: &App) -> Option<Editor> {
    let mut editor = as_read(draft, app)?;
    editor.replace(&draft.text.bytes(), app.now);
    Some(editor)
}

/// An editor with the value as it was read.
pub(super) fn as_read(draft: &Draft, app: &App) -> Option<Editor> {
    let head = &draft.head;
    let mut editor = if let Some(base) = &draft.base {
        let meta = RecordMeta {
            key: head.key.clone(),
            content_type: base.content_type.clone(),
            size: base.value.len() as u64,
            ..RecordMeta::default()
        };
        let record = Record { meta, value: base.value.clone() };
        let limit = app.settings.editor_limit;
        match &draft.opened {
            Some(inner) => Editor::of_inner(head.store.clone(), record, Arc::clone(inner), limit),
            None => Editor::edit(head.store.clone(), record, limit),
        }
    } else {
        let mut new = Editor::create(head.store.clone());
        new.key = LineInput::new(head.key.as_str()?);
        new
    };
    editor.json_layout = app.session.server.json_layout;
    editor.content_type = LineInput::new(head.content_type.as_str());
    editor.wrap = app.settings.wrap;
    Some(editor)
}

/// Goes on with a draft; with `as_new`, as a new record.
pub(super) fn take(app: &mut App, id: &DraftId, mut draft: Draft, as_new: bool) {
    if as_new {
        if let Some(leaf) = draft.leaf.take() {
            draft.text = leaf.made_anyhow().into();
        }
        (draft.base, draft.opened) = (None, None);
        (draft.head.inner, draft.head.leaf) = (None, None);
    }
    if draft.leaf.is_some() && is_gone(app, &draft.head.store, &draft.head.key) {
        return take_whole(app, id, draft);
    }
    if draft.leaf.is_some() {
        return ctx!(app).request(Request::ResumeLeaf(id.clone(), Box::new(draft)));
    }
    let Some(mut editor) = reopened(&draft, app) else { return };
    if as_new {
        editor.key = LineInput::new("");
        editor.field = Field::Key;
    }
    open(app, id, &draft, editor);
}

/// Goes on with a change of one value in the editor of the whole record, where the value cannot be chosen.
pub(super) fn take_whole(app: &mut App, id: &DraftId, mut draft: Draft) {
    let Some(editor) = in_record(&mut draft, app) else { return };
    open(app, id, &draft, editor);
    let why = "value not found: the whole record is edited";
    app.notice = Some(Notice::warning(why));
}

/// Makes the change of one value in an editor of its record, which the draft is of from now on; `None` for a
/// draft of something else.
pub(super) fn in_record(draft: &mut Draft, app: &App) -> Option<Editor> {
    let leaf = draft.leaf.clone()?;
    let mut editor = as_read(draft, app)?;
    // The editor lays the JSON out in lines.
    let laid_out = leaf.within(editor.value.bytes());
    let text = laid_out.as_ref().unwrap_or(&leaf).made_anyhow();
    editor.replace(&text, app.now);
    draft.text = text.into();
    (draft.leaf, draft.head.leaf) = (None, None);
    Some(editor)
}

/// Opens the editor of a draft, over the cursor in the values if there is one.
fn open(app: &mut App, id: &DraftId, draft: &Draft, mut editor: Editor) {
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
