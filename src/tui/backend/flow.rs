//! Limits how much of a picture is on its way to the terminal at once.
//!
//! That a write has returned says little: bytes written over SSH wait in buffers of the system and of the
//! network, and the answer to a key waits behind them. So each slice ends with a question that every terminal
//! answers (whether it is well, DSR 5); a slice without an answer counts as being on its way.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The question after each slice.
pub(super) const QUESTION: &str = "\x1b[5n";

/// The answer to it, without the bytes that begin every report.
pub(super) const ANSWER: &str = "0n";

/// Size of a slice, in bytes.
pub(in crate::tui) const SLICE: usize = 3072;

/// Limit on slices that are on their way: 6 KiB take 49 ms on a line of 1 Mbit/s, and what a key draws comes
/// behind them.
const SLICES: usize = 2;

/// Time for which a slice counts as being on its way to a terminal that has never answered: at this pace, a
/// picture takes four fifths of a line of 1 Mbit/s.
const PACE: Duration = Duration::from_millis(30);

/// Time to wait for an answer from a terminal that has given one before.
const PATIENCE: Duration = Duration::from_secs(10);

/// Time for which another program waits for the terminal while answers are on their way: from a terminal that
/// has never answered, and from one that has.
const UNKNOWN: Duration = Duration::from_millis(150);
const KNOWN: Duration = Duration::from_secs(1);

/// The slices on their way.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// When each slice counts as having arrived without an answer; the oldest first.
    sent: VecDeque<Instant>,
    answers: bool,
}

impl Flow {
    /// Takes note that a slice is sent.
    pub(super) fn send(&mut self, now: Instant) {
        let due = if self.answers {
            now + PATIENCE
        } else {
            // The slices arrive one after the other, however many are sent at once.
            self.sent.back().map_or(now, |last| now.max(*last)) + PACE
        };
        self.sent.push_back(due);
    }

    /// Takes the terminal's answer to the oldest slice.
    pub(super) fn answered(&mut self) {
        self.answers = true;
        self.sent.pop_front();
    }

    /// Time until the next slice may be sent.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        while self.sent.front().is_some_and(|due| *due <= now) {
            self.sent.pop_front();
            // The terminal may have been replaced: another one is attached in its place.
            self.answers = false;
        }
        match self.sent.front() {
            Some(due) if self.sent.len() >= SLICES => due.saturating_duration_since(now),
            _ => Duration::ZERO,
        }
    }

    /// Whether an answer may still come.
    pub(super) fn is_awaited(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Limit on the time that awaited answers may take: long where the terminal is known to answer.
    pub(super) fn answer_timeout(&self) -> Duration {
        match (self.is_awaited(), self.answers) {
            (false, _) => Duration::ZERO,
            (true, false) => UNKNOWN,
            (true, true) => KNOWN,
        }
    }

    /// Forgets everything: another program has had the terminal.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLIS: Duration = Duration::from_millis(1);

    #[test]
    fn no_more_is_on_its_way_than_may_be() {
        let (mut flow, now) = (Flow::default(), Instant::now());
        assert_eq!(flow.wait(now), Duration::ZERO);
        flow.send(now);
        assert_eq!(flow.wait(now), Duration::ZERO);
        flow.send(now);
        assert_eq!(flow.wait(now), PACE, "nothing is known of the terminal: by the time");
        flow.answered();
        assert_eq!(flow.wait(now), Duration::ZERO);
        flow.send(now);
        // The older slice still has its time.
        assert_eq!(flow.wait(now + PACE), PACE);
        flow.answered();
        flow.send(now + PACE);
        assert_eq!(flow.wait(now + PACE) + PACE, PATIENCE, "it does answer: by its answers");
    }

    #[test]
    fn one_that_never_answers_gets_slices_one_after_the_other() {
        let (mut flow, start) = (Flow::default(), Instant::now());
        let (mut now, mut sent) = (start, 0);
        while now < start + 1000 * MILLIS {
            while flow.wait(now).is_zero() {
                flow.send(now);
                sent += 1;
            }
            now += MILLIS;
        }
        let bits = sent * SLICE * 8;
        assert!((700_000..1_000_000).contains(&bits), "{bits} in a second");
    }

    #[test]
    fn one_that_ceases_to_answer_is_not_waited_for_again() {
        let (mut flow, now) = (Flow::default(), Instant::now());
        flow.send(now);
        flow.answered();
        assert!(!flow.is_awaited());
        for _ in 0..SLICES {
            flow.send(now);
        }
        assert_eq!(flow.wait(now + MILLIS) + MILLIS, PATIENCE);
        assert_eq!(flow.wait(now + PATIENCE), Duration::ZERO);
        for _ in 0..SLICES {
            flow.send(now + PATIENCE);
        }
        assert_eq!(flow.wait(now + PATIENCE), PACE);
    }
}
