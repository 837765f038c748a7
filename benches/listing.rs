//! All keys of a huge store, sorted: larder compared with a bare HSCAN walk that throws its replies away,
//! `redis-cli HGETALL` and Crawlee's own `iterate_keys`, in one run. `cargo bench --bench listing`;
//! `LARDER_BENCH_RECORDS=5000000` for five million (needs 12 GB of memory).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/bare.rs"]
mod bare;
#[path = "support/crawl.rs"]
mod crawl;
#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "../tests/support/python.rs"]
mod python;
#[path = "support/redis_cli.rs"]
mod redis_cli;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use bare::Bare;
use futures::StreamExt as _;
use larder::index::Builder;
use larder::model::Scan;
use larder::storage::{Options, Target, connect};
use report::{Report, median};
use server::Server;

const STORE: &str = "huge";
const HASH: &str = "key_value_stores:huge:metadata_items";
const ROUNDS: usize = 3;

fn main() -> ExitCode {
    let records = std::env::var("LARDER_BENCH_RECORDS").map_or(1_000_000, |n| n.parse().unwrap());
    let server = Server::start();
    crawl::fill(&server, STORE, records);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut report = Report::default();

    // Finds the number of entries in its pages, so that the bare walk asks for as many.
    server.cli(&["CONFIG", "RESETSTAT"]);
    runtime.block_on(list(&server, records));
    let count = records / pages(&server);
    println!("{records} records, pages of {count} on average; middle of {ROUNDS} rounds");

    let mut times: [Vec<f64>; 6] = Default::default();
    for _ in 0..ROUNDS {
        let (all, sort) = runtime.block_on(list(&server, records));
        let round = [
            Bare::connect(&server).walk(HASH, count).as_secs_f64(),
            all.as_secs_f64(),
            sort.as_secs_f64(),
            run(&server, &["keys", STORE, "--bare"]).as_secs_f64(),
            redis_cli::run(&server, &["HGETALL", HASH]).as_secs_f64(),
            iterate_keys(&server, records),
        ];
        for (all, one) in times.iter_mut().zip(round) {
            all.push(one);
        }
    }
    let [walk, list, sort, command, hgetall, crawlee] = times.map(|times| median(&times));
    report.line("bare HSCAN walk", walk, None, "s");
    report.line("redis-cli HGETALL", hgetall, None, "s");
    report.line("Crawlee's iterate_keys", crawlee, None, "s");
    report.line("larder: walked, sorted, ready to show", list, None, "s");
    report.line("  times the bare walk", list / walk, Some(1.15), "");
    report.line("  times HGETALL", list / hgetall, Some(1.0), "");
    report.line("  times iterate_keys (1 / 3.5)", list / crawlee, Some(1.0 / 3.5), "");
    println!("  faster than iterate_keys by {:.2}", crawlee / list);
    let largest = if records > 1_000_000 { 500.0 } else { 100.0 };
    report.line("  the sort after the last page", sort * 1000.0, Some(largest), "ms");
    report.line("larder keys, the whole process", command, None, "s");
    report.line("  times the bare walk", command / walk, None, "");
    report.line("  times HGETALL", command / hgetall, Some(1.0), "");
    println!("  faster than iterate_keys by {:.2}", crawlee / command);
    report.end()
}

/// Lists the keys as the browser does; returns the total time, and that of the sort.
async fn list(server: &Server, records: u64) -> (Duration, Duration) {
    let target = Target::parse(&server.url()).unwrap();
    let storage = connect(&target, &Options::default()).await.unwrap();
    let start = Instant::now();
    let mut pages = storage.scan(&STORE.into(), Scan::default());
    let mut builder = Builder::new();
    while let Some(page) = pages.next().await {
        builder.add(&page.unwrap());
    }
    let walked = Instant::now();
    let index = builder.finish();
    assert_eq!(index.len() as u64, records);
    (start.elapsed(), walked.elapsed())
}

/// Number of calls of HSCAN since the counts were reset.
fn pages(server: &Server) -> u64 {
    let info = String::from_utf8(server.cli(&["INFO", "commandstats"])).unwrap();
    let calls = info.lines().find_map(|line| line.strip_prefix("cmdstat_hscan:calls=")).unwrap();
    calls.split(',').next().unwrap().parse().unwrap()
}

fn run(server: &Server, args: &[&str]) -> Duration {
    let start = Instant::now();
    let mut larder = Command::new(env!("CARGO_BIN_EXE_larder"));
    let larder = larder.args(["-t", &server.url()]).args(args).stdout(Stdio::null());
    assert!(larder.status().unwrap().success());
    start.elapsed()
}

/// Time of `iterate_keys` in seconds, without the start of Python and the connecting.
fn iterate_keys(server: &Server, records: u64) -> f64 {
    let told = python::run("../benches/support/iterate.py", &[&server.url(), STORE], b"");
    let told = String::from_utf8(told).unwrap();
    let (count, seconds) = told.trim().split_once(' ').unwrap();
    assert_eq!(count.parse::<u64>().unwrap(), records);
    seconds.parse().unwrap()
}
