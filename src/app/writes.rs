//! Writes on their way, answered, and lost.

use crate::index::Change;
use crate::storage::{Error, ErrorKind, Fate, OpenBy, RecordMeta, StoreName, Write, Written};

use super::event::{Effect, Read, Shown, Slot};
use super::modal::{Confirm, Modal, OnYes, PromptKind, fate_words};
use super::{App, Notice, Pane, words};

impl App {
    /// Hands a write to the shell.
    pub(super) fn send(&mut self, write: Write, effects: &mut Vec<Effect>) {
        self.writing += 1;
        self.notice = Some(Notice::info(format!("{}…", doing(&write))));
        effects.push(Effect::Write(write));
    }

    pub(super) fn written(
        &mut self,
        write: Write,
        result: Result<Written, Error>,
        effects: &mut Vec<Effect>,
    ) {
        match result {
            Ok(written) => {
                self.writing = self.writing.saturating_sub(1);
                self.done(&write, &written, effects);
            }
            Err(error) if error.kind == ErrorKind::FateUnknown => {
                self.notice = Some(Notice::warning(format!(
                    "{}; looking whether the write was applied…",
                    error.problem
                )));
                effects.push(Effect::Settle(write));
            }
            Err(error) => {
                self.writing = self.writing.saturating_sub(1);
                self.refused(&write, &error, effects);
            }
        }
    }

    pub(super) fn settled(
        &mut self,
        write: &Write,
        result: Result<Fate, Error>,
        effects: &mut Vec<Effect>,
    ) {
        self.writing = self.writing.saturating_sub(1);
        match result {
            Ok(Fate::Applied) => {
                let written = Written { records: 1, meta: None };
                self.done(write, &written, effects);
                let words = format!("the answer was lost, but {}", fate_words(Fate::Applied));
                self.notice = Some(Notice::done(words));
            }
            Ok(fate) => {
                self.keep_editor(write);
                let words = format!("the answer was lost, and {}", fate_words(fate));
                self.notice = Some(Notice::failure(words));
                self.read_again_after(write, effects);
                self.reload_record(effects);
            }
            Err(error) => {
                self.keep_editor(write);
                self.notice = Some(Notice::failure(format!(
                    "whether the write was applied is not known: {error}"
                )));
            }
        }
    }

    fn done(&mut self, write: &Write, written: &Written, effects: &mut Vec<Effect>) {
        self.notice = Some(Notice::done(done_words(write, written)));
        match write {
            Write::Create(by) => {
                let store = match by {
                    OpenBy::Default => "default",
                    OpenBy::Name(name) | OpenBy::Alias(name) => name,
                    OpenBy::Id(_) => return self.read_stores(effects),
                };
                self.open_store(StoreName::from(store), effects);
                self.stores.want(StoreName::from(store));
                self.read_stores(effects);
                self.focus = Pane::Keys;
            }
            Write::Set(set) => {
                if self.editor.as_ref().is_some_and(|editor| editor.saving) {
                    self.editor = None;
                    // A question about what is no longer unsaved has no more meaning.
                    if matches!(&self.modal, Some(Modal::Confirm(asked)) if asked.is_about_editor())
                    {
                        self.modal = None;
                    }
                }
                if self.keys.store.as_ref() == Some(&set.store) {
                    let meta = written.meta.clone().unwrap_or_else(|| crate::storage::RecordMeta {
                        key: set.key.clone(),
                        content_type: set.content_type.clone(),
                        size: set.value.len() as u64,
                        ..Default::default()
                    });
                    if self.keys.newest.find(meta.key.as_bytes()).is_err() {
                        self.watch.came(&meta.key, self.now);
                    }
                    self.keys.late.push(Change::Set(meta));
                    self.keys.hold(set.key.clone());
                    let wanted = Some((set.store.clone(), set.key.clone()));
                    if self.record.wanted == wanted {
                        self.reload_record(effects);
                    }
                    self.after_change(&set.store.clone(), effects);
                }
            }
            Write::Delete { store, keys } => {
                if self.keys.store.as_ref() == Some(store) {
                    self.keys.late.extend(keys.iter().cloned().map(Change::Remove));
                    for key in keys {
                        self.keys.marks.remove(key);
                    }
                    self.after_change(store, effects);
                }
            }
            Write::Purge(store) => {
                if self.keys.store.as_ref() == Some(store) {
                    self.open_again(store, effects);
                }
                self.read_stores(effects);
            }
            Write::Drop(store) => {
                if self.keys.store.as_ref() == Some(store) {
                    self.cancel(Slot::Keys, effects);
                    self.cancel(Slot::Select, effects);
                    self.cancel(Slot::Record, effects);
                    self.cancel(Slot::Search, effects);
                    self.record.clear();
                    self.keys = super::keys::KeysPane::default();
                    self.focus = Pane::Stores;
                }
                self.read_stores(effects);
            }
        }
    }

    fn open_again(&mut self, store: &StoreName, effects: &mut Vec<Effect>) {
        let focus = self.focus;
        self.open_store(store.clone(), effects);
        self.focus = if focus == Pane::Record { Pane::Keys } else { focus };
    }

    fn after_change(&mut self, store: &StoreName, effects: &mut Vec<Effect>) {
        self.apply_late(effects);
        self.read(Slot::Store, Read::Store(store.clone()), effects);
    }

    /// A delete that was refused or lost on its way may have been made in part.
    fn read_again_after(&mut self, write: &Write, effects: &mut Vec<Effect>) {
        if let Write::Delete { store, .. } = write
            && self.keys.store.as_ref() == Some(store)
        {
            self.read_keys(false, effects);
        }
    }

    fn refused(&mut self, write: &Write, error: &Error, effects: &mut Vec<Effect>) {
        let editing = self.keep_editor(write);
        self.read_again_after(write, effects);
        // A question that is being answered is never changed under the user's fingers.
        if editing && error.kind == ErrorKind::Conflict && self.modal.is_none() {
            let is_new = self.editor.as_ref().is_some_and(|editor| editor.original.is_none());
            let line = if is_new {
                "There is a record of this key already."
            } else {
                "Someone else has changed or deleted this record since it was read."
            };
            self.modal = Some(Modal::Confirm(Box::new(
                Confirm::new("Overwrite the record", "overwrite", OnYes::OverwriteRecord)
                    .line(line)
                    .line("No keeps your text in the editor."),
            )));
            self.notice = None;
            // The pane behind is to show what is there now.
            self.reload_record(effects);
            return;
        }
        let typed = match write {
            Write::Create(OpenBy::Name(name)) => Some((PromptKind::StoreName, name)),
            Write::Create(OpenBy::Alias(alias)) => Some((PromptKind::StoreAlias, alias)),
            _ => None,
        };
        if let (Some((kind, text)), None, None) = (typed, &self.modal, &self.editor) {
            self.prompt(kind, text);
        }
        self.notice = Some(Notice::from(error));
    }

    /// Says in the question about a conflict how the record differs from what was read, as soon as
    /// it has been read anew.
    pub(super) fn tell_conflict(&mut self, shown: &Shown) {
        let Some(Modal::Confirm(asked)) = &mut self.modal else { return };
        let old = self.editor.as_ref().and_then(|editor| editor.original.as_ref());
        let Some(old) = old.filter(|old| old.meta.key == *shown.key()) else { return };
        if !matches!(asked.on_yes, OnYes::OverwriteRecord) {
            return;
        }
        let words = |meta: &RecordMeta| {
            let kind = meta.content_type.as_str();
            let kind = if kind.is_empty() { "no content type" } else { kind };
            format!("{}, {kind}", words::size(meta.size))
        };
        let now = shown.meta().map_or("deleted".to_owned(), words);
        let lines = [format!("Then: {}", words(&old.meta)), format!("Now: {now}")];
        // In the place of what an earlier reading said.
        asked.lines.retain(|line| !line.starts_with("Then: ") && !line.starts_with("Now: "));
        let at = asked.lines.len().min(1);
        asked.lines.splice(at..at, lines);
    }

    /// Gives the editor back to the user if this was its write; tells whether it was.
    fn keep_editor(&mut self, write: &Write) -> bool {
        match (&mut self.editor, write) {
            (Some(editor), Write::Set(set)) if editor.saving && editor.store == set.store => {
                editor.saving = false;
                true
            }
            _ => false,
        }
    }
}

fn doing(write: &Write) -> String {
    match write {
        Write::Create(_) => "creating the store".to_owned(),
        Write::Set(set) => format!("saving {}", words::named(&set.key)),
        Write::Delete { keys, .. } if keys.len() == 1 => {
            format!("deleting {}", words::named(&keys[0]))
        }
        Write::Delete { keys, .. } => {
            format!("deleting {}", words::plural(keys.len() as u64, "record"))
        }
        Write::Purge(store) => format!("purging {store}"),
        Write::Drop(store) => format!("dropping {store}"),
    }
}

fn done_words(write: &Write, written: &Written) -> String {
    match write {
        Write::Create(_) if written.records == 0 => "the store was there already".to_owned(),
        Write::Create(_) => "store created".to_owned(),
        Write::Set(set) => format!("saved {}", words::named(&set.key)),
        Write::Delete { keys, .. } if keys.len() == 1 && written.records == 1 => {
            format!("deleted {}", words::named(&keys[0]))
        }
        Write::Delete { .. } if written.records == 0 => {
            "nothing to delete: someone was faster".to_owned()
        }
        Write::Delete { .. } => format!("deleted {}", words::plural(written.records, "record")),
        Write::Purge(store) => {
            format!("purged {store}: {} removed", words::plural(written.records, "record"))
        }
        Write::Drop(store) => format!("dropped {store}"),
    }
}
