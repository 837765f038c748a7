//! Whether the server's notifications may be relied upon.
//!
//! How a server is configured may be hidden, may change, and does not tell what another user may
//! publish. So it goes by evidence: a message proves that there are messages, and every tick checks
//! them. Whenever the counts or times of the store have moved and no message accounts for it within
//! [`RedisTiming::grace`](crate::storage::RedisTiming::grace), they are trusted no longer.

use std::time::{Duration, Instant};

/// Ticks that must begin while subscribed before one sees nothing but changes that had messages.
const SURE: u8 = 2;

/// How far the server's messages are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Level {
    /// Not at all: one has to look.
    #[default]
    Nothing,
    /// To say that there is something to look for.
    Events,
    /// To name every record that comes, changes or goes.
    SubKeys,
}

/// Messages received so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// Messages that only say that something has happened.
    pub(super) events: u64,
    /// Messages that name records.
    pub(super) sub_keys: u64,
    /// Records that were named to have come or changed.
    pub(super) set: u64,
    /// Records that were named to be gone.
    pub(super) removed: u64,
}

/// What a tick saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Moved {
    /// Records more than at the tick before.
    pub(super) gained: u64,
    /// Records fewer than at the tick before.
    pub(super) lost: u64,
}

/// A movement that no message has accounted for yet.
#[derive(Debug)]
struct Open {
    moved: Moved,
    seen: Instant,
    /// Messages received before any of it can have happened.
    before: Counts,
}

/// The messages' record so far.
#[derive(Debug, Default)]
pub(super) struct NotificationCheck {
    level: Level,
    received: Counts,
    /// Messages received at the last two ticks. A message may come before the tick's own answer,
    /// so the last but one is what a movement is measured from.
    marks: [Counts; 2],
    open: Vec<Open>,
    /// How many ticks have begun while the server was listened to.
    ticks: u8,
}

impl NotificationCheck {
    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Records all messages received by now. Gives whether they are trusted further than before.
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

    /// A tick begins while subscribed.
    pub(super) fn tick_begins(&mut self) {
        self.ticks = (self.ticks + 1).min(SURE);
    }

    /// A tick has seen the store, and whether it has moved since the tick before. Gives whether
    /// that may have happened before the server was listened to, so that nothing follows from it.
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

    /// Whether all that was seen adds up. If not, nothing is trusted any more.
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

    /// A check, and a clock that advances by a tick each time.
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

        /// Quiet ticks until the messages are no longer trusted.
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
