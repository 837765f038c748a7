//! A password on the command line is in nobody's process list.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::program::{Program, run};

#[test]
fn a_password_leaves_the_arguments_at_once() {
    let program = Program::empty();
    let target = format!("redis://:s3cr3t@127.0.0.1:{}", program.server.port());
    // A stopped server keeps the program waiting, so that it can be looked at.
    program.server.stop_process();
    let mut command = program.command(["--timeout", "60", "-t", &target, "stores"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let arguments = || fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let clean = b"redis://127.0.0.1";
    // Waits until the program has started itself again.
    while !arguments().windows(clean.len()).any(|part| part == clean) {
        assert!(Instant::now() < deadline, "the password stays");
        sleep(Duration::from_millis(1));
    }
    let text = String::from_utf8(arguments()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    program.server.continue_process();
    assert!(!text.contains("s3cr3t"), "{text}");
    assert!(text.contains("\0stores\0"), "{text}");
}

#[test]
fn the_password_still_logs_in() {
    let mut program = Program::empty();
    program.server = crate::server::Server::start_with(&["--requirepass", "s3/cr@t"]);
    let target = format!("redis://:s3%2Fcr%40t@127.0.0.1:{}", program.server.port());
    assert_eq!(program.ok(&["-t", &target, "stores", "--json"]), "");
    assert_eq!(program.ok(&["stores", "--json", &format!("--target={target}")]), "");
    assert_eq!(program.ok(&[&target, "stores", "--json"]), "");
    // A value that is the same text is left alone.
    program.ok(&["-t", &target, "create", "--name", "shop"]);
    program.ok(&["-t", &target, "set", "shop", "k", &target]);
    assert_eq!(program.ok(&["-t", &target, "get", "shop", "k"]), target);
}

#[test]
fn the_variable_s_password_goes_before_the_url_s() {
    let mut program = Program::empty();
    program.server = crate::server::Server::start_with(&["--requirepass", "right"]);
    let target = |password| format!("redis://:{password}@127.0.0.1:{}", program.server.port());
    for (own, in_url, code) in [("wrong", "right", 3), ("right", "wrong", 0), ("", "right", 0)] {
        let mut command = program.command(["-t", &target(in_url), "stores", "--json"]);
        let answer = run(command.env("LARDER_PASSWORD", own), b"");
        assert_eq!(answer.code, code, "{own:?} {in_url}: {}", answer.err);
    }
}
