//! The crawl next to its stores, as larder shows it and as real Crawlee describes it: while a crawler runs,
//! and at its end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use larder::app::ContentsPage;
use larder::model::{Crawl, OtherStorage};
use larder::storage::{self, Options, Storage, Target};
use serde_json::Value as Json;

use crate::pty::Screen;
use crate::python;
use crate::server::Server;

/// A crawler that waits before the end of its last request.
struct Crawler {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Crawler {
    fn start(target: &str) -> Self {
        let mut program = python::program("interop/overview.py", &[target]);
        let mut child = program.stderr(Stdio::inherit()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(said.next().expect("its errors are above").unwrap(), "waiting");
        Self { child, said }
    }

    /// Lets the crawler end; gives Crawlee's account of it.
    fn end(mut self) -> Json {
        writeln!(self.child.stdin.as_mut().unwrap()).unwrap();
        let said = self.said.next().expect("its errors are above").unwrap();
        assert!(self.child.wait().unwrap().success());
        serde_json::from_str(&said).unwrap()
    }
}

/// Reads the crawl until the condition holds.
async fn look(storage: &dyn Storage, what: &str, wish: impl Fn(&Crawl) -> bool) -> Crawl {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let crawl = storage.crawl().await.unwrap();
        if wish(&crawl) {
            return crawl;
        }
        assert!(Instant::now() < deadline, "waited for {what}: {crawl:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn is_read_as_crawlee_says_it_is(target: &str) {
    let crawler = Crawler::start(target);
    let storage = storage::connect(&Target::parse(target).unwrap(), &Options::default()).await;
    let storage = storage.unwrap();
    let told =
        |crawl: &Crawl| crawl.crawlers.rows.first().is_some_and(|row| row.finished == Some(1));
    let running = look(&*storage, "the running crawler's statistics", told).await;
    let row = &running.crawlers.rows[0];
    assert_eq!((row.number, row.javascript, &row.fault), (0, false, &None));
    assert_eq!((row.finished_at, row.persisted_at.is_some()), (None, true));
    assert!(row.runtime.is_some_and(|runtime| runtime < Duration::from_secs(120)), "{row:?}");

    let said = crawler.end();
    let crawl = storage.crawl().await.unwrap();
    for (section, fault) in [
        (crawl.crawlers.total, &crawl.crawlers.fault),
        (crawl.queues.total, &crawl.queues.fault),
        (crawl.datasets.total, &crawl.datasets.fault),
    ] {
        assert!(section > 0 && fault.is_none(), "{crawl:#?}");
    }
    assert_eq!(crawl.queues.rows.len(), said["queues"].as_object().unwrap().len());
    for queue in &crawl.queues.rows {
        let counts = serde_json::json!([queue.pending, queue.handled, queue.total]);
        assert_eq!(said["queues"][queue.name.escaped()], counts, "{}", queue.name);
        assert!(queue.modified_at.is_some() && queue.fault.is_none(), "{queue:?}");
    }
    let default = crawl.queues.rows.iter().find(|row| row.name.as_bytes() == b"default").unwrap();
    assert_eq!((default.pending, default.handled, default.total), (Some(0), Some(3), Some(3)));
    let [dataset] = &crawl.datasets.rows[..] else { panic!("{:?}", crawl.datasets) };
    assert_eq!(dataset.items, said["datasets"]["products"].as_u64());
    assert_eq!((dataset.name.escaped().as_str(), dataset.items), ("products", Some(2)));
    assert!(dataset.modified_at.is_some() && dataset.fault.is_none());

    let queue = OtherStorage::Queue("default".into());
    let held = storage.contents(&queue, 0).await.unwrap();
    assert_eq!((held.total, held.values.len(), held.next, held.left_out), (3, 3, None, 0));
    let page = ContentsPage::new(queue, 0, held);
    assert_eq!(page.failed, 1);
    let first: Json = serde_json::from_slice(&page.values[0]).unwrap();
    assert_eq!(
        (&first["state"], &first["url"]),
        (&"failed".into(), &"http://127.0.0.1/bad".into())
    );
    for (value, line) in page.values.iter().zip(0..) {
        let request: Json = serde_json::from_slice(value).unwrap();
        assert_eq!(request["state"] == "done", line > 0, "{request}");
    }
    let later = storage.contents(&OtherStorage::Queue("later".into()), 0).await.unwrap();
    let later = ContentsPage::new(OtherStorage::Queue("later".into()), 0, later);
    let waiting: Json = serde_json::from_slice(&later.values[0]).unwrap();
    assert_eq!((later.failed, &waiting["state"]), (0, &"waiting".into()));
    let items = storage.contents(&OtherStorage::Dataset("products".into()), 0).await.unwrap();
    let mut urls: Vec<Json> =
        items.values.iter().map(|item| serde_json::from_slice(item).unwrap()).collect();
    urls.sort_by_key(|item| item["url"].to_string());
    let expected = ["first", "last"].map(|end| format!("http://127.0.0.1/{end}"));
    let expected = expected.map(|url| serde_json::json!({"url": url}));
    assert_eq!((items.total, items.next, urls), (2, None, expected.to_vec()));

    let [row] = &crawl.crawlers.rows[..] else { panic!("{:?}", crawl.crawlers) };
    assert!(row.finished_at.is_some() && row.fault.is_none(), "{row:?}");
    let counts = [row.finished, row.failed, row.retries];
    assert_eq!(counts, ["finished", "failed", "retries"].map(|field| said[field].as_u64()));
    assert_eq!(counts, [Some(2), Some(1), Some(1)]);
    let runtime = row.runtime.unwrap().as_secs_f64();
    assert!((runtime - said["runtime"].as_f64().unwrap()).abs() < 0.01, "{runtime} {said}");
    // Crawlee rounds one number and truncates the other.
    let rate = |rate: Option<f64>, of: fn(f64) -> f64| Some(of(rate.unwrap()));
    assert_eq!(rate(row.finished_per_minute, f64::round), said["finished_per_minute"].as_f64());
    assert_eq!(rate(row.failed_per_minute, f64::floor), said["failed_per_minute"].as_f64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crawl_on_a_server_is_read_as_crawlee_says_it_is() {
    let server = Server::start();
    is_read_as_crawlee_says_it_is(&server.url()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crawl_in_a_directory_is_read_as_crawlee_says_it_is() {
    let folder = tempfile::tempdir().unwrap();
    is_read_as_crawlee_says_it_is(folder.path().to_str().unwrap()).await;
}

#[test]
fn the_browser_follows_a_crawl_while_one_looks_at_it_and_not_longer() {
    let server = Server::start();
    let crawler = Crawler::start(&server.url());
    let mut screen = Screen::start(&[&server.url()], &[], 24, 80);
    screen.wait_for_text("default");
    let before = server.cli(&["JSON.GET", "request_queues:default:metadata"]);
    screen.keys("C");
    screen.wait_for("the queues, the dataset and the running crawler", |text| {
        ["running", "later", "products", "request queue"].iter().all(|word| text.contains(word))
    });
    assert!(before == server.cli(&["JSON.GET", "request_queues:default:metadata"]), "touched");
    crawler.end();
    screen.wait_for_text("finished");

    screen.keys("C");
    screen.wait_for("the panes", |text| !text.contains("The crawl"));
    let mut monitor = server.monitor();
    // This waits until the watcher, which goes on, has looked many times.
    let mut looks = 0;
    while looks < 20 {
        for line in monitor.lines() {
            assert!(!line.contains("request_queues:") && !line.contains("datasets:"), "{line}");
            looks += usize::from(line.contains("key_value_stores:"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    screen.wait_quiet(Duration::from_secs(2));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

/// Real Crawlee opens the queue and the dataset of a demo, and continues them.
#[test]
fn the_demos_queue_and_dataset_are_crawlees() {
    let temporary = tempfile::tempdir().unwrap();
    let env = [("TMPDIR", temporary.path().to_str().unwrap())];
    let args = ["demo", "--rate", "1000", "--records", "90"];
    let mut screen = Screen::start(&args, &env, 24, 100);
    screen.wait_for_text("shop-snapshots");
    let folder = std::fs::read_dir(temporary.path()).unwrap().next().unwrap().unwrap().path();
    // The crawl has ended, so nothing changes any more.
    screen.wait_for_text("finished");
    let mut python = python::program("interop/beside.py", &[folder.to_str().unwrap()]);
    let output = python.stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success());
    let said: Json = serde_json::from_slice(&output.stdout).unwrap();
    let files = |kind: &str| std::fs::read_dir(folder.join(kind).join("default")).unwrap().count();
    let (handled, total) = (said["handled"].as_u64().unwrap(), said["total"].as_u64().unwrap());
    assert!(handled > 3 && total > handled, "{said}");
    // A failed request has no item, although Crawlee counts it as handled.
    let requests = std::fs::read_dir(folder.join("request_queues/default")).unwrap();
    let failed = requests.filter(|file| {
        let request = std::fs::read(file.as_ref().unwrap().path()).unwrap();
        let request: Json = serde_json::from_slice(&request).unwrap();
        request["user_data"]["__crawlee"]["state"] == 6
    });
    assert_eq!(said["items"], handled - failed.count() as u64, "{said}");
    assert_eq!(said["pending"], total - handled, "{said}");
    // Its own file was found by its name, and written again: no second one came.
    assert_eq!(files("request_queues") as u64, total + 1, "{said}");
    assert_eq!(said["urls"].as_array().unwrap().len() as u64, total - handled, "{said}");
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
}
