//! The time until a change shows: counts and rows on the screen, and new records of stores of several sizes
//! while a crawl changes them 2,000 times a second. `cargo bench --bench fresh`
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "../tests/support/pty.rs"]
mod pty;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crawl::{Habit, Writer};
use pty::Screen;
use report::{Report, max, median, ms};
use server::Server;

const RATE: u32 = 2_000;
/// Final number of records in the store, the interval of new ones in milliseconds, and the times within which
/// half of them and all of them must show, in seconds. Beyond 10,000 the bounds are the times of a repeated
/// walk at 2 % of a core when it was first tried, without larder.
const SIZES: [(u64, u64, Option<f64>, Option<f64>); 4] = [
    (5_000, 377, None, Some(0.2)),
    (10_000, 377, None, Some(0.7)),
    (100_000, 1_130, Some(4.6), Some(10.5)),
    (1_000_000, 7_030, Some(46.0), Some(124.0)),
];
/// Number of records that are written, which fit on a screen.
const TIMES: usize = 28;
/// Pause between two writes, out of step with everything else.
const PAUSE: Duration = Duration::from_millis(377);

fn main() -> ExitCode {
    let server = Server::start();
    // A single store would open by itself.
    fill::stores(&mut server.client(), ["another"]);
    let mut report = Report::default();
    counts(&server, &mut report);
    for (records, pause, half, all) in SIZES {
        let store = format!("of-{}k", records / 1000);
        let before = records - TIMES as u64;
        crawl::fill(&server, &store, before);
        let screen = opened(&server, &store, before);
        let pause = Duration::from_millis(pause);
        let taken = new_records(&server, &store, records, pause, screen);
        let what = format!("{records} records: a new one shows, median of {TIMES}");
        report.line(&what, median(&taken), half, "s");
        report.line("  slowest", max(&taken), all, "s");
    }
    report.end()
}

/// The browser with this store open and listed.
fn opened(server: &Server, store: &str, records: u64) -> Screen {
    let mut screen = Screen::start(&[&server.url()], &[], 36, 120);
    screen.wait_for("the store", |text| text.contains(store));
    screen.wait_quiet(Duration::from_millis(300));
    screen.keys(&format!("/{store}\r\r"));
    let begun = Instant::now();
    while !crawl::is_listed(&screen.contents(), records) {
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", screen.contents());
        sleep(Duration::from_millis(20));
    }
    screen
}

/// Measures a store of a hundred records in which nothing else happens.
fn counts(server: &Server, report: &mut Report) {
    const STORE: &str = "few";
    crawl::fill(server, STORE, 100);
    let screen = opened(server, STORE, 100);
    screen.wait_quiet(Duration::from_secs(2));
    let (mut counted, mut changed) = (Vec::new(), Vec::new());
    for turn in 0..30_u32 {
        let records = 101 + turn;
        let written = Instant::now();
        crawl::write(server, STORE, u64::from(records - 1), 0);
        screen.wait_for("the count", |text| text.contains(&format!("few · {records} records")));
        counted.push(ms(screen.last_output().max(written).duration_since(written)));
        sleep(PAUSE);
        // The first record, which is on the screen, gets another size.
        let written = Instant::now();
        let size = crawl::write(server, STORE, 0, turn + 1);
        // A column cuts a long key in the middle.
        let key = crawl::key(0);
        let end = &key[key.len() - 8..];
        screen.wait_for("the size", |text| {
            let size = format!(" {size} B");
            text.lines().any(|line| line.contains(&format!("{end}  json")) && line.contains(&size))
        });
        changed.push(ms(screen.last_output().max(written).duration_since(written)));
        sleep(PAUSE);
    }
    report.line("the count of records shows: median", median(&counted), None, "ms");
    report.line("the count of records shows: slowest", max(&counted), Some(300.0), "ms");
    report.line("a row on the screen shows: median", median(&changed), None, "ms");
    report.line("a row on the screen shows: slowest", max(&changed), Some(300.0), "ms");
}

/// Seconds until each new record shows, while a crawl changes others.
fn new_records(
    server: &Server,
    store: &str,
    records: u64,
    pause: Duration,
    mut screen: Screen,
) -> Vec<f64> {
    let crawl = Writer::start(server, store, records - TIMES as u64, RATE, Habit::Changes);
    screen.keys("/mark-\r");
    sleep(Duration::from_secs(2));
    let mut written: Vec<(String, Instant)> = Vec::new();
    let mut taken = Vec::new();
    let begun = Instant::now();
    let mut next = begun;
    while taken.len() < TIMES {
        if taken.len() + written.len() < TIMES && Instant::now() >= next {
            let key = format!("mark-{:03}", taken.len() + written.len());
            written.push((key.clone(), Instant::now()));
            crawl::write_key(server, store, &key);
            next += pause;
        }
        sleep(Duration::from_millis(2));
        let text = screen.contents();
        written.retain(|(key, since)| {
            let shown = text.contains(key.as_str());
            if shown {
                taken.push(since.elapsed().as_secs_f64());
            }
            !shown
        });
        assert!(begun.elapsed() < Duration::from_secs(600), "{written:?} never came:\n{text}");
    }
    let top = screen.contents().lines().next().unwrap_or_default().trim().to_owned();
    println!("{records} records: {top}");
    drop(crawl.stop());
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    taken
}
