//! Passwords that are typed in the browser, on real servers.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;

use crate::fill;
use crate::pty::Screen;
use crate::server::Server;

/// Whether a file in this folder, or in one in it, holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().any(|path| {
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

fn types_it(screen: &mut Screen, right: &str) {
    screen.wait_for_text("p type the password");
    screen.keys("p");
    screen.wait_for_text("password: ");
    screen.keys("mistaken");
    screen.wait_for_text("password: ••••••••");
    screen.keys("\r");
    screen.wait_for("that it is wrong, and the question again", |text| {
        text.contains("the server refused") && text.contains("password: ") && !text.contains('•')
    });
    screen.keys(right);
    screen.keys("\r");
    screen.wait_for_text("shop");
    screen.wait_for("no panel", |text| !text.contains("Not connected"));
    let written = String::from_utf8_lossy(&screen.raw(0)).into_owned();
    assert!(!written.contains(right) && !written.contains("mistaken"));
    assert!(!holds(screen.home(), right) && !holds(screen.home(), "mistaken"));
    let pid = screen.pid();
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(!String::from_utf8_lossy(&arguments).contains(right));
}

#[test]
fn a_password_is_typed_masked_and_kept_nowhere() {
    let server = Server::start_with(&["--requirepass", "opensesame"]);
    let mut client = server.client();
    client.call(&[b"AUTH", b"opensesame"]);
    fill::stores(&mut client, ["shop"]);
    let mut screen = Screen::start(&[&server.url()], &[("LARDER_LOG", "trace")], 24, 80);
    screen.wait_for_text("password required");
    types_it(&mut screen, "opensesame");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert!(holds(screen.home(), "larder"), "there is a log");
    assert!(!holds(screen.home(), "opensesame"));
    // The next run asks again.
    let mut next = Screen::start(&[&server.url()], &[], 24, 80);
    next.wait_for_text("p type the password");
    next.keys("p");
    next.wait_for_text("password: ");
    next.keys("\x1b");
    next.wait_for("the line gone", |text| !text.contains("password: "));
    next.keys("q");
    assert_eq!(next.exit_code(), 0);
}

#[test]
fn the_user_of_a_profile_stays_where_its_password_is_typed() {
    let server = Server::start();
    fill::stores(&mut server.client(), ["shop"]);
    server.cli(&["ACL", "SETUSER", "crawler", "on", ">opensesame", "~*", "&*", "+@all"]);
    server.cli(&["ACL", "SETUSER", "default", "off"]);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("larder.toml");
    let url = server.url().replace("redis://", "redis://crawler@");
    let text = format!(
        "[profiles.mine]\nurl = '{url}'\npassword = 'outdated'\n\
         [profiles.failing]\nurl = '{url}'\npassword_command = 'exit 3'\n"
    );
    std::fs::write(&config, text).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&config, mode).unwrap();
    let config = config.display().to_string();
    let mut screen = Screen::start(&["--config", &config, "mine"], &[], 24, 80);
    types_it(&mut screen, "opensesame");
    // A command that fails is not run where the password is typed.
    screen.keys("T");
    screen.wait_for_text("Open another target");
    screen.keys("g\r");
    screen.wait_for_text("password_command failed");
    types_it(&mut screen, "opensesame");
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn a_password_that_is_wanted_in_the_middle_is_typed_with_the_screen_as_it_was() {
    let server = Server::start();
    fill::stores(&mut server.client(), ["shop"]);
    let page = ("page-1".to_owned(), "text/plain".to_owned(), b"one".to_vec());
    fill::records(&mut server.client(), "shop", [page]);
    let mut screen = Screen::start(&[&server.url()], &[], 24, 120);
    screen.wait_for_text("page-1");
    screen.keys("\r");
    screen.wait_for_text("p pin");
    let mut admin = server.client();
    admin.call(&[b"CONFIG", b"SET", b"requirepass", b"opensesame"]);
    admin.call(&[b"CLIENT", b"KILL", b"TYPE", b"normal", b"SKIPME", b"yes"]);
    let asked =
        |text: &str| text.contains("password required") && text.contains("p type the password");
    screen.wait_for("that a password is wanted, and the records", |text| {
        asked(text) && text.contains("page-") && !text.contains("p pin")
    });
    screen.keys("p");
    screen.wait_for_text("password: ");
    screen.keys("mistaken");
    screen.wait_for_text("password: ••••••••");
    screen.keys("\r");
    screen.wait_for("that it is wrong, and the question again", |text| {
        text.contains("the server refused") && text.contains("password: ") && !text.contains('•')
    });
    screen.keys("opensesame\r");
    screen.wait_for("that it is live again", |text| {
        text.contains("live") && text.contains("page-") && !text.contains("no connection")
    });
    screen.keys("j");
    screen.wait_for_text("p pin");
    let written = String::from_utf8_lossy(&screen.raw(0)).into_owned();
    assert!(!written.contains("opensesame") && !written.contains("mistaken"));
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
}
