//! The server's notifications of one store, collected until the watcher takes them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt as _;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::super::connection::{ConnectionManager, Message, Subscription};
use super::super::keys::{self, Part};
use super::notification_check::Counts;
use super::sub_keys;
use crate::model::{ErrorKind, Key, StoreName};

/// Number of key events a second above which ticks cost the server less.
const MOST_EVENTS: u32 = 200;
/// Time over which these are counted.
const SPAN: Duration = Duration::from_secs(2);
/// Limit on the records that wait to be read; beyond it, a rescan is cheaper.
const MOST_CHANGED: usize = 50_000;

/// A subscription in a task of its own, over a connection of its own; both end when this is dropped.
#[derive(Debug)]
pub(super) struct Notifications {
    shared: Arc<SharedInbox>,
    task: JoinHandle<()>,
}

/// Why no more messages come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndReason {
    /// This user may not subscribe.
    Forbidden,
    /// No connection could be made.
    Unreachable,
    /// The connection has ended, or some messages were lost.
    Lost,
    /// The messages cost more than ticks would.
    TooMuch,
}

#[derive(Debug, Default)]
struct SharedInbox {
    inbox: Mutex<Inbox>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Inbox {
    counts: Counts,
    changed: HashSet<Key>,
    /// Time at which the first of them was named.
    since: Option<Instant>,
    /// Whether the channels are subscribed to.
    open: bool,
    ended: Option<EndReason>,
    /// Whether an event has come since the watcher's last look.
    event: bool,
}

impl Drop for Notifications {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Notifications {
    /// Subscribes to named records; with `events`, also to key events.
    pub(super) fn open(connections: ConnectionManager, store: StoreName, events: bool) -> Self {
        let shared = Arc::<SharedInbox>::default();
        let task = tokio::spawn(listen(connections, store, events, Arc::clone(&shared)).boxed());
        Self { shared, task }
    }

    /// The messages that have come by now, and why there will be no more.
    pub(super) fn received(&self) -> (Counts, Option<EndReason>) {
        let inbox = self.shared.inbox();
        (inbox.counts, inbox.ended)
    }

    /// Whether anything has happened since [`tick_begins`](Self::tick_begins).
    pub(super) fn has_event(&self) -> bool {
        self.shared.inbox().event
    }

    /// Records that a tick is about to read the present state. Returns whether messages about later changes
    /// will be received.
    pub(super) fn tick_begins(&self) -> bool {
        let mut inbox = self.shared.inbox();
        inbox.event = false;
        inbox.open
    }

    /// Time at which the first record was named that has not been taken.
    pub(super) fn since(&self) -> Option<Instant> {
        self.shared.inbox().since
    }

    /// The records that were named since the last call.
    pub(super) fn take(&self) -> Vec<Key> {
        let mut inbox = self.shared.inbox();
        inbox.since = None;
        inbox.changed.drain().collect()
    }

    /// Waits for the first event, the first named record, or the end of the subscription.
    pub(super) async fn news(&self) {
        self.shared.news.notified().await;
    }
}

impl SharedInbox {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Updates the inbox; wakes the watcher if that is news.
    fn put(&self, put: impl FnOnce(&mut Inbox) -> bool) {
        if put(&mut self.inbox()) {
            self.news.notify_one();
        }
    }

    fn note_event(&self) {
        self.put(|inbox| {
            inbox.counts.events += 1;
            !std::mem::replace(&mut inbox.event, true)
        });
    }
}

async fn listen(
    connections: ConnectionManager,
    store: StoreName,
    events: bool,
    shared: Arc<SharedInbox>,
) {
    let channels = Channels::of(&store, connections.database());
    let opened = connections.subscribe(channels.all(events)).await;
    let ended = match opened {
        Ok(subscription) => {
            shared.inbox().open = true;
            collect(subscription, &channels, &shared).await
        }
        Err(error) => {
            crate::logs::debug!("listening: {error}");
            match error.kind {
                ErrorKind::Permission | ErrorKind::NotSupported => EndReason::Forbidden,
                _ => EndReason::Unreachable,
            }
        }
    };
    shared.put(|inbox| inbox.ended.replace(ended).is_none());
}

/// Collects messages until no more can come; returns the reason. The connection ends with it.
async fn collect(
    mut subscription: Subscription,
    channels: &Channels,
    shared: &SharedInbox,
) -> EndReason {
    let mut named = false;
    let (mut begun, mut events) = (Instant::now(), 0);
    loop {
        match subscription.next().await {
            Ok(Message::KeyEvent) => {
                shared.note_event();
                if begun.elapsed() > SPAN {
                    (begun, events) = (Instant::now(), 0);
                }
                events += 1;
                if !named && events > MOST_EVENTS * SPAN.as_secs() as u32 {
                    return EndReason::TooMuch;
                }
            }
            Ok(Message::Published { channel, message }) => {
                if !channels.take(&channel, &message, shared) {
                    continue;
                }
                if !std::mem::replace(&mut named, true) {
                    // The named records say all that the events do.
                    subscription.unsubscribe(channels.events.clone());
                }
                if shared.inbox().changed.len() > MOST_CHANGED {
                    return EndReason::Lost;
                }
            }
            Ok(Message::Lagged) => return EndReason::Lost,
            Err(error) => {
                crate::logs::debug!("listening: {error}");
                return EndReason::Lost;
            }
        }
    }
}

/// The channels of one store. Every write of a crawl changes `metadata_items`, so the events of that key are
/// enough.
struct Channels {
    events: Bytes,
    metadata: Bytes,
    values: Bytes,
}

impl Channels {
    fn of(store: &StoreName, database: u32) -> Self {
        Self {
            events: keys::key_events(store, Part::MetadataItems, database),
            metadata: keys::sub_keys(store, Part::MetadataItems, database),
            values: keys::sub_keys(store, Part::Items, database),
        }
    }

    fn all(&self, events: bool) -> Vec<Bytes> {
        let mut all = vec![self.metadata.clone(), self.values.clone()];
        all.extend(events.then(|| self.events.clone()));
        all
    }

    /// Takes a message; returns whether it names records.
    fn take(&self, channel: &Bytes, message: &Bytes, shared: &SharedInbox) -> bool {
        if *channel == self.events {
            // fred takes events of databases above 255 for ordinary messages.
            shared.note_event();
            return false;
        }
        let known = *channel == self.metadata || *channel == self.values;
        let Some(parsed) = sub_keys::parse(message).filter(|_| known) else {
            crate::logs::debug!("listening: a message that says nothing");
            return false;
        };
        shared.put(|inbox| {
            let counts = &mut inbox.counts;
            counts.sub_keys += 1;
            if *channel == self.metadata {
                let named = parsed.keys.len() as u64;
                *(if parsed.removed { &mut counts.removed } else { &mut counts.set }) += named;
            }
            inbox.changed.extend(parsed.keys);
            let first = inbox.since.is_none();
            inbox.since.get_or_insert_with(Instant::now);
            first
        });
        true
    }
}
