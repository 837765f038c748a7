//! The frequency of looks, chosen so that the server is not slowed down.

use std::time::{Duration, Instant};

use crate::storage::RedisTiming;

/// Number of records up to which all keys are read at once, which occupies the server for a millisecond.
pub(super) const SMALL: u64 = 10_000;
/// Share of a core that reading all keys may cost: writes that have to wait for it stay rarer than one in a
/// hundred.
const KEYS_SHARE: f64 = 0.008;
/// Least cost of an entry of a walk for the server, in seconds.
const LEAST: f64 = 0.6e-6;
/// Assumed cost of an entry before it has been measured, in seconds.
const FIRST: f64 = 2.0e-6;
/// Assumed cost of a key in a read of all keys, before it has been measured, in seconds.
const FIRST_KEY: f64 = 0.12e-6;
/// Part of the budget that the looks at counts and rows are assumed to need.
const OTHERS: f64 = 0.0008;

/// The measured costs of looking, and the limit on them.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    /// Budget, as a fraction of one of the server's cores.
    fraction: f64,
    timing: RedisTiming,
    /// Server time of an entry of a walk, in seconds.
    entry: f64,
    /// Server time of a key in a read of all keys, in seconds.
    key: f64,
    /// Whether these two come from the server's own counts.
    told: [bool; 2],
    /// Shortest time of an answer so far, which is the round-trip time.
    way: Duration,
    /// Time from which the next burst of the walk may begin.
    pub(super) next_burst: Instant,
    /// Time from which all keys may be read again.
    pub(super) next_keys: Instant,
    /// Time from which records named by the server may be read again.
    pub(super) next_named: Instant,
}

impl Budget {
    pub(super) fn new(budget: f32, timing: &RedisTiming) -> Self {
        let now = Instant::now();
        Self {
            fraction: f64::from(budget).clamp(0.0, 1.0),
            timing: *timing,
            entry: FIRST,
            key: FIRST_KEY,
            told: [false; 2],
            way: Duration::from_secs(1),
            next_burst: now,
            next_keys: now,
            next_named: now,
        }
    }

    /// Whether more than counts may be read.
    pub(super) fn may_scan(&self) -> bool {
        self.fraction > OTHERS
    }

    /// Accounts for the time of an answer that cost the server next to nothing.
    pub(super) fn answered(&mut self, took: Duration) {
        // It may grow again, as after a change of networks.
        self.way = took.min(self.way + self.way / 100);
    }

    /// Sets the server time of an entry of a rescan, in seconds, by the server's count.
    pub(super) fn entry_costs(&mut self, seconds: f64) {
        // Others may use the command too, at higher or lower cost.
        (self.entry, self.told[0]) = (seconds.clamp(LEAST, 4.0 * FIRST), true);
    }

    /// Sets the server time of a key in a read of all keys, in seconds, by the server's count.
    pub(super) fn key_costs(&mut self, seconds: f64) {
        let seconds = seconds.clamp(FIRST_KEY / 4.0, FIRST_KEY * 20.0);
        (self.key, self.told[1]) = (seconds, true);
    }

    /// Accounts for a burst from `begun` on, with its numbers of entries and pages and its duration; the time
    /// of the next burst follows from that.
    pub(super) fn walked(&mut self, entries: usize, pages: u32, took: Duration, begun: Instant) {
        let served = took.saturating_sub(self.way * pages).as_secs_f64();
        let entries = entries.max(1) as f64;
        let entry = (served / entries).clamp(LEAST, 4.0 * FIRST);
        let cost = if self.told[0] {
            entries * self.entry
        } else {
            self.entry = nearer_the_least(self.entry, entry);
            served.max(entries * LEAST)
        };
        self.next_burst = begun + Duration::from_secs_f64((cost / self.share()).min(60.0));
    }

    /// Accounts for keys read at once.
    pub(super) fn read_keys(&mut self, keys: usize, took: Duration, now: Instant) {
        let served = took.saturating_sub(self.way).as_secs_f64();
        let keys = keys.max(1) as f64;
        let key = (served / keys).clamp(FIRST_KEY / 4.0, FIRST_KEY * 20.0);
        if !self.told[1] {
            self.key = nearer_the_least(self.key, key);
        }
        self.next_keys = now + self.keys_pause(keys);
    }

    /// Accounts for records that were read because the server named them.
    pub(super) fn read_named(&mut self, records: usize, took: Duration, now: Instant) {
        let served = took.saturating_sub(self.way).as_secs_f64();
        let cost = served.max(records as f64 * LEAST);
        let pause = Duration::from_secs_f64((cost / self.share()).min(60.0));
        self.next_named = now + pause.max(self.timing.between_named);
    }

    fn keys_pause(&self, keys: f64) -> Duration {
        let share = KEYS_SHARE.min(self.fraction / 2.0).max(1e-5);
        Duration::from_secs_f64((keys * self.key / share).min(60.0)).max(self.timing.between_keys)
    }

    /// Share of a core for the walk alone.
    fn share(&self) -> f64 {
        (self.fraction - OTHERS).max(1e-4)
    }

    /// Longest delay of a change in a store of this size.
    pub(super) fn within(&self, records: u64) -> Duration {
        if records <= SMALL {
            return self.keys_pause(records as f64);
        }
        if !self.may_scan() {
            return Duration::MAX;
        }
        Duration::from_secs_f64((records as f64 * self.entry / self.share()).min(1e9))
    }
}

/// The estimate of a cost after one more measurement. An answer takes as long as the server needs, or longer
/// if it has to wait on its way; so the quickest ones tell the most.
fn nearer_the_least(before: f64, now: f64) -> f64 {
    before + (now - before) / if now < before { 2.0 } else { 32.0 }
}

/// Whether a time differs noticeably for a reader: by more than a third.
pub(super) fn is_other(before: Duration, now: Duration) -> bool {
    let (before, now) = (before.as_secs_f64(), now.as_secs_f64());
    now > before * 4.0 / 3.0 || now < before * 3.0 / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(share: f32) -> Budget {
        Budget::new(share, &RedisTiming::default())
    }

    #[test]
    fn the_pause_after_a_burst_keeps_the_budget() {
        let mut budget = with(0.02);
        let now = Instant::now();
        budget.answered(Duration::from_micros(100));
        // Ten milliseconds of the server's time, and twenty round trips.
        budget.walked(5000, 20, Duration::from_millis(12), now);
        let pause = (budget.next_burst - now).as_secs_f64();
        assert!((0.010 / pause) < 0.0193, "{pause}");
        assert!((0.010 / pause) > 0.0187, "{pause}");
    }

    #[test]
    fn what_the_server_says_goes_before_what_is_measured() {
        let mut budget = with(0.02);
        let now = Instant::now();
        budget.entry_costs(1e-6);
        budget.walked(5000, 20, Duration::from_millis(50), now);
        let pause = (budget.next_burst - now).as_secs_f64();
        assert!((pause - 0.005 / 0.0192).abs() < 1e-3, "{pause}");
        budget.key_costs(0.2e-6);
        budget.read_keys(10_000, Duration::from_millis(20), now);
        assert_eq!(budget.next_keys - now, Duration::from_millis(250));
    }

    #[test]
    fn records_that_are_named_are_read_together_where_there_are_many() {
        let mut budget = with(0.02);
        let now = Instant::now();
        budget.answered(Duration::from_micros(100));
        budget.read_named(1, Duration::from_micros(120), now);
        assert_eq!(budget.next_named - now, budget.timing.between_named);
        budget.read_named(5000, Duration::from_millis(6), now);
        assert!(budget.next_named - now > Duration::from_millis(300));
    }

    #[test]
    fn a_distant_server_is_not_taken_for_a_busy_one() {
        let mut budget = with(0.02);
        let now = Instant::now();
        budget.answered(Duration::from_millis(50));
        budget.walked(5000, 20, Duration::from_millis(1003), now);
        assert!(budget.next_burst - now < Duration::from_millis(200));
    }

    #[test]
    fn small_stores_are_told_at_once_and_large_ones_as_the_budget_allows() {
        let budget = with(0.02);
        assert!(budget.within(5_000) <= Duration::from_millis(200));
        assert!(budget.within(10_000) <= Duration::from_millis(400));
        assert!(budget.within(1_000_000) > Duration::from_secs(60));
        assert!(!with(0.0).may_scan());
        assert!(is_other(Duration::from_secs(3), Duration::from_secs(5)));
        assert!(!is_other(Duration::from_secs(3), Duration::from_secs(4)));
    }
}
