//! Exit codes 2, 3 and 4, closed pipes, and help.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use super::program::{Program, clean, clean_program, run};
use crate::fill;
use crate::pty::larder;
use crate::server::Server;

#[test]
fn wrong_arguments_are_exit_code_2() {
    let program = Program::with_shop();
    for args in [
        &["get", "shop"][..],
        &["frobnicate", "the", "shop"],
        &["keys", "shop", "--limit", "many"],
        &["stores", "--timeout", "0"],
        &["set", "shop", "k"],
        &["set", "shop", "k", "v", "--null"],
        &["create", "--name", "a", "--alias", "b"],
        &["-t", "http://127.0.0.1", "stores"],
        &["-t", "redis://127.0.0.1", "redis://127.0.0.2"],
        &["-t", "redis://127.0.0.1/not-a-number", "stores"],
    ] {
        let run = program.run(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert!(run.out.is_empty(), "{args:?}");
        assert!(run.err.starts_with("larder: ") && !run.err.contains('\u{1b}'), "{}", run.err);
        assert_eq!(run.err.matches('\n').count(), 1, "{}", run.err);
    }
    let why = program.fails(&["-t", "stoers", "stores"], 2);
    assert!(why.contains("`stoers`") && why.contains("profile"), "{why}");
}

#[test]
fn the_browser_wants_a_terminal() {
    let why = Program::empty().fails(&[], 2);
    assert!(why.contains("terminal"), "{why}");
}

#[test]
fn a_server_that_cannot_be_used_is_exit_code_3() {
    let mut program = Program::empty();
    program.server.kill();
    let why = program.fails(&["stores"], 3);
    assert!(why.contains("127.0.0.1") && why.contains("start the server"), "{why}");

    let locked = Server::start_with(&["--requirepass", "opensesame"]);
    let mut command = clean(program.home.path());
    let answer = run(command.args(["-t", &locked.url(), "stores"]), b"");
    assert_eq!(answer.code, 3, "{}", answer.err);
    let answer = run(command.env("LARDER_PASSWORD", "wrong"), b"");
    assert_eq!(answer.code, 3, "{}", answer.err);
    assert!(answer.err.contains("LARDER_PASSWORD"), "{}", answer.err);
    let answer = run(command.env("LARDER_PASSWORD", "opensesame"), b"");
    assert_eq!(answer.code, 0, "{}", answer.err);

    // What helps depends on the server's product, whichever command it is.
    let bare = Server::start_without_module(&[]);
    for args in [&["stores"][..], &["create"], &["keys", "s"], &["get", "s", "k"], &["export", "s"]]
    {
        let mut command = clean(program.home.path());
        let answer = run(command.args(["-t", &bare.url()]).args(args), b"");
        assert_eq!(answer.code, 3, "{args:?}: {}", answer.err);
        assert!(!answer.err.contains("on Valkey:"), "{args:?}: {}", answer.err);
    }
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let program = Program::with_shop();
    program.server.stop_process();
    let why = program.fails(&["--timeout", "0.3", "stores"], 3);
    program.server.continue_process();
    assert!(why.contains("no answer from") && why.contains("longer"), "{why}");
}

#[test]
fn read_only_refuses_every_write() {
    let program = Program::with_shop();
    let all = |program: &Program| {
        let keys = program.server.cli(&["KEYS", "*"]);
        let mut keys: Vec<_> = keys.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        keys.sort();
        let dump = |key: &Vec<u8>| program.server.cli(&["DUMP", std::str::from_utf8(key).unwrap()]);
        let dumps: Vec<_> = keys.iter().map(dump).collect();
        (keys, dumps)
    };
    let before = all(&program);
    assert!(before.0.len() > 3, "{:?}", before.0);
    for args in [
        &["set", "shop", "k", "v"][..],
        &["delete", "shop", "page-1"],
        &["purge", "shop", "--yes"],
        &["drop", "shop", "--yes"],
        &["create", "--name", "new"],
    ] {
        let mut read_only = vec!["--read-only"];
        read_only.extend(args);
        let why = program.fails(&read_only, 4);
        assert!(why.contains("read-only"), "{why}");
        let answer = run(program.command(args).env("LARDER_READ_ONLY", "1"), b"");
        assert_eq!(answer.code, 4, "{}", answer.err);
        assert!(answer.err.contains("LARDER_READ_ONLY"), "{}", answer.err);
    }
    assert_eq!(all(&program), before, "neither a record nor a store");
    program.ok(&["--read-only", "get", &format!("id:{}", fill::id("shop")), "page-1"]);
}

#[test]
fn a_store_of_another_type_is_exit_code_5() {
    let program = Program::with_shop();
    program.server.cli(&["DEL", "key_value_stores:shop:items"]);
    program.server.cli(&["SET", "key_value_stores:shop:items", "a string"]);
    program.fails(&["get", "shop", "page-1"], 5);
    program.server.cli(&["DEL", "key_value_stores:shop:metadata_items"]);
    let why = program.fails(&["keys", "shop"], 5);
    assert!(why.contains("the store shop is damaged"), "{why}");
}

#[test]
fn a_half_made_store_is_no_empty_one() {
    let program = Program::empty();
    program.server.cli(&["HSET", "key_value_stores:name_to_id", "half", "someid"]);
    let why = program.fails(&["keys", "half"], 5);
    assert!(why.contains("half-made") && why.contains("drop it"), "{why}");
    program.ok(&["create", "--name", "whole"]);
    assert_eq!(program.ok(&["keys", "whole"]), "");
}

#[test]
fn what_may_not_be_read_is_exit_code_4() {
    let program = Program::with_shop();
    program.server.cli(&["ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-json.get"]);
    let target = format!("redis://reader:pw@127.0.0.1:{}", program.server.port());
    let answer = program.run(["-t", &target, "info", "shop"]);
    assert_eq!(answer.code, 4, "{}", answer.err);
    let text = String::from_utf8(answer.out).unwrap();
    assert_eq!(text.matches("JSON.GET").count(), 1, "said once: {text}");
}

#[test]
fn a_user_without_rights_is_told_of_a_command() {
    let program = Program::with_shop();
    program.server.cli(&["ACL", "SETUSER", "nobody", "on", ">pw", "~*"]);
    let target = format!("redis://nobody:pw@127.0.0.1:{}", program.server.port());
    let answer = program.run(["-t", &target, "stores"]);
    assert_eq!(answer.code, 4, "{}", answer.err);
    assert!(answer.err.contains("HLEN"), "{}", answer.err);
}

#[test]
fn who_may_not_see_the_list_of_stores_names_one() {
    let program = Program::with_shop();
    let rights = ["ACL", "SETUSER", "seller", "on", ">pw", "~key_value_stores:shop*", "+@all"];
    program.server.cli(&rights);
    let target = format!("redis://seller:pw@127.0.0.1:{}", program.server.port());
    let run = |args: &[&str]| {
        let run = program.run([&["-t", &target], args].concat());
        (run.code, String::from_utf8(run.out).unwrap(), run.err)
    };
    let (code, _, why) = run(&["stores"]);
    assert!(
        code == 4 && why.contains("may not list stores") && why.contains("name a store"),
        "{why}"
    );
    assert_eq!(run(&["keys", "shop", "--bare", "--prefix", "page"]).1, "page-1\npage-2\n");
    assert_eq!(run(&["get", "shop", "page-2"]).1, "<p>two</p>");
    assert_eq!(run(&["set", "shop", "new", "text"]), (0, String::new(), String::new()));
    assert_eq!(run(&["delete", "shop", "new"]).0, 0);
    let (code, out, why) = run(&["info", "shop"]);
    assert_eq!((code, why.as_str()), (0, ""), "{out}");
    let (code, _, why) = run(&["drop", "shop", "--yes"]);
    assert!(code == 4 && program.stored("shop", b"none").is_some(), "{why}");
    let (code, _, why) = run(&["keys", "shop-2"]);
    assert!(code == 1 && why.contains("this user sees no store"), "{code} {why}");
}

#[test]
fn a_store_that_is_not_there_is_named() {
    let program = Program::with_shop();
    for args in [
        &["get", "nope", "x"][..],
        &["delete", "nope", "x"],
        &["delete", "nope", "x", "y"],
        &["url", "nope", "x"],
        &["keys", "nope"],
        &["info", "nope"],
    ] {
        let why = program.fails(args, 1);
        assert!(why.contains("no store `nope`"), "{why}");
    }
    program.fails(&["url", "shop", "page-1"], 4);
}

#[test]
fn a_delete_names_the_keys_that_were_not_there() {
    let program = Program::with_shop();
    let answer = program.run(["delete", "shop", "page-1", "no-1", "no-2", "page-1"]);
    assert_eq!(answer.code, 0);
    let lines: Vec<&str> = answer.err.lines().collect();
    assert_eq!(lines, ["larder: there was no record `no-1`", "larder: there was no record `no-2`"]);
    // A list without keys asks for nothing.
    assert_eq!(program.ok(&["delete", "shop", "--keys-from", "/dev/null"]), "");
    let json = program.ok(&["delete", "shop", "page-2", "no-1", "--json"]);
    assert_eq!(json, "{\"deleted\":1,\"missing\":[\"no-1\"]}\n");
}

#[test]
fn failures_of_files_say_what_to_do() {
    let program = Program::with_shop();
    let why = program.fails(&["get", "shop", "page-1", "-o", "/nonexistent/x"], 2);
    assert!(why.contains("/nonexistent/x cannot be written") && !why.contains(".tmp"), "{why}");
    let why = program.fails(&["set", "shop", "k", "--file", "/nope"], 2);
    assert!(why.contains("/nope cannot be read") && why.contains("; "), "{why}");
}

#[test]
fn what_a_closed_standard_input_does_not_say_is_not_taken_for_an_empty_value() {
    let program = Program::with_shop();
    let before = program.ok(&["get", "shop", "page-1"]);
    let larder = larder().display().to_string();
    let target = program.server.url();
    let from = |redirect: &str, command: &str| {
        let script = format!("exec {larder} -t {target} {command} {redirect}");
        let mut shell = clean_program(Path::new("/bin/sh"), program.home.path());
        run(shell.args(["-c", &script]), b"")
    };
    for command in [
        "set shop page-1 --file -",
        "import shop -",
        "get shop --keys-from -",
        "delete shop --keys-from -",
    ] {
        let answer = from("<&-", command);
        assert_eq!((answer.code, answer.out.len()), (2, 0), "{command}: {}", answer.err);
        assert!(answer.err.contains("standard input is closed"), "{command}: {}", answer.err);
    }
    assert_eq!(program.ok(&["get", "shop", "page-1"]), before);
    let answer = from("</dev/null", "set shop page-1 --file - --content-type text/plain");
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    assert_eq!(program.ok(&["get", "shop", "page-1"]), "");
}

#[test]
fn with_too_few_files_a_command_ends_with_a_sentence() {
    let program = Program::with_shop();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    program.ok(&["-t", target, "create", "--alias", "default"]);
    let server = program.server.url();
    let larder = larder().display().to_string();
    let mut refused = 0;
    for limit in 3..24 {
        for (target, command) in [
            (target, "set default key value"),
            (target, "get default key"),
            (&server, "stores"),
            (&server, "set shop key value"),
        ] {
            let script = format!("ulimit -n {limit}; exec {larder} -t {target} {command}");
            let mut shell = clean_program(Path::new("/bin/sh"), program.home.path());
            let answer = run(shell.args(["-c", &script]), b"");
            let told = format!("{limit} {command}: {}", answer.err);
            assert!(!told.contains("panicked"), "{told}");
            // Below, the system cannot even load the program.
            if (4..19).contains(&limit) {
                assert_eq!(answer.code, 2, "{told}");
                assert!(told.contains("too few open files") && told.contains("ulimit"), "{told}");
                refused += 1;
            } else if limit > 19 && command != "get default key" {
                assert_eq!(answer.code, 0, "{told}");
            }
        }
    }
    assert_eq!(refused, 60);
    assert_eq!(
        run(&mut program.command(["-t", target, "get", "default", "key"]), b"").out,
        b"value"
    );
}

#[test]
fn a_redis_is_no_sentinel() {
    let program = Program::with_shop();
    let port = program.server.port();
    let target = format!("redis-sentinel://127.0.0.1:{port}?sentinelServiceName=shop");
    let why = program.fails(&["-t", &target, "stores"], 3);
    assert!(why.contains("no Sentinel") && why.contains("redis://"), "{why}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let program = Program::with_shop();
    let rows = (0..4_000).map(|n| (format!("key-{n:06}"), "text/plain".to_owned(), vec![b'x']));
    fill::records(&mut program.server.client(), "shop", rows);
    for args in
        [&["keys", "shop"][..], &["keys", "shop", "--json"], &["stores"], &["man"], &["--help"]]
    {
        let mut command = program.command(args);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Closed before anything is read.
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn a_full_disk_is_no_success() {
    let program = Program::with_shop();
    for args in [&["get", "shop", "page-1"][..], &["get", "--help"], &["--help"], &["--version"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = program.command(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("standard output") && !said.contains("os error"), "{args:?}: {said}");
    }
}

#[test]
fn help_fits_the_screen_and_every_command_has_an_example() {
    let program = Program::empty();
    let help = program.ok(&["-h"]);
    assert!(help.lines().count() <= 23, "{help}");
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    let commands = [
        "stores",
        "create",
        "info",
        "keys",
        "get",
        "set",
        "exists",
        "delete",
        "url",
        "purge",
        "drop",
        "repair",
        "aside",
        "targets",
        "completions",
        "man",
    ];
    for command in commands {
        assert!(help.contains(command));
        assert!(program.ok(&[command, "--help"]).contains("Example"), "{command}");
    }
    assert!(program.ok(&["completions", "elvish"]).contains("content-type"));
    for shell in ["bash", "zsh", "fish"] {
        // They ask larder itself: what it answers is tested in those shells.
        assert!(program.ok(&["completions", shell]).contains(&format!("__complete {shell}")));
    }
    assert!(program.ok(&["man"]).starts_with(".ie"));
}
