//! The rest of the crawl, while the user looks at it: request queues, datasets and crawlers.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::model::{Crawl, Crawler, Error, StorageInfo, StoreName, Timestamp};

use super::super::ctx::Ctx;
use super::super::event::Slot;
use super::super::load::Load;
use super::dialog::Dialog;
use super::overlay::{Overlay, Then};

/// Microseconds over which the rate of a queue or dataset is taken.
const SPAN: i64 = 60_000_000;
/// Readings that are kept for it lie so many microseconds apart.
const STEP: i64 = 5_000_000;
/// Over fewer microseconds a rate says nothing.
const LEAST: i64 = 2_500_000;
/// A crawler writes its statistics once a minute; one that has not for so many microseconds was
/// killed, or hangs.
const SILENT: i64 = 150_000_000;

/// What is known of the crawl, and what was known a while ago.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// How far it is scrolled.
    pub overlay: Overlay,
    /// The crawl as last read; `None` until then.
    pub crawl: Option<Arc<Crawl>>,
    /// Why it could not be read just now.
    pub failure: Option<Error>,
    /// When that was.
    read_at: Option<Timestamp>,
    /// When, and what it was at times over the last minute, the oldest first.
    readings: Vec<(Timestamp, Arc<Crawl>)>,
}

/// What a crawler is doing, as far as its statistics tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It runs.
    Running,
    /// It has ended.
    Finished,
    /// It has not said that it ended, but nothing else either for a while.
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
    /// Takes a reading; the next one follows by itself, as long as anyone looks.
    pub(in crate::app) fn take(&mut self, crawl: Arc<Crawl>, now: Timestamp) {
        self.readings.retain(|(at, _)| (0..=SPAN).contains(&(now.micros() - at.micros())));
        let last = self.readings.last().map(|(at, _)| now.micros() - at.micros());
        if last.is_none_or(|since| since >= STEP) {
            self.readings.push((now, Arc::clone(&crawl)));
        }
        self.crawl = Some(crawl);
        self.read_at = Some(now);
        self.failure = None;
    }

    /// How many requests of this queue are handled a minute, over the last one.
    pub fn queue_rate(&self, name: &StoreName) -> Option<f64> {
        self.rate(|crawl| find(&crawl.queues.rows, name)?.handled)
    }

    /// How many items come to this dataset a minute, over the last one.
    pub fn dataset_rate(&self, name: &StoreName) -> Option<f64> {
        self.rate(|crawl| find(&crawl.datasets.rows, name)?.items)
    }

    /// How much a count has grown a minute; `None` until that can be told. One that is smaller than
    /// before was emptied meanwhile, and is counted from there.
    fn rate(&self, count: impl Fn(&Crawl) -> Option<u64>) -> Option<f64> {
        let (now, is) = (self.read_at?, count(self.crawl.as_ref()?)?);
        let mut first: Option<(Timestamp, u64)> = None;
        let mut before = 0;
        for (at, crawl) in &self.readings {
            // Where it was not there, or could not be read, the count begins anew.
            let Some(was) = count(crawl) else {
                first = None;
                continue;
            };
            if first.is_none() || was < before {
                first = Some((*at, was));
            }
            before = was;
        }
        let (at, was) = first.filter(|_| before <= is)?;
        let span = now.micros() - at.micros();
        (span >= LEAST).then(|| (is - was) as f64 * 60_000_000.0 / span as f64)
    }
}

fn find<'a>(rows: &'a [StorageInfo], name: &StoreName) -> Option<&'a StorageInfo> {
    rows.iter().find(|row| row.name == *name)
}

impl Dialog for Overview {
    fn context(&self) -> Context {
        Context::Help
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) {
        ctx.read(Slot::Crawl, Load::Crawl);
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        // The key that opened it closes it again.
        if ctx.keymap.lookup(Context::Global, &key) == Some(Action::Crawl) {
            return Then::Close;
        }
        self.overlay.act(action, ctx)
    }

    fn overlay(&mut self) -> Option<&mut Overlay> {
        Some(&mut self.overlay)
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Crawl);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn the_rate_is_that_of_the_last_minute() {
        let (mut overview, name) = (Overview::default(), StoreName::from("default"));
        assert_eq!(overview.queue_rate(&name), None);
        for second in 0..=200 {
            let seconds = u64::try_from(second).unwrap();
            // Two a second, and after 150 s none.
            overview.take(crawl(seconds.min(150) * 2, seconds), at(second));
            match second {
                0..=2 => assert_eq!(overview.queue_rate(&name), None),
                3..=150 => assert!((overview.queue_rate(&name).unwrap() - 120.0).abs() < 1e-9),
                _ => {}
            }
        }
        let rate = overview.queue_rate(&name).unwrap();
        assert!((15.0..25.0).contains(&rate), "{rate}");
        assert!((overview.dataset_rate(&name).unwrap() - 60.0).abs() < 1e-9);
        assert_eq!(overview.queue_rate(&"other".into()), None);
        assert!(overview.readings.len() <= 13, "{}", overview.readings.len());
    }

    #[test]
    fn a_queue_that_was_emptied_is_counted_from_there() {
        let (mut overview, name) = (Overview::default(), StoreName::from("default"));
        for (second, handled) in [(0, 100), (5, 200), (10, 0), (15, 10), (20, 20)] {
            overview.take(crawl(handled, 0), at(second));
        }
        assert!((overview.queue_rate(&name).unwrap() - 120.0).abs() < 1e-9);
        overview.take(crawl(5, 0), at(21));
        assert!(overview.queue_rate(&name).is_none_or(|rate| rate < 60.0));
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
