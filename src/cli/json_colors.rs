//! Colours of a line of JSON.

use std::ops::Range;

use crate::theme::{RESET, Role, Theme};

/// A line of JSON in colours; without the colours, it is the same line.
pub(super) fn line(json: &str, theme: &Theme) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut at = 0;
    while let Some(token) = token(json, at) {
        at = token.end;
        let text = &json[token];
        let role = match text.as_bytes()[0] {
            b'"' if json[at..].starts_with(':') => Role::JsonKey,
            b'"' => Role::JsonString,
            b'-' | b'0'..=b'9' => Role::JsonNumber,
            b'a'..=b'z' | b'A'..=b'Z' => Role::JsonLiteral,
            _ => Role::Punctuation,
        };
        let style = theme.begin(role);
        let end = if style.is_empty() { "" } else { RESET };
        out.extend([&*style, text, end]);
    }
    out
}

/// The string, the word or the signs that begin at this byte.
fn token(json: &str, from: usize) -> Option<Range<usize>> {
    let rest = &json.as_bytes()[from..];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-+.".contains(byte);
    let is_sign = |byte: &u8| *byte != b'"' && !is_word(byte);
    let len = match rest.first()? {
        b'"' => {
            let mut escaped = false;
            let end = rest[1..].iter().position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        }
        first if is_word(first) => rest.iter().take_while(|byte| is_word(byte)).count(),
        _ => rest.iter().take_while(|byte| is_sign(byte)).count(),
    };
    Some(from..from + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_colours_is_the_same_line_without_them() {
        let theme = Theme::from_settings("ansi", &toml::Table::new(), &|_| None).unwrap();
        let json = r#"{"a \"b\\":[1.5e-7,true,null,"ä:\\"],"c":{},"d":NaN}"#;
        let colored = line(json, &theme);
        for (token, color) in [(r#""a \"b\\""#, "36"), ("1.5e-7", "35"), (r#""ä:\\""#, "32")] {
            assert!(colored.contains(&format!("\x1b[{color}m{token}\x1b[0m")), "{colored:?}");
        }
        let mut plain = String::new();
        for part in colored.split('\x1b').enumerate() {
            let (_, text) = part.1.split_once('m').filter(|_| part.0 > 0).unwrap_or(("", part.1));
            plain.push_str(text);
        }
        assert_eq!(plain, json);
        // Text that is no JSON, or cut off, ends too.
        for odd in ["", "\"", "\"\\", "é\"é", "{\"a\":"] {
            assert!(line(odd, &Theme::plain()).contains(odd.trim_matches('"')), "{odd}");
        }
    }
}
