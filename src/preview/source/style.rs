//! CSS.

use super::Role;
use super::reach::{StringEnd, run, string, until};

/// State between two tokens of a style.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style {
    within: Within,
    /// Whether this is in braces that hold properties.
    block: bool,
    /// Whether this is behind the colon of a property.
    value: bool,
    /// Whether this is behind an at-rule whose braces hold rules.
    rules: bool,
}

#[derive(Debug, Clone, Copy, Default)]
enum Within {
    #[default]
    Code,
    Comment,
    Text(u8),
}

/// At-rules whose braces hold rules, not properties.
const RULES: [&[u8]; 6] =
    [b"@media", b"@supports", b"@layer", b"@container", b"@scope", b"@document"];

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'%') || byte >= 0x80
}

/// The token that begins at `at`.
pub(super) fn step(text: &[u8], at: usize, style: &mut Style) -> (usize, Role) {
    match style.within {
        Within::Code => code(text, at, style),
        Within::Comment => match until(text, at, b"*/") {
            Ok(end) => {
                style.within = Within::Code;
                (end, Role::Dim)
            }
            Err(end) => (end, Role::Dim),
        },
        Within::Text(quote) => quoted(text, at, quote, style),
    }
}

fn quoted(text: &[u8], at: usize, quote: u8, style: &mut Style) -> (usize, Role) {
    match string(text, at, quote, false) {
        StringEnd::Closed(end) | StringEnd::Broken(end) => {
            style.within = Within::Code;
            (end, Role::String)
        }
        StringEnd::Open(end) => {
            style.within = Within::Text(quote);
            (end, Role::String)
        }
    }
}

fn code(text: &[u8], at: usize, style: &mut Style) -> (usize, Role) {
    let byte = text[at];
    match byte {
        b'/' if text.get(at + 1) == Some(&b'*') => {
            style.within = Within::Comment;
            (at + 2, Role::Dim)
        }
        b'"' | b'\'' => quoted(text, at + 1, byte, style),
        b'{' | b'}' | b';' | b':' => {
            match byte {
                b'{' => (style.block, style.value) = (!style.rules, false),
                b'}' => (style.block, style.value) = (false, false),
                b';' => style.value = false,
                _ => style.value = style.block,
            }
            if byte != b':' {
                style.rules = false;
            }
            (at + 1, Role::Punctuation)
        }
        b'@' => {
            let end = at + 1 + run(text, at + 1, is_name);
            style.rules = RULES.iter().any(|rule| text[at..end].eq_ignore_ascii_case(rule));
            (end, Role::Literal)
        }
        b'!' => (at + 1 + run(text, at + 1, is_name), Role::Literal),
        b'#' if style.value => (at + 1 + run(text, at + 1, is_name), Role::Number),
        _ if is_name(byte) || byte == b'.' && style.value => {
            let end = at + run(text, at, |byte| is_name(byte) || byte == b'.' && style.value);
            let digit = text[at..end].iter().find(|byte| !matches!(byte, b'-' | b'.'));
            let number = style.value && digit.is_some_and(u8::is_ascii_digit);
            let role = match (style.block, style.value) {
                _ if number => Role::Number,
                (true, false) => Role::Key,
                _ => Role::Plain,
            };
            (end, role)
        }
        _ if byte.is_ascii_whitespace() => {
            (at + run(text, at, |byte| byte.is_ascii_whitespace()), Role::Plain)
        }
        _ => (at + 1, Role::Punctuation),
    }
}
