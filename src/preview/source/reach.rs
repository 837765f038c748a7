//! Searches for the end of a token, within the length that a token may have.

use super::LONGEST;

/// The bytes from `at` on that one token may take.
pub(super) fn window(text: &[u8], at: usize) -> &[u8] {
    &text[at..text.len().min(at + LONGEST)]
}

/// Number of consecutive bytes from `at` on that are `such`.
pub(super) fn run(text: &[u8], at: usize, such: impl Fn(u8) -> bool) -> usize {
    let near = window(text, at);
    near.iter().position(|&byte| !such(byte)).unwrap_or(near.len())
}

/// End of the first `needle` from `at` on, or the place up to which there is surely none.
pub(super) fn until(text: &[u8], at: usize, needle: &[u8]) -> Result<usize, usize> {
    let far = text.len().min(at + LONGEST + needle.len() - 1);
    match memchr::memmem::find(&text[at..far], needle) {
        Some(found) => Ok(at + found + needle.len()),
        None if far == text.len() => Err(far),
        None => Err(at + LONGEST),
    }
}

/// End of a string.
pub(super) enum StringEnd {
    /// Behind its quote.
    Closed(usize),
    /// At the end of its line, which it must not pass.
    Broken(usize),
    /// Beyond the length of one token.
    Open(usize),
}

/// End of the string whose contents begin at `at`. A backslash takes the next byte with it.
pub(super) fn string(text: &[u8], at: usize, quote: u8, lines: bool) -> StringEnd {
    let end = text.len().min(at + LONGEST);
    let mut from = at;
    loop {
        let near = &text[from.min(end)..end];
        let found = if lines {
            memchr::memchr2(quote, b'\\', near)
        } else {
            memchr::memchr3(quote, b'\\', b'\n', near)
        };
        let Some(found) = found.map(|found| from + found) else { return StringEnd::Open(end) };
        match text[found] {
            b'\\' if found + 1 >= end && end < text.len() => {
                return StringEnd::Open(found.max(at + 1));
            }
            b'\\' => from = found + 2,
            b'\n' if !lines => return StringEnd::Broken(found),
            _ => return StringEnd::Closed(found + 1),
        }
    }
}

/// Whether the byte is part of a word.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}
