//! larder's effects outside its screen: values opened in other programs, the title, the bell.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::fill;
use crate::programs;
use crate::pty::{Screen, send};
use crate::server::Server;
use crate::signals::project;

/// A folder with a config file, a program that notes the file it must open, and a folder for temporary files.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self { folder };
        fs::create_dir(place.path("tmp")).unwrap();
        let noted = place.path("noted");
        let script = format!("echo \"$1\" > '{0}.new'; mv '{0}.new' '{0}'", noted.display());
        programs::script(&place.path("opener"), &script);
        let opener = place.path("opener").display().to_string();
        fs::write(place.path("config.toml"), settings.replace("OPENER", &opener)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, target: &str, env: &[(&str, &str)]) -> Screen {
        let (config, tmp) = (self.path("config.toml"), self.path("tmp"));
        let own = [("LARDER_CONFIG", config.to_str().unwrap()), ("TMPDIR", tmp.to_str().unwrap())];
        let env: Vec<_> = own.into_iter().chain(env.iter().copied()).collect();
        Screen::start(&[target], &env, 24, 100)
    }

    fn left(&self) -> usize {
        fs::read_dir(self.path("tmp")).unwrap().count()
    }

    /// The file that was to be opened.
    fn opened(&self) -> PathBuf {
        wait("the program runs", || self.path("noted").exists());
        PathBuf::from(fs::read_to_string(self.path("noted")).unwrap().trim_end())
    }
}

#[track_caller]
fn wait(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited for: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn shop(screen: &Screen) {
    screen.wait_for("the first value", |text| {
        text.contains("shop · 2 records") && text.contains("one")
    });
}

fn target(folder: &tempfile::TempDir) -> &str {
    folder.path().to_str().unwrap()
}

#[test]
fn a_value_is_opened_in_a_private_file_that_goes_with_larder() {
    let (folder, place) = (project(), Place::new("opener = \"OPENER\""));
    // A user who has set a command wants it over SSH too.
    let mut screen = place.start(target(&folder), &[("SSH_CONNECTION", "::1 1 ::1 22")]);
    shop(&screen);
    screen.keys("O");
    screen.wait_for_text("changes go nowhere");
    let file = place.opened();
    assert_eq!(fs::read(&file).unwrap(), b"one");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o400);
    assert_eq!(mode(file.parent().unwrap().parent().unwrap()), 0o700);
    screen.keys("q");
    assert_eq!(screen.exit_code(), 0);
    assert_eq!(place.left(), 0);
}

#[test]
fn what_a_killed_browser_has_opened_is_removed_at_once() {
    let (folder, place) = (project(), Place::new("opener = \"OPENER\""));
    let mut screen = place.start(target(&folder), &[]);
    shop(&screen);
    screen.keys("O");
    assert!(place.opened().exists());
    send("KILL", screen.worker());
    assert_eq!(screen.exit_code(), 128 + 9);
    assert_eq!(place.left(), 0);
}

#[test]
fn what_is_left_where_all_of_larder_was_killed_goes_with_the_next_start() {
    let (folder, place) = (project(), Place::new("opener = \"OPENER\""));
    let mut screen = place.start(target(&folder), &[]);
    shop(&screen);
    screen.keys("O");
    let file = place.opened();
    let worker = screen.worker();
    // Neither process can clean up after the other.
    send("STOP", screen.pid());
    send("KILL", worker);
    send("KILL", screen.pid());
    wait("both are gone", || !Path::new(&format!("/proc/{worker}")).exists());
    assert!(file.exists());
    let mut next = place.start(target(&folder), &[]);
    wait("the next start has removed it", || !file.exists());
    next.wait_for_text("shop · 2 records");
    next.keys("q");
    assert_eq!(next.exit_code(), 0);
    assert_eq!(place.left(), 0);
}

#[test]
fn over_ssh_the_screen_says_how_to_fetch_a_value() {
    let (folder, place) = (project(), Place::new(""));
    let env = [("SSH_CONNECTION", "10.0.0.9 50000 10.0.0.5 2222"), ("USER", "me")];
    let mut screen = place.start(target(&folder), &env);
    shop(&screen);
    let before = screen.written();
    screen.keys("O");
    screen.wait_for("the command", |text| {
        text.contains("scp -P 2222") && text.contains("me@10.0.0.5:/")
    });
    screen.wait_for_output(before, b"\x1b]52;c;");
    assert_eq!(place.left(), 1);
}

#[test]
fn without_a_display_nothing_is_started() {
    let (folder, place) = (project(), Place::new(""));
    let mut screen = place.start(target(&folder), &[]);
    shop(&screen);
    screen.keys("O");
    screen.wait_for_text("no display here");
}

#[test]
fn the_title_tells_the_store_and_is_given_back() {
    let folder = project();
    for (settings, titled) in [("", true), ("title = false", false)] {
        let place = Place::new(settings);
        let mut screen = place.start(target(&folder), &[]);
        shop(&screen);
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0);
        let raw = String::from_utf8_lossy(&screen.raw(0)).into_owned();
        let title = format!("\x1b]2;larder: {} · shop\x07", target(&folder));
        assert_eq!(raw.contains(&title), titled, "{raw:?}");
        assert_eq!(raw.matches("\x1b[22;2t").count(), usize::from(titled));
        assert_eq!(raw.matches("\x1b[23;2t").count(), usize::from(titled));
        assert!(!titled || raw.rfind("\x1b[23;2t") > raw.rfind("\x1b]2;"));
    }
}

#[test]
fn the_details_of_a_record_lead_to_its_file() {
    let folder = project();
    for (settings, linked) in [("", true), ("links = false", false)] {
        let place = Place::new(settings);
        let mut screen = place.start(target(&folder), &[]);
        shop(&screen);
        screen.keys("i");
        screen.wait_for_text("file:///");
        screen.keys("\x1b");
        screen.wait_for("the panes alone", |text| !text.contains("file:///"));
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0);
        let raw = String::from_utf8_lossy(&screen.raw(0)).into_owned();
        let begun = raw.matches(";file:///").count();
        assert_eq!(begun > 0, linked, "{raw:?}");
        // Each link ends, and none is open when the terminal is given back.
        let last = raw.rfind("\x1b]8;;\x1b\\");
        assert!(!linked || last > raw.rfind("\x1b]8;id="), "{raw:?}");
    }
}

#[test]
fn an_address_in_a_value_leads_to_the_web() {
    let server = Server::start();
    let mut client = server.client();
    fill::stores(&mut client, ["shop"]);
    let value = br#"{"url": "https://example.org/a?b=1", "other": "https://\u001b]8;;x"}"#;
    let json = "application/json; charset=utf-8".to_owned();
    fill::records(&mut client, "shop", [("page".to_owned(), json, value.to_vec())]);
    for (settings, count) in [("", 1), ("links = false", 0)] {
        let place = Place::new(settings);
        let mut screen = place.start(&server.url(), &[]);
        screen.wait_for_text("\"https://example.org/a?b=1\"");
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0);
        let raw = String::from_utf8_lossy(&screen.raw(0)).into_owned();
        let links = raw.matches("\x1b]8;id=").count();
        let whole = raw.matches(";https://example.org/a?b=1\x1b\\https://example.org").count();
        assert!(whole >= count && links == whole && (count > 0 || whole == 0), "{raw:?}");
    }
}

#[test]
fn a_lost_connection_rings_where_that_is_wanted() {
    for (settings, rings) in
        [("", ""), ("notify = \"bell\"", "\x07"), ("notify = \"desktop\"", "\x1b]9;")]
    {
        let place = Place::new(settings);
        let mut server = Server::start();
        fill::stores(&mut server.client(), ["shop", "spare"]);
        let screen = place.start(&server.url(), &[]);
        screen.wait_for_text("spare");
        let before = screen.written();
        server.kill();
        screen.wait_for_text("no connection");
        if rings.is_empty() {
            let raw = screen.raw(before);
            // The title ends with the same byte.
            let titles = raw.windows(4).filter(|bytes| *bytes == b"\x1b]2;").count();
            assert_eq!(raw.split(|byte| *byte == 7).count() - 1, titles);
        } else {
            screen.wait_for_output(before, rings.as_bytes());
        }
    }
}
