//! JSON as Python reads and writes it, with the spelling of numbers and strings unchanged.

mod begun;
mod carry;
mod escape;
pub(super) mod lex;
pub(super) mod lines;
mod parts;
mod path;
mod spacing;
mod write;

use std::fmt;
use std::ops::Range;

pub(crate) use self::lex::{Sink, Token};
use crate::text;

pub(super) use begun::closed;
pub use carry::{TypedOver, carried};
pub use escape::escape;
pub use parts::parts;
pub use path::{FoundValue, JsonPath, PathFinds};
pub use spacing::Spacing;
pub use write::{compact, most, pretty, spaced};

/// Limit on the values of a JSON text, with its objects and lists, up to which they are told apart for
/// showing; a larger text has none told apart.
pub const MOST_SEEN: usize = 8 << 20;

/// Why a text is not JSON, and where, in the words of Python's `json.loads`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes.
    pub offset: usize,
    /// Python's message.
    pub message: &'static str,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)
    }
}

impl std::error::Error for JsonFault {}

impl JsonFault {
    /// The place, in words.
    pub fn place(&self) -> String {
        format!("line {}, column {}", self.line, self.column)
    }

    /// Message without the place, for where that is told otherwise: `message` without `at` at its end.
    pub fn reason(&self) -> &'static str {
        self.message.trim_end_matches(" at").trim_end_matches(" starting")
    }

    /// A fault at `offset`, in bytes; the bytes before it are UTF-8.
    pub(super) fn new(bytes: &[u8], offset: usize, message: &'static str) -> Self {
        let before = &bytes[..offset];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let characters = before[line_start..].iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        Self {
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            column: characters + 1,
            offset,
            message,
        }
    }
}

/// Whether Python's `json.loads(bytes.decode('utf-8'))` reads these bytes: `NaN`, `Infinity`,
/// `-Infinity`, duplicate keys and lone surrogates in escapes are fine, a byte order mark and
/// control characters in strings are not. Nesting and numbers may be of any length, where Python
/// ends at a limit that can be set.
///
/// # Errors
/// The first fault, as Python finds it.
pub fn check(bytes: &[u8]) -> Result<(), JsonFault> {
    scan(bytes, &mut Nowhere)
}

/// Checks the bytes and reports every token.
pub(crate) fn scan(bytes: &[u8], sink: &mut impl Sink) -> Result<(), JsonFault> {
    if let Err(fault) = std::str::from_utf8(bytes) {
        return Err(JsonFault::new(bytes, fault.valid_up_to(), "not UTF-8"));
    }
    if bytes.starts_with("\u{feff}".as_bytes()) {
        let message = "Unexpected UTF-8 BOM (decode using utf-8-sig)";
        return Err(JsonFault::new(bytes, 0, message));
    }
    lex::scan(bytes, sink).map_err(|(at, message)| JsonFault::new(bytes, at, message))
}

struct Nowhere;

impl Sink for Nowhere {
    fn token(&mut self, _: Token, _: Range<usize>) {}
}

/// Depth of nesting that Python reads, with a margin: 3.11 reads about 980 levels, less the depth of the
/// calls around it; 3.12 reads 1,497, and 3.13 about 10,000.
pub const PYTHON_DEPTH: usize = 950;

/// Remarks on JSON of this shape; `is_json`: Crawlee reads it as JSON, too.
pub(super) fn remarks(shape: lines::Shape, is_json: bool) -> impl Iterator<Item = String> {
    let many = (shape.values > MOST_SEEN)
        .then(|| format!("{} values: too many to be folded", text::count(shape.values as u64)));
    let deep = (is_json && shape.depth > PYTHON_DEPTH).then(|| {
        let depth = text::count(shape.depth as u64);
        format!("nested {depth} deep: Crawlee reads some 1,000 levels")
    });
    deep.into_iter().chain(many)
}

/// Depth of nesting: 1 for a list of numbers, 0 for a number. Faulty JSON counts up to its fault.
pub fn depth(bytes: &[u8]) -> usize {
    let mut depth = DepthCounter::default();
    let _ = scan(bytes, &mut depth);
    depth.most
}

/// As [`depth`], for valid JSON only.
///
/// # Errors
/// As [`check`].
pub(super) fn checked_depth(bytes: &[u8]) -> Result<usize, JsonFault> {
    let mut depth = DepthCounter::default();
    scan(bytes, &mut depth).map(|()| depth.most)
}

#[derive(Default)]
struct DepthCounter {
    now: usize,
    most: usize,
}

impl Sink for DepthCounter {
    fn token(&mut self, token: Token, _: Range<usize>) {
        match token {
            Token::Open => self.now += 1,
            Token::Close => self.now = self.now.saturating_sub(1),
            _ => {}
        }
        self.most = self.most.max(self.now + usize::from(token == Token::Empty));
    }
}

/// The brackets of an empty object or list, without the white space between them.
pub(super) fn empty_brackets(first: u8) -> &'static str {
    if first == b'{' { "{}" } else { "[]" }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> (usize, usize, &'static str) {
        let fault = check(text.as_bytes()).unwrap_err();
        (fault.line, fault.column, fault.message)
    }

    #[test]
    fn what_python_writes_is_read() {
        for text in [
            "NaN",
            "-Infinity",
            "[Infinity, 1E5, -0, 1.0]",
            "{\"a\": 1, \"a\": 2}",
            "\"\\ud800\"",
            " \t\r\n{ } ",
            "[[], {}]",
            "123456789012345678901234567890.5e-7",
            "\"\u{7f}\u{2028}\"",
        ] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(check(deep.as_bytes()), Ok(()));
    }

    #[test]
    fn faults_are_found_where_python_finds_them() {
        assert_eq!(fault(""), (1, 1, "Expecting value"));
        assert_eq!(
            fault("{\"a\": 1,}"),
            (1, 9, "Expecting property name enclosed in double quotes")
        );
        assert_eq!(fault("[1,\n 2,\n ü]"), (3, 2, "Expecting value"));
        assert_eq!(fault("[\"üü\" 1]"), (1, 7, "Expecting ',' delimiter"));
        assert_eq!(fault("01"), (1, 2, "Extra data"));
        assert_eq!(fault("\"a\nb\""), (1, 3, "Invalid control character at"));
        assert_eq!(check(b"\"a\nb\"").unwrap_err().reason(), "Invalid control character");
        assert_eq!(check(b"\"a").unwrap_err().reason(), "Unterminated string");
        assert_eq!(fault("\u{feff}1"), (1, 1, "Unexpected UTF-8 BOM (decode using utf-8-sig)"));
        assert_eq!(check(b"[1, \xff]").unwrap_err().column, 5);
    }

    #[test]
    fn lines_are_joined_and_split_without_respelling() {
        let source = br#" {"a":[1E5 ,-0,1.0,"\u00e9"],"b":{ },"a":NaN,"c":[[]]} "#;
        let line = r#"{"a": [1E5, -0, 1.0, "\u00e9"], "b": {}, "a": NaN, "c": [[]]}"#;
        assert_eq!(String::from_utf8(compact(source)).unwrap(), line);
        let lines = "{\n  \"a\": [\n    1E5,\n    -0\n  ],\n  \"b\": {}\n}";
        assert_eq!(pretty(br#"{"a":[1E5,-0],"b":{}}"#).unwrap(), lines);
        assert_eq!(compact(b"[1,"), b"[1,");
    }

    #[test]
    fn depth_counts_what_python_would_recurse_into() {
        for (text, levels) in
            [("1", 0), ("[]", 1), ("[1]", 1), ("{\"a\": [{}]}", 3), ("[[1], 2]", 2)]
        {
            assert_eq!(depth(text.as_bytes()), levels, "{text}");
        }
    }

    /// JSON texts of any shape, loosely spaced.
    pub(crate) fn json() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            Just("NaN".to_owned()),
            Just("-Infinity".to_owned()),
            Just("true".to_owned()),
            Just("null".to_owned()),
            "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?",
            "\"([ -!#-\\[\\]-~äöü日]|\\\\n|\\\\u[dD][89a-fA-F][0-9]{2}){0,12}\"",
        ];
        let space = "[ \n\t\r]{0,3}";
        scalar.prop_recursive(5, 60, 6, move |inner| {
            let spaced = (space, inner, space).prop_map(|(a, value, b)| a + &value + &b);
            let pair = ("\"[a-z]{0,5}\"", space, spaced.clone());
            let pair = pair.prop_map(|(key, gap, value)| format!("{gap}{key}{gap}:{value}"));
            prop_oneof![
                proptest::collection::vec(spaced, 1..6).prop_map(|v| format!("[{}]", v.join(","))),
                proptest::collection::vec(pair, 1..6).prop_map(|v| format!("{{{}}}", v.join(","))),
                space.prop_map(|gap| format!("[{gap}]")),
                space.prop_map(|gap| format!("{{{gap}}}")),
            ]
        })
    }

    proptest! {
        #[test]
        fn splitting_and_joining_are_inverse(text in json()) {
            prop_assert_eq!(check(text.as_bytes()), Ok(()));
            let line = compact(text.as_bytes());
            let lines = pretty(text.as_bytes()).unwrap();
            prop_assert_eq!(compact(lines.as_bytes()), line.clone());
            prop_assert_eq!(pretty(&line), Some(lines));
            prop_assert_eq!(compact(&line), line);
        }

        #[test]
        fn any_bytes_can_be_checked(bytes in any::<Vec<u8>>(), text in "[\\[\\]{}:,\"\\\\u0-9eE.a -]*") {
            let _ = check(&bytes);
            let _ = check(text.as_bytes());
            prop_assert_eq!(compact(&bytes).is_empty(), bytes.is_empty());
        }
    }
}
