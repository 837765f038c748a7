//! YAML, line by line: the lines of a block of text are read like any others.

use super::Role;
use super::reach::{StringEnd, run, string, window};

/// State between two tokens of YAML.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Yaml {
    /// Where a key may come.
    #[default]
    Start,
    /// Behind a key.
    Value,
    Comment,
    Text(u8),
}

/// The token that begins at `at`.
pub(super) fn step(text: &[u8], at: usize, mode: &mut Yaml) -> (usize, Role) {
    let near = window(text, at);
    let line = memchr::memchr(b'\n', near).unwrap_or(near.len());
    let byte = text[at];
    if byte == b'\n' && !matches!(mode, Yaml::Text(_)) {
        *mode = Yaml::Start;
        return (at + 1, Role::Plain);
    }
    match *mode {
        Yaml::Comment => (at + line, Role::Dim),
        Yaml::Text(quote) => quoted(text, at, quote, mode),
        Yaml::Start | Yaml::Value => match byte {
            b' ' | b'\t' | b'\r' => {
                let space = |byte| matches!(byte, b' ' | b'\t' | b'\r');
                (at + run(text, at, space), Role::Plain)
            }
            b'#' if at == 0 || text[at - 1].is_ascii_whitespace() => {
                *mode = Yaml::Comment;
                (at + line, Role::Dim)
            }
            b'-' | b'?' if matches!(mode, Yaml::Start) && is_sign(near, 1) => {
                (at + 1, Role::Punctuation)
            }
            b'-' | b'.' if matches!(near.trim_ascii_end(), [a, b, c, ..] if a == b && b == c && (at == 0 || text[at - 1] == b'\n') && is_sign(near, 3)) => {
                (at + 3, Role::Punctuation)
            }
            b'{' | b'}' | b'[' | b']' | b',' | b'|' | b'>' | b':' => (at + 1, Role::Punctuation),
            b'&' | b'*' | b'!' | b'%' | b'@' => {
                let end = run(text, at + 1, |byte| {
                    !byte.is_ascii_whitespace() && !matches!(byte, b',' | b']' | b'}')
                });
                (at + 1 + end, Role::Literal)
            }
            b'"' | b'\'' => {
                let key = matches!(string(text, at + 1, byte, false), StringEnd::Closed(end) if text.get(end) == Some(&b':'));
                if key {
                    let (end, _) = quoted(text, at + 1, byte, mode);
                    return (end, Role::Key);
                }
                quoted(text, at + 1, byte, mode)
            }
            _ => scalar(text, at, &near[..line], mode),
        },
    }
}

/// Whether a sign of this length, in bytes, stands alone.
fn is_sign(near: &[u8], length: usize) -> bool {
    near.get(length).is_none_or(u8::is_ascii_whitespace)
}

fn quoted(text: &[u8], at: usize, quote: u8, mode: &mut Yaml) -> (usize, Role) {
    match string(text, at, quote, true) {
        StringEnd::Closed(end) | StringEnd::Broken(end) => {
            *mode = Yaml::Value;
            (end, Role::String)
        }
        StringEnd::Open(end) => {
            *mode = Yaml::Text(quote);
            (end, Role::String)
        }
    }
}

/// A key up to its colon, or a plain value; `line` is the rest of the line.
fn scalar(text: &[u8], at: usize, line: &[u8], mode: &mut Yaml) -> (usize, Role) {
    let mut end = line.len();
    for (index, &byte) in line.iter().enumerate() {
        let last = line.get(index + 1).is_none_or(u8::is_ascii_whitespace);
        if byte == b':' && last {
            *mode = Yaml::Value;
            return (at + index, Role::Key);
        }
        let comment = byte == b'#' && index > 0 && line[index - 1].is_ascii_whitespace();
        let flow = matches!(byte, b',' | b']' | b'}') && (last || byte != b',');
        if comment || flow {
            end = index;
            break;
        }
    }
    if matches!(mode, Yaml::Start) {
        *mode = Yaml::Value;
    }
    let role = match text[at..at + end].trim_ascii() {
        b"true" | b"false" | b"null" | b"yes" | b"no" | b"on" | b"off" | b"~" => Role::Literal,
        [b'-' | b'+', b'0'..=b'9', ..] | [b'0'..=b'9', ..]
            if text[at..at + end]
                .trim_ascii()
                .iter()
                .all(|byte| byte.is_ascii_digit() || b"+-.eE_xXabcdefABCDEF:".contains(byte)) =>
        {
            Role::Number
        }
        _ => Role::Plain,
    };
    (at + end.max(1), role)
}
