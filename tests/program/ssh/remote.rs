//! A directory on another host, opened by the larder there.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use super::daemon::Daemon;
use crate::programs;
use crate::pty::{Screen, larder, send};

/// An empty storage directory on the host, which its user may fill; as a target.
fn storage(daemon: &Daemon, host: &str) -> String {
    let path = daemon.path("a storage");
    if !path.exists() {
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
    }
    format!("ssh://{host}{}", path.display())
}

fn run(daemon: &Daemon, arguments: &[&str], input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let mut child = Command::new(larder())
        .args(arguments)
        .env("LARDER_SSH", daemon.program())
        .env("LARDER_PASSWORD", "not for others")
        .env_remove("DISPLAY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), stdout, String::from_utf8(stderr).unwrap())
}

#[test]
fn commands_run_there_with_their_input_their_output_and_their_exit_code() {
    let daemon = Daemon::start();
    let target = storage(&daemon, "bastion");
    let run = |arguments: &[&str], input: &[u8]| {
        let (code, out, err) = run(&daemon, &[&["-t", &target], arguments].concat(), input);
        (code, out, err)
    };
    assert_eq!(run(&["create", "--name", "shop"], b"").0, Some(0));
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let (code, _, err) = run(&["set", "shop", "it's \\ $HOME", "-f", "-"], &bytes);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let (code, out, err) = run(&["get", "shop", "it's \\ $HOME"], b"");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, bytes);
    assert_eq!(run(&["exists", "shop", "none"], b"").0, Some(1));
    let (code, out, err) = run(&["get", "shop", "none"], b"");
    assert_eq!((code, out.len()), (Some(1), 0));
    assert!(err.contains("none"), "{err}");
    let (code, _, err) = run(&["--read-only", "delete", "shop", "x"], b"");
    assert_eq!(code, Some(4), "{err}");
    daemon.wait_for_no_client();
}

#[test]
fn files_that_a_command_names_are_those_of_this_host() {
    let daemon = Daemon::start();
    let target = storage(&daemon, "bastion");
    let run = |arguments: &[&str]| run(&daemon, &[&["-t", &target], arguments].concat(), b"");
    assert_eq!(run(&["create", "--name", "shop"]).0, Some(0));
    let own = tempfile::tempdir().unwrap();
    let path = |name: &str| own.path().join(name).to_str().unwrap().to_owned();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    fs::write(path("value"), &bytes).unwrap();
    fs::write(path("keys"), "a\n").unwrap();
    assert_eq!(run(&["set", "shop", "a", "-f", &path("value")]).0, Some(0));
    let (code, out, err) = run(&["get", "shop", "a", "-o", &path("got")]);
    assert_eq!((code, out.len()), (Some(0), 0), "{err}");
    assert_eq!(fs::read(path("got")).unwrap(), bytes);
    // What is not there leaves what there was, and nothing beside it.
    let (code, _, err) = run(&["get", "shop", "none", "-o", &path("got")]);
    assert_eq!(code, Some(1), "{err}");
    assert_eq!(fs::read(path("got")).unwrap(), bytes);
    assert_eq!(fs::read_dir(own.path()).unwrap().count(), 3);
    let (code, lines, err) = run(&["get", "shop", "--keys-from", &path("keys")]);
    assert_eq!(code, Some(0), "{err}");
    fs::write(path("lines"), lines).unwrap();
    assert_eq!(run(&["delete", "shop", "--keys-from", &path("keys")]).0, Some(0));
    assert_eq!(run(&["exists", "shop", "a"]).0, Some(1));
    assert_eq!(run(&["import", "shop", &path("lines")]).0, Some(0));
    assert_eq!(run(&["get", "shop", "a"]).1, bytes);
    let (code, _, err) = run(&["export", "shop", &path("all")]);
    assert_eq!(code, Some(2));
    assert!(err.contains("a file of that host"), "{err}");
    let (code, _, err) = run(&["set", "shop", "a", "-f", &path("none")]);
    assert_eq!(code, Some(2));
    assert!(err.contains("none cannot be read"), "{err}");
    daemon.wait_for_no_client();
}

#[test]
fn what_is_missing_or_different_there_is_told() {
    let daemon = Daemon::start();
    let target = storage(&daemon, "bastion");
    let other = daemon.path("bin/larder");
    fs::rename(&other, daemon.path("bin/real")).unwrap();
    let (code, _, err) = run(&daemon, &["-t", &target, "stores"], b"");
    assert_eq!(code, Some(4), "{err}");
    assert!(err.contains("larder is not on the path of bastion"), "{err}");
    let script = "[ \"$1\" = --version ] && exec echo larder 0.0.1\nexec real \"$@\"";
    programs::script(&other, script);
    let (code, _, err) = run(&daemon, &["-t", &target, "stores"], b"");
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("that host has larder 0.0.1, and this one has larder "), "{err}");
    let stranger = storage(&daemon, "stranger");
    let (code, _, err) = run(&daemon, &["-t", &stranger, "stores"], b"");
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("Permission denied") && err.contains("ssh to stranger"), "{err}");
    daemon.wait_for_no_client();
}

#[test]
fn a_host_that_ssh_could_take_for_an_option_starts_nothing() {
    let daemon = Daemon::start();
    let mark = daemon.path("mark");
    let target = format!("ssh://-oProxyCommand=touch%20{0}/srv", mark.display());
    for target in [target.as_str(), "ssh://-oProxyCommand=x/srv", "ssh://u@-oProxyCommand=x/srv"] {
        let (code, _, err) = run(&daemon, &["-t", target, "stores"], b"");
        assert_eq!(code, Some(2), "{target}: {err}");
    }
    assert!(!mark.exists());
}

#[test]
fn the_doctor_goes_on_there() {
    let daemon = Daemon::start();
    let target = storage(&daemon, "bastion");
    assert_eq!(run(&daemon, &["-t", &target, "create", "--name", "shop"], b"").0, Some(0));
    let (code, out, err) = run(&daemon, &["doctor", &target], b"");
    let out = String::from_utf8(out).unwrap();
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("the larder of bastion goes on"), "{out}");
    assert!(out.contains("/a storage (from the command line)"), "{out}");
}

#[test]
fn the_browser_there_has_this_terminal_and_leaves_it_as_it_was() {
    let daemon = Daemon::start();
    let target = storage(&daemon, "bastion");
    assert_eq!(run(&daemon, &["-t", &target, "create", "--name", "shop"], b"").0, Some(0));
    let ssh = daemon.program();
    let mut screen = Screen::start(&[&target], &[("LARDER_SSH", &ssh)], 24, 80);
    screen.wait_for_text("shop");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert!(screen.has_modes_back());
    daemon.wait_for_no_client();
}

#[test]
fn a_line_that_breaks_under_the_browser_ends_it_and_gives_the_terminal_back() {
    let mut daemon = Daemon::start();
    let target = storage(&daemon, "bastion");
    assert_eq!(run(&daemon, &["-t", &target, "create", "--name", "shop"], b"").0, Some(0));
    let ssh = daemon.program();
    let mut screen = Screen::start(&[&target], &[("LARDER_SSH", &ssh)], 24, 80);
    screen.wait_for_text("shop");
    daemon.stop();
    assert_eq!(screen.exit_code(), 3);
    assert!(screen.has_modes_back());
    assert!(screen.contents().contains("was cut off"), "{}", screen.contents());
    assert!(!screen.with(vt100::Screen::alternate_screen));
    daemon.wait_for_no_client();
}

#[test]
fn no_ssh_is_left_of_a_browser_or_a_command_that_is_killed() {
    let daemon = Daemon::start();
    let target = storage(&daemon, "bastion");
    assert_eq!(run(&daemon, &["-t", &target, "create", "--name", "shop"], b"").0, Some(0));
    let ssh = daemon.program();
    let screen = Screen::start(&[&target], &[("LARDER_SSH", &ssh)], 24, 80);
    screen.wait_for_text("shop");
    send("KILL", screen.worker());
    daemon.wait_for_no_client();

    let mut watch = Command::new(larder())
        .args(["-t", &target, "watch", "shop"])
        .env("LARDER_SSH", &ssh)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    daemon.wait_for_a_client();
    send("KILL", watch.id());
    watch.wait().unwrap();
    daemon.wait_for_no_client();
}
