//! Schedule of recounts: the time for each store, at a small share of one core.

use std::collections::HashMap;
use std::time::Instant;

use crate::model::StoreName;
use crate::storage::DirectoryTiming;

/// Length of the pause after a count, as a multiple of its duration.
pub(super) const PAUSE: u32 = 20;

#[derive(Debug, Clone, Copy)]
struct Waiting {
    since: Instant,
    records: bool,
}

/// The stores that wait to be counted, and the times of their last counts.
#[derive(Debug, Default)]
pub(super) struct RecountSchedule {
    timing: DirectoryTiming,
    waiting: HashMap<StoreName, Waiting>,
    counted: HashMap<StoreName, Instant>,
    rest: Option<Instant>,
}

impl RecountSchedule {
    pub(super) fn new(timing: DirectoryTiming) -> Self {
        Self { timing, ..Self::default() }
    }

    /// Records that the store changed; `records` unless only its own metadata did.
    pub(super) fn mark(&mut self, store: &StoreName, records: bool, now: Instant) {
        match self.waiting.get_mut(store) {
            Some(waiting) => waiting.records |= records,
            None => {
                self.waiting.insert(store.clone(), Waiting { since: now, records });
            }
        }
    }

    /// Drops a store that is gone.
    pub(super) fn forget(&mut self, store: &StoreName) {
        self.waiting.remove(store);
        self.counted.remove(store);
    }

    /// Time from which the next store may be counted.
    pub(super) fn due(&self) -> Option<Instant> {
        self.first().map(|(_, due)| due)
    }

    /// Takes the store to count now; call [`counted`](Self::counted) afterwards.
    pub(super) fn next(&mut self, now: Instant) -> Option<StoreName> {
        let store = self.first().filter(|(_, due)| *due <= now)?.0.clone();
        self.waiting.remove(&store);
        Some(store)
    }

    /// Records that the store was counted from `start` to `end`.
    pub(super) fn counted(&mut self, store: &StoreName, start: Instant, end: Instant) {
        self.counted.insert(store.clone(), start);
        self.rest = Some(end + (end - start) * PAUSE);
    }

    /// The store that may be counted first; of several, the one that has waited longest.
    fn first(&self) -> Option<(&StoreName, Instant)> {
        let due = |store: &StoreName, waiting: &Waiting| {
            let timing = &self.timing;
            let apart =
                if waiting.records { timing.between_counts } else { timing.between_idle_counts };
            let own = self.counted.get(store).map(|counted| *counted + apart);
            own.into_iter().chain(self.rest).fold(waiting.since, Instant::max)
        };
        self.waiting
            .iter()
            .map(|(store, waiting)| (store, due(store, waiting), waiting.since))
            .min_by_key(|(_, due, since)| (*due, *since))
            .map(|(store, due, _)| (store, due))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_changing_store_is_recounted_at_most_twice_a_second() {
        let (mut recounts, store, now) =
            (RecountSchedule::default(), StoreName::from("s"), Instant::now());
        recounts.mark(&store, true, now);
        assert_eq!(recounts.next(now), Some(store.clone()));
        recounts.counted(&store, now, now + MS);
        assert_eq!(recounts.due(), None);
        recounts.mark(&store, true, now + MS * 3);
        assert_eq!(recounts.next(now + MS * 499), None);
        assert_eq!(recounts.due(), Some(now + recounts.timing.between_counts));
        assert_eq!(recounts.next(now + recounts.timing.between_counts), Some(store));
    }

    #[test]
    fn a_store_that_is_only_read_is_recounted_once_a_second() {
        let (mut recounts, store, now) =
            (RecountSchedule::default(), StoreName::from("s"), Instant::now());
        recounts.counted(&store, now, now);
        recounts.mark(&store, false, now);
        assert_eq!(recounts.due(), Some(now + recounts.timing.between_idle_counts));
        recounts.mark(&store, true, now);
        recounts.mark(&store, false, now);
        assert_eq!(recounts.due(), Some(now + recounts.timing.between_counts));
    }

    #[test]
    fn a_slow_count_is_followed_by_a_proportional_pause() {
        let (mut recounts, now) = (RecountSchedule::default(), Instant::now());
        let (large, small) = (StoreName::from("large"), StoreName::from("small"));
        recounts.counted(&large, now, now + MS * 100);
        recounts.mark(&large, true, now + MS * 200);
        recounts.mark(&small, true, now + MS * 100);
        let rested = now + MS * 2100;
        assert_eq!(recounts.next(now + MS * 2099), None);
        assert_eq!(recounts.next(rested), Some(small.clone()));
        recounts.counted(&small, rested, rested);
        assert_eq!(recounts.next(rested), Some(large.clone()));
        recounts.mark(&large, true, rested);
        recounts.forget(&large);
        assert_eq!(recounts.due(), None);
    }
}
