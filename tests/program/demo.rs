//! `larder demo`: the whole program in a pseudo-terminal, with a temporary directory of its own.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::fill;
use crate::pty::{self, Screen};
use crate::server::Server;

const ITEMS: &str = "key_value_stores:larder-demo:items";

/// Waits until something is true that no screen shows.
#[track_caller]
fn wait(what: &str, check: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !check() {
        assert!(Instant::now() < deadline, "waited for: {what}");
        sleep(Duration::from_millis(10));
    }
}

/// A demo on a server, whose first records have arrived.
fn on(server: &Server, args: &[&str]) -> Screen {
    let url = server.url();
    let mut all = vec!["demo", "--target", &url, "--rate", "200"];
    all.extend_from_slice(args);
    let screen = Screen::start(&all, &[], 24, 100);
    screen.wait_for_text("larder-demo");
    screen
}

fn count(server: &Server) -> u64 {
    String::from_utf8(server.cli(&["HLEN", ITEMS])).unwrap().parse().unwrap()
}

#[test]
fn records_arrive_on_a_server_and_go_with_the_demo() {
    let server = Server::start();
    fill::stores(&mut server.client(), ["other"]);
    let mut screen = on(&server, &[]);
    wait("more than the first records", || count(&server) > 60);
    let input = String::from_utf8(server.cli(&["HGET", ITEMS, "INPUT"])).unwrap();
    assert!(input.starts_with("{\"startUrls\": [{\"url\": "), "on one line: {input}");
    // What a crawler has beside a store of its own is the user's on a server of the user's.
    let stores = String::from_utf8(server.cli(&["HKEYS", "key_value_stores:name_to_id"])).unwrap();
    assert_eq!(stores.lines().collect::<BTreeSet<_>>(), BTreeSet::from(["larder-demo", "other"]));
    for beside in ["request_queues*", "datasets*", "key_value_stores:default*"] {
        assert_eq!(server.cli(&["KEYS", beside]), b"", "{beside}");
    }
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert_eq!(server.cli(&["KEYS", "*larder-demo*"]), b"");
    assert_eq!(server.cli(&["HKEYS", "key_value_stores:name_to_id"]), b"other");
}

#[test]
fn a_crawl_of_n_records_is_finished_and_stays_to_be_looked_at() {
    let server = Server::start();
    let screen = on(&server, &["--records", "50", "--seed", "9"]);
    let statistics = || server.cli(&["HGET", ITEMS, "__CRAWLER_STATISTICS_0"]);
    let finished = || {
        let text = String::from_utf8(statistics()).unwrap();
        text.contains("\"crawlerFinishedAt\": \"2026")
    };
    wait("the end of the crawl", finished);
    assert_eq!(count(&server), 50);
    drop(screen);
}

#[test]
fn the_seed_decides_what_is_written() {
    let (one, two) = (Server::start(), Server::start());
    let args = ["--records", "45", "--seed", "12345678901234567890"];
    let _screens = [on(&one, &args), on(&two, &args)];
    let all = |server: &Server| server.cli(&["HGETALL", ITEMS]);
    wait("both crawls", || count(&one) == 45 && count(&two) == 45);
    wait("the same records", || {
        let mut lines = [all(&one), all(&two)].map(|all| {
            let mut lines: Vec<Vec<u8>> = all.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            lines.sort();
            lines
        });
        std::mem::take(&mut lines[0]) == lines[1]
    });
}

#[test]
fn a_store_that_is_there_is_refused_and_left_as_it_is() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["larder-demo"]);
    fill::records(&mut client, "larder-demo", [("k".into(), "text/plain".into(), b"v".to_vec())]);
    let mut monitor = server.monitor();
    let mut screen = Screen::start(&["demo", "-t", &server.url()], &[], 24, 100);
    assert_eq!(screen.exit_code(), 4);
    let said = screen.contents();
    assert!(said.contains("already a store `larder-demo`") && said.contains("--store"), "{said}");
    assert!(!monitor.lines().iter().any(|line| line.contains("\"SET") || line.contains("HSET")));
    assert_eq!(server.cli(&["HGETALL", ITEMS]), b"k\nv");
    // Another name is free.
    let other = ["demo", "-t", &server.url(), "--store", "mine"];
    let mut screen = Screen::start(&other, &[], 24, 100);
    screen.wait_for_text("mine");
    screen.signal("TERM");
    assert_eq!(screen.exit_code(), 143);
    assert_eq!(server.cli(&["HKEYS", "key_value_stores:name_to_id"]), b"larder-demo");
}

#[test]
fn a_store_that_somebody_made_anew_is_not_dropped() {
    let server = Server::start();
    let mut screen = on(&server, &["--records", "45"]);
    wait("the crawl", || count(&server) == 45);
    // In one step: the crawl still writes some of its records again.
    let mut client = server.client();
    client.call(&[b"MULTI"]);
    client.call(&[b"FLUSHALL"]);
    fill::stores(&mut client, ["larder-demo"]);
    client.call(&[b"EXEC"]);
    screen.keys("q");
    screen.exit_code();
    let said = screen.contents();
    assert!(said.contains("made it anew"), "{said}");
    assert_eq!(server.cli(&["HKEYS", "key_value_stores:name_to_id"]), b"larder-demo");
}

#[test]
fn a_crawl_whose_store_the_user_drops_ends_calmly() {
    let server = Server::start();
    let mut screen = on(&server, &[]);
    wait("records", || count(&server) > 45);
    assert!(
        std::process::Command::new(pty::larder())
            .args(["-t", &server.url(), "drop", "larder-demo", "--yes"])
            .env("HOME", screen.home())
            .status()
            .unwrap()
            .success()
    );
    screen.keys("j");
    assert!(screen.runs());
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert_eq!(server.cli(&["KEYS", "key_value_stores:larder-demo*"]), b"");
}

#[test]
fn the_crawl_goes_on_after_the_connection_was_lost() {
    let mut server = Server::start_with(&["--save", "", "--appendonly", "yes"]);
    let mut screen = on(&server, &[]);
    wait("records", || count(&server) > 45);
    server.restart();
    let before = count(&server);
    wait("more records", || count(&server) > before + 20);
    screen.keys("q");
    screen.exit_code();
    wait("the drop", || server.cli(&["KEYS", "*larder-demo*"]) == b"");
}

#[test]
fn read_only_is_for_the_browser_and_what_the_settings_forbid_is_forbidden() {
    let server = Server::start();
    let mut screen = on(&server, &["--read-only"]);
    wait("records", || count(&server) > 45);
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    let env = [("LARDER_READ_ONLY", "1")];
    for args in [vec!["demo", "-t"], vec!["demo", "--read-only", "-t"]] {
        let url = server.url();
        let args: Vec<&str> = args.into_iter().chain([url.as_str()]).collect();
        let mut screen = Screen::start(&args, &env, 24, 100);
        assert_eq!(screen.exit_code(), 4, "{args:?}");
    }
    assert_eq!(server.cli(&["KEYS", "*"]), b"");
}

#[test]
fn without_a_terminal_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let run = std::process::Command::new(pty::larder())
        .arg("demo")
        .env("TMPDIR", folder.path())
        .env("HOME", folder.path())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

/// A demo in a directory of its own, which is in `temporary`.
fn private(temporary: &Path, args: &[&str]) -> Screen {
    let mut all = vec!["demo", "--rate", "200"];
    all.extend_from_slice(args);
    let env = [("TMPDIR", temporary.to_str().unwrap())];
    let screen = Screen::start(&all, &env, 24, 100);
    screen.wait_for_text("shop-snapshots");
    screen
}

/// The stores of the one demo in `temporary`.
fn stores(temporary: &Path) -> PathBuf {
    let names = names(temporary);
    let [name] = &names[..] else { panic!("not one directory: {names:?}") };
    assert!(name.starts_with("larder-demo-"), "{name}");
    temporary.join(name).join("key_value_stores")
}

#[test]
fn without_a_server_it_fills_a_private_directory_and_takes_it_away() {
    let temporary = tempfile::tempdir().unwrap();
    let mut screen = private(temporary.path(), &[]);
    let stores = stores(temporary.path());
    let mode = std::fs::metadata(stores.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    wait("pages", || names(&stores.join("shop-snapshots")).len() > 150);
    let input = std::fs::read_to_string(stores.join("default/INPUT")).unwrap();
    assert!(input.starts_with("{\n  \"startUrls\": [\n    {\n"), "{input}");
    assert!(stores.join("default/__CRAWLER_STATISTICS_0").exists());
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
    assert_eq!(names(temporary.path()), Vec::<String>::new());
}

#[test]
fn its_overview_shows_a_crawl_that_lives() {
    let temporary = tempfile::tempdir().unwrap();
    let mut screen = private(temporary.path(), &[]);
    let beside = stores(temporary.path()).parent().unwrap().to_owned();
    wait("handled requests", || names(&beside.join("datasets/default")).len() > 10);
    screen.wait_for("a crawler, a queue and a dataset", |text| {
        let told = ["running", "request queue default", "dataset       default"]
            .iter()
            .all(|word| text.contains(word));
        told && !text.contains("silent")
    });
    // The failed request of every crawl is told of as soon as there is one.
    screen.wait_for("a failed request", |text| {
        let head = text.lines().find_map(|line| line.split_once("Failed"));
        let end = head.map_or(0, |(before, _)| before.chars().count() + "Failed".len());
        let crawler = text.lines().find(|line| line.contains("crawler "));
        let failed = crawler.and_then(|line| line.chars().nth(end - 1));
        failed.is_some_and(|digit| digit.is_ascii_digit() && digit != '0')
    });
    screen.keys("f");
    screen.wait_for_text("/ERROR_SNAPSHOT_");
    screen.wait_for_text(".jpg");
    screen.keys("C");
    screen.wait_for_text("The crawl");
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
    assert_eq!(names(temporary.path()), Vec::<String>::new());
}

#[test]
fn it_begins_on_the_crawl_and_behind_it_on_a_product() {
    let temporary = tempfile::tempdir().unwrap();
    let mut screen = private(temporary.path(), &[]);
    screen.wait_for("the crawl with the open store under the cursor", |text| {
        let marked = |line: &str| line.contains("▌  store         shop-snapshots");
        text.contains("The crawl") && text.lines().any(marked)
    });
    screen.keys("\r");
    screen.wait_for("the product under the cursor, and its value", |text| {
        let on_product = |line: &str| line.contains("▌") && line.contains("product-000001");
        !text.contains("The crawl") && text.lines().any(on_product) && text.contains("\"sku\"")
    });
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn no_variable_makes_it_write_elsewhere() {
    let server = Server::start();
    let temporary = tempfile::tempdir().unwrap();
    let url = server.url();
    let folder = temporary.path().to_str().unwrap();
    let env = [
        ("TMPDIR", folder),
        ("LARDER_URL", &url),
        ("REDIS_URL", &url),
        ("APIFY_LOCAL_STORAGE_DIR", &url),
        ("CRAWLEE_STORAGE_DIR", &url),
    ];
    let mut screen = Screen::start(&["demo"], &env, 24, 100);
    screen.wait_for_text("shop-snapshots");
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
    assert_eq!(server.cli(&["KEYS", "*"]), b"");
}

#[test]
fn signals_take_the_directory_away_too() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let temporary = tempfile::tempdir().unwrap();
        let mut screen = private(temporary.path(), &[]);
        screen.signal(signal);
        assert_eq!(screen.exit_code(), code, "{signal}");
        assert_eq!(names(temporary.path()), Vec::<String>::new(), "{signal}");
    }
}

#[test]
fn what_a_killed_demo_left_is_removed_by_the_next_one() {
    let temporary = tempfile::tempdir().unwrap();
    let mut killed = private(temporary.path(), &[]);
    let left = stores(temporary.path());
    let running = private(temporary.path(), &[]);
    assert!(left.exists(), "it still runs");
    drop(running);
    pty::send("KILL", killed.worker());
    killed.exit();
    assert!(left.exists());
    let mut next = private(temporary.path(), &[]);
    wait("one directory", || names(temporary.path()).len() == 1);
    assert!(!left.exists());
    next.keys("qq");
    assert_eq!(next.exit_code(), 0);
    assert_eq!(names(temporary.path()), Vec::<String>::new());
}

#[test]
fn the_browser_outlives_a_crawl_that_cannot_go_on_and_says_why_at_the_end() {
    let temporary = tempfile::tempdir().unwrap();
    let mut screen = private(temporary.path(), &[]);
    let stores = stores(temporary.path());
    // Writing fails from now on, whoever tries: there are files where the stores were.
    let moved = stores.with_file_name("moved");
    std::fs::rename(&stores, &moved).unwrap();
    std::fs::write(&stores, "").unwrap();
    screen.keys("j");
    assert!(screen.runs());
    screen.keys("qq");
    assert_ne!(screen.exit_code(), 0);
    let said = screen.contents();
    assert!(said.contains("larder-demo-"), "{said}");
    assert!(moved.exists(), "not what the demo made");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}
