//! Writes on their way, answered, and lost.

use std::time::Duration;

use crate::index::Change;
use crate::model::{
    Error, ErrorKind, Key, OpenBy, Replicas, StoreName, Write, WriteOutcome, Written,
};

use super::event::{Effect, Read, Slot, WriteId};
use super::modal::{Modal, PromptKind};
use super::{App, Notice, Pane};
use crate::text;

/// A write that has not been answered.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What is to be written.
    pub write: Write,
    /// Whether its answer was lost, and larder looks what became of it.
    pub in_doubt: bool,
}

impl App {
    /// Hands a write to the shell.
    pub(super) fn send(&mut self, write: Write) -> WriteId {
        self.last_write.0 += 1;
        let id = self.last_write;
        self.writing.insert(id, Pending { write: write.clone(), in_doubt: false });
        self.tell(Notice::info(format!("{}…", doing(&write))));
        self.effects.push(Effect::Write(id, write));
        id
    }

    pub(super) fn written(&mut self, id: WriteId, result: Result<Written, Error>) {
        let Some(pending) = self.writing.get_mut(&id).filter(|pending| !pending.in_doubt) else {
            return;
        };
        if let Err(error) = &result
            && error.kind == ErrorKind::InDoubt
        {
            pending.in_doubt = true;
            let write = pending.write.clone();
            self.tell(Notice::warning(format!("{}; looking what became of it…", error.problem)));
            return self.effects.push(Effect::Resolve(id, write));
        }
        let Some(Pending { write, .. }) = self.writing.remove(&id) else { return };
        match result {
            Ok(written) => self.done(id, &write, &written),
            Err(error) => {
                if error.kind == ErrorKind::ReadOnly {
                    // It may have become a replica.
                    self.effects.push(Effect::AskServer(Duration::ZERO));
                }
                self.refused(id, &write, &error);
            }
        }
    }

    pub(super) fn resolved(&mut self, id: WriteId, result: Result<WriteOutcome, Error>) {
        if !self.writing.get(&id).is_some_and(|pending| pending.in_doubt) {
            return;
        }
        let Some(Pending { write, .. }) = self.writing.remove(&id) else { return };
        match result {
            Ok(WriteOutcome::Refused(error)) => self.refused(id, &write, &error),
            Ok(outcome) => {
                if let Some(written) = outcome.done(&write) {
                    self.done(id, &write, written);
                    self.tell(Notice::done(outcome.told(&write).0));
                } else {
                    self.keep_editor(id);
                    self.tell(Notice::from(&outcome.error(&write)).lasting());
                    self.read_again_after(&write);
                    self.reload_record();
                }
            }
            Err(error) => {
                self.keep_editor(id);
                let words = format!("whether the write was made is not known: {error}");
                self.tell(Notice::failure(words).lasting());
            }
        }
    }

    fn done(&mut self, id: WriteId, write: &Write, written: &Written) {
        let words = done_words(write, written);
        self.tell(match written.replicas.and_then(Replicas::in_words) {
            None => Notice::done(words),
            Some(few) => Notice::warning(format!("{words}, but {few}")),
        });
        match write {
            Write::Create(by) => {
                let store = match by {
                    OpenBy::Default => "default",
                    OpenBy::Name(name) | OpenBy::Alias(name) => name,
                    OpenBy::Id(_) => return self.read_stores(),
                };
                self.stores.want(StoreName::from(store));
                // Not under a dialog or the editor, which are about what the user sees now.
                if self.modal.is_none() && self.editor.is_none() {
                    self.open_store(StoreName::from(store));
                }
                self.read_stores();
            }
            Write::Set(set) => {
                let edited = self.keep_editor(id);
                if edited {
                    if let Some(told) = self.editor.take().and_then(|editor| editor.told) {
                        let words = done_words(write, written);
                        self.tell(Notice::warning(format!("{words}, but {told}")));
                    }
                    // A question about what is no longer unsaved has no more meaning.
                    if matches!(&self.modal, Some(Modal::Confirm(asked)) if asked.is_about_editor())
                    {
                        self.modal = None;
                    }
                }
                if self.keys.store.as_ref() == Some(&set.store) {
                    let meta = written.meta.clone().unwrap_or_else(|| crate::model::RecordMeta {
                        key: set.key.clone(),
                        content_type: set.content_type.clone(),
                        size: set.value.len() as u64,
                        ..Default::default()
                    });
                    if self.keys.newest.find(meta.key.as_bytes()).is_err() {
                        self.watch.came(&meta.key, self.now);
                    }
                    self.keys.late.push(Change::Set(meta));
                    if edited {
                        self.keys.hold(set.key.clone());
                    }
                    let wanted = Some((set.store.clone(), set.key.clone()));
                    if self.record.wanted == wanted {
                        self.reload_record();
                    }
                    self.after_change(&set.store.clone());
                }
            }
            Write::Delete { store, keys } => {
                if self.keys.store.as_ref() == Some(store) {
                    self.keys.late.extend(keys.iter().cloned().map(Change::Remove));
                    for key in keys {
                        self.keys.marks.remove(key);
                    }
                    self.after_change(store);
                }
            }
            Write::Purge(store) => {
                if self.keys.store.as_ref() == Some(store) {
                    self.open_again(store);
                }
                self.read_stores();
            }
            Write::Drop(store) => {
                if self.keys.store.as_ref() == Some(store) {
                    self.close_store();
                }
                self.read_stores();
            }
        }
    }

    /// Forgets the open store, which is no more; its name is watched for no longer.
    fn close_store(&mut self) {
        for slot in
            [Slot::Keys, Slot::Select, Slot::Groups, Slot::Compare, Slot::Record, Slot::Search]
        {
            self.cancel(slot);
        }
        self.record.clear();
        self.keys = super::keys::KeysPane::default();
        self.focus = Pane::Stores;
        self.watch.forget();
        self.watch();
    }

    fn open_again(&mut self, store: &StoreName) {
        let focus = self.focus;
        self.open_store(store.clone());
        self.focus = if focus == Pane::Record { Pane::Keys } else { focus };
    }

    fn after_change(&mut self, store: &StoreName) {
        self.apply_late();
        self.read(Slot::Store, Read::Store(store.clone()));
    }

    /// A delete that was refused or lost on its way may have been made in part.
    fn read_again_after(&mut self, write: &Write) {
        if let Write::Delete { store, .. } = write
            && self.keys.store.as_ref() == Some(store)
        {
            self.read_keys(false);
        }
    }

    fn refused(&mut self, id: WriteId, write: &Write, error: &Error) {
        let editing = self.keep_editor(id);
        self.read_again_after(write);
        // A question that is being answered is never changed under the user's fingers, and nobody
        // answers one who has left.
        let asks = self.modal.is_none() && !self.quitting;
        if let (Write::Set(set), true, ErrorKind::Conflict, true) =
            (write, editing, error.kind, asks)
        {
            self.untell();
            self.ask_to_overwrite(set);
            return;
        }
        let typed = match write {
            Write::Create(OpenBy::Name(name)) => Some((PromptKind::StoreName, name)),
            Write::Create(OpenBy::Alias(alias)) => Some((PromptKind::StoreAlias, alias)),
            _ => None,
        };
        if let (Some((kind, text)), true, None) = (typed, asks, &self.editor) {
            self.prompt(kind, text);
        }
        self.tell(Notice::from(error).lasting());
    }

    /// Gives the editor back to the user if this was its write; tells whether it was.
    fn keep_editor(&mut self, id: WriteId) -> bool {
        let own = self.editor.as_mut().filter(|editor| editor.saving == Some(id));
        own.map(|editor| editor.saving = None).is_some()
    }

    /// Whether a write under way removes this record of the open store.
    pub(super) fn is_removing(&self, key: &Key) -> bool {
        let open = self.keys.store.as_ref();
        self.writing.values().any(|pending| match &pending.write {
            Write::Delete { store, keys } => open == Some(store) && keys.contains(key),
            Write::Purge(store) | Write::Drop(store) => open == Some(store),
            Write::Create(_) | Write::Set(_) => false,
        })
    }
}

fn doing(write: &Write) -> String {
    match write {
        Write::Create(_) => "creating the store".to_owned(),
        Write::Set(set) => format!("saving {}", set.key.named()),
        Write::Delete { keys, .. } if keys.len() == 1 => {
            format!("deleting {}", keys[0].named())
        }
        Write::Delete { keys, .. } => {
            format!("deleting {}", text::plural(keys.len() as u64, "record"))
        }
        Write::Purge(store) => format!("purging {store}"),
        Write::Drop(store) => format!("dropping {store}"),
    }
}

fn done_words(write: &Write, written: &Written) -> String {
    match write {
        Write::Create(_) if written.records == 0 => "the store was there already".to_owned(),
        Write::Create(_) => "store created".to_owned(),
        Write::Set(set) => format!("saved {}", set.key.named()),
        Write::Delete { keys, .. } if keys.len() == 1 && written.records == 1 => {
            format!("deleted {}", keys[0].named())
        }
        Write::Delete { .. } if written.records == 0 => {
            "nothing to delete: someone was faster".to_owned()
        }
        Write::Delete { .. } => format!("deleted {}", text::plural(written.records, "record")),
        Write::Purge(store) => {
            format!("purged {store}: {} removed", text::plural(written.records, "record"))
        }
        Write::Drop(store) => format!("dropped {store}"),
    }
}
