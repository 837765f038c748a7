//! A JSON string: its text, spelled in the style of the JSON around it.

use std::ops::Range;

use memchr::memchr2;

use crate::preview::json;

use super::carry;

/// The spelling of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JsonString {
    /// The string with its quotes.
    spelled: Box<[u8]>,
    manner: Manner,
}

/// The style of strings in a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Manner {
    /// Whether all characters outside ASCII are escaped, as in Python.
    ascii: bool,
    /// Whether escapes have capital digits.
    upper: bool,
    /// Whether `/` is escaped, as in PHP.
    slash: bool,
}

impl Manner {
    fn of(json: &[u8]) -> Self {
        let (mut escapes, mut upper, mut lower) = (false, false, false);
        let (mut slashes, mut bare) = (false, false);
        let mut rest = json;
        while let Some(at) = memchr2(b'\\', b'/', rest) {
            let escape = rest[at] == b'\\';
            let next = rest.get(at + 1).filter(|_| escape);
            match next {
                Some(b'/') => slashes = true,
                Some(b'u') => {
                    let digits = rest.get(at + 2..at + 6).unwrap_or_default();
                    escapes |= hex(digits).is_some_and(|unit| unit >= 0x80);
                    upper |= digits.iter().any(u8::is_ascii_uppercase);
                    lower |= digits.iter().any(u8::is_ascii_lowercase);
                }
                Some(_) => {}
                None => bare |= !escape,
            }
            rest = &rest[(at + 1 + usize::from(escape)).min(rest.len())..];
        }
        Self { ascii: escapes && json.is_ascii(), upper: upper && !lower, slash: slashes && !bare }
    }

    fn spell(self, text: &str, out: &mut Vec<u8>) {
        for c in text.chars() {
            let short = match c {
                '"' => b'"',
                '\\' => b'\\',
                '\n' => b'n',
                '\r' => b'r',
                '\t' => b't',
                '\u{8}' => b'b',
                '\u{c}' => b'f',
                '/' if self.slash => b'/',
                _ if c < ' ' || (self.ascii && !c.is_ascii()) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let digits = if self.upper {
                            format!("\\u{unit:04X}")
                        } else {
                            format!("\\u{unit:04x}")
                        };
                        out.extend_from_slice(digits.as_bytes());
                    }
                    continue;
                }
                _ => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    continue;
                }
            };
            out.extend_from_slice(&[b'\\', short]);
        }
    }
}

impl JsonString {
    /// Opens a string with its quotes, in this JSON text; `None` if it is not a string, or its characters are
    /// not all text.
    pub(super) fn open(spelled: &[u8], json: &[u8]) -> Option<(Self, String)> {
        let inside = spelled.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let mut text = String::with_capacity(inside.len());
        let mut units = Units(inside);
        for (c, _) in &mut units {
            text.push(c);
        }
        units
            .0
            .is_empty()
            .then(|| (Self { spelled: spelled.into(), manner: Manner::of(json) }, text))
    }

    /// Opens a value that is a single JSON string.
    pub(super) fn whole(value: &[u8]) -> Option<(Self, String)> {
        let quoted = value.len() > 1 && value.starts_with(b"\"") && value.ends_with(b"\"");
        (quoted && json::check(value).is_ok()).then(|| Self::open(value, value)).flatten()
    }

    /// The spelling of another text; the parts in common keep theirs.
    pub(super) fn put_back(&self, text: &str) -> Vec<u8> {
        let inside = &self.spelled[1..self.spelled.len() - 1];
        let old: String = Units(inside).map(|(c, _)| c).collect();
        let (from, to) = carry::changed(old.as_bytes(), text.as_bytes());
        let units = Units(inside).map(|(c, width)| (width, c.len_utf8()));
        let Range { start, end } = carry::spelled(units, &from);
        let mut out = Vec::with_capacity(inside.len() + text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(&inside[..start]);
        self.manner.spell(&text[to], &mut out);
        out.extend_from_slice(&inside[end..]);
        out.push(b'"');
        out
    }
}

/// The characters of a spelled string, each with the bytes of its spelling. Ends at a part that is not a
/// character.
struct Units<'a>(&'a [u8]);

impl Iterator for Units<'_> {
    type Item = (char, usize);

    fn next(&mut self) -> Option<(char, usize)> {
        let (c, width) = match self.0 {
            [b'\\', ..] => json::escape(self.0)?,
            [] => return None,
            [first, ..] => {
                let width = match first {
                    0..0x80 => 1,
                    0..0xe0 => 2,
                    0..0xf0 => 3,
                    _ => 4,
                };
                let c = std::str::from_utf8(self.0.get(..width)?).ok()?.chars().next()?;
                (c, width)
            }
        };
        self.0 = &self.0[width..];
        Some((c, width))
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let all = digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| all)?;
    u32::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(json: &str, text: &str) -> String {
        let (string, _) = JsonString::open(json.as_bytes(), json.as_bytes()).unwrap();
        String::from_utf8(string.put_back(text)).unwrap()
    }

    #[test]
    fn what_is_the_same_keeps_its_spelling() {
        let spelled = r#""a\/\u0041é\n\ud83d\ude00/z""#;
        let text = "a/Aé\n😀/z";
        let (string, read) = JsonString::open(spelled.as_bytes(), spelled.as_bytes()).unwrap();
        assert_eq!(read, text);
        assert_eq!(string.put_back(text), spelled.as_bytes());
        assert_eq!(put(spelled, "a/Aé\n\"😀/z"), r#""a\/\u0041é\n\"\ud83d\ude00/z""#);
        assert_eq!(put(spelled, ""), r#""""#);
        assert_eq!(put(r#""""#, "x\ty"), r#""x\ty""#);
    }

    #[test]
    fn what_is_new_is_spelled_as_the_json_around_it() {
        assert_eq!(put(r#""\u00e9""#, "é😀\u{1}"), r#""\u00e9\ud83d\ude00\u0001""#);
        assert_eq!(put(r#""\u00E9""#, "éè"), r#""\u00E9\u00E8""#);
        assert_eq!(put(r#""é""#, "éè"), r#""éè""#);
        // An escape that every writer needs does not show a style.
        assert_eq!(put(r#""\u001f""#, "\u{1f}è"), r#""\u001fè""#);
        assert_eq!(put(r#""a\/b""#, "a/b/c"), r#""a\/b\/c""#);
        assert_eq!(put(r#""a/b""#, "a/b/c"), r#""a/b/c""#);
    }

    #[test]
    fn half_a_character_is_no_text() {
        for half in [r#""\ud83d""#, r#""\ud83dx""#, r#""\ude00\ud83d""#, r#""\ud83d\u0041""#] {
            assert!(JsonString::open(half.as_bytes(), half.as_bytes()).is_none(), "{half}");
        }
    }
}
