//! The parts of a line of JSON, right or wrong, for text that is being typed.

use std::ops::Range;

use super::super::row::Role;

/// The parts of a line and their roles, in order, without white space. A line needs no context: no token of
/// JSON spans two lines.
pub fn parts(line: &[u8]) -> Vec<(Range<usize>, Role)> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        let start = at;
        at += 1;
        let role = match byte {
            b'"' => {
                at = string(line, at);
                let next = line[at..].iter().find(|byte| !byte.is_ascii_whitespace());
                if next == Some(&b':') { Role::Key } else { Role::String }
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => Role::Punctuation,
            _ if byte.is_ascii_whitespace() => continue,
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
                at = line[at..].iter().position(ends).map_or(line.len(), |end| at + end);
                word(&line[start..at])
            }
        };
        parts.push((start..at, role));
    }
    parts
}

/// End of the string whose quote is before `at`.
fn string(line: &[u8], mut at: usize) -> usize {
    while let Some(found) = line.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if line[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    line.len()
}

fn word(word: &[u8]) -> Role {
    match word {
        b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity" => Role::Literal,
        [b'-' | b'0'..=b'9', ..] => Role::Number,
        _ => Role::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_in_what_is_no_json_too() {
        let told = |line: &str| -> Vec<(String, Role)> {
            let parts = parts(line.as_bytes()).into_iter();
            parts.map(|(at, role)| (line[at].to_owned(), role)).collect()
        };
        let expected = [
            ("\"a\\\"\"", Role::Key),
            (":", Role::Punctuation),
            ("[", Role::Punctuation),
            ("-1.5", Role::Number),
            (",", Role::Punctuation),
            ("true", Role::Literal),
            ("tru", Role::Plain),
            ("\"x", Role::String),
        ];
        let expected = expected.map(|(text, role)| (text.to_owned(), role));
        assert_eq!(told("  \"a\\\"\" : [-1.5, true tru \"x"), expected);
        assert_eq!(told("\"\\"), [("\"\\".to_owned(), Role::String)]);
    }
}
