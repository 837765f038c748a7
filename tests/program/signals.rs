//! Whatever ends larder, the terminal is as it was before.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::pty::{Screen, larder, send};

/// A directory with one store, as Crawlee writes it.
pub(crate) fn project() -> tempfile::TempDir {
    let lines = "two\n".repeat(100);
    let text = "text/plain";
    project_of(&[("page-1", text, b"one".as_slice()), ("page-2", text, lines.as_bytes())])
}

/// The same with these records: key, content type and value.
pub(crate) fn project_of(records: &[(&str, &str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("key_value_stores/shop");
    std::fs::create_dir_all(&store).unwrap();
    let times = "2026-11-22T12:00:00+00:00";
    let meta = format!(
        r#"{{"id": "AbCdEfGhIjKlMnOpQ", "name": "shop", "accessed_at": "{times}",
            "created_at": "{times}", "modified_at": "{times}"}}"#
    );
    std::fs::write(store.join("__metadata__.json"), meta).unwrap();
    for (key, content_type, value) in records {
        let size = value.len();
        std::fs::write(store.join(key), value).unwrap();
        let meta =
            format!(r#"{{"key": "{key}", "content_type": "{content_type}", "size": {size}}}"#);
        std::fs::write(store.join(format!("{key}.__metadata__.json")), meta).unwrap();
    }
    folder
}

/// The browser with that store open.
pub(crate) fn browser(folder: &Path, env: &[(&str, &str)]) -> Screen {
    let screen = Screen::start(&[folder.to_str().unwrap()], env, 24, 100);
    screen.wait_for_text("shop · 2 records");
    assert!(!screen.is_given_back());
    screen
}

/// Sends a signal until the process that waits for the browser, or that is the browser, has ended: the
/// runtime ignores the first SIGSEGV or SIGBUS that no fault of its own has caused.
fn insist(screen: &mut Screen, name: &str, pid: u32) {
    send(name, pid);
    if ["SEGV", "BUS"].contains(&name) {
        while screen.ends_within(Duration::from_millis(100)).is_none() {
            send(name, pid);
        }
    }
}

/// Waits for the end, and checks that the terminal is given back.
#[track_caller]
fn ended(screen: &mut Screen, what: &str) -> u32 {
    let code = screen.exit_code();
    assert!(screen.is_given_back(), "after {what}\n{}", screen.picture());
    code
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back() {
    let folder = project();
    for (name, number) in [
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("TRAP", 5),
        ("ABRT", 6),
        ("USR1", 10),
        ("USR2", 12),
        ("ALRM", 14),
        ("TERM", 15),
        ("XCPU", 24),
        ("VTALRM", 26),
        ("SYS", 31),
    ] {
        // The signal is sent to the id that the shell tells.
        let mut screen = browser(folder.path(), &[]);
        let pid = screen.pid();
        insist(&mut screen, name, pid);
        assert_eq!(ended(&mut screen, name), 128 + number, "{name}");
        let mut screen = browser(folder.path(), &[]);
        let pid = screen.worker();
        insist(&mut screen, name, pid);
        assert_eq!(ended(&mut screen, name), 128 + number, "{name} to the browser");
    }
}

#[test]
fn what_cannot_be_caught_gives_the_terminal_back_too_and_is_told() {
    let folder = project();
    for (name, number) in [("KILL", 9), ("SEGV", 11), ("BUS", 7), ("ILL", 4), ("FPE", 8)] {
        let mut screen = browser(folder.path(), &[]);
        let pid = screen.worker();
        insist(&mut screen, name, pid);
        assert_eq!(ended(&mut screen, name), 128 + number, "{name}");
        let said = screen.contents();
        assert!(said.contains(&format!("larder: the browser was ended by SIG{name}")), "{said}");
    }
}

#[test]
fn a_browser_without_its_parent_ends_and_gives_the_terminal_back() {
    let folder = project();
    for name in ["KILL", "SEGV"] {
        let mut screen = browser(folder.path(), &[]);
        let pid = screen.pid();
        insist(&mut screen, name, pid);
        ended(&mut screen, name);
    }
}

#[test]
fn memory_that_cannot_be_had_gives_the_terminal_back() {
    let folder = project();
    let mut screen = browser(folder.path(), &[]);
    // It keeps the memory that it has, and gets no more.
    let worker = Pid::from_raw(i32::try_from(screen.worker()).unwrap());
    let limit = Rlimit { current: Some(1 << 20), maximum: Some(1 << 20) };
    prlimit(worker, Resource::As, limit).unwrap();
    screen.resize(1000, 1000);
    assert_eq!(ended(&mut screen, "a failed allocation"), 134);
    assert!(screen.contents().contains("ended by SIGABRT"), "{}", screen.picture());
}

#[test]
fn a_stack_overflow_gives_the_terminal_back_and_is_told() {
    let test = std::env::current_exe().unwrap();
    let args =
        ["--exact", "signals::overflows_its_stack_on_the_terminal", "--ignored", "--nocapture"];
    let mut screen = Screen::start_program(&test, &args, &[], 24, 100);
    screen.wait_for_screen("the browser's screen", vt100::Screen::alternate_screen);
    screen.keys("x");
    assert_eq!(ended(&mut screen, "a stack overflow"), 134);
    let all = String::from_utf8_lossy(&screen.raw(0)).into_owned();
    assert!(all.contains("has overflowed its stack"), "{all}");
    assert!(screen.contents().contains("ended by SIGABRT"), "{}", screen.picture());
}

/// A program with larder's supervisor and terminal, which overflows its stack once a byte is typed.
#[test]
#[ignore = "run by a_stack_overflow_gives_the_terminal_back_and_is_told"]
fn overflows_its_stack_on_the_terminal() {
    fn descend(depth: u64) -> u64 {
        let room = std::hint::black_box([depth; 64]);
        if depth == u64::MAX { 0 } else { descend(depth + 1) + room[63] }
    }
    if let Some(code) = larder::tui::supervise() {
        std::process::exit(code.into());
    }
    let _terminal = larder::tui::terminal::Terminal::enter(true, true, true).unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
    descend(0);
}

#[test]
fn a_stop_from_outside_shows_the_shell_and_is_made_good_by_going_on() {
    let folder = project();
    for stop in ["TSTP", "STOP"] {
        let mut shell =
            Screen::start_program(Path::new("/bin/sh"), &["-i"], &[("PS1", "$ ")], 24, 100);
        shell.wait_for_text("$ ");
        shell.keys(&format!("{} {}\r", larder().display(), folder.path().display()));
        shell.wait_for_text("shop · 2 records");
        // The shell's child is the parent of the browser.
        let parent = shell.worker();
        let browser = child(parent);
        // The parent cannot see its own SIGSTOP, but it sees that of the browser.
        send(stop, if stop == "STOP" { browser } else { parent });
        shell.wait_for("the shell", |text| {
            text.contains("Stopped") && text.trim_end().ends_with('$')
        });
        shell.wait_for_screen("the shell's screen", |screen| !screen.alternate_screen());
        shell.keys("echo still $((6 * 7))\r");
        shell.wait_for_text("still 42");
        shell.keys("fg\r");
        shell.wait_for_text("shop · 2 records");
        shell.keys("q");
        shell.wait_for("the shell's prompt", |text| text.trim_end().ends_with('$'));
        shell.keys("exit\r");
        shell.exit_code();
    }
}

fn child(of: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap();
    children.trim().parse().unwrap()
}

#[test]
fn an_exit_code_comes_through_and_a_wrong_setting_is_told_once() {
    let folder = project();
    let mut screen = browser(folder.path(), &[]);
    screen.keys("q");
    assert_eq!(ended(&mut screen, "a quit"), 0);
    let mut screen = Screen::start(&["--config", "/nowhere.toml", "."], &[], 24, 100);
    assert_eq!(ended(&mut screen, "a wrong setting"), 2);
    assert_eq!(screen.contents().trim().lines().count(), 1, "{}", screen.contents());
}

#[test]
fn with_too_few_files_the_browser_ends_with_a_sentence() {
    let folder = project();
    for limit in 3..48 {
        let command =
            format!("ulimit -n {limit}; exec {} {}", larder().display(), folder.path().display());
        let mut screen =
            Screen::start_program(Path::new("/bin/sh"), &["-c", &command], &[], 24, 100);
        screen.wait_for("a sentence or the browser", |text| {
            text.contains("larder:") || text.contains("shop") || text.contains("sh:")
        });
        if screen.runs() && screen.with(vt100::Screen::alternate_screen) {
            screen.keys("q");
        }
        let code = screen.exit_code();
        assert!(screen.is_given_back(), "{limit}\n{}", screen.picture());
        let text = String::from_utf8_lossy(&screen.raw(0)).into_owned();
        assert!(!text.contains("panicked"), "{limit}: {text}");
        // Below, the system cannot even load the program.
        if (9..14).contains(&limit) {
            assert_eq!(code, 2, "{limit}: {text}");
            assert!(
                text.contains("too few open files") && text.contains("ulimit"),
                "{limit}: {text}"
            );
        }
    }
}
