//! Spacing of JSON on one line: Python's `", "` and `": "`, JavaScript's none, or another.

use std::ops::Range;

use super::lex::{Sink, Token};
use super::scan;

/// Longest white space that may be a habit, in bytes.
const LONGEST: usize = 16;

/// The white space between the tokens of JSON on one line, the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spacing {
    /// Before the first token; may be a line break.
    pub(super) before: Box<[u8]>,
    /// After the last token; often a line break.
    pub(super) after: Box<[u8]>,
    colon: Box<[u8]>,
    /// Between the members of an object, and between those of a list.
    commas: [Box<[u8]>; 2],
    /// Inside the brackets of an object, and of a list: on the left and on the right.
    padding: [[Box<[u8]>; 2]; 2],
    /// Between the brackets of an empty object, and of an empty list.
    empty: [Box<[u8]>; 2],
}

impl Spacing {
    /// As `json.dumps` writes, and Crawlee.
    pub fn python() -> Self {
        Self {
            before: Box::default(),
            after: Box::default(),
            colon: (*b": ").into(),
            commas: [(*b", ").into(), (*b", ").into()],
            padding: Default::default(),
            empty: Default::default(),
        }
    }

    /// The spacing of JSON that is on one line and spaced in the same way everywhere. `None` for what is not
    /// JSON, is on several lines or is spaced in different ways. White space that does not occur follows the
    /// rest, else Python.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Self::detect(bytes, false)
    }

    /// As [`Spacing::of`], with the first spacing of each kind where JSON on one line is spaced in different
    /// ways.
    pub fn seen(bytes: &[u8]) -> Option<Self> {
        let one_line = !bytes.trim_ascii().iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        one_line.then(|| Self::detect(bytes, true)).flatten()
    }

    fn detect(bytes: &[u8], any: bool) -> Option<Self> {
        let mut seen = SpacingDetector { source: bytes, any, ..SpacingDetector::default() };
        scan(bytes, &mut seen).ok()?;
        let (start, end) = (seen.start?, seen.end);
        if (seen.mixed && !any) || start > 4096 || bytes.len() - end > 4096 {
            return None;
        }
        let python = Self::python();
        let own = |range: &Option<Range<usize>>| range.clone().map(|at| Box::from(&bytes[at]));
        let [members, items] = seen.commas.each_ref().map(own);
        let colon = own(&seen.colon);
        // The colon shows what the comma would be, and the other way round.
        let airy = |text: &[u8]| text.ends_with(b" ");
        let comma = members.clone().or_else(|| items.clone()).unwrap_or_else(|| match &colon {
            Some(colon) if !airy(colon) => (*b",").into(),
            _ => (*b", ").into(),
        });
        let colon =
            colon.unwrap_or_else(|| if airy(&comma) { python.colon } else { (*b":").into() });
        Some(Self {
            before: bytes[..start].into(),
            after: bytes[end..].into(),
            colon,
            commas: [members, items].map(|own| own.unwrap_or_else(|| comma.clone())),
            padding: seen
                .padding
                .each_ref()
                .map(|both| both.each_ref().map(|at| own(at).unwrap_or_default())),
            empty: seen.empty.each_ref().map(|at| own(at).unwrap_or_default()),
        })
    }

    /// The white space between two tokens; `opened` and `first` are their first bytes.
    pub(super) fn between(&self, last: Token, opened: u8, token: Token, first: u8) -> &[u8] {
        match (last, token) {
            (Token::Key, _) => &self.colon,
            (Token::Open, _) => &self.padding[kind(opened)][0],
            (_, Token::Close) => &self.padding[kind(first)][1],
            (_, Token::Key) => &self.commas[0],
            _ => &self.commas[1],
        }
    }

    /// The white space between the brackets of an empty object or list.
    pub(super) fn inside(&self, open: u8) -> &[u8] {
        &self.empty[kind(open)]
    }
}

/// 0 for a bracket of an object, 1 for one of a list.
fn kind(bracket: u8) -> usize {
    usize::from(matches!(bracket, b'[' | b']'))
}

/// The first white space of each kind, and whether all later ones are the same.
#[derive(Default)]
struct SpacingDetector<'a> {
    source: &'a [u8],
    start: Option<usize>,
    end: usize,
    last: Option<(Token, u8)>,
    colon: Option<Range<usize>>,
    commas: [Option<Range<usize>>; 2],
    padding: [[Option<Range<usize>>; 2]; 2],
    empty: [Option<Range<usize>>; 2],
    mixed: bool,
    /// Whether mixed spacing is accepted.
    any: bool,
}

impl Sink for SpacingDetector<'_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        if token == Token::Gap || (self.mixed && !self.any) {
            return;
        }
        let first = self.source[at.start];
        if token == Token::Empty {
            let inside = at.start + 1..at.end - 1;
            self.mixed |= !same(self.source, &mut self.empty[kind(first)], inside);
        }
        if let Some((last, opened)) = self.last {
            let between = self.end..at.start;
            let place = match (last, token) {
                (Token::Key, _) => &mut self.colon,
                (Token::Open, _) => &mut self.padding[kind(opened)][0],
                (_, Token::Close) => &mut self.padding[kind(first)][1],
                (_, Token::Key) => &mut self.commas[0],
                _ => &mut self.commas[1],
            };
            self.mixed |= !same(self.source, place, between);
        } else {
            self.start = Some(at.start);
        }
        self.end = at.end;
        self.last = Some((token, first));
    }
}

/// Whether this is the same as the first in its place, and no line break.
fn same(source: &[u8], place: &mut Option<Range<usize>>, at: Range<usize>) -> bool {
    let here = &source[at.clone()];
    if let Some(known) = place {
        return source[known.clone()] == *here;
    }
    *place = Some(at);
    here.len() <= LONGEST && !here.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::json;
    use super::super::{compact, pretty, spaced};
    use super::*;

    /// The text laid out, given another member, and stored in its own spacing.
    fn through(text: &str) -> Option<String> {
        let spacing = Spacing::of(text.as_bytes())?;
        let lines = pretty(text.as_bytes()).unwrap();
        Some(String::from_utf8(spaced(lines.as_bytes(), &spacing).unwrap()).unwrap())
    }

    #[test]
    fn json_on_one_line_keeps_its_spacing() {
        for text in [
            r#"{"a":1,"b":[1,2,{}],"c":{"d":[]}}"#,
            r#"{"a": 1, "b": [1, 2, {}]}"#,
            r#"{ "a" : 1 , "b" : [ 1 , 2 ] }"#,
            r#"{ "a": 1, "b": [1, 2], "c": { } }"#,
            r#"{"a":1, "b":2}"#,
            r#"{"a":[1,2], "b":[3,4]}"#,
            "{\"a\":1}\n",
            "\n {\"a\":\t1}\r\n",
            "1",
            " \"x\" ",
            "[]",
            "[ ]",
        ] {
            assert_eq!(through(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_has_no_one_spacing_has_none() {
        let long = format!("[1,{}2]", " ".repeat(17));
        for text in [
            r#"{"a":1, "b": 2}"#,
            "[1, 2,3]",
            "{\n    \"a\": 1\n}",
            "{\r\n\t\"a\": 1\r\n}\r\n",
            "[1,\n2]",
            "{\"a\": }",
            "",
            "[{}, { }]",
            &long,
        ] {
            assert_eq!(Spacing::of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_added_is_spaced_like_the_rest() {
        let stored = |was: &str, now: &str| {
            let spacing = Spacing::of(was.as_bytes()).unwrap();
            String::from_utf8(spaced(now.as_bytes(), &spacing).unwrap()).unwrap()
        };
        assert_eq!(stored(r#"{"a":1}"#, r#"{"a": 1, "b": [1, 2]}"#), r#"{"a":1,"b":[1,2]}"#);
        assert_eq!(stored(r#"{"a": 1}"#, r#"{"a":1,"b":[1,2]}"#), r#"{"a": 1, "b": [1, 2]}"#);
        assert_eq!(stored("[1,2]", r#"[{"a": 1}]"#), r#"[{"a":1}]"#);
        assert_eq!(stored("{}", r#"{"a":1,"b":2}"#), r#"{"a": 1, "b": 2}"#);
    }

    proptest! {
        #[test]
        fn the_own_spacing_gives_back_the_very_bytes(text in json()) {
            if let Some(again) = through(&text) {
                prop_assert_eq!(&again, &text);
            }
            let python = compact(text.as_bytes());
            prop_assert_eq!(through(std::str::from_utf8(&python).unwrap()).unwrap().into_bytes(), python);
        }
    }
}
