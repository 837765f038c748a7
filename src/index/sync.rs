//! The keys of a store kept equal to the store: a state machine without I/O and without a clock.
//!
//! [`KeySync::handle`] takes a [`SyncEvent`] and returns the [`Step`]s to take; their results come back as
//! events. The driver walks, applies and compares, one of these at a time.
//!
//! ```text
//! Empty → Walking → Ready      told changes wait while a walk goes on, and are applied after it
//!            ↓  ↑     ↓        Idle → Applying → Idle: the waiting changes, all at once
//!          Failed ← Walking    Idle → Comparing → Idle: what a rescan saw, in its order
//! ```
//!
//! Reported changes and the pages of a rescan come in one order, and each is newer than all before it. So a
//! page is compared with an index that has all earlier changes, and later changes supersede the result of a
//! comparison.

mod event;
mod highlights;
mod rescans;
mod state;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use super::{Change, Index, ScanEvent};
use crate::model::{Error, Key, RecordMeta};
use rescans::Rescans;
use state::Work;

pub use event::{Facts, Step, SyncEvent, WorkId};
pub use highlights::{Highlight, Highlights};
pub use state::{Phase, Walk};

/// Limit on the changes that wait to be applied; beyond it, another walk is cheaper.
const MOST_PENDING: usize = 100_000;

/// The keys of one store.
#[derive(Debug, Default)]
pub struct KeySync {
    index: Arc<Index>,
    phase: Phase,
    work: Work,
    /// Whether the index has been complete since the store was opened.
    complete: bool,
    /// Changes to be applied, in order.
    pending: Vec<Change>,
    rescans: Rescans,
    /// Records that were added or changed recently.
    pub highlights: Highlights,
    last: WorkId,
}

impl KeySync {
    /// Handles an event; returns the next steps, in this order.
    #[must_use = "what the state machine asks for is to be done"]
    pub fn handle(&mut self, event: SyncEvent, facts: &Facts) -> Vec<Step> {
        let mut steps = Vec::new();
        match event {
            SyncEvent::Restart => self.restart(&mut steps),
            SyncEvent::Recreated => {
                self.restart(&mut steps);
                self.complete = false;
            }
            SyncEvent::Close => self.close(&mut steps),
            SyncEvent::Progress(id, rows, share) => {
                if let Some(walk) = self.walk_of(id) {
                    (walk.rows, walk.share) = (rows, share);
                }
            }
            SyncEvent::Walked(id, index, share) => self.walked(id, index, share, &mut steps),
            SyncEvent::Paused(paused) => {
                if let Phase::Walking(walk) = &mut self.phase {
                    walk.paused = paused;
                }
            }
            SyncEvent::Told { set, removed } => self.told(set, removed, facts, &mut steps),
            SyncEvent::Answered { changes, highlight } => {
                self.answered(changes, highlight, facts, &mut steps);
            }
            SyncEvent::Scan(event) => self.scanned(event),
            SyncEvent::Unwatched => {
                self.rescans.interrupt();
                self.highlights.clear();
            }
            SyncEvent::ApplyAgain => {
                if self.is_applying()
                    && let Work::Applying(_, changes) = std::mem::take(&mut self.work)
                {
                    self.put_back(changes);
                }
            }
            SyncEvent::Lagged => self.lagged(&mut steps),
            SyncEvent::Applied(id, index) => self.applied(id, index, &mut steps),
            SyncEvent::Compared(id, changes) => self.compared(id, changes, facts, &mut steps),
            SyncEvent::Failed(id, error) => {
                self.failed(id, error, &mut steps);
                // Failed work is tried again with the next event, not at once, which could go on for ever.
                return steps;
            }
            SyncEvent::Counted(attempts) => self.rescans.attempts = attempts,
            SyncEvent::Quiet => self.quiet(facts),
            SyncEvent::Time => self.highlights.expire(facts.now),
        }
        self.next(&mut steps);
        self.check(facts);
        steps
    }

    fn new_id(&mut self) -> WorkId {
        self.last.0 += 1;
        self.last
    }

    /// The walk under way, if it has this id.
    fn walk_of(&mut self, id: WorkId) -> Option<&mut Walk> {
        match &mut self.phase {
            Phase::Walking(walk) if walk.id == id => Some(walk),
            _ => None,
        }
    }

    /// Begins a walk. The changes known so far are older than it, and are kept in case it fails.
    fn restart(&mut self, steps: &mut Vec<Step>) {
        let before = self.walk().is_some_and(|walk| walk.dropped);
        let dropped = self.give_up(steps) | self.rescans.take_wanted() | before;
        let id = self.new_id();
        let older = self.pending.len();
        self.phase = Phase::Walking(Walk { id, older, dropped, ..Walk::default() });
        steps.push(Step::Walk { id, early: !self.complete });
    }

    /// Gives up the work under way; returns whether pages of a rescan are lost with it.
    fn give_up(&mut self, steps: &mut Vec<Step>) -> bool {
        let comparing = self.is_comparing();
        match std::mem::take(&mut self.work) {
            Work::Idle => {}
            Work::Applying(_, changes) => self.put_back(changes),
            Work::Comparing(_) => steps.push(Step::CancelCompare),
        }
        self.rescans.drop_events() || comparing
    }

    /// Puts changes that were not applied back before those that came since.
    fn put_back(&mut self, changes: Arc<Vec<Change>>) {
        let newer = std::mem::replace(&mut self.pending, Arc::unwrap_or_clone(changes));
        self.pending.extend(newer);
        self.rescans.apply_first();
    }

    fn close(&mut self, steps: &mut Vec<Step>) {
        *self = Self { last: self.last, ..Self::default() };
        steps.extend([Step::CancelKeys, Step::CancelCompare, Step::Index]);
    }

    fn walked(&mut self, id: WorkId, index: Arc<Index>, share: f32, steps: &mut Vec<Step>) {
        let Some(walk) = self.walk_of(id) else { return };
        walk.share = share;
        let (older, again) = (walk.older, walk.again);
        self.index = index;
        steps.push(Step::Index);
        if share < 1.0 {
            return;
        }
        self.pending.drain(..older.min(self.pending.len()));
        self.complete = true;
        self.phase = Phase::Ready;
        steps.push(Step::Complete);
        if again {
            self.restart(steps);
        }
    }

    fn told(
        &mut self,
        set: Vec<RecordMeta>,
        removed: Vec<Key>,
        facts: &Facts,
        steps: &mut Vec<Step>,
    ) {
        self.highlights.expire(facts.now);
        // During a first walk, everything is new.
        if self.complete {
            for meta in &set {
                let highlight = self.highlight_for(&meta.key);
                self.highlights.note(&meta.key, highlight, facts.now);
            }
        }
        let removed = removed.into_iter().map(Change::Remove);
        self.add(set.into_iter().map(Change::Set).chain(removed), steps);
    }

    fn answered(
        &mut self,
        changes: Vec<Change>,
        highlight: bool,
        facts: &Facts,
        steps: &mut Vec<Step>,
    ) {
        for change in &changes {
            if let Change::Set(meta) = change
                && highlight
                && self.highlight_for(&meta.key) == Highlight::New
            {
                self.highlights.add(&meta.key, Highlight::New, facts.now);
            }
        }
        self.add(changes, steps);
    }

    /// Adds changes to those that wait to be applied.
    fn add(&mut self, changes: impl IntoIterator<Item = Change>, steps: &mut Vec<Step>) {
        if matches!(self.phase, Phase::Empty) {
            return;
        }
        let known = self.pending.len();
        self.pending.extend(changes);
        self.rescans.told(&self.pending[known..]);
        if self.pending.len() > MOST_PENDING {
            // A walk that begins after them sees them all.
            self.pending.clear();
            if let Phase::Walking(walk) = &mut self.phase {
                walk.older = 0;
            }
            self.walk_again(steps);
        }
    }

    fn highlight_for(&self, key: &Key) -> Highlight {
        let known = self.index.find(key.as_bytes()).is_ok();
        if known { Highlight::Changed } else { Highlight::New }
    }

    fn scanned(&mut self, event: ScanEvent) {
        if !matches!(self.phase, Phase::Empty) {
            self.rescans.push(event, self.walk().is_some());
        }
    }

    fn lagged(&mut self, steps: &mut Vec<Step>) {
        self.rescans.interrupt();
        if !matches!(self.phase, Phase::Empty) {
            self.walk_again(steps);
        }
    }

    /// Requests a walk after the one under way: if that were given up each time, none might end while a crawl
    /// writes.
    fn walk_again(&mut self, steps: &mut Vec<Step>) {
        if let Phase::Walking(walk) = &mut self.phase {
            walk.again = true;
        } else {
            self.restart(steps);
        }
    }

    fn applied(&mut self, id: WorkId, index: Arc<Index>, steps: &mut Vec<Step>) {
        if matches!(self.work, Work::Applying(of, _) if of == id) {
            self.work = Work::Idle;
            self.index = index;
            steps.push(Step::Index);
        }
    }

    fn compared(
        &mut self,
        id: WorkId,
        mut changes: Vec<Change>,
        facts: &Facts,
        steps: &mut Vec<Step>,
    ) {
        if !matches!(self.work, Work::Comparing(of) if of == id) {
            return;
        }
        self.work = Work::Idle;
        if changes.is_empty() {
            return;
        }
        // The waiting changes, in either list, are newer than the compared pages.
        let pending = self.pending.iter().map(Change::key);
        let superseded: HashSet<&Key> = pending.chain(self.rescans.told_since()).collect();
        changes.retain(|change| !superseded.contains(change.key()));
        if changes.is_empty() {
            return;
        }
        for change in &changes {
            if let Change::Set(meta) = change {
                let highlight = self.highlight_for(&meta.key);
                self.highlights.note(&meta.key, highlight, facts.now);
            }
        }
        self.rescans.apply_first();
        self.pending.extend(changes.iter().cloned());
        steps.push(Step::Found(changes));
    }

    fn failed(&mut self, id: WorkId, error: Error, steps: &mut Vec<Step>) {
        if let Some(walk) = self.walk_of(id) {
            let walk = *walk;
            self.phase = Phase::Failed(error);
            if walk.dropped {
                self.rescans.want();
            }
            if walk.again {
                self.restart(steps);
            }
            return;
        }
        match std::mem::take(&mut self.work) {
            Work::Applying(of, changes) if of == id => {
                self.put_back(changes);
                self.phase = Phase::Failed(error);
            }
            Work::Comparing(of) if of == id => {
                self.rescans.drop_events();
                self.rescans.want();
            }
            other => self.work = other,
        }
    }

    fn quiet(&mut self, facts: &Facts) {
        let ready = self.complete && self.walk().is_none() && !self.is_busy();
        if facts.named && ready && !self.rescans.is_running() {
            self.rescans.check(facts.records, self.index.len());
        }
    }

    /// Whether there are known changes that the index may lack.
    fn is_busy(&self) -> bool {
        !matches!(self.work, Work::Idle) || !self.pending.is_empty() || !self.rescans.is_empty()
    }

    /// Begins the work that is due: one at a time, and never gives it up for the next, or none might end
    /// while a crawl writes.
    fn next(&mut self, steps: &mut Vec<Step>) {
        if !matches!((&self.phase, &self.work), (Phase::Ready | Phase::Failed(_), Work::Idle)) {
            return;
        }
        if self.rescans.ready() > 0 {
            let id = self.new_id();
            self.work = Work::Comparing(id);
            let (index, events) = (self.index.clone(), self.rescans.take());
            let state = self.rescans.state.clone();
            steps.push(Step::Compare { id, index, events, state });
        } else if !self.pending.is_empty() || !self.index.is_packed() {
            let id = self.new_id();
            let changes = Arc::new(std::mem::take(&mut self.pending));
            self.work = Work::Applying(id, changes.clone());
            self.rescans.applying();
            steps.push(Step::Apply { id, index: self.index.clone(), changes });
        }
    }

    /// Checks after a rescan that the index has as many records as the store; else requests another one.
    fn check(&mut self, facts: &Facts) {
        if !matches!(self.phase, Phase::Ready) || self.is_busy() {
            return;
        }
        // Where each record is named, there is no next rescan unless it is requested, and while records
        // arrive, index and count differ by those on their way.
        if std::mem::take(&mut self.rescans.finished) && !facts.named {
            self.rescans.check(facts.records, self.index.len());
        }
        self.rescans.request();
    }
}
