//! Which theme fits the terminal's background, asked of the terminal itself (OSC 11).
//!
//! The answer comes between the user's keys, at any time or never. Reading for it before the
//! event stream would hold up the start, lose what is typed meanwhile and take a late answer for
//! keys; so it is picked out of the stream, where it arrives as the keys that its bytes would be:
//! Alt-`]`, then `11;rgb:…`, then Ctrl-G or Alt-`\`.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::theme::{Pair, Theme};

/// The question. Ended by BEL, since some terminals end the answer as the question was, and wrongly
/// so with the longer terminator.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// How long the first frame waits for an answer: a terminal on this machine gives it sooner, and
/// none waits long enough to be noticed. Later answers change the colours of what is shown.
const HOLD: Duration = Duration::from_millis(20);

/// How long an answer may be under way: larder does not leave before, lest it land in the shell.
const PATIENCE: Duration = Duration::from_millis(150);

/// How long a key may be kept that could be an answer's first.
const KEPT: Duration = Duration::from_millis(50);

/// The longest answer: `11;rgba:` and four numbers of four digits, with room to spare.
const LONGEST: usize = 40;

/// The question on its way, and what came of it.
#[derive(Debug)]
pub(super) struct Background {
    pair: Pair,
    asked: Instant,
    answered: bool,
    /// What may be the beginning of an answer, and when its first key came.
    kept: Vec<KeyEvent>,
    since: Instant,
}

/// What a key was.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// The user's own keys, in order; none if it is not known yet.
    Keys(Vec<KeyEvent>),
    /// The end of an answer, with the theme for it where it made sense.
    Answer(Option<Box<Theme>>),
}

impl Background {
    /// For when the question is sent.
    pub(super) fn asked(pair: Pair) -> Self {
        let now = Instant::now();
        Self { pair, asked: now, answered: false, kept: Vec::new(), since: now }
    }

    /// How much longer the first frame is to wait.
    pub(super) fn hold(&self) -> Duration {
        self.left(HOLD)
    }

    /// How much longer larder is to listen before it gives the terminal back.
    pub(super) fn patience(&self) -> Duration {
        self.left(PATIENCE)
    }

    fn left(&self, all: Duration) -> Duration {
        if self.answered { Duration::ZERO } else { all.saturating_sub(self.asked.elapsed()) }
    }

    /// How much longer to wait for the rest of what is kept; nothing if nothing is.
    pub(super) fn release_in(&self) -> Option<Duration> {
        (!self.kept.is_empty()).then(|| KEPT.saturating_sub(self.since.elapsed()))
    }

    /// The keys that were kept: no answer goes on so slowly.
    pub(super) fn release(&mut self) -> Vec<KeyEvent> {
        std::mem::take(&mut self.kept)
    }

    /// Takes the next key and tells what it is.
    pub(super) fn hear(&mut self, key: KeyEvent) -> Heard {
        let mut before = Vec::new();
        if !self.kept.is_empty() {
            match self.part(key) {
                Part::Inner if self.kept.len() < LONGEST => {
                    self.kept.push(key);
                    return Heard::Keys(Vec::new());
                }
                Part::End => return self.finish(),
                _ => before = self.release(),
            }
        }
        if self.begins(key) {
            self.kept.push(key);
            self.since = Instant::now();
        } else {
            before.push(key);
        }
        Heard::Keys(before)
    }

    /// A bracket without Alt begins an answer whose first byte came alone, and was taken for the
    /// escape key.
    fn begins(&self, key: KeyEvent) -> bool {
        key.code == KeyCode::Char(']')
            && (key.modifiers == KeyModifiers::ALT || key.modifiers.is_empty() && !self.answered)
    }

    fn part(&self, key: KeyEvent) -> Part {
        let KeyCode::Char(letter) = key.code else { return Part::Other };
        let at = self.kept.len() - 1;
        match (letter, key.modifiers) {
            ('g', KeyModifiers::CONTROL) | ('\\', KeyModifiers::ALT) if at > 3 => Part::End,
            (_, KeyModifiers::NONE | KeyModifiers::SHIFT) => {
                let fits = match "11;".chars().nth(at) {
                    Some(expected) => letter == expected,
                    None => letter.is_ascii_alphanumeric() || ":/#".contains(letter),
                };
                if fits { Part::Inner } else { Part::Other }
            }
            _ => Part::Other,
        }
    }

    fn finish(&mut self) -> Heard {
        let letters = self.kept.drain(..).skip(4).filter_map(|key| match key.code {
            KeyCode::Char(letter) => Some(letter),
            _ => None,
        });
        let color: String = letters.collect();
        self.answered = true;
        let theme = luminance(&color).map(|light| {
            // From here on, black is easier to read on it than white.
            if light > 0.18 { &self.pair.light } else { &self.pair.dark }
        });
        Heard::Answer(theme.cloned().map(Box::new))
    }
}

enum Part {
    Inner,
    End,
    Other,
}

/// How light a colour such as `rgb:ffff/ffff/ffff`, `rgba:1e/1e/2e/ff` or `#ffffff` is, from 0 to 1.
fn luminance(color: &str) -> Option<f64> {
    let parts: Vec<&str> = match color.strip_prefix('#') {
        Some(digits) => {
            let width = digits.len() / 3;
            let part = |at: usize| digits.get(at * width..(at + 1) * width);
            (0..3).filter_map(part).collect()
        }
        // A fourth part says how much shines through.
        None => color.split_once(':')?.1.split('/').take(3).collect(),
    };
    let [red, green, blue] = parts[..] else { return None };
    let linear = |digits: &str| {
        let most = match digits.len() {
            1..=4 => f64::from((1_u32 << (4 * digits.len())) - 1),
            _ => return None,
        };
        let part = f64::from(u32::from_str_radix(digits, 16).ok()?) / most;
        Some(if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * linear(red)? + 0.7152 * linear(green)? + 0.0722 * linear(blue)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Theme;

    fn background() -> Background {
        let env = |name: &str| (name == "COLORTERM").then(|| "truecolor".to_owned());
        let pair = Theme::pair("auto", &toml::Table::new(), &env).unwrap();
        Background::asked(pair.expect("nothing tells the background"))
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

    /// What the user typed among them, and the last theme that was answered.
    fn hear(background: &mut Background, bytes: &str) -> (Vec<KeyEvent>, Option<Theme>) {
        let (mut typed, mut answer) = (Vec::new(), None);
        for key in keys(bytes) {
            match background.hear(key) {
                Heard::Keys(keys) => typed.extend(keys),
                Heard::Answer(theme) => answer = theme.map(|theme| *theme),
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
            let (typed, theme) = hear(&mut background, &format!("jk{answer}l"));
            assert_eq!(typed, keys("jkl"), "{answer:?}");
            let pair = &background.pair;
            assert_eq!(theme.as_ref(), Some(if light { &pair.light } else { &pair.dark }));
            assert_eq!(background.patience(), Duration::ZERO);
        }
    }

    #[test]
    fn keys_that_only_begin_like_an_answer_are_the_users() {
        for typed in ["]]j", "\x1b]j", "\x1b]11;rgb:q!", "]1\x1b]2", "]11;\x07x"] {
            let mut background = background();
            let (mut heard, answer) = hear(&mut background, typed);
            heard.extend(background.release());
            assert_eq!((heard, answer), (keys(typed), None), "{typed:?}");
        }
        let mut background = background();
        let long = format!("\x1b]11;{}", "f".repeat(60));
        assert_eq!(hear(&mut background, &long).0, keys(&long));
    }

    #[test]
    fn a_key_that_may_begin_an_answer_is_kept_for_a_moment_only() {
        let mut background = background();
        assert_eq!(background.release_in(), None);
        assert_eq!(hear(&mut background, "]").0, []);
        assert!(background.release_in().is_some_and(|wait| wait <= KEPT));
        assert_eq!(background.release(), keys("]"));
        assert_eq!(background.release_in(), None);
    }

    #[test]
    fn an_answer_without_a_colour_is_swallowed_and_changes_nothing() {
        for answer in ["\x1b]11;rgb:ff/ff\x07", "\x1b]11;rgb:x/y/z\x07", "\x1b]11;#ab\x07"] {
            assert_eq!(hear(&mut background(), answer), (Vec::new(), None), "{answer:?}");
        }
    }

    #[test]
    fn a_second_answer_counts_too() {
        let mut background = background();
        hear(&mut background, "\x1b]11;rgb:ff/ff/ff\x07");
        let (typed, theme) = hear(&mut background, "\x1b]11;rgb:00/00/00\x07");
        assert_eq!((typed, theme.as_ref()), (Vec::new(), Some(&background.pair.dark)));
        // A bracket is a bracket again.
        assert_eq!(hear(&mut background, "]").0, keys("]"));
    }
}
