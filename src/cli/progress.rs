//! Progress on a terminal: a command that takes longer than a second shows it in one line, which is removed
//! at the end.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::messages;
use crate::model::Traffic;
use crate::text;

/// Time before the first line is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two lines.
const AGAIN: Duration = Duration::from_millis(500);

/// The progress of a command, shared between the command, which counts, and the line that is shown.
#[derive(Debug)]
pub(super) struct Progress {
    doing: &'static str,
    is_shown: bool,
    records: Cell<u64>,
    all: Cell<Option<u64>>,
    /// The transfer of one value, which is shown where no records are counted.
    value: RefCell<Option<Value>>,
}

/// A transfer under way.
#[derive(Debug)]
enum Value {
    /// A value that comes from the storage.
    Comes(Traffic),
    /// A value of `size` bytes that goes to the storage; `before` were sent before it.
    Goes { traffic: Traffic, before: u64, size: u64 },
    /// A list that comes, of unknown length.
    Listed { traffic: Traffic, before: u64 },
}

impl Value {
    /// Number of bytes transferred, and of all.
    fn moved(&self) -> Option<(u64, u64)> {
        match self {
            Self::Comes(traffic) => traffic.of_value(),
            Self::Goes { traffic, before, size } => {
                Some((traffic.went().saturating_sub(*before).min(*size), *size))
            }
            Self::Listed { .. } => None,
        }
    }

    /// Number of bytes of a list that have come, once some have.
    fn listed(&self) -> Option<u64> {
        let Self::Listed { traffic, before } = self else { return None };
        Some(traffic.came().saturating_sub(*before)).filter(|bytes| *bytes > 0)
    }
}

impl Progress {
    /// The progress of a command. It is shown only if a person reads it, and not next to output that comes
    /// all the time.
    pub(super) fn new(doing: &'static str, is_shown: bool) -> Self {
        let is_shown = is_shown && messages::is_for_person();
        let (records, all, value) = Default::default();
        Self { doing, is_shown, records, all, value }
    }

    /// Adds this number of records to those that are done.
    pub(super) fn add(&self, records: u64) {
        self.records.set(self.records.get() + records);
    }

    /// Sets the number of all records.
    pub(super) fn of(&self, all: u64) {
        self.all.set(Some(all));
    }

    /// Takes note that one value comes.
    pub(super) fn comes(&self, traffic: Traffic) {
        self.value.replace(Some(Value::Comes(traffic)));
    }

    /// Takes note that a list comes, whose rows are shown when it is complete.
    pub(super) fn lists(&self, traffic: Traffic) {
        let before = traffic.came();
        self.value.replace(Some(Value::Listed { traffic, before }));
    }

    /// Takes note that one value of this size is sent.
    pub(super) fn goes(&self, traffic: Traffic, size: u64) {
        let before = traffic.went();
        self.value.replace(Some(Value::Goes { traffic, before, size }));
    }

    /// Does the work, and shows the line meanwhile.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        if !self.is_shown {
            return work.await;
        }
        let begun = Instant::now();
        let mut ticks = interval_at(begun + PATIENCE, AGAIN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    messages::erase_progress();
                    return done;
                }
                _ = ticks.tick() => messages::show_progress(&self.line(begun.elapsed())),
            }
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let (done, all) = (self.records.get(), self.all.get());
        let bytes = self.value.borrow().as_ref().and_then(Value::moved).filter(|_| done == 0);
        let (count, left) = match (bytes, all) {
            (Some((done, all)), _) => {
                let count = format!("{} of {}", text::size(done), text::size(all));
                (Some(count), left(done, all, elapsed))
            }
            (None, _) if done == 0 => {
                let listed = self.value.borrow().as_ref().and_then(Value::listed);
                (listed.map(|bytes| format!("{} read", text::size(bytes))), None)
            }
            (None, Some(all)) => {
                let count = format!("{} of {}", text::count(done), text::plural(all, "record"));
                (Some(count), left(done, all, elapsed))
            }
            (None, None) => (Some(text::plural(done, "record")), None),
        };
        let parts = [
            Some(self.doing.to_owned()),
            count,
            Some(format!("{} s", elapsed.as_secs())),
            left.map(|left| format!("{left} s left")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// Time that the rest takes at the speed so far, in seconds.
fn left(done: u64, all: u64, elapsed: Duration) -> Option<u64> {
    let rest = all.checked_sub(done)?;
    (elapsed.as_secs() * rest).checked_div(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_done_and_how_long_the_rest_takes() {
        let progress = Progress::new("deleting", false);
        let second = Duration::from_secs(1);
        assert_eq!(progress.line(second), "deleting · 1 s");
        progress.add(1_000);
        assert_eq!(progress.line(2 * second), "deleting · 1,000 records · 2 s");
        progress.of(4_000);
        assert_eq!(progress.line(2 * second), "deleting · 1,000 of 4,000 records · 2 s · 6 s left");
    }

    #[test]
    fn the_line_tells_how_much_of_one_value_is_there() {
        let traffic = Traffic::default();
        let reading = Progress::new("reading", false);
        reading.comes(traffic.clone());
        let two = Duration::from_secs(2);
        assert_eq!(reading.line(two), "reading · 2 s");
        traffic.begins(8_000_000);
        assert_eq!(reading.line(two), "reading · 0 B of 8.0 MB · 2 s");
        traffic.add_come(3_200_000);
        assert_eq!(reading.line(two), "reading · 3.2 MB of 8.0 MB · 2 s · 3 s left");
        traffic.add_gone(70);
        let writing = Progress::new("writing", false);
        writing.goes(traffic.clone(), 4_000_000);
        traffic.add_gone(1_000_000);
        assert_eq!(writing.line(two), "writing · 1.0 MB of 4.0 MB · 2 s · 6 s left");
        traffic.add_gone(9_000_000);
        assert_eq!(writing.line(two), "writing · 4.0 MB of 4.0 MB · 2 s · 0 s left");
        let listing = Progress::new("listing", false);
        listing.lists(traffic.clone());
        assert_eq!(listing.line(two), "listing · 2 s");
        traffic.add_come(3_000_000);
        assert_eq!(listing.line(two), "listing · 3.0 MB read · 2 s");
        listing.add(5);
        assert_eq!(listing.line(two), "listing · 5 records · 2 s");
    }
}
