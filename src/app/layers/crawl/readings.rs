//! Readings of the crawl over the last minute, and how fast it has grown.

use std::sync::Arc;

use crate::model::{Crawl, StorageInfo, StoreName, Timestamp};

use super::rows::CrawlRow;

/// Time over which a rate is taken, in microseconds.
const SPAN: i64 = 60_000_000;
/// Time between two readings that are kept for a rate, in microseconds.
const STEP: i64 = 5_000_000;
/// Shortest time over which a rate means anything, in microseconds.
const LEAST: i64 = 2_500_000;

/// The crawl at one moment.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    at: Timestamp,
    crawl: Arc<Crawl>,
    /// Number of records in each store.
    records: Vec<(StoreName, u64)>,
}

/// Readings of the last minute, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Readings {
    kept: Vec<Reading>,
    last: Option<Reading>,
}

impl Reading {
    /// The count of a row that grows: requests handled, items, records, or requests that went well.
    pub(super) fn count(&self, row: &CrawlRow) -> Option<u64> {
        let find = |rows: &[StorageInfo], name: &StoreName| {
            rows.iter().find(|row| row.name == *name).cloned()
        };
        match row {
            CrawlRow::Queue(info) => find(&self.crawl.queues.rows, &info.name)?.handled,
            CrawlRow::Dataset(info) => find(&self.crawl.datasets.rows, &info.name)?.items,
            CrawlRow::Store(info) => {
                let mut stores = self.records.iter();
                stores.find(|(name, _)| *name == info.store).map(|(_, records)| *records)
            }
            CrawlRow::Crawler(crawler) => {
                let id = (crawler.number, crawler.javascript);
                let mut rows = self.crawl.crawlers.rows.iter();
                rows.find(|row| (row.number, row.javascript) == id)?.finished
            }
            CrawlRow::Note(..) => None,
        }
    }
}

impl Readings {
    /// Takes a reading.
    pub(super) fn take(
        &mut self,
        crawl: &Arc<Crawl>,
        records: Vec<(StoreName, u64)>,
        now: Timestamp,
    ) {
        self.kept.retain(|kept| (0..=SPAN).contains(&(now.micros() - kept.at.micros())));
        let reading = Reading { at: now, crawl: Arc::clone(crawl), records };
        let last = self.kept.last().map(|kept| now.micros() - kept.at.micros());
        if last.is_none_or(|since| since >= STEP) {
            self.kept.push(reading.clone());
        }
        self.last = Some(reading);
    }

    /// Number of readings that are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// How much a count has grown, per minute; `None` until that can be told. A count that is smaller than
    /// before was emptied meanwhile, and is taken from there.
    pub(super) fn per_minute(&self, count: impl Fn(&Reading) -> Option<u64>) -> Option<f64> {
        let last = self.last.as_ref()?;
        let (now, is) = (last.at, count(last)?);
        let mut first: Option<(Timestamp, u64)> = None;
        let mut before = 0;
        for reading in &self.kept {
            // A reading in which the count is missing or could not be read begins the count anew.
            let Some(was) = count(reading) else {
                first = None;
                continue;
            };
            if first.is_none() || was < before {
                first = Some((reading.at, was));
            }
            before = was;
        }
        let (at, was) = first.filter(|_| before <= is)?;
        let span = now.micros() - at.micros();
        (span >= LEAST).then(|| (is - was) as f64 * 60_000_000.0 / span as f64)
    }

    /// How fast a count has grown from each reading to the next, the oldest first; no growth where the count
    /// is not known or was emptied.
    pub(super) fn bars(&self, count: impl Fn(&Reading) -> Option<u64>) -> Vec<f64> {
        let readings: Vec<_> = self.kept.iter().chain(&self.last).collect();
        let grown = readings.windows(2).filter_map(|pair| {
            let span = pair[1].at.micros() - pair[0].at.micros();
            let grown = count(pair[0]).zip(count(pair[1])).map(|(was, is)| is.saturating_sub(was));
            (span > 0).then(|| grown.unwrap_or(0) as f64 / span as f64)
        });
        grown.collect()
    }
}
