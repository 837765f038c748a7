//! The answers to writes and to saved files.

use bytes::Bytes;
use std::path::PathBuf;

use crate::index::Change;
use crate::index::sync::SyncEvent;
use crate::model::{Error, ErrorKind, OpenBy, RecordMeta, Restored, SetValue, StoreName};
use crate::ops::{
    Outcome, Plan, PlannedChange, PlannedRecord, PlannedStore, Rewrite, Turn, WriteId, words,
};
use crate::text;

use super::super::event::{SaveError, Slot};
use super::super::layers::Layer;
use super::super::layout::Pane;
use super::super::load::Load;
use super::super::notice::Notice;
use super::super::question::{Confirm, Confirmed, Prompt, PromptKind};
use super::super::writes::Answer;
use super::super::{App, notice};
use super::{asides, leaving, opened, replies, rewrites, saving, staged, unasked, undo};

/// Takes the answer to a write, if there is news of it.
pub(in crate::app) fn answered(app: &mut App, id: WriteId, answer: Option<Answer>) {
    let Some(answer) = answer else { return };
    let cursor = undo::note(app, id, &answer);
    staged::answered(app, id, &answer);
    let edited = saving::answered(app, id);
    // If a write has left something, larder stays so that this is seen.
    let made = Outcome::is_whole;
    close_quit(app, matches!(&answer, Answer::Done(_, outcome) if made(outcome)));
    match answer {
        Answer::Done(plan, outcome) => {
            done(app, &plan, outcome, edited);
            undo::follow(app, cursor);
        }
        Answer::Refused(plan, error) => refused(app, &plan, &error, edited),
        Answer::NotMade(plan) => {
            read_again_after(app, &plan);
            opened::reload_record(app);
        }
        Answer::Unknown => {}
    }
}

/// Closes the question whether to wait for writes, once they are answered. larder ends if they were made, and
/// stays if there is something to say. The question stays open where another dialog lies under it, which
/// would get the key that was meant for this one.
pub(in crate::app) fn close_quit(app: &mut App, made: bool) {
    let waits = |layer: &Layer| matches!(layer, Layer::Confirm(asked) if asked.waits_for_writes());
    let alone = app.layers.len() == 1 && app.layers.iter().all(waits);
    if alone && app.writes.pending.is_empty() {
        app.layers.pop();
        if made {
            leaving::leave(app);
        }
    }
}

pub(in crate::app) fn done(app: &mut App, plan: &Plan, outcome: Outcome, edited: bool) {
    match &plan.change {
        PlannedChange::Create(by) => {
            let store = match by {
                OpenBy::Default => "default",
                OpenBy::Name(name) | OpenBy::Alias(name) => name,
                OpenBy::Id(_) => return opened::read_stores(app),
            };
            app.stores.want(StoreName::from(store));
            // A store is not opened under a dialog or the editor, which are about what the user sees now.
            if app.layers.is_empty() && app.editor.is_none() {
                opened::open_store(app, StoreName::from(store));
            }
            opened::read_stores(app);
        }
        PlannedChange::Set(set) => {
            if edited {
                saving::made(app, &words::done(plan, &outcome));
                // A question about text that has been saved has no more meaning.
                app.layers.retain(
                    |layer| !matches!(layer, Layer::Confirm(asked) if asked.is_about_editor()),
                );
            }
            if app.keys.store.as_ref() == Some(&set.store) {
                let meta = outcome.meta.unwrap_or_else(|| crate::model::RecordMeta {
                    key: set.key.clone(),
                    content_type: set.content_type.clone(),
                    size: set.value.len() as u64,
                    ..Default::default()
                });
                if edited {
                    app.keys.hold(set.key.clone());
                }
                replies::change_list(app, vec![Change::Set(meta)]);
                let wanted = Some((set.store.clone(), set.key.clone()));
                if app.record.wanted == wanted {
                    opened::reload_record(app);
                }
                replies::after_change(app, &set.store);
            }
        }
        PlannedChange::Delete { store, records } => {
            if app.keys.store.as_ref() == Some(store) {
                let left = outcome.unchanged();
                let keys = records.iter().map(PlannedRecord::key);
                let gone: Vec<_> = keys.filter(|key| !left.contains(key)).cloned().collect();
                for key in &gone {
                    app.keys.marks.keys.remove(key);
                }
                replies::change_list(app, gone.into_iter().map(Change::Remove).collect());
                replies::after_change(app, store);
            }
        }
        PlannedChange::Purge(PlannedStore { name: store, .. }) => {
            if app.keys.store.as_ref() == Some(store) {
                let focus = app.focus;
                opened::open_store(app, store.clone());
                app.focus = if focus == Pane::Record { Pane::Keys } else { focus };
            }
            opened::read_stores(app);
        }
        PlannedChange::Drop(PlannedStore { name: store, .. })
        | PlannedChange::DropEmpty(PlannedStore { name: store, .. }, _) => {
            if app.keys.store.as_ref() == Some(store) {
                opened::close_store(app);
            }
            opened::read_stores(app);
        }
        PlannedChange::Repair(..) => opened::read_stores(app),
        PlannedChange::SetMany(sets) => set_many(app, sets, &outcome),
        PlannedChange::Rewrite(it) => rewrites::done(app, it, &outcome),
        PlannedChange::Swap(swaps) => undo::swapped(app, swaps, &outcome),
        PlannedChange::Restore(info) => {
            let rest = outcome.rest.as_ref().and_then(|rest| rest.records);
            let left = outcome.left + rest.unwrap_or_default();
            let restored = Restored { left, ..Restored::default() };
            asides::ended(app, info, restored);
            let store = info.aside.store();
            if app.keys.store.as_ref() == Some(store) {
                opened::open_store(app, store.clone());
            } else {
                app.stores.want(store.clone());
            }
            opened::read_stores(app);
        }
        // It was in none of the panes.
        PlannedChange::Discard(info) => asides::ended(app, info, Restored::default()),
    }
}

/// Brings several saved records into the list of the open store.
fn set_many(app: &mut App, sets: &[SetValue], outcome: &Outcome) {
    let Some(store) = app.keys.store.clone() else { return };
    let left = outcome.unchanged();
    let made = sets.iter().filter(|set| set.store == store && !left.contains(&set.key));
    let metas: Vec<RecordMeta> = made
        .map(|set| RecordMeta {
            key: set.key.clone(),
            content_type: set.content_type.clone(),
            size: set.value.len() as u64,
            ..RecordMeta::default()
        })
        .collect();
    let wanted = app.record.wanted.as_ref();
    let is_shown =
        wanted.is_some_and(|(of, key)| *of == store && metas.iter().any(|meta| meta.key == *key));
    replies::change_list(app, metas.into_iter().map(Change::Set).collect());
    if is_shown {
        opened::reload_record(app);
    }
    replies::after_change(app, &store);
}

/// Reads again after a delete that was refused or whose answer was lost: it may have been made in part.
pub(in crate::app) fn read_again_after(app: &mut App, plan: &Plan) {
    let open = app.keys.store.as_ref();
    let concerns = match &plan.change {
        PlannedChange::Delete { store, .. } | PlannedChange::Rewrite(Rewrite { store, .. }) => {
            open == Some(store)
        }
        PlannedChange::Swap(swaps) => swaps.iter().any(|swap| open == Some(&swap.store)),
        PlannedChange::SetMany(sets) => sets.iter().any(|set| open == Some(&set.store)),
        PlannedChange::Create(_)
        | PlannedChange::Set(_)
        | PlannedChange::Purge(_)
        | PlannedChange::Drop(_)
        | PlannedChange::Repair(..)
        | PlannedChange::Restore(_)
        | PlannedChange::Discard(_)
        | PlannedChange::DropEmpty(..) => false,
    };
    if concerns {
        opened::sync_keys(app, SyncEvent::Restart, None);
    }
}

pub(in crate::app) fn refused(app: &mut App, plan: &Plan, error: &Error, edited: bool) {
    read_again_after(app, plan);
    // A question that is being answered is never changed under the user's fingers, and none is asked once the
    // user has left.
    let asks = app.layers.is_empty() && !app.quitting;
    let conflict = edited && error.kind == ErrorKind::Conflict && !app.quitting;
    if let PlannedChange::Set(set) = &plan.change
        && conflict
        && saving::met(app, set)
    {
        return;
    }
    if let (PlannedChange::Set(set), true, true) = (&plan.change, conflict, asks) {
        notice::untell(&mut app.notice);
        let old = app.editor.as_ref().and_then(|editor| editor.base());
        let asked = Confirm::overwrite(old, "No keeps your text in the editor.");
        unasked::open(app, Layer::Confirm(Box::new(asked)));
        let read = Load::Value { store: set.store.clone(), key: set.key.clone() };
        app.out.read(Slot::Theirs, read);
        // The pane behind is to show the present record.
        return opened::reload_record(app);
    }
    let typed = if let PlannedChange::Create(OpenBy::Name(name)) = &plan.change {
        Some((PromptKind::StoreName, name))
    } else if let PlannedChange::Create(OpenBy::Alias(alias)) = &plan.change {
        Some((PromptKind::StoreAlias, alias))
    } else {
        None
    };
    if let (Some((kind, text)), true, None) = (typed, asks, &app.editor) {
        unasked::open(app, Layer::Prompt(Box::new(Prompt::new(kind, text))));
    }
    if asks && app.editor.is_none() && error.kind == ErrorKind::Conflict {
        ask_anew(app, plan);
    }
    app.tell(Notice::from(error).lasting());
}

/// Asks anew whether to empty or remove a store, with what is there now, where the store has been written to
/// since it was put back.
fn ask_anew(app: &mut App, plan: &Plan) {
    let Some(planned) = plan.empties() else { return };
    let asked = PlannedStore { modified_at: None, ..planned.clone() };
    let next = app.journal.next(Turn::Redo).filter(|(_, next)| next.empties() == Some(&asked));
    let again = matches!(plan.step, Some((Turn::Redo, _)));
    if let Some(id) = next.map(|(step, _)| step.id).filter(|_| again) {
        undo::ask_anew(app, id);
        unasked::await_pause(app);
    }
}

/// Takes whether a file was written.
pub(in crate::app) fn saved(
    app: &mut App,
    path: PathBuf,
    bytes: Bytes,
    result: Result<usize, SaveError>,
) {
    let shown = path.display().to_string();
    // A user who types in the editor or answers something else is not interrupted.
    let asks = app.layers.is_empty() && app.editor.is_none() && !app.quitting;
    match result {
        Ok(bytes) => {
            let size = text::size(bytes as u64);
            app.tell(Notice::done(format!("{size} saved to {shown}")));
        }
        Err(SaveError::Exists) if asks => {
            let confirmed = Confirmed::OverwriteFile(path, bytes);
            let asked = Confirm::new("Replace the file", "replace", confirmed)
                .line(format!("{shown} exists."));
            unasked::open(app, Layer::Confirm(Box::new(asked)));
        }
        Err(SaveError::Exists) => {
            let why = format!("{shown} not saved: it exists");
            app.tell(Notice::failure(why).lasting());
        }
        Err(SaveError::Failed(why)) => {
            if asks {
                unasked::open(app, Layer::Prompt(Box::new(Prompt::save(&shown, bytes))));
            }
            let why = format!("{shown} not saved: {why}");
            app.tell(Notice::failure(why).lasting());
        }
    }
}
