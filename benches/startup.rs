//! Time from starting the program to the list of 1,000 stores on the screen, and of 10,000 among five million
//! other keys; and the cost of leaving it alone for ten seconds. `cargo bench --bench startup`
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "support/idle.rs"]
mod idle;
#[path = "../tests/support/pty.rs"]
mod pty;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::process::ExitCode;
use std::time::Instant;

use larder::storage::{Options, Target, all_stores, connect};
use pty::Screen;
use report::{Report, max, median, ms};
use server::Server;

const RUNS: usize = 30;

fn main() -> ExitCode {
    let mut report = Report::default();
    let server = filled(1_000);
    first_screen(&server, "1,000 stores", Some(50.0), &mut report);
    let mut screen = start(&server);
    screen.wait_for_text("store-00000");
    idle::measure("idle", &screen, &mut report);
    quit(&mut screen);
    drop(server);

    let server = filled(10_000);
    server.cli(&["DEBUG", "POPULATE", "5000000", "other", "10"]);
    first_screen(&server, "10,000 stores amid 5 M keys", Some(80.0), &mut report);
    listed(&server, &mut report);
    report.end()
}

/// A server with this number of stores of one record each.
fn filled(stores: u32) -> Server {
    let server = Server::start_with(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    let names: Vec<String> = (0..stores).map(|number| format!("store-{number:05}")).collect();
    fill::stores(&mut client, names.iter().map(String::as_str));
    for name in &names {
        let value = (String::from("OUTPUT"), String::from("application/json"), b"{}".to_vec());
        fill::records(&mut client, name, [value]);
    }
    server
}

fn first_screen(server: &Server, what: &str, bound: Option<f64>, report: &mut Report) {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut screen = start(server);
        screen.wait_for("the first stores", |text| {
            text.contains("store-00000") && text.contains("store-00009")
        });
        times.push(ms(screen.last_output().duration_since(screen.started())));
        quit(&mut screen);
    }
    // The first run reads the program from disk.
    report.line("first run: start to first screen", times[0], None, "ms");
    let line = format!("start to first screen, {what}");
    report.line(&format!("{line}: median"), median(&times[1..]), bound, "ms");
    report.line(&format!("{line}: slowest"), max(&times[1..]), None, "ms");
}

/// Time from asking for all stores to having them, with counts and times.
fn listed(server: &Server, report: &mut Report) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let target = Target::parse(&server.url()).unwrap();
    let mut times = Vec::new();
    runtime.block_on(async {
        let storage = connect(&target, &Options::default()).await.unwrap();
        for _ in 0..RUNS {
            let begun = Instant::now();
            assert_eq!(all_stores(&*storage).await.unwrap().len(), 10_000);
            times.push(ms(begun.elapsed()));
        }
    });
    report.line("all of 10,000 stores listed: median", median(&times), Some(80.0), "ms");
    report.line("all of 10,000 stores listed: slowest", max(&times), None, "ms");
}

fn start(server: &Server) -> Screen {
    Screen::start(&[&server.url()], &[], 36, 120)
}

fn quit(screen: &mut Screen) {
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}
