//! Typed text outlives whatever ends larder.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::pty::{Screen, larder, send};
use crate::signals::{browser, project};

/// Number of times that larder is killed while somebody types, unless `LARDER_KILLS` sets another.
const KILLS: u32 = 4;

fn run(state: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(larder());
    command.arg("drafts").args(arguments).env("HOME", state).env("XDG_STATE_HOME", state);
    command.output().unwrap()
}

/// The output of `larder drafts` with this state folder.
pub(crate) fn drafts(state: &Path, arguments: &[&str]) -> String {
    let output = run(state, arguments);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

/// The names of all drafts.
pub(crate) fn ids(state: &Path) -> Vec<String> {
    let listed = drafts(state, &["list", "--json"]);
    let name = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["draft"].as_str().unwrap().to_owned()
    };
    listed.lines().map(name).collect()
}

/// The text in the only draft; `None` if there is none, or if it was removed meanwhile.
pub(crate) fn typed(state: &Path) -> Option<String> {
    let ids = ids(state);
    assert!(ids.len() <= 1, "{ids:?}");
    let shown = run(state, &["show", ids.first()?]);
    shown.status.success().then(|| String::from_utf8(shown.stdout).unwrap())
}

pub(crate) fn waits(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(20), "waited for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_kill_at_any_moment_of_typing_loses_a_second_at_most() {
    let kills = std::env::var("LARDER_KILLS").ok().and_then(|kills| kills.parse().ok());
    for round in 0..kills.unwrap_or(KILLS) {
        let (folder, state) = (project(), tempfile::tempdir().unwrap());
        let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
        let mut screen = browser(folder.path(), &env);
        screen.keys("\r");
        screen.wait_for_text("one");
        screen.keys("e");
        screen.wait_for_text("Edit shop");
        // Some 2 s of typing at most, cut off somewhere.
        let last = 20 + (round * 7919 + std::process::id()) % 180;
        let mut keys: Vec<(char, Instant)> = Vec::new();
        for at in 0..last {
            let key = char::from(b'a' + u8::try_from(at % 26).unwrap());
            screen.keys(&key.to_string());
            keys.push((key, Instant::now()));
            std::thread::sleep(Duration::from_millis(10));
        }
        let killed = Instant::now();
        send("KILL", screen.worker());
        screen.exit_code();
        let all: String = keys.iter().map(|(key, _)| *key).collect();
        let old = keys.iter().filter(|(_, at)| killed - *at > Duration::from_secs(1)).count();
        let text = typed(state.path()).unwrap_or_else(|| "one".to_owned());
        let kept = text.strip_suffix("one").unwrap_or_else(|| panic!("{text:?}"));
        assert!(all.starts_with(kept) && kept.len() >= old, "{old} of {all:?} kept as {kept:?}");
    }
}

#[test]
fn a_draft_is_offered_and_merged_after_a_kill_and_gone_once_it_is_stored() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let mut screen = browser(folder.path(), &env);
    screen.keys("j");
    screen.wait_for_text("two");
    screen.keys("e");
    screen.wait_for_text("Edit shop");
    screen.keys("typed ");
    waits("the draft", || typed(state.path()).is_some_and(|text| text.starts_with("typed two")));
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    let kept = state.path().join("larder/drafts");
    let file = std::fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
    assert_eq!((mode(kept), mode(file)), (0o700, 0o600));
    send("KILL", screen.worker());
    screen.exit_code();
    // The crawl goes on meanwhile, with another line.
    let record = folder.path().join("key_value_stores/shop/page-2");
    let stored = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, format!("{}six\n", &stored[..stored.len() - 4])).unwrap();
    let mut screen = browser(folder.path(), &env);
    screen.wait_for_text("draft of page-2");
    screen.keys("j");
    screen.wait_for_text("two");
    screen.keys("e");
    screen.wait_for("the draft", |text| {
        text.contains("A draft of page-2") && text.contains("The record was changed since")
    });
    screen.keys("\r");
    screen.wait_for("the editor alone", |text| {
        text.contains("Edit shop") && !text.contains("A draft of")
    });
    screen.keys("\x13");
    screen.wait_for("what is changed", |text| {
        text.contains("Save page-2") && text.contains("400 B → 406 B")
    });
    screen.keys("\r");
    screen.wait_for_text("merged with theirs: line 100");
    let now = std::fs::read_to_string(&record).unwrap();
    assert_eq!(now, format!("typed {}six\n", &stored[..stored.len() - 4]));
    waits("the end of the draft", || typed(state.path()).is_none());
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

/// Writes the second record as JSON, like a crawl.
fn write_json(folder: &Path, value: &str) {
    let record = folder.join("key_value_stores/shop/page-2");
    std::fs::write(&record, value).unwrap();
    let kind = "application/json; charset=utf-8";
    let meta = format!(r#"{{"key": "page-2", "content_type": "{kind}", "size": {}}}"#, value.len());
    std::fs::write(folder.join("key_value_stores/shop/page-2.__metadata__.json"), meta).unwrap();
}

/// Opens the line in which the second value of the second record is typed.
fn change_value(screen: &mut Screen) {
    screen.keys("j");
    screen.wait_for_text("1.10");
    screen.keys("\t\r");
    screen.wait_for_text("edit value");
    screen.keys("jj\r");
    screen.wait_for_text("value: 1.10");
}

/// Continues the draft of a value, which the next browser offers, saves it, and expects a merge with 1.30.
#[track_caller]
fn merges_the_draft(folder: &Path, state: &Path, value: &str) {
    let mut screen = browser(folder, &[("XDG_STATE_HOME", state.to_str().unwrap())]);
    screen.wait_for_text("draft of page-2");
    screen.keys("j");
    screen.wait_for_text("1.30");
    screen.keys("e");
    screen.wait_for("the draft", |text| {
        text.contains("The value of $.price") && text.contains(&format!("1.30 → {value}"))
    });
    screen.keys("\r");
    screen.wait_for_text(&format!("value: {value}"));
    screen.keys("\r");
    // Keys are taken after a moment, and named then.
    screen.wait_for("the merge", |text| {
        text.contains("0 of 1 decided") && text.contains("e own value")
    });
    screen.keys("m\r");
    screen.wait_for_text("saved page-2, merged with theirs");
    let stored = std::fs::read_to_string(folder.join("key_value_stores/shop/page-2"));
    assert_eq!(stored.unwrap(), format!(r#"{{"name" :"Cup", "price": {value},"n":7}}"#));
    waits("the end of the draft", || typed(state).is_none());
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn what_was_typed_for_a_value_outlives_a_kill_and_is_merged_at_that_value() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    write_json(folder.path(), r#"{"name" :"Cup", "price": 1.10,"n":-0.0}"#);
    let mut screen = browser(folder.path(), &env);
    change_value(&mut screen);
    screen.keys("5");
    waits("the draft", || typed(state.path()).is_some_and(|text| text == "1.105"));
    assert!(drafts(state.path(), &[]).contains("page-2 · $.price"));
    send("KILL", screen.worker());
    screen.exit_code();
    // The crawl goes on meanwhile, beside the value and at it.
    write_json(folder.path(), r#"{"name" :"Cup", "price": 1.30,"n":7}"#);
    merges_the_draft(folder.path(), state.path(), "1.105");
}

#[test]
fn what_was_typed_for_a_value_outlives_a_kill_while_it_is_decided() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    write_json(folder.path(), r#"{"name" :"Cup", "price": 1.10,"n":-0.0}"#);
    let mut screen = browser(folder.path(), &env);
    change_value(&mut screen);
    screen.keys("5\r");
    screen.wait_for_text("1.10 → 1.105");
    write_json(folder.path(), r#"{"name" :"Cup", "price": 1.30,"n":7}"#);
    // If the change is seen before the key, the question changes, and takes keys after a moment.
    let is_asked = |text: &str| text.contains("Save page-2") && text.contains("↵ save");
    let is_merge = |text: &str| text.contains("0 of 1 decided") && text.contains("e own value");
    while !is_merge(&screen.wait_for("a question", |text| is_asked(text) || is_merge(text))) {
        screen.keys("\r");
        screen.wait_for("an answer", |text| !is_asked(text));
    }
    waits("the draft", || typed(state.path()).is_some_and(|text| text == "1.105"));
    screen.keys("e9");
    waits("what is typed there", || typed(state.path()).is_some_and(|text| text == "91.105"));
    send("KILL", screen.worker());
    screen.exit_code();
    merges_the_draft(folder.path(), state.path(), "91.105");
}

#[test]
fn signals_leave_what_was_typed_last_for_a_value() {
    for name in ["TERM", "HUP"] {
        let (folder, state) = (project(), tempfile::tempdir().unwrap());
        let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
        write_json(folder.path(), r#"{"name" :"Cup", "price": 1.10}"#);
        let mut screen = browser(folder.path(), &env);
        change_value(&mut screen);
        screen.keys("5");
        screen.wait_for_text("value: 1.105");
        // This follows at once: nothing has had time to be kept.
        send(name, screen.worker());
        screen.exit_code();
        assert_eq!(typed(state.path()).as_deref(), Some("1.105"), "SIG{name}");
    }
}

#[test]
fn signals_and_lost_lines_leave_what_was_typed_last() {
    for name in ["TERM", "HUP", "INT", "QUIT"] {
        let (folder, state) = (project(), tempfile::tempdir().unwrap());
        let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
        let mut screen = browser(folder.path(), &env);
        screen.keys("\r");
        screen.wait_for_text("one");
        screen.keys("e");
        screen.wait_for_text("Edit shop");
        screen.keys("typed ");
        screen.wait_for_text("typed one");
        // This follows at once: nothing has had time to be kept.
        send(name, screen.worker());
        screen.exit_code();
        assert_eq!(typed(state.path()).as_deref(), Some("typed one"), "SIG{name}");
    }
}

#[test]
fn drafts_are_listed_exported_and_removed() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    assert_eq!(drafts(state.path(), &[]), "draft  typed  size  store  key  target\n");
    let mut screen: Screen = browser(folder.path(), &env);
    screen.keys("\r");
    screen.wait_for_text("│ one");
    screen.wait_quiet(Duration::from_millis(300));
    screen.keys("e");
    screen.wait_for_text("Edit shop");
    screen.keys("typed ");
    waits("the draft", || typed(state.path()).is_some());
    send("KILL", screen.worker());
    screen.exit_code();
    let listed = drafts(state.path(), &[]);
    assert!(listed.contains("shop") && listed.contains("page-1"), "{listed}");
    let id = ids(state.path()).remove(0);
    let file = state.path().join("typed.txt");
    drafts(state.path(), &["export", &id, file.to_str().unwrap()]);
    assert_eq!(std::fs::read(&file).unwrap(), typed(state.path()).unwrap().as_bytes());
    assert_eq!(drafts(state.path(), &["export", &id, "-"]), typed(state.path()).unwrap());
    let again = run(state.path(), &["export", &id, file.to_str().unwrap()]);
    let why = String::from_utf8(again.stderr).unwrap();
    assert!(!again.status.success() && why.contains("it is there already"), "{why}");
    // All are known before the first goes.
    assert!(!run(state.path(), &["remove", &id, "none"]).status.success());
    assert_eq!(ids(state.path()), [&*id]);
    drafts(state.path(), &["remove", &id]);
    assert!(ids(state.path()).is_empty());
}

#[test]
fn staged_edits_outlive_a_kill_and_are_saved_together_later() {
    let (folder, state) = (project(), tempfile::tempdir().unwrap());
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let mut screen = browser(folder.path(), &env);
    screen.wait_for_text("one");
    for (typed, count) in [("typed ", "staged page-1"), ("more ", "staged page-2")] {
        screen.keys("e");
        screen.wait_for_text("Edit shop");
        screen.keys(typed);
        screen.keys("\x10");
        screen.wait_for_text(count);
        screen.keys("j");
        screen.wait_for_text("two");
    }
    waits("both drafts", || ids(state.path()).len() == 2);
    send("KILL", screen.worker());
    screen.exit_code();
    assert_eq!(drafts(state.path(), &[]).matches("(staged)").count(), 2);
    // Someone writes the second meanwhile.
    let stored = |key: &str| folder.path().join("key_value_stores/shop").join(key);
    std::fs::write(stored("page-2"), "z".repeat(400)).unwrap();
    let mut screen = browser(folder.path(), &env);
    screen.wait_for_text("2 staged edits left unsaved");
    screen.keys("\x10");
    screen.wait_for("both, and what was done since", |text| {
        text.contains("page-1 in shop") && text.contains("changed since")
    });
    screen.keys("\x13");
    screen.wait_for("all that they change", |text| {
        text.contains("Save 1 of 2 staged edits") && !text.contains("looking for what is changed")
    });
    screen.keys("\x13");
    screen.wait_for_text("page-2 stays staged: changed meanwhile");
    assert_eq!(std::fs::read(stored("page-1")).unwrap(), b"typed one");
    assert_eq!(std::fs::read(stored("page-2")).unwrap(), "z".repeat(400).as_bytes());
    waits("the end of one draft", || ids(state.path()).len() == 1);
    screen.keys("\x1b");
    screen.wait_for("the panes", |text| !text.contains("Staged edits"));
    screen.keys("u");
    screen.wait_for_text("undone: saved");
    assert_eq!(std::fs::read(stored("page-1")).unwrap(), b"one");
    screen.keys("q");
    screen.wait_for_text("Its draft is kept");
    screen.keys("y");
    screen.exit_code();
    assert_eq!(ids(state.path()).len(), 1);
}
