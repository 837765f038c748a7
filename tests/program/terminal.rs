//! A terminal that is gone without a signal, and one that takes no bytes.

use std::time::{Duration, Instant};

use crate::fill;
use crate::programs;
use crate::pty::Screen;
use crate::server::Server;
use crate::signals::{browser, project};

/// Limit on the time in which larder must see the end and end itself.
const SOON: Duration = Duration::from_secs(5);

/// Closes the other side of the terminal, and checks that the program ends by itself, as after a lost
/// connection: both its processes, of which one might loop without end.
#[track_caller]
fn ends_once_hung_up(screen: &mut Screen, key: &str, code: u32) {
    let worker = screen.worker();
    screen.hang_up(key);
    let begun = Instant::now();
    let status = screen.ends_within(SOON);
    let Some(status) = status else {
        panic!("still there {:?} after the terminal is gone", begun.elapsed());
    };
    assert_eq!(status.exit_code(), code);
    assert!(!std::path::Path::new(&format!("/proc/{worker}")).exists(), "the browser is there");
}

#[test]
fn a_browser_whose_terminal_is_gone_ends_without_a_signal() {
    let folder = project();
    // In a list, a dialog, a prompt and the editor: wherever keys are waited for.
    for (keys, shown, then) in [
        ("", "shop · 2 records", "?"),
        ("?", "What can be done", "\x1b"),
        ("/", "/", "x"),
        ("hD", "Drop the store", "x"),
    ] {
        let mut screen = Screen::start_apart(&[folder.path().to_str().unwrap()], &[], 24, 100);
        screen.wait_for_text("shop · 2 records");
        screen.keys(keys);
        screen.wait_for_text(shown);
        ends_once_hung_up(&mut screen, then, 129);
    }
}

#[test]
fn a_browser_whose_terminal_is_gone_ends_under_an_editor_too() {
    let folder = project();
    let editor = folder.path().join("editor");
    // One that ends with its terminal, and one that never would.
    for body in ["cat", "trap '' HUP; sleep 1000 & echo $! > \"$0.pid\"; wait"] {
        programs::script(&editor, &format!("echo editing\n{body}"));
        let env = [("EDITOR", editor.to_str().unwrap())];
        let mut screen = Screen::start_apart(&[folder.path().to_str().unwrap()], &env, 24, 100);
        screen.wait_for_text("shop · 2 records");
        screen.keys("\r");
        // What is still on its way is not edited.
        screen.wait_for_text("│ one ");
        screen.keys("jE");
        screen.wait_for_text("editing");
        // The echo is what the terminal writes.
        ends_once_hung_up(&mut screen, "x", 129);
        if let Ok(id) = std::fs::read_to_string(editor.with_extension("pid")) {
            crate::pty::send("KILL", id.trim().parse().unwrap());
        }
    }
}

#[test]
fn a_prompt_of_a_command_whose_terminal_is_gone_changes_nothing() {
    let folder = project();
    let target = folder.path().to_str().unwrap();
    let mut screen = Screen::start_apart(&["-t", target, "drop", "shop"], &[], 24, 100);
    screen.wait_for_text("Type its name to confirm:");
    // The echo is what the terminal writes.
    screen.hang_up("sh");
    assert_eq!(screen.ends_within(SOON).expect("it ends").exit_code(), 4);
    assert!(folder.path().join("key_value_stores/shop/page-1").exists());
}

/// Lets the browser draw until the terminal takes no further bytes, and its writer is blocked.
fn fill_up(screen: &mut Screen) {
    screen.stall(true);
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut rows = 24;
    while !(is_writing(screen) && is_writing(screen)) {
        assert!(Instant::now() < deadline, "the terminal takes all");
        rows = 54 - rows;
        screen.resize(rows, 100);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether the browser's writer is in the middle of a write, now and a moment later.
fn is_writing(screen: &Screen) -> bool {
    std::thread::sleep(Duration::from_millis(20));
    let threads = std::fs::read_dir(format!("/proc/{}/task", screen.worker())).unwrap().flatten();
    threads.into_iter().any(|thread| {
        let read = |name| std::fs::read_to_string(thread.path().join(name)).unwrap_or_default();
        // While it waits for a frame, it waits for a lock; in a write, for the terminal.
        read("comm").trim() == "larder-screen" && !read("wchan").contains("futex")
    })
}

#[test]
fn signals_are_served_while_the_terminal_takes_nothing() {
    let folder = project();
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut screen = browser(folder.path(), &[]);
        fill_up(&mut screen);
        screen.signal(name);
        let status = screen.ends_within(SOON);
        assert_eq!(status.expect("the signal is served").exit_code(), code, "{name}");
        assert!(screen.has_modes_back(), "{name}");
    }
}

#[test]
fn a_write_is_made_while_the_terminal_takes_nothing_and_the_newest_state_is_shown_after() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop"]);
    let record = |key: &str| (key.to_owned(), "text/plain".to_owned(), b"one\n".repeat(500));
    fill::records(&mut client, "shop", ["page-1", "page-2"].map(record));
    let mut screen = Screen::start(&[&server.url()], &[], 24, 100);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for_text("shop · 2 records");
    screen.wait_for_text("page-1");
    fill_up(&mut screen);
    screen.keys("dy");
    let deadline = Instant::now() + Duration::from_secs(10);
    let gone = || server.cli(&["HLEN", "key_value_stores:shop:items"]).starts_with(b"1");
    while !gone() {
        assert!(Instant::now() < deadline, "the record is there");
        std::thread::sleep(Duration::from_millis(5));
    }
    screen.stall(false);
    screen.wait_for_text("shop · 1 record");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert!(screen.is_given_back());
}
