//! The whole browser in a real pseudo-terminal, on a real server.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use crate::breaking;
use crate::fill;
use crate::programs;
use crate::pty::{self, Screen};
use crate::server::Server;

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

fn filled() -> Server {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop", "spare"]);
    let record = |key: &str, content_type: &str, value: &[u8]| {
        (key.to_owned(), content_type.to_owned(), value.to_vec())
    };
    fill::records(
        &mut client,
        "shop",
        [
            record("evil", TEXT, b"\x1b]0;owned\x07\x1b[31mred\xe2\x80\xae"),
            record("page-1", JSON, br#"{"price": 46.20, "url": "http://127.0.0.1/1"}"#),
            record("page-2", JSON, br#"{"price": 7}"#),
        ],
    );
    server
}

/// The browser with the store `shop` open and the cursor on its first key.
fn open(server: &Server, env: &[(&str, &str)]) -> Screen {
    let mut screen = Screen::start(&[&server.url()], env, 24, 80);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for("the keys of shop", |text| {
        text.contains("shop · 3 records") && text.contains("1 / 3")
    });
    screen
}

fn value(server: &Server, key: &str) -> String {
    let bytes = server.cli(&["HGET", "key_value_stores:shop:items", key]);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_replica_takes_writes_in_the_browser_as_soon_as_it_is_promoted() {
    let mut primary = filled();
    let port = primary.port().to_string();
    let replica = Server::start_with(&["--replicaof", &format!("127.0.0.1 {port}")]);
    let mut client = primary.client();
    while client.call(&[b"WAIT", b"1", b"1000"]).int() < 1 {}
    let mut screen = open(&replica, &[]);
    screen.keys("/page-2\r");
    screen.wait_for_text("\"price\": 7");
    screen.keys("e");
    screen.wait_for_text("replica");
    assert!(!screen.contents().contains("content type"), "no editor: {}", screen.picture());
    // This is like a failover: the primary is gone, and another server takes its place.
    primary.kill();
    replica.cli(&["REPLICAOF", "NO", "ONE"]);
    screen.wait_for_text("a replica no longer");
    screen.keys("e");
    screen.wait_for_text("content type");
    screen.keys("\x1b[B\x1b[F5\x13");
    screen.wait_for_text("$.price  7 → 75");
    screen.keys("\x13");
    screen.wait_for_text("saved page-2");
    assert_eq!(value(&replica, "page-2"), r#"{"price": 75}"#);
    assert!(!screen.contents().contains("read-only"), "{}", screen.picture());
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn a_user_lists_reads_and_quits_and_the_terminal_is_given_back() {
    let server = filled();
    let mut screen = open(&server, &[]);
    screen.keys("j");
    screen.wait_for_text("\"price\": 46.20");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    screen.wait_for_screen("the main screen", |screen| !screen.alternate_screen());
    let raw = screen.raw(0);
    assert!(raw.windows(8).any(|part| part == b"\x1b[?1049l"), "the alternate screen is left");
}

#[test]
fn an_edit_in_the_built_in_editor_is_stored_as_crawlee_would() {
    let server = filled();
    let mut screen = open(&server, &[]);
    screen.keys("j");
    screen.wait_for_text("\"price\": 46.20");
    screen.keys("e");
    screen.wait_for_text("Edit shop");
    screen.keys("\x1b[B\x1b[F\x1b[D1\x13");
    screen.wait_for_text("$.price  46.20 → 46.201");
    screen.keys("\r");
    screen.wait_for_text("saved page-1");
    assert_eq!(value(&server, "page-1"), r#"{"price": 46.201, "url": "http://127.0.0.1/1"}"#);
    let meta = server.cli(&["HGET", "key_value_stores:shop:metadata_items", "page-1"]);
    let size = value(&server, "page-1").len();
    let expected = format!(
        r#"{{"key":"page-1","content_type":"application/json; charset=utf-8","size":{size}}}"#
    );
    assert_eq!(String::from_utf8(meta).unwrap(), expected);
    screen.wait_for_text("46.201");
}

#[test]
fn text_that_is_pasted_without_brackets_is_there_at_once_with_its_tabs() {
    let server = filled();
    let mut screen = open(&server, &[]);
    screen.keys("nfresh\r\x15text/plain\r");
    screen.wait_for_text("line 1 of 1, column 1");
    let text = "a line\twith a tab, and ü, of forty\r".repeat(6000);
    let started = std::time::Instant::now();
    screen.keys(&text);
    screen.wait_for_text("line 6,001 of 6,001, column 1");
    let took = started.elapsed();
    // Key by key, each with the cost of a change in a long text, this took minutes. The benchmark of the
    // editor checks the speed: here, other tests run at the same time.
    assert!(took.as_secs() < 20, "{} bytes took {took:?}", text.len());
    screen.keys("\x13");
    screen.wait_for_text("shop · 4 records");
    assert_eq!(value(&server, "fresh"), text.replace('\r', "\n"));
}

#[test]
fn an_edit_in_the_users_own_editor_is_stored() {
    let server = filled();
    let folder = tempfile::tempdir().unwrap();
    let editor = folder.path().join("my editor");
    programs::script(&editor, "sed -i 's/7/8/' \"$1\"");
    let command = format!("'{}'", editor.display());
    let mut screen = open(&server, &[("EDITOR", &command)]);
    screen.keys("jj");
    screen.wait_for_text("\"price\": 7");
    screen.keys("E");
    screen.wait_for("the change, and the keys that answer it", |text| {
        text.contains("$.price  7 → 8") && text.contains("↵ save")
    });
    screen.keys("\r");
    screen.wait_for_text("saved page-2");
    assert_eq!(value(&server, "page-2"), r#"{"price": 8}"#);
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn a_new_record_is_written_and_a_record_deleted() {
    let server = filled();
    let mut screen = open(&server, &[]);
    screen.keys("nfresh\r\r[1, 2]\x13");
    screen.wait_for_text("shop · 4 records");
    assert_eq!(value(&server, "fresh"), "[1, 2]");
    screen.wait_for_text("▌  fresh");
    screen.keys("d");
    screen.wait_for_text("Delete the record");
    screen.keys("y");
    screen.wait_for_text("shop · 3 records");
    assert_eq!(value(&server, "fresh"), "");
}

#[test]
fn a_store_is_created_purged_and_dropped() {
    let server = filled();
    let mut screen = open(&server, &[]);
    screen.keys("hnfresh-one\r");
    screen.wait_for_text("fresh-one · 0 records");
    screen.keys("h");
    screen.wait_for_text("▌  fresh-one");
    screen.keys("D");
    screen.wait_for_text("Drop the store");
    screen.keys("fresh-one\r");
    screen.wait_for_text("dropped fresh-one");
    screen.wait_for("the list without it", |text| !text.contains("  fresh-one"));
    screen.keys("g");
    screen.wait_for_text("▌  shop");
    screen.keys("Pshop\r");
    screen.wait_for_text("purged shop: 3 records removed");
    assert_eq!(server.cli(&["EXISTS", "key_value_stores:shop:items"]), b"0");
    assert_eq!(server.cli(&["EXISTS", "key_value_stores:shop:metadata"]), b"1");
}

#[test]
fn hostile_text_never_reaches_the_terminal() {
    let server = filled();
    let screen = open(&server, &[]);
    screen.wait_for_text("owned");
    let raw = screen.raw(0);
    let has = |part: &[u8]| raw.windows(part.len()).any(|window| window == part);
    assert!(!has(b"\x1b]0;"), "no title is set");
    assert!(!has("\u{202e}".as_bytes()), "no direction is changed");
}

#[test]
fn signals_end_it_and_the_terminal_is_given_back() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let server = filled();
        let mut screen = open(&server, &[]);
        screen.signal(signal);
        assert_eq!(screen.exit_code(), code, "{signal}");
        screen.wait_for_screen("the main screen", |screen| !screen.alternate_screen());
    }
}

#[test]
fn it_suspends_and_comes_back() {
    let server = filled();
    let mut shell =
        Screen::start_program(std::path::Path::new("/bin/sh"), &["-i"], &[("PS1", "$ ")], 24, 80);
    shell.wait_for_text("$ ");
    shell.keys(&format!("{} {}\r", pty::larder().display(), server.url()));
    shell.wait_for_text("shop");
    shell.keys("\x1a");
    // The shell says so and shows its prompt; text typed before may be lost.
    shell.wait_for("the shell", |text| text.contains("Stopped") && text.trim_end().ends_with('$'));
    shell.keys("echo still $((6 * 7))\r");
    shell.wait_for_text("still 42");
    shell.keys("fg\r");
    shell.wait_for_screen("larder's screen", vt100::Screen::alternate_screen);
    shell.wait_for_text("shop");
    shell.keys("q");
    // The prompt: before it, the terminal may still be larder's.
    shell.wait_for("the shell's prompt", |text| text.trim_end().ends_with('$'));
    shell.keys("exit\r");
    shell.exit_code();
}

#[test]
fn the_clipboard_gets_the_value_through_the_terminal() {
    let server = filled();
    let mut screen = open(&server, &[]);
    screen.keys("jj");
    screen.wait_for_text("\"price\": 7");
    let from = screen.written();
    screen.keys("Y");
    screen.wait_for_output(from, b"\x1b]52;c;eyJwcmljZSI6IDd9");
    screen.wait_for_text("value copied, 12 B");
}

#[test]
fn it_stays_when_the_server_goes_and_is_back_when_the_server_is() {
    let mut server = filled();
    let mut screen = open(&server, &[]);
    server.kill();
    screen.wait_for_text("no connection · tried");
    screen.keys("j");
    screen.wait_for_text("▌  page-1");
    server.restart();
    screen.wait_for("the connection", |text| !text.contains("no connection"));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn a_write_whose_answer_is_lost_is_settled_after_the_reconnect() {
    let server = filled();
    let way = format!("redis://127.0.0.1:{}", breaking::breaking(server.port(), true));
    let mut screen = Screen::start(&[&way], &[], 24, 80);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for("the keys of shop", |text| {
        text.contains("shop · 3 records") && text.contains("1 / 3")
    });
    screen.keys("j");
    screen.wait_for_text("\"price\": 46.20");
    screen.keys("d");
    screen.wait_for_text("Delete the record");
    screen.keys("y");
    screen.wait_for_text("answer lost, but the write was made");
    screen.wait_for_text("shop · 2 records");
    assert_eq!(value(&server, "page-1"), "");
}

#[test]
fn ctrl_z_in_the_users_editor_gives_the_shell_back() {
    let server = filled();
    let folder = tempfile::tempdir().unwrap();
    let editor = folder.path().join("editor");
    // It stops everyone in the foreground, like vi on Ctrl-Z, and goes on after `fg`.
    programs::script(&editor, "kill -TSTP 0\nsed -i 's/7/8/' \"$1\"");
    let editor = editor.display().to_string();
    let env = [("PS1", "$ "), ("EDITOR", editor.as_str())];
    let mut shell = Screen::start_program(std::path::Path::new("/bin/sh"), &["-i"], &env, 24, 80);
    shell.wait_for_text("$ ");
    shell.keys(&format!("{} {}\r", pty::larder().display(), server.url()));
    shell.wait_for_text("shop");
    shell.keys("\r");
    shell.wait_for("the keys of shop", |text| {
        text.contains("shop · 3 records") && text.contains("1 / 3")
    });
    shell.keys("jj");
    shell.wait_for_text("\"price\": 7");
    shell.keys("E");
    shell.wait_for("the shell", |text| text.contains("Stopped") && text.trim_end().ends_with('$'));
    shell.keys("fg\r");
    shell.wait_for("the change, and the keys that answer it", |text| {
        text.contains("$.price") && text.contains("↵ save")
    });
    shell.keys("\r");
    shell.wait_for_text("saved page-2");
    assert_eq!(value(&server, "page-2"), r#"{"price": 8}"#);
    shell.keys("q");
    // The prompt: before it, the terminal may still be larder's.
    shell.wait_for("the shell's prompt", |text| text.trim_end().ends_with('$'));
    shell.keys("exit\r");
    shell.exit_code();
}

#[test]
fn a_refused_connection_is_one_sentence_and_can_be_tried_again() {
    let mut server = filled();
    let url = server.url();
    server.kill();
    let mut screen = Screen::start(&[&url], &[], 24, 80);
    screen.wait_for_text("connection refused");
    server.restart();
    screen.keys("r");
    screen.wait_for_text("no stores yet");
}

#[test]
fn a_browser_that_was_there_before_the_server_connects_by_itself() {
    let mut server = filled();
    let url = server.url();
    server.kill();
    let screen = Screen::start(&[&url], &[], 24, 80);
    screen.wait_for_text("trying");
    server.restart();
    screen.wait_for_text("no stores yet");
}

#[test]
fn an_editor_that_is_not_there_is_named_with_a_remedy() {
    let server = filled();
    let mut screen = open(&server, &[("VISUAL", "no-such-editor")]);
    screen.keys("jj");
    screen.wait_for_text("\"price\": 7");
    screen.keys("E");
    screen.wait_for_text("no editor `no-such-editor`; set $VISUAL or $EDITOR");
}

#[test]
fn it_switches_between_servers_and_keeps_nothing_of_the_old_one() {
    let (one, two) = (filled(), Server::start_with(&["--requirepass", "opensesame"]));
    let mut client = two.client();
    client.call(&[b"AUTH", b"opensesame"]);
    fill::stores(&mut client, ["other"]);
    fill::records(&mut client, "other", [("only".to_owned(), TEXT.to_owned(), b"there".to_vec())]);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("larder.toml");
    let text = format!(
        "[profiles.one]\nurl = '{}'\n[profiles.two]\nurl = '{}'\nread_only = true\n\
         password_command = 'echo loud >&2; echo opensesame'\n\
         [profiles.void]\nurl = 'redis://127.0.0.1:1'\n",
        one.url(),
        two.url()
    );
    std::fs::write(&config, text).unwrap();
    let config = config.display().to_string();
    let mut screen = Screen::start(&["--config", &config, "one"], &[], 24, 80);
    screen.wait_for_text("shop");
    screen.keys("\r");
    screen.wait_for("the keys of shop", |text| {
        text.contains("shop · 3 records") && text.contains("1 / 3")
    });
    screen.keys("T");
    screen.wait_for_text("Open another target");
    let from = screen.written();
    screen.keys("j\r");
    let text = screen.wait_for_text("other · 1 record");
    screen.wait_for_text("there");
    assert!(text.contains("read-only") && !text.contains("shop"), "{text}");
    assert!(!String::from_utf8_lossy(&screen.raw(from)).contains("loud"));
    screen.keys("d");
    screen.wait_for_text("read-only");
    screen.keys("TG\r");
    screen.wait_for_text("T other target");
    screen.keys("Tg\r");
    screen.wait_for("the first server", |text| text.contains("shop") && !text.contains("other"));
    screen.keys("\r");
    screen.wait_for("the keys of shop", |text| {
        text.contains("shop · 3 records") && text.contains("1 / 3")
    });
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

/// A project's storage directory with one store of one record, as Crawlee writes them.
fn project(folder: &std::path::Path, store: &str, key: &str, value: &str) {
    let store_folder = folder.join("storage/key_value_stores").join(store);
    std::fs::create_dir_all(&store_folder).unwrap();
    let times = "2026-11-22T12:00:00+00:00";
    let meta = format!(
        r#"{{"id": "AbCdEfGhIjKlMnOpQ", "name": "{store}", "accessed_at": "{times}",
            "created_at": "{times}", "modified_at": "{times}"}}"#
    );
    std::fs::write(store_folder.join("__metadata__.json"), meta).unwrap();
    std::fs::write(store_folder.join(key), value).unwrap();
    let size = value.len();
    let meta = format!(r#"{{"key": "{key}", "content_type": "text/plain", "size": {size}}}"#);
    std::fs::write(store_folder.join(format!("{key}.__metadata__.json")), meta).unwrap();
}

#[test]
fn larder_alone_opens_the_storage_here_and_switches_to_another_project() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    project(here.path(), "shop", "page-1", "here it is");
    project(there.path(), "elsewhere", "page-2", "there it is");
    let config = here.path().join("larder.toml");
    let text = format!("[profiles.other]\nurl = '{}'\n", there.path().display());
    std::fs::write(&config, text).unwrap();
    let command = format!(
        "cd {} && exec {} --config larder.toml",
        here.path().display(),
        pty::larder().display()
    );
    let shell = std::path::Path::new("/bin/sh");
    let mut screen = Screen::start_program(shell, &["-c", &command], &[], 24, 80);
    screen.wait_for_text("here it is");
    screen.keys("T");
    screen.wait_for_text("▌ ./storage");
    screen.keys("k\r");
    let text = screen.wait_for_text("there it is");
    assert!(text.contains("elsewhere") && !text.contains("shop"), "{text}");
    screen.keys("Tj\r");
    screen.wait_for_text("here it is");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn the_hint_comes_once_and_needs_no_place_to_be_remembered() {
    let server = filled();
    let state = tempfile::tempdir().unwrap();
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let hint = "? all keys · q quit";
    let mut screen = Screen::start(&[&server.url()], &env, 24, 80);
    screen.wait_for_text(hint);
    screen.wait_for_text("shop");
    screen.keys("j");
    screen.wait_for("the footer", |text| !text.contains(hint));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    let again = open(&server, &env);
    assert!(!String::from_utf8_lossy(&again.raw(0)).contains(hint));
    // A file in place of a folder: nothing can be remembered, and nothing fails.
    let file = state.path().join("file");
    std::fs::write(&file, "").unwrap();
    let env = [("XDG_STATE_HOME", file.to_str().unwrap())];
    let mut screen = Screen::start(&[&server.url()], &env, 24, 80);
    screen.wait_for_text(hint);
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let server = filled();
    let mut screen = open(&server, &[]);
    screen.resize(10, 40);
    screen.wait_for("one pane", |text| text.contains("evil") && !text.contains("Stores"));
    screen.resize(36, 120);
    screen.wait_for("three panes", |text| text.contains("evil") && text.contains("Stores 2"));
}

#[test]
fn an_idle_program_writes_nothing_and_uses_no_time() {
    let server = filled();
    let screen = open(&server, &[]);
    screen.wait_for_text("owned");
    screen.wait_quiet(std::time::Duration::from_secs(1));
    let both = || cpu(screen.pid()) + cpu(screen.worker());
    let (written, before) = (screen.written(), both());
    screen.wait_quiet(std::time::Duration::from_secs(2));
    assert_eq!(screen.written(), written);
    assert!(both() - before <= 1, "at most one clock tick in two seconds");
}

/// Processor time used so far, in clock ticks of 10 ms.
fn cpu(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
