//! Subscribes to the server's notifications, and acts on them.

use std::time::{Duration, Instant};

use super::super::keys::Part;
use super::super::read::hash_command;
use super::super::reply;
use super::super::scan::push_record;
use super::Watcher;
use super::notification_check::{Level, NotificationCheck};
use super::notifications::{EndReason, Notifications};
use super::visible_rows::BATCH;
use crate::model::{Key, KeyPage, RecordMeta, RecordState, Result, StoreName, WatchEvent};

/// The subscription, and the trust in it.
#[derive(Debug, Default)]
pub(super) struct Listening {
    notifications: Option<Notifications>,
    pub(super) check: NotificationCheck,
    again: Again,
    /// The last pause after messages that did not account for a change.
    doubted: Duration,
}

/// Time of the next subscription.
#[derive(Debug, Clone, Copy, Default)]
enum Again {
    #[default]
    Now,
    At(Instant),
    WhenQuiet,
    Never,
}

impl Watcher {
    /// The trust in the server's messages.
    pub(super) fn level(&self) -> Level {
        self.listening.check.level()
    }

    /// Takes the messages that came; subscribes, or gives the subscription up.
    pub(super) fn listen(&mut self) {
        let now = Instant::now();
        let Some(store) = &self.store else { return };
        if self.tracking.is_undecided() {
            // The needed channels depend on whether there is tracking.
            return;
        }
        let quiet =
            self.changed.is_none_or(|at| now.saturating_duration_since(at) > self.timing.quiet);
        let Some(notifications) = &self.listening.notifications else {
            let due = match self.listening.again {
                Again::Now => true,
                Again::At(at) => at <= now,
                Again::WhenQuiet => quiet,
                Again::Never => false,
            };
            // The nodes of a cluster report only their own keys, and fred accepts only text as the name of a
            // channel.
            if due && !self.storage.connections.cluster() && store.as_str().is_some() {
                self.listening.check = NotificationCheck::default();
                let events = !self.tracking.is_active();
                let connections = self.storage.connections.clone();
                self.listening.notifications =
                    Some(Notifications::open(connections, store.clone(), events));
            }
            return;
        };
        let (received, ended) = notifications.received();
        let check = &mut self.listening.check;
        if check.record(received) {
            crate::logs::debug!("listening: {:?} are told", check.level());
            if check.level() == Level::SubKeys {
                // Changes before the first message were not reported.
                self.request_rescan();
            }
        }
        let again = match ended {
            Some(EndReason::Forbidden) => Again::Never,
            Some(EndReason::Unreachable) => Again::At(now + self.timing.reconnect),
            Some(EndReason::Lost) => Again::At(now + self.timing.resubscribe),
            Some(EndReason::TooMuch) => Again::WhenQuiet,
            None if self.listening.check.holds(now, self.timing.grace) => return,
            None => {
                let (first, longest) = (self.timing.first_doubt, self.timing.longest_doubt);
                self.listening.doubted = (self.listening.doubted * 2).clamp(first, longest);
                Again::At(now + self.listening.doubted)
            }
        };
        self.stop_listening(again, now);
    }

    fn stop_listening(&mut self, again: Again, now: Instant) {
        crate::logs::debug!("listening no longer, again: {again:?}");
        if self.level() == Level::SubKeys {
            // Changes without a message are found by ticks, and by a rescan that begins now.
            self.changed = Some(now);
            self.request_rescan();
        }
        self.listening.notifications = None;
        self.listening.again = again;
        self.listening.check = NotificationCheck::default();
    }

    /// Time between two ticks.
    pub(super) fn interval(&self) -> Duration {
        let timing = &self.timing;
        let since = self.changed.map_or(Duration::MAX, |at| at.elapsed());
        if self.tracking.is_active() {
            // The open value is read a last time, one slow tick later.
            let calm =
                since > timing.linger + timing.slow_tick && !self.stale && !self.looks_elsewhere();
            return match self.tracking.has_invalidated() {
                true => timing.after_invalidation,
                false if calm => timing.silent_tick,
                false => timing.tick,
            };
        }
        let notifications =
            self.listening.notifications.as_ref().filter(|_| self.level() == Level::Events);
        let moving = since < timing.linger;
        match notifications {
            Some(notifications) if notifications.has_event() => timing.after_event,
            Some(_) if !moving && !self.looks_elsewhere() => timing.slow_tick,
            _ => timing.tick,
        }
    }

    /// Whether the screen shows other stores or rows than at the last tick.
    pub(super) fn looks_elsewhere(&self) -> bool {
        self.interest.has_changed().unwrap_or(true)
    }

    /// Begins a tick.
    pub(super) fn tick_begins(&mut self) {
        if self.listening.notifications.as_ref().is_some_and(Notifications::tick_begins) {
            self.listening.check.tick_begins();
        }
    }

    /// Sleeps; ends early, with `false`, if a message comes or something else becomes visible.
    pub(super) async fn sleep_until(&mut self, at: Instant) -> bool {
        let news = async {
            match &self.listening.notifications {
                Some(notifications) => notifications.news().await,
                None => std::future::pending().await,
            }
        };
        // The watcher's own receiver handles the change at the next tick.
        let (mut interest, known) = (self.interest.clone(), self.looks_elsewhere());
        tokio::select! {
            biased;
            () = tokio::time::sleep_until(at.into()) => true,
            () = news => false,
            () = self.tracking.invalidated() => false,
            Ok(()) = interest.changed(), if !known => false,
        }
    }

    /// Time at which the named records are to be read.
    pub(super) fn named_due(&self) -> Option<Instant> {
        let notifications =
            self.listening.notifications.as_ref().filter(|_| self.level() == Level::SubKeys)?;
        Some((notifications.since()? + self.timing.gather).max(self.budget.next_named))
    }

    /// Reads the records that were named.
    pub(super) async fn look_at_named(&mut self, store: &StoreName) -> Result<Vec<WatchEvent>> {
        let Some(notifications) = &self.listening.notifications else { return Ok(Vec::new()) };
        let (keys, start) = (notifications.take(), Instant::now());
        let told = self.read_named(store, &keys).await;
        let now = Instant::now();
        if told.is_err() {
            // These records will not be named again.
            self.stop_listening(Again::At(now + self.timing.reconnect), now);
        }
        self.budget.read_named(keys.len(), now - start, now);
        told
    }

    async fn read_named(&self, store: &StoreName, keys: &[Key]) -> Result<Vec<WatchEvent>> {
        let mut told = Vec::new();
        for batch in keys.chunks(BATCH) {
            let (mut page, mut without) = (KeyPage::default(), Vec::new());
            for (key, raw) in batch.iter().zip(self.metadata_of(store, batch).await?) {
                match raw {
                    Some(raw) => push_record(&mut page, key.as_bytes(), &raw),
                    None => without.push(key.clone()),
                }
            }
            self.storage.measure(store, &mut page).await?;
            let mut set: Vec<RecordMeta> = page.iter().map(|row| row.to_meta()).collect();
            let removed = self.without_metadata(store, without, &mut set).await?;
            told.push(WatchEvent::Records { set, removed });
        }
        Ok(told)
    }

    /// Searches for values without metadata, which are records too; returns the keys of which nothing is
    /// left.
    pub(super) async fn without_metadata(
        &self,
        store: &StoreName,
        keys: Vec<Key>,
        set: &mut Vec<RecordMeta>,
    ) -> Result<Vec<Key>> {
        let commands = keys.iter().flat_map(|key| {
            ["HEXISTS", "HSTRLEN"].map(|name| hash_command(name, store, Part::Items, key))
        });
        let mut replies =
            self.storage.connections.pipeline_bulk(commands.collect()).await?.into_iter();
        let mut removed = Vec::new();
        for key in keys {
            let there = reply::integer(&reply::next(&mut replies)?)?;
            let size = reply::integer(&reply::next(&mut replies)?)?;
            if there == 0 {
                removed.push(key);
            } else {
                let state = RecordState::NoMetadata;
                set.push(RecordMeta { key, size, state, ..RecordMeta::default() });
            }
        }
        Ok(removed)
    }
}
