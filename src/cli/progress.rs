//! What takes longer than a second tells on a terminal how far it is, in one line that goes away.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::messages;
use crate::text;

/// What is over before this is not told of.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two lines.
const AGAIN: Duration = Duration::from_millis(500);

/// How far a command is. Shared between the command, which counts, and the line that is shown.
#[derive(Debug)]
pub(super) struct Progress {
    doing: &'static str,
    is_shown: bool,
    records: Cell<u64>,
    all: Cell<Option<u64>>,
}

impl Progress {
    /// Nothing is shown where nobody looks, and beside lines that come all the time.
    pub(super) fn new(doing: &'static str, is_shown: bool) -> Self {
        let is_shown = is_shown && messages::is_for_person();
        Self { doing, is_shown, records: Cell::new(0), all: Cell::new(None) }
    }

    /// So many records more are done.
    pub(super) fn add(&self, records: u64) {
        self.records.set(self.records.get() + records);
    }

    /// So many there are.
    pub(super) fn of(&self, all: u64) {
        self.all.set(Some(all));
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
        let done = self.records.get();
        let all = self.all.get();
        let count = match all {
            _ if done == 0 => None,
            Some(all) => Some(format!("{} of {}", text::count(done), text::plural(all, "record"))),
            None => Some(text::plural(done, "record")),
        };
        let left = all.and_then(|all| left(done, all, elapsed));
        let parts = [
            Some(self.doing.to_owned()),
            count,
            Some(format!("{} s", elapsed.as_secs())),
            left.map(|left| format!("{left} s left")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// The seconds that the rest takes, at the speed so far.
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
}
