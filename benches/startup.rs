//! From starting the program to the list of 1,000 stores on the screen; then what it costs to
//! leave it alone for ten seconds. `cargo bench --bench startup`
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

use pty::Screen;
use report::{Report, max, median, ms};
use server::Server;

const RUNS: usize = 30;

fn main() -> ExitCode {
    let server = Server::start();
    let mut client = server.client();
    let names: Vec<String> = (0..1000).map(|number| format!("store-{number:04}")).collect();
    fill::stores(&mut client, names.iter().map(String::as_str));
    for name in &names {
        let value = (String::from("OUTPUT"), String::from("application/json"), b"{}".to_vec());
        fill::records(&mut client, name, [value]);
    }

    let mut report = Report::default();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut screen = start(&server);
        screen.wait_for("the first stores", |text| {
            text.contains("store-0000") && text.contains("store-0009")
        });
        times.push(ms(screen.last_output().duration_since(screen.started())));
        quit(&mut screen);
    }
    // The first run reads the program from disk.
    report.line("first run: start to first screen", times[0], None, "ms");
    report.line(
        "start to first screen, 1,000 stores: median",
        median(&times[1..]),
        Some(50.0),
        "ms",
    );
    report.line("start to first screen, 1,000 stores: slowest", max(&times[1..]), None, "ms");

    let mut screen = start(&server);
    screen.wait_for_text("store-0000");
    idle::measure("idle", &screen, &mut report);
    quit(&mut screen);
    report.end()
}

fn start(server: &Server) -> Screen {
    Screen::start(&[&server.url()], &[], 36, 120)
}

fn quit(screen: &mut Screen) {
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}
