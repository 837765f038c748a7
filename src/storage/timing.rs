//! Times of the watchers: how often they look, and how long they wait.

use std::time::Duration;

/// The times of the watchers. Tests run them faster ([`Timing::faster`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// Times of the watcher of a server.
    pub redis: RedisTiming,
    /// Times of the watcher of a directory.
    pub directory: DirectoryTiming,
}

impl Timing {
    /// Divides the times between looks. Limits on other programs' delays stay as they are.
    #[must_use]
    pub fn faster(self, by: u32) -> Self {
        Self { redis: self.redis.faster(by), directory: self.directory.faster(by) }
    }
}

/// The times of the watcher of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisTiming {
    /// Time between two reads of the open store's counts and times.
    pub tick: Duration,
    /// Time between two reads of other stores and of the open value.
    pub slow_tick: Duration,
    /// Time between two ticks without an invalidation: FLUSHALL sends none.
    pub silent_tick: Duration,
    /// Time from one tick to the next after an invalidation.
    pub after_invalidation: Duration,
    /// Time from one tick to the next after a key event.
    pub after_event: Duration,
    /// Time after the last change for which visible rows and keys are still read.
    pub linger: Duration,
    /// Time from a message that names a record to its read: a record is in two hashes.
    pub gather: Duration,
    /// Shortest time between two reads of records that the server named.
    pub between_named: Duration,
    /// Shortest time between two reads of all keys.
    pub between_keys: Duration,
    /// Time between two reads of what watching costs the server.
    pub between_costs: Duration,
    /// Time between these reads while they have given no result.
    pub between_first_costs: Duration,
    /// Time from a temporary failure to the next try.
    pub retry: Duration,
    /// Time from the end of the subscription's connection to the next try.
    pub resubscribe: Duration,
    /// Time from a connection that could not be made, or tracking that was lost, to the next try.
    pub reconnect: Duration,
    /// Time without a change after which a subscription that cost more than ticks is tried again.
    pub quiet: Duration,
    /// First pause after messages that did not account for a change.
    pub first_doubt: Duration,
    /// Longest of these pauses.
    pub longest_doubt: Duration,
    /// Longest delay of a message behind the tick that saw its change.
    pub grace: Duration,
}

impl Default for RedisTiming {
    fn default() -> Self {
        Self {
            tick: Duration::from_millis(250),
            slow_tick: Duration::from_secs(1),
            silent_tick: Duration::from_secs(10),
            after_invalidation: Duration::from_millis(100),
            after_event: Duration::from_millis(50),
            linger: Duration::from_secs(2),
            gather: Duration::from_millis(5),
            between_named: Duration::from_millis(50),
            between_keys: Duration::from_millis(100),
            between_costs: Duration::from_secs(5),
            between_first_costs: Duration::from_secs(1),
            retry: Duration::from_secs(2),
            resubscribe: Duration::from_secs(1),
            reconnect: Duration::from_secs(30),
            quiet: Duration::from_secs(5),
            first_doubt: Duration::from_secs(5),
            longest_doubt: Duration::from_secs(300),
            grace: Duration::from_secs(1),
        }
    }
}

impl RedisTiming {
    fn faster(self, by: u32) -> Self {
        Self {
            tick: self.tick / by,
            slow_tick: self.slow_tick / by,
            silent_tick: self.silent_tick / by,
            after_invalidation: self.after_invalidation / by,
            after_event: self.after_event / by,
            linger: self.linger / by,
            gather: self.gather / by,
            between_named: self.between_named / by,
            between_keys: self.between_keys / by,
            between_costs: self.between_costs / by,
            between_first_costs: self.between_first_costs / by,
            retry: self.retry / by,
            resubscribe: self.resubscribe / by,
            reconnect: self.reconnect / by,
            quiet: self.quiet / by,
            first_doubt: self.first_doubt / by,
            longest_doubt: self.longest_doubt / by,
            // A message takes its time, however often larder looks.
            grace: self.grace,
        }
    }
}

/// The times of the watcher of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryTiming {
    /// Time from the first change of a batch to its end: Crawlee writes three files for a record.
    pub gather: Duration,
    /// Shortest time between two batches.
    pub between_batches: Duration,
    /// Shortest time between two looks, where there are no notifications.
    pub between_polls: Duration,
    /// Time between two comparisons of the watched directories with the existing ones, whatever the
    /// notifications say.
    pub between_checks: Duration,
    /// Time between two tries to report to a listener that it missed something.
    pub retry: Duration,
    /// Shortest time between two counts of a store whose records change.
    pub between_counts: Duration,
    /// Shortest time between two counts of a store when only its own metadata changes.
    pub between_idle_counts: Duration,
    /// Time from the last change of its files after which a record that is not whole may be reported.
    pub settled: Duration,
    /// Longest time for which a record that keeps changing is held back.
    pub longest_settling: Duration,
    /// Time for which reports are remembered: longer than the gaps between notifications of one change.
    pub remembered: Duration,
}

impl Default for DirectoryTiming {
    fn default() -> Self {
        Self {
            gather: Duration::from_millis(50),
            between_batches: Duration::from_millis(100),
            between_polls: Duration::from_millis(500),
            between_checks: Duration::from_secs(5),
            retry: Duration::from_millis(100),
            between_counts: Duration::from_millis(500),
            between_idle_counts: Duration::from_secs(1),
            settled: Duration::from_millis(100),
            longest_settling: Duration::from_millis(300),
            remembered: Duration::from_secs(2),
        }
    }
}

impl DirectoryTiming {
    fn faster(self, by: u32) -> Self {
        Self {
            between_batches: self.between_batches / by,
            between_polls: self.between_polls / by,
            between_checks: self.between_checks / by,
            retry: self.retry / by,
            between_counts: self.between_counts / by,
            between_idle_counts: self.between_idle_counts / by,
            // A writer takes its time, however often larder looks.
            ..self
        }
    }
}
