//! What lies beside the stores of the simulated crawl: its request queue and its dataset, in files
//! as Crawlee for Python writes them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};

use super::catalogue::SHOPS;
use super::json::{Json, JsonStyle};
use super::random::Random;
use crate::model::Timestamp;

/// The directories of request queues and of datasets.
pub(super) const QUEUES: &str = "request_queues";
pub(super) const DATASETS: &str = "datasets";

/// How Crawlee calls the one that it opens when none is named.
const DEFAULT: &str = "default";
const METADATA: &str = "__metadata__.json";

/// So many products are found on a page of the shop: for each page there is a request in the queue
/// and an item in the dataset.
const PRODUCTS: u64 = 5;
/// So many pages are known at the start.
const FIRST: u64 = 12;

/// The queue and the dataset.
#[derive(Debug)]
pub(super) struct Siblings {
    queue: PathBuf,
    dataset: PathBuf,
    /// Their ids.
    ids: [String; 2],
    created: String,
    handled: u64,
    total: u64,
    /// Requests that were made beside those for pages, and failed.
    failed: u64,
}

/// How a request stands.
enum State {
    Waiting,
    Handled,
    /// For good, after all tries.
    Failed(String),
}

/// How often a request is tried again before it has failed.
const RETRIES: u64 = 3;
/// Crawlee's number for the state of a request that has failed.
const ERROR: u64 = 6;

impl Siblings {
    /// Makes both, with the first pages in the queue.
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
            total: 0,
            failed: 0,
        };
        fs::create_dir_all(&siblings.queue)?;
        fs::create_dir_all(&siblings.dataset)?;
        siblings.find(FIRST)?;
        siblings.tell()?;
        Ok(siblings)
    }

    /// Goes on to where the crawl is after so many products, and these failures: where to, and why.
    pub(super) fn follow(
        &mut self,
        products: u64,
        failures: Vec<(String, String)>,
    ) -> io::Result<()> {
        let before = (self.handled, self.failed);
        for (url, why) in failures {
            self.failed += 1;
            self.request(&url, &State::Failed(why))?;
        }
        while self.handled < products / PRODUCTS {
            self.handled += 1;
            // Each page leads to others: a crawl finds more than it handles.
            self.find(self.handled + FIRST + self.handled / 4)?;
            self.request(&url(self.handled), &State::Handled)?;
            let item = Json::map([
                ("url", Json::text(url(self.handled))),
                ("products", Json::raw(PRODUCTS)),
                ("page", Json::raw(self.handled)),
            ]);
            write(&self.dataset.join(format!("{:09}.json", self.handled)), &item)?;
        }
        if (self.handled, self.failed) == before { Ok(()) } else { self.tell() }
    }

    /// Puts pages into the queue until it has had so many.
    fn find(&mut self, total: u64) -> io::Result<()> {
        while self.total < total {
            self.total += 1;
            self.request(&url(self.total), &State::Waiting)?;
        }
        Ok(())
    }

    fn request(&self, url: &str, state: &State) -> io::Result<()> {
        let (retries, errors, user_data) = match state {
            State::Waiting | State::Handled => (0, Vec::new(), Json::map([])),
            State::Failed(why) => {
                let own = Json::map([("state", Json::raw(ERROR))]);
                (RETRIES, vec![Json::text(why.as_str())], Json::map([("__crawlee", own)]))
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
        // Of its 16 digits all but the last.
        write(&self.queue.join(format!("{:015x}.json", first >> 4)), &request)
    }

    /// Says in both metadata how much there is.
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
            ("pending_request_count", Json::raw(self.total - self.handled)),
            ("total_request_count", Json::raw(self.total + self.failed)),
        ];
        write(&self.queue.join(METADATA), &map(queue.into_iter().chain(counts)))?;
        let items = ("item_count", Json::raw(self.handled));
        write(&self.dataset.join(METADATA), &map(dataset.into_iter().chain([items])))
    }
}

fn map(entries: impl Iterator<Item = (&'static str, Json)>) -> Json {
    Json::Map(entries.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn url(number: u64) -> String {
    let shop = SHOPS[(number % SHOPS.len() as u64) as usize];
    format!("https://{shop}/?page={number}")
}

/// The time as Crawlee writes it in its files.
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

    #[test]
    fn a_request_has_the_name_that_crawlee_gives_it() {
        let root = tempfile::tempdir().unwrap();
        let mut siblings = Siblings::make(root.path(), 1).unwrap();
        siblings.follow(4, Vec::new()).unwrap();
        assert_eq!((siblings.handled, siblings.total), (0, FIRST));
        siblings.follow(41, Vec::new()).unwrap();
        let files = |kind| fs::read_dir(root.path().join(kind).join(DEFAULT)).unwrap().count();
        assert_eq!((files(QUEUES), files(DATASETS)), (1 + 8 + 12 + 2, 1 + 8));
        let metadata = fs::read(siblings.queue.join(METADATA)).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&metadata).unwrap();
        assert_eq!(
            (&told["handled_request_count"], &told["total_request_count"]),
            (&8.into(), &22.into())
        );
        // One that failed is there, with why, and counts as handled.
        let failure = ("https://a.example/1".to_owned(), "Service Unavailable".to_owned());
        siblings.follow(41, vec![failure]).unwrap();
        let request = fs::read(siblings.queue.join("d817b80f9a5befb.json")).unwrap();
        let request: serde_json::Value = serde_json::from_slice(&request).unwrap();
        assert_eq!(request["user_data"]["__crawlee"]["state"], 6);
        assert_eq!(request["error_messages"][0], "Service Unavailable");
        let told = fs::read(siblings.queue.join(METADATA)).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(
            (&told["handled_request_count"], &told["pending_request_count"]),
            (&9.into(), &14.into())
        );
        // As Python's hashlib has it.
        let hash = digest(&SHA256, b"https://a.example/1");
        assert!(hash.as_ref().starts_with(&[0xd8, 0x17, 0xb8, 0x0f, 0x9a, 0x5b, 0xef]));
    }
}
