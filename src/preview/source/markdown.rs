//! Markdown: headings, lists, quotes, code and links.

use super::Role;
use super::reach::{run, window};

/// The longest code, link or tag within a line, in bytes.
const INLINE: usize = 1024;

/// State between two tokens of Markdown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Markdown {
    start: bool,
    /// Whether this is in code between two fences.
    code: bool,
    /// Role of the rest of the line, where it has one.
    rest: Option<Role>,
}

impl Default for Markdown {
    fn default() -> Self {
        Self { start: true, code: false, rest: None }
    }
}

/// The token that begins at `at`.
pub(super) fn step(text: &[u8], at: usize, mode: &mut Markdown) -> (usize, Role) {
    let near = window(text, at);
    let line = memchr::memchr(b'\n', near).unwrap_or(near.len());
    let byte = text[at];
    if byte == b'\n' {
        (mode.start, mode.rest) = (true, None);
        return (at + 1, Role::Plain);
    }
    if let Some(role) = mode.rest {
        return (at + line, role);
    }
    let start = std::mem::take(&mut mode.start);
    if start && matches!(byte, b' ' | b'\t') {
        mode.start = true;
        return (at + run(text, at, |byte| matches!(byte, b' ' | b'\t')), Role::Plain);
    }
    let fence = start && (near.starts_with(b"```") || near.starts_with(b"~~~"));
    if fence || mode.code {
        mode.code ^= fence;
        let role = if fence { Role::Punctuation } else { Role::String };
        mode.rest = Some(role);
        return (at + line, role);
    }
    let space = |index: usize| near.get(index).is_none_or(u8::is_ascii_whitespace);
    if start {
        let rest = match byte {
            b'#' => Some(Role::Key),
            b'>' => Some(Role::Dim),
            b'-' | b'*' | b'_' | b'=' if line >= 3 && near[..line].iter().all(|b| *b == byte) => {
                Some(Role::Punctuation)
            }
            _ => None,
        };
        if rest.is_some() {
            mode.rest = rest;
            return (at + line, rest.unwrap_or_default());
        }
        let digits = near.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
        if matches!(byte, b'-' | b'*' | b'+') && space(1) {
            return (at + 1, Role::Punctuation);
        }
        if digits > 0 && matches!(near.get(digits), Some(b'.' | b')')) && space(digits + 1) {
            return (at + digits + 1, Role::Punctuation);
        }
    }
    let inside = &near[1..line.clamp(1, INLINE)];
    let close = |with: u8| memchr::memchr(with, inside).map(|found| at + found + 2);
    match byte {
        b'`' => (close(b'`').unwrap_or(at + 1), Role::String),
        b'<' => (close(b'>').unwrap_or(at + 1), Role::Literal),
        b'[' => (close(b']').unwrap_or(at + 1), Role::String),
        b'(' if at > 0 && text[at - 1] == b']' => (close(b')').unwrap_or(at + 1), Role::Literal),
        b'*' | b'_' => (at + run(text, at, |next| next == byte), Role::Punctuation),
        _ => {
            let plain = |byte| !matches!(byte, b'\n' | b'`' | b'<' | b'[' | b'(' | b'*' | b'_');
            (at + run(text, at, plain).max(1), Role::Plain)
        }
    }
}
