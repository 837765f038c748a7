//! Watches stores on a server by cheap reads, tracking and notifications.
//!
//! ```text
//! each 250 ms     the open store's counts and times; when they move:
//!                 the rows on the screen, and the open value
//! each second     the other stores on the screen; the lengths of the indexes
//! small stores    all keys, as often as a small part of the budget allows
//! larger ones     rescans within the budget, told page by page
//! ```
//!
//! Only counts and times are read while these stand still. The server itself tells the cost of a look
//! ([`costs`]), or else it is estimated from the time of its answers ([`budget`]).
//!
//! Most servers tell a client when a key that it read changes ([`tracking`]): the next tick then comes at
//! once, and none before. Some are configured to tell more, which is used where it comes, but never requested
//! (see [`notifications`], and [`notification_check`] for how far):
//!
//! ```text
//! sub-keys        which records change: only these are read, nothing is rescanned
//! key events      that something changes: as tracking, where that is refused
//! ```

mod budget;
mod costs;
mod listen;
mod notification_check;
mod notifications;
mod rescan;
mod store_changes;
pub(crate) mod sub_keys;
mod tracking;
mod visible_rows;

use std::time::Instant;

use futures::FutureExt as _;
use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use self::budget::Budget;
use self::costs::Costs;
use self::listen::Listening;
use self::notification_check::Level;
use self::rescan::Rescan;
use self::store_changes::KnownStores;
use self::tracking::Tracking;
use self::visible_rows::VisibleRows;
use super::RedisStorage;
use crate::model::{
    ConnectionState, Error, ErrorKind, Interest, StoreName, WatchEvent, WatchSource,
};
use crate::storage::RedisTiming;

/// Limit on the events that wait for the receiver.
const ROOM: usize = 64;

impl RedisStorage {
    /// Watches in a task of its own, which ends when the stream is dropped.
    pub(super) fn watch(
        &self,
        store: Option<&StoreName>,
        interest: watch::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent> {
        let (told, noticed) = mpsc::channel(ROOM);
        let watcher = Watcher::new(self.clone(), store.cloned(), interest, told);
        let task = Task(tokio::spawn(watcher.run().boxed()));
        stream::unfold((noticed, task), |(mut noticed, task)| async move {
            let next = noticed.recv().await?;
            Some((next, (noticed, task)))
        })
        .boxed()
    }
}

/// The task, which ends with the stream that it feeds.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Watcher {
    storage: RedisStorage,
    store: Option<StoreName>,
    interest: watch::Receiver<Interest>,
    told: mpsc::Sender<WatchEvent>,
    /// State of the connection, which may end and come back between two looks.
    states: watch::Receiver<ConnectionState>,
    timing: RedisTiming,
    budget: Budget,
    costs: Costs,
    known: KnownStores,
    visible_rows: VisibleRows,
    rescan: Rescan,
    tracking: Tracking,
    listening: Listening,
    /// The source of changes, as last reported.
    source: Option<WatchSource>,
    /// Time at which the open store was last seen to change.
    changed: Option<Instant>,
    slow: Option<Instant>,
    /// Whether another store than the open one may have changed since its last read.
    stale: bool,
    /// The last request for a rescan.
    rescan_request: u32,
    /// The operation that the server refuses, in a few words.
    refused: Option<String>,
}

/// Why the watcher stops its current work.
enum Stop {
    /// The receiver is gone: the watcher ends.
    Gone,
    /// The watcher goes on after a pause.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Result of a step of the watcher.
type Step = std::result::Result<(), Stop>;

impl Watcher {
    fn new(
        storage: RedisStorage,
        store: Option<StoreName>,
        interest: watch::Receiver<Interest>,
        told: mpsc::Sender<WatchEvent>,
    ) -> Self {
        let timing = storage.options.timing.redis;
        let budget = Budget::new(storage.options.watch_budget, &timing);
        let states = storage.connections.state();
        Self {
            storage,
            store,
            interest,
            told,
            states,
            timing,
            budget,
            costs: Costs::default(),
            known: KnownStores::default(),
            visible_rows: VisibleRows::default(),
            rescan: Rescan::default(),
            tracking: Tracking::new(timing.reconnect),
            listening: Listening::default(),
            source: None,
            changed: None,
            slow: None,
            stale: false,
            rescan_request: 0,
            refused: None,
        }
    }

    async fn run(mut self) {
        loop {
            let error = match self.tick().await {
                Ok(()) => continue,
                Err(Stop::Gone) => return,
                Err(Stop::Failed(error)) => error,
            };
            crate::logs::debug!("watching: {error}");
            match error.kind {
                ErrorKind::Connection | ErrorKind::Timeout => {
                    if *self.states.borrow() == ConnectionState::Up {
                        // The server answers, but not now: a pause avoids eager tries.
                        tokio::time::sleep(self.timing.retry).await;
                    }
                    let up =
                        self.states.wait_for(|state| *state == ConnectionState::Up).await.is_ok();
                    if !up || self.start_over().await.is_err() {
                        return;
                    }
                }
                ErrorKind::Permission | ErrorKind::NotSupported => {
                    let why = error.problem;
                    let _ = self.tell(WatchEvent::Source(WatchSource::None { why })).await;
                    // Rights may come back, but not often.
                    self.source = None;
                    tokio::time::sleep(self.timing.retry * 5).await;
                }
                _ => tokio::time::sleep(self.timing.retry).await,
            }
        }
    }

    /// Starts over after a lost connection: all facts are old.
    async fn start_over(&mut self) -> Step {
        self.states.mark_unchanged();
        (self.known, self.visible_rows, self.rescan) =
            (KnownStores::default(), VisibleRows::default(), Rescan::default());
        (self.tracking, self.listening) =
            (Tracking::new(self.timing.reconnect), Listening::default());
        self.costs = Costs::default();
        self.tell(WatchEvent::Lagged).await
    }

    async fn tell(&self, event: WatchEvent) -> Step {
        self.told.send(event).await.map_err(|_| Stop::Gone)
    }

    /// One tick: reads what is due, then waits until the next.
    async fn tick(&mut self) -> Step {
        let start = Instant::now();
        if self.states.has_changed().unwrap_or(false)
            && *self.states.borrow() == ConnectionState::Up
        {
            self.start_over().await?;
        }
        // Stores and rows that have just become visible are read as well.
        self.stale |= self.looks_elsewhere();
        self.interest.mark_unchanged();
        self.track_keys().await;
        self.listen();
        self.tick_begins();
        let slow = self.slow.is_none_or(|last| start - last >= self.timing.slow_tick);
        self.stale = !slow && (self.stale || self.tracking.was_invalidated());
        for event in self.look_at_stores(slow).await? {
            self.tell(event).await?;
        }
        if slow {
            self.slow = Some(start);
            self.learn_costs().await;
        }
        let request = self.interest.borrow().rescan_request;
        if std::mem::replace(&mut self.rescan_request, request) != request {
            self.rescan.requested = true;
        }
        if let Some(store) = self.store.clone()
            && self.level() < Level::SubKeys
        {
            for event in self.look_at_rows(&store, slow).await? {
                self.tell(event).await?;
            }
        }
        self.until_next(start).await
    }

    /// Takes the server's messages, and walks and looks for keys as the budget allows, until the next tick is
    /// due.
    async fn until_next(&mut self, start: Instant) -> Step {
        loop {
            self.listen();
            self.tell_source().await?;
            let tick = start + self.interval();
            let due = self.next_step().filter(|due| *due < tick);
            if !self.sleep_until(due.unwrap_or(tick)).await {
                // Other work may be due now.
                continue;
            }
            if due.is_none() {
                return Ok(());
            }
            self.step().await?;
            if Instant::now() >= tick {
                return Ok(());
            }
        }
    }

    async fn tell_source(&mut self) -> Step {
        match self.source_now() {
            Some(source) => {
                self.source = Some(source.clone());
                self.tell(WatchEvent::Source(source)).await
            }
            None => Ok(()),
        }
    }

    /// The way of finding changes, if it differs from the one that was reported.
    fn source_now(&self) -> Option<WatchSource> {
        let level = self.level();
        let soonest = match level {
            _ if self.tracking.is_active() => self.timing.after_invalidation,
            Level::Events => self.timing.after_event,
            _ => self.timing.tick,
        };
        let within = match (&self.store, self.known.open_records()) {
            (Some(_), Some(records)) => self.budget.within(records).max(soonest),
            _ => soonest,
        };
        let now = match level {
            Level::SubKeys => WatchSource::SubKeys,
            _ if self.tracking.is_active() => WatchSource::Woken { by: "tracking", within },
            Level::Events => WatchSource::Woken { by: "key events", within },
            Level::Nothing => {
                WatchSource::Polling { within, why: self.refused.clone().unwrap_or_default() }
            }
        };
        let known = match (&self.source, &now) {
            (
                Some(WatchSource::Polling { within: before, why: told }),
                WatchSource::Polling { within, why },
            ) => told == why && !budget::is_other(*before, *within),
            (
                Some(WatchSource::Woken { within: before, .. }),
                WatchSource::Woken { within, .. },
            ) => !budget::is_other(*before, *within),
            (before, now) => before.as_ref() == Some(now),
        };
        (!known).then_some(now)
    }
}
