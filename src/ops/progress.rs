//! How far a change of many records is, between the one who makes it and the one who shows it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a change of many records is, and whether it is to stop. Shared: it is made in one task, and shown
/// and cancelled from another.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    all: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Progress {
    /// Fraction that is done, from 0.0 to 1.0; `None` before it has begun.
    #[expect(clippy::cast_precision_loss, reason = "a share for the eye")]
    pub fn share(&self) -> Option<f32> {
        let (done, all) = (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed));
        (all > 0).then(|| (done as f32 / all as f32).min(1.0))
    }

    /// Has it stop after what was sent: what is left stays as it is.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it is to stop.
    pub(super) fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// It begins: so many steps.
    pub(super) fn begin(&self, all: u64) {
        self.all.store(all, Ordering::Relaxed);
    }

    /// So many steps more are made.
    pub(super) fn step(&self, by: u64) {
        self.done.fetch_add(by, Ordering::Relaxed);
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
        assert!(!progress.is_cancelled());
        progress.cancel();
        assert!(progress.is_cancelled());
    }
}
