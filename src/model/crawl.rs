//! What lies beside the key-value stores of a crawl: its request queues, its datasets, and the
//! statistics that its crawlers keep of themselves. Only looked at, never changed.

use std::time::Duration;

use bytes::Bytes;

use super::{StoreName, Timestamp};

/// At most so many queues, and so many datasets, are looked at.
pub const MOST: usize = 100;

/// A record of statistics above this size in bytes is nobody's.
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

/// All there is of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Section<T> {
    /// What was looked at: of queues and datasets at most [`MOST`].
    pub rows: Vec<T>,
    /// How many there are.
    pub total: u64,
    /// Why it is not known what there is, in a sentence.
    pub fault: Option<String>,
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), total: 0, fault: None }
    }
}

/// A request queue or a dataset, as its metadata describes it. What the metadata does not tell, and
/// what things of its kind do not have, is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct StorageInfo {
    /// The internal name.
    pub name: StoreName,
    /// Requests that wait.
    pub pending: Option<u64>,
    /// Requests that have been handled, failed ones included.
    pub handled: Option<u64>,
    /// All requests that were ever added.
    pub total: Option<u64>,
    /// Items of a dataset.
    pub items: Option<u64>,
    /// Whether more than one client has used it.
    pub had_multiple_clients: bool,
    /// When it last changed.
    pub modified_at: Option<Timestamp>,
    /// What is wrong with the metadata, in a sentence.
    pub fault: Option<String>,
}

/// What a crawler last wrote about itself.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(not(feature = "tui"), non_exhaustive)]
pub struct Crawler {
    /// Its number among the crawlers of its process.
    pub number: u8,
    /// Whether Crawlee for JavaScript runs it.
    pub javascript: bool,
    /// Requests that went well.
    pub finished: Option<u64>,
    /// Requests that were given up.
    pub failed: Option<u64>,
    /// Requests that were tried more than once.
    pub retries: Option<u64>,
    /// Requests a minute that went well, over all its running time.
    pub finished_per_minute: Option<f64>,
    /// Requests a minute that were given up, over all its running time.
    pub failed_per_minute: Option<f64>,
    /// How long a request that went well has taken on average.
    pub request_time: Option<Duration>,
    /// How long it has run, in all runs.
    pub runtime: Option<Duration>,
    /// When it ended; `None` while it runs, and if it was killed.
    pub finished_at: Option<Timestamp>,
    /// When it wrote this. It does so once a minute, and at its end.
    pub persisted_at: Option<Timestamp>,
    /// What is wrong with the record, in a sentence.
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

/// A page of what it holds: requests or items, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// Their JSON: a request each, or an item each.
    pub values: Vec<Bytes>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins; none at the end.
    pub next: Option<u64>,
    /// How many of this page were left out: too large, or not to be read.
    pub left_out: u64,
}
