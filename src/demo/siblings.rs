//! The request queue and the dataset of the simulated crawl, which lie next to its stores, in files as
//! Crawlee for Python writes them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};

use super::json::{Json, JsonStyle};
use super::product::address;
use super::random::Random;
use crate::model::Timestamp;

/// The directories of request queues and of datasets.
pub(super) const QUEUES: &str = "request_queues";
pub(super) const DATASETS: &str = "datasets";

/// Crawlee's name for the queue or dataset that it opens if none is named.
const DEFAULT: &str = "default";
const METADATA: &str = "__metadata__.json";

/// Number of pages that are known at the start.
const FIRST: u64 = 12;

/// A request for a product's page that the crawl has finished.
#[derive(Debug)]
pub(super) struct Visit {
    /// The product's number.
    pub(super) number: u64,
    pub(super) outcome: VisitOutcome,
}

/// The outcome of a request.
#[derive(Debug)]
pub(super) enum VisitOutcome {
    /// It was answered after this number of retries, and gave an item of the dataset.
    Handled { retries: u64, item: Json },
    /// It failed for good, after all tries.
    Failed { why: &'static str },
}

/// The queue and the dataset.
#[derive(Debug)]
pub(super) struct Siblings {
    queue: PathBuf,
    dataset: PathBuf,
    /// The ids of the two.
    ids: [String; 2],
    created: String,
    /// Number of requests that were answered, each with an item in the dataset.
    handled: u64,
    /// Number of requests that were given up.
    failed: u64,
    /// Number of all requests: those for the pages of product 1 to this one.
    total: u64,
}

/// The state of a request.
enum State {
    Waiting,
    Handled {
        retries: u64,
    },
    /// It failed for good, after all tries.
    Failed(&'static str),
}

/// Number of tries after the first, before a request has failed.
const RETRIES: u64 = 3;
/// Crawlee's number for the state of a request that has failed.
const ERROR: u64 = 6;

impl Siblings {
    /// Makes the queue and the dataset, with the first pages in the queue.
    pub(super) fn make(root: &Path, seed: u64) -> io::Result<Self> {
        let mut random = Random::new(seed, 3);
        let mut id = || {
            const LETTERS: &[u8; 62] =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            (0..17).map(|_| char::from(random.pick(LETTERS))).collect::<String>()
        };
        let mut siblings = Self {
            queue: root.join(QUEUES).join(DEFAULT),
            dataset: root.join(DATASETS).join(DEFAULT),
            ids: [id(), id()],
            created: now(),
            handled: 0,
            failed: 0,
            total: 0,
        };
        fs::create_dir_all(&siblings.queue)?;
        fs::create_dir_all(&siblings.dataset)?;
        siblings.find(FIRST)?;
        siblings.tell()?;
        Ok(siblings)
    }

    /// Stores the outcomes of these requests.
    pub(super) fn follow(&mut self, visits: Vec<Visit>) -> io::Result<()> {
        let before = (self.handled, self.failed);
        for Visit { number, outcome } in visits {
            // Each page leads to others: a crawl finds more pages than it handles.
            self.find(number + FIRST + number / 20)?;
            match outcome {
                VisitOutcome::Handled { retries, item } => {
                    self.handled += 1;
                    self.request(number, &State::Handled { retries })?;
                    write(&self.dataset.join(format!("{:09}.json", self.handled)), &item)?;
                }
                VisitOutcome::Failed { why } => {
                    self.failed += 1;
                    self.request(number, &State::Failed(why))?;
                }
            }
        }
        if (self.handled, self.failed) == before { Ok(()) } else { self.tell() }
    }

    /// Puts pages into the queue until it holds this number in all.
    fn find(&mut self, total: u64) -> io::Result<()> {
        while self.total < total {
            self.total += 1;
            self.request(self.total, &State::Waiting)?;
        }
        Ok(())
    }

    fn request(&self, number: u64, state: &State) -> io::Result<()> {
        let url = address(number);
        let url = url.as_str();
        let (retries, errors, user_data) = match state {
            State::Waiting => (0, Vec::new(), Json::map([])),
            State::Handled { retries } => (*retries, Vec::new(), Json::map([])),
            State::Failed(why) => {
                let own = Json::map([("state", Json::raw(ERROR))]);
                (RETRIES, vec![Json::text(*why)], Json::map([("__crawlee", own)]))
            }
        };
        let handled = !matches!(state, State::Waiting);
        let request = Json::map([
            ("unique_key", Json::text(url)),
            ("url", Json::text(url)),
            ("method", Json::text("GET")),
            ("payload", Json::raw("null")),
            ("headers", Json::map([])),
            ("user_data", user_data),
            ("retry_count", Json::raw(retries)),
            ("no_retry", Json::raw(false)),
            ("error_messages", Json::List(errors)),
            ("loaded_url", if handled { Json::text(url) } else { Json::raw("null") }),
            ("handled_at", if handled { Json::text(now()) } else { Json::raw("null") }),
        ]);
        let hash = digest(&SHA256, url.as_bytes());
        let first = hash.as_ref().iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte));
        // The file's name has all but the last of the 16 digits.
        write(&self.queue.join(format!("{:015x}.json", first >> 4)), &request)
    }

    /// Writes the counts into the metadata of both.
    fn tell(&self) -> io::Result<()> {
        let [queue, dataset] = self.ids.each_ref().map(|id| {
            vec![
                ("id", Json::text(id.as_str())),
                ("name", Json::raw("null")),
                ("accessed_at", Json::text(now())),
                ("created_at", Json::text(self.created.as_str())),
                ("modified_at", Json::text(now())),
            ]
        });
        let counts = [
            ("had_multiple_clients", Json::raw(false)),
            ("handled_request_count", Json::raw(self.handled + self.failed)),
            ("pending_request_count", Json::raw(self.total - self.handled - self.failed)),
            ("total_request_count", Json::raw(self.total)),
        ];
        write(&self.queue.join(METADATA), &map(queue.into_iter().chain(counts)))?;
        let items = ("item_count", Json::raw(self.handled));
        write(&self.dataset.join(METADATA), &map(dataset.into_iter().chain([items])))
    }
}

fn map(entries: impl Iterator<Item = (&'static str, Json)>) -> Json {
    Json::Map(entries.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The present time, as Crawlee writes it in its files.
fn now() -> String {
    Timestamp::now().to_string().replacen('T', " ", 1)
}

/// Writes a file whole, so that no reader sees a part of it.
fn write(path: &Path, json: &Json) -> io::Result<()> {
    let early = path.with_extension("tmp");
    fs::write(&early, json.render(JsonStyle::Indented))?;
    fs::rename(early, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(path: &Path) -> serde_json::Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// The file in which Crawlee keeps a request, named by a hash of Python's hashlib.
    fn file(queue: &Path, url: &str) -> PathBuf {
        let hash = digest(&SHA256, url.as_bytes());
        let first = u64::from_be_bytes(hash.as_ref()[..8].try_into().unwrap());
        queue.join(format!("{}.json", &format!("{first:016x}")[..15]))
    }

    #[test]
    fn each_request_of_the_crawl_is_one_of_the_queue() {
        let root = tempfile::tempdir().unwrap();
        let mut siblings = Siblings::make(root.path(), 1).unwrap();
        siblings.follow(Vec::new()).unwrap();
        assert_eq!((siblings.handled, siblings.total), (0, FIRST));
        let handled = |number| {
            let item = Json::map([("url", Json::text(address(number)))]);
            Visit { number, outcome: VisitOutcome::Handled { retries: 1, item } }
        };
        let mut visits: Vec<Visit> = (1..=8).map(handled).collect();
        // A failed request is in the queue with its reason, and counts as handled.
        let why = "Service Unavailable";
        visits.push(Visit { number: 9, outcome: VisitOutcome::Failed { why } });
        siblings.follow(visits).unwrap();
        let files = |kind| fs::read_dir(root.path().join(kind).join(DEFAULT)).unwrap().count();
        assert_eq!((files(QUEUES), files(DATASETS)), (1 + 9 + 12, 1 + 8));
        let told = json(&siblings.queue.join(METADATA));
        let counts = ["handled_request_count", "pending_request_count", "total_request_count"];
        assert_eq!(counts.map(|name| told[name].as_u64().unwrap()), [9, 12, 21]);
        let request = json(&file(&siblings.queue, &address(8)));
        assert_eq!((&request["retry_count"], &request["url"]), (&1.into(), &address(8).into()));
        assert!(request["handled_at"].is_string());
        let request = json(&file(&siblings.queue, &address(9)));
        assert_eq!(request["user_data"]["__crawlee"]["state"], 6);
        assert_eq!(request["error_messages"][0], why);
        let request = json(&file(&siblings.queue, &address(10)));
        assert_eq!(request["handled_at"], serde_json::Value::Null);
        let hash = digest(&SHA256, b"https://a.example/1");
        assert!(hash.as_ref().starts_with(&[0xd8, 0x17, 0xb8, 0x0f, 0x9a, 0x5b, 0xef]));
    }
}
