//! The cells of a row in the overview.

use crate::app::layers::crawl::{CrawlRow, Doing, Note, doing};
use crate::model::{Crawler, StorageInfo, StoreName, Timestamp};
use crate::text;
use crate::theme::Role;

/// The text for a value that is not known.
pub(super) const NONE: &str = "—";

/// A name in pieces, and numbers; empty where rows of its kind have none.
pub(super) struct Cells {
    pub(super) name: Vec<(String, Role)>,
    pub(super) waiting: String,
    pub(super) done: String,
    pub(super) failed: String,
    pub(super) per_minute: String,
    pub(super) last: String,
}

/// The cells of a row. `short`: the name also tells the kind.
pub(super) fn cells(row: &CrawlRow, per_minute: Option<f64>, now: Timestamp, short: bool) -> Cells {
    let mut cells = Cells {
        name: Vec::new(),
        waiting: String::new(),
        done: String::new(),
        failed: String::new(),
        per_minute: per_minute.map_or_else(|| NONE.to_owned(), text::rate),
        last: String::new(),
    };
    if short {
        let kind = match row {
            CrawlRow::Queue(_) => "queue",
            row => row.kind(),
        };
        cells.name.push((format!("{kind} "), Role::Dim));
    }
    match row {
        CrawlRow::Queue(info) => {
            storage(info, now, &mut cells);
            (cells.waiting, cells.done) = (count(info.pending), count(info.handled));
            if info.had_multiple_clients && !short {
                cells.name.push((" · shared".to_owned(), Role::Dim));
            }
        }
        CrawlRow::Dataset(info) => {
            storage(info, now, &mut cells);
            cells.done = count(info.items);
        }
        CrawlRow::Crawler(crawler) => tell(crawler, now, short, &mut cells),
        CrawlRow::Store(info) => {
            cells.name.push((named(&info.store), Role::Text));
            cells.done = count(info.records);
            cells.last = ago(info.modified_at, now);
        }
        CrawlRow::Note(_, note) => {
            cells.per_minute.clear();
            if let Note::More(more) = note {
                cells.name.push((format!("+ {} more", text::count(*more)), Role::Dim));
            }
        }
    }
    cells
}

/// The name of a queue, a dataset or a store.
pub(super) fn name_of(row: &CrawlRow) -> Option<String> {
    match row {
        CrawlRow::Queue(info) | CrawlRow::Dataset(info) => Some(named(&info.name)),
        CrawlRow::Store(info) => Some(named(&info.store)),
        CrawlRow::Crawler(_) | CrawlRow::Note(..) => None,
    }
}

fn storage(info: &StorageInfo, now: Timestamp, cells: &mut Cells) {
    cells.name.push((named(&info.name), Role::Text));
    cells.last = ago(info.modified_at, now);
}

fn tell(crawler: &Crawler, now: Timestamp, short: bool, cells: &mut Cells) {
    let language = if crawler.javascript { "JS " } else { "" };
    cells.name.push((format!("{language}#{}", crawler.number), Role::Text));
    if crawler.fault.is_some() {
        return;
    }
    let (word, role) = match doing(crawler, now) {
        Doing::Running => ("running", Role::Ok),
        Doing::Finished => ("finished", Role::Text),
        Doing::Silent => ("silent", Role::Warning),
    };
    cells.name.push((format!(" {word}"), role));
    if let Some(retries) = crawler.retries.filter(|retries| *retries > 0 && !short) {
        let s = if retries == 1 { "y" } else { "ies" };
        cells.name.push((format!(" · {} retr{s}", text::short_count(retries)), Role::Dim));
    }
    if let Some(time) = crawler.request_time.filter(|_| !short) {
        cells.name.push((format!(" · {} a request", text::span(time)), Role::Dim));
    }
    (cells.done, cells.failed) = (count(crawler.finished), count(crawler.failed));
    cells.last = ago(crawler.finished_at.or(crawler.persisted_at), now);
}

fn named(name: &StoreName) -> String {
    let name = name.escaped();
    if name.is_empty() { "(empty name)".to_owned() } else { name }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(|| NONE.to_owned(), text::short_count)
}

fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| NONE.to_owned(), |at| text::ago(at.micros(), now.micros()))
}
