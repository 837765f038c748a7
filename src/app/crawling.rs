//! Whether a crawl is writing to the open store, judged by the changes that are told of, without larder's
//! own.

use crate::model::{Crawl, Crawler, Key, StoreInfo, Timestamp};
use crate::text;

use super::layers::crawl::{Doing, doing};

/// Age of a store's last change, in microseconds, from which the store counts as not being written. Crawlers
/// write back once a minute.
const LATELY: u64 = 120_000_000;
/// Limit on the time between the answer to one of larder's writes and the watcher's word of it, in
/// microseconds.
const ECHO: i64 = 3_000_000;
/// Limit on how far the time stamp of a write may lie before larder sent it, in microseconds: clocks differ.
const SKEW: i64 = 1_000_000;

/// What is known of other programs that write.
#[derive(Debug, Clone, Default)]
pub struct Crawling {
    /// The keys of the crawlers that were running at the last look.
    running: Vec<String>,
    /// When records of the open store last changed, as far as the watcher told.
    changed_at: Option<Timestamp>,
    /// When a running crawler last wrote its statistics, in the default store.
    persisted_at: Option<Timestamp>,
    /// Start and end of larder's own last write.
    own: Option<(Timestamp, Timestamp)>,
}

impl Crawling {
    /// Takes note that records of the open store changed.
    pub(super) fn changed(&mut self, now: Timestamp) {
        if !self.is_own(now) {
            self.changed_at = Some(now);
        }
    }

    /// Takes the crawl, which was read.
    pub(super) fn read(&mut self, crawl: &Crawl, now: Timestamp) {
        let running = crawl.crawlers.rows.iter().filter(|row| doing(row, now) == Doing::Running);
        self.persisted_at = running.filter_map(|row| row.persisted_at).max();
    }

    /// Takes whether crawlers still run; gives a sentence about each that has ended.
    pub(super) fn ended(&mut self, crawl: &Crawl, now: Timestamp) -> Vec<String> {
        let mut ended = Vec::new();
        let mut running = Vec::new();
        for crawler in &crawl.crawlers.rows {
            let key = crawler.key();
            let ran = self.running.contains(&key);
            match doing(crawler, now) {
                Doing::Running => running.push(key),
                Doing::Finished if ran => ended.push(has_ended(crawler)),
                Doing::Silent if ran => {
                    let silent = "is silent: killed, or hanging";
                    ended.push(format!("crawler {} {silent}", crawler.number));
                }
                Doing::Finished | Doing::Silent => {}
            }
        }
        self.running = running;
        ended
    }

    /// Takes note that larder is about to write.
    pub(super) fn begins_write(&mut self, now: Timestamp) {
        self.own = Some((now, Timestamp::from_micros(i64::MAX)));
    }

    /// Takes note that larder's write was answered.
    pub(super) fn ends_write(&mut self, now: Timestamp) {
        if let Some((_, until)) = &mut self.own {
            *until = Timestamp::from_micros(now.micros().saturating_add(ECHO));
        }
    }

    /// Forgets what was known of the store that was open: another one is open now.
    pub(super) fn forget(&mut self) {
        self.changed_at = None;
    }

    /// Whether another program writes to the open store, of which `info` is known.
    fn writes_to(&self, info: Option<&StoreInfo>, now: Timestamp) -> bool {
        let stamped = info.and_then(|info| info.modified_at).filter(|at| !self.is_own(*at));
        let is_default = info.is_some_and(|info| info.store.as_bytes() == b"default");
        let persisted = self.persisted_at.filter(|_| is_default);
        // Another machine's clock may be ahead.
        let lately = |at: Timestamp| now.micros().abs_diff(at.micros()) < LATELY;
        [stamped, persisted, self.changed_at].into_iter().flatten().any(lately)
    }

    /// Whether a crawl that runs would write this record of the open store back.
    pub fn writes_back(&self, key: &Key, info: Option<&StoreInfo>, now: Timestamp) -> bool {
        key.is_written_back() && self.writes_to(info, now)
    }

    fn is_own(&self, at: Timestamp) -> bool {
        self.own.is_some_and(|(from, until)| {
            at.micros() >= from.micros().saturating_sub(SKEW) && at <= until
        })
    }
}

/// A sentence that says how a crawl ended.
fn has_ended(crawler: &Crawler) -> String {
    let counts = [(crawler.finished, "finished"), (crawler.failed, "failed")];
    let told = counts
        .into_iter()
        .filter_map(|(count, what)| count.map(|count| format!("{} {what}", text::count(count))));
    let told: Vec<_> = told.collect();
    let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
    format!("the crawl has ended{told}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Section;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn store(name: &str, modified_at: Option<i64>) -> StoreInfo {
        StoreInfo { store: name.into(), modified_at: modified_at.map(at), ..StoreInfo::default() }
    }

    #[test]
    fn a_store_is_written_for_two_minutes_after_its_last_change() {
        let key = Key::from("CRAWLEE_STATE_0");
        let mut crawling = Crawling::default();
        let back = |crawling: &Crawling, info: &StoreInfo, now| {
            crawling.writes_back(&key, Some(info), at(now))
        };
        assert!(!back(&crawling, &store("shop", None), 1000));
        assert!(back(&crawling, &store("shop", Some(990)), 1000));
        assert!(!back(&crawling, &store("shop", Some(880)), 1000));
        assert!(!crawling.writes_back(
            &Key::from("page"),
            Some(&store("shop", Some(990))),
            at(1000)
        ));
        crawling.changed(at(1000));
        assert!(back(&crawling, &store("shop", None), 1119));
        assert!(!back(&crawling, &store("shop", None), 1120));
        crawling.forget();
        assert!(!back(&crawling, &store("shop", None), 1001));
    }

    #[test]
    fn larders_own_writes_are_no_crawl() {
        let key = Key::from("CRAWLEE_STATE_0");
        let mut crawling = Crawling::default();
        crawling.begins_write(at(1000));
        crawling.changed(at(1001));
        crawling.ends_write(at(1002));
        crawling.changed(at(1004));
        let info = store("shop", Some(1001));
        assert!(!crawling.writes_back(&key, Some(&info), at(1010)));
        // A later change is another program's.
        crawling.changed(at(1006));
        assert!(crawling.writes_back(&key, Some(&info), at(1010)));
    }

    #[test]
    fn a_crawler_that_runs_no_more_is_told_of_once() {
        let crawl = |finished: Option<i64>, persisted: i64| {
            let (finished_at, persisted_at) = (finished.map(at), Some(at(persisted)));
            let counts = (Some(1200), Some(3));
            let crawler = Crawler { finished_at, persisted_at, ..Crawler::default() };
            let crawler = Crawler { finished: counts.0, failed: counts.1, ..crawler };
            let crawlers = Section { rows: vec![crawler], total: 1, fault: None };
            Crawl { crawlers, ..Crawl::default() }
        };
        let mut crawling = Crawling::default();
        // The crawl had ended before anyone looked.
        assert!(crawling.ended(&crawl(Some(900), 900), at(1000)).is_empty());
        assert!(crawling.ended(&crawl(None, 990), at(1000)).is_empty());
        let ended = crawling.ended(&crawl(Some(1010), 1010), at(1020));
        assert_eq!(ended, ["the crawl has ended: 1,200 finished, 3 failed"]);
        assert!(crawling.ended(&crawl(Some(1010), 1010), at(1050)).is_empty());
        // A crawler that was killed.
        assert!(crawling.ended(&crawl(None, 2000), at(2010)).is_empty());
        let ended = crawling.ended(&crawl(None, 2000), at(2200));
        assert!(ended[0].contains("is silent"), "{ended:?}");
    }

    #[test]
    fn a_crawler_that_runs_writes_to_the_default_store() {
        let key = Key::from("__CRAWLER_STATISTICS_0");
        let crawler = |finished: Option<i64>| {
            let mut crawl = Crawl::default();
            let persisted_at = Some(at(950));
            let finished_at = finished.map(at);
            let row = Crawler { finished_at, persisted_at, ..Crawler::default() };
            crawl.crawlers = Section { rows: vec![row], total: 1, fault: None };
            crawl
        };
        let mut crawling = Crawling::default();
        crawling.read(&crawler(None), at(1000));
        assert!(crawling.writes_back(&key, Some(&store("default", None)), at(1000)));
        assert!(!crawling.writes_back(&key, Some(&store("shop", None)), at(1000)));
        crawling.read(&crawler(Some(950)), at(1000));
        assert!(!crawling.writes_back(&key, Some(&store("default", None)), at(1000)));
    }
}
