//! The watch thread: reads changed records, recounts changed stores, reports both.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::debounce::{self, Reported};
use super::inbox::{ChangeBatch, Span};
use super::native::{Native, StoreChanges};
use super::poll::Poller;
use super::recount::RecountSchedule;
use super::{HubState, stat};
use crate::model::{
    ErrorKind, Key, RecordMeta, Result, StoreName, Timestamp, WatchEvent, WatchSource,
};
use crate::storage::DirectoryTiming;
use crate::storage::directory::find::{Reach, keys_of_entry};
use crate::storage::directory::folder::Folder;
use crate::storage::directory::record;
use crate::storage::directory::store_info::of_store;

/// Limit on the records of one event.
const MOST: usize = 1000;

/// Granularity of the clocks of file systems, in microseconds. A store whose directory changed this shortly
/// before the first look may have changed after the listener came.
const TICK: i64 = 50_000;

/// Source of changes.
pub(super) enum Source {
    /// The platform's notifications.
    Files(Native),
    /// Polling.
    Polling {
        poller: Poller,
        /// Why there is nothing better.
        why: String,
    },
}

/// State of the watch thread.
pub(super) struct Worker {
    shared: Arc<HubState>,
    timing: DirectoryTiming,
    source: Source,
    recounts: RecountSchedule,
    reported: Reported,
    /// Values that are still being written, and the time of the next look at each.
    unsettled: HashMap<(StoreName, Vec<u8>), (Span, Instant)>,
    /// Time of the last batch.
    last: Option<Instant>,
    /// Time of the next look at the directories.
    next: Instant,
    within: Duration,
    behind: bool,
    began: Timestamp,
    fresh: bool,
}

/// Ends all streams if the thread panics, so that nobody waits for it.
struct PanicGuard(Arc<HubState>);

impl Drop for PanicGuard {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut listeners = self.0.listeners();
            listeners.source = None;
            listeners.list.clear();
        }
    }
}

impl Worker {
    pub(super) fn new(shared: Arc<HubState>, source: Source) -> Self {
        let timing = shared.timing;
        Self {
            shared,
            timing,
            source,
            recounts: RecountSchedule::new(timing),
            reported: Reported::default(),
            unsettled: HashMap::new(),
            last: None,
            next: Instant::now(),
            within: timing.between_polls,
            behind: false,
            began: Timestamp::now(),
            fresh: true,
        }
    }

    /// Works until nobody listens.
    pub(super) fn run(mut self) {
        let _guard = PanicGuard(self.shared.clone());
        self.rescan(&ChangeBatch::default());
        self.fresh = false;
        while !self.shared.ends() {
            if let Some(batch) = self.shared.inbox.wait(self.last, Some(self.deadline())) {
                self.last = Some(Instant::now());
                self.reported.tidy(Instant::now(), &self.timing);
                self.handle(batch);
            }
            self.step();
        }
    }

    /// Time of the next work that is due without a change.
    fn deadline(&self) -> Instant {
        let unsettled = self.unsettled.values().map(|(_, at)| *at).min();
        let behind = self.behind.then(|| Instant::now() + self.timing.retry);
        unsettled.into_iter().chain(self.recounts.due()).chain(behind).fold(self.next, Instant::min)
    }

    /// Reports the changes of a batch.
    fn handle(&mut self, batch: ChangeBatch) {
        if let Some(why) = &batch.failed {
            self.poll_instead(why.clone());
        }
        if batch.directories && matches!(self.source, Source::Files(_)) {
            self.rescan(&batch);
        }
        if batch.missed {
            self.reported.clear();
            self.unsettled.clear();
            self.shared.tell(&WatchEvent::Lagged);
        }
        let now = Instant::now();
        for (store, touched) in batch.stores {
            self.recounts.mark(&store, touched.records, now);
            self.read(&store, touched.values);
        }
    }

    /// Does the work that is due by now.
    fn step(&mut self) {
        let now = Instant::now();
        let unknown = match &self.source {
            Source::Files(_) => false,
            Source::Polling { poller, .. } => {
                !poller.knows(&self.shared.inbox.note(|pending| pending.followed()))
            }
        };
        if unknown || self.next <= now {
            self.rescan(&ChangeBatch::default());
        }
        let mut due: HashMap<StoreName, HashMap<Vec<u8>, Span>> = HashMap::new();
        self.unsettled.retain(|(store, value), (span, at)| {
            let waits = *at > now;
            if !waits {
                due.entry(store.clone()).or_default().insert(value.clone(), *span);
            }
            waits
        });
        for (store, values) in due {
            self.read(&store, values);
        }
        if let Some(store) = self.recounts.next(now) {
            self.count(&store);
        }
        self.behind = self.shared.catch_up();
    }

    /// Compares the directories with the known ones.
    fn rescan(&mut self, batch: &ChangeBatch) {
        let start = Instant::now();
        let changes = match &mut self.source {
            Source::Files(native) => match native.arrange(&batch.gone, batch.missed) {
                Ok(changes) => changes,
                Err(why) => {
                    self.poll_instead(why);
                    return;
                }
            },
            Source::Polling { poller, .. } => poller.poll(&self.shared.inbox, start),
        };
        let end = Instant::now();
        let pause = Poller::pause(end - start, self.timing.between_polls);
        self.next = match &self.source {
            Source::Files(_) => end + self.timing.between_checks.max(pause),
            Source::Polling { .. } => end + pause,
        };
        self.announce(pause);
        self.report_stores(changes);
    }

    fn report_stores(&mut self, stores: StoreChanges) {
        for store in stores.removed {
            self.recounts.forget(&store);
            self.unsettled.retain(|(of, _), _| *of != store);
            if stores.added.iter().any(|(added, _)| *added == store) {
                // Its directory was replaced, as in a purge that sets records aside.
                self.shared.tell_of(&store, &WatchEvent::Lagged);
            } else {
                self.shared.tell(&WatchEvent::StoreGone(store));
            }
        }
        let now = Instant::now();
        let followed = self.shared.inbox.note(|pending| pending.followed());
        for (store, stamp) in stores.added {
            let changed = stamp.modified.0.saturating_mul(1_000_000) + stamp.modified.1 / 1000;
            let new = !self.fresh;
            let changed = changed >= self.began.micros() - TICK;
            if new || changed {
                self.recounts.mark(&store, true, now);
            }
            if !matches!(self.source, Source::Files(_)) || !followed.contains(&store) {
                continue;
            }
            // Files that were written before it was watched are unknown.
            if new {
                self.note_all(&store, now);
            } else if changed {
                self.shared.tell_of(&store, &WatchEvent::Lagged);
            }
        }
    }

    /// Records every file of a store as changed.
    fn note_all(&self, store: &StoreName, now: Instant) {
        let Ok(Some(folder)) = self.shared.root.store(store) else { return };
        let mut names = Vec::new();
        // A file that is not read here is found when it changes, or is gone.
        let _ = stat::names(&folder, |name, _, _| names.push(name.to_vec()));
        self.shared.inbox.note(|pending| {
            for name in names {
                pending.file(store, &name, now);
            }
        });
    }

    /// Changes to polling.
    fn poll_instead(&mut self, why: String) {
        let poller = Poller::new(self.shared.root.clone());
        self.source = Source::Polling { poller, why };
        self.next = Instant::now();
        self.fresh = true;
        self.say_source();
        self.rescan(&ChangeBatch::default());
        self.fresh = false;
        // Changes between the notifications and the polling are unknown.
        self.shared.tell(&WatchEvent::Lagged);
    }

    /// Reports the largest delay of polling, where it has changed much.
    fn announce(&mut self, pause: Duration) {
        if matches!(self.source, Source::Files(_)) {
            return;
        }
        let mut within = self.timing.between_polls;
        while within < pause {
            within *= 2;
        }
        if within > self.within || within * 4 <= self.within {
            self.within = within;
            self.say_source();
        }
    }

    fn say_source(&self) {
        let source = match &self.source {
            Source::Files(_) => WatchSource::Files,
            Source::Polling { why, .. } => {
                WatchSource::Polling { within: self.within, why: why.clone() }
            }
        };
        self.shared.listeners().source = Some(source.clone());
        self.shared.tell(&WatchEvent::Source(source));
    }

    /// Reads records anew, and reports the settled ones.
    fn read(&mut self, store: &StoreName, values: HashMap<Vec<u8>, Span>) {
        // Records of a removed store are not reported.
        let Ok(Some(folder)) = self.shared.root.store(store) else { return };
        let (mut set, mut removed) = (Vec::new(), Vec::new());
        for (value, span) in values {
            let stamps = stat::stamps(&folder, &value);
            let slot = (store.clone(), value);
            let span = match self.unsettled.remove(&slot) {
                Some((before, _)) => Span { first: before.first.min(span.first), ..span },
                None => span,
            };
            if self.reported.has(&slot, stamps) {
                continue;
            }
            let Ok((found, absent)) = changed(&folder, &slot.1) else {
                self.shared.tell_of(store, &WatchEvent::Lagged);
                return;
            };
            let now = Instant::now();
            if let Some(again) = debounce::again(found.first(), span, now, &self.timing) {
                self.unsettled.insert(slot, (span, again));
                continue;
            }
            self.reported.add(slot, stamps, now);
            set.extend(found);
            removed.extend(absent);
            if set.len() + removed.len() >= MOST {
                let (set, removed) = (std::mem::take(&mut set), std::mem::take(&mut removed));
                self.shared.tell_of(store, &WatchEvent::Records { set, removed });
            }
        }
        if !set.is_empty() || !removed.is_empty() {
            self.shared.tell_of(store, &WatchEvent::Records { set, removed });
        }
    }

    /// Counts a store again, and reports the result.
    fn count(&mut self, store: &StoreName) {
        let start = Instant::now();
        let counted = of_store(&self.shared.root, store);
        self.recounts.counted(store, start, Instant::now());
        match counted {
            Ok(info) => self.shared.tell(&WatchEvent::Store(info)),
            // The look at the directories reports that it is gone.
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => crate::logs::debug!("{store} cannot be counted: {error}"),
        }
    }
}

/// The present records of the keys that a changed file may belong to, and the keys that have none.
fn changed(folder: &Folder, name: &[u8]) -> Result<(Vec<RecordMeta>, Vec<Key>)> {
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    for key in keys_of_entry(folder, name)? {
        let meta = match record::meta_of_key(folder, &key, Reach::Near) {
            // Several files are the record, each listed under its own name.
            Err(error) if error.kind == ErrorKind::Damaged => None,
            meta => meta?,
        };
        match meta {
            Some(meta) if meta.key == key => found.push(meta),
            // Found by the file's name, and reported under its key.
            Some(_) | None => absent.push(key),
        }
    }
    Ok((found, absent))
}
