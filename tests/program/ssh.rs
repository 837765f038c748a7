//! Servers behind another host, through a real OpenSSH.

mod daemon;
mod remote;

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output};

use self::daemon::Daemon;
use crate::fill;
use crate::pty::{Screen, larder, send};
use crate::server::Server;

fn run(daemon: &Daemon, target: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(larder())
        .args(["-t", target])
        .args(arguments)
        .env("LARDER_SSH", daemon.program())
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn filled() -> (Daemon, Server) {
    let server = Server::start();
    fill::stores(&mut server.client(), ["behind", "beyond"]);
    (Daemon::start(), server)
}

/// As [`run`], with this wrapper as `ssh`.
fn run_with(wrapper: &str, daemon: &Daemon, target: &str) -> (Option<i32>, String, String) {
    // Longer than anything here takes, and shorter than what a wrapper could be waited for.
    let Output { status, stdout, stderr } = Command::new("timeout")
        .arg("20")
        .arg(larder())
        .args(["-t", target, "stores"])
        .env("LARDER_SSH", wrapper)
        .env("TMPDIR", daemon.temporary())
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn target(host: &str, server: &Server) -> String {
    format!("redis+ssh://{host}/127.0.0.1:{}/0", server.port())
}

#[test]
fn a_command_reaches_a_server_behind_another_host_and_leaves_no_ssh() {
    let (daemon, server) = filled();
    let (code, out, err) = run(&daemon, &target("bastion", &server), &["stores"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("behind") && out.contains("beyond"), "{out}");
    daemon.wait_for_no_client();
}

#[test]
fn the_doctor_goes_the_way_by_ssh() {
    let (daemon, server) = filled();
    let (code, out, err) = run(&daemon, &target("bastion", &server), &["doctor"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("logged in to bastion"), "{out}");
    let (code, out, _) = run(&daemon, &target("stranger", &server), &["doctor"]);
    assert_eq!(code, Some(3), "{out}");
    assert!(out.contains("Permission denied"), "{out}");
    daemon.wait_for_no_client();
}

#[test]
fn what_is_wrong_on_the_way_is_told() {
    let (daemon, server) = filled();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (target, told) in [
        (format!("redis+ssh://bastion/127.0.0.1:{closed}"), "refused; start the server there"),
        (target("stranger", &server), "Permission denied"),
        (format!("redis+ssh://127.0.0.1:{closed}/127.0.0.1"), "Connection refused"),
        ("redis+ssh://host.invalid/127.0.0.1".to_owned(), "ssh to host.invalid"),
    ] {
        let (code, out, err) = run(&daemon, &target, &["stores"]);
        assert_eq!((code, out.as_str()), (Some(3), ""), "{target}: {err}");
        let last = err.lines().last().unwrap();
        assert!(last.starts_with("larder: ssh to ") && last.contains(told), "{target}: {err}");
    }
    daemon.wait_for_no_client();
}

#[test]
fn an_ssh_that_is_not_there_is_told_once() {
    for target in ["redis+ssh://bastion/127.0.0.1", "ssh://bastion/srv/storage"] {
        let mut command = Command::new(larder());
        command.args(["-t", target, "stores"]).env("LARDER_SSH", "/nonexistent/ssh");
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(3), 1), "{said}");
        assert!(
            said.contains("there is no program /nonexistent/ssh here; install OpenSSH"),
            "{said}"
        );
    }
}

#[test]
fn the_browser_comes_back_after_a_lost_line_and_leaves_no_ssh() {
    let (mut daemon, server) = filled();
    let ssh = daemon.program();
    let place = target("bastion", &server);
    let mut screen = Screen::start(&[&place], &[("LARDER_SSH", &ssh)], 24, 80);
    screen.wait_for_text("beyond");
    daemon.stop();
    screen.wait_for_text("no connection");
    daemon.run();
    screen.wait_for("the line is back", |text| {
        !text.contains("no connection") && text.contains("live")
    });
    // What ssh said of the lost line is not on the screen, but for what larder tells of it.
    assert!(!screen.contents().contains("closed by remote host"), "{}", screen.contents());
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    daemon.wait_for_no_client();
}

#[test]
fn no_ssh_is_left_of_a_browser_that_is_killed() {
    let (daemon, server) = filled();
    let ssh = daemon.program();
    let place = target("bastion", &server);
    let screen = Screen::start(&[&place], &[("LARDER_SSH", &ssh)], 24, 80);
    screen.wait_for_text("beyond");
    assert!(!daemon.clients().is_empty());
    send("KILL", screen.worker());
    daemon.wait_for_no_client();
}

#[test]
fn ssh_asks_for_what_it_needs_before_the_browser_has_the_terminal() {
    let (daemon, server) = filled();
    let ssh = daemon.program();
    let place = target("locked", &server);
    let mut screen = Screen::start(&[&place], &[("LARDER_SSH", &ssh)], 24, 80);
    screen.wait_for_text("Enter passphrase");
    screen.keys("open sesame\r");
    screen.wait_for_text("beyond");
    assert!(!screen.contents().contains("passphrase"), "{}", screen.contents());
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    daemon.wait_for_no_client();
}

#[test]
fn an_ssh_that_is_to_live_on_ends_with_larder_all_the_same() {
    let (daemon, server) = filled();
    let place = target("bastion", &server);
    let persists =
        daemon.wrapper("persists", "exec", "-o ControlMaster=auto -o ControlPersist=10m");
    let (code, out, err) = run_with(&persists, &daemon, &place);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("beyond"), "{out}");
    daemon.wait_for_no_client();
    assert_eq!(daemon.left(), 0);
    let tmp = daemon.temporary().display().to_string();
    let env = [("LARDER_SSH", &*persists), ("TMPDIR", &*tmp)];
    for end in ["q", "KILL", "KILL all"] {
        let mut screen = Screen::start(&[&place], &env, 24, 80);
        screen.wait_for_text("beyond");
        assert!(!daemon.clients().is_empty());
        match end {
            "q" => screen.keys("q"),
            "KILL" => send("KILL", screen.worker()),
            _ => {
                let worker = screen.worker();
                // Neither can clear up behind the other.
                send("STOP", screen.pid());
                send("KILL", worker);
                send("KILL", screen.pid());
            }
        }
        screen.exit_code();
        if end == "KILL all" {
            // The next start ends what nobody could.
            assert_eq!(daemon.left(), 1);
            assert_eq!(run_with(&persists, &daemon, &place).0, Some(0));
        }
        daemon.wait_for_no_client();
        assert_eq!(daemon.left(), 0, "after {end}");
    }
}

#[test]
fn a_command_that_is_asked_to_end_takes_its_folder_with_it() {
    let (daemon, server) = filled();
    for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        // Whoever runs the tests may ignore signals, as a script does for what it starts beside it.
        let mut watch = Command::new("env")
            .arg("--default-signal=TERM,INT,HUP")
            .arg(larder())
            .args(["-t", &target("bastion", &server), "watch", "behind"])
            .env("LARDER_SSH", daemon.program())
            .env("TMPDIR", daemon.temporary())
            .env_remove("DISPLAY")
            .spawn()
            .unwrap();
        daemon.wait_for_a_client();
        assert_eq!(daemon.left(), 1);
        send(signal, watch.id());
        assert_eq!(watch.wait().unwrap().signal(), Some(number), "as the signal ends any program");
        assert_eq!(daemon.left(), 0, "after {signal}");
        daemon.wait_for_no_client();
    }
}

#[test]
fn a_wrapper_with_a_way_of_its_own_is_gone_through_and_never_waited_for() {
    let (daemon, server) = filled();
    let place = target("bastion", &server);
    // A program that waits for `ssh` instead of becoming it.
    let plain = daemon.wrapper("plain", "", "");
    assert_eq!(run_with(&plain, &daemon, &place).0, Some(0));
    daemon.wait_for_no_client();
    // Nobody goes through another, and all go through that of the user's.
    let alone = daemon.wrapper("alone", "exec", "-o ControlMaster=no -o ControlPath=none");
    assert_eq!(run_with(&alone, &daemon, &place).0, Some(0));
    daemon.wait_for_no_client();
    let own = daemon.path("own").display().to_string();
    let options = format!("-o ControlMaster=auto -o ControlPersist=10m -o ControlPath={own}");
    let shared = daemon.wrapper("shared", "exec", &options);
    for _ in 0..2 {
        let (code, out, err) = run_with(&shared, &daemon, &place);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("beyond"), "{out}");
    }
    assert_eq!(daemon.left(), 0);
    // The user's own stays, as the user has it, until it is told to end.
    assert!(!daemon.clients().is_empty());
    let ended = Command::new(&shared).args(["-O", "exit", "bastion"]).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    daemon.wait_for_no_client();
}

#[test]
fn a_host_that_is_not_the_one_it_was_is_refused() {
    let (daemon, server) = filled();
    let place = target("bastion", &server);
    assert_eq!(run(&daemon, &place, &["stores"]).0, Some(0));
    // As if another machine stood there now.
    let known = daemon.path("known");
    let other = std::fs::read_to_string(daemon.path("stranger.pub")).unwrap();
    let name = std::fs::read_to_string(&known).unwrap();
    let name = name.split(' ').next().unwrap().to_owned();
    std::fs::write(&known, format!("{name} {other}")).unwrap();
    let (code, out, err) = run(&daemon, &place, &["stores"]);
    assert_eq!((code, out.as_str()), (Some(3), ""), "{err}");
    let last = err.lines().last().unwrap();
    assert!(last.contains("Host key verification failed"), "{err}");
    daemon.wait_for_no_client();
}
