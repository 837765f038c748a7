//! Changes in the storage while the user looks: the lists follow, the cursor stays on its key.

use crate::model::{Interest, Timestamp, WatchSource};

use super::crawling::Crawling;
use super::rate::Rate;

/// The way changes are found out, and the recent ones.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Whether the user wants to watch.
    pub on: bool,
    /// The way changes are found out, once it is known.
    pub source: Option<WatchSource>,
    /// The interest that the watcher was last told of.
    pub(super) interest: Interest,
    /// What is known of other programs that write.
    pub crawling: Crawling,
    /// Changed records of the last minute.
    seconds: Rate,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            on: true,
            source: None,
            interest: Interest::default(),
            crawling: Crawling::default(),
            seconds: Rate::default(),
        }
    }
}

impl Watch {
    /// Records that came or changed, per second, over the last few seconds.
    pub fn rate(&self, now: Timestamp) -> f64 {
        self.seconds.rate(now)
    }

    /// Number of records that came or changed in each part of the last minute, the oldest first; none if
    /// nothing did.
    pub fn bars(&self, now: Timestamp) -> Option<[u32; 12]> {
        self.seconds.bars(now)
    }

    /// When the chart changes, even if nothing happens.
    pub fn wake(&self) -> Option<Timestamp> {
        // The chart moves on with the seconds.
        (!self.seconds.is_empty()).then_some(Timestamp::from_micros(i64::MAX))
    }

    /// Forgets changes older than a minute.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.seconds.expire(now);
    }

    /// Whether every record that comes or changes is told by itself.
    pub(super) fn tells_each(&self) -> bool {
        !matches!(self.source, Some(WatchSource::Polling { .. } | WatchSource::Woken { .. }))
    }

    /// Whether the list may lag behind the number of records that is told.
    pub fn is_behind(&self) -> bool {
        !self.tells_each()
    }

    /// The way changes of the open store are found out, for the details.
    pub(super) fn fact(&self) -> Option<(&'static str, String)> {
        let told = match &self.source {
            Some(source) => source.in_words(),
            None if self.on => return None,
            None => "no".to_owned(),
        };
        Some(("watched", told))
    }

    pub(super) fn count(&mut self, changes: usize, now: Timestamp) {
        self.seconds.count(changes, now);
    }

    /// Forgets the changes: another store is open, and they were the old one's.
    pub(super) fn forget(&mut self) {
        self.seconds.forget();
        self.crawling.forget();
    }
}
