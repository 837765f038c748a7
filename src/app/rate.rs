//! Number of records that came or changed lately.

use crate::model::Timestamp;

/// Time that one bar of the chart stands for, in seconds.
const BAR: i64 = 5;
/// Number of bars in the chart, which make a minute.
const BARS: usize = 12;
/// Time that the chart shows, in seconds.
const MINUTE: i64 = 60;
/// Time over which the rate is taken, in seconds.
const SPAN: i32 = 5;

/// Changed records of the last minute, by the second.
#[derive(Debug, Clone, Default)]
pub struct Rate(Vec<(i64, u32)>);

impl Rate {
    /// Whether no records changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Records that came or changed, per second, over the last few seconds.
    pub fn rate(&self, now: Timestamp) -> f64 {
        let now = second(now);
        let recent = self.0.iter().filter(|(at, _)| now - at < SPAN.into());
        recent.map(|(_, count)| f64::from(*count)).sum::<f64>() / f64::from(SPAN)
    }

    /// Number of records that came or changed in each part of the last minute, the oldest first; none if
    /// nothing did.
    pub fn bars(&self, now: Timestamp) -> Option<[u32; BARS]> {
        let mut bars = [0; BARS];
        let now = second(now);
        for (at, count) in &self.0 {
            if let Ok(age) = usize::try_from((now - at) / BAR)
                && age < BARS
            {
                bars[BARS - 1 - age] += count;
            }
        }
        bars.iter().any(|bar| *bar > 0).then_some(bars)
    }

    /// Forgets changes older than a minute.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let now = second(now);
        self.0.retain(|(at, _)| (0..MINUTE).contains(&(now - at)));
    }

    pub(super) fn count(&mut self, changes: usize, now: Timestamp) {
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        let now = second(now);
        match self.0.last_mut() {
            Some((at, count)) if *at == now => *count = count.saturating_add(changes),
            _ => self.0.push((now, changes)),
        }
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

pub(super) fn second(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut watch = Rate::default();
        assert_eq!(watch.bars(at(100)), None);
        watch.count(5, at(100));
        watch.count(5, at(100));
        watch.count(10, at(102));
        assert!((watch.rate(at(102)) - 4.0).abs() < 1e-9);
        assert!((watch.rate(at(105)) - 2.0).abs() < 1e-9);
        assert!(watch.rate(at(110)) < 1e-9);
        assert_eq!(watch.bars(at(102)).map(|bars| bars[BARS - 1]), Some(20));
        assert_eq!(watch.bars(at(107)).map(|bars| (bars[BARS - 2], bars[BARS - 1])), Some((20, 0)));
        watch.expire(at(200));
        assert!(watch.is_empty(), "an idle program sleeps");
    }
}
