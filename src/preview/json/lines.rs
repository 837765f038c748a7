//! The lines of pretty-printed JSON, none of which is ever stored: a line is read from the source when it is
//! shown.

use std::ops::Range;

use super::super::chunk::CHUNK;
use super::super::index::Index;
use super::super::line::{Fragment, Line};
use super::super::row::Role;
use super::lex::{Sink, Token, white};
use super::{JsonFault, empty_brackets, scan};

/// Measures of a JSON text, which tell whether it can be folded, and whether Python can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::preview) struct Shape {
    /// Number of values, with objects and lists.
    pub(in crate::preview) values: usize,
    /// Depth of nesting, as [`depth`](super::depth) counts it.
    pub(in crate::preview) depth: usize,
}

/// Checks the JSON, finds its lines, and tells its shape.
///
/// # Errors
/// As [`check`](super::check).
pub(in crate::preview) fn index(bytes: &[u8]) -> Result<(Index, Shape), JsonFault> {
    let mut lines =
        Lines { bytes, index: Index::default(), depth: 0, deepest: 0, after_key: false, closed: 0 };
    scan(bytes, &mut lines)?;
    let (index, closed, depth) = (lines.index.finish(), lines.closed, lines.deepest);
    let values = index.lines() - closed;
    Ok((index, Shape { values, depth }))
}

/// Takes the tokens and records the starts of lines.
struct Lines<'a> {
    bytes: &'a [u8],
    index: Index,
    depth: usize,
    deepest: usize,
    after_key: bool,
    /// Number of lines with a closing bracket.
    closed: usize,
}

impl Sink for Lines<'_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        if token == Token::Gap {
            return self.index.push_gap(at);
        }
        // The depth before the token, as the reader has it there.
        if !self.after_key {
            self.index.push_line(at.start, self.depth);
        }
        self.after_key = token == Token::Key;
        match token {
            Token::Open => self.depth += 1,
            Token::Close => {
                self.depth = self.depth.saturating_sub(1);
                self.closed += 1;
            }
            Token::Empty => self.index.push_gap(at.start + 1..at.end - 1),
            _ => self.index.push_piece(self.bytes, at, false),
        }
        self.deepest = self.deepest.max(self.depth + usize::from(token == Token::Empty));
    }
}

/// A line as it is in the source.
struct Found {
    depth: usize,
    key: Option<Range<usize>>,
    value: Range<usize>,
    kind: Token,
    comma: bool,
}

/// Reads lines one after the other. The source is known to be JSON.
struct LineReader<'a> {
    bytes: &'a [u8],
    index: &'a Index,
    at: usize,
    depth: usize,
}

impl LineReader<'_> {
    fn next(&mut self) -> Found {
        let mut token = self.token();
        let mut key = None;
        if token.0 == Token::String && self.peek() == Some(b':') {
            key = Some(token.1);
            self.at = self.white(self.at + 1);
            token = self.token();
        }
        let (kind, value) = token;
        if kind == Token::Close {
            self.depth = self.depth.saturating_sub(1);
        }
        let depth = self.depth;
        let mut comma = false;
        if kind == Token::Open {
            self.depth += 1;
        } else if self.peek() == Some(b',') {
            comma = true;
            self.at = self.white(self.at + 1);
        }
        Found { depth, key, value, kind, comma }
    }

    /// The token that begins here; moves past it and its white space.
    fn token(&mut self) -> (Token, Range<usize>) {
        let start = self.at;
        let long = || self.index.long_at(start).map(|long| long.at.end);
        let (kind, end) = match self.peek() {
            Some(b'"') => (Token::String, self.string().or_else(long)),
            Some(open @ (b'{' | b'[')) => {
                let inside = self.white(start + 1);
                if self.bytes.get(inside) == Some(&(open + 2)) {
                    (Token::Empty, Some(inside + 1))
                } else {
                    (Token::Open, Some(start + 1))
                }
            }
            Some(b'}' | b']') => (Token::Close, Some(start + 1)),
            first => {
                let near = &self.bytes[start.min(self.bytes.len())..];
                let near = &near[..near.len().min(CHUNK + 1)];
                let ends = |byte: &u8| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.');
                let end =
                    near.iter().position(ends).or((near.len() <= CHUNK).then_some(near.len()));
                let digit =
                    near.get(usize::from(first == Some(b'-'))).is_some_and(u8::is_ascii_digit);
                let kind = if digit { Token::Number } else { Token::Literal };
                (kind, end.map(|end| start + end).or_else(long))
            }
        };
        let end = end.unwrap_or(self.bytes.len()).max(start);
        self.at = self.white(end);
        (kind, start..end)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// End of the string that begins here, unless it is long.
    fn string(&self) -> Option<usize> {
        let near = &self.bytes[..self.bytes.len().min(self.at + CHUNK)];
        let mut at = self.at + 1;
        loop {
            at += memchr::memchr2(b'"', b'\\', near.get(at..)?)?;
            match near[at] {
                b'"' => return Some(at + 1),
                _ => at += 2,
            }
        }
    }

    /// End of the white space from `at` on.
    fn white(&self, at: usize) -> usize {
        let near = &self.bytes[..self.bytes.len().min(at + CHUNK + 1)];
        let end = white(near, at);
        if end < near.len() {
            return end;
        }
        self.index.long_at(at).map_or(end, |long| long.at.end)
    }
}

fn reader_at<'a>(bytes: &'a [u8], index: &'a Index, number: usize) -> LineReader<'a> {
    let (mark, _) = index.before_line(number);
    let mut reader = LineReader { bytes, index, at: mark.offset, depth: mark.depth };
    for _ in mark.line..number {
        reader.next();
    }
    reader
}

/// Start of line `number` in the source; numbers are from 0.
pub(in crate::preview) fn line_start(bytes: &[u8], index: &Index, number: usize) -> usize {
    reader_at(bytes, index, number).at
}

/// Line `number`; where it is folded, with the line of its closing bracket and the text before that.
pub(in crate::preview) fn line<'a>(
    bytes: &'a [u8],
    index: &'a Index,
    number: usize,
    fold: Option<(usize, &'a str)>,
) -> Line<'a> {
    let mut found = reader_at(bytes, index, number).next();
    let fixed = |text: &'static str, source| Fragment {
        bytes: text.as_bytes(),
        source,
        role: Role::Punctuation,
        long: None,
    };
    let token = |at: Range<usize>, role| Fragment {
        source: Some(at.start),
        role,
        long: if at.len() > CHUNK { index.long_at(at.start) } else { None },
        bytes: &bytes[at],
    };
    let mut parts = Vec::with_capacity(4);
    if let Some(key) = found.key {
        parts.push(token(key, Role::Key));
        parts.push(fixed(": ", None));
    }
    parts.push(match found.kind {
        Token::Empty => fixed(empty_brackets(bytes[found.value.start]), Some(found.value.start)),
        Token::Number => token(found.value, Role::Number),
        Token::Literal => token(found.value, Role::Literal),
        Token::String | Token::Key => token(found.value, Role::String),
        Token::Open | Token::Close | Token::Gap => token(found.value, Role::Punctuation),
    });
    if let Some((close, words)) = fold {
        let end = reader_at(bytes, index, close).next();
        let words = Fragment { bytes: words.as_bytes(), source: None, role: Role::Dim, long: None };
        parts.extend([words, token(end.value, Role::Punctuation)]);
        found.comma = end.comma;
    }
    if found.comma {
        parts.push(fixed(",", None));
    }
    Line { depth: found.depth, parts, tabs: false }
}

/// The line that contains a byte of the source.
pub(in crate::preview) fn line_of(bytes: &[u8], index: &Index, offset: usize) -> usize {
    let mark = index.before_offset(offset);
    let mut reader = LineReader { bytes, index, at: mark.offset, depth: mark.depth };
    let mut number = mark.line;
    loop {
        reader.next();
        if reader.at > offset || number + 1 >= index.lines() {
            return number;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{pretty, tests::json};
    use super::*;

    fn printed(bytes: &[u8]) -> String {
        let (index, _) = index(bytes).unwrap();
        let line = |number| {
            let line = line(bytes, &index, number, None);
            let parts: Vec<_> = line.parts.iter().map(|part| part.bytes).collect();
            "  ".repeat(line.depth) + std::str::from_utf8(&parts.concat()).unwrap()
        };
        (0..index.lines()).map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn long_pieces_are_passed_over() {
        let long = "x\\\"".repeat(5000);
        let space = " ".repeat(10_000);
        let digits = "1".repeat(9000);
        let text = format!(
            "[\"{long}\"{space},{space}{digits}, {{{space}}}, {{\"{long}\"{space}:{digits}{space}}}]"
        );
        assert!(printed(text.as_bytes()) == pretty(text.as_bytes()).unwrap(), "lines differ");
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_pretty_text(text in json(), times in 1_usize..40) {
            let text = format!("[{}]", vec![text; times].join(","));
            prop_assert_eq!(printed(text.as_bytes()), pretty(text.as_bytes()).unwrap());
            let (index, _) = index(text.as_bytes()).unwrap();
            for number in 0..index.lines() {
                let start = line_start(text.as_bytes(), &index, number);
                prop_assert_eq!(line_of(text.as_bytes(), &index, start), number);
            }
        }
    }
}
