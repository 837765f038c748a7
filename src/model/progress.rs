//! Progress of a change of many records, shared between its maker and its display.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Progress of a change of many records, and whether it shall stop. Clones are of the same change: it is made
/// in one task, and shown and cancelled from another.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    all: AtomicU64,
    is_cancelled: AtomicBool,
    is_stopped: AtomicBool,
}

impl Progress {
    /// Fraction that is done, from 0.0 to 1.0; `None` before it has begun.
    #[expect(clippy::cast_precision_loss, reason = "a share for the eye")]
    pub fn share(&self) -> Option<f32> {
        let [done, all] = [&self.0.done, &self.0.all].map(|count| count.load(Ordering::Relaxed));
        (all > 0).then(|| (done as f32 / all as f32).min(1.0))
    }

    /// Stops the change after the requests that were sent; the remaining records stay as they are.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the change was stopped before its end.
    pub fn is_stopped(&self) -> bool {
        self.0.is_stopped.load(Ordering::Relaxed)
    }

    /// Whether another clone exists.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether the change shall stop now; records that it does.
    pub(crate) fn stops(&self) -> bool {
        let is_cancelled = self.0.is_cancelled.load(Ordering::Relaxed);
        self.0.is_stopped.fetch_or(is_cancelled, Ordering::Relaxed);
        is_cancelled
    }

    /// Begins a change of this number of steps.
    pub(crate) fn begin(&self, all: u64) {
        self.0.all.store(all, Ordering::Relaxed);
    }

    /// Adds this number of finished steps.
    pub(crate) fn step(&self, by: u64) {
        self.0.done.fetch_add(by, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_known_once_it_has_begun_and_is_never_more_than_all() {
        let progress = Progress::default();
        assert_eq!(progress.share(), None);
        progress.begin(4);
        assert_eq!(progress.share(), Some(0.0));
        progress.step(3);
        assert_eq!(progress.share(), Some(0.75));
        progress.step(3);
        assert_eq!(progress.share(), Some(1.0));
    }

    #[test]
    fn what_is_cancelled_after_its_last_step_was_not_stopped() {
        let progress = Progress::default();
        let other = progress.clone();
        assert!(!progress.stops() && progress.is_shared());
        other.cancel();
        assert!(!progress.is_stopped());
        assert!(progress.stops() && other.is_stopped());
    }
}
