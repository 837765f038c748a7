//! JSON that was laid out to be edited, put back: what was not typed over stands as it stood in its
//! source, spacing and all.

use std::ops::Range;

use super::lex::{Sink, Token};
use super::{Spacing, scan};

/// A part of the text that was laid out, and how many bytes stand for it now.
pub type TypedOver = (Range<usize>, usize);

/// `now` in the spacing of `source`. `laid_out` is what [`pretty`](super::pretty) makes of the source,
/// `edits` lead from there to `now`, in order. New tokens are spaced as their neighbours were, else as
/// `spacing` says. `None` if one of the texts is not JSON.
pub fn carried(
    source: &[u8],
    laid_out: &[u8],
    edits: &[TypedOver],
    now: &[u8],
    spacing: &Spacing,
) -> Option<Vec<u8>> {
    let old = tokens(source)?;
    let shown = tokens(laid_out)?;
    let new = tokens(now)?;
    if old.len() != shown.len() {
        return None;
    }
    let (first, last) = (old.first()?, old.last()?);
    let mut out = Vec::with_capacity(source.len() + source.len() / 8);
    out.extend_from_slice(&source[..first.at.start]);
    let mut kept = Kept::new(&shown, edits);
    let mut before: Option<(&Placed, Option<usize>)> = None;
    for token in &new {
        let own = kept.find(token);
        if let Some((last, was)) = before {
            // What stands between two tokens that stood so in the source, of this kind or another.
            let after = was.filter(|&at| old.get(at + 1).is_some_and(|next| follows(next, token)));
            let ahead = own.and_then(|at| at.checked_sub(1)).filter(|&at| leads(&old[at], last));
            let between = match (was, own) {
                (Some(at), Some(next)) if at + 1 == next => Some(at),
                _ => after.or(ahead),
            };
            out.extend_from_slice(match between {
                Some(at) => &source[old[at].at.end..old[at + 1].at.start],
                None => spacing.between(last.token, last.first, token.token, token.first),
            });
        }
        match own {
            Some(at) => out.extend_from_slice(&source[old[at].at.clone()]),
            None if token.token == Token::Empty => {
                out.push(token.first);
                out.extend_from_slice(spacing.inside(token.first));
                out.push(token.first + 2);
            }
            None => out.extend_from_slice(&now[token.at.clone()]),
        }
        before = Some((token, own));
    }
    out.extend_from_slice(&source[last.at.end..]);
    Some(out)
}

/// A token, the byte it begins with, and where it stands.
struct Placed {
    token: Token,
    first: u8,
    at: Range<usize>,
}

/// Whether what stands before one token may stand before the other.
fn follows(one: &Placed, other: &Placed) -> bool {
    let kind = |token| match token {
        Token::Close | Token::Key => token,
        _ => Token::Literal,
    };
    kind(one.token) == kind(other.token) && (one.token != Token::Close || one.first == other.first)
}

/// Whether what stands after one token may stand after the other.
fn leads(one: &Placed, other: &Placed) -> bool {
    let kind = |token| match token {
        Token::Open | Token::Key => token,
        _ => Token::Literal,
    };
    kind(one.token) == kind(other.token) && (one.token != Token::Open || one.first == other.first)
}

struct Tokens<'a>(&'a [u8], Vec<Placed>);

impl Sink for Tokens<'_> {
    fn token(&mut self, token: Token, at: Range<usize>) {
        if token != Token::Gap {
            self.1.push(Placed { token, first: self.0[at.start], at });
        }
    }
}

fn tokens(bytes: &[u8]) -> Option<Vec<Placed>> {
    let mut tokens = Tokens(bytes, Vec::new());
    scan(bytes, &mut tokens).ok()?;
    Some(tokens.1)
}

/// Finds tokens, in order, that were not typed over.
struct Kept<'a> {
    shown: &'a [Placed],
    /// The next token of what was laid out.
    token: usize,
    edits: &'a [TypedOver],
    /// Where the stretch since the last edit begins, now and as it was laid out.
    now: usize,
    was: usize,
}

impl<'a> Kept<'a> {
    fn new(shown: &'a [Placed], edits: &'a [TypedOver]) -> Self {
        Self { shown, token: 0, edits, now: 0, was: 0 }
    }

    /// Which token of what was laid out this one is.
    fn find(&mut self, token: &Placed) -> Option<usize> {
        while let Some(((over, len), rest)) = self.edits.split_first() {
            let end = self.now + (over.start - self.was);
            if token.at.end <= end {
                break;
            }
            if token.at.start < end + len {
                return None;
            }
            (self.now, self.was, self.edits) = (end + len, over.end, rest);
        }
        if token.at.start < self.now {
            return None;
        }
        let start = self.was + (token.at.start - self.now);
        while self.shown.get(self.token).is_some_and(|shown| shown.at.start < start) {
            self.token += 1;
        }
        let shown = self.shown.get(self.token)?;
        let same = shown.at == (start..start + token.at.len()) && shown.token == token.token;
        same.then_some(self.token)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::json;
    use super::super::{check, compact, pretty};
    use super::*;

    /// Laid out, with the first `was` replaced, and put back.
    fn through(source: &str, was: &str, by: &str) -> String {
        let lines = pretty(source.as_bytes()).unwrap();
        let at = lines.find(was).unwrap();
        let now = lines.replacen(was, by, 1);
        let spacing = Spacing::seen(source.as_bytes()).unwrap();
        let edits = [(at..at + was.len(), by.len())];
        let out =
            carried(source.as_bytes(), lines.as_bytes(), &edits, now.as_bytes(), &spacing).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_not_typed_over_keeps_its_spacing() {
        let source = r#" {"a":1 , "b" :[ 1,2 ,  3 ],"c":{ },"d":{"e":[]} }  "#;
        let put = |was: &str, by: &str| through(source, was, by);
        assert_eq!(put("1,\n  \"b\"", "9,\n  \"b\""), source.replacen(":1 ", ":9 ", 1));
        assert_eq!(put("    2,\n", ""), source.replacen("2 ,  3", "3", 1));
        assert_eq!(put("2,", "2,\n7,"), source.replacen("2 ,  3", "2,7 ,  3", 1));
        assert_eq!(
            put("\"e\": []", "\"e\": [], \"f\": {}"),
            source.replacen("[]}", "[] , \"f\":{ }}", 1)
        );
        assert_eq!(put("\"c\"", "\"z\""), source.replacen("\"c\"", "\"z\"", 1));
        // White space between tokens is that of the view.
        assert_eq!(put("3\n", "3   \n\n"), source);
    }

    proptest! {
        #[test]
        fn one_number_is_replaced_and_nothing_else(text in json(), pick in any::<usize>()) {
            let source = text.replace(['\n', '\r'], " ");
            let lines = pretty(source.as_bytes()).unwrap();
            let tokens = tokens(lines.as_bytes()).unwrap();
            let old = super::tokens(source.as_bytes()).unwrap();
            let scalar = |token: &Placed| {
                matches!(token.token, Token::Number | Token::Literal | Token::String | Token::Empty)
            };
            let places: Vec<_> = (0..tokens.len()).filter(|&at| scalar(&tokens[at])).collect();
            prop_assume!(!places.is_empty());
            let place = places[pick % places.len()];
            let mut now = lines.clone();
            now.replace_range(tokens[place].at.clone(), "[true]");
            let spacing = Spacing::seen(source.as_bytes()).unwrap();
            let edits = [(tokens[place].at.clone(), 6)];
            let out = carried(source.as_bytes(), lines.as_bytes(), &edits, now.as_bytes(), &spacing);
            let out = out.unwrap();
            let at = &old[place].at;
            prop_assert!(out.starts_with(&source.as_bytes()[..at.start]));
            prop_assert!(out.ends_with(&source.as_bytes()[at.end..]));
            prop_assert_eq!(compact(&out), compact(now.as_bytes()));
        }

        #[test]
        fn whatever_is_typed_is_stored(
            text in json(), from in any::<usize>(), len in 0_usize..30, by in "[\\[\\]{}:,\"a1 ]{0,6}",
        ) {
            let source = text.replace(['\n', '\r'], " ");
            let lines = pretty(source.as_bytes()).unwrap();
            let border = |at: usize| (0..=at.min(lines.len())).rev().find(|&at| lines.is_char_boundary(at)).unwrap();
            let from = border(from % (lines.len() + 1));
            let to = border(from + len).max(from);
            let mut now = lines.clone();
            now.replace_range(from..to, &by);
            let spacing = Spacing::seen(source.as_bytes()).unwrap();
            let edits = [(from..to, by.len())];
            let out = carried(source.as_bytes(), lines.as_bytes(), &edits, now.as_bytes(), &spacing);
            let stored = out.map(|out| compact(&out));
            let typed = check(now.as_bytes()).is_ok().then(|| compact(now.as_bytes()));
            prop_assert_eq!(stored, typed);
        }
    }
}
