//! Differences of the output on a terminal.

use std::time::Duration;

use super::program::Program;
use crate::fill;
use crate::pty::Screen;

fn on_screen(program: &Program, args: &[&str]) -> Screen {
    Screen::start(args, &[("LARDER_URL", &program.server.url())], 24, 100)
}

/// The screen and the bytes of a command that has ended, with its exit code.
fn shown(program: &Program, args: &[&str]) -> (String, Vec<u8>, u32) {
    let mut screen = on_screen(program, args);
    let code = screen.exit_code();
    (screen.contents(), screen.raw(0), code)
}

#[test]
fn a_terminal_gets_nothing_that_it_would_obey() {
    let program = Program::with_shop();
    let hostile = "evil\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}";
    let record = (hostile.to_owned(), hostile.to_owned(), hostile.as_bytes().to_vec());
    let text =
        ("text".to_owned(), "text/plain".to_owned(), format!("{hostile}\nnext\tline").into());
    fill::records(&mut program.server.client(), "shop", [record, text]);
    for args in [
        &["keys", "shop"][..],
        &["keys", "shop", "--bare"],
        &["keys", "shop", "--json"],
        &["info", "shop", hostile],
        &["info", "shop", hostile, "--json"],
        &["get", "shop", "text"],
        &["get", "shop", hostile],
        &["get", "shop", &format!("{hostile}x")],
        &["create", "--alias", hostile],
        &["stores"],
        &["stores", "--json"],
    ] {
        // Sequences of larder's own, for colours, are left out.
        let (screen, raw, _) = shown(&program, &[args, &["--color", "never"]].concat());
        let text = String::from_utf8(raw).unwrap();
        assert!(screen.contains("evil"), "{args:?}: {screen}");
        let obeyed =
            text.chars().find(|c| (c.is_control() && !"\r\n\t".contains(*c)) || *c == '\u{202e}');
        assert_eq!(obeyed, None, "{args:?}: {text:?}");
    }
    let (screen, _, code) = shown(&program, &["get", "shop", "text"]);
    assert_eq!(code, 0);
    assert!(screen.contains("\nnext    line"), "{screen}");
}

#[test]
fn a_person_is_told_the_key_that_was_probably_meant() {
    let program = Program::with_shop();
    for args in [
        &["get", "shop", "Page-2"][..],
        &["info", "shop", "pgae-2"],
        &["delete", "shop", "page-2.html"],
        &["rename", "shop", "page2", "else"],
    ] {
        let (screen, _, code) = shown(&program, args);
        assert_eq!(code, 1, "{args:?}: {screen}");
        let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("; did you mean `page-2`?"), "{args:?}: {screen}");
        // A script is told no more than it asked for, and not kept waiting.
        let why = program.fails(args, 1);
        assert!(!why.contains("did you mean"), "{why}");
    }
    let (screen, _, _) = shown(&program, &["get", "shop", "something-else"]);
    assert!(screen.contains("no record") && !screen.contains("did you mean"), "{screen}");
}

#[test]
fn a_person_gets_heads_short_types_sizes_and_ages() {
    let program = Program::with_shop();
    let value = vec![b'x'; 12_345];
    let record = ("large".to_owned(), "text/plain; charset=utf-8".to_owned(), value);
    fill::records(&mut program.server.client(), "shop", [record]);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let has = |text: &str, wanted: &str| text.lines().any(|line| words(line) == words(wanted));

    let (screen, _, code) = shown(&program, &["keys", "shop"]);
    assert_eq!(code, 0);
    assert!(has(&screen, "size type key") && has(&screen, "12 KB text large"), "{screen}");
    let (screen, _, _) = shown(&program, &["stores"]);
    assert!(has(&screen, "store records changed created"), "{screen}");
    assert!(screen.lines().any(|line| line.starts_with("shop ") && line.contains("ago")));
    let (screen, _, _) = shown(&program, &["info", "shop"]);
    assert!(screen.contains(" (12 KB)"), "{screen}");
    let time = screen.lines().find(|line| line.starts_with("created_at ")).unwrap();
    assert!(time.contains(" UTC · ") && !time.contains("+00:00"), "{screen}");
    let (screen, _, _) = shown(&program, &["info", "shop", "large"]);
    assert!(screen.contains("12345 (12 KB)"), "{screen}");

    // A script's lines are as they were: whole, exact and without heads.
    let plain = program.ok(&["keys", "shop", "--prefix", "large"]);
    assert_eq!(words(&plain), words("12345 text/plain; charset=utf-8 large"));
    assert!(program.ok(&["stores"]).contains(" created_at "));
    let plain = program.ok(&["info", "shop"]);
    let time = plain.lines().find(|line| line.starts_with("created_at ")).unwrap();
    assert!(time.ends_with("+00:00") && time.contains('T'), "{plain}");
}

#[test]
fn a_watch_on_a_terminal_tells_when() {
    let program = Program::with_shop();
    let mut screen = on_screen(&program, &["watch", "shop", "-n", "1"]);
    screen.wait_for_text("event");
    // Records from before the store was read are not new: records are set until one is told.
    for number in 0..300 {
        let record = (format!("late-{number}"), "text/plain".to_owned(), b"x".to_vec());
        fill::records(&mut program.server.client(), "shop", [record]);
        if screen.ends_within(Duration::from_millis(100)).is_some() {
            break;
        }
    }
    let text = screen.wait_for("the record", |text| text.contains("late"));
    assert_eq!(screen.exit_code(), 0);
    let line = text.lines().find(|line| line.contains("late")).unwrap();
    let mut words = line.split_whitespace();
    let clock = words.next().unwrap();
    assert!(clock.len() == 8 && clock.matches(':').count() == 2, "{line}");
    let words: Vec<_> = words.collect();
    assert_eq!(words[..4], ["new", "1", "B", "text"]);
    assert!(words.len() == 5 && words[4].starts_with("late-"), "{line}");
}

#[test]
fn bytes_go_to_a_terminal_only_by_force() {
    let program = Program::with_shop();
    let (screen, _, code) = shown(&program, &["get", "shop", "bytes"]);
    assert_eq!(code, 4);
    assert!(screen.contains("--force"), "{screen}");
    let (_, raw, code) = shown(&program, &["get", "shop", "bytes", "--force"]);
    assert_eq!((code, raw), (0, b"\0\xff\r\n".to_vec()));
}

#[test]
fn purge_and_drop_ask_for_the_store_s_name() {
    let program = Program::with_shop();
    for wrong in ["\r", "y\r", "yes\r", "shops\r"] {
        let mut screen = on_screen(&program, &["drop", "shop"]);
        screen.wait_for_text("the store shop with its 4 records");
        screen.keys(wrong);
        assert_eq!(screen.exit_code(), 4, "{}", screen.picture());
        let text = screen.contents();
        assert!(text.contains(" B of server memory)?") && text.contains("nothing was changed"));
        assert_eq!(wrong == "\r", text.contains("nothing was typed"), "{text}");
    }
    assert_eq!(program.ok(&["keys", "shop"]).lines().count(), 4);
    for command in ["purge", "drop"] {
        let mut screen = on_screen(&program, &[command, "shop"]);
        screen.wait_for_text("Type its name to confirm:");
        screen.keys("shop\r");
        assert_eq!(screen.exit_code(), 0, "{}", screen.picture());
    }
    assert_eq!(program.ok(&["stores", "--json"]), "");
}

#[test]
fn repair_asks_after_it_has_shown_what_it_will_write() {
    let program = Program::empty();
    let storage = program.home.path().join("storage");
    let store = storage.join("key_value_stores/shop");
    std::fs::create_dir_all(&store).unwrap();
    let file = store.join("__metadata__.json");
    std::fs::write(&file, "{\"id\": \"AbCdEfGhIjKlMnOpQ\",").unwrap();
    let target = storage.display().to_string();
    for (answer, code) in [("\r", 4), ("n\r", 4), ("y\r", 0)] {
        let mut screen = on_screen(&program, &["-t", &target, "repair", "shop"]);
        screen.wait_for_text("[y/N]");
        assert!(screen.contents().contains("+   \"id\": \"AbCdEfGhIjKlMnOpQ\""));
        screen.keys(answer);
        assert_eq!(screen.exit_code(), code, "{}", screen.picture());
    }
    assert!(std::fs::read_to_string(&file).unwrap().contains("\"modified_at\""));
}

#[test]
fn a_terminal_that_moves_no_cursor_is_refused_before_anything_is_written() {
    for name in ["dumb", "unknown"] {
        for args in [&["redis://127.0.0.1:1"][..], &["demo"]] {
            let mut screen = Screen::start(args, &[("TERM", name)], 24, 100);
            assert_eq!(screen.exit_code(), 2, "{}", screen.picture());
            let text = String::from_utf8(screen.raw(0)).unwrap();
            assert!(text.starts_with("larder: the browser cannot draw with TERM="), "{text:?}");
            assert!(text.contains(name) && text.lines().count() == 1, "{text:?}");
            assert!(!text.contains('\x1b'), "{text:?}");
        }
    }
    // Most terminals are alike, and a container may say nothing of its own.
    let mut screen = Screen::start(&["redis://127.0.0.1:1"], &[("TERM", "")], 24, 100);
    screen.wait_for_text("connection refused");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn json_is_laid_out_and_coloured_for_a_person_and_goes_as_it_is_into_a_pipe() {
    let program = Program::with_shop();
    let get = ["get", "shop", "page-1"];
    let with = |more: &[&'static str]| [&get[..], more].concat();
    let (screen, raw, code) = shown(&program, &get);
    assert_eq!((code, screen.trim_end()), (0, "{\n  \"price\": 1.50\n}"));
    let raw = String::from_utf8(raw).unwrap();
    assert!(raw.contains("\x1b[36m\"price\"\x1b[0m") && raw.contains("\x1b[35m1.50"), "{raw:?}");
    let (plain, raw, _) = shown(&program, &with(&["--color", "never"]));
    assert!(plain == screen && !raw.contains(&0x1b), "{plain}");
    for color in ["auto", "never"] {
        assert_eq!(program.ok(&with(&["--color", color])), r#"{"price": 1.50}"#);
    }
    assert!(program.ok(&with(&["--color", "always"])).contains("\x1b[36m\"price\""));
    let (forced, raw, _) = shown(&program, &with(&["--force"]));
    assert!(forced.starts_with(r#"{"price": 1.50}"#) && !raw.contains(&0x1b), "{forced}");
    // What would be obeyed is not.
    let hostile = r#"{"a": "\u001b[31m", "b": "HOSTILE"}"#.replace("HOSTILE", "x\u{9b}31m\u{202e}");
    let json = "application/json".to_owned();
    let record = ("odd".to_owned(), json, hostile.into_bytes());
    fill::records(&mut program.server.client(), "shop", [record]);
    let (_, raw, _) = shown(&program, &["get", "shop", "odd"]);
    let text = String::from_utf8(raw).unwrap();
    assert!(!text.contains('\u{9b}') && !text.contains('\u{202e}'), "{text:?}");
    assert!(text.contains("⟨U+009B⟩"), "{text:?}");
}

#[test]
fn lists_are_coloured_where_they_are_seen_and_where_that_is_asked_for() {
    let program = Program::with_shop();
    program.server.command(&[b"HSET", b"key_value_stores:name_to_id", b"half", b"HALF"]);
    let odd = [&b"HSET"[..], b"key_value_stores:shop:metadata_items", b"odd\x1b[2J", b"no JSON"];
    program.server.command(&odd);
    for (args, colored) in [
        (&["stores"][..], "\x1b[1;35m! half-made"),
        (&["keys", "shop"], "\x1b[1;35m(malformed metadata)\x1b[0m"),
        (&["info", "shop"], "\x1b[1mstore\x1b[0m"),
        (&["keys", "shop", "--json"], "\x1b[36m\"key\"\x1b[0m"),
        (&["doctor"], "\x1b[32mok\x1b[0m"),
    ] {
        let with = |more: &[&'static str]| [args, more].concat();
        let (plain, raw, _) = shown(&program, &with(&["--color", "never"]));
        assert!(!raw.contains(&0x1b), "{args:?}: {plain}");
        let (screen, raw, _) = shown(&program, args);
        let raw = String::from_utf8(raw).unwrap();
        assert!(raw.contains(colored), "{args:?}: {raw:?}");
        // Times go on.
        if args[0] != "doctor" && args[0] != "stores" {
            assert_eq!(screen, plain);
        }
        for sober in
            [&[][..], &["--color", "auto"], &["--no-color"], &["--no-color", "--color=always"]]
        {
            // A key goes into a pipe as it is.
            let out = String::from_utf8_lossy(&program.run(with(sober)).out).replace("\x1b[2J", "");
            assert!(!out.contains("\x1b["), "{args:?} {sober:?}: {out:?}");
        }
        // Also before the command, and whatever the environment says.
        let mut command = program.command(["--color", "always"]);
        command.args(args).env("NO_COLOR", "1").env("TERM", "dumb");
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert!(out.contains(colored), "{args:?}: {out:?}");
        // What is coloured is seen, and obeyed.
        assert!(!out.contains("\x1b[2J"), "{args:?}: {out:?}");
    }
    let (_, raw, _) = shown(&program, &["keys", "shop", "--bare"]);
    assert!(!String::from_utf8(raw).unwrap().contains("\x1b["));
}

#[test]
fn a_value_longer_than_the_terminal_goes_through_the_pager() {
    let program = Program::with_shop();
    let mut lines: Vec<_> = (1..=200).map(|line| format!("line {line}")).collect();
    lines.push(String::new());
    let lines = lines.join("\n");
    let record = ("long".to_owned(), "text/plain".to_owned(), lines.clone().into_bytes());
    fill::records(&mut program.server.client(), "shop", [record]);
    let url = program.server.url();
    let paged = |pager: &str, key: &str, more: &[&str]| {
        let env = [("LARDER_URL", &*url), ("PAGER", pager)];
        let mut screen = Screen::start(&[&["get", "shop", key], more].concat(), &env, 24, 100);
        let code = screen.exit_code();
        (String::from_utf8(screen.raw(0)).unwrap(), code)
    };
    let (shown, code) = paged("sed 's/^/paged: /'", "long", &[]);
    assert!(
        code == 0 && shown.contains("paged: line 1\r") && shown.contains("paged: line 200"),
        "{shown}"
    );
    for (key, more) in [("long", &["--no-pager"][..]), ("page-2", &[])] {
        let (shown, code) = paged("sed 's/^/paged: /'", key, more);
        assert!(code == 0 && !shown.contains("paged"), "{shown}");
    }
    let (shown, _) = paged("cat", "long", &[]);
    assert!(shown.contains("line 200"), "{shown}");
    assert_eq!(paged("head -n 1", "long", &[]).1, 0);
    // A pager that is not there takes nothing of a value with it, however long that is.
    let huge = "another line\n".repeat(20_000) + "the end";
    let record = ("huge".to_owned(), "text/plain".to_owned(), huge.into_bytes());
    fill::records(&mut program.server.client(), "shop", [record]);
    for (key, first, last) in
        [("long", "line 1\r", "line 200"), ("huge", "another line\r", "the end")]
    {
        let (shown, code) = paged("nosuch --raw", key, &[]);
        let (value, said) = shown.split_once("larder: ").unwrap();
        assert!(code == 0 && value.trim_end().ends_with(last), "{key}: {said}");
        let value = &value[value.find(first).unwrap()..];
        assert_eq!(value.matches("line").count(), if key == "long" { 200 } else { 20_000 });
        assert!(said.starts_with("PAGER `nosuch --raw` cannot be run"), "{said}");
    }
    assert_eq!(program.ok(&["get", "shop", "long"]), lines);
}

#[test]
fn urls_and_paths_are_links_where_somebody_looks() {
    let program = Program::empty();
    let folder = program.home.path().join("storage");
    std::fs::create_dir_all(folder.join("key_value_stores")).unwrap();
    let target = folder.to_str().unwrap();
    program.ok(&["-t", target, "create", "--name", "shop"]);
    program.ok(&["-t", target, "set", "shop", "key", "v"]);
    let args = ["-t", target, "url", "shop", "key"];
    let url = program.ok(&args);
    assert!(url.starts_with("file:///") && !url.contains('\x1b'), "{url}");
    let link = format!("\x1b]8;;{0}\x1b\\{0}\x1b]8;;\x1b\\", url.trim_end());
    let (_, raw, _) = shown(&program, &args);
    assert!(String::from_utf8(raw).unwrap().contains(&link));
    let (_, raw, _) = shown(&program, &["config", "path"]);
    assert!(String::from_utf8(raw).unwrap().contains("\x1b]8;;file:///"));
    // Not of a file of another machine, nor where the sequence would be seen.
    for env in [("SSH_CONNECTION", "::1 1 ::1 22"), ("TERM", "linux")] {
        let mut screen = Screen::start(&["config", "path"], &[env], 24, 100);
        screen.exit_code();
        assert!(!screen.raw(0).contains(&0x1b), "{env:?}");
    }
}
