//! Asides of a killed larder are offered by the next one.

use std::path::Path;
use std::time::Duration;

use crate::fill;
use crate::pty::{Screen, send};
use crate::server::Server;

/// Time longer than the pause in typing after which a dialog that opened by itself takes keys.
const SEEN: Duration = Duration::from_millis(600);
const OFFER: &str = "Left by a larder that ended";

/// Runs a check on a server and on a directory, with a store `shop` of three records.
fn on_each(check: impl Fn(&str, &dyn Fn() -> usize)) {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "spare"]);
    let record = |key: &str| (key.to_owned(), "text/plain".to_owned(), b"old".to_vec());
    fill::records(&mut client, "shop", ["a", "b", "c"].map(record));
    check(&server.url(), &|| {
        let keys = server.cli(&["HKEYS", "key_value_stores:shop:items"]);
        String::from_utf8(keys).unwrap().split_whitespace().count()
    });

    let folder = tempfile::tempdir().unwrap();
    let stores = folder.path().join("key_value_stores");
    for store in ["shop", "spare"] {
        std::fs::create_dir_all(stores.join(store)).unwrap();
    }
    for key in ["a", "b", "c"] {
        std::fs::write(stores.join("shop").join(format!("{key}.txt")), "old").unwrap();
    }
    let records = || {
        let files = std::fs::read_dir(stores.join("shop")).unwrap().flatten();
        files.filter(|file| file.file_name().to_string_lossy().ends_with(".txt")).count()
    };
    check(folder.path().to_str().unwrap(), &records);
}

fn start(target: &str, state: &Path) -> Screen {
    let env = [("XDG_STATE_HOME", state.to_str().unwrap())];
    Screen::start(&[target], &env, 24, 100)
}

/// Starts a larder that purges `shop`, and kills it.
fn purge_and_die(target: &str, state: &Path) {
    let mut screen = start(target, state);
    screen.wait_for_text("spare");
    screen.keys("P");
    screen.wait_for_text("Purge the store");
    screen.keys("shop\r");
    screen.wait_for_text("purged shop: 3 records removed");
    send("KILL", screen.worker());
    screen.exit_code();
}

#[test]
fn what_a_killed_larder_has_purged_is_offered_and_restored_at_the_next_start() {
    on_each(|target, records| {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(records(), 3, "{target}");
        purge_and_die(target, state.path());
        assert_eq!(records(), 0, "{target}");
        let mut screen = start(target, state.path());
        screen.wait_for_text(OFFER);
        screen.wait_for_text("purged shop · 3 records");
        screen.wait_quiet(SEEN);
        screen.keys("\r");
        screen.wait_for_text("put back 3 records");
        screen.wait_for("no offer any more", |text| !text.contains(OFFER));
        assert_eq!(records(), 3, "{target}");
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0, "{}", screen.picture());
    });
}

#[test]
fn what_is_left_set_aside_is_not_offered_again_and_can_still_be_restored() {
    on_each(|target, records| {
        let state = tempfile::tempdir().unwrap();
        purge_and_die(target, state.path());
        let mut screen = start(target, state.path());
        screen.wait_for_text(OFFER);
        screen.wait_quiet(SEEN);
        screen.keys("\x1b");
        screen.wait_for("no offer any more", |text| !text.contains(OFFER));
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0, "{}", screen.picture());
        assert_eq!(records(), 0, "{target}");

        // The next larder of this user looks and says nothing; that of another user offers them.
        let screen = start(target, state.path());
        screen.wait_for_text("spare");
        let other = tempfile::tempdir().unwrap();
        let mut asked = start(target, other.path());
        asked.wait_for_text(OFFER);
        screen.wait_quiet(SEEN);
        assert!(!screen.contents().contains(OFFER), "{}", screen.picture());
        asked.wait_quiet(SEEN);
        asked.keys("\r");
        asked.wait_for_text("put back 3 records");
        assert_eq!(records(), 3, "{target}");
    });
}

#[test]
fn what_a_living_larder_has_purged_is_not_offered_and_is_freed_at_its_end() {
    on_each(|target, records| {
        let state = tempfile::tempdir().unwrap();
        let mut living = start(target, state.path());
        living.wait_for_text("spare");
        living.keys("P");
        living.wait_for_text("Purge the store");
        living.keys("shop\r");
        living.wait_for_text("purged shop: 3 records removed");
        let other = start(target, state.path());
        other.wait_for_text("spare");
        other.wait_quiet(SEEN);
        assert!(!other.contents().contains(OFFER), "{}", other.picture());
        living.keys("q");
        assert_eq!(living.exit_code(), 0, "{}", living.picture());
        assert_eq!(records(), 0, "{target}");
        let listed = std::process::Command::new(crate::pty::larder())
            .args(["-t", target, "aside"])
            .env("HOME", state.path())
            .output()
            .unwrap();
        let listed = String::from_utf8_lossy(&listed.stdout);
        assert!(listed.starts_with("aside ") && listed.lines().count() == 1, "{listed}");
    });
}
