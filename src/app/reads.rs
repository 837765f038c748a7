//! What to read next, and under which ticket.

use std::sync::Arc;

use crate::index::{Filter, Query, Sort};
use crate::model::{Key, StoreName};

use super::event::{Effect, Read, Slot, Ticket};
use super::keys::FUZZY;
use super::{App, Pane};

impl App {
    pub(super) fn is_live(&self, slot: Slot, ticket: Ticket) -> bool {
        self.tickets[slot as usize] == ticket
    }

    pub(super) fn read(&mut self, slot: Slot, read: Read) {
        let ticket = &mut self.tickets[slot as usize];
        ticket.0 += 1;
        self.effects.push(Effect::Read(slot, *ticket, read));
    }

    pub(super) fn cancel(&mut self, slot: Slot) {
        self.tickets[slot as usize].0 += 1;
        self.effects.push(Effect::Cancel(slot));
    }

    pub(super) fn read_stores(&mut self) {
        self.stores.loading = true;
        self.stores.dirty = false;
        self.read(Slot::Stores, Read::Stores);
    }

    /// Reads the keys of the open store; `early` shows them as they come, otherwise the old list
    /// stays until the new one is whole.
    pub(super) fn read_keys(&mut self, early: bool) {
        if let Some(store) = self.keys.store.clone() {
            self.keys.loading = Some(0.0);
            self.keys.walked = 0;
            self.keys.paused = false;
            self.keys.applying = false;
            self.keys.again = false;
            self.keys.failure = None;
            // What was changed before the walk begins, the walk will see.
            self.keys.late.clear();
            self.read(Slot::Keys, Read::Keys { store, early });
        }
    }

    pub(super) fn select_keys(&mut self) {
        let height = self.list_height(Pane::Keys);
        if self.keys.is_plain() {
            self.cancel(Slot::Select);
            self.keys.shown = None;
            let index = self.keys.newest.clone();
            self.keys.show_plain(index, height);
            self.follow_cursor();
            return;
        }
        self.keys.selecting = true;
        let (matching, filter) = match self.keys.filter.strip_prefix(FUZZY) {
            Some(fuzzy) => (Filter::Fuzzy, fuzzy),
            None => (Filter::Substring, self.keys.filter.as_str()),
        };
        let recent = if self.keys.sort == Sort::Newest {
            self.keys.recent.snapshot()
        } else {
            Arc::default()
        };
        let query = Query {
            sort: self.keys.sort,
            descending: self.keys.descending,
            filter: filter.to_owned(),
            matching,
            recent,
            prefix: self.keys.scope.prefix.clone(),
            numbered: self.keys.scope.numbered,
        };
        // What is newest is another thing each time, and no reason to begin anew.
        self.keys.asked = Query { recent: Arc::default(), ..query.clone() };
        let read = Read::Select(self.keys.newest.clone(), query);
        self.read(Slot::Select, read);
    }

    /// Opens a store: its keys, and the record under the cursor as soon as there is one.
    pub(super) fn open_store(&mut self, store: StoreName) {
        for slot in [Slot::Select, Slot::Groups, Slot::Compare, Slot::Record, Slot::Search] {
            self.cancel(slot);
        }
        self.record.clear();
        self.keys.open(store);
        self.watch.forget();
        self.focus = Pane::Keys;
        // Before the walk, so that nothing falls between the two.
        self.watch();
        self.read_keys(true);
    }

    /// Wants the record under the cursor, if it is not the one that is shown or on its way.
    pub(super) fn follow_cursor(&mut self) {
        let Some(store) = self.keys.store.clone() else { return };
        let Some(meta) = self.keys.current() else {
            if self.record.wanted.is_some() {
                self.cancel(Slot::Record);
                self.record.clear();
            }
            if self.focus == Pane::Record {
                self.focus = Pane::Keys;
            }
            return;
        };
        let same = self.record.wanted.as_ref().is_some_and(|(s, k)| *s == store && *k == meta.key);
        if !same {
            self.read_record(store, meta.key);
        }
    }

    /// Reads the wanted record again.
    pub(super) fn reload_record(&mut self) {
        if let Some((store, key)) = self.record.wanted.clone() {
            self.read_record(store, key);
        }
    }

    fn read_record(&mut self, store: StoreName, key: Key) {
        self.cancel(Slot::Search);
        self.record.want(store.clone(), key.clone());
        let (limit, mode) = (self.settings.preview_limit, self.record.mode);
        self.read(Slot::Record, Read::Record { store, key, limit, mode });
    }

    /// Fetches the wanted record although it is large.
    pub(super) fn fetch(&mut self) {
        let Some((store, key)) = self.record.wanted.clone() else { return };
        self.record.want(store.clone(), key.clone());
        self.record.fetching = true;
        let mode = self.record.mode;
        self.read(Slot::Record, Read::Whole { store, key, mode });
    }

    pub(super) fn refresh(&mut self) {
        if matches!(self.session, super::SessionState::Connecting) {
            return;
        }
        if matches!(self.session, super::SessionState::Failed(_)) {
            self.session = super::SessionState::Connecting;
            self.pause = super::FIRST_PAUSE;
            self.effects.push(Effect::Connect);
            return;
        }
        if std::mem::take(&mut self.keys.paused) {
            return self.effects.push(Effect::Pause(false));
        }
        self.read_stores();
        if self.keys.store.is_some() {
            // An unfinished or failed first walk starts over and shows what comes.
            let early = !self.keys.complete;
            self.read_keys(early);
            self.reload_record();
        }
    }
}
