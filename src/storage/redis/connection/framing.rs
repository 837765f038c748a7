//! Checks replies as they arrive, before anything decodes them.
//!
//! The client library decodes nested lists by recursion, and keeps an incomplete reply until all of it is
//! there. So a few bytes could overflow its stack, and an endless reply take all memory. The replies that are
//! passed on from here are as deep and as large as the question allows.

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzz;

use std::fmt;

use super::limits::{Limit, Questions};

/// Limit on the nesting of lists. Redis itself nests four (`CLUSTER SLOTS`).
const DEEPEST: usize = 16;
/// Longest line, in bytes: an error, a status or a number.
const LONGEST_LINE: usize = 64 << 10;
/// Longest line with a length or a number, in bytes.
const LONGEST_HEAD: usize = 32;
/// Longest string on any server without another setting (`proto-max-bulk-len`), in bytes.
const LONGEST_STRING: u64 = 512 << 20;
/// Memory of a decoded element besides its bytes, in bytes.
const ELEMENT: u64 = 64;

/// A server's violation of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Violation {
    /// No reply begins like this: it is not a Redis server, or out of step.
    NoReply,
    /// Lists are nested too deep.
    TooDeep,
    /// A line without an end.
    LongLine,
    /// A length or a number is invalid.
    BadNumber,
    /// A string is longer than any server accepts.
    LongString,
    /// A string does not end at its stated length.
    WrongLength,
    /// A list is larger than the question allows.
    LargeList,
    /// A reply comes without a question.
    Unasked,
    /// A reply to a login neither grants nor refuses it.
    NoStatus,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoReply => "what it sends is no reply",
            Self::TooDeep => "it nests lists in lists without end",
            Self::LongLine => "it sends a line without end",
            Self::BadNumber => "it sends a length that is no number",
            Self::LongString => "it announces an impossibly long string",
            Self::WrongLength => "it sends a string without its end",
            Self::LargeList => "it sends a far longer list than asked",
            Self::Unasked => "it answers what was not asked",
            Self::NoStatus => "it neither grants nor refuses a login",
        })
    }
}

/// A piece to pass on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// This range of the received bytes.
    Pass(usize, usize),
    /// An error reply, in place of a string of this size that is too large and is left out.
    TooLarge(u64),
}

/// The protocol of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// The protocol of all data.
    Resp2,
    /// The newer protocol, without its streamed types and attributes, which no server sends unasked.
    Resp3,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// At the start of an element.
    Head,
    /// Within a line.
    Line { length: usize, return_seen: bool },
    /// Inside a string: the rest of it with its line break, in bytes.
    Body { left: u64, passed_on: bool },
}

/// The state of one connection's replies. Contains no data.
pub(super) struct Framing {
    protocol: Protocol,
    state: State,
    /// Numbers of elements that the open lists still lack, the innermost last.
    open: Vec<u64>,
    limit: Limit,
    /// Memory that the current reply may still take, in bytes.
    left: u64,
    /// Whether an error has come that answers nothing, as from a server that accepts no connection.
    refused: bool,
}

impl Framing {
    pub(super) fn new(protocol: Protocol) -> Self {
        let limit = Limit { string: 0, reply: 0 };
        Self { protocol, state: State::Head, open: Vec::new(), limit, left: 0, refused: false }
    }

    /// Checks received bytes. Returns the number of bytes that are done with: the rest, less than a short
    /// line, has to be given again with the bytes behind it.
    ///
    /// # Errors
    /// The server breaks the protocol. The `pieces` so far are still good.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        questions: &mut impl Questions,
        pieces: &mut Vec<Piece>,
    ) -> Result<usize, Violation> {
        // Start of the bytes to pass on, and end of those that are read.
        let (mut from, mut at) = (0, 0);
        let result = loop {
            let rest = &bytes[at..];
            if rest.is_empty() {
                break Ok(at);
            }
            match self.state {
                State::Head => match self.head(rest, questions) {
                    Ok(Head::Incomplete) => break Ok(at),
                    Ok(Head::Passed(length)) => at += length,
                    Ok(Head::LeftOut(length, size)) => {
                        pass(pieces, from, at);
                        pieces.push(Piece::TooLarge(size));
                        at += length;
                        from = at;
                    }
                    Err(violation) => break Err(violation),
                },
                State::Line { length, return_seen } => match line(rest, return_seen) {
                    Some(taken) if length + taken <= LONGEST_LINE => {
                        at += taken;
                        self.done();
                    }
                    None if length + rest.len() <= LONGEST_LINE => {
                        at = bytes.len();
                        let return_seen = rest.ends_with(b"\r");
                        self.state = State::Line { length: length + rest.len(), return_seen };
                    }
                    _ => break Err(Violation::LongLine),
                },
                State::Body { left, passed_on } => {
                    let taken = left.min(rest.len() as u64);
                    let good = well_placed(&rest[..taken as usize], left);
                    at += good;
                    if !passed_on {
                        from = at;
                    }
                    if good < taken as usize {
                        break Err(Violation::WrongLength);
                    }
                    if taken == left {
                        self.done();
                    } else {
                        self.state = State::Body { left: left - taken, passed_on };
                    }
                }
            }
        };
        pass(pieces, from, at);
        result
    }

    /// Reads the first line of an element, or its first byte where only that matters.
    fn head(&mut self, rest: &[u8], questions: &mut impl Questions) -> Result<Head, Violation> {
        let kind = Kind::of(rest[0], self.protocol).ok_or(Violation::NoReply)?;
        let mut length = 1;
        let mut number = None;
        if kind != Kind::Line && kind != Kind::Error {
            // A few bytes, and every string has them: comparing each costs less than a search.
            let head = &rest[..rest.len().min(LONGEST_HEAD)];
            let Some(end) = head.windows(2).position(|two| two == b"\r\n") else {
                let endless = rest.len() >= LONGEST_HEAD;
                return if endless { Err(Violation::BadNumber) } else { Ok(Head::Incomplete) };
            };
            length = end + 2;
            number = Some(&rest[1..end]);
        }
        if self.open.is_empty() {
            self.begin(kind, questions)?;
        } else if kind == Kind::Push {
            return Err(Violation::NoReply);
        }
        self.spend(ELEMENT + length as u64)?;
        match (kind, number) {
            (Kind::Line | Kind::Error, _) | (_, None) => {
                self.state = State::Line { length: 0, return_seen: false };
            }
            (Kind::Short, Some(text)) => {
                if text.len() > 1 {
                    return Err(Violation::BadNumber);
                }
                self.done();
            }
            (Kind::Number, Some(text)) => {
                integer(text).ok_or(Violation::BadNumber)?;
                self.done();
            }
            (Kind::String, Some(text)) => return self.string(text, length),
            (Kind::List(each), Some(text)) => self.list(text, each)?,
            (Kind::Push, Some(text)) => self.list(text, 1)?,
        }
        Ok(Head::Passed(length))
    }

    /// Begins a reply.
    fn begin(&mut self, kind: Kind, questions: &mut impl Questions) -> Result<(), Violation> {
        self.limit = if kind == Kind::Push {
            questions.told()
        } else if let Some(limit) = questions.answered() {
            limit
        } else if kind == Kind::Error && !self.refused {
            self.refused = true;
            questions.told()
        } else {
            return Err(Violation::Unasked);
        };
        self.left = self.limit.reply;
        Ok(())
    }

    fn spend(&mut self, cost: u64) -> Result<(), Violation> {
        self.left = self.left.checked_sub(cost).ok_or(Violation::LargeList)?;
        Ok(())
    }

    fn string(&mut self, text: &[u8], head: usize) -> Result<Head, Violation> {
        let Some(size) = self.size(text)? else {
            self.done();
            return Ok(Head::Passed(head));
        };
        if size > LONGEST_STRING.max(self.limit.string) {
            return Err(Violation::LongString);
        }
        let passed_on = size <= self.limit.string && size <= self.left;
        if passed_on {
            self.spend(size)?;
        }
        self.state = State::Body { left: size + 2, passed_on };
        Ok(if passed_on { Head::Passed(head) } else { Head::LeftOut(head, size) })
    }

    fn list(&mut self, text: &[u8], each: u64) -> Result<(), Violation> {
        let count = self.size(text)?.unwrap_or(0).saturating_mul(each);
        if count > self.left / ELEMENT {
            return Err(Violation::LargeList);
        }
        if count == 0 {
            self.done();
            return Ok(());
        }
        if self.open.len() >= DEEPEST {
            return Err(Violation::TooDeep);
        }
        self.open.push(count);
        self.state = State::Head;
        Ok(())
    }

    /// A length; `None` for the null of RESP2.
    fn size(&self, text: &[u8]) -> Result<Option<u64>, Violation> {
        match integer(text) {
            Some(-1) if self.protocol == Protocol::Resp2 => Ok(None),
            Some(size) if !text.starts_with(b"-") => {
                u64::try_from(size).map(Some).map_err(|_| Violation::BadNumber)
            }
            _ => Err(Violation::BadNumber),
        }
    }

    /// Ends an element, and the lists whose last element it was.
    fn done(&mut self) {
        self.state = State::Head;
        while let Some(lacking) = self.open.last_mut() {
            *lacking -= 1;
            if *lacking > 0 {
                return;
            }
            self.open.pop();
        }
    }
}

enum Head {
    Incomplete,
    /// An element of this length, in bytes.
    Passed(usize),
    /// An element of this length, of a string of that size that is not passed on.
    LeftOut(usize, u64),
}

/// Kind of an element, as far as its framing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Error,
    /// A line of at most one byte: null, or a truth value.
    Short,
    Number,
    String,
    /// A list, with this number of elements for each that it counts.
    List(u64),
    Push,
}

impl Kind {
    fn of(byte: u8, protocol: Protocol) -> Option<Self> {
        let both = match byte {
            b'+' => Self::Line,
            b'-' => Self::Error,
            b':' => Self::Number,
            b'$' => Self::String,
            b'*' => Self::List(1),
            _ => return if protocol == Protocol::Resp3 { Self::new_in_resp3(byte) } else { None },
        };
        Some(both)
    }

    fn new_in_resp3(byte: u8) -> Option<Self> {
        Some(match byte {
            b',' | b'(' => Self::Line,
            b'_' | b'#' => Self::Short,
            b'=' | b'!' => Self::String,
            b'~' => Self::List(1),
            b'%' => Self::List(2),
            b'>' => Self::Push,
            _ => return None,
        })
    }
}

fn pass(pieces: &mut Vec<Piece>, from: usize, to: usize) {
    if to > from {
        pieces.push(Piece::Pass(from, to));
    }
}

/// Length of the line, with its break; `None` if it does not end here.
fn line(bytes: &[u8], return_seen: bool) -> Option<usize> {
    if return_seen && bytes.first() == Some(&b'\n') {
        return Some(1);
    }
    memchr::memmem::find(bytes, b"\r\n").map(|at| at + 2)
}

/// Number of a string's next bytes that are valid, where `left` are to come: the last two are a line end.
fn well_placed(bytes: &[u8], left: u64) -> usize {
    let before = left.saturating_sub(2);
    let Some(end) = usize::try_from(before).ok().and_then(|before| bytes.get(before..)) else {
        return bytes.len();
    };
    let wanted = if left == 1 { &b"\n"[..] } else { b"\r\n" };
    let right = end.iter().zip(wanted).take_while(|(byte, wanted)| byte == wanted).count();
    bytes.len() - end.len() + right
}

/// A number of digits with or without a sign.
fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
