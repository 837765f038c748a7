//! The answer to the question for the background.

use crossterm::event::{KeyCode, KeyModifiers};

use super::super::answers::KEPT;
use super::*;

fn background() -> Background {
    let env = |name: &str| (name == "COLORTERM").then(|| "truecolor".to_owned());
    let pair = Theme::pair("auto", &toml::Table::new(), &env).unwrap();
    assert!(pair.is_some(), "nothing tells the background");
    Background::asked(pair)
}

/// The keys that the terminal's library makes of an answer.
fn keys(bytes: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut modifiers = KeyModifiers::NONE;
    for letter in bytes.chars() {
        let (letter, with) = match letter {
            '\x1b' => {
                modifiers = KeyModifiers::ALT;
                continue;
            }
            '\x07' => ('g', KeyModifiers::CONTROL),
            _ if letter.is_ascii_uppercase() => (letter, KeyModifiers::SHIFT),
            _ => (letter, modifiers),
        };
        keys.push(KeyEvent::new(KeyCode::Char(letter), with));
        modifiers = KeyModifiers::NONE;
    }
    keys
}

/// The keys that the user typed among them, and the theme of the last answer.
fn feed(background: &mut Background, bytes: &str) -> (Vec<KeyEvent>, Option<Theme>) {
    let (mut typed, mut answer) = (Vec::new(), None);
    for key in keys(bytes) {
        match background.feed(key) {
            Filtered::Keys(keys) => typed.extend(keys),
            Filtered::Answer(theme) => answer = theme.map(|theme| *theme),
            Filtered::Report(_) => {}
        }
    }
    (typed, answer)
}

#[test]
fn the_answer_is_picked_out_of_what_is_typed() {
    for (answer, light) in [
        ("\x1b]11;rgb:ffff/ffff/ffff\x07", true),
        ("\x1b]11;rgb:FDFD/F6F6/E3E3\x1b\\", true),
        ("\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\", false),
        ("]11;rgb:00/00/00\x07", false),
        ("\x1b]11;#fafaf5\x07", true),
    ] {
        let mut background = background();
        let (typed, theme) = feed(&mut background, &format!("jk{answer}l"));
        assert_eq!(typed, keys("jkl"), "{answer:?}");
        let pair = background.pair.as_ref().unwrap();
        assert_eq!(theme.as_ref(), Some(if light { &pair.light } else { &pair.dark }));
        assert_eq!(background.drain_timeout(ANSWER_TIMEOUT), Duration::ZERO);
    }
}

#[test]
fn keys_that_only_begin_like_an_answer_are_the_users() {
    for typed in ["]]j", "\x1b]j", "]1\x1b]2", "]1j", "\x1b]11j"] {
        let mut background = background();
        let (mut heard, answer) = feed(&mut background, typed);
        heard.extend(background.release());
        assert_eq!((heard, answer), (keys(typed), None), "{typed:?}");
    }
}

#[test]
fn what_nobody_types_is_swallowed_and_ends_where_it_can_be_no_answer() {
    for (answer, typed) in [("\x1b]11;rgb:q!", "!"), ("]11;\x07x", "x")] {
        assert_eq!(feed(&mut background(), answer), (keys(typed), None), "{answer:?}");
    }
    let long = format!("\x1b]11;{}", "f".repeat(80));
    let (typed, _) = feed(&mut background(), &long);
    assert!(typed.len() > 30 && typed.len() < 80, "{} keys", typed.len());
}

#[test]
fn an_answer_is_awaited_however_late_it_ends() {
    let mut background = background();
    assert_eq!(feed(&mut background, "\x1b]11;rgb:dd"), (Vec::new(), None));
    // The rest of the answer may take any time; before larder ends, it waits for it again.
    assert_eq!((background.release_in(), background.release()), (None, Vec::new()));
    assert!(background.drain_timeout(ANSWER_TIMEOUT) > Duration::ZERO);
    let (typed, theme) = feed(&mut background, "dd/dddd/dddd\x07j");
    assert_eq!(typed, keys("j"));
    assert_eq!(theme.as_ref(), background.pair.as_ref().map(|pair| &pair.light));
}

#[test]
fn a_key_that_may_begin_an_answer_is_kept_for_a_moment_only() {
    let mut background = background();
    assert_eq!(background.release_in(), None);
    assert_eq!(feed(&mut background, "]").0, []);
    assert!(background.release_in().is_some_and(|wait| wait <= KEPT));
    assert_eq!(background.release(), keys("]"));
    assert_eq!(background.release_in(), None);
}

#[test]
fn an_answer_without_a_colour_is_swallowed_and_changes_nothing() {
    for answer in ["\x1b]11;rgb:ff/ff\x07", "\x1b]11;rgb:x/y/z\x07", "\x1b]11;#ab\x07"] {
        assert_eq!(feed(&mut background(), answer), (Vec::new(), None), "{answer:?}");
    }
}

#[test]
fn a_second_answer_counts_too() {
    let mut background = background();
    feed(&mut background, "\x1b]11;rgb:ff/ff/ff\x07");
    let (typed, theme) = feed(&mut background, "\x1b]11;rgb:00/00/00\x07");
    assert_eq!(
        (typed, theme.as_ref()),
        (Vec::new(), background.pair.as_ref().map(|pair| &pair.dark))
    );
    // A bracket counts as a bracket again.
    assert_eq!(feed(&mut background, "]").0, keys("]"));
}
