//! The simulated crawl: the records that it writes, one after the other.
//!
//! All of them follow from the seed and the number of records before, so that a demo can be shown again; the
//! times at which they are written are in `demo::arrivals`.

use std::collections::VecDeque;
use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, GzBuilder};

use super::catalogue::FAILURES;
use super::html;
use super::json::{Json, JsonStyle};
use super::picture::Picture;
use super::product::{CSV_HEAD, Product};
use super::random::Random;
use super::siblings::{Visit, VisitOutcome};
use super::statistics::{self, Statistics};
use crate::model::{ContentType, Timestamp, Value};

/// Start of a simulated crawl in which every byte follows from the seed: 2026-11-22T08:00:00Z, in
/// microseconds.
const START: i64 = 1_795_334_400_000_000;

/// The type that Crawlee gives its own states.
const STATE: &str = "application/json";

/// The key of the crawler's statistics.
const STATISTICS: &str = "__CRAWLER_STATISTICS_0";

/// The key of the first product, whatever the seed.
pub(super) const FIRST_PRODUCT: &str = "product-000001";

/// Number of the request that fails in every crawl.
const FAILS: u64 = 14;

/// Number of records before the first `OUTPUT`.
const OUTPUT_AFTER: u64 = 90;

/// Number of requests between two writes of the crawler's own state.
const PERSIST: u64 = 20;

/// Limit on visits that wait to be taken; later ones are dropped.
const MOST_VISITS: usize = 100;

/// The store of the crawl that a record goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Destination {
    /// The default store: input, output, states, error snapshots.
    Default,
    /// The store for what the crawl finds.
    Found,
}

/// A record that the crawl writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoRecord {
    /// The store that it goes to.
    pub destination: Destination,
    /// The key.
    pub key: String,
    /// The content type.
    pub content_type: ContentType,
    /// The stored bytes.
    pub value: Bytes,
    /// Whether a record of this key was written before.
    pub again: bool,
}

/// Limits of a crawl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Number of records after which it ends.
    pub records: u64,
    /// Size of all values after which it ends, in bytes.
    pub bytes: u64,
}

/// The crawl, as an iterator over the records that it writes: the same for the same seed and style. The last
/// records say that it is finished.
#[derive(Debug)]
pub struct Simulation {
    random: Random,
    style: JsonStyle,
    limits: Limits,
    queue: VecDeque<DemoRecord>,
    statistics: Statistics,
    /// Whether the crawler's own states follow the real clock, as in a running crawl: they then differ from
    /// run to run, and everything else does not.
    in_real_time: bool,
    /// The time, simulated or real, in microseconds.
    now: i64,
    requests: u64,
    /// Visits that have ended and were not taken yet.
    visits: Vec<Visit>,
    /// Number of records that are written or in the queue.
    records: u64,
    bytes: u64,
    has_output: bool,
    ended: bool,
    /// Lines of the next export.
    rows: String,
}

impl Simulation {
    /// A crawl that has yet to write its first record.
    pub fn new(seed: u64, style: JsonStyle, limits: Limits) -> Self {
        Self::starting(seed, style, limits, START, false)
    }

    /// A crawl like `new`, but with the real time in its own states.
    pub fn in_real_time(seed: u64, style: JsonStyle, limits: Limits) -> Self {
        Self::starting(seed, style, limits, Timestamp::now().micros(), true)
    }

    fn starting(
        seed: u64,
        style: JsonStyle,
        limits: Limits,
        start: i64,
        in_real_time: bool,
    ) -> Self {
        let mut crawl = Self {
            random: Random::new(seed, 1),
            style,
            limits,
            queue: VecDeque::new(),
            statistics: Statistics::new(start),
            in_real_time,
            now: start,
            requests: 0,
            visits: Vec::new(),
            records: 0,
            bytes: 0,
            has_output: false,
            ended: false,
            rows: String::new(),
        };
        crawl.begin(seed);
        crawl
    }

    fn begin(&mut self, seed: u64) {
        let urls = super::catalogue::SHOPS
            .map(|shop| Json::map([("url", Json::text(format!("https://{shop}/")))]));
        let input = Json::map([
            ("startUrls", Json::List(urls.to_vec())),
            ("maxRequestsPerCrawl", Json::raw("null")),
            ("maxConcurrency", Json::raw(12)),
            ("languages", Json::List(["en", "ja", "ar", "de"].map(Json::text).to_vec())),
            ("saveScreenshots", Json::raw(true)),
            ("seed", Json::raw(seed)),
        ]);
        self.json(Destination::Default, "INPUT", ContentType::JSON, &input);
        self.persist();
    }

    /// Takes the visits that have ended since the last call, in order.
    pub(super) fn take_visits(&mut self) -> Vec<Visit> {
        std::mem::take(&mut self.visits)
    }

    fn visit(&mut self, visit: Visit) {
        if self.visits.len() < MOST_VISITS {
            self.visits.push(visit);
        }
    }

    /// The crawler's statistics at this moment, although nothing has happened.
    pub fn sign_of_life(&mut self) -> DemoRecord {
        self.look_at_the_clock();
        let value = Value::Json(self.statistics.json(self.now).render(self.style));
        let (value, content_type) = value.encode(Some(STATE.into()));
        let key = STATISTICS.to_owned();
        DemoRecord { destination: Destination::Default, key, content_type, value, again: true }
    }

    fn look_at_the_clock(&mut self) {
        if self.in_real_time {
            self.now = self.now.max(Timestamp::now().micros());
        }
    }

    fn persist(&mut self) {
        self.look_at_the_clock();
        let again = self.requests > 0;
        let statistics = self.statistics.json(self.now);
        self.json(Destination::Default, STATISTICS, STATE.into(), &statistics);
        self.mark(again);
        if self.requests.is_multiple_of(5 * PERSIST) {
            let sessions = statistics::sessions(self.now, &mut self.random);
            self.json(Destination::Default, "CRAWLEE_SESSION_POOL_STATE", STATE.into(), &sessions);
            self.mark(again);
        }
    }

    fn output(&mut self) {
        let (finished, failed) = self.statistics.counts();
        let output = Json::map([
            ("products", Json::raw(finished)),
            ("failed", Json::raw(failed)),
            ("done", Json::raw(self.ended)),
            ("store", Json::text("shop-snapshots")),
            ("message", Json::text("収集完了 ✅ — done — تمّ")),
        ]);
        self.json(Destination::Default, "OUTPUT", ContentType::JSON, &output);
        self.mark(self.has_output);
        self.has_output = true;
    }

    /// Fetches one page, keeps it, and extracts its product.
    fn request(&mut self) {
        self.requests += 1;
        let number = self.requests;
        let millis = self.random.between(40, 900);
        let took = self.random.between(20_000, 140_000).cast_signed();
        if !self.in_real_time {
            self.now += took;
        }
        let product = Product::new(number, &mut self.random);
        // A record of each kind comes early in every crawl; later ones are left to chance.
        if number == FAILS || (number > 20 && self.random.once_in(90)) {
            self.failure(&product, millis);
        } else {
            let retries = if self.random.once_in(25) { self.random.between(1, 2) } else { 0 };
            self.statistics.succeed(retries, millis);
            let outcome = VisitOutcome::Handled { retries, item: product.item() };
            self.visit(Visit { number, outcome });
            self.page(&product);
        }
        if number.is_multiple_of(PERSIST) || number == FAILS {
            self.persist();
        }
        if self.records >= OUTPUT_AFTER && (!self.has_output || number.is_multiple_of(250)) {
            self.output();
        }
    }

    fn page(&mut self, product: &Product) {
        let number = product.number;
        let page = html::product(product, &mut self.random);
        if number == 9 || self.random.once_in(30) {
            let key = format!("archive/{}/{number:06}.html.gz", product.shop);
            self.found(&key, "application/gzip", gzip(page.as_bytes()));
        } else {
            self.found(&format!("page-{number:06}"), "text/html; charset=utf-8", page.into());
        }
        let json = product.json(&mut self.random);
        let key = if number == 6 || (self.random.once_in(40) && number > 1) {
            format!("product-{}-{number:06}", product.ware.name)
        } else {
            format!("product-{number:06}")
        };
        self.json(Destination::Found, &key, ContentType::JSON, &json);
        self.rows.push_str(&product.csv());
        if number == 3 || self.random.once_in(12) {
            let png = Picture::of_page(&mut self.random).png();
            self.found(&format!("screenshot-{number:06}.png"), "image/png", png);
        }
        if number == 5 || self.random.once_in(15) {
            let jpeg = Picture::of_page(&mut self.random).jpeg();
            self.found(&format!("screenshot-{number:06}.jpg"), "image/jpeg", jpeg);
        }
        if number == 12 || self.random.once_in(50) {
            // A page that was fetched and held nothing.
            let key = format!("seen/{}?page={}", product.url(), self.random.between(2, 40));
            self.push(Destination::Found, key, Value::None, ContentType::NONE);
        }
        if number == 16 || self.random.once_in(60) {
            let text = format!("{CSV_HEAD}{}", std::mem::take(&mut self.rows));
            self.found(&format!("export-{number:06}.csv"), "text/csv; charset=utf-8", text.into());
        }
    }

    fn failure(&mut self, product: &Product, millis: u64) {
        let (status, message) = self.random.pick(&FAILURES);
        self.statistics.fail(status, millis);
        let outcome = VisitOutcome::Failed { why: message };
        self.visit(Visit { number: product.number, outcome });
        // The key is made as in Crawlee: a part of a hash, and the beginning of the message without spaces.
        let hash = format!("{:016x}{:016x}", self.random.next(), self.random.next());
        let start = message.chars().take(30);
        let start: String =
            start.filter(|c| c.is_ascii_alphanumeric() || "!-_.".contains(*c)).collect();
        let base = format!("ERROR_SNAPSHOT_{}_{start}", &hash[..30]);
        let page = html::failure(status, message, product);
        let picture = Picture::of_failure(&mut self.random).jpeg();
        for (end, kind, value) in
            [("html", "text/html", Bytes::from(page)), ("jpg", "image/jpeg", picture.into())]
        {
            let key = format!("{base}.{end}");
            self.push(Destination::Default, key, Value::Bytes(value), kind.into());
        }
    }

    fn json(
        &mut self,
        destination: Destination,
        key: &str,
        content_type: ContentType,
        json: &Json,
    ) {
        let value = Value::Json(json.render(self.style));
        self.push(destination, key.to_owned(), value, content_type);
    }

    fn found(&mut self, key: &str, content_type: &str, value: Vec<u8>) {
        self.push(
            Destination::Found,
            key.to_owned(),
            Value::Bytes(value.into()),
            content_type.into(),
        );
    }

    fn push(
        &mut self,
        destination: Destination,
        key: String,
        value: Value,
        content_type: ContentType,
    ) {
        let (value, content_type) = value.encode(Some(content_type));
        self.records += 1;
        self.bytes += value.len() as u64;
        self.queue.push_back(DemoRecord { destination, key, content_type, value, again: false });
    }

    /// Notes whether the last record replaces an earlier one.
    fn mark(&mut self, again: bool) {
        if let Some(last) = self.queue.back_mut()
            && again
        {
            last.again = true;
            self.records -= 1;
        }
    }

    /// Cuts off the records above the limits, and writes that the crawl is finished.
    fn end(&mut self) {
        let fits = self.limits.records;
        // The output is a record too, if it has not been written yet.
        let wants = |has: bool| u64::from(!has && fits > 3);
        while self.records + wants(self.has_output) > fits {
            match self.queue.pop_back() {
                Some(entry) => {
                    self.records -= u64::from(!entry.again);
                    self.has_output &= entry.again || entry.key != "OUTPUT";
                }
                None => break,
            }
        }
        self.ended = true;
        self.look_at_the_clock();
        self.statistics.end();
        if fits > 3 {
            self.output();
        }
        if fits > 1 {
            let statistics = self.statistics.json(self.now);
            self.json(Destination::Default, STATISTICS, STATE.into(), &statistics);
            self.mark(true);
        }
    }
}

impl Iterator for Simulation {
    type Item = DemoRecord;

    fn next(&mut self) -> Option<DemoRecord> {
        while !self.ended {
            if self.records >= self.limits.records || self.bytes >= self.limits.bytes {
                self.end();
            } else if self.queue.is_empty() {
                self.request();
            } else {
                break;
            }
        }
        self.queue.pop_front()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // The file's name is stored, but no time, so that the bytes are the same each time.
    let mut packer = GzBuilder::new().filename("page.html").write(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests;
