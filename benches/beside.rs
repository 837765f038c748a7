//! The effects of larder on a crawl beside it: the time of the crawl's writes alone, while larder lists the
//! whole store, while it watches, and for contrast during HGETALL; and the cost of watching for the server
//! where nothing happens. `cargo bench --bench beside`; `LARDER_BENCH_RECORDS=5000000` for five million.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/crawl.rs"]
mod crawl;
#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "../tests/support/pty.rs"]
mod pty;
#[path = "support/redis_cli.rs"]
mod redis_cli;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crawl::{Habit, Writer, percentile};
use pty::Screen;
use report::{Report, cpu};
use server::Server;

const STORE: &str = "huge";
const HASH: &str = "key_value_stores:huge:metadata_items";
/// Number of writes a second.
const RATE: u32 = 2_000;
/// Time of a measurement where nothing ends by itself.
const SPAN: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let records = std::env::var("LARDER_BENCH_RECORDS").map_or(1_000_000, |n| n.parse().unwrap());
    let server = Server::start();
    crawl::fill(&server, STORE, records);
    fill::stores(&mut server.client(), ["another"]);
    let mut report = Report::default();
    idle(&server, records, &mut report);

    let writer = Writer::start(&server, STORE, records, RATE, Habit::Adds);
    sleep(Duration::from_secs(2));
    let mut spans = Vec::new();
    let mut measure = |what: &'static str, work: &mut dyn FnMut()| {
        let (from, begun) = (writer.written(), Instant::now());
        work();
        spans.push((what, from, writer.written()));
        println!("{what}: {:.1} s", begun.elapsed().as_secs_f64());
        sleep(Duration::from_secs(1));
    };
    measure("alone", &mut || sleep(SPAN));
    let mut screen = started(&server);
    measure("while it lists", &mut || list(&mut screen, records));
    measure("while it watches", &mut || sleep(SPAN));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    measure("alone again", &mut || sleep(SPAN));
    measure("during HGETALL", &mut || {
        redis_cli::run(&server, &["HGETALL", HASH]);
    });
    let times = writer.stop();

    let part = |from: u64, to: u64, share: f64| {
        let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap());
        percentile(&mut times[from..to.min(times.len())].to_vec(), share)
    };
    let [alone, lists, watches, again, hgetall] = spans[..] else { unreachable!() };
    let both = |share| f64::midpoint(part(alone.1, alone.2, share), part(again.1, again.2, share));
    let (median, slow) = (both(0.5), both(0.99));
    for (what, from, to) in [alone, again] {
        report.line(&format!("a write, {what}: median"), part(from, to, 0.5), None, "ms");
        report.line(&format!("a write, {what}: 99 of 100"), part(from, to, 0.99), None, "ms");
    }
    for ((what, from, to), share, late) in [(lists, 10.0, 0.5), (watches, 5.0, 0.3)] {
        let (now, worst) = (part(from, to, 0.5), part(from, to, 0.99));
        report.line(&format!("a write {what}: median"), now, None, "ms");
        let more = (now / median - 1.0) * 100.0;
        report.line("  more than alone", more, Some(share), "%");
        report.line(&format!("a write {what}: 99 of 100"), worst, None, "ms");
        report.line("  more than alone", worst - slow, Some(late), "ms");
    }
    let (what, from, to) = hgetall;
    report.line(&format!("a write {what}: slowest"), part(from, to, 1.0), None, "ms");
    report.end()
}

fn started(server: &Server) -> Screen {
    let screen = Screen::start(&[&server.url()], &[], 36, 120);
    screen.wait_for("both stores", |text| text.contains("another") && text.contains(STORE));
    screen.wait_quiet(Duration::from_millis(300));
    screen
}

/// Opens the store and waits until all of it is listed.
fn list(screen: &mut Screen, records: u64) {
    screen.keys("j\r");
    let limit = Duration::from_secs(300);
    let begun = Instant::now();
    while !crawl::is_listed(&screen.contents(), records) {
        assert!(begun.elapsed() < limit, "never listed:\n{}", screen.contents());
        sleep(Duration::from_millis(50));
    }
}

/// The server's processor time while an unchanging store is watched, less that without a watcher.
fn idle(server: &Server, records: u64, report: &mut Report) {
    let share = |span: Duration| {
        let (before, begun) = (cpu(server.pid()), Instant::now());
        sleep(span);
        let used = cpu(server.pid()).saturating_sub(before);
        used.as_secs_f64() * 100.0 / begun.elapsed().as_secs_f64()
    };
    let without = share(SPAN);
    let mut screen = started(server);
    list(&mut screen, records);
    // The round after the listing, if there is one.
    screen.wait_quiet(Duration::from_secs(2));
    let scans = scans(server);
    let with = share(SPAN);
    report.line("the server alone, of a core", without, None, "%");
    report.line("watched and idle: more, of a core", with - without, Some(0.15), "%");
    report.line("  scans meanwhile", (self::scans(server) - scans) as f64, Some(0.0), "");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

fn scans(server: &Server) -> u64 {
    let info = String::from_utf8(server.cli(&["INFO", "commandstats"])).unwrap();
    let calls = info.lines().find_map(|line| line.strip_prefix("cmdstat_hscan:calls=")).unwrap();
    calls.split(',').next().unwrap().parse().unwrap()
}
