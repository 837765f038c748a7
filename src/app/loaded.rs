//! What comes back from reads and from the connection.

use std::time::Duration;

use crate::model::{Connection, Error, ErrorKind, ServerInfo};

use super::event::{Effect, Loaded, Read, RecordView, Slot};
use super::{App, FIRST_PAUSE, LONGEST_PAUSE, Notice, Pane, SessionState};
use crate::text;

/// The time between two questions to a replica whether it still is one.
const ASK_REPLICA: Duration = Duration::from_secs(1);

impl App {
    pub(super) fn connected(&mut self, result: Result<ServerInfo, Error>) {
        if std::mem::take(&mut self.switching) {
            self.untell();
        }
        match result {
            Ok(server) => {
                self.latency = server.latency;
                self.session = SessionState::Open(Connection::Up);
                self.pause = FIRST_PAUSE;
                if !server.notes.is_empty() {
                    self.tell(Notice::warning(server.notes.join(" · ")));
                }
                self.server = server;
                self.follow_role();
                self.watch();
                self.read_stores();
            }
            // A try that was given up too late.
            Err(_) if matches!(self.session, SessionState::Open(_)) => {}
            Err(error) => {
                self.session = SessionState::Failed(error);
                if self.session.is_trying() {
                    self.effects.push(Effect::ConnectAgain(self.pause));
                    self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    pub(super) fn connection(&mut self, connection: Connection) {
        let was_down = matches!(self.session, SessionState::Open(Connection::Down { .. }));
        let is_up = connection == Connection::Up;
        if !matches!(self.session, SessionState::Open(_)) {
            return;
        }
        self.session = SessionState::Open(connection);
        if was_down && is_up {
            self.tell(Notice::done("connected again"));
            // It may be another one, or a replica no longer.
            self.effects.push(Effect::AskServer(Duration::ZERO));
            self.refresh();
            self.read_theirs_again();
        }
    }

    /// A replica is asked again and again whether it still is one.
    fn follow_role(&mut self) {
        if self.server.replica {
            self.effects.push(Effect::AskServer(ASK_REPLICA));
        }
    }

    pub(super) fn server_told(&mut self, result: Result<ServerInfo, Error>) {
        if !matches!(self.session, SessionState::Open(_)) {
            return;
        }
        if let Ok(server) = result {
            match (self.server.replica, server.replica) {
                (true, false) => {
                    self.tell(Notice::done("this server is a replica no longer"));
                }
                (false, true) => {
                    let words = "this server is a replica now: it takes no writes";
                    self.tell(Notice::warning(words));
                }
                _ => {}
            }
            self.server = server;
        }
        self.follow_role();
    }

    pub(super) fn loaded(&mut self, slot: Slot, result: Result<Loaded, Error>) {
        let loaded = match result {
            Ok(loaded) => loaded,
            Err(error) if slot == Slot::Crawl => return self.crawl_read(Err(error)),
            Err(error) => return self.failed(slot, error),
        };
        let stores_height = self.list_height(Pane::Stores);
        let keys_height = self.list_height(Pane::Keys);
        match loaded {
            Loaded::SomeStores(stores) => {
                // A list that is there is better than one without counts.
                if !self.stores.ready {
                    self.stores.begin(stores, stores_height);
                    self.open_listed();
                }
            }
            Loaded::Stores(stores, latency) => {
                let first = !self.stores.ready;
                self.stores.set(stores, stores_height);
                self.latency = latency.or(self.latency);
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
            Loaded::Lost(share, found) => {
                if let Some(count) = self.stores.add_lost(share, found, stores_height) {
                    self.tell(match count {
                        0 => Notice::done("no lost stores: the indexes name them all"),
                        found => Notice::warning(format!(
                            "{} found that no index names",
                            text::plural(found as u64, "store")
                        )),
                    });
                }
            }
            Loaded::Store(info) => {
                self.update_question(&info);
                self.stores.update(*info);
            }
            Loaded::Keys(index, share) => {
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
            Loaded::Progress(rows, share) => {
                self.keys.walked = rows;
                if self.keys.loading.is_some() {
                    self.keys.loading = Some(share);
                }
            }
            Loaded::Totals(rows) => self.totalled(rows),
            Loaded::Crawl(crawl) => self.crawl_read(Ok(crawl)),
            Loaded::Groups(index, scope, groups) => self.grouped(index, &scope, groups),
            // The whole list of the same is there already, but for what has changed since.
            Loaded::Partial(..) if self.keys.shown == Some(self.keys.asked.clone()) => {}
            Loaded::Partial(index, selection) => {
                self.keys.show(index, selection, keys_height);
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
                let newest = std::sync::Arc::ptr_eq(&index, &self.keys.newest);
                self.keys.show(index, selection, keys_height);
                self.keys.shown = Some(self.keys.asked.clone());
                self.follow_cursor();
                if !newest {
                    self.select_keys();
                }
            }
            Loaded::Record(shown) => {
                let view = self.viewport();
                self.check_against_list(&shown);
                let large = matches!(shown, RecordView::TooLarge(_) | RecordView::Head(..));
                let eager = self.record.fetch_if_large && large;
                self.record.show(shown, view);
                if eager {
                    return self.fetch();
                }
                if self.record.dirty {
                    self.reload_record();
                }
                // The heading may have grown by a note, so the view is measured again.
                let view = self.viewport();
                self.record.scroll_by(0, view);
                if !self.record.search.is_empty() && self.record.matches.is_none() {
                    self.search();
                }
            }
            Loaded::Value(record) => self.theirs_read(record),
            Loaded::Found(matches) => {
                let view = self.viewport();
                if matches.is_empty() {
                    let needle = self.record.search.clone();
                    self.tell(Notice::info(format!("not found: {needle}")));
                }
                self.record.found(matches, view);
            }
        }
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
            let read = Read::Apply(self.keys.newest.clone(), self.keys.late.clone());
            self.read(Slot::Keys, read);
        }
    }

    pub(super) fn search(&mut self) {
        if let Some(preview) = self.record.preview() {
            let read = Read::Search(preview.clone(), self.record.search.clone());
            self.read(Slot::Search, read);
        }
    }

    fn failed(&mut self, slot: Slot, error: Error) {
        match slot {
            Slot::Stores => {
                let notice = Notice::from(&error);
                if self.stores.fail(error) {
                    // What was read before stays, so the failure is told elsewhere.
                    self.tell(notice);
                }
                if self.stores.dirty {
                    self.read_stores();
                }
            }
            Slot::Lost => {
                self.stores.lost = None;
                self.tell(Notice::from(&error));
            }
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
            Slot::Record => {
                self.record.fail(error);
                if self.record.dirty {
                    self.reload_record();
                }
            }
            Slot::Theirs => self.theirs_failed(&error),
            Slot::Select => {
                self.keys.selecting = false;
                self.tell(Notice::from(&error));
            }
            Slot::Groups | Slot::Totals | Slot::Crawl | Slot::Search | Slot::Watch => {
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
