//! Commands over a line with a round trip of 40 ms, compared with those of redis-cli over the same line in
//! the same run, in turns. `cargo bench --bench distant`
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where it fails")]

#[path = "support/distant.rs"]
mod distant;
#[path = "../tests/support/fill.rs"]
mod fill;
#[path = "support/report.rs"]
mod report;
#[path = "../tests/support/server.rs"]
mod server;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use distant::Line;
use report::{Report, median, ms};
use server::{Server, test_env};

/// Round-trip time.
const WAY: Duration = Duration::from_millis(40);
const RUNS: usize = 20;
/// Bound on larder's time, as a multiple of redis-cli's.
const BOUND: f64 = 1.5;

/// A question to both programs.
struct Case<'a> {
    what: &'a str,
    larder: &'a [&'a str],
    redis_cli: &'a [&'a str],
    /// Whether redis-cli asks for no more than larder has to.
    alike: bool,
}

const VALUES: &str = "key_value_stores:shop:items";

fn main() -> ExitCode {
    let mut report = Report::default();
    let server = Server::start();
    fill(&server);
    let line = Line::start(server.port(), WAY);
    let set = ["HSET", VALUES, "new", "text"];
    let cases = [
        Case {
            what: "get",
            larder: &["get", "shop", "page"],
            redis_cli: &["HGET", VALUES, "page"],
            alike: true,
        },
        Case {
            what: "exists",
            larder: &["exists", "shop", "page"],
            redis_cli: &["HEXISTS", VALUES, "page"],
            alike: true,
        },
        Case {
            what: "set",
            larder: &["set", "shop", "new", "text"],
            redis_cli: &set,
            alike: false,
        },
        Case {
            what: "stores",
            larder: &["stores"],
            redis_cli: &["HGETALL", "key_value_stores:name_to_id"],
            alike: false,
        },
        Case {
            what: "keys",
            larder: &["keys", "shop"],
            redis_cli: &["HGETALL", "key_value_stores:shop:metadata_items"],
            alike: false,
        },
    ];
    for case in cases {
        measure(&line, &[], &[], &case, &mut report);
    }
    drop(server);

    let server = Server::start_with(&["--requirepass", "secret"]);
    let line = Line::start(server.port(), WAY);
    let case = Case {
        what: "stores, with a password and a database",
        larder: &["stores"],
        redis_cli: &["HGETALL", "key_value_stores:name_to_id"],
        alike: true,
    };
    let login = ["-a", "secret", "--no-auth-warning", "-n", "3"];
    measure(&line, &[("LARDER_PASSWORD", "secret")], &login, &case, &mut report);
    report.end()
}

fn fill(server: &Server) {
    let mut client = server.client();
    fill::stores(&mut client, ["shop"]);
    let record =
        |key: &str| (key.to_owned(), "application/json".to_owned(), b"{\"a\": 1}".to_vec());
    fill::records(&mut client, "shop", [record("page"), record("other")]);
}

fn measure(
    line: &Line,
    variables: &[(&str, &str)],
    login: &[&str],
    case: &Case<'_>,
    report: &mut Report,
) {
    let database = if login.is_empty() { 0 } else { 3 };
    let url = format!("redis://127.0.0.1:{}/{database}", line.port);
    let own = test_env().join("bin/redis-cli");
    let redis_cli = if own.exists() { own } else { "redis-cli".into() };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let mut larder = Command::new(env!("CARGO_BIN_EXE_larder"));
        larder.args(["-q", "-t", &url]).args(case.larder).envs(variables.iter().copied());
        ours.push(time(&mut larder));
        let mut other = Command::new(&redis_cli);
        other.args(["-p", &line.port.to_string()]).args(login).args(case.redis_cli);
        theirs.push(time(&mut other));
    }
    let (ours, theirs) = (median(&ours), median(&theirs));
    let what = case.what;
    report.line(&format!("{what}: redis-cli"), theirs, None, "ms");
    report.line(&format!("{what}: larder"), ours, None, "ms");
    let bound = case.alike.then_some(BOUND);
    report.line(&format!("{what}: larder in redis-cli's times"), ours / theirs, bound, "");
}

fn time(command: &mut Command) -> f64 {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    assert!(command.status().expect("it runs").success(), "{command:?}");
    ms(started.elapsed())
}
