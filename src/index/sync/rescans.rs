//! Rescans of a store: their events that have not been compared, and whether another one is needed.

use crate::index::{Change, RescanState, ScanEvent};
use crate::model::Key;

/// Limit on the events that wait to be compared; beyond it, the rescan does not count.
const MOST_EVENTS: usize = 4096;

/// Limit on the events that are compared at a time, so that the loop handles the result quickly. It is small
/// in tests, so that they reach it.
const MOST_COMPARED: usize = if cfg!(test) { 3 } else { 32 };

/// Rescans of one store.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
pub(super) struct Rescans {
    /// Events to be compared, in order.
    queue: Vec<ScanEvent>,
    /// Number of events before the first change that is not applied. Only these may be compared: an index
    /// that lacks an older change would hide a difference.
    fence: Option<usize>,
    /// Whether earlier events were dropped: keys are not gone for not having been seen.
    incomplete: bool,
    /// Keys seen in the current rescan; shared with the thread that compares.
    pub(super) state: RescanState,
    /// Whether a rescan is between its start and its end.
    running: bool,
    /// Whether a rescan has ended whose count has not been checked.
    pub(super) finished: bool,
    /// Whether another rescan is needed. It is requested only while none is running: the watcher may take the
    /// end of the current one for the answer.
    wanted: bool,
    /// Number of requests so far.
    pub(super) requests: u32,
    /// Number of rescans that may still be requested because index and count disagree.
    pub(super) attempts: u32,
}

impl Rescans {
    /// Adds an event, to be compared when the walk under way has ended.
    pub(super) fn push(&mut self, event: ScanEvent, walking: bool) {
        match &event {
            ScanEvent::Started => self.running = true,
            ScanEvent::Finished => self.running = false,
            _ => {}
        }
        if self.queue.len() >= MOST_EVENTS {
            self.drop_events();
            self.wanted = true;
            return;
        }
        self.finished |= matches!(event, ScanEvent::Finished);
        let begins = matches!(event, ScanEvent::Started);
        self.queue.push(event);
        if begins && walking {
            // A key that the walk sees later than the rescan is not gone; the count shows what is.
            self.queue.push(ScanEvent::Incomplete);
        }
    }

    /// Records changes that are newer than all events so far, and have to be applied before later events.
    pub(super) fn told(&mut self, changes: &[Change]) {
        self.fence.get_or_insert(self.queue.len());
        if !self.running && self.queue.is_empty() {
            return;
        }
        let (mut set, mut removed) = (Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Set(meta) => set.push(meta.key.clone()),
                Change::Remove(key) => removed.push(key.clone()),
            }
        }
        self.queue.extend([ScanEvent::Told(set), ScanEvent::Gone(removed)]);
    }

    /// Number of events that may be compared now.
    pub(super) fn ready(&self) -> usize {
        self.fence.unwrap_or(self.queue.len()).min(MOST_COMPARED)
    }

    /// Takes the events that may be compared.
    pub(super) fn take(&mut self) -> Vec<ScanEvent> {
        let ready = self.ready();
        let rest = self.queue.split_off(ready);
        self.fence = self.fence.map(|fence| fence - ready);
        let mut events = std::mem::replace(&mut self.queue, rest);
        if std::mem::take(&mut self.incomplete) {
            events.insert(0, ScanEvent::Incomplete);
        }
        events
    }

    /// Keys of changes that were reported after the events that were taken, and before those that are left.
    pub(super) fn told_since(&self) -> impl Iterator<Item = &Key> {
        self.queue.iter().flat_map(|event| match event {
            ScanEvent::Told(keys) | ScanEvent::Gone(keys) => keys.as_slice(),
            _ => &[],
        })
    }

    /// Records that all known changes are being applied.
    pub(super) fn applying(&mut self) {
        self.fence = None;
    }

    /// Records that changes from before all events are still to be applied.
    pub(super) fn apply_first(&mut self) {
        self.fence = Some(0);
    }

    /// Whether there is nothing to compare.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether a rescan is under way.
    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// Gives up the rescan under way, which never ends: changes were lost, or the watcher was replaced.
    pub(super) fn interrupt(&mut self) {
        self.running = false;
        self.drop_events();
    }

    /// Drops the events that have not been compared; returns whether pages or the end of a rescan were among
    /// them.
    pub(super) fn drop_events(&mut self) -> bool {
        let pages = |event: &ScanEvent| matches!(event, ScanEvent::Page(_) | ScanEvent::Finished);
        let dropped = self.queue.iter().any(pages);
        self.queue.clear();
        self.incomplete = true;
        self.fence = self.fence.map(|_| 0);
        self.finished = false;
        dropped
    }

    /// Records that another rescan is needed, as soon as none is running.
    pub(super) fn want(&mut self) {
        self.wanted = true;
    }

    /// Takes the need for another rescan, which a walk makes unnecessary; returns whether there was one.
    pub(super) fn take_wanted(&mut self) -> bool {
        std::mem::take(&mut self.wanted)
    }

    /// Records that another rescan is needed if index and count disagree, a few times: they never agree on a
    /// damaged store.
    pub(super) fn check(&mut self, records: Option<u64>, index: usize) {
        if self.attempts > 0 && records.is_some_and(|records| records != index as u64) {
            self.attempts -= 1;
            self.wanted = true;
        }
    }

    /// Requests the rescan that is needed, if that is possible now.
    pub(super) fn request(&mut self) {
        if !self.running && std::mem::take(&mut self.wanted) {
            self.requests = self.requests.wrapping_add(1);
        }
    }
}
