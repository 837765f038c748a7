//! Time from the start of `larder demo` to records on the screen, and its memory with 10,000 of them; then a
//! watched directory: the time until a new record shows, and the cost of leaving it alone. `cargo bench
//! --bench demo`
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/idle.rs"]
mod idle;
#[path = "../tests/support/pty.rs"]
mod pty;
#[path = "support/report.rs"]
mod report;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use pty::Screen;
use report::{Report, max, median, ms, peak_memory};

const RUNS: usize = 30;
const RECORDS: usize = 1000;
const WRITES: usize = 50;

fn main() -> ExitCode {
    let mut report = Report::default();
    start(&mut report);
    memory(&mut report);
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    watch(folder.path(), &mut report);
    report.end()
}

fn start(report: &mut Report) {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut screen = Screen::start(&["demo"], &[], 36, 120);
        screen.wait_for_screen("the first records", |screen| {
            screen.contents().contains("▌ ") && screen.contents().contains("-000001")
        });
        times.push(ms(screen.last_output().duration_since(screen.started())));
        quit(&mut screen);
    }
    report.line("demo: start to the first records: median", median(&times), Some(50.0), "ms");
    report.line("demo: start to the first records: slowest", max(&times), None, "ms");
}

fn memory(report: &mut Report) {
    let arguments = ["demo", "--records", "10000", "--rate", "20000"];
    let mut screen = Screen::start(&arguments, &[], 36, 120);
    let since = Instant::now();
    // The pages of the crawl; the rest of the 10,000 is written to the other store, or repeated.
    let mut shown = 0;
    let mut last = Instant::now();
    while last.elapsed() < Duration::from_secs(3) {
        let now = records(&screen.contents()).unwrap_or(0);
        if now != shown {
            (shown, last) = (now, Instant::now());
        }
        assert!(since.elapsed() < Duration::from_secs(120), "the crawl does not end");
        sleep(Duration::from_millis(50));
    }
    screen.keys("CGgGg");
    screen.wait_quiet(Duration::from_millis(500));
    report.line("demo of 10,000 records: shown in its store", shown as f64, None, "");
    report.line("the same: peak memory", peak_memory(screen.worker()), Some(40.0), "MB");
    quit(&mut screen);
}

/// The number before `records` in the title of the keys.
fn records(screen: &str) -> Option<usize> {
    let (before, _) = screen.split_once(" records")?;
    before.rsplit(' ').next()?.replace(',', "").parse().ok()
}

fn fill(root: &Path) {
    let store = root.join("key_value_stores/default");
    fs::create_dir_all(&store).unwrap();
    for number in 0..RECORDS {
        write(&store, &format!("page-{number:06}"));
    }
}

/// Writes a record as Crawlee does: each file next to its place, and then moved there.
fn write(store: &Path, key: &str) {
    let place = |name: &str, text: &str| {
        let temporary = store.join(format!("{name}.abcd_123.tmp"));
        fs::write(&temporary, text).unwrap();
        fs::rename(temporary, store.join(name)).unwrap();
    };
    place(key, "<html></html>");
    let metadata = format!(
        "{{\n  \"key\": \"{key}\",\n  \"content_type\": \"text/html\",\n  \"size\": 13\n}}"
    );
    place(&format!("{key}.__metadata__.json"), &metadata);
    let now = "2026-11-22 13:57:47.827633+00:00";
    let metadata = format!(
        "{{\n  \"id\": \"abcdefghijklmnopq\",\n  \"name\": null,\n  \"accessed_at\": \"{now}\",\n  \
         \"created_at\": \"{now}\",\n  \"modified_at\": \"{now}\"\n}}"
    );
    place("__metadata__.json", &metadata);
}

fn watch(root: &Path, report: &mut Report) {
    let store = root.join("key_value_stores/default");
    let mut screen = Screen::start(&[root.to_str().unwrap()], &[], 36, 120);
    screen.wait_for_text("live");
    screen.wait_for_text("1,000 records");
    let mut times = Vec::new();
    for number in 0..WRITES {
        // It shows wherever the cursor's window begins, since that stays at the top.
        let key = format!("a-{:06}", WRITES - number);
        screen.keys("g");
        screen.wait_quiet(Duration::from_millis(400));
        let since = Instant::now();
        write(&store, &key);
        screen.keys("g");
        screen.wait_for_text(&format!("{} records", words(RECORDS + number + 1)));
        times.push(ms(screen.last_output().duration_since(since)));
    }
    report.line("a record as Crawlee writes it, to the screen: median", median(&times), None, "ms");
    report.line("the same: slowest", max(&times), Some(300.0), "ms");

    // Until marks and chart have faded.
    sleep(Duration::from_secs(65));
    idle::measure("watching, idle", &screen, report);
    quit(&mut screen);
}

fn words(count: usize) -> String {
    format!("{},{:03}", count / 1000, count % 1000)
}

fn quit(screen: &mut Screen) {
    // A demo starts with the crawl over the panes.
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
}
