//! What to read next, and under which ticket.

use crate::index::sync::{Facts, SyncEvent};
use crate::model::{StoreName, WatchSource};

use super::event::{Effect, Slot};
use super::load::Ordered;
use super::{App, Pane};

impl App {
    pub(super) fn read_stores(&mut self) {
        self.stores.read(&mut ctx!(self));
    }

    /// Tells the state machine of the keys; an order of rows may come with a new index.
    pub(super) fn sync_keys(&mut self, event: SyncEvent, ordered: Option<Ordered>) {
        let facts = self.facts();
        let news = self.keys.handle_sync(event, &facts, &mut ctx!(self));
        if news.index {
            if self.keys.indexed(ordered, &mut ctx!(self)) {
                self.follow_cursor();
            }
            self.keys.regroup(&mut ctx!(self));
            self.count_totals();
        }
        if news.complete {
            self.keys.settle();
        }
        let open = self.record.wanted.as_ref().map(|(_, key)| key);
        if open.is_some_and(|open| news.removed.contains(open)) {
            // It says so itself when it is read again.
            self.record.reload_changed(&mut ctx!(self));
        }
    }

    /// What the state machine of the keys has to know beside an event.
    fn facts(&self) -> Facts {
        let known = self.keys.store.as_ref().and_then(|store| self.stores.get(store));
        Facts {
            now: self.now,
            records: known.and_then(|info| info.records),
            named: matches!(self.watch.source, Some(WatchSource::SubKeys)),
        }
    }

    /// Opens a store: its keys, and the record under the cursor as soon as there is one.
    pub(super) fn open_store(&mut self, store: StoreName) {
        for slot in [Slot::Record, Slot::Search] {
            self.out.cancel(slot);
        }
        self.record.clear();
        self.keys.open(store, &mut ctx!(self));
        self.watch.forget();
        self.focus = Pane::Keys;
        // Before the walk, so that nothing falls between the two.
        self.watch();
        self.sync_keys(SyncEvent::Restart, None);
    }

    /// Forgets the open store, which is no more; its name is watched for no longer.
    pub(super) fn close_store(&mut self) {
        for slot in [Slot::Record, Slot::Search] {
            self.out.cancel(slot);
        }
        self.record.clear();
        self.keys.close(&mut ctx!(self));
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
        if self.keys.sync.walk().is_some_and(|walk| walk.paused) {
            self.sync_keys(SyncEvent::Paused(false), None);
            return self.out.effects.push(Effect::Pause(false));
        }
        self.read_stores();
        if self.keys.store.is_some() {
            self.sync_keys(SyncEvent::Restart, None);
            self.reload_record();
        }
    }
}
