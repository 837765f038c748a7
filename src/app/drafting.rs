//! Drafts: what is typed is kept on the disk, at most a second behind, until it is stored or given up.

mod found;
mod leaving;

use std::borrow::Cow;
use std::sync::Arc;

use crate::edit::draft::{Draft, DraftHead, DraftId, DraftText};
use crate::edit::{LeafEdit, TypedValue};
use crate::model::{ContentType, Key, Timestamp};

pub use found::Found;
pub(in crate::app) use leaving::Leaving;

use super::App;
use super::ctx::Request;
use super::event::{Effect, Event};
use super::layers::{Layer, MergeView, UnsavedLeaf};
use super::load::Loaded;
use super::notice::Notice;
use super::question::Prompt;

/// The longest time between a key and the draft that holds it, in microseconds.
const DELAY: i64 = 500_000;
/// Time after which a draft that could not be kept is tried again, in microseconds.
const AGAIN: i64 = 5_000_000;

/// The draft of what is being edited, and the drafts that were found.
#[derive(Debug, Default)]
pub struct Drafting {
    /// The draft of what is being edited: in the editor, or of one value alone.
    own: Option<Own>,
    /// Drafts of this target that nobody is typing in.
    pub found: Found,
    /// The draft that is being read, and the request that is carried out if the draft is not in its way; no
    /// request where the draft itself was asked for.
    pub(super) asked: Option<(DraftId, Option<Request>)>,
    /// The request for which the draft of a new record was shown; there may be a record under its key.
    pub(super) shown_for: Option<Request>,
    /// The draft that is being kept, to be gone on with later.
    pub(super) leaving: Option<Leaving>,
    /// The draft that is being made ready to be gone on with as another edit.
    pub(super) taken: Option<(DraftId, TakenAs)>,
    /// A draft of one value that is gone on with as soon as there is a cursor in the values.
    pub(super) resumed: Option<(DraftId, Box<Draft>)>,
}

/// Another edit as which a draft is gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakenAs {
    /// One of a new record.
    New,
    /// One of the whole record, for a change of one value.
    Whole,
}

/// The draft of what is being edited.
#[derive(Debug)]
struct Own {
    /// When the edit was begun; part of the draft's name.
    began: Timestamp,
    /// The process in the draft's name: another one's, if it is an old draft.
    process: u32,
    /// When the draft is to be kept.
    due: Option<Timestamp>,
    /// What was kept last, and its name.
    kept: Option<(DraftId, (DraftText, ContentType, Key))>,
    /// Earlier names of the draft, which stay on the disk until it is kept under its own.
    stale: Vec<DraftId>,
    /// Whether the draft could not be kept, which has been said.
    failed: bool,
    /// Whether the draft was found: an editor that outlived its larder may have written to it since.
    was_found: bool,
}

impl Drafting {
    /// When something is to be kept.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.own.as_ref()?.due
    }

    /// Whether what was typed has been handed out to be kept.
    pub(super) fn is_kept(&self) -> bool {
        self.own.as_ref().is_some_and(|own| own.kept.is_some() && !own.failed)
    }

    /// Whether what was typed last could not be kept.
    pub fn is_failing(&self) -> bool {
        self.own.as_ref().is_some_and(|own| own.failed)
    }

    /// Goes on with an old draft, whose text is now `text`: what is edited from now on is kept under its name.
    pub(super) fn go_on(&mut self, id: &DraftId, draft: &Draft, text: DraftText) {
        self.found.remove(id);
        let head = &draft.head;
        let kept = (text, head.content_type.clone(), head.key.clone());
        self.own = Some(Own {
            began: head.began,
            process: head.process,
            due: None,
            kept: Some((id.clone(), kept)),
            stale: Vec::new(),
            failed: false,
            was_found: true,
        });
    }
}

/// Whether an event may have typed something.
pub(super) fn is_input(event: &Event) -> bool {
    matches!(
        event,
        Event::Key(_)
            | Event::Keys(_)
            | Event::Click(..)
            | Event::Paste(_)
            | Event::Edited(_)
            | Event::Loaded(_, _, Ok(Loaded::Worked(..)))
    )
}

/// Keeps what was typed, when it is time; removes the draft of an edit that was stored or given up.
pub(super) fn look(app: &mut App, typed: bool) {
    if app.editor.is_none() && app.unsaved_leaf().is_none() {
        let own = app.drafting.own.take();
        let was_found = own.as_ref().is_some_and(|own| own.was_found);
        app.out.effects.extend(own.into_iter().flat_map(Own::names).map(Effect::DropDraft));
        if was_found {
            app.out.effects.push(Effect::FindDrafts(app.settings.label.clone()));
        }
        return;
    }
    let (now, process) = (app.now, app.settings.process);
    let own = app.drafting.own.get_or_insert(Own {
        began: now,
        process,
        due: None,
        kept: None,
        stale: Vec::new(),
        failed: false,
        was_found: false,
    });
    if typed && own.due.is_none() {
        own.due = Some(Timestamp::from_micros(now.micros() + DELAY));
    }
    let handed_out = |effect: &Effect| matches!(effect, Effect::OpenEditor { draft: None, .. });
    if let Some(at) = app.out.effects.iter().position(handed_out) {
        let kept = draft(app);
        if let (Some(own), Some(new)) = (&mut app.drafting.own, &kept) {
            own.keep(new);
        }
        if let Effect::OpenEditor { draft, .. } = &mut app.out.effects[at] {
            *draft = kept.map(Box::new);
        }
    } else if app.drafting.leaving.is_none()
        && app.drafting.wake().is_some_and(|due| due <= now)
        && let Some(draft) = unkept(app)
    {
        app.out.effects.push(Effect::KeepDraft(Box::new(draft)));
    }
}

impl Own {
    fn keep(&mut self, draft: &Draft) {
        let head = &draft.head;
        let kept = (draft.text.clone(), head.content_type.clone(), head.key.clone());
        let before = self.kept.replace((head.id(), kept));
        self.stale.extend(before.map(|(id, _)| id));
        self.stale.retain(|id| *id != head.id());
    }

    /// The names under which something may have been kept.
    fn names(self) -> impl Iterator<Item = DraftId> {
        self.kept.map(|(id, _)| id).into_iter().chain(self.stale)
    }
}

/// Gives what was typed since the last draft was kept; from now on it counts as kept.
pub(super) fn unkept(app: &mut App) -> Option<Draft> {
    if is_too_large(app) {
        let changed = is_changed(app);
        let own = app.drafting.own.as_mut()?;
        own.due = None;
        if changed && !std::mem::replace(&mut own.failed, true) {
            not_kept(app, "it is too large");
        }
        return None;
    }
    let draft = draft(app)?;
    let changed = is_changed(app);
    let own = app.drafting.own.as_mut()?;
    own.due = None;
    let head = &draft.head;
    let same = own.kept.as_ref().is_some_and(|(_, (text, content_type, key))| {
        text.is_same(&draft.text) && *content_type == head.content_type && *key == head.key
    });
    if (same && !own.failed) || !changed && own.kept.is_none() {
        return None;
    }
    own.keep(&draft);
    Some(draft)
}

/// Whether the editor holds more than a draft can: if so, its text is not copied for one.
fn is_too_large(app: &App) -> bool {
    app.editor.as_ref().is_some_and(|editor| !editor.fits_draft())
}

/// Whether there is something that can be kept as a draft.
pub(super) fn can_keep(app: &App) -> bool {
    is_changed(app) && !is_too_large(app)
}

fn not_kept(app: &mut App, why: &str) {
    app.tell(Notice::warning(format!("not kept as a draft: {why}")));
}

/// What is edited, as the draft of a staged edit.
pub(super) fn to_stage(app: &App) -> Option<Draft> {
    let mut draft = draft(app)?;
    draft.head.staged = true;
    Some(draft)
}

/// Keeps the draft of a staged edit, which outlives the editor and takes the place of the editor's draft.
pub(super) fn hand_over(app: &mut App, draft: &Draft) {
    app.out.effects.push(Effect::KeepDraft(Box::new(draft.clone())));
    hand_on(app, &draft.head.id());
}

/// Gives up the draft of what is edited, and drops its files except the one of this name, which is nobody's
/// or another edit's from now on.
pub(super) fn hand_on(app: &mut App, id: &DraftId) {
    let Some(own) = app.drafting.own.take() else { return };
    let before = own.names().filter(|name| name != id);
    app.out.effects.extend(before.map(Effect::DropDraft));
}

/// Takes whether a draft was kept. A failure is said once, and the draft is tried again.
pub(super) fn kept(app: &mut App, id: &DraftId, result: Result<(), String>) {
    let Some(own) = &mut app.drafting.own else { return };
    let failed = std::mem::replace(&mut own.failed, result.is_err());
    if result.is_err() {
        own.due.get_or_insert(Timestamp::from_micros(app.now.micros() + AGAIN));
    } else if own.kept.as_ref().is_some_and(|(kept, _)| kept == id) {
        app.out.effects.extend(own.stale.drain(..).map(Effect::DropDraft));
    }
    if let (Err(why), false) = (result, failed) {
        not_kept(app, &why);
    }
}

/// Whether something was typed that is not stored.
pub(super) fn is_changed(app: &App) -> bool {
    match (&app.editor, app.unsaved_leaf()) {
        (Some(editor), _) => editor.is_changed(),
        (None, Some(unsaved)) => unsaved.is_changed(&typed(app, unsaved)),
        (None, None) => false,
    }
}

/// The text that was typed for a value: in its line, as long as that is open, or in the dialog that joins it
/// with what someone else wrote.
fn typed<'a>(app: &'a App, unsaved: &'a UnsavedLeaf) -> Cow<'a, str> {
    let mut lines = app.layers.iter().filter_map(Layer::get::<Prompt>);
    let line = lines.find(|line| line.kind.changes_leaf()).map(|line| line.input.text());
    let edit = &unsaved.leaf.edit;
    let merged = merge(app).filter(|_| matches!(edit, LeafEdit::Value(_)));
    let merged = merged.and_then(|view| view.typed_at(&unsaved.leaf.path()));
    match (line, merged.map(|text| String::from_utf8(text.into()))) {
        (Some(line), _) => line.into(),
        (None, Some(Ok(merged))) => merged.into(),
        _ => edit.text().into(),
    }
}

/// The dialog that joins a save with what someone else wrote, if it is open.
fn merge(app: &App) -> Option<&MergeView> {
    app.layers.iter().find_map(Layer::get)
}

/// What stands in the editor, or in the line of a value.
pub(super) fn draft(app: &App) -> Option<Draft> {
    let own = app.drafting.own.as_ref()?;
    let head = |store, key| DraftHead {
        target: app.settings.label.clone(),
        store,
        key,
        is_new: false,
        inner: None,
        leaf: None,
        content_type: ContentType::from(""),
        staged: false,
        place: app.settings.place.clone(),
        process: own.process,
        began: own.began,
        at: app.now,
    };
    let Some(editor) = &app.editor else {
        let UnsavedLeaf { store, record, leaf, .. } = app.unsaved_leaf()?;
        let typed = typed(app, app.unsaved_leaf()?);
        let mut leaf = leaf.clone();
        leaf.edit = leaf.edit.with(&typed);
        let base = TypedValue::from(record);
        let head = DraftHead {
            leaf: Some((&leaf).into()),
            content_type: base.content_type.clone(),
            ..head(store.clone(), record.meta.key.clone())
        };
        let text = DraftText::Whole(typed.into_owned().into());
        let (base, leaf) = (Some(base), Some(Arc::new(leaf)));
        return Some(Draft { head, base, text, opened: None, leaf });
    };
    let merged = merge(app).and_then(|view| {
        let of_record = view.inside.is_none();
        Some((of_record, view.typed_text(editor.lays_out(of_record))?))
    });
    // Where the whole record is joined, the text that was typed is the record's, even if a value in it was
    // edited.
    let of_record = merged.as_ref().is_some_and(|(of_record, _)| *of_record);
    let (inner, outer) = match &editor.inner {
        Some(inner) if of_record => (None, Some(&inner.record.meta)),
        inner => (inner.as_ref().map(|inner| &inner.value), None),
    };
    let head = DraftHead {
        is_new: editor.original.is_none(),
        inner: inner.map(|value| value.place.clone()),
        content_type: outer.map_or_else(
            || ContentType::from(editor.content_type.text()),
            |meta| meta.content_type.clone(),
        ),
        ..head(editor.store.clone(), editor.typed_key())
    };
    let base = editor.base().map(TypedValue::from);
    let opened = inner.map(Arc::clone);
    let text = match merged {
        Some((_, text)) => DraftText::Merged(text),
        None => editor.value.draft_text(),
    };
    Some(Draft { head, base, text, opened, leaf: None })
}
