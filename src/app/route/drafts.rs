//! Drafts that were found: offered where their record is edited, and what is answered.

use std::sync::Arc;

use crate::edit::draft::{Draft, DraftHead, DraftId};
use crate::edit::{InnerValue, TypedValue};
use crate::model::{ContentType, Record, RecordMeta};

use super::super::App;
use super::super::ctx::Request;
use super::super::editor::{Blocked, Editor, Field};
use super::super::event::{Effect, Slot};
use super::super::input::LineInput;
use super::super::layers::DraftView;
use super::super::load::Compute;
use super::super::notice::Notice;

/// A value in a value of more bytes than this is put back off the loop alone.
const PUT_BACK: usize = 1 << 20;

/// Looks for the drafts of this target.
pub(super) fn find(app: &mut App) {
    app.out.effects.push(Effect::FindDrafts(app.settings.label.clone()));
}

/// The drafts of this target were found.
pub(super) fn found(app: &mut App, found: Vec<(DraftId, DraftHead)>) {
    if let Some((count, first)) = app.drafting.found.take(found) {
        let of = if first.is_new { "a new record".to_owned() } else { first.key.named() };
        let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        let text = format!("there is an unsaved draft of {of}{more}: editing offers it");
        app.tell(Notice::warning(text));
    }
}

/// Reads the draft of the record that is to be edited, or of a new one; `false` if there is none.
pub(in crate::app) fn offers(app: &mut App, is_new: bool, outside: bool) -> bool {
    let Some(store) = &app.keys.store else { return false };
    let key = app.record.record().map(|record| &record.meta.key).filter(|_| !is_new);
    if key.is_none() && !is_new {
        return false;
    }
    let Some(id) = app.drafting.found.of(&app.settings.label, store, key).cloned() else {
        return false;
    };
    app.drafting.asked = Some((id.clone(), outside));
    app.out.effects.push(Effect::ReadDraft(id));
    true
}

/// A draft was read: offered, unless it says what is stored.
pub(super) fn read(app: &mut App, id: DraftId, result: Result<Box<Draft>, String>) {
    let Some((_, outside)) = app.drafting.asked.take_if(|(asked, _)| *asked == id) else { return };
    if app.editor.is_some() || !app.layers.is_empty() {
        return;
    }
    let draft = match result {
        Ok(draft) => *draft,
        Err(why) => {
            app.drafting.found.pass(&id);
            app.tell(Notice::warning(format!("{why}; what is stored is edited")));
            return open(app, outside, false);
        }
    };
    let is_new = draft.head.is_new;
    let now = app.record.record().filter(|now| !is_new && now.meta.key == draft.head.key);
    let now = now.map(TypedValue::from);
    if !is_new && now.is_none() {
        // The cursor has moved on.
        return;
    }
    // Much is not put back into its record only to see whether that is there.
    let much = draft.opened.is_some() && draft.text.len() > PUT_BACK;
    let set = reopened(&draft, app).map(|mut editor| {
        if much { editor.typed_set(false, None) } else { editor.to_set(false, None) }
    });
    let typed = match set {
        Some(Ok(set)) => TypedValue { content_type: set.content_type, value: set.value },
        Some(Err(Blocked::Unchanged)) => {
            remove(app, &id);
            return open(app, outside, is_new);
        }
        _ => {
            TypedValue { content_type: draft.head.content_type.clone(), value: draft.text.clone() }
        }
    };
    if now.as_ref() == Some(&typed) {
        remove(app, &id);
        return open(app, outside, is_new);
    }
    let versions = match &draft.opened {
        Some(inner) => inside(inner, &draft),
        None => [now.clone().unwrap_or_else(nothing), typed.clone()],
    };
    // A file gets what was typed, not what it is packed in.
    let [_, typed] = versions.clone();
    app.out.read(Slot::Saving, Compute::Diff(Box::new(versions)));
    app.layers.push(DraftView::new(id, draft, typed, now).into());
}

/// Of a value in a value, what was read and what was typed.
fn inside(inner: &InnerValue, draft: &Draft) -> [TypedValue; 2] {
    let content_type = inner.inner().content_type();
    let read = TypedValue { content_type, value: inner.inner().value().clone() };
    let typed = TypedValue { value: draft.text.clone(), ..read.clone() };
    [read, typed]
}

fn nothing() -> TypedValue {
    TypedValue { content_type: ContentType::from(""), value: bytes::Bytes::new() }
}

fn open(app: &mut App, outside: bool, is_new: bool) {
    let request = if is_new { Request::NewRecord } else { Request::EditRecord(outside) };
    ctx!(app).request(request);
}

/// An editor in which everything is as it was typed.
fn reopened(draft: &Draft, app: &App) -> Option<Editor> {
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
    editor.replace(&draft.text, app.now);
    Some(editor)
}

/// Goes on with a draft; as a new record if that is wanted.
pub(super) fn take(app: &mut App, id: &DraftId, mut draft: Draft, as_new: bool) {
    if as_new {
        (draft.base, draft.opened, draft.head.inner) = (None, None, None);
    }
    let Some(mut editor) = reopened(&draft, app) else { return };
    if as_new {
        editor.key = LineInput::new("");
        editor.field = Field::Key;
    }
    editor.show_cursor(app.layout().body);
    app.editor = Some(editor);
    app.drafting.go_on(id, &draft);
}

/// Throws a draft away: by the user, or for it says what is stored.
pub(super) fn remove(app: &mut App, id: &DraftId) {
    app.drafting.found.remove(id);
    app.out.effects.push(Effect::DropDraft(id.clone()));
}
