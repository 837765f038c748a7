//! A record of 200 MB and a JSON of 50 MB: moving past them, fetching them, keys meanwhile, memory, scrolling
//! and searching. `cargo bench --bench large`; needs 2 GB of memory.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

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

use std::fmt::Write as _;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use pty::Screen;
use report::{Report, max, median, ms, peak_memory};
use server::Server;

const SIZE: usize = 200_000_000;
const JSON_SIZE: usize = 50_000_000;
const RUNS: usize = 5;
/// First bytes of the value; eight of them show next to the hexadecimal.
const MARKER: &[u8] = b"LARGE-BEGINS-NOW";
const SHOWN: &str = "LARGE-BE";
const NEEDLE: &str = "needle-in-the-end";
/// A time longer than the pause after which the record under the cursor is read.
const SETTLED: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    let server = filled();
    let mut report = Report::default();
    pass_over(&server, &mut report);
    fetch(&server, &mut report);
    keys_meanwhile(&server, &mut report);
    json(&server, &mut report);
    report.end()
}

/// One store: a small record, the large one, a small one, the JSON.
fn filled() -> Server {
    let server = Server::start();
    let mut client = server.client();
    let mut large: Vec<u8> = (0..=255).cycle().take(SIZE).collect();
    large[..MARKER.len()].copy_from_slice(MARKER);
    let mut json = String::with_capacity(JSON_SIZE + 200);
    json.push_str("[{\"first\": \"SHOWN-FIRST\"}");
    let mut number = 0;
    while json.len() < JSON_SIZE {
        number += 1;
        let _ = write!(
            json,
            ", {{\"id\": {number}, \"url\": \"http://127.0.0.1/{number}\", \"price\": {number}.25, \
             \"tags\": [\"new\", \"ü\"], \"stock\": null}}"
        );
    }
    let _ = write!(json, ", \"{NEEDLE}\"]");
    fill::stores(&mut client, ["large", "other"]);
    let record = |key: &str, content_type: &str, value: Vec<u8>| {
        (key.to_owned(), content_type.to_owned(), value)
    };
    fill::records(
        &mut client,
        "large",
        [
            record("a-small", "text/plain", b"SMALL-ONE".to_vec()),
            record("b-large", "application/octet-stream", large),
            record("c-small", "text/plain", b"SMALL-TWO".to_vec()),
            record("d-json", "application/json; charset=utf-8", json.into_bytes()),
        ],
    );
    server
}

/// The browser with the cursor on the first record.
fn opened(server: &Server) -> Screen {
    let mut screen = Screen::start(&[&server.url()], &[], 36, 120);
    screen.wait_for("both stores", |text| text.contains("large") && text.contains("other"));
    screen.keys("\r");
    screen.wait_for_text("large · 4 records");
    // To the first key: the cursor may be on the one that arrived first.
    screen.keys("g");
    screen.wait_for_text("SMALL-ONE");
    screen.wait_quiet(SETTLED);
    screen
}

/// The browser with the pane of the record `down` rows below the first in focus, not fetched.
fn focused(server: &Server, down: usize, size: &str) -> Screen {
    let mut screen = opened(server);
    for _ in 0..down {
        screen.keys("j");
        screen.wait_quiet(SETTLED);
    }
    screen.wait_for_text(size);
    screen.keys("\r");
    screen.wait_quiet(SETTLED);
    screen
}

fn quit(screen: &mut Screen) {
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

fn pass_over(server: &Server, report: &mut Report) {
    let mut screen = opened(server);
    let sent = || -> f64 {
        let stats = String::from_utf8(server.cli(&["INFO", "stats"])).unwrap();
        let line = stats.lines().find_map(|line| line.strip_prefix("total_net_output_bytes:"));
        line.unwrap().trim().parse().unwrap()
    };
    let before = sent();
    for _ in 0..10 {
        screen.keys("j");
        screen.wait_quiet(SETTLED);
        screen.keys("j");
        screen.wait_for_text("SMALL-TWO");
        screen.keys("k");
        screen.wait_quiet(SETTLED);
        screen.keys("k");
        screen.wait_for_text("SMALL-ONE");
    }
    let kilobytes = (sent() - before) / 1000.0;
    report.line("200 MB passed 20 times: sent by the server", kilobytes, Some(200.0), "kB");
    report.line("the same: peak memory", peak_memory(screen.worker()), None, "MB");
    quit(&mut screen);
}

/// Time of `redis-cli --raw HGET` in milliseconds, its output thrown away.
fn by_redis_cli(server: &Server, key: &str) -> f64 {
    ms(redis_cli::run(server, &["--raw", "HGET", "key_value_stores:large:items", key]))
}

fn fetch(server: &Server, report: &mut Report) {
    let (mut ours, mut theirs, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    // In turns, so that a change of the machine's speed affects both.
    for _ in 0..RUNS {
        theirs.push(by_redis_cli(server, "b-large"));
        let mut screen = focused(server, 1, "200");
        let pressed = Instant::now();
        screen.keys("f");
        screen.wait_for_text(SHOWN);
        ours.push(ms(screen.last_output().duration_since(pressed)));
        memory.push(peak_memory(screen.worker()));
        quit(&mut screen);
    }
    report.line("200 MB by redis-cli: median", median(&theirs), None, "ms");
    report.line("200 MB, key to value on the screen: median", median(&ours), None, "ms");
    let times = median(&ours) / median(&theirs);
    report.line("the same, times redis-cli", times, Some(1.3), "×");
    let share = max(&memory) / (SIZE as f64 / 1e6);
    report.line("the same: peak memory, times the size", share, Some(2.0), "×");
}

/// Opens and closes the help while the value arrives, which must be answered whatever the pane does. Then the
/// same while redis-cli fetches the value and larder has nothing else to do, in the same run: this shows the
/// effect of two busy programs on a key on this machine.
fn keys_meanwhile(server: &Server, report: &mut Report) {
    let (mut times, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (mut screen, help) = with_help(server);
        let deadline = Instant::now() + Duration::from_secs(10);
        screen.keys("f");
        while !screen.contents().contains(SHOWN) && Instant::now() < deadline {
            press_twice(&mut screen, &help, &mut times);
        }
        screen.wait_for_text(SHOWN);
        quit(&mut screen);

        let (mut screen, help) = with_help(server);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| by_redis_cli(server, "b-large"));
            while !other.is_finished() {
                press_twice(&mut screen, &help, &mut beside);
            }
        });
        quit(&mut screen);
    }
    report.line("a key while 200 MB come: median", median(&times), None, "ms");
    report.line("a key while 200 MB come: slowest", max(&times), Some(16.0), "ms");
    report.line("a key while redis-cli fetches them: median", median(&beside), None, "ms");
    report.line("a key while redis-cli fetches them: slowest", max(&beside), None, "ms");
}

/// The browser before a large value, and a line that only the help has.
fn with_help(server: &Server) -> (Screen, String) {
    let mut screen = focused(server, 1, "200");
    let without = screen.contents();
    screen.keys("?");
    screen.wait_quiet(SETTLED);
    let with = screen.contents();
    let line = with.lines().find(|line| {
        !without.contains(*line) && line.chars().filter(char::is_ascii_alphabetic).count() > 10
    });
    let help = line.expect("the help has lines of its own").to_owned();
    screen.keys("?");
    screen.wait_quiet(SETTLED);
    (screen, help)
}

fn press_twice(screen: &mut Screen, help: &str, times: &mut Vec<f64>) {
    for open in [true, false] {
        let pressed = Instant::now();
        screen.keys("?");
        screen.wait_for("the help, or not", |text| text.contains(help) == open);
        times.push(ms(pressed.elapsed()));
        // Two frames, so that the drawing for one key does not count for the next.
        sleep(Duration::from_millis(32));
    }
}

fn json(server: &Server, report: &mut Report) {
    let arrival = median(&[(); RUNS].map(|()| by_redis_cli(server, "d-json")));
    let mut screen = focused(server, 3, "50");
    let pressed = Instant::now();
    screen.keys("f");
    screen.wait_for_text("SHOWN-FIRST");
    let shown = ms(screen.last_output().duration_since(pressed));
    report.line("50 MB JSON by redis-cli: median", arrival, None, "ms");
    report.line("50 MB JSON, key to screen, less that", shown - arrival, Some(300.0), "ms");

    let mut pauses = Vec::new();
    let mut answer = |screen: &mut Screen, keys: &str| {
        screen.wait_quiet(Duration::from_millis(100));
        let before = screen.written();
        let pressed = Instant::now();
        screen.keys(keys);
        pauses.push(ms(screen.wait_more(before).duration_since(pressed)));
    };
    for _ in 0..30 {
        answer(&mut screen, "\x1b[6~");
    }
    answer(&mut screen, "G");
    screen.wait_for_text(NEEDLE);
    answer(&mut screen, "g");
    screen.wait_for_text("SHOWN-FIRST");
    answer(&mut screen, "/");
    for letter in NEEDLE.chars() {
        answer(&mut screen, &letter.to_string());
    }
    let pressed = Instant::now();
    screen.keys("\r");
    // The needle shows in the prompt too: it is found when the end of the text shows.
    screen.wait_for("the end of the text", |text| text.contains(&format!("\"{NEEDLE}\"")));
    let found = ms(pressed.elapsed());
    answer(&mut screen, "k");
    report.line("scrolling and searching in it: longest pause", max(&pauses), Some(50.0), "ms");
    report.line("searching through all of it", found, None, "ms");
    report.line("the same: peak memory", peak_memory(screen.worker()), None, "MB");
    quit(&mut screen);
}
