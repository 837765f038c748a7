//! Checks whether the server's notifications are reliable.
//!
//! A server's configuration may be hidden, may change, and does not tell what another user may publish. So
//! evidence decides: a message proves that there are messages, and every tick checks them. Whenever the
//! counts or times of the store have moved and no message accounts for it within
//! [`RedisTiming::grace`](crate::storage::RedisTiming::grace), they are no longer trusted.

use std::time::{Duration, Instant};

/// Number of ticks during a subscription before a tick sees only changes that had messages.
const SURE: u8 = 2;

/// Trust in the server's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Level {
    /// None: the watcher has to poll.
    #[default]
    Nothing,
    /// Trusted to say that there is something to look for.
    Events,
    /// Trusted to name every record that is added, changed or removed.
    SubKeys,
}

/// Numbers of messages received so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// Number of messages that only say that something has happened.
    pub(super) events: u64,
    /// Number of messages that name records.
    pub(super) sub_keys: u64,
    /// Number of records that were named as added or changed.
    pub(super) set: u64,
    /// Number of records that were named as removed.
    pub(super) removed: u64,
}

/// Changes that a tick saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Moved {
    /// Number of records gained since the tick before.
    pub(super) gained: u64,
    /// Number of records lost since the tick before.
    pub(super) lost: u64,
}

/// A change that no message has accounted for yet.
#[derive(Debug)]
struct Open {
    moved: Moved,
    seen: Instant,
    /// Messages received before any part of it can have happened.
    before: Counts,
}

/// The messages so far, and the trust in them.
#[derive(Debug, Default)]
pub(super) struct NotificationCheck {
    level: Level,
    received: Counts,
    /// Messages received at the last two ticks. A message may come before the tick's own answer, so a change
    /// is measured from the last but one.
    marks: [Counts; 2],
    open: Vec<Open>,
    /// Number of ticks that have begun while the server was listened to.
    ticks: u8,
}

impl NotificationCheck {
    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Records all messages received by now. Returns whether they are trusted more than before.
    pub(super) fn record(&mut self, received: Counts) -> bool {
        let proven = if received.sub_keys > self.received.sub_keys {
            Level::SubKeys
        } else if received.events > self.received.events {
            Level::Events
        } else {
            Level::Nothing
        };
        self.received = received;
        let more = proven > self.level;
        if more {
            self.level = proven;
            self.open.clear();
        }
        more
    }

    /// Records that a tick begins during a subscription.
    pub(super) fn tick_begins(&mut self) {
        self.ticks = (self.ticks + 1).min(SURE);
    }

    /// Records what a tick has seen: the change of the store since the tick before, if any. Returns whether
    /// it may have happened before the server was listened to, so that nothing follows from it.
    pub(super) fn ticked(&mut self, moved: Option<Moved>, now: Instant) -> bool {
        let before = self.marks[0];
        self.marks = [self.marks[1], self.received];
        let Some(moved) = moved else { return false };
        let sure = self.ticks >= SURE;
        if sure && self.level > Level::Nothing {
            self.open.push(Open { moved, seen: now, before });
        }
        !sure
    }

    /// Whether all observations add up. If not, nothing is trusted any more.
    pub(super) fn holds(&mut self, now: Instant, grace: Duration) -> bool {
        let (level, received) = (self.level, self.received);
        self.open.retain(|open| !open.is_accounted_for(level, received));
        let holds = self.open.iter().all(|open| now.saturating_duration_since(open.seen) < grace);
        if !holds {
            *self = Self::default();
        }
        holds
    }
}

impl Open {
    fn is_accounted_for(&self, level: Level, received: Counts) -> bool {
        let before = &self.before;
        match level {
            Level::Nothing => true,
            Level::Events => received.events > before.events,
            Level::SubKeys => {
                received.sub_keys > before.sub_keys
                    && received.set - before.set >= self.moved.gained
                    && received.removed - before.removed >= self.moved.lost
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(1);
    const GAINED: Option<Moved> = Some(Moved { gained: 1, lost: 0 });
    const CHANGED: Option<Moved> = Some(Moved { gained: 0, lost: 0 });

    /// A check, and a clock that advances by one tick each time.
    struct Ticking {
        check: NotificationCheck,
        received: Counts,
        now: Instant,
    }

    impl Ticking {
        fn believing(received: Counts) -> Self {
            let mut ticking =
                Self { check: NotificationCheck::default(), received, now: Instant::now() };
            assert!(ticking.check.record(received));
            for _ in 0..4 {
                assert!(ticking.tick(None));
            }
            ticking
        }

        fn sets(&mut self, records: u64) {
            self.received.sub_keys += 1;
            self.received.set += records;
            self.check.record(self.received);
        }

        fn tick(&mut self, moved: Option<Moved>) -> bool {
            self.now += Duration::from_millis(250);
            self.check.tick_begins();
            self.check.ticked(moved, self.now);
            self.check.holds(self.now, GRACE)
        }

        /// Number of quiet ticks until the messages are no longer trusted.
        fn doubts(&mut self) -> Option<u32> {
            (1..20).find(|_| !self.tick(None))
        }
    }

    fn sub_keys() -> Ticking {
        Ticking::believing(Counts { sub_keys: 1, set: 1, ..Counts::default() })
    }

    #[test]
    fn a_message_proves_what_kind_of_messages_there_are() {
        let mut check = NotificationCheck::default();
        assert!(!check.record(Counts::default()));
        assert!(check.record(Counts { events: 1, ..Counts::default() }));
        assert_eq!(check.level(), Level::Events);
        let named = Counts { events: 1, sub_keys: 1, set: 1, ..Counts::default() };
        assert!(check.record(named));
        assert_eq!(check.level(), Level::SubKeys);
        assert!(!check.record(Counts { events: 2, ..named }), "less than is known already");
        assert_eq!(check.level(), Level::SubKeys);
    }

    #[test]
    fn what_a_message_accounts_for_keeps_the_trust() {
        let mut ticking = sub_keys();
        // Before the tick, and after it.
        ticking.sets(1);
        assert!(ticking.tick(GAINED));
        assert!(ticking.tick(None) && ticking.tick(GAINED));
        ticking.sets(1);
        assert_eq!(ticking.doubts(), None);
    }

    #[test]
    fn a_movement_without_a_message_ends_it_within_a_second() {
        for moved in [GAINED, CHANGED, Some(Moved { gained: 0, lost: 3 })] {
            let mut ticking = sub_keys();
            assert!(ticking.tick(moved));
            assert_eq!(ticking.doubts(), Some(4));
            assert_eq!(ticking.check.level(), Level::Nothing);
        }
    }

    #[test]
    fn more_records_than_were_named_end_it() {
        let mut ticking = sub_keys();
        ticking.sets(3);
        assert!(ticking.tick(Some(Moved { gained: 4, lost: 0 })));
        assert_eq!(ticking.doubts(), Some(4));
        let mut ticking = sub_keys();
        ticking.sets(3);
        assert!(ticking.tick(Some(Moved { gained: 0, lost: 1 })), "a purge names nothing");
        assert_eq!(ticking.doubts(), Some(4));
    }

    #[test]
    fn what_happened_before_the_first_message_is_not_held_against_it() {
        let mut check = NotificationCheck::default();
        let now = Instant::now();
        check.record(Counts { sub_keys: 1, set: 1, ..Counts::default() });
        let many = Some(Moved { gained: 50, lost: 0 });
        assert!(check.ticked(many, now), "not listened to yet");
        check.tick_begins();
        assert!(check.ticked(many, now), "since a tick that was not listened to");
        assert!(check.holds(now + GRACE * 2, GRACE));
        check.tick_begins();
        assert!(!check.ticked(many, now));
        assert!(!check.holds(now + GRACE * 2, GRACE));
    }

    #[test]
    fn key_events_account_for_any_movement() {
        let mut ticking = Ticking::believing(Counts { events: 1, ..Counts::default() });
        ticking.received.events += 1;
        ticking.check.record(ticking.received);
        assert!(ticking.tick(Some(Moved { gained: 9, lost: 0 })));
        assert_eq!(ticking.doubts(), None);
        assert!(ticking.tick(CHANGED));
        assert_eq!(ticking.doubts(), Some(4));
    }
}
