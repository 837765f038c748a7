//! What changes in the storage under the reader: the lists follow, the cursor stays on its key.

use crate::model::{Interest, Timestamp, WatchSource};

use super::crawling::Crawling;

/// Seconds that one bar of the chart stands for.
const BAR: i64 = 5;
/// Bars of the chart: a minute.
const BARS: usize = 12;
/// Seconds that the chart shows.
const MINUTE: i64 = 60;
/// Seconds over which the rate is taken.
const SPAN: i32 = 5;

/// How changes are found out, and which there were lately.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Whether the user wants to watch.
    pub on: bool,
    /// How changes are found out, once that is known.
    pub source: Option<WatchSource>,
    /// What the watcher was last told to look at.
    pub(super) interest: Interest,
    /// What is known of others who write.
    pub crawling: Crawling,
    /// Changed records of the last minute, by second.
    seconds: Vec<(i64, u32)>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            on: true,
            source: None,
            interest: Interest::default(),
            crawling: Crawling::default(),
            seconds: Vec::new(),
        }
    }
}

impl Watch {
    /// Records a second that came or changed, over the last few seconds.
    pub fn rate(&self, now: Timestamp) -> f64 {
        let now = second(now);
        let recent = self.seconds.iter().filter(|(at, _)| now - at < SPAN.into());
        recent.map(|(_, count)| f64::from(*count)).sum::<f64>() / f64::from(SPAN)
    }

    /// How many records came or changed in each part of the last minute, the oldest first; none
    /// if nothing did.
    pub fn bars(&self, now: Timestamp) -> Option<[u32; BARS]> {
        let mut bars = [0; BARS];
        let now = second(now);
        for (at, count) in &self.seconds {
            if let Ok(age) = usize::try_from((now - at) / BAR)
                && age < BARS
            {
                bars[BARS - 1 - age] += count;
            }
        }
        bars.iter().any(|bar| *bar > 0).then_some(bars)
    }

    /// When what is shown of it will be different although nothing happens.
    pub fn wake(&self) -> Option<Timestamp> {
        // The chart moves on with the seconds.
        self.seconds.last().map(|_| Timestamp::from_micros(i64::MAX))
    }

    /// Forgets changes older than a minute.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let now = second(now);
        self.seconds.retain(|(at, _)| (0..MINUTE).contains(&(now - at)));
    }

    /// Whether every record that comes or changes is told by itself.
    pub(super) fn tells_each(&self) -> bool {
        !matches!(self.source, Some(WatchSource::Polling { .. } | WatchSource::Woken { .. }))
    }

    /// Whether the list may be behind the number of records that is told.
    pub fn is_behind(&self) -> bool {
        !self.tells_each()
    }

    /// How changes of the open store are found out, for the details.
    pub(super) fn fact(&self) -> Option<(&'static str, String)> {
        let told = match &self.source {
            Some(source) => source.in_words(),
            None if self.on => return None,
            None => "no".to_owned(),
        };
        Some(("watched", told))
    }

    pub(super) fn count(&mut self, changes: usize, now: Timestamp) {
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        let now = second(now);
        match self.seconds.last_mut() {
            Some((at, count)) if *at == now => *count = count.saturating_add(changes),
            _ => self.seconds.push((now, changes)),
        }
    }

    /// Another store is open: what came was about the old one.
    pub(super) fn forget(&mut self) {
        self.seconds.clear();
        self.crawling.forget();
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
        let mut watch = Watch::default();
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
        assert_eq!(watch.wake(), None, "an idle program sleeps");
    }
}
