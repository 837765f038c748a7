//! JavaScript, and JSON.

use super::Role;
use super::reach::{StringEnd, is_word, run, string, until, window};

/// State between two tokens of a script.
#[derive(Debug, Clone, Copy)]
pub(super) enum Script {
    Code {
        /// Whether a value may come next, in which case `/` begins a regular expression.
        operand: bool,
    },
    /// In a comment up to the end of the line.
    Line,
    /// In `/* … */`.
    Block,
    /// In a long string with this quote.
    Text(u8),
}

impl Default for Script {
    fn default() -> Self {
        Self::Code { operand: true }
    }
}

/// Longest regular expression that is recognized, in bytes: this far behind each `/` is searched.
const REGEX: usize = 256;

const BEHIND: Script = Script::Code { operand: false };

/// The token that begins at `at`.
pub(super) fn step(text: &[u8], at: usize, mode: &mut Script) -> (usize, Role) {
    match *mode {
        Script::Code { operand } => code(text, at, operand, mode),
        Script::Line => {
            let near = window(text, at);
            let end = memchr::memchr(b'\n', near);
            if end.is_some() {
                *mode = Script::default();
            }
            (at + end.unwrap_or(near.len()), Role::Dim)
        }
        Script::Block => match until(text, at, b"*/") {
            Ok(end) => {
                *mode = Script::default();
                (end, Role::Dim)
            }
            Err(end) => (end, Role::Dim),
        },
        Script::Text(quote) => match string(text, at, quote, quote == b'`') {
            StringEnd::Closed(end) | StringEnd::Broken(end) => {
                *mode = BEHIND;
                (end, Role::String)
            }
            StringEnd::Open(end) => (end, Role::String),
        },
    }
}

fn code(text: &[u8], at: usize, operand: bool, mode: &mut Script) -> (usize, Role) {
    let byte = text[at];
    let next = text.get(at + 1).copied();
    match byte {
        b' ' | b'\t' | b'\n' | b'\r' => {
            (at + run(text, at, |byte| byte.is_ascii_whitespace()), Role::Plain)
        }
        b'/' if next == Some(b'/') => {
            *mode = Script::Line;
            (at + 2, Role::Dim)
        }
        b'/' if next == Some(b'*') => {
            *mode = Script::Block;
            (at + 2, Role::Dim)
        }
        b'/' => {
            if let Some(end) = regex(text, at).filter(|_| operand) {
                *mode = BEHIND;
                (end, Role::String)
            } else {
                *mode = Script::default();
                (at + 1, Role::Punctuation)
            }
        }
        b'"' | b'\'' | b'`' => match string(text, at + 1, byte, byte == b'`') {
            StringEnd::Closed(end) => {
                *mode = BEHIND;
                let key = byte != b'`' && text.get(end) == Some(&b':');
                (end, if key { Role::Key } else { Role::String })
            }
            StringEnd::Broken(end) => {
                *mode = BEHIND;
                (end, Role::String)
            }
            StringEnd::Open(end) => {
                *mode = Script::Text(byte);
                (end, Role::String)
            }
        },
        b'0'..=b'9' => {
            *mode = BEHIND;
            (at + run(text, at, |byte| is_word(byte) || byte == b'.'), Role::Number)
        }
        _ if is_word(byte) => {
            let end = at + run(text, at, is_word);
            let role = word(&text[at..end]);
            *mode = Script::Code { operand: role == Role::Key };
            (end, role)
        }
        _ => {
            let sign = |byte: u8| {
                !is_word(byte)
                    && !byte.is_ascii_whitespace()
                    && !matches!(byte, b'/' | b'"' | b'\'' | b'`')
            };
            let end = at + run(text, at, sign).max(1);
            let closing = matches!(text[end - 1], b')' | b']' | b'}');
            *mode = Script::Code { operand: !closing };
            (end, Role::Punctuation)
        }
    }
}

/// End of the regular expression that begins at `at`, with its flags; `None` where its line does not end one.
fn regex(text: &[u8], at: usize) -> Option<usize> {
    let near = &text[at..text.len().min(at + REGEX)];
    let (mut class, mut end) = (false, 1);
    loop {
        match near.get(end)? {
            b'\n' => return None,
            b'\\' => end += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => break,
            _ => {}
        }
        end += 1;
    }
    end += 1;
    Some(at + end + near[end..].iter().take_while(|byte| byte.is_ascii_lowercase()).count())
}

fn word(word: &[u8]) -> Role {
    match word {
        b"true" | b"false" | b"null" | b"undefined" | b"NaN" | b"Infinity" => Role::Literal,
        b"as" | b"async" | b"await" | b"break" | b"case" | b"catch" | b"class" | b"const"
        | b"continue" | b"default" | b"delete" | b"do" | b"else" | b"export" | b"extends"
        | b"finally" | b"for" | b"from" | b"function" | b"if" | b"import" | b"in"
        | b"instanceof" | b"let" | b"new" | b"of" | b"return" | b"static" | b"switch"
        | b"throw" | b"try" | b"typeof" | b"var" | b"void" | b"while" | b"with" | b"yield" => {
            Role::Key
        }
        _ => Role::Plain,
    }
}
