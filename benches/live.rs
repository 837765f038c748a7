//! A huge store while a crawl writes 2,000 records a second: the first keys, keys pressed while
//! the store is read and watched, memory, filtering. `cargo bench --bench live`;
//! `LARDER_BENCH_RECORDS=5000000` for five million (needs 6 GB of memory).
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

use crawl::{Habit, Writer, percentile};
use pty::Screen;
use report::{Report, median, ms, peak_memory};
use server::Server;

const STORE: &str = "huge";
/// Pause between two keys, as of a reader.
const PAUSE: Duration = Duration::from_millis(40);
/// Number of keys pressed during watching.
const KEYS: usize = 300;
const WRITES: u32 = 2_000;

fn main() -> ExitCode {
    let records = std::env::var("LARDER_BENCH_RECORDS").map_or(1_000_000, |n| n.parse().unwrap());
    let server = Server::start();
    crawl::fill(&server, STORE, records);
    fill::stores(&mut server.client(), ["another"]);
    let mut report = Report::default();
    first_keys(&server, &mut report);
    under_way(&server, records, &mut report);
    filter(&server, records, &mut report);
    report.end()
}

fn started(server: &Server) -> Screen {
    let screen = Screen::start(&[&server.url()], &[], 36, 120);
    screen.wait_for("both stores", |text| text.contains("another") && text.contains(STORE));
    screen.wait_quiet(Duration::from_millis(300));
    screen
}

fn first_keys(server: &Server, report: &mut Report) {
    let mut times = Vec::new();
    for _ in 0..5 {
        let mut screen = started(server);
        screen.keys("j");
        sleep(PAUSE);
        let pressed = Instant::now();
        screen.keys("\r");
        screen.wait_for("a key", |text| text.contains("page-0"));
        times.push(ms(pressed.elapsed()));
        screen.signal("TERM");
        screen.exit_code();
    }
    report.line("first keys after the store is opened: median", median(&times), Some(30.0), "ms");
}

/// The row of the screen that the cursor of the middle pane is on.
fn marker(screen: &vt100::Screen) -> Option<u16> {
    let (rows, cols) = screen.size();
    let (rows, cols) = (u16::from(rows), u16::from(cols));
    let marked = |row: u16| {
        (cols / 4..cols).any(|col| screen.cell(row, col).is_some_and(|cell| cell.contents() == "▌"))
    };
    (0..rows).find(|row| marked(*row))
}

/// Presses a key that moves the cursor; returns the time until it has moved on the screen.
fn press(screen: &mut Screen, down: bool) -> Duration {
    let before = screen.with(marker);
    let pressed = Instant::now();
    screen.keys(if down { "j" } else { "k" });
    screen.wait_for_screen("the cursor to move", |now| marker(now) != before);
    screen.last_output().max(pressed).duration_since(pressed)
}

fn keys_pressed(screen: &mut Screen, done: impl Fn(&Screen, usize) -> bool) -> Vec<Duration> {
    let mut times = Vec::new();
    while !done(screen, times.len()) {
        // Up and down in turns, so that it never scrolls, which would leave the marker in place.
        times.push(press(screen, times.len().is_multiple_of(2)));
        sleep(PAUSE);
    }
    times
}

fn under_way(server: &Server, records: u64, report: &mut Report) {
    let mut screen = started(server);
    let before = peak_memory(screen.worker());
    let crawl = Writer::start(server, STORE, records, WRITES, Habit::Adds);
    screen.keys("j\r");
    screen.wait_for("a few keys", |text| text.matches("page-0").count() > 3);
    let begun = Instant::now();
    let mut times =
        keys_pressed(&mut screen, |screen, _| crawl::is_listed(&screen.contents(), records));
    println!(
        "read in {:.1} s, {} keys pressed meanwhile",
        begun.elapsed().as_secs_f64(),
        times.len()
    );
    line(report, "key to frame while it is read and written to", &mut times);
    let bytes = (peak_memory(screen.worker()) - before) * 1e6 / records as f64;
    report.line(
        "most memory a record, with 30 MB aside",
        bytes - 30e6 / records as f64,
        Some(40.0),
        "B",
    );
    let mut times = keys_pressed(&mut screen, |_, pressed| pressed >= KEYS);
    line(report, "key to frame while it is watched and written to", &mut times);
    report.line("memory a record when all is done", resident(&screen, before, records), None, "B");
    let behind = 100.0
        * (1.0 - crawl.written() as f64 / (begun.elapsed().as_secs_f64() * f64::from(WRITES)));
    report.line("the writer is behind by", behind.max(0.0), Some(10.0), "%");
    let mut writes = crawl.stop();
    report.line("a write meanwhile: median", percentile(&mut writes, 0.5), None, "ms");
    report.line("a write meanwhile: 99 of 100", percentile(&mut writes, 0.99), None, "ms");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

fn line(report: &mut Report, what: &str, times: &mut [Duration]) {
    report.line(&format!("{what}: median"), percentile(times, 0.5), None, "ms");
    report.line(&format!("{what}: 99 of 100"), percentile(times, 0.99), Some(16.0), "ms");
    report.line(&format!("{what}: slowest"), percentile(times, 1.0), Some(33.0), "ms");
}

/// Memory that the process has gained, in bytes a record.
fn resident(screen: &Screen, before: f64, records: u64) -> f64 {
    let path = format!("/proc/{}/status", screen.worker());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    (kib * 1024.0 - before * 1e6) / records as f64
}

fn filter(server: &Server, records: u64, report: &mut Report) {
    let mut screen = started(server);
    screen.keys("j\r");
    screen.wait_for("all keys", |text| crawl::is_listed(text, records));
    screen.wait_quiet(Duration::from_secs(1));
    // The complete result must not come later than this wait.
    let quiet = Duration::from_millis(400).mul_f64((records as f64 / 1e6).max(1.0));
    for (what, text) in [("substring", "123"), ("fuzzy", "~987"), ("expression", "/987")] {
        screen.keys("/");
        let (mut first, mut all) = (Vec::new(), Vec::new());
        for letter in text.chars() {
            let before = screen.contents();
            let pressed = Instant::now();
            screen.keys(&letter.to_string());
            if ['~', '/'].contains(&letter) {
                sleep(PAUSE);
                continue;
            }
            let rows = |text: &str| -> Vec<String> {
                text.lines().skip(2).map(|line| line.chars().skip(30).take(30).collect()).collect()
            };
            screen.wait_for("other rows", |now| rows(now) != rows(&before));
            first.push(ms(pressed.elapsed()));
            screen.wait_quiet(quiet);
            all.push(ms(screen.last_output().max(pressed).duration_since(pressed)));
        }
        let scale = 1e6 / records as f64;
        report.line(
            &format!("filter ({what}): first results, slowest"),
            report::max(&first),
            Some(50.0),
            "ms",
        );
        report.line(
            &format!("filter ({what}): all of 1 M, slowest"),
            report::max(&all) * scale,
            Some(150.0),
            "ms",
        );
        screen.keys("\x1b");
        screen.wait_quiet(Duration::from_millis(400));
    }
    screen.signal("TERM");
    screen.exit_code();
}
