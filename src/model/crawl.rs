//! The other storages of a crawl: its request queues, its datasets, and the statistics of its crawlers. They
//! are only read, never changed.

use std::time::Duration;

use bytes::Bytes;

use super::{StoreName, Timestamp};

/// Limit on the queues that are read, and on the datasets.
pub const MOST: usize = 100;

/// Largest record of statistics, in bytes; a larger record is something else.
pub(crate) const LONGEST: u64 = 256 << 10;

/// A crawl at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Crawl {
    /// The crawlers that keep statistics in the default store.
    pub crawlers: Section<Crawler>,
    /// The request queues, sorted by name.
    pub queues: Section<StorageInfo>,
    /// The datasets, sorted by name.
    pub datasets: Section<StorageInfo>,
}

/// All storages of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Section<T> {
    /// The ones that were read: at most [`MOST`] queues or datasets.
    pub rows: Vec<T>,
    /// Number of all storages of this kind, those that were not read included.
    pub total: u64,
    /// A sentence on why they could not be read, if so.
    pub fault: Option<String>,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), total: 0, fault: None }
    }
}

/// A request queue or a dataset, as its metadata describes it. Facts that are missing in the metadata, or
/// that its kind does not have, are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct StorageInfo {
    /// Internal name.
    pub name: StoreName,
    /// Number of requests that wait.
    pub pending: Option<u64>,
    /// Number of requests that have been handled, failed ones included.
    pub handled: Option<u64>,
    /// Number of all requests that were ever added.
    pub total: Option<u64>,
    /// Number of items of a dataset.
    pub items: Option<u64>,
    /// Whether several clients have used it.
    pub had_multiple_clients: bool,
    /// Time of the last change.
    pub modified_at: Option<Timestamp>,
    /// A sentence on what is wrong with the metadata, if anything is.
    pub fault: Option<String>,
}

/// The statistics that a crawler wrote last.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Crawler {
    /// Number of the crawler in its process.
    pub number: u8,
    /// Whether the crawler is one of Crawlee for JavaScript.
    pub javascript: bool,
    /// Number of requests that succeeded.
    pub finished: Option<u64>,
    /// Number of requests that were given up.
    pub failed: Option<u64>,
    /// Number of requests that were tried more than once.
    pub retries: Option<u64>,
    /// Requests per minute that succeeded, over all its running time.
    pub finished_per_minute: Option<f64>,
    /// Requests per minute that were given up, over all its running time.
    pub failed_per_minute: Option<f64>,
    /// Average duration of a request that succeeded.
    pub request_time: Option<Duration>,
    /// Running time, in all runs.
    pub runtime: Option<Duration>,
    /// Time of its end; `None` while it runs, and if it was killed.
    pub finished_at: Option<Timestamp>,
    /// Time at which it wrote this: once a minute, and at its end.
    pub persisted_at: Option<Timestamp>,
    /// A sentence on what is wrong with the record, if anything is.
    pub fault: Option<String>,
}

impl Crawler {
    /// The key of its statistics in the default store.
    pub fn key(&self) -> String {
        let spelling = if self.javascript { "SDK" } else { "_" };
        format!("{spelling}_CRAWLER_STATISTICS_{}", self.number)
    }
}

/// A request queue or a dataset, by its internal name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherStorage {
    /// A request queue.
    Queue(StoreName),
    /// A dataset.
    Dataset(StoreName),
}

impl OtherStorage {
    /// Its name.
    pub fn name(&self) -> &StoreName {
        match self {
            Self::Queue(name) | Self::Dataset(name) => name,
        }
    }
}

/// A page of the contents: requests or items, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// JSON of each request or item.
    pub values: Vec<Bytes>,
    /// Number of all requests or items, on all pages.
    pub total: u64,
    /// Start of the next page; `None` at the end.
    pub next: Option<u64>,
    /// Number of values of this page that were left out: too large, or unreadable.
    pub left_out: u64,
}
