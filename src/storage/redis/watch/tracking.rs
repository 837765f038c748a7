//! Client tracking, which avoids reads while nothing changes.
//!
//! Before each tick reads its Redis keys, the server is asked to track them (see [`KeyTracker`]); it then
//! sends one invalidation for each that changes. So every change after a tick's reads is reported, and until
//! then no other tick is needed.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use fred::types::Value;

use super::super::connection::{ConnectionManager, KeyTracker};
use super::super::keys::{self, ID_TO_NAME, NAME_TO_ID, Part};
use super::Watcher;
use super::store_changes::MOST_STORES;
use crate::model::{Error, ErrorKind, Result};

/// The tracker's connection, and its reports.
pub(super) struct Tracking {
    state: State,
    /// Pause from a connection that could not be made, or a change that was missed, to the next try.
    reconnect: Duration,
    /// Whether an invalidation has come since the last tick began.
    invalidated: bool,
    /// Whether one had come, or might have, when that tick began.
    before: bool,
    last: Last,
}

/// Observation of the last tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Last {
    /// There was no tick while tracking.
    #[default]
    None,
    /// No change, or a change with an invalidation.
    Fine,
    /// A change without an invalidation so far.
    Doubtful,
}

#[derive(Default)]
enum State {
    #[default]
    Closed,
    Opening(JoinHandle<Result<KeyTracker>>),
    Active(KeyTracker),
    /// Closed until this time, if it is to be opened again.
    Away(Option<Instant>),
}

impl Drop for Tracking {
    fn drop(&mut self) {
        if let State::Opening(task) = &self.state {
            task.abort();
        }
    }
}

impl Tracking {
    pub(super) fn new(reconnect: Duration) -> Self {
        let (state, last) = (State::default(), Last::default());
        Self { state, reconnect, invalidated: false, before: false, last }
    }

    /// Whether it is still unknown if keys can be tracked.
    pub(super) fn is_undecided(&self) -> bool {
        matches!(self.state, State::Closed | State::Opening(_))
    }

    /// Whether every change sends an invalidation.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.state, State::Active(_))
    }

    /// Whether an invalidation has come since the last tick began.
    pub(super) fn has_invalidated(&self) -> bool {
        self.invalidated
    }

    /// Begins to open it, or takes it over once it is open.
    async fn open(&mut self, connections: &ConnectionManager) {
        match &mut self.state {
            // A node reports only its own keys.
            State::Closed if connections.cluster() => self.state = State::Away(None),
            State::Closed => {
                let connections = connections.clone();
                self.state =
                    State::Opening(tokio::spawn(async move { connections.key_tracker().await }));
            }
            State::Opening(task) if task.is_finished() => {
                self.state = match task.await {
                    Ok(Ok(tracker)) => State::Active(tracker),
                    Ok(Err(error)) => {
                        crate::logs::debug!("no tracking: {error}");
                        State::Away(self.again(&error))
                    }
                    Err(_) => State::Away(None),
                };
            }
            State::Away(Some(again)) if *again <= Instant::now() => self.state = State::Closed,
            State::Opening(_) | State::Active(_) | State::Away(_) => {}
        }
    }

    fn give_up(&mut self, why: &str, again: Option<Instant>) {
        crate::logs::debug!("no tracking any more: {why}");
        *self = Self { state: State::Away(again), ..Self::new(self.reconnect) };
    }

    /// Waits for an invalidation, if none has come.
    pub(super) async fn invalidated(&mut self) {
        let State::Active(tracker) = &mut self.state else { return std::future::pending().await };
        if self.invalidated {
            return std::future::pending().await;
        }
        match tracker.invalidated().await {
            Ok(()) => self.invalidated = true,
            Err(error) => self.give_up(&error.problem, self.again(&error)),
        }
    }

    /// Time of the next try after this error: a refusal is final.
    fn again(&self, error: &Error) -> Option<Instant> {
        let passes = matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout);
        passes.then(|| Instant::now() + self.reconnect)
    }

    /// Whether the tick under way follows an invalidation.
    pub(super) fn was_invalidated(&self) -> bool {
        self.before
    }

    /// Records the tick's observation: whether the store had moved since the tick before.
    pub(super) fn looked(&mut self, moved: bool) {
        let State::Active(tracker) = &mut self.state else { return };
        self.invalidated |= tracker.has_invalidated();
        let silent = moved && !self.before && !self.invalidated;
        self.last = if silent { Last::Doubtful } else { Last::Fine };
    }
}

impl Watcher {
    /// Tracks the keys that the tick will read, before it reads them.
    pub(super) async fn track_keys(&mut self) {
        self.tracking.open(&self.storage.connections).await;
        let indexes = [NAME_TO_ID, ID_TO_NAME].map(Value::from);
        let mut keys = if self.known.hidden { Vec::new() } else { indexes.to_vec() };
        if let Some(store) = &self.store {
            let parts = [Part::Metadata, Part::MetadataItems, Part::Items];
            keys.extend(parts.map(|part| keys::key(store, part)));
        }
        for store in self.interest.borrow().stores.iter().take(MOST_STORES) {
            keys.extend([Part::Metadata, Part::MetadataItems].map(|part| keys::key(store, part)));
        }
        if keys.is_empty() {
            return;
        }
        let tracking = &mut self.tracking;
        let State::Active(tracker) = &mut tracking.state else { return };
        if let Err(error) = tracker.track(keys).await {
            return tracking.give_up(&error.problem, tracking.again(&error));
        }
        // All invalidations of previously tracked keys have come with the answer.
        tracking.invalidated |= tracker.has_invalidated();
        if tracking.last == Last::Doubtful && !tracking.invalidated {
            return tracking
                .give_up("it did not tell of a change", Some(Instant::now() + tracking.reconnect));
        }
        tracking.before = std::mem::take(&mut tracking.invalidated);
        if tracking.last == Last::None {
            // Changes before the first tracking sent no invalidation.
            (tracking.before, tracking.last) = (true, Last::Fine);
        }
    }
}
