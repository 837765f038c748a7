//! What comes back from reads.

use std::sync::Arc;

use crate::index::Index;
use crate::model::{Error, ErrorKind, StoreInfo, Timestamp};

use super::event::Slot;
use super::layers::{Layer, Overview};
use super::load::{Compute, Loaded, RecordView};
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
            Loaded::Keys(index, share) => self.keys_read(index, share),
            Loaded::Progress(rows, share) => {
                self.keys.walked = rows;
                if self.keys.loading.is_some() {
                    self.keys.loading = Some(share);
                }
            }
            Loaded::Totals(rows) => {
                for layer in &mut self.layers {
                    if let Layer::Totals(totals) = layer {
                        return totals.counted(rows, &self.keys.newest, &mut ctx!(self));
                    }
                }
            }
            Loaded::Crawl(crawl) => match self.overview() {
                Some((overview, now)) => overview.take(crawl, now),
                // Nobody looks at it any more.
                None => self.out.cancel(Slot::Crawl),
            },
            Loaded::Groups(index, scope, groups) => self.grouped(index, &scope, groups),
            // The whole list of the same is there already, but for what has changed since.
            Loaded::Partial(..) if self.keys.shown == Some(self.keys.asked.clone()) => {}
            Loaded::Partial(index, selection) => {
                let height = self.list_height(Pane::Keys);
                self.keys.show(index, selection, height);
                self.keys.selecting = true;
                self.follow_cursor();
            }
            Loaded::Compared(changes) => self.compared(changes),
            Loaded::Applied(index, made) => {
                self.keys.late.drain(..made.min(self.keys.late.len()));
                self.keys.newest = index;
                self.keys.applying = false;
                self.regroup();
                self.count_totals();
                // An order that is being made is made again when it is there.
                if !self.keys.selecting {
                    self.select_keys();
                }
                if !self.keys.late.is_empty() {
                    self.apply_late();
                }
                self.check_round();
            }
            Loaded::Selected(index, selection) => {
                let newest = Arc::ptr_eq(&index, &self.keys.newest);
                let height = self.list_height(Pane::Keys);
                self.keys.show(index, selection, height);
                self.keys.shown = Some(self.keys.asked.clone());
                self.follow_cursor();
                if !newest {
                    self.select_keys();
                }
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

    /// Keys have been read, and the fraction of the store that they are; 1.0 at the end.
    fn keys_read(&mut self, index: Arc<Index>, share: f32) {
        let done = share >= 1.0;
        self.keys.loading = (!done).then_some(share);
        self.keys.complete |= done;
        // It may have ended just as it was made to wait.
        self.keys.paused &= !done;
        self.keys.newest = index;
        self.select_keys();
        self.regroup();
        self.count_totals();
        if done {
            self.keys.settle();
        }
        if done && self.keys.again {
            self.read_keys(false);
        } else if done {
            self.apply_late();
        }
    }

    /// Counts what there is of each content type again, if the user looks at it.
    fn count_totals(&mut self) {
        for layer in &mut self.layers {
            if let Layer::Totals(totals) = layer {
                totals.count(&self.keys.newest, &mut ctx!(self));
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
        self.keys.late.push(change);
        self.apply_late();
    }

    /// Makes the index show what was changed here, unless a walk is under way that may undo it.
    pub(super) fn apply_late(&mut self) {
        // One at a time: were each given up for the next, none might end while a crawl writes.
        // What has just been read is packed by that.
        let wanted = !self.keys.late.is_empty() || !self.keys.newest.is_packed();
        if self.keys.loading.is_none() && !self.keys.applying && wanted {
            self.keys.applying = true;
            let read = Compute::Apply(self.keys.newest.clone(), self.keys.late.clone());
            self.out.read(Slot::Keys, read);
        }
    }

    pub(super) fn failed(&mut self, slot: Slot, error: Error) {
        match slot {
            Slot::Stores => self.stores.failed(error, &mut ctx!(self)),
            Slot::Lost => self.stores.lost_failed(&error, &mut ctx!(self)),
            Slot::Store if error.kind == ErrorKind::NotFound => self.read_stores(),
            Slot::Store => {}
            Slot::Keys => {
                self.keys.applying = false;
                self.keys.loading = None;
                self.keys.paused = false;
                self.keys.failure = Some(error);
                if self.keys.again {
                    self.read_keys(!self.keys.complete);
                }
            }
            Slot::Compare => {
                self.keys.comparing = false;
                self.tell(Notice::from(&error));
            }
            Slot::Record => self.record.failed(error, &mut ctx!(self)),
            Slot::Theirs => {
                if let Some(asked) = self.conflicts().next() {
                    asked.theirs_failed(&error);
                }
            }
            Slot::Select => {
                self.keys.selecting = false;
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
        } else if self.keys.complete {
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
