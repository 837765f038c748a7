//! Watches a store that a crawl turns over (new records, changed and deleted ones), measures the memory, and
//! compares larder's final keys with those of the store, key by key. `cargo bench --bench soak`; ten minutes,
//! or `LARDER_BENCH_SECONDS`; in the first half of the time the memory settles.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crawl::{Habit, Writer};
use futures::StreamExt as _;
use larder::app::{App, Effect, Event, Load, Loaded, Read, Settings, Slot, Ticket};
use larder::index::{Builder, Index};
use larder::keymap::KeyMap;
use larder::model::{Interest, RecordMeta, Scan, Timestamp};
use larder::storage::{Options, Storage, Target, all_stores, connect};
use report::Report;
use server::Server;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

const STORE: &str = "soak";
const RATE: u32 = 2_000;
/// Bound on the growth of the settled memory in percent, where the store does not grow: the newest keys are
/// remembered up to a limit, and the allocator fills its gaps, which takes up to five minutes.
const GROWTH: f64 = 5.0;

fn variable(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn main() -> ExitCode {
    let records = variable("LARDER_BENCH_RECORDS", 100_000);
    let seconds = variable("LARDER_BENCH_SECONDS", 600);
    let server = Server::start();
    crawl::fill(&server, STORE, records);
    let mut report = Report::default();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(soak(&server, records, seconds, &mut report));
    report.end()
}

async fn soak(server: &Server, records: u64, seconds: u64, report: &mut Report) {
    let target = Target::parse(&server.url()).unwrap();
    let storage = connect(&target, &Options::default()).await.unwrap();
    let mut shell = Shell::new(storage).await;
    shell.until("the store is listed", |app| app.keys.sync.is_complete()).await;
    assert_eq!(shell.app.keys.sync.index().len() as u64, records);

    let writer = Writer::start(server, STORE, records, RATE, Habit::TurnsOver);
    let (mut early, begun) = (0.0, Instant::now());
    while begun.elapsed() < Duration::from_secs(seconds) {
        shell.turn(Duration::from_millis(100)).await;
        if early == 0.0 && begun.elapsed() > Duration::from_secs(seconds / 2) {
            early = memory();
        }
    }
    let late = memory();
    println!(
        "{} writes in {seconds} s, {} records",
        writer.written(),
        shell.app.keys.sync.index().len()
    );
    drop(writer.stop());
    let stopped = Instant::now();
    let wanted = stored(server);
    loop {
        shell.turn(Duration::from_millis(100)).await;
        let (missing, wrong) = differences(shell.app.keys.sync.index(), &wanted);
        if missing + wrong == 0 {
            break;
        }
        if stopped.elapsed() > Duration::from_secs(240) {
            report.line(
                "records that are not as they are in the store",
                (missing + wrong) as f64,
                Some(0.0),
                "",
            );
            return;
        }
    }
    report.line("records that are not as they are in the store", 0.0, Some(0.0), "");
    report.line("the list is equal to the store after", stopped.elapsed().as_secs_f64(), None, "s");
    report.line("all memory after half of the time", early, None, "MB");
    report.line("all memory at the end", late, None, "MB");
    report.line("  it has grown by", (late - early) / early * 100.0, Some(GROWTH), "%");
}

/// Memory of the process, in megabytes.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib * 1024.0 / 1e6
}

/// All metadata of the store, by key.
fn stored(server: &Server) -> std::collections::BTreeMap<Vec<u8>, u64> {
    let key = format!("key_value_stores:{STORE}:metadata_items");
    let items = server.command(&[b"HGETALL", key.as_bytes()]).items();
    let mut items = items.into_iter().map(|item| item.bytes().unwrap());
    let mut all = std::collections::BTreeMap::new();
    while let (Some(key), Some(json)) = (items.next(), items.next()) {
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        all.insert(key, json["size"].as_u64().unwrap());
    }
    all
}

fn differences(index: &Index, wanted: &std::collections::BTreeMap<Vec<u8>, u64>) -> (usize, usize) {
    let rows: Vec<RecordMeta> = index.iter().collect();
    let right = |meta: &&RecordMeta| wanted.get(meta.key.as_bytes()) == Some(&meta.size);
    let good = rows.iter().filter(right).count();
    (wanted.len() - good, rows.len() - good)
}

/// A driver of the core, which does as much as watching needs.
struct Shell {
    app: App,
    storage: Arc<dyn Storage>,
    events: mpsc::Receiver<Event>,
    sender: mpsc::Sender<Event>,
    interest: watch::Sender<Interest>,
    watcher: Option<AbortHandle>,
}

impl Shell {
    async fn new(storage: Arc<dyn Storage>) -> Self {
        let settings = Settings { open: Some(STORE.into()), ..Settings::default() };
        let (sender, events) = mpsc::channel(64);
        let mut app = App::new(settings, Arc::new(KeyMap::default()), (120, 36));
        app.start();
        let interest = watch::Sender::new(Interest::default());
        let mut shell = Self { app, storage, events, sender, interest, watcher: None };
        let server = shell.storage.server().await.unwrap();
        shell.take(Event::Connected(Ok(server)));
        shell
    }

    async fn until(&mut self, what: &str, done: impl Fn(&App) -> bool) {
        let begun = Instant::now();
        while !done(&self.app) {
            assert!(begun.elapsed() < Duration::from_secs(120), "never: {what}");
            self.turn(Duration::from_millis(50)).await;
        }
    }

    /// Handles the events that come within this time.
    async fn turn(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while let Ok(Some(event)) = tokio::time::timeout_at(end, self.events.recv()).await {
            self.take(event);
        }
    }

    fn take(&mut self, event: Event) {
        self.app.now = Timestamp::now();
        for effect in self.app.handle(event) {
            match effect {
                Effect::Read(slot, ticket, read) => self.read(slot, ticket, read),
                Effect::Watch(ticket, store) => {
                    let mut noticed = self.storage.watch(store.as_ref(), self.interest.subscribe());
                    let sender = self.sender.clone();
                    let task = tokio::spawn(async move {
                        while let Some(noticed) = noticed.next().await {
                            let _ = sender.send(Event::Watched(ticket, noticed)).await;
                        }
                    });
                    if let Some(old) = self.watcher.replace(task.abort_handle()) {
                        old.abort();
                    }
                }
                Effect::SetInterest(interest) => drop(self.interest.send_replace(interest)),
                _ => {}
            }
        }
    }

    fn read(&self, slot: Slot, ticket: Ticket, read: Read) {
        let (storage, sender) = (Arc::clone(&self.storage), self.sender.clone());
        tokio::spawn(async move {
            let loaded = match read {
                Read::Load(Load::Stores) => {
                    Some(Loaded::Stores(all_stores(&*storage).await.unwrap(), None))
                }
                Read::Load(Load::Keys { store, .. }) => {
                    let (mut builder, mut pages) =
                        (Builder::new(), storage.scan(&store, Scan::default()));
                    while let Some(page) = pages.next().await {
                        builder.add(&page.unwrap());
                    }
                    Some(Loaded::keys(Arc::new(builder.finish()), 1.0))
                }
                Read::Compute(compute) => {
                    tokio::task::spawn_blocking(move || compute.run(&|| true, &mut |_| {}))
                        .await
                        .unwrap()
                }
                Read::Load(_) => None,
            };
            if let Some(loaded) = loaded {
                let _ = sender.send(Event::Loaded(slot, ticket, Ok(loaded))).await;
            }
        });
    }
}
