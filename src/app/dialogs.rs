//! The questions asked before something is lost, and the details of stores and records.

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::{RecordMeta, RecordState, StoreInfo, StoreName, StoreState, Timestamp, Write};

use super::event::{Effect, Read, RecordView, Slot};
use super::modal::{Confirm, Confirmed, Details, Modal, Overlay};
use super::{App, Notice, Pane};
use crate::text;
use crate::text::visible;

impl App {
    pub(super) fn confirm_key(&mut self, key: KeyEvent, action: Option<Action>) {
        use crossterm::event::{KeyCode, KeyModifiers};
        let Some(Modal::Confirm(confirm)) = &mut self.modal else { return };
        let plain = matches!(key.code, KeyCode::Char(_))
            && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        // So are the keys of a line that are bound to nothing here, such as Ctrl-U.
        let line = plain || key.code == KeyCode::Backspace || action.is_none();
        if let (Some((wanted, input)), true) = (&mut confirm.typed, line) {
            // Where a name must be typed, letters are letters, not answers.
            input.key(key);
            confirm.yes = input.text() == wanted;
            return;
        }
        match action {
            Some(Action::ConfirmYes) if confirm.can_confirm() => self.confirmed(),
            Some(Action::Accept) if confirm.yes && confirm.can_confirm() => self.confirmed(),
            Some(Action::Accept) if confirm.typed.is_some() => {
                let out = self.keymap.chord_beside_text(Context::Confirm, Action::ConfirmNo);
                let out = out.map(|chord| format!("{chord} leaves it"));
                let text = text::then("type the store's name to go on", "; ", out);
                self.notice = Some(Notice::info(text));
            }
            Some(Action::Switch | Action::Left | Action::Right | Action::Next) => {
                confirm.yes = !confirm.yes && confirm.can_confirm();
            }
            Some(Action::ConfirmYes)
                if matches!(confirm.confirmed, Confirmed::OverwriteRecord(None)) =>
            {
                self.notice = Some(Notice::info("what is there now has not been read yet"));
            }
            Some(Action::ConfirmNo | Action::Accept | Action::Cancel | Action::Back) => {
                self.modal = None;
                self.cancel(Slot::Theirs);
            }
            Some(Action::Quit) if matches!(confirm.confirmed, Confirmed::Quit) => {
                self.editor = None;
                self.leave();
            }
            Some(Action::Quit) => {
                self.cancel(Slot::Theirs);
                self.quit();
            }
            Some(Action::Redraw) => self.effects.push(Effect::Redraw),
            Some(Action::Suspend) => self.effects.push(Effect::Suspend),
            _ => {}
        }
    }

    fn confirmed(&mut self) {
        let Some(Modal::Confirm(confirm)) = self.modal.take() else { return };
        match confirm.confirmed {
            Confirmed::Write(write) => {
                self.send(write);
            }
            Confirmed::DiscardEdit => {
                self.editor = None;
                // Perhaps it was given up because someone else had changed the record.
                self.reload_record();
            }
            Confirmed::OverwriteRecord(expected) => self.save_editor(false, expected),
            Confirmed::OverwriteFile(path, bytes) => {
                self.effects.push(Effect::SaveFile { path, bytes, overwrite: true });
            }
            Confirmed::Quit => {
                self.editor = None;
                self.leave();
            }
        }
    }

    pub(super) fn ask_to_delete(&mut self) {
        let (Some(store), keys) = (self.keys.store.clone(), self.keys.chosen()) else { return };
        let Some(first) = keys.first() else { return };
        let sizes = keys.iter().filter_map(|key| self.keys.index.find(key.as_bytes()).ok());
        let bytes: u64 = sizes.map(|row| self.keys.index.row(row).size).sum();
        let confirmed =
            Confirmed::Write(Write::Delete { store: store.clone(), keys: keys.clone() });
        let confirm = if keys.len() == 1 {
            Confirm::new("Delete the record", "delete", confirmed)
                .line(first.escaped())
                .line(format!("{} in the store {store}", text::size(bytes)))
        } else {
            let count = text::plural(keys.len() as u64, "record");
            Confirm::new(format!("Delete {count}"), "delete", confirmed)
                .line(format!("{} in the store {store}", text::size(bytes)))
        };
        self.modal = Some(Modal::Confirm(Box::new(confirm)));
    }

    /// Asks before a store is emptied or removed. Its weight, where it is not known, is asked of
    /// the server meanwhile.
    pub(super) fn ask_about_store(&mut self, info: &StoreInfo, drop: bool) {
        let open = self.keys.store.as_ref() == Some(&info.store) && self.keys.complete;
        if !open && info.bytes.is_none() {
            self.read(Slot::Store, Read::Store(info.store.clone()));
        }
        let confirm = self.store_question(info, drop);
        self.modal = Some(Modal::Confirm(Box::new(confirm)));
    }

    /// Brings the question about a store up to date with what is known of it by now.
    pub(super) fn update_question(&mut self, info: &StoreInfo) {
        let Some(Modal::Confirm(asked)) = &self.modal else { return };
        let drop = match &asked.confirmed {
            Confirmed::Write(Write::Drop(store)) if *store == info.store => true,
            Confirmed::Write(Write::Purge(store)) if *store == info.store => false,
            _ => return,
        };
        let lines = self.store_question(info, drop).lines;
        if let Some(Modal::Confirm(asked)) = &mut self.modal {
            asked.lines = lines;
        }
    }

    fn store_question(&self, info: &StoreInfo, drop: bool) -> Confirm {
        let store = info.store.clone();
        let open = self.keys.store.as_ref() == Some(&store) && self.keys.complete;
        let weight = match (open, info.bytes) {
            (true, _) => text::size(self.keys.index.total_bytes()),
            (false, Some(bytes)) => format!("about {} of the server's memory", text::size(bytes)),
            (false, None) => "size not known".to_owned(),
        };
        let records = info.records.map_or_else(
            || "an unknown number of records".to_owned(),
            |records| text::plural(records, "record"),
        );
        let (title, verb, write, what) = if drop {
            (
                "Drop the store",
                "drop",
                Write::Drop(store.clone()),
                "Removed for good, with the store.",
            )
        } else {
            (
                "Purge the store",
                "purge",
                Write::Purge(store.clone()),
                "Removed for good; the store stays.",
            )
        };
        Confirm::new(title, verb, Confirmed::Write(write))
            .line(store.escaped())
            .line(format!("{records} · {weight}"))
            .line(what)
            // As it is shown: what cannot be seen cannot be typed.
            .require_text(visible(&store.escaped()).into_owned())
    }

    pub(super) fn show_details(&mut self) {
        let mut facts = Vec::new();
        let title = if self.focus == Pane::Stores {
            let Some(info) = self.stores.current() else { return };
            store_facts(info, self.now, &mut facts);
            facts.extend(self.watching_fact(&info.store));
            "Store"
        } else {
            let read = self.record.shown.as_ref().and_then(RecordView::meta).cloned();
            let current = self.keys.current();
            let read = read.filter(|read| current.as_ref().is_none_or(|at| at.key == read.key));
            let Some(meta) = read.or(current) else { return };
            record_facts(&meta, &mut facts);
            let info = self.keys.store.as_ref().and_then(|store| self.stores.get(store));
            if let Some(info) = info {
                store_facts(info, self.now, &mut facts);
                facts.extend(self.watching_fact(&info.store));
            }
            "Record"
        };
        self.modal = Some(Modal::Details(Details {
            title: title.to_owned(),
            facts,
            overlay: Overlay::default(),
        }));
    }

    /// How changes of the open store are found out.
    fn watching_fact(&self, store: &StoreName) -> Option<(&'static str, String)> {
        let open = self.keys.store.as_ref() == Some(store);
        let told = match &self.watch.source {
            Some(source) => source.in_words(),
            None if self.watch.on => return None,
            None => "no".to_owned(),
        };
        open.then_some(("watched", told))
    }
}

fn record_facts(meta: &RecordMeta, facts: &mut Vec<(&'static str, String)>) {
    let key = meta.key.escaped();
    facts.push(("key", if key.is_empty() { "(empty)".to_owned() } else { key }));
    facts.push(("content type", meta.content_type.as_str().to_owned()));
    let exact = text::plural(meta.size, "byte");
    let short =
        if meta.size < 1000 { String::new() } else { format!(" ({})", text::size(meta.size)) };
    facts.push(("size", format!("{exact}{short}")));
    facts.push(("record state", record_state(&meta.state)));
}

/// What a record's state means, in words.
fn record_state(state: &RecordState) -> String {
    match state {
        RecordState::Whole => "whole".to_owned(),
        RecordState::NoMetadata => "a value without metadata: Crawlee reads None".to_owned(),
        RecordState::NoValue => "metadata without a value: Crawlee reads None".to_owned(),
        RecordState::BadMetadata(raw) => {
            format!("malformed metadata, Crawlee cannot list this store: {raw}")
        }
        RecordState::WrongSize(said) => format!("the metadata says {said} bytes"),
        RecordState::BareFile => {
            "a file without metadata: Crawlee for Python reads None".to_owned()
        }
        RecordState::Unreadable(why) => format!(
            "the metadata cannot be read: {why}; run larder as its owner, or change its permissions"
        ),
        RecordState::SeveralFiles(files) => format!(
            "the files {files} are one record to Crawlee for JavaScript: move all but one away, or \
             delete one that has an ending"
        ),
        RecordState::NotRead => "not read yet".to_owned(),
    }
}

/// What is known of a store, name by name.
pub(crate) fn store_facts(
    info: &StoreInfo,
    now: Timestamp,
    facts: &mut Vec<(&'static str, String)>,
) {
    let none = || "—".to_owned();
    facts.push(("store", info.store.escaped()));
    facts.push(("id", info.id.clone().unwrap_or_else(none)));
    let name = info.name.clone();
    facts.push(("name", name.unwrap_or_else(|| "none (an alias or the default)".to_owned())));
    facts.push(("records", info.records.map_or_else(none, text::count)));
    if let Some(values) = info.values {
        let told =
            "some records are not whole; values without metadata are listed from Redis 7.4 on";
        facts.push(("values", format!("{}: {told}", text::count(values))));
    }
    let when = |at: Option<Timestamp>| {
        at.map_or_else(none, |at| {
            // With blanks, where a narrow column may break it.
            let exact = at.to_string().replace('T', " ").replace("+00:00", " UTC");
            format!("{exact} · {}", with_ago(&text::ago(at.micros(), now.micros())))
        })
    };
    facts.push(("created_at", when(info.created_at)));
    facts.push(("modified_at", when(info.modified_at)));
    facts.push(("accessed_at", when(info.accessed_at)));
    facts.push(("store state", store_state(&info.state)));
    if info.ignored.count > 0 {
        facts.push(("ignored", info.ignored.to_string()));
    }
    if let Some(beside) = info.beside.as_ref().filter(|beside| beside.count > 0) {
        facts.push(("no stores", format!("{beside} (beside the stores)")));
    }
}

fn with_ago(words: &str) -> String {
    if words == "now" || words.starts_with("in ") {
        words.to_owned()
    } else {
        format!("{words} ago")
    }
}

/// What a store's state means, in words.
pub(crate) fn store_state(state: &StoreState) -> String {
    match state {
        StoreState::Whole => "whole".to_owned(),
        StoreState::HalfMade => "half-made: indexed, but without metadata; Crawlee waits 30 s on \
                                 it and fails"
            .to_owned(),
        StoreState::Ghost => {
            "ghost: records without index and metadata, written after a drop".to_owned()
        }
        StoreState::NotIndexed => "whole, but no index entry leads to it".to_owned(),
        StoreState::StaleId => "an id leads here that is not the store's own".to_owned(),
        StoreState::Damaged(why) => format!("damaged: {why}"),
        StoreState::Forbidden(why) => {
            format!("not permitted: {why}; use a user who may, or change the permissions")
        }
        StoreState::Unreadable(why) => why.clone(),
    }
}
