//! The time of a server that one step of long work takes.

use std::time::{Duration, Instant};

/// Time for which one step shall occupy the server.
const STEP_TIME: Duration = Duration::from_millis(1);

/// Number of entries in the next step: half as many where the last one took too long, twice as many where it
/// took less than one `spare`th of the time, within these bounds.
pub(super) fn next_count(count: u32, took: Duration, spare: u32, bounds: (u32, u32)) -> u32 {
    let next = if took > STEP_TIME {
        count / 2
    } else if took < STEP_TIME / spare {
        count * 2
    } else {
        count
    };
    next.clamp(bounds.0, bounds.1)
}

/// Time for which a step that was sent then has occupied the server: without the round trip.
pub(super) fn held(sent: Instant, round_trip: Duration) -> Duration {
    sent.elapsed().saturating_sub(round_trip)
}

/// Leaves half of the server's time to the crawl: waits as long as the last step took.
pub(super) async fn leave_half(took: Duration) {
    tokio::time::sleep(took).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_halved_where_it_is_slow_and_doubled_where_it_is_quick() {
        let next = |count, took| next_count(count, took, 2, (10, 1000));
        assert_eq!(next(100, STEP_TIME * 2), 50);
        assert_eq!(next(100, STEP_TIME), 100);
        assert_eq!(next(100, STEP_TIME / 2), 100);
        assert_eq!(next(100, STEP_TIME / 3), 200);
        assert_eq!((next(15, STEP_TIME * 2), next(600, Duration::ZERO)), (10, 1000));
    }
}
