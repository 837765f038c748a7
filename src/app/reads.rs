//! What to read next, and under which ticket.

use std::sync::Arc;

use crate::index::{Filter, Query, Sort};
use crate::model::StoreName;

use super::event::{Effect, Slot};
use super::keys::FUZZY;
use super::load::{Compute, Load};
use super::{App, Pane};

impl App {
    pub(super) fn read_stores(&mut self) {
        self.stores.read(&mut ctx!(self));
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
            self.out.read(Slot::Keys, Load::Keys { store, early });
        }
    }

    pub(super) fn select_keys(&mut self) {
        let height = self.list_height(Pane::Keys);
        if self.keys.is_plain() {
            self.out.cancel(Slot::Select);
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
        let read = Compute::Select(self.keys.newest.clone(), query);
        self.out.read(Slot::Select, read);
    }

    /// Opens a store: its keys, and the record under the cursor as soon as there is one.
    pub(super) fn open_store(&mut self, store: StoreName) {
        for slot in [Slot::Select, Slot::Groups, Slot::Compare, Slot::Record, Slot::Search] {
            self.out.cancel(slot);
        }
        self.record.clear();
        self.keys.open(store);
        self.watch.forget();
        self.focus = Pane::Keys;
        // Before the walk, so that nothing falls between the two.
        self.watch();
        self.read_keys(true);
    }

    /// Forgets the open store, which is no more; its name is watched for no longer.
    pub(super) fn close_store(&mut self) {
        for slot in
            [Slot::Keys, Slot::Select, Slot::Groups, Slot::Compare, Slot::Record, Slot::Search]
        {
            self.out.cancel(slot);
        }
        self.record.clear();
        self.keys = super::keys::KeysPane::default();
        self.focus = Pane::Stores;
        self.watch.forget();
        self.watch();
    }

    /// Wants the record under the cursor, if it is not the one that is shown or on its way.
    pub(super) fn follow_cursor(&mut self) {
        let Some(store) = self.keys.store.clone() else { return };
        if let Some(meta) = self.keys.current() {
            return self.record.follow(&store, meta.key, &mut ctx!(self));
        }
        self.record.leave(&mut ctx!(self));
        if self.focus == Pane::Record {
            self.focus = Pane::Keys;
        }
    }

    /// Reads the wanted record again.
    pub(super) fn reload_record(&mut self) {
        self.record.reload(&mut ctx!(self));
    }

    pub(super) fn refresh(&mut self) {
        if !self.session.refresh(&mut ctx!(self)) {
            return;
        }
        if std::mem::take(&mut self.keys.paused) {
            return self.out.effects.push(Effect::Pause(false));
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
