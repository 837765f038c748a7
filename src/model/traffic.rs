//! Counts of transferred bytes, shared between the connection and the display of progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes received from a server and sent to it. Clones count the same; a directory has none.
#[derive(Debug, Clone, Default)]
pub struct Traffic(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    came: AtomicU64,
    went: AtomicU64,
    /// Bytes received when the last value was requested.
    before: AtomicU64,
    /// Size of that value, in bytes.
    size: AtomicU64,
}

impl Traffic {
    /// Bytes received of the last requested value, and its size; `None` before the first request.
    pub fn of_value(&self) -> Option<(u64, u64)> {
        let [came, before, size] =
            [&self.0.came, &self.0.before, &self.0.size].map(|count| count.load(Ordering::Relaxed));
        (size > 0).then(|| (came.saturating_sub(before).min(size), size))
    }

    /// Bytes received from the server so far.
    pub fn came(&self) -> u64 {
        self.0.came.load(Ordering::Relaxed)
    }

    /// Bytes sent to the server so far.
    pub fn went(&self) -> u64 {
        self.0.went.load(Ordering::Relaxed)
    }

    /// Begins the request of a value of this size.
    pub(crate) fn begins(&self, size: u64) {
        self.0.before.store(self.0.came.load(Ordering::Relaxed), Ordering::Relaxed);
        self.0.size.store(size, Ordering::Relaxed);
    }

    /// Adds this number of received bytes.
    pub(crate) fn add_come(&self, bytes: usize) {
        self.0.came.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Adds this number of sent bytes.
    pub(crate) fn add_gone(&self, bytes: usize) {
        self.0.went.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_a_value_begins_when_it_is_asked_for_and_ends_at_its_size() {
        let traffic = Traffic::default();
        traffic.add_come(70);
        assert_eq!(traffic.of_value(), None);
        traffic.begins(100);
        assert_eq!(traffic.of_value(), Some((0, 100)));
        traffic.add_come(40);
        assert_eq!(traffic.clone().of_value(), Some((40, 100)));
        // The framing of the value counts, too.
        traffic.add_come(80);
        assert_eq!(traffic.of_value(), Some((100, 100)));
        traffic.add_gone(5);
        assert_eq!(traffic.went(), 5);
    }
}
