//! What comes back from reads.

use crate::index::sync::{SyncEvent, WorkId};
use crate::model::{Error, ErrorKind, StoreInfo, Timestamp};

use super::event::Slot;
use super::layers::{Layer, Overview};
use super::load::{Loaded, RecordView};
use super::{App, Notice, Pane};

impl App {
    pub(super) fn loaded(&mut self, loaded: Loaded) {
        match loaded {
            Loaded::SomeStores(stores) => {
                if self.stores.begun(stores, &ctx!(self)) {
                    self.open_listed();
                }
            }
            Loaded::Stores(stores, latency) => {
                self.session.latency = latency.or(self.session.latency);
                self.stores_read(stores);
            }
            Loaded::Lost(share, found) => self.stores.lost_found(share, found, &mut ctx!(self)),
            Loaded::Store(info) => {
                self.update_question(&info);
                self.stores.update(*info);
            }
            Loaded::Keys(index, share, ordered) => {
                self.sync_keys(SyncEvent::Walked(self.work(Slot::Keys), index, share), ordered);
            }
            Loaded::Progress(rows, share) => {
                let progress = SyncEvent::Progress(self.work(Slot::Keys), rows, share);
                self.sync_keys(progress, None);
            }
            Loaded::Totals(rows) => {
                for layer in &mut self.layers {
                    if let Layer::Totals(totals) = layer {
                        return totals.counted(rows, self.keys.sync.index(), &mut ctx!(self));
                    }
                }
            }
            Loaded::Crawl(crawl) => match self.overview() {
                Some((overview, now)) => overview.take(crawl, now),
                // Nobody looks at it any more.
                None => self.out.cancel(Slot::Crawl),
            },
            Loaded::Groups(index, scope, groups) => {
                self.keys.grouped(index, &scope, groups, &mut ctx!(self));
            }
            Loaded::Partial(index, rows) => {
                if self.keys.selected_in_part(index, rows, &mut ctx!(self)) {
                    self.follow_cursor();
                }
            }
            Loaded::Compared(changes) => {
                self.sync_keys(SyncEvent::Compared(self.work(Slot::Compare), changes), None);
            }
            Loaded::Applied(index, ordered) => {
                self.sync_keys(SyncEvent::Applied(self.work(Slot::Keys), index), ordered);
            }
            Loaded::Selected(index, rows) => {
                self.keys.selected(index, rows, &mut ctx!(self));
                self.follow_cursor();
            }
            Loaded::Record(shown) => {
                self.check_against_list(&shown);
                self.record.loaded(shown, &mut ctx!(self));
            }
            Loaded::Value(record) => {
                let is_new = self.editor.as_ref().is_some_and(|editor| editor.original.is_none());
                let asked = self.conflicts().next();
                if asked.map(|asked| asked.theirs_read(record, is_new)).is_some() {
                    // Yes is about what is said only now.
                    self.await_pause();
                }
            }
            Loaded::Found(matches) => self.record.searched(matches, &mut ctx!(self)),
        }
    }

    /// The list of stores has been read.
    fn stores_read(&mut self, stores: Vec<StoreInfo>) {
        let first = !self.stores.ready;
        let height = self.list_height(Pane::Stores);
        self.stores.set(stores, height);
        self.open_listed();
        // A single store is what one came for.
        if first
            && self.settings.open.is_none()
            && self.stores.total() == 1
            && self.keys.store.is_none()
        {
            let only = self.stores.current().map(|info| info.store.clone());
            if let Some(store) = only {
                self.open_store(store);
            }
        }
        self.told_if_gone();
        if self.stores.dirty {
            self.read_stores();
        }
    }

    /// The live read of a slot, as the state machine of the keys numbers it.
    fn work(&self, slot: Slot) -> WorkId {
        WorkId(self.out.tickets[slot as usize].0)
    }

    /// Counts what there is of each content type again, if the user looks at it.
    pub(super) fn count_totals(&mut self) {
        for layer in &mut self.layers {
            if let Layer::Totals(totals) = layer {
                totals.count(self.keys.sync.index(), &mut ctx!(self));
            }
        }
    }

    /// The overview of the crawl, if the user looks at it, and the present time.
    fn overview(&mut self) -> Option<(&mut Overview, Timestamp)> {
        let now = self.now;
        self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Crawl(overview) => Some((&mut **overview, now)),
            _ => None,
        })
    }

    /// Brings the list up to date with a record that has just been read.
    fn check_against_list(&mut self, shown: &RecordView) {
        use crate::index::Change;
        // Of a store that is gone, the list is all that is left.
        if self.keys.gone {
            return;
        }
        let key = shown.key();
        let Ok(row) = self.keys.index.find(key.as_bytes()) else { return };
        let row = self.keys.index.row(row);
        let change = match shown.meta() {
            None => Change::Remove(key.clone()),
            Some(meta) if meta.size != row.size || meta.content_type != row.content_type => {
                Change::Set(meta.clone())
            }
            Some(_) => return,
        };
        self.sync_keys(SyncEvent::Answered { changes: vec![change], highlight: false }, None);
    }

    pub(super) fn failed(&mut self, slot: Slot, error: Error) {
        match slot {
            Slot::Stores => self.stores.failed(error, &mut ctx!(self)),
            Slot::Lost => self.stores.lost_failed(&error, &mut ctx!(self)),
            Slot::Store if error.kind == ErrorKind::NotFound => self.read_stores(),
            Slot::Store => {}
            Slot::Keys => {
                self.sync_keys(SyncEvent::Failed(self.work(slot), error), None);
            }
            Slot::Compare => {
                self.tell(Notice::from(&error));
                self.sync_keys(SyncEvent::Failed(self.work(slot), error), None);
            }
            Slot::Record => self.record.failed(error, &mut ctx!(self)),
            Slot::Theirs => {
                if let Some(asked) = self.conflicts().next() {
                    asked.theirs_failed(&error);
                }
            }
            Slot::Select => {
                self.keys.order.selecting = false;
                self.tell(Notice::from(&error));
            }
            Slot::Crawl => match self.overview() {
                Some((overview, _)) => overview.failure = Some(error),
                // Nobody looks at it any more.
                None => self.out.cancel(Slot::Crawl),
            },
            Slot::Groups | Slot::Totals | Slot::Search | Slot::Watch => {
                self.tell(Notice::from(&error));
            }
        }
    }

    /// Says it calmly if the open store is no longer listed; what was read stays readable.
    pub(super) fn told_if_gone(&mut self) {
        let Some(store) = &self.keys.store else { return };
        if self.stores.get(store).is_some() {
            self.keys.gone = false;
        } else if self.keys.sync.is_complete() {
            self.tell_gone();
        }
    }

    pub(super) fn tell_gone(&mut self) {
        if let Some(store) = self.keys.store.as_ref().filter(|_| !self.keys.gone) {
            // A write that failed because of it has more to say.
            let text = format!("the store {store} is gone; what was read of it is still shown");
            self.tell(Notice::warning(text));
            self.keys.gone = true;
        }
    }
}
