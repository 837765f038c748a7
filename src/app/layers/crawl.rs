//! The crawl as a list that one can enter: request queues, datasets, crawlers and stores.

mod readings;
mod rows;

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::{
    Crawl, Crawler, Error, Key, OtherStorage, StoreInfo, StoreName, Timestamp, crawl::MOST,
};

use super::super::App;
use super::super::ctx::{Ctx, KeysShown, Request};
use super::super::event::Slot;
use super::super::list::{Cursor, Move};
use super::super::load::Load;
use super::super::notice::Notice;
use super::dialog::{CursorRows, Dialog};
use super::overlay::{Then, closes};
use readings::Readings;

pub use rows::{CrawlRow, Note};

/// Time without new statistics after which a crawler counts as killed or hanging, in microseconds. A crawler
/// that runs writes them once a minute.
const SILENT: i64 = 150_000_000;
/// The store in which crawlers keep error pages and statistics.
const DEFAULT: &[u8] = b"default";
/// Beginning of the keys of error pages.
pub const ERROR_PAGES: &str = "ERROR_SNAPSHOT_";
/// Rows of the screen that the list does not have: two borders and the header.
const FRAME: u16 = 3;

/// The crawl as it is now, and readings of the last minute.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// The cursor among the rows.
    pub cursor: Cursor,
    /// The rows, from the last reading; none until the crawl has been read.
    pub rows: Vec<CrawlRow>,
    /// The crawl as last read; `None` until then.
    pub crawl: Option<Arc<Crawl>>,
    /// Why the last reading of the crawl failed.
    pub failure: Option<Error>,
    readings: Readings,
    /// Whether the cursor has been put on the open store, or moved.
    placed: bool,
}

/// What a crawler is doing, as far as its statistics tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It runs.
    Running,
    /// It has ended.
    Finished,
    /// It has not said that it ended, but has not written anything for a while either.
    Silent,
}

/// What a crawler is doing.
pub fn doing(crawler: &Crawler, now: Timestamp) -> Doing {
    match (crawler.finished_at, crawler.persisted_at) {
        (Some(_), _) => Doing::Finished,
        (None, Some(at)) if now.micros() - at.micros() < SILENT => Doing::Running,
        (None, _) => Doing::Silent,
    }
}

impl Overview {
    /// Takes a reading; the next one follows by itself, as long as the dialog is open.
    pub(in crate::app) fn take<'a>(
        &mut self,
        crawl: Arc<Crawl>,
        stores: impl Iterator<Item = &'a StoreInfo>,
        now: Timestamp,
    ) {
        let records = stores.filter_map(|info| Some((info.store.clone(), info.records?)));
        let records = records.take(MOST).collect();
        self.readings.take(&crawl, records, now);
        self.crawl = Some(crawl);
        self.failure = None;
    }

    /// How much a row's count has grown, per minute, over the last minute; for a crawler, the rate in its own
    /// statistics.
    pub fn per_minute(&self, row: &CrawlRow) -> Option<f64> {
        match row {
            CrawlRow::Crawler(crawler) => crawler.finished_per_minute,
            row => self.readings.per_minute(|reading| reading.count(row)),
        }
    }

    /// How fast a row's count has grown between one reading and the next, the oldest first.
    pub fn bars(&self, row: &CrawlRow) -> Vec<f64> {
        self.readings.bars(|reading| reading.count(row))
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&CrawlRow> {
        self.rows.get(self.cursor.at)
    }

    /// Number of rows that are shown at once in a body of this height.
    pub fn height(&self, body: u16) -> usize {
        let failure = u16::from(self.failure.is_some());
        usize::from(body.saturating_sub(FRAME + failure)).max(1)
    }

    /// Takes the rows as they are now; the cursor stays on its row.
    fn list(&mut self, rows: Vec<CrawlRow>, open: Option<&StoreName>, height: usize) {
        let held = self.current().cloned();
        let is_open =
            |row: &CrawlRow| matches!(row, CrawlRow::Store(info) if Some(&info.store) == open);
        let at = match held.filter(|_| self.placed) {
            Some(held) => rows.iter().position(|row| row.is_same(&held)),
            None => rows.iter().position(is_open),
        };
        self.placed |= at.is_some();
        let len = rows.len();
        self.rows = rows;
        self.cursor.hold(at.unwrap_or(self.cursor.at), len, height);
    }

    fn go(&mut self, to: Move, ctx: &Ctx<'_>) {
        self.placed = true;
        let height = self.height(ctx.layout().body.height);
        self.cursor.go(to, self.rows.len(), height);
    }

    /// Goes into a store, a queue or a dataset; shows the facts of a row that cannot be entered.
    fn open(&self, ctx: &mut Ctx<'_>) -> Then {
        let request = match self.current() {
            None => return Then::Stay,
            Some(CrawlRow::Queue(info)) if info.fault.is_none() => {
                ctx.request(Request::OpenContents(OtherStorage::Queue(info.name.clone())));
                return Then::Stay;
            }
            Some(CrawlRow::Dataset(info)) if info.fault.is_none() => {
                ctx.request(Request::OpenContents(OtherStorage::Dataset(info.name.clone())));
                return Then::Stay;
            }
            Some(CrawlRow::Store(info)) => Request::Enter(info.store.clone(), None),
            Some(CrawlRow::Crawler(crawler)) if crawler.fault.is_none() => {
                let key = KeysShown::At(Key::from(crawler.key().as_str()));
                Request::Enter(StoreName::from(DEFAULT), Some(key))
            }
            Some(_) => {
                self.details(ctx);
                return Then::Stay;
            }
        };
        ctx.request(request);
        Then::Close
    }

    /// Shows all that is known of a row.
    fn details(&self, ctx: &mut Ctx<'_>) {
        let Some(row) = self.current() else { return };
        let facts = row.facts(self.per_minute(row), ctx.now);
        ctx.request(Request::Details(row.title(), facts));
    }
}

impl Dialog for Overview {
    fn context(&self) -> Context {
        Context::Crawl
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        ctx.read(Slot::Crawl, Load::Crawl);
    }

    fn look(&mut self, app: &App) {
        let Some(crawl) = self.crawl.clone() else { return };
        let rows = rows::list(&crawl, &app.stores);
        let height = self.height(app.layout().body.height);
        self.list(rows, app.keys.store.as_ref(), height);
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let (len, height) = (self.rows.len(), self.height(ctx.layout().body.height));
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if closes(&key, action, (Context::Global, Action::Crawl), ctx) {
            return Then::Close;
        }
        if let Some(to) = action.and_then(Move::of) {
            self.go(to, ctx);
            return Then::Stay;
        }
        match action {
            Some(Action::Open) => return self.open(ctx),
            Some(Action::Details) => self.details(ctx),
            Some(Action::Help) => ctx.request(Request::Help),
            Some(Action::FailedRequests) if !self.allows(Action::FailedRequests) => {
                let none = "no default store: crawlers keep error pages there";
                let has_store = self.rows.iter().any(CrawlRow::is_default_store);
                let why = if has_store { "no request has failed" } else { none };
                ctx.say(Notice::info(why));
            }
            Some(Action::FailedRequests) => {
                let pages = KeysShown::Filtered(ERROR_PAGES.to_owned());
                ctx.request(Request::Enter(StoreName::from(DEFAULT), Some(pages)));
                return Then::Close;
            }
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        match action {
            Action::Open | Action::Details => self.current().is_some(),
            Action::FailedRequests => {
                let rows = || self.rows.iter();
                rows().any(CrawlRow::is_default_store) && rows().any(CrawlRow::has_failures)
            }
            _ => true,
        }
    }

    fn choose(&mut self, row: usize, ctx: &mut Ctx<'_>) {
        self.go(Move::To(row), ctx);
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Crawl);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StorageInfo;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn crawl(handled: u64, items: u64) -> Arc<Crawl> {
        let mut crawl = Crawl::default();
        let name = StoreName::from("default");
        let info = StorageInfo { name, ..StorageInfo::default() };
        crawl.queues.rows.push(StorageInfo { handled: Some(handled), ..info.clone() });
        crawl.datasets.rows.push(StorageInfo { items: Some(items), ..info });
        Arc::new(crawl)
    }

    fn row(name: &StoreName) -> StorageInfo {
        StorageInfo { name: name.clone(), ..StorageInfo::default() }
    }

    fn queue_rate(overview: &Overview, name: &StoreName) -> Option<f64> {
        overview.per_minute(&CrawlRow::Queue(row(name)))
    }

    fn dataset_rate(overview: &Overview, name: &StoreName) -> Option<f64> {
        overview.per_minute(&CrawlRow::Dataset(row(name)))
    }

    #[test]
    fn the_rate_is_that_of_the_last_minute() {
        let (mut overview, name) = (Overview::default(), StoreName::from("default"));
        assert_eq!(queue_rate(&overview, &name), None);
        for second in 0..=200 {
            let seconds = u64::try_from(second).unwrap();
            // The count grows by two a second, and by nothing after 150 s.
            overview.take(crawl(seconds.min(150) * 2, seconds), std::iter::empty(), at(second));
            match second {
                0..=2 => assert_eq!(queue_rate(&overview, &name), None),
                3..=150 => assert!((queue_rate(&overview, &name).unwrap() - 120.0).abs() < 1e-9),
                _ => {}
            }
        }
        let rate = queue_rate(&overview, &name).unwrap();
        assert!((15.0..25.0).contains(&rate), "{rate}");
        assert!((dataset_rate(&overview, &name).unwrap() - 60.0).abs() < 1e-9);
        assert_eq!(queue_rate(&overview, &"other".into()), None);
        let bars = overview.bars(&CrawlRow::Dataset(row(&name)));
        assert!(bars.len() <= 13 && bars.iter().all(|bar| (bar * 1e6 - 1.0).abs() < 1e-9));
        assert!(overview.readings.len() <= 13, "{}", overview.readings.len());
    }

    #[test]
    fn a_queue_that_was_emptied_is_counted_from_there() {
        let (mut overview, name) = (Overview::default(), StoreName::from("default"));
        for (second, handled) in [(0, 100), (5, 200), (10, 0), (15, 10), (20, 20)] {
            overview.take(crawl(handled, 0), std::iter::empty(), at(second));
        }
        assert!((queue_rate(&overview, &name).unwrap() - 120.0).abs() < 1e-9);
        overview.take(crawl(5, 0), std::iter::empty(), at(21));
        assert!(queue_rate(&overview, &name).is_none_or(|rate| rate < 60.0));
    }

    #[test]
    fn a_crawler_runs_until_it_says_otherwise_or_nothing() {
        let crawler = |finished: Option<i64>, persisted: Option<i64>| Crawler {
            finished_at: finished.map(at),
            persisted_at: persisted.map(at),
            ..Crawler::default()
        };
        let now = at(1000);
        assert_eq!(doing(&crawler(None, Some(940)), now), Doing::Running);
        assert_eq!(doing(&crawler(None, Some(800)), now), Doing::Silent);
        assert_eq!(doing(&crawler(None, None), now), Doing::Silent);
        assert_eq!(doing(&crawler(Some(990), Some(990)), now), Doing::Finished);
        assert_eq!(doing(&crawler(Some(10), Some(10)), now), Doing::Finished);
    }
}
