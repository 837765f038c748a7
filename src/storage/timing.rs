//! The times of the watchers: how often they look, and how long they wait.

use std::time::Duration;

/// The times of the watchers. Tests run them faster ([`Timing::faster`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// Those of the watcher of a server.
    pub redis: RedisTiming,
    /// Those of the watcher of a directory.
    pub directory: DirectoryTiming,
}

impl Timing {
    /// Divides the times between looks. What bounds how late others may be stays as it is.
    #[must_use]
    pub fn faster(self, by: u32) -> Self {
        Self { redis: self.redis.faster(by), directory: self.directory.faster(by) }
    }
}

/// The times of the watcher of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisTiming {
    /// Between two reads of the open store's counts and times.
    pub tick: Duration,
    /// Between two reads of other stores and of the open value.
    pub slow_tick: Duration,
    /// Between two ticks without an invalidation: FLUSHALL sends none.
    pub silent_tick: Duration,
    /// From one tick to the next after an invalidation.
    pub after_invalidation: Duration,
    /// From one tick to the next after a key event.
    pub after_event: Duration,
    /// After the last change, for which visible rows and keys are still read.
    pub linger: Duration,
    /// From a message that names a record to the read: a record is in two hashes.
    pub gather: Duration,
    /// The least between two reads of records that the server named.
    pub between_named: Duration,
    /// The least between two reads of all keys.
    pub between_keys: Duration,
    /// Between two reads of what watching costs the server.
    pub between_costs: Duration,
    /// The same, while nothing has been learned from them.
    pub between_first_costs: Duration,
    /// From a failure that may pass to the next try.
    pub retry: Duration,
    /// From the end of the subscription's connection to the next try.
    pub resubscribe: Duration,
    /// From a connection that could not be made, or tracking that was lost, to the next try.
    pub reconnect: Duration,
    /// Without a change, after which a subscription that cost more than ticks is tried again.
    pub quiet: Duration,
    /// From messages that did not account for a change to the next try: the first pause.
    pub first_doubt: Duration,
    /// The longest of these pauses.
    pub longest_doubt: Duration,
    /// How much later than the tick that saw a change its message may come.
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
            // A message takes its time, however often one looks.
            grace: self.grace,
        }
    }
}

/// The times of the watcher of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryTiming {
    /// From the first change of a batch to its end: Crawlee writes three files for a record.
    pub gather: Duration,
    /// The least between two batches.
    pub between_batches: Duration,
    /// The least between two looks, where there are no notifications.
    pub between_polls: Duration,
    /// Between two comparisons of the watched directories with what is there, whatever the
    /// notifications say.
    pub between_checks: Duration,
    /// Between two tries to report to a listener that it missed something.
    pub retry: Duration,
    /// The least between two counts of a store whose records change.
    pub between_counts: Duration,
    /// The least between two counts of a store of which only its own metadata changes.
    pub between_idle_counts: Duration,
    /// From the last change of one of its files until a record may be reported that is not whole.
    pub settled: Duration,
    /// The longest for which a record that goes on changing is held back.
    pub longest_settling: Duration,
    /// For which it is remembered what was reported: longer than notifications of one change are
    /// apart.
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
            // Whoever writes a record takes his time, however often one looks.
            ..self
        }
    }
}
