//! JSON written in another layout: in lines, or on one. Its length is counted before any of it is made, since
//! a few kilobytes of nesting are gigabytes of indentation.

use std::ops::Range;

use super::lex::{Sink, Token};
use super::{Spacing, empty_brackets, scan};

/// Limit on the length of what `len` bytes are laid out to, in bytes.
pub fn most(len: usize) -> usize {
    const LITTLE: usize = 1 << 20;
    const MUCH: usize = 64 << 20;
    len.saturating_mul(8).max(LITTLE).min(len.saturating_add(MUCH))
}

/// The JSON in one line, spaced as Python's `json.dumps` does it, every number and string spelled as it was,
/// at most twice as long. Text that is not JSON stays as it is.
pub fn compact(bytes: &[u8]) -> Vec<u8> {
    written(bytes, JsonForm::OneLine(&Spacing::python()), usize::MAX)
        .unwrap_or_else(|| bytes.to_vec())
}

/// As [`compact`], with other spacing; `None` if it would get longer than [`most`].
pub fn spaced(bytes: &[u8], spacing: &Spacing) -> Option<Vec<u8>> {
    written(bytes, JsonForm::OneLine(spacing), most(bytes.len()))
}

/// The JSON in lines, indented by two, every number and string spelled as it was. Text that is not JSON stays
/// as it is (with replacement characters where it is not UTF-8). `None` if the result would be longer than
/// [`most`].
pub fn pretty(bytes: &[u8]) -> Option<String> {
    let out = written(bytes, JsonForm::Lines, most(bytes.len()))?;
    Some(
        String::from_utf8(out)
            .unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned()),
    )
}

fn written(bytes: &[u8], layout: JsonForm<'_>, most: usize) -> Option<Vec<u8>> {
    let writer = |out| JsonWriter { source: bytes, layout, out, depth: 0, last: None };
    let mut count = writer(Out::Count(0));
    if scan(bytes, &mut count).is_err() {
        return Some(bytes.to_vec());
    }
    let len = usize::try_from(count.finish().len()).ok().filter(|&len| len <= most)?;
    let mut made = writer(Out::Bytes(Vec::with_capacity(len)));
    scan(bytes, &mut made).ok()?;
    match made.finish() {
        Out::Bytes(made) => Some(made),
        Out::Count(_) => None,
    }
}

/// Destination of the output: memory, or only a count.
enum Out {
    Count(u64),
    Bytes(Vec<u8>),
}

impl Out {
    fn put(&mut self, bytes: &[u8]) {
        match self {
            Self::Count(count) => *count = count.saturating_add(bytes.len() as u64),
            Self::Bytes(out) => out.extend_from_slice(bytes),
        }
    }

    fn indent(&mut self, depth: usize) {
        match self {
            Self::Count(count) => *count = count.saturating_add(depth as u64 * 2),
            Self::Bytes(out) => out.resize(out.len() + depth * 2, b' '),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::Count(count) => *count,
            Self::Bytes(out) => out.len() as u64,
        }
    }
}

#[derive(Clone, Copy)]
enum JsonForm<'a> {
    Lines,
    OneLine(&'a Spacing),
}

struct JsonWriter<'a> {
    source: &'a [u8],
    layout: JsonForm<'a>,
    out: Out,
    depth: usize,
    /// The last token, and its first byte.
    last: Option<(Token, u8)>,
}

impl JsonWriter<'_> {
    fn finish(mut self) -> Out {
        if let JsonForm::OneLine(spacing) = self.layout {
            self.out.put(&spacing.after);
        }
        self.out
    }

    fn between(&mut self, token: Token, first: u8) {
        match self.layout {
            JsonForm::Lines => match self.last {
                None => {}
                Some((Token::Key, _)) => self.out.put(b": "),
                Some((last, _)) => {
                    if last != Token::Open && token != Token::Close {
                        self.out.put(b",");
                    }
                    self.out.put(b"\n");
                    self.out.indent(self.depth);
                }
            },
            JsonForm::OneLine(spacing) => self.out.put(match self.last {
                None => &spacing.before,
                Some((last, opened)) => spacing.between(last, opened, token, first),
            }),
        }
    }
}

impl Sink for JsonWriter<'_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        let first = self.source[at.start];
        match token {
            Token::Gap => return,
            Token::Close => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.between(token, first);
        match (token, self.layout) {
            (Token::Empty, JsonForm::Lines) => self.out.put(empty_brackets(first).as_bytes()),
            (Token::Empty, JsonForm::OneLine(spacing)) => {
                self.out.put(&[first]);
                self.out.put(spacing.inside(first));
                // The code of the closing bracket is the opening one's plus 2.
                self.out.put(&[first + 2]);
            }
            _ => self.out.put(&self.source[at]),
        }
        if token == Token::Open {
            self.depth += 1;
        }
        self.last = Some((token, first));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::json;
    use super::*;

    fn counted(bytes: &[u8], layout: JsonForm<'_>) -> u64 {
        let mut count =
            JsonWriter { source: bytes, layout, out: Out::Count(0), depth: 0, last: None };
        scan(bytes, &mut count).unwrap();
        count.finish().len()
    }

    #[test]
    fn what_would_be_gigabytes_is_refused_before_any_of_it_is_made() {
        let deep = 40_000;
        let lists = "[".repeat(deep) + &"]".repeat(deep);
        let objects = "{\"a\":".repeat(deep) + "1" + &"}".repeat(deep);
        let both = "[{\"a\": ".repeat(deep) + "1" + &"}]".repeat(deep);
        let broad = "[".repeat(5000) + &"1,".repeat(50_000) + "1" + &"]".repeat(5000);
        for text in [&lists, &objects, &both, &broad] {
            assert!(counted(text.as_bytes(), JsonForm::Lines) > 500 << 20);
            assert_eq!(pretty(text.as_bytes()), None);
            assert!(compact(text.as_bytes()).len() <= text.len() * 2);
        }
    }

    #[test]
    fn what_is_only_large_is_laid_out() {
        let empties = format!("[{}[]]", "{},".repeat(200_000));
        let numbers = format!("[[{}1]]", "1,".repeat(300_000));
        let string = format!("[\"{}\"]", "\\n".repeat(500_000));
        for text in [empties, numbers, string] {
            let lines = pretty(text.as_bytes()).unwrap();
            assert!(lines.len() <= most(text.len()) && lines.capacity() == lines.len());
        }
    }

    proptest! {
        #[test]
        fn what_is_counted_is_what_is_made(text in json()) {
            let bytes = text.as_bytes();
            prop_assert_eq!(counted(bytes, JsonForm::Lines), pretty(bytes).unwrap().len() as u64);
            let python = Spacing::python();
            let line = counted(bytes, JsonForm::OneLine(&python));
            prop_assert_eq!(line, compact(bytes).len() as u64);
        }

        #[test]
        fn no_layout_is_longer_than_its_bound(len in 0_usize..1 << 40) {
            prop_assert!(most(len) >= len && most(len) <= len + (64 << 20));
        }
    }
}
