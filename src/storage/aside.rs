//! Rules for asides on every backend: their makers, and the time for which they are kept.

use std::sync::OnceLock;
use std::time::Duration;

use super::naming::new_id;
use crate::model::{Maker, Timestamp};

/// Time for which an aside stays that nobody restores or discards.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Time at which something that was set aside `at` this time expires.
pub(super) fn expiry(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_add(kept_micros()))
}

/// Oldest time of an aside that has not expired.
pub(super) fn oldest(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_sub(kept_micros()))
}

fn kept_micros() -> i64 {
    i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX)
}

/// This run of larder.
pub(crate) fn maker() -> &'static Maker {
    static THIS: OnceLock<Maker> = OnceLock::new();
    THIS.get_or_init(|| Maker {
        host: host().unwrap_or_default(),
        process: std::process::id(),
        // Without randomness, the process and its machine have to suffice.
        session: new_id().unwrap_or_else(|_| "0".to_owned()),
    })
}

/// Name of the machine.
pub(crate) fn host() -> Option<String> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::fs::read_to_string("/etc/hostname"));
    host.map(|host| host.trim().to_owned()).ok().filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_the_same_each_time_and_can_be_read_again() {
        assert_eq!(maker().process, std::process::id());
        assert_eq!(Maker::parse(maker().to_string().as_bytes()).as_ref(), Some(maker()));
    }
}
