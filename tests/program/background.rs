//! The theme follows the terminal's background, if the terminal tells it.

use std::path::Path;
use std::time::Duration;

use crate::pty::{self, DARK, Ground, LIGHT, Screen};
use crate::signals::project_of;

/// A port on which nothing listens: the browser shows its panes and says so.
const NOWHERE: &str = "redis://127.0.0.1:1";
const QUESTION: &[u8] = b"\x1b]11;?\x07";
const TRUE: (&str, &str) = ("COLORTERM", "truecolor");

/// The colour of the border of the pane in focus: the same place in each theme.
fn border(screen: &vt100::Screen) -> Option<vt100::Color> {
    let corner = screen.cell(1, 0)?;
    corner.has_contents().then(|| corner.fgcolor())
}

fn rgb(red: u8, green: u8, blue: u8) -> vt100::Color {
    vt100::Color::Rgb(red, green, blue)
}

/// The browser with a store that is there: the sentence that there is none has no colours behind it.
fn start(ground: Ground, env: &[(&str, &str)]) -> (tempfile::TempDir, Screen) {
    let folder = project_of(&[("one", "text/plain", b"text")]);
    let path = folder.path().to_str().unwrap();
    let screen = Screen::start_on(ground, pty::larder(), &[path], env, 24, 80);
    (folder, screen)
}

fn asked(screen: &Screen) -> bool {
    screen.raw(0).windows(QUESTION.len()).any(|part| part == QUESTION)
}

#[test]
fn a_light_answer_gives_the_light_theme_and_a_dark_one_the_dark() {
    for (ground, color) in [(LIGHT, rgb(0x0b, 0x57, 0xd0)), (DARK, rgb(0x7f, 0xb4, 0xff))] {
        let (_folder, mut screen) = start(ground, &[TRUE]);
        screen.wait_for_screen("the theme's border", |screen| border(screen) == Some(color));
        // Nothing of the answer was taken for keys.
        screen.keys("?");
        screen.wait_for_text("What can be done");
        screen.keys("qq");
        assert_eq!(screen.exit_code(), 0);
    }
}

#[test]
fn sixteen_colours_are_others_on_a_light_ground() {
    for (ground, blue_or_cyan) in [(LIGHT, 4), (DARK, 6)] {
        let (_folder, mut screen) = start(ground, &[("TERM", "xterm")]);
        let color = vt100::Color::Idx(blue_or_cyan);
        screen.wait_for_screen("the theme's border", |screen| border(screen) == Some(color));
        screen.keys("q");
        assert_eq!(screen.exit_code(), 0);
    }
}

#[test]
fn a_late_answer_changes_the_colours_and_types_nothing() {
    let (_folder, mut screen) = start(Ground::Silent, &[TRUE]);
    let ansi = vt100::Color::Idx(6);
    screen.wait_for_screen("a border", |screen| border(screen) == Some(ansi));
    screen.keys("?\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    let light = rgb(0x5f, 0x63, 0x68);
    screen.wait_for_screen("the light theme", |screen| {
        let (rows, columns) = screen.size();
        let cells = (0..rows.get())
            .flat_map(|row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)));
        cells.into_iter().any(|cell| cell.fgcolor() == light)
    });
    screen.wait_for_text("What can be done");
}

#[test]
fn an_answer_in_pieces_types_nothing_however_late_they_come() {
    // An answer to larder, and one to an editor that had the terminal before.
    for answer in ["\x1b]11;rgb:dddd/dddd/dddd\x1b\\", "\x1bP>|delete Drop Purge q\x1b\\"] {
        for cut in [3, 7, 12, answer.len() - 1] {
            let folder = tempfile::tempdir().expect("a folder");
            let store = folder.path().join("key_value_stores/default");
            std::fs::create_dir_all(&store).expect("a folder");
            std::fs::write(store.join("INPUT.json"), "{}").expect("a file");
            let path = folder.path().to_str().expect("UTF-8");
            let larder = pty::larder();
            let mut screen = Screen::start_on(Ground::Silent, larder, &[path], &[TRUE], 24, 80);
            screen.wait_for_text("default");
            screen.keys("\rj");
            screen.wait_for_text("INPUT");
            screen.keys(&answer[..cut]);
            // This is longer than any key is kept.
            screen.wait_quiet(Duration::from_millis(120));
            screen.keys(&format!("{}?", &answer[cut..]));
            // The help opens over the list: nothing else was, and it closes at once.
            screen.wait_for_text("What can be done");
            screen.keys("q");
            let text = screen.wait_for("the list", |text| !text.contains("What can be done"));
            assert!(text.contains("INPUT") && !text.contains("No "), "{cut}: {text}");
            screen.keys("q");
            assert_eq!(screen.exit_code(), 0);
        }
    }
}

#[test]
fn a_silent_terminal_shows_its_own_colours_without_a_noticeable_wait() {
    let (_folder, mut screen) = start(Ground::Silent, &[TRUE]);
    screen.wait_for_screen("a border", |screen| border(screen) == Some(vt100::Color::Idx(6)));
    assert!(asked(&screen));
    // Keys come through at once, brackets after a moment.
    screen.keys("]?");
    screen.wait_for_text("What can be done");
    screen.keys("qq");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn what_is_typed_before_the_first_screen_counts() {
    let (_folder, mut screen) = start(LIGHT, &[TRUE]);
    screen.keys("?");
    screen.wait_for_text("What can be done");
    assert!(asked(&screen));
}

#[test]
fn an_answer_under_way_never_reaches_the_shell() {
    let larder = pty::larder().to_str().expect("UTF-8");
    let script = ["-c", "\"$0\" \"$1\"; echo ended; exec cat", larder, NOWHERE];
    let late = Ground::Late("rgb:ffff/ffff/ffff");
    let mut screen = Screen::start_on(late, Path::new("/bin/sh"), &script, &[], 24, 80);
    screen.keys("q");
    screen.wait_for_text("ended");
    // `cat` and the terminal's echo show all bytes that come.
    screen.keys("mine\r");
    let text = screen.wait_for("cat's answer", |text| text.matches("mine").count() == 2);
    assert!(asked(&screen) && !text.contains("rgb"), "{text}");
}

#[test]
fn a_terminal_that_need_not_be_asked_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "[theme]\nname = \"dark\"").expect("a file");
    let set = [("LARDER_CONFIG", file.to_str().expect("UTF-8")), TRUE];
    let told = [("COLORFGBG", "0;15"), TRUE];
    for env in
        [&set[..], &told, &[("NO_COLOR", "1"), TRUE], &[("TERM", "linux")], &[("TERM", "vt220")]]
    {
        let (_folder, screen) = start(LIGHT, env);
        screen.wait_for_text("shop");
        screen.wait_quiet(Duration::from_millis(50));
        assert!(!asked(&screen), "{env:?}");
    }
}
