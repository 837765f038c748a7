//! Answers of the terminal among the user's keys.
//!
//! What the terminal answers (a colour, its name, a setting) comes as the keys that its bytes would be:
//! Alt-`]`, then `11;rgb:…`, then Ctrl-G or Alt-`\`. It may come late, for another program that had the
//! terminal before, or in pieces: over a slow line the first byte alone is the escape key. So keys that
//! nobody types are taken for an answer and swallowed to its end, however long that takes; a key that only
//! might begin an answer is kept for a moment.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Time for which a key is kept that could be the first of an answer.
pub(super) const KEPT: Duration = Duration::from_millis(50);

/// Limit on the length of a colour: `4;255;rgba:` and four numbers of four digits, with room to spare.
const LONGEST_COLOR: usize = 40;
/// Limit on the length of any other answer: what comes after it counts as typed.
const LONGEST: usize = 512;

/// The bytes with which an answer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Introducer {
    /// `ESC ]`: colours, titles, the clipboard.
    Osc,
    /// `ESC P`: names and settings.
    Dcs,
    /// `ESC _`: pictures.
    Apc,
    /// `ESC [`: only if its escape came alone; otherwise the library decodes it.
    Csi,
    /// `ESC O`, likewise: a key of the keyboard.
    Ss3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// The escape key is kept: it may be an answer's first byte.
    Escape,
    /// An answer has begun, unless the user typed this.
    Begun(Introducer),
    /// An answer is certain: these keys are never typed.
    Certain(Introducer),
    /// An answer has ended with an escape; its backslash is still to come.
    Closing,
}

/// The keys of which it is not known yet whether they are an answer.
#[derive(Debug)]
pub(super) struct Answers {
    state: State,
    /// The text since the beginning of what may be an answer.
    text: String,
    /// The keys to give to the user if it is no answer.
    kept: Vec<KeyEvent>,
    /// When the last key of it came.
    since: Instant,
    /// Whether the last key was the escape key.
    escaped: bool,
}

/// The meaning of a key.
#[derive(Debug, PartialEq)]
pub(super) enum Sorted {
    /// The user's own keys, in order; none if it is not known yet.
    Keys(Vec<KeyEvent>),
    /// The end of an operating system command, with its text.
    Command(String),
    /// A report, as the reader of keys gives it if its escape does not come alone.
    Report(String),
}

/// Whether larder waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// No answer is awaited.
    Never,
    /// An answer is awaited, of which the first byte may have come before.
    Late,
    /// An answer is awaited, of which the escape key may be the first byte.
    Soon,
}

enum Continuation {
    Inner,
    End,
    Other,
}

impl Answers {
    pub(super) fn new() -> Self {
        Self {
            state: State::Idle,
            text: String::new(),
            kept: Vec::new(),
            since: Instant::now(),
            escaped: false,
        }
    }

    /// Time for which to go on waiting for the rest of what is kept; nothing if no key is kept, or if the
    /// next key decides whenever it comes.
    pub(super) fn release_in(&self) -> Option<Duration> {
        let waits = !self.kept.is_empty() && self.text.is_empty();
        waits.then(|| KEPT.saturating_sub(self.since.elapsed()))
    }

    /// Gives the keys that were kept. The next ones may still be the rest of an answer.
    pub(super) fn release(&mut self) -> Vec<KeyEvent> {
        if self.state == State::Escape {
            self.escaped = true;
        }
        let begun = matches!(self.state, State::Begun(_)) && !self.text.is_empty();
        if begun || self.state == State::Escape {
            self.state = State::Idle;
            self.text.clear();
        }
        std::mem::take(&mut self.kept)
    }

    /// Time since the last part of an unfinished answer came.
    pub(super) fn unfinished(&self) -> Option<Duration> {
        let begun = !self.kept.is_empty() || matches!(self.state, State::Certain(_));
        begun.then(|| self.since.elapsed())
    }

    /// Takes the next key.
    pub(super) fn sort(&mut self, key: KeyEvent, due: Due) -> Sorted {
        let escape_kept = self.state == State::Escape;
        let escaped = std::mem::take(&mut self.escaped) || escape_kept;
        let mut before = Vec::new();
        match self.state {
            State::Idle => {}
            State::Escape => {
                before = std::mem::take(&mut self.kept);
                self.state = State::Idle;
            }
            State::Closing => {
                self.state = State::Idle;
                if plain(key) == Some('\\') {
                    return Sorted::Keys(Vec::new());
                }
            }
            State::Begun(kind) => match self.part(kind, key) {
                Continuation::Inner => {
                    self.push(key);
                    self.kept.push(key);
                    if self.is_certain(kind) {
                        self.kept.clear();
                        self.state = State::Certain(kind);
                    }
                    return Sorted::Keys(Vec::new());
                }
                Continuation::End => return self.finish(kind, key),
                Continuation::Other => {
                    before = std::mem::take(&mut self.kept);
                    self.state = State::Idle;
                }
            },
            State::Certain(kind) => match self.part(kind, key) {
                Continuation::Inner => {
                    self.push(key);
                    return Sorted::Keys(Vec::new());
                }
                Continuation::End => return self.finish(kind, key),
                Continuation::Other
                    if is_escape(key) && !matches!(kind, Introducer::Csi | Introducer::Ss3) =>
                {
                    let ended = self.finish(kind, key);
                    self.state = State::Closing;
                    return ended;
                }
                Continuation::Other => self.state = State::Idle,
            },
        }
        self.text.clear();
        if let Some(kind) = begins(key, escaped, due) {
            if escape_kept {
                // The key is the first byte of the same answer.
                self.kept = std::mem::take(&mut before);
            }
            self.kept.push(key);
            (self.state, self.since) = (State::Begun(kind), Instant::now());
        } else if is_escape(key) && due == Due::Soon {
            self.kept.push(key);
            (self.state, self.since) = (State::Escape, Instant::now());
        } else {
            self.escaped = is_escape(key);
            before.push(key);
        }
        Sorted::Keys(before)
    }

    fn push(&mut self, key: KeyEvent) {
        self.text.extend(plain(key));
        self.since = Instant::now();
    }

    fn finish(&mut self, kind: Introducer, last: KeyEvent) -> Sorted {
        self.state = State::Idle;
        self.kept.clear();
        let mut text = std::mem::take(&mut self.text);
        match kind {
            Introducer::Osc => Sorted::Command(text),
            Introducer::Csi => {
                text.extend(plain(last));
                Sorted::Report(text)
            }
            Introducer::Dcs | Introducer::Apc => Sorted::Report(text),
            Introducer::Ss3 => Sorted::Keys(Vec::new()),
        }
    }

    /// The part that a key is of a possible answer.
    fn part(&self, kind: Introducer, key: KeyEvent) -> Continuation {
        let certain = matches!(self.state, State::Certain(_));
        let Some(letter) = plain(key) else {
            return match (key.code, key.modifiers) {
                (KeyCode::Char('g'), KeyModifiers::CONTROL)
                | (KeyCode::Char('\\'), KeyModifiers::ALT)
                    if certain && !matches!(kind, Introducer::Csi | Introducer::Ss3) =>
                {
                    Continuation::End
                }
                _ => Continuation::Other,
            };
        };
        let text = self.text.as_str();
        // A short answer must have come in one piece: its letters are keys that do something.
        let at_once = !self.kept.is_empty() && text.is_empty() && self.since.elapsed() < KEPT;
        let inner = match kind {
            Introducer::Osc if certain => match text.split_once(';') {
                Some(("4" | "10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" | "19", _)) => {
                    text.len() < LONGEST_COLOR
                        && (letter.is_ascii_alphanumeric() || ":/#;?".contains(letter))
                }
                _ => text.len() < LONGEST,
            },
            Introducer::Dcs | Introducer::Apc if certain => text.len() < LONGEST,
            Introducer::Osc => {
                letter.is_ascii_digit() && text.len() < 4 || letter == ';' && !text.is_empty()
            }
            Introducer::Dcs => match text.chars().last() {
                Some('$' | '+' | '!' | '>') => letter.is_ascii_alphabetic() || letter == '|',
                Some(_) => letter.is_ascii_digit() || ";$+|".contains(letter),
                None => letter.is_ascii_digit() || "$+!>".contains(letter),
            },
            Introducer::Apc => match text {
                "" => letter == 'G',
                _ => letter.is_ascii_alphanumeric(),
            },
            Introducer::Csi => match letter {
                'A'..='D' | 'F' | 'H' | 'I' | 'O'..='S' | 'Z' if at_once => {
                    return Continuation::End;
                }
                '@'..='~' if !text.is_empty() => return Continuation::End,
                '<' | '=' | '>' | '?' => text.is_empty(),
                '0'..='9' => text.len() < LONGEST_COLOR,
                ';' | ':' | '$' | ' ' => !text.is_empty() && text.len() < LONGEST_COLOR,
                _ => false,
            },
            Introducer::Ss3 => match letter {
                'A'..='D' | 'F' | 'H' | 'P'..='S' if at_once => return Continuation::End,
                _ => false,
            },
        };
        if inner { Continuation::Inner } else { Continuation::Other }
    }

    /// Whether the text is certain to be an answer, which nobody types.
    fn is_certain(&self, kind: Introducer) -> bool {
        let mut last = self.text.chars().rev();
        match kind {
            Introducer::Osc => self.text.ends_with(';'),
            Introducer::Dcs => {
                last.next() == Some('|') || last.next().is_some_and(|c| "$+!>".contains(c))
            }
            Introducer::Apc | Introducer::Csi => self.text.len() > 1,
            Introducer::Ss3 => false,
        }
    }
}

/// The kind of answer that a key may begin: with Alt, or right after the escape key.
fn begins(key: KeyEvent, escaped: bool, due: Due) -> Option<Introducer> {
    let KeyCode::Char(letter) = key.code else { return None };
    let alone = plain(key).is_some();
    if !alone && key.modifiers.difference(KeyModifiers::SHIFT) != KeyModifiers::ALT {
        return None;
    }
    match letter {
        ']' if !alone || escaped || due != Due::Never => Some(Introducer::Osc),
        'P' if !alone || escaped => Some(Introducer::Dcs),
        '_' if !alone || escaped => Some(Introducer::Apc),
        '[' if alone && escaped => Some(Introducer::Csi),
        'O' if alone && escaped => Some(Introducer::Ss3),
        _ => None,
    }
}

/// The character of a key that types one.
fn plain(key: KeyEvent) -> Option<char> {
    match (key.code, key.modifiers) {
        (KeyCode::Char(letter), KeyModifiers::NONE | KeyModifiers::SHIFT) => Some(letter),
        _ => None,
    }
}

fn is_escape(key: KeyEvent) -> bool {
    key.code == KeyCode::Esc && key.modifiers.is_empty()
}

#[cfg(test)]
mod tests;
