//! A password on the command line is in nobody's process list.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::program::{Program, run};

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

#[test]
fn a_config_that_holds_a_password_and_may_be_read_by_others_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let program = Program::with_shop();
    let file = program.home.path().join("config.toml");
    let config = file.to_str().unwrap();
    let mode = |mode| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let url = program.server.url();
    let login = url.replace("redis://", "redis://me:pa%20ss@");
    for (text, holds_one) in [
        (format!("[profiles.a]\nurl = \"{url}\"\npassword = \"hidden\"\n"), true),
        (format!("[profiles.a]\nurl = \"{url}\"\nsentinel_password = \"hidden\"\n"), true),
        (format!("[profiles.a]\nurl = \"{login}\"\n"), true),
        (format!("[profiles.a]\nurl = \"{url}\"\npassword_command = \"echo hidden\"\n"), false),
        (format!("[profiles.a]\nurl = \"{url}\"\nusername = \"me\"\n"), false),
    ] {
        std::fs::write(&file, &text).unwrap();
        for (bits, told) in [(0o644, holds_one), (0o640, holds_one), (0o600, false)] {
            mode(bits);
            let run = program.run(["--config", config, "stores"]);
            assert_eq!(run.code, 0, "{run:?}");
            assert_eq!(run.err.contains("others may read it"), told, "{bits:o} {text} {run:?}");
            assert!(run.err.lines().count() <= 1, "it is told once: {run:?}");
            assert!(!run.err.contains("hidden") && !run.err.contains("pa%20ss"), "{run:?}");
            let run = program.run(["--config", config, "--json", "stores"]);
            assert_eq!((run.code, run.err.as_str()), (0, ""), "{text}");
        }
    }
}

#[test]
fn certificates_that_cannot_be_read_are_a_local_file_that_cannot() {
    let program = Program::empty();
    let (folder, text) = (program.home.path(), program.home.path().join("text.pem"));
    std::fs::write(&text, "no certificate").unwrap();
    let (folder, text) = (folder.to_str().unwrap(), text.to_str().unwrap());
    let base = program.server.url().replace("redis://", "rediss://");
    for query in [
        "ca_file=/nonexistent/ca.pem".to_owned(),
        format!("ca_file={folder}"),
        format!("ca_file={text}"),
        format!("cert_file={text}&key_file=/nonexistent/key.pem"),
        format!("cert_file=/nonexistent/cert.pem&key_file={text}"),
        format!("cert_file={text}&key_file={text}"),
        format!("cert_file={text}"),
        format!("key_file={text}"),
    ] {
        let run = program.run(["-t", &format!("{base}?{query}"), "stores"]);
        assert_eq!(run.code, 2, "{query}: {run:?}");
        assert_eq!(run.err.lines().count(), 1, "{query}: {run:?}");
    }
}
