//! Moving the cursor through a store of 10,000 keys: bytes to the terminal for each move, and the
//! time from the key to the frame. `cargo bench --bench cursor`
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "../tests/support/pty.rs"]
mod pty;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use pty::Screen;
use report::{Report, max, median, ms};
use server::Server;

/// Opens the store under the cursor.
const OPEN: &str = "\r";
const DOWN: &str = "j";
const HOME: &str = "g";
const MOVES: usize = 300;
/// A time longer than the pause after which the record under the cursor is read.
const SETTLED: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["different", "same"]);
    let json = || String::from("application/json; charset=utf-8");
    let key = |number: u32| format!("page-{number:06}");
    let same = br#"{"url": "http://127.0.0.1/product", "price": 46.2}"#;
    fill::records(&mut client, "same", (0..10_000).map(|n| (key(n), json(), same.to_vec())));
    let different = |n: u32| format!(r#"{{"url": "http://127.0.0.1/{n}", "price": {n}.5}}"#);
    fill::records(
        &mut client,
        "different",
        (0..10_000).map(|n| (key(n), json(), different(n).into_bytes())),
    );

    let mut report = Report::default();
    for (store, what, bound) in [
        ("same", "unchanged preview", Some(200.0)),
        ("different", "another preview each time", None),
    ] {
        let mut screen = Screen::start(&[&server.url()], &[], 36, 120);
        screen.wait_for("both stores", |text| text.contains("different") && text.contains("same"));
        if store == "same" {
            screen.keys(DOWN);
        }
        screen.keys(OPEN);
        screen.wait_for_text(&format!("{store} · 10,000 records"));
        screen.wait_quiet(SETTLED);
        // To the first key: the cursor may be on the one that arrived first.
        screen.keys(HOME);
        screen.wait_for("keys and a value", |text| {
            text.contains("page-000000") && text.contains("price")
        });
        screen.wait_quiet(SETTLED);
        let (mut bytes, mut times) = (Vec::new(), Vec::new());
        for _ in 0..MOVES {
            let before = screen.written();
            let pressed = Instant::now();
            screen.keys(DOWN);
            times.push(ms(screen.wait_more(before).duration_since(pressed)));
            screen.wait_quiet(SETTLED);
            bytes.push((screen.written() - before) as f64);
        }
        report.line(&format!("a move, {what}: median"), median(&bytes), bound, "bytes");
        report.line(&format!("a move, {what}: most"), max(&bytes), None, "bytes");
        report.line(&format!("key to frame, {what}: median"), median(&times), Some(5.0), "ms");
        report.line(&format!("key to frame, {what}: slowest"), max(&times), None, "ms");
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0);
    }
    report.end()
}
