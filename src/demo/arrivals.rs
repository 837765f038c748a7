//! The times at which records come: steadily, with bursts and pauses, as in crawls.

use std::time::Duration;

use super::random::Random;

/// Number of records that are written at once at the start, so that there is something to look at.
const FIRST: u64 = 40;

/// Rate of a burst, as a multiple of the ordinary rate.
const BURST: f64 = 15.0;

/// The times between records.
#[derive(Debug)]
pub(super) struct Arrivals {
    random: Random,
    rate: f64,
    /// Number of further records that come without waiting.
    first: u64,
    /// Number of further records in this burst.
    burst: u64,
    /// Number of records before the next burst or pause.
    calm: u64,
}

impl Arrivals {
    /// Arrivals at about `rate` records a second.
    pub(super) fn new(seed: u64, rate: f64) -> Self {
        let mut random = Random::new(seed, 2);
        let calm = random.between(60, 180);
        Self { random, rate, first: FIRST, burst: 0, calm }
    }

    /// Time to wait before the next record.
    pub(super) fn wait(&mut self) -> Duration {
        if self.first > 0 {
            self.first -= 1;
            return Duration::ZERO;
        }
        // The gaps are those between independent calls, but never very long.
        let gap = (-(1.0 - self.random.share()).ln()).min(4.0) / self.rate;
        if self.burst > 0 {
            self.burst -= 1;
            return Duration::from_secs_f64(gap / BURST);
        }
        if self.calm > 0 {
            self.calm -= 1;
            return Duration::from_secs_f64(gap);
        }
        self.calm = self.random.between(60, 240);
        if self.random.once_in(3) {
            // A pause like that of a crawler at a slow site: as long as twenty to fifty records take.
            let records = 20.0 + 30.0 * self.random.share();
            return Duration::from_secs_f64((records / self.rate).min(5.0));
        }
        self.burst = self.random.between(30, 80);
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_come_at_once_and_the_rest_at_about_the_rate() {
        let mut arrivals = Arrivals::new(1, 12.0);
        assert!((0..FIRST).all(|_| arrivals.wait().is_zero()));
        let records = 5_000;
        let seconds: f64 = (0..records).map(|_| arrivals.wait().as_secs_f64()).sum();
        let rate = f64::from(records) / seconds;
        assert!((11.0..19.0).contains(&rate), "{rate}");
    }

    #[test]
    fn there_are_bursts_and_pauses() {
        let mut arrivals = Arrivals::new(3, 10.0);
        let waits: Vec<f64> = (0..3_000).map(|_| arrivals.wait().as_secs_f64()).collect();
        let fastest = waits[100..].windows(30).map(|some| some.iter().sum::<f64>());
        assert!(fastest.fold(f64::MAX, f64::min) < 0.5);
        assert!(waits.iter().any(|wait| *wait > 1.5));
        assert!(waits.iter().all(|wait| *wait <= 5.0));
    }
}
