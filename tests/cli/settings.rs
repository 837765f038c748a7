//! The config file, profiles and the log.
#![allow(clippy::expect_used, reason = "helpers of tests, outside #[test]")]

use std::fs;

use crate::program::{Program, clean, run};
use crate::server::Server;

/// Writes the usual config file.
#[track_caller]
fn configure(program: &Program, text: &str) {
    let folder = program.home.path().join(".config/larder");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("config.toml"), text).expect("a file");
}

#[test]
fn an_unknown_setting_is_named_with_its_file() {
    let program = Program::with_shop();
    configure(&program, "touch = false\nread_onyl = true\n");
    let why = program.fails(&["stores"], 2);
    assert!(why.contains("`read_onyl`") && why.contains("config.toml:2:"), "{why}");
    let other = program.home.path().join("other.toml");
    fs::write(&other, "[profiles.x]\nurl = 'redis://h'\npasswrod = 'x'\n").unwrap();
    let why = program.fails(&["--config", other.to_str().unwrap(), "stores"], 2);
    assert!(why.contains("`passwrod`") && why.contains("other.toml:3:"), "{why}");
    fs::write(&other, "").unwrap();
    program.ok(&["stores", "--config", other.to_str().unwrap()]);
    program.fails(&["--config", "/no/such/file", "stores"], 2);
}

#[test]
fn keys_and_colours_are_checked_for_commands_too() {
    let program = Program::with_shop();
    for (text, word) in [
        ("mouse =\n", ":1: mouse: a value is missing"),
        ("[theme.colors]\nfoo = 'red'\n", "`foo`"),
        ("[keys.keys]\nfly = 'x'\n", "`fly`"),
        ("[keys.stores]\nup = ['q', 'ctrl-c']\n", "quit"),
    ] {
        configure(&program, text);
        let why = program.fails(&["stores"], 2);
        assert!(why.contains(word), "{why}");
    }
    configure(&program, "[keys.stores]\nup = 'q'\n");
    program.ok(&["stores"]);
}

#[test]
fn the_example_can_be_used_as_it_is() {
    let program = Program::with_shop();
    configure(&program, include_str!("../../config.example.toml"));
    assert_eq!(program.ok(&["get", "shop", "page-2"]), "<p>two</p>");
}

#[test]
fn a_profile_is_a_target() {
    let program = Program::with_shop();
    let locked = Server::start_with(&["--requirepass", "opensesame"]);
    configure(
        &program,
        &format!(
            "[profiles.locked]\nurl = '{}'\npassword_command = 'echo opensesame; echo more'\n\
             read_only = true\n[profiles.shop]\nurl = '{}'\n",
            locked.url(),
            program.server.url()
        ),
    );
    assert_eq!(program.ok(&["-t", "locked", "stores", "--json"]), "");
    program.fails(&["-t", "locked", "create", "--name", "new"], 4);
    assert_eq!(program.ok(&["stores", "-t", "shop", "--json"]).lines().count(), 1);
    let mut command = clean(program.home.path());
    command.env("REDIS_URL", "locked").arg("stores");
    assert_eq!(run(&mut command, b"").code, 0);
}

#[test]
fn the_log_is_a_file_and_holds_no_password() {
    let program = Program::with_shop();
    let log = program.home.path().join(".local/state/larder/larder.log");
    program.ok(&["stores"]);
    assert!(!log.exists());
    let mut command = program.command(["-t", "redis://:s3cr3t@127.0.0.1:1", "stores"]);
    let answer = run(command.env("LARDER_LOG", "trace"), b"");
    assert_eq!(answer.code, 3, "{}", answer.err);
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("Connection"), "{text}");
    assert!(!text.contains("s3cr3t") && !answer.err.contains("s3cr3t"));
}
