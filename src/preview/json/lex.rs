//! A lexer and checker in one pass over the bytes, without recursion.

use std::ops::Range;

/// Tokens of a JSON text. Commas and colons are not reported: they follow from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// `{` or `[` of an object or list that is not empty.
    Open,
    /// `}` or `]`.
    Close,
    /// `{}` or `[]`, with white space inside.
    Empty,
    /// A key, with its quotes.
    Key,
    /// A string, with its quotes.
    String,
    /// A number.
    Number,
    /// `true`, `null`, `NaN`, …
    Literal,
    /// White space between tokens.
    Gap,
}

/// Takes the tokens, in order, with their places.
pub(crate) trait Sink {
    /// Takes one token.
    fn token(&mut self, token: Token, at: Range<usize>);
}

/// Offset of a fault, in bytes, and its message.
type Fault = (usize, &'static str);

/// The literals that Python reads.
const LITERALS: [&[u8]; 6] = [b"true", b"false", b"null", b"NaN", b"Infinity", b"-Infinity"];

/// The bytes that end the plain part of a string: quotes, backslashes, control characters.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// Reads one JSON text and reports its tokens.
///
/// # Errors
/// The first fault in the order in which Python's decoder meets them.
pub(super) fn scan(bytes: &[u8], sink: &mut impl Sink) -> Result<(), Fault> {
    let mut nesting = Nesting::default();
    let mut at = gap(bytes, 0, sink);
    'value: loop {
        let start = at;
        match bytes.get(at) {
            Some(&open @ (b'{' | b'[')) => {
                let inside = white(bytes, at + 1);
                // The code of the closing bracket is the opening one's plus 2.
                if bytes.get(inside) == Some(&(open + 2)) {
                    at = inside + 1;
                    sink.token(Token::Empty, start..at);
                } else {
                    sink.token(Token::Open, start..start + 1);
                    nesting.push(open == b'{');
                    at = gap(bytes, start + 1, sink);
                    if open == b'{' {
                        at = key(bytes, at, sink)?;
                    }
                    continue 'value;
                }
            }
            Some(b'"') => {
                at = string(bytes, at)?;
                sink.token(Token::String, start..at);
            }
            first => {
                let rest = &bytes[at..];
                let literal = match first {
                    Some(b'0'..=b'9') => None,
                    _ => LITERALS.iter().find(|&&literal| rest.starts_with(literal)),
                };
                if let Some(literal) = literal {
                    at += literal.len();
                    sink.token(Token::Literal, start..at);
                } else {
                    at = number(bytes, at).ok_or((at, "Expecting value"))?;
                    sink.token(Token::Number, start..at);
                }
            }
        }
        loop {
            at = gap(bytes, at, sink);
            let Some(object) = nesting.top() else {
                return if at == bytes.len() { Ok(()) } else { Err((at, "Extra data")) };
            };
            match bytes.get(at) {
                Some(b',') => {
                    at = gap(bytes, at + 1, sink);
                    if object {
                        at = key(bytes, at, sink)?;
                    }
                    continue 'value;
                }
                Some(&close) if close == if object { b'}' } else { b']' } => {
                    sink.token(Token::Close, at..at + 1);
                    nesting.pop();
                    at += 1;
                }
                _ => return Err((at, "Expecting ',' delimiter")),
            }
        }
    }
}

/// Reads a key, its colon and the white space after it; returns the start of the value.
fn key(bytes: &[u8], at: usize, sink: &mut impl Sink) -> Result<usize, Fault> {
    if bytes.get(at) != Some(&b'"') {
        return Err((at, "Expecting property name enclosed in double quotes"));
    }
    let end = string(bytes, at)?;
    sink.token(Token::Key, at..end);
    let colon = gap(bytes, end, sink);
    if bytes.get(colon) != Some(&b':') {
        return Err((colon, "Expecting ':' delimiter"));
    }
    Ok(gap(bytes, colon + 1, sink))
}

/// End of the string that begins at `start`.
fn string(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start + 1;
    loop {
        match bytes[at..].iter().position(|&byte| SPECIAL[usize::from(byte)]) {
            Some(plain) => at += plain,
            None => return Err((start, "Unterminated string starting at")),
        }
        match bytes[at] {
            b'"' => return Ok(at + 1),
            b'\\' => match bytes.get(at + 1) {
                None => return Err((start, "Unterminated string starting at")),
                Some(b'u') => {
                    // Python wants a character behind the four digits before it reads them.
                    let digits = bytes.get(at + 2..at + 6).filter(|_| at + 6 < bytes.len());
                    if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                        return Err((at + 1, "Invalid \\uXXXX escape"));
                    }
                    at += 6;
                }
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                Some(_) => return Err((at, "Invalid \\escape")),
            },
            _ => return Err((at, "Invalid control character at")),
        }
    }
}

/// End of the number that begins at `start`; bytes that are not part of it are left for the caller to report.
fn number(bytes: &[u8], start: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        Some(b'1'..=b'9') => digits(at),
        _ => return None,
    };
    if bytes.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end > at + 1 {
            at = end;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let end = digits(at + 1 + sign);
        if end > at + 1 + sign {
            at = end;
        }
    }
    Some(at)
}

/// End of the white space that begins at `at`.
pub(super) fn white(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

fn gap(bytes: &[u8], at: usize, sink: &mut impl Sink) -> usize {
    let end = white(bytes, at);
    if end > at {
        sink.token(Token::Gap, at..end);
    }
    end
}

/// The open brackets: one bit each, so that deep nesting stays small.
#[derive(Default)]
struct Nesting {
    bits: Vec<u64>,
    depth: usize,
}

impl Nesting {
    fn push(&mut self, object: bool) {
        let bit = self.depth % 64;
        if bit == 0 {
            self.bits.push(0);
        }
        if let Some(last) = self.bits.last_mut() {
            *last = *last & !(1 << bit) | u64::from(object) << bit;
        }
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth.is_multiple_of(64) {
            self.bits.pop();
        }
    }

    /// Whether the innermost open bracket is an object's; `None` at the top level.
    fn top(&self) -> Option<bool> {
        let bit = self.depth.checked_sub(1)? % 64;
        self.bits.last().map(|last| last >> bit & 1 == 1)
    }
}
