//! The rows of the overview, and the facts about each.

use crate::model::{
    Crawl, Crawler, Section, StorageInfo, StoreInfo, StoreName, Timestamp, crawl::MOST,
};
use crate::text;

use super::super::super::facts::{Facts, store_facts};
use super::super::super::stores::StoresPane;
use super::{DEFAULT, Doing, doing};

/// Something that a crawl fills, or that runs the crawl.
#[derive(Debug, Clone, PartialEq)]
pub enum CrawlRow {
    /// A request queue.
    Queue(StorageInfo),
    /// A dataset.
    Dataset(StorageInfo),
    /// A crawler, as its statistics tell.
    Crawler(Crawler),
    /// A key-value store.
    Store(StoreInfo),
    /// A note on one kind of rows: how many more there are than are listed, or why they are not known.
    Note(&'static str, Note),
}

/// A note on one kind of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// This number of further rows is not listed.
    More(u64),
    /// The rows are not known; the sentence says why.
    Fault(String),
}

impl CrawlRow {
    /// The kind of the row, in a word or two.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Queue(_) => "request queue",
            Self::Dataset(_) => "dataset",
            Self::Crawler(_) => "crawler",
            Self::Store(_) => "store",
            Self::Note(kind, _) => kind,
        }
    }

    /// What is wrong with the row's storage or crawler, in a sentence.
    pub fn fault(&self) -> Option<&str> {
        match self {
            Self::Queue(info) | Self::Dataset(info) => info.fault.as_deref(),
            Self::Crawler(crawler) => crawler.fault.as_deref(),
            Self::Store(_) | Self::Note(_, Note::More(_)) => None,
            Self::Note(_, Note::Fault(why)) => Some(why),
        }
    }

    /// Whether the row is the store in which crawlers keep error pages and statistics.
    pub(super) fn is_default_store(&self) -> bool {
        matches!(self, Self::Store(info) if info.store.as_bytes() == DEFAULT)
    }

    /// Whether the row is a crawler that has failed or retried a request, as far as is known.
    pub(super) fn has_failures(&self) -> bool {
        let some = |count: Option<u64>| count != Some(0);
        matches!(self, Self::Crawler(it) if some(it.failed) || some(it.retries))
    }

    /// Whether both rows are the same thing, perhaps read at different times.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Queue(a), Self::Queue(b)) | (Self::Dataset(a), Self::Dataset(b)) => {
                a.name == b.name
            }
            (Self::Crawler(a), Self::Crawler(b)) => {
                (a.number, a.javascript) == (b.number, b.javascript)
            }
            (Self::Store(a), Self::Store(b)) => a.store == b.store,
            (Self::Note(a, _), Self::Note(b, _)) => a == b,
            _ => false,
        }
    }

    /// The title of the row's details.
    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Queue(_) => "Request queue",
            Self::Dataset(_) => "Dataset",
            Self::Crawler(_) => "Crawler",
            Self::Store(_) => "Store",
            Self::Note(..) => "The crawl",
        }
    }

    /// All facts about the row.
    pub(super) fn facts(&self, per_minute: Option<f64>, now: Timestamp) -> Facts {
        let mut facts = Facts::new();
        match self {
            Self::Queue(info) => {
                facts.push(("name", named(&info.name)));
                facts.push(("waiting", count(info.pending)));
                facts.push(("done", count(info.handled)));
                facts.push(("in all", count(info.total)));
                storage_facts(info, per_minute, now, &mut facts);
                let shared = if info.had_multiple_clients { "several" } else { "one" };
                facts.push(("clients", shared.to_owned()));
            }
            Self::Dataset(info) => {
                facts.push(("name", named(&info.name)));
                facts.push(("items", count(info.items)));
                storage_facts(info, per_minute, now, &mut facts);
            }
            Self::Crawler(crawler) => crawler_facts(crawler, now, &mut facts),
            Self::Store(info) => {
                store_facts(info, now, &mut facts);
                facts.push(("per minute", rate(per_minute)));
            }
            Self::Note(kind, Note::More(more)) => {
                let listed = format!("{} more, the first {MOST} are listed", text::count(*more));
                facts.push((kind, listed));
            }
            Self::Note(kind, Note::Fault(why)) => facts.push((kind, why.clone())),
        }
        facts
    }
}

/// All rows, in an order that stays the same.
pub(super) fn list(crawl: &Crawl, stores: &StoresPane) -> Vec<CrawlRow> {
    let mut rows = Vec::new();
    add(&mut rows, &crawl.queues, "request queue", CrawlRow::Queue);
    add(&mut rows, &crawl.datasets, "dataset", CrawlRow::Dataset);
    add(&mut rows, &crawl.crawlers, "crawler", CrawlRow::Crawler);
    rows.extend(stores.all().take(MOST).cloned().map(CrawlRow::Store));
    let more = stores.total().saturating_sub(MOST) as u64;
    if more > 0 {
        rows.push(CrawlRow::Note("store", Note::More(more)));
    }
    rows
}

fn add<T: Clone>(
    rows: &mut Vec<CrawlRow>,
    section: &Section<T>,
    kind: &'static str,
    row: impl Fn(T) -> CrawlRow,
) {
    rows.extend(section.rows.iter().cloned().map(row));
    let more = section.total.saturating_sub(section.rows.len() as u64);
    if let Some(fault) = &section.fault {
        rows.push(CrawlRow::Note(kind, Note::Fault(fault.clone())));
    } else if more > 0 {
        rows.push(CrawlRow::Note(kind, Note::More(more)));
    }
}

fn storage_facts(info: &StorageInfo, per_minute: Option<f64>, now: Timestamp, facts: &mut Facts) {
    facts.push(("per minute", rate(per_minute)));
    facts.push(("changed", when(info.modified_at, now)));
    if let Some(fault) = &info.fault {
        facts.push(("fault", fault.clone()));
    }
}

fn crawler_facts(crawler: &Crawler, now: Timestamp, facts: &mut Facts) {
    let language = if crawler.javascript { "JavaScript" } else { "Python" };
    facts.push(("number", format!("{}, Crawlee for {language}", crawler.number)));
    if let Some(fault) = &crawler.fault {
        facts.push(("fault", fault.clone()));
        return;
    }
    let state = match doing(crawler, now) {
        Doing::Running => "running",
        Doing::Finished => "finished",
        Doing::Silent => "silent: no statistics for a while",
    };
    facts.push(("state", state.to_owned()));
    facts.push(("done", count(crawler.finished)));
    facts.push(("failed", count(crawler.failed)));
    facts.push(("retries", count(crawler.retries)));
    facts.push(("done per minute", rate(crawler.finished_per_minute)));
    facts.push(("failed per minute", rate(crawler.failed_per_minute)));
    let span = |span: Option<std::time::Duration>| span.map_or_else(none, text::span);
    facts.push(("a request takes", span(crawler.request_time)));
    facts.push(("has run", span(crawler.runtime)));
    facts.push(("told", when(crawler.persisted_at, now)));
    if crawler.finished_at.is_some() {
        facts.push(("finished", when(crawler.finished_at, now)));
    }
}

fn named(name: &StoreName) -> String {
    let name = name.escaped();
    if name.is_empty() { "(empty name)".to_owned() } else { name }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(none, text::count)
}

fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(none, text::rate)
}

fn when(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(none, |at| text::since(at.micros(), now.micros()))
}

/// The text for a value that is not known.
fn none() -> String {
    "—".to_owned()
}
