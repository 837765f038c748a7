//! The theme that fits the terminal's background, asked of the terminal itself (OSC 11).
//!
//! The answer comes between the user's keys, at any time or never. Reading it before the event stream would
//! hold up the start, lose what is typed meanwhile and take a late answer for keys; so it is picked out of
//! the stream ([`super::answers`]), like all answers of the terminal.

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;

use crate::theme::{Theme, ThemePair};

use super::answers::{Answers, Due, Sorted};

/// The question. It ends with BEL, because some terminals end the answer in the same way as the question, and
/// make a mistake with the longer terminator.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// Time for which the first frame waits for an answer: a terminal on this machine answers sooner, and the
/// wait is too short to be seen. A later answer changes the colours on the screen.
const FIRST_FRAME_TIMEOUT: Duration = Duration::from_millis(20);

/// Time that an answer may be under way: larder does not end before, so that the answer does not land in the
/// shell.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_millis(150);

/// Time for which the escape key may be an answer's first byte: until then, it is kept for a moment.
const SOON: Duration = Duration::from_secs(5);

/// The question under way, and its result.
#[derive(Debug)]
pub(super) struct Background {
    /// The themes to choose from; none where the terminal was not asked.
    pair: Option<ThemePair>,
    asked: Instant,
    answered: bool,
    /// When an answer to another question began to be expected; none if none is.
    expected: Option<Instant>,
    answers: Answers,
}

/// The meaning of a key.
#[derive(Debug, PartialEq)]
pub(super) enum Filtered {
    /// The user's own keys, in order; none if it is not known yet.
    Keys(Vec<KeyEvent>),
    /// The end of an answer, with the theme for it if it made sense.
    Answer(Option<Box<Theme>>),
    /// Another report of the terminal.
    Report(String),
}

impl Background {
    /// The state when the question is sent; with no themes to choose from, it is not asked.
    pub(super) fn asked(pair: Option<ThemePair>) -> Self {
        let answered = pair.is_none();
        Self { pair, asked: Instant::now(), answered, expected: None, answers: Answers::new() }
    }

    /// Time left for the first frame to wait for the reply.
    pub(super) fn first_frame_wait(&self) -> Duration {
        self.left(FIRST_FRAME_TIMEOUT)
    }

    /// Time left for late replies out of `all`, before the terminal is given to another program.
    pub(super) fn drain_timeout(&self, all: Duration) -> Duration {
        let expected = self.expected.map(|asked| asked.elapsed());
        let rest = self.answers.unfinished().into_iter().chain(expected);
        let rest = rest.map(|since| all.saturating_sub(since)).max();
        self.left(all).max(rest.unwrap_or_default())
    }

    fn left(&self, all: Duration) -> Duration {
        if self.answered { Duration::ZERO } else { all.saturating_sub(self.asked.elapsed()) }
    }

    /// Time until the kept keys are released; `None` if no time is set for that.
    pub(super) fn release_in(&self) -> Option<Duration> {
        self.answers.release_in()
    }

    /// Releases the kept keys: they were typed slowly, and begin no reply.
    pub(super) fn release(&mut self) -> Vec<KeyEvent> {
        self.answers.release()
    }

    /// Takes note that another question has been asked, or was answered.
    pub(super) fn expects(&mut self, expects: bool) {
        self.expected = expects.then(|| self.expected.unwrap_or_else(Instant::now));
    }

    /// Feeds the next key to the parser of replies.
    pub(super) fn feed(&mut self, key: KeyEvent) -> Filtered {
        let asked = (!self.answered).then_some(self.asked).into_iter().chain(self.expected).max();
        let due = match asked.map(|asked| asked.elapsed()) {
            None => Due::Never,
            Some(since) if since < SOON => Due::Soon,
            Some(_) => Due::Late,
        };
        match self.answers.sort(key, due) {
            Sorted::Keys(keys) => Filtered::Keys(keys),
            Sorted::Command(text) => Filtered::Answer(self.theme(&text).map(Box::new)),
            Sorted::Report(text) => Filtered::Report(text),
        }
    }

    fn theme(&mut self, command: &str) -> Option<Theme> {
        let color = command.strip_prefix("11;")?;
        self.answered = true;
        let (pair, light) = (self.pair.as_ref()?, luminance(color)?);
        // Above this luminance, black is easier to read than white.
        Some(if light > 0.18 { &pair.light } else { &pair.dark }.clone())
    }
}

/// The luminance of a colour such as `rgb:ffff/ffff/ffff`, `rgba:1e/1e/2e/ff` or `#ffffff`, from 0 to 1.
fn luminance(color: &str) -> Option<f64> {
    let parts: Vec<&str> = match color.strip_prefix('#') {
        Some(digits) => {
            let width = digits.len() / 3;
            let part = |at: usize| digits.get(at * width..(at + 1) * width);
            (0..3).filter_map(part).collect()
        }
        // A fourth part is the opacity.
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
mod tests;
