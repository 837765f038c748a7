//! Carries out the effects of the core: starts reads and gives them up, and never gives up a write.

mod writes;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc::Sender;
use tokio::sync::watch as channel;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use crate::app::{Event, Load, Read, Slot, Ticket};
use crate::index::Query;
use crate::model::{AsideId, AsideInfo, Error, ErrorKind, Interest, Result, StoreName};
use crate::ops::{self, Doubt, OldValues, Progress, WriteId};
use crate::storage::target::{Secret, Target};
use crate::storage::{Options, Storage, blocking};

use super::asides::SET_ASIDE_FOR;
use super::reads::{self, WalkControl};

/// Delay of a read after a move that closely follows another, so that only the last of them is read.
const DEBOUNCE: Duration = Duration::from_millis(40);

/// Limit on the time that the end of larder waits until what is set aside is freed.
const FREE_TIMEOUT: Duration = Duration::from_secs(3);

/// The storage, once connected, and all tasks beside the loop.
pub(super) struct Tasks {
    storage: Option<Arc<dyn Storage>>,
    events: Sender<Event>,
    reads: [Option<AbortHandle>; Slot::COUNT],
    /// Visible rows, which the watcher reads first.
    interest: channel::Sender<Interest>,
    /// Orders to the walk of the keys.
    walk: channel::Sender<WalkControl>,
    last_record: Option<Instant>,
    watcher: Option<AbortHandle>,
    connecting: Option<AbortHandle>,
    asking: Option<AbortHandle>,
    writes: JoinSet<()>,
    /// Progress of the writes under way.
    progress: BTreeMap<WriteId, Progress>,
    /// Writes whose answers were lost, until it is asked what became of them.
    doubts: Arc<Mutex<BTreeMap<WriteId, Doubt>>>,
    /// The place of old values, which undo changes.
    old_values: OldValues,
    /// The asides of this run, until their time is over or larder ends.
    asides: Arc<Mutex<Vec<SetAside>>>,
}

/// An aside, and its storage.
type SetAside = (Arc<dyn Storage>, AsideInfo);

impl Tasks {
    /// Makes the tasks. Results go to `events`, which is bounded: a task waits until the loop has room.
    pub(super) fn new(events: Sender<Event>) -> Self {
        Self {
            storage: None,
            events,
            reads: [const { None }; Slot::COUNT],
            interest: channel::Sender::new(Interest::default()),
            walk: channel::Sender::new(WalkControl::default()),
            last_record: None,
            watcher: None,
            connecting: None,
            asking: None,
            writes: JoinSet::new(),
            progress: BTreeMap::new(),
            doubts: Arc::default(),
            old_values: old_values(),
            asides: Arc::default(),
        }
    }

    /// The channel of results.
    pub(super) fn events(&self) -> Sender<Event> {
        self.events.clone()
    }

    /// Uses this storage from now on, and reports its connection's changes.
    pub(super) fn use_storage(&mut self, storage: Arc<dyn Storage>) {
        let (mut states, events) = (storage.session().state, self.events.clone());
        let watcher = start(async move {
            while states.changed().await.is_ok() {
                let state = states.borrow_and_update().clone();
                if events.send(Event::Connection(state)).await.is_err() {
                    return;
                }
            }
        });
        if let Some(old) = self.watcher.replace(watcher.abort_handle()) {
            old.abort();
        }
        self.storage = Some(storage);
    }

    /// Lets go of the storage and of all reads from it. From now on results go to `events`; what comes to the
    /// old channel is ignored. No write may be under way.
    pub(super) fn start_over(&mut self, events: Sender<Event>) {
        let reads = self.reads.iter_mut().filter_map(Option::take);
        let rest = [self.watcher.take(), self.connecting.take(), self.asking.take()];
        for task in reads.chain(rest.into_iter().flatten()) {
            task.abort();
        }
        self.storage = None;
        self.events = events;
    }

    /// Connects beside the loop, `after` some time, to the target that `target` gives, which may take time;
    /// gives up what an earlier call began. The storage comes through `connected`.
    pub(super) fn connect(
        &mut self,
        target: impl Future<Output = Result<Target>> + Send + 'static,
        options: Options,
        connected: Sender<Arc<dyn Storage>>,
        after: Duration,
    ) {
        let events = self.events.clone();
        let task = start(async move {
            tokio::time::sleep(after).await;
            let result = async {
                let storage = crate::storage::connect(&target.await?, &options).await?;
                let server = storage.server().await?;
                let _ = connected.send(storage).await;
                Ok(server)
            };
            let result = result.await;
            let _ = events.send(Event::Connected(result)).await;
        });
        if let Some(old) = self.connecting.replace(task.abort_handle()) {
            old.abort();
        }
    }

    /// Logs in anew with a password that was typed; tells whether there is a storage to log in to.
    pub(super) fn log_in(&self, password: Secret) -> bool {
        let Some(storage) = self.storage.clone() else { return false };
        let events = self.events.clone();
        start(async move {
            let result = storage.log_in(&password).await;
            let _ = events.send(Event::LoggedIn(result)).await;
        });
        true
    }

    /// Asks the server about itself after this time; an older question is given up.
    pub(super) fn ask_server(&mut self, after: Duration) {
        let Some(storage) = self.storage.clone() else { return };
        let events = self.events.clone();
        let task = start(async move {
            tokio::time::sleep(after).await;
            let _ = events.send(Event::Server(storage.server().await)).await;
        });
        if let Some(old) = self.asking.replace(task.abort_handle()) {
            old.abort();
        }
    }

    /// Starts a read; the slot's older one is given up.
    pub(super) fn read(&mut self, slot: Slot, ticket: Ticket, read: Read) {
        let wait = if slot == Slot::Record { self.debounce(&read) } else { None };
        if let Read::Load(Load::Keys { query, .. }) = &read {
            self.walk.send_replace(WalkControl { paused: false, query: query.clone() });
        }
        let walk = self.walk.subscribe();
        let (storage, events) = (self.storage.clone(), self.events.clone());
        let task = start(async move {
            if let Some(wait) = wait {
                tokio::time::sleep(wait).await;
            }
            let read_task = reads::ReadTask { slot, ticket, events: events.clone(), walk };
            let run = AssertUnwindSafe(read_task.run(storage, read)).catch_unwind();
            if run.await.is_err() {
                // The loop must wake up to see that the terminal has been given back.
                let _ = events.send(Event::Loaded(slot, ticket, Err(bug()))).await;
            }
        });
        if let Some(old) = self.reads[slot as usize].replace(task.abort_handle()) {
            old.abort();
        }
    }

    /// Lets the walk of the keys wait, or go on.
    pub(super) fn pause(&mut self, paused: bool) {
        self.walk.send_modify(|walk| walk.paused = paused);
    }

    /// Has the walk of the keys put what it publishes in this order.
    pub(super) fn order_walk(&mut self, query: Option<Query>) {
        self.walk.send_modify(|walk| walk.query = query);
    }

    /// Reports the visible rows to the watcher.
    pub(super) fn set_interest(&mut self, interest: Interest) {
        self.interest.send_if_modified(|old| {
            let new = *old != interest;
            if new {
                *old = interest;
            }
            new
        });
    }

    /// Watches in place of the earlier watch. From this call on, no change is missed.
    pub(super) fn watch(&mut self, ticket: Ticket, store: Option<&StoreName>) {
        let Some(storage) = &self.storage else { return };
        let (mut noticed, events) =
            (storage.watch(store, self.interest.subscribe()), self.events.clone());
        let task = start(async move {
            while let Some(noticed) = noticed.next().await {
                if events.send(Event::Watched(ticket, noticed)).await.is_err() {
                    return;
                }
            }
        });
        if let Some(old) = self.reads[Slot::Watch as usize].replace(task.abort_handle()) {
            old.abort();
        }
    }

    /// Delay of a read: none for a first move; those that follow closely wait for the last one.
    fn debounce(&mut self, read: &Read) -> Option<Duration> {
        if !matches!(read, Read::Load(Load::Record { .. })) {
            return None;
        }
        let last = self.last_record.replace(Instant::now());
        last.filter(|last| last.elapsed() < DEBOUNCE * 2).map(|_| DEBOUNCE)
    }

    /// Gives up the slot's read.
    pub(super) fn cancel(&mut self, slot: Slot) {
        if let Some(task) = self.reads[slot as usize].take() {
            task.abort();
        }
    }

    /// Frees what is set aside, at the end of larder, which waits a short time for it. Gives a sentence on
    /// each aside that stays, and why.
    pub(super) async fn free_asides(&mut self) -> Vec<String> {
        let asides = std::mem::take(&mut *lock(&self.asides));
        let discards = asides.iter().map(async |(storage, info)| {
            let freed = tokio::time::timeout(FREE_TIMEOUT, storage.discard(&info.id)).await;
            let why = match freed {
                // The aside was restored, or has expired.
                Ok(Ok(_)) => return None,
                Ok(Err(error)) if error.kind == ErrorKind::NotFound => return None,
                Ok(Err(error)) => error,
                Err(_) => Error::new(ErrorKind::Timeout, "the storage has not answered"),
            };
            let text = ops::words::not_freed(info, &why);
            crate::logs::warn!("{text}");
            Some(text)
        });
        futures::future::join_all(discards).await.into_iter().flatten().collect()
    }

    /// Whether writes are under way.
    pub(super) fn is_writing(&mut self) -> bool {
        while self.writes.try_join_next().is_some() {}
        !self.writes.is_empty()
    }

    /// Runs work beside the loop that does not use the storage; quitting waits for it.
    pub(super) fn work(&mut self, work: impl FnOnce() -> Event + Send + 'static) {
        let events = self.events.clone();
        let write = async move {
            if let Ok(event) = blocking::run(work).await {
                let _ = events.send(event).await;
            }
        };
        self.writes.spawn(write.boxed());
    }
}

/// Starts a task. The future is boxed, so that all tasks are of one type: tokio is compiled for each type.
fn start(task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(task.boxed())
}

/// The place of old values.
fn old_values() -> OldValues {
    crate::config::state_folder().map_or_else(OldValues::in_memory, OldValues::in_folder)
}

/// Frees an aside when its time is over.
async fn free_later(
    storage: Arc<dyn Storage>,
    id: AsideId,
    asides: Arc<Mutex<Vec<SetAside>>>,
    events: Sender<Event>,
) {
    tokio::time::sleep(SET_ASIDE_FOR).await;
    lock(&asides).retain(|(_, other)| other.id != id);
    if let Err(why) = storage.discard(&id).await
        && why.kind != ErrorKind::NotFound
    {
        crate::logs::warn!("what is set aside as {id} was not freed: {why}");
    }
    let _ = events.send(Event::Freed(id)).await;
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn bug() -> Error {
    Error::new(ErrorKind::Io, "larder failed; this is a bug")
}
