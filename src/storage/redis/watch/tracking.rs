//! Being woken by the server, so that nothing is looked at where nothing changes.
//!
//! Before each tick reads what it looks at, the server is asked to remember these Redis keys (see
//! [`KeyTracker`]); it then rings once for each that changes. So every change after a tick's reading rings, and
//! until then there need be no other tick.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use fred::types::Value;

use super::super::connection::{ConnectionManager, KeyTracker};
use super::super::keys::{self, ID_TO_NAME, NAME_TO_ID, Part};
use super::Watcher;
use super::store_changes::MOST_STORES;
use crate::model::{Error, ErrorKind, Result};

/// When the bell rings, the next tick comes so soon after the last.
pub(super) const AFTER_INVALIDATION: Duration = Duration::from_millis(100);
/// While the bell is silent, one looks only to make sure: a server that is emptied as a whole does
/// not ring.
pub(super) const SILENT: Duration = Duration::from_secs(10);
/// After there was no connection for it, or it did not tell of a change where it should have.
const LATER: Duration = Duration::from_secs(30);

/// The bell, and what it told.
#[derive(Default)]
pub(super) struct Tracking {
    state: State,
    /// Whether it has rung since the last tick began.
    invalidated: bool,
    /// Whether it had rung when that began, or might have.
    before: bool,
    last: Last,
}

/// What the last tick saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Last {
    /// There was none with the bell armed.
    #[default]
    None,
    /// Nothing, or something that it had rung for.
    Fine,
    /// A change for which it had not rung yet.
    Doubtful,
}

#[derive(Default)]
enum State {
    #[default]
    Closed,
    Opening(JoinHandle<Result<KeyTracker>>),
    Active(KeyTracker),
    /// To be opened again at this time, if ever.
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
    /// Whether it is not known yet if there is a bell.
    pub(super) fn is_undecided(&self) -> bool {
        matches!(self.state, State::Closed | State::Opening(_))
    }

    /// Whether every change rings.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.state, State::Active(_))
    }

    /// Whether it has rung since the last tick began.
    pub(super) fn has_invalidated(&self) -> bool {
        self.invalidated
    }

    /// Begins to open it, or takes it once that is done.
    async fn open(&mut self, connections: &ConnectionManager) {
        match &mut self.state {
            // A node tells only of what it has itself.
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
                        log::debug!("no tracking: {error}");
                        State::Away(again(&error))
                    }
                    Err(_) => State::Away(None),
                };
            }
            State::Away(Some(again)) if *again <= Instant::now() => self.state = State::Closed,
            State::Opening(_) | State::Active(_) | State::Away(_) => {}
        }
    }

    fn give_up(&mut self, why: &str, again: Option<Instant>) {
        log::debug!("no tracking any more: {why}");
        *self = Self { state: State::Away(again), ..Self::default() };
    }

    /// Waits until it rings, if it has not.
    pub(super) async fn invalidated(&mut self) {
        let State::Active(tracker) = &mut self.state else { return std::future::pending().await };
        if self.invalidated {
            return std::future::pending().await;
        }
        match tracker.invalidated().await {
            Ok(()) => self.invalidated = true,
            Err(error) => self.give_up(&error.problem, again(&error)),
        }
    }

    /// Whether the tick under way was rung for.
    pub(super) fn was_invalidated(&self) -> bool {
        self.before
    }

    /// The tick has looked: whether the store had moved since the tick before.
    pub(super) fn looked(&mut self, moved: bool) {
        let State::Active(tracker) = &mut self.state else { return };
        self.invalidated |= tracker.has_invalidated();
        let silent = moved && !self.before && !self.invalidated;
        self.last = if silent { Last::Doubtful } else { Last::Fine };
    }
}

/// When to try again after this: what is refused stays refused.
fn again(error: &Error) -> Option<Instant> {
    let passes = matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout);
    passes.then(|| Instant::now() + LATER)
}

impl Watcher {
    /// Whatever changes from now on is to ring, before it is looked at.
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
            return tracking.give_up(&error.problem, again(&error));
        }
        // All that rang for what was armed before has come with the answer.
        tracking.invalidated |= tracker.has_invalidated();
        if tracking.last == Last::Doubtful && !tracking.invalidated {
            return tracking.give_up("it did not tell of a change", Some(Instant::now() + LATER));
        }
        tracking.before = std::mem::take(&mut tracking.invalidated);
        if tracking.last == Last::None {
            // What changed before the first time did not ring.
            (tracking.before, tracking.last) = (true, Last::Fine);
        }
    }
}
