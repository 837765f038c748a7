//! Limits of the replies, derived from the commands as they are sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::keys;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Size above which a value comes over a connection of its own, in bytes, so that other requests do not wait
/// behind it.
pub(in crate::storage::redis) const DEDICATED_ABOVE: u64 = 4 << 20;

/// Bytes that are read of a command's name and of its first argument. A store's key that is longer gets the
/// smaller limit of its kind.
const LOOKED_AT: usize = 1 << 10;

/// Limits of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    /// Longest string, in bytes; a longer one is left out, and an error takes its place.
    pub(super) string: u64,
    /// Size of the whole reply, decoded, in bytes; a larger one breaks the protocol.
    pub(super) reply: u64,
}

impl Limit {
    /// For the server's facts about itself, and for all other commands.
    const FACTS: Self = Self { string: 256 * KIB, reply: MIB };
    /// For metadata: a store's has some 300 bytes, a record's 100.
    const METADATA: Self = Self { string: 256 * KIB, reply: 4 * MIB };
    /// For up to some thousand keys, with their metadata.
    const PAGE: Self = Self { string: 16 * MIB, reply: 16 * MIB };
    /// For the slots: a fragmented cluster names its nodes 16,384 times.
    const SLOTS: Self = Self { string: 256 * KIB, reply: 16 * MIB };
    /// For a message about changes, of which many may wait.
    const MESSAGE: Self = Self { string: 64 * KIB, reply: 64 * KIB };

    /// For a value of about this size, in bytes: it may have grown since it was measured.
    pub(super) const fn value(size: u64) -> Self {
        let string = size.saturating_add(4 * MIB);
        Self { string, reply: string.saturating_add(4 * MIB) }
    }

    fn of(name: &[u8], key: &[u8], value: Self) -> Self {
        match name.to_ascii_uppercase().as_slice() {
            b"HGET" | b"HMGET" if keys::holds_values(key) => value,
            b"GET" | b"EXEC" => value,
            b"HGET" | b"HMGET" | b"JSON.GET" | b"EVAL" | b"EVAL_RO" => Self::METADATA,
            b"HSCAN" | b"SCAN" | b"HKEYS" => Self::PAGE,
            b"CLUSTER" | b"CLUSTER SLOTS" => Self::SLOTS,
            _ => Self::FACTS,
        }
    }
}

/// The source of each reply's limit.
pub(super) trait Questions {
    /// The limit of the reply to the oldest question; `None` if all are answered.
    fn answered(&mut self) -> Option<Limit>;
    /// The limit of data without a question.
    fn told(&self) -> Limit;
}

/// The limits of the replies to the questions on their way, oldest first.
#[derive(Clone)]
pub(super) struct Asked(Arc<Mutex<Waiting>>);

struct Waiting {
    /// Limits of a value here.
    value: Limit,
    /// Whether messages come in the form of replies, so that the two cannot be distinguished.
    messages: bool,
    limits: VecDeque<Limit>,
}

impl Asked {
    /// For a connection that reads values up to this size, or one that receives messages.
    pub(super) fn new(value: Limit, messages: bool) -> Self {
        Self(Arc::new(Mutex::new(Waiting { value, messages, limits: VecDeque::new() })))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, name: &[u8], key: &[u8]) {
        let mut waiting = self.waiting();
        if !waiting.messages {
            let limit = Limit::of(name, key, waiting.value);
            waiting.limits.push_back(limit);
        }
    }
}

impl Questions for Asked {
    fn answered(&mut self) -> Option<Limit> {
        let mut waiting = self.waiting();
        if waiting.messages { Some(Limit::MESSAGE) } else { waiting.limits.pop_front() }
    }

    fn told(&self) -> Limit {
        Limit::MESSAGE
    }
}

/// Reads the commands that the client sends: the end of each, and its kind.
pub(super) struct Commands {
    asked: Asked,
    state: State,
    /// Number of arguments that the command still lacks.
    lacking: u64,
    /// The beginnings of the name and of the first argument.
    words: [Vec<u8>; 2],
    word: usize,
}

enum State {
    Line(Vec<u8>),
    /// Inside an argument: the rest of it with its line break, in bytes.
    Argument(u64),
}

impl Commands {
    pub(super) fn new(asked: Asked) -> Self {
        let words = [Vec::new(), Vec::new()];
        Self { asked, state: State::Line(Vec::new()), lacking: 0, words, word: 0 }
    }

    /// Records the questions in bytes that are about to be sent.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Line(line) => {
                    let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
                    line.extend_from_slice(&bytes[..end]);
                    bytes = &bytes[end..];
                    if line.ends_with(b"\n") {
                        let line = std::mem::take(line);
                        self.line(line.trim_ascii());
                    }
                }
                State::Argument(left) => {
                    let taken = (*left).min(bytes.len() as u64) as usize;
                    if let Some(word) = self.words.get_mut(self.word) {
                        let text = taken.min(left.saturating_sub(2) as usize);
                        let room = LOOKED_AT.saturating_sub(word.len());
                        word.extend_from_slice(&bytes[..text.min(room)]);
                    }
                    *left -= taken as u64;
                    bytes = &bytes[taken..];
                    if *left == 0 {
                        self.state = State::Line(Vec::new());
                        self.argument_ended();
                    }
                }
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        let number =
            line.get(1..).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        match (line.first(), number) {
            (Some(b'*'), Some(count)) => self.lacking = count,
            (Some(b'$'), Some(length)) => {
                self.state = State::Argument(u64::saturating_add(length, 2));
            }
            // HELLO is sent as a line.
            _ => self.asked.ask(line.split(|byte| *byte == b' ').next().unwrap_or_default(), b""),
        }
    }

    fn argument_ended(&mut self) {
        self.word += 1;
        self.lacking = self.lacking.saturating_sub(1);
        if self.lacking == 0 {
            self.asked.ask(&self.words[0], &self.words[1]);
            self.words.iter_mut().for_each(Vec::clear);
            self.word = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked::new(Limit::value(MIB), false)
    }

    #[test]
    fn the_limit_of_a_reply_follows_from_its_command_however_it_is_cut() {
        let sent = b"*3\r\n$4\r\nHGET\r\n$24\r\nkey_value_stores:a:items\r\n$4\r\n\r\n*1\r\n\
            *1\r\n$4\r\nPING\r\nHELLO 3\r\n\
            *3\r\n$4\r\nhget\r\n$33\r\nkey_value_stores:a:metadata_items\r\n$1\r\nk\r\n\
            *2\r\n$8\r\nJSON.GET\r\n$0\r\n\r\n*4\r\n$5\r\nHSCAN\r\n$1\r\nh\r\n$1\r\n0\r\n$0\r\n\r\n";
        let wanted = [
            Limit::value(MIB),
            Limit::FACTS,
            Limit::FACTS,
            Limit::METADATA,
            Limit::METADATA,
            Limit::PAGE,
        ];
        for step in 1..sent.len() {
            let mut asked = asked();
            let mut commands = Commands::new(asked.clone());
            for part in sent.chunks(step) {
                commands.read(part);
            }
            let mut limits = Vec::new();
            while let Some(limit) = asked.answered() {
                limits.push(limit);
            }
            assert_eq!(limits, wanted, "{step} bytes at a time");
        }
    }

    #[test]
    fn a_long_argument_is_passed_over() {
        let mut asked = asked();
        let mut commands = Commands::new(asked.clone());
        let value = vec![b'$'; 100_000];
        commands.read(b"*4\r\n$4\r\nHSET\r\n$1\r\nh\r\n$1\r\nk\r\n$100000\r\n");
        for part in value.chunks(977) {
            commands.read(part);
        }
        assert_eq!(asked.answered(), None);
        commands.read(b"\r\n");
        assert_eq!((asked.answered(), asked.answered()), (Some(Limit::FACTS), None));
    }
}
