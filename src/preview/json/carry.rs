//! JSON that was laid out and edited, brought back to its own spacing: text that was not typed over stays as
//! it was in the source, and typed text stays as it was typed.

mod gap;

use std::ops::Range;

use super::lex::{Sink, Token};
use super::{Spacing, scan};
use gap::{Gap, Typed, Way};

/// A range of the laid out text, and the number of bytes that replace it now.
pub type TypedOver = (Range<usize>, usize);

/// `now` in the spacing of `source`. `laid_out` is what [`pretty`](super::pretty) makes of the source;
/// `edits` lead from it to `now`, in order. Typed text stays as it was typed, except that new tokens in the
/// layout of the view are spaced as their neighbours were, else as `spacing` says. `None` if one of the texts
/// is not JSON.
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
    let typed = Typed::new(edits, now);
    let mut kept = Kept::new(&shown, edits);
    let owns: Vec<_> = new.iter().map(|token| kept.find(token)).collect();
    // Before the first token and after the last, the view has no white space of its own.
    out.extend_from_slice(&source[..first.at.start]);
    typed.copy(&(0..new.first()?.at.start), &mut out);
    let mut as_typed = false;
    for (at, token) in new.iter().enumerate() {
        let own = owns[at];
        let before = at.checked_sub(1);
        let was = before.and_then(|before| owns[before]);
        if own.is_none() && (before.is_none() || was.is_some()) {
            as_typed = deviates(&new[before.unwrap_or(0)..], &owns[before.unwrap_or(0)..], &typed);
        }
        if let Some(last) = before.map(|before| &new[before]) {
            // The white space between two neighbours in the source, this pair or a similar one.
            let after = was.filter(|&at| old.get(at + 1).is_some_and(|next| follows(next, token)));
            let ahead = own.and_then(|at| at.checked_sub(1)).filter(|&at| leads(&old[at], last));
            let next = matches!((was, own), (Some(at), Some(next)) if at + 1 == next);
            let between = if next { was } else { after.or(ahead) };
            let as_it_was = match between {
                Some(at) => &source[old[at].at.end..old[at + 1].at.start],
                None => spacing.between(last.token, last.first, token.token, token.first),
            };
            let gap = Gap::of(&typed, last, token);
            let is_new = was.is_none() || own.is_none();
            let way = match (next, if is_new { as_typed } else { gap.deviates() }) {
                (true, _) => Way::Next,
                (false, true) => Way::AsTyped,
                (false, false) => Way::AsLaidOut,
            };
            gap.write(as_it_was, way, &mut out);
        }
        match own {
            Some(at) => out.extend_from_slice(&source[old[at].at.clone()]),
            None if token.token == Token::Empty && !as_typed => {
                out.push(token.first);
                out.extend_from_slice(spacing.inside(token.first));
                out.push(token.first + 2);
            }
            None => out.extend_from_slice(&now[token.at.clone()]),
        }
    }
    typed.copy(&(new.last()?.at.end..now.len()), &mut out);
    out.extend_from_slice(&source[last.at.end..]);
    Some(out)
}

/// Whether the first new tokens, apart from a known one before them, are laid out in another way than the
/// view does it.
fn deviates(new: &[Placed], owns: &[Option<usize>], typed: &Typed<'_>) -> bool {
    let is_spread = |token: &Placed| token.token == Token::Empty && token.at.len() > 2;
    for (at, pair) in new.windows(2).enumerate() {
        if at > 0 && owns[at].is_some() {
            return false;
        }
        let spread = owns[at + 1].is_none() && is_spread(&pair[1]);
        if spread || Gap::of(typed, &pair[0], &pair[1]).deviates() {
            return true;
        }
    }
    new.len() == 1 && is_spread(&new[0])
}

/// A token, its first byte, and its place.
struct Placed {
    token: Token,
    first: u8,
    at: Range<usize>,
}

/// Whether the white space before one token may stand before the other.
fn follows(one: &Placed, other: &Placed) -> bool {
    let kind = |token| match token {
        Token::Close | Token::Key => token,
        _ => Token::Literal,
    };
    kind(one.token) == kind(other.token) && (one.token != Token::Close || one.first == other.first)
}

/// Whether the white space after one token may stand after the other.
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
    /// Index of the next token in the laid out text.
    token: usize,
    edits: &'a [TypedOver],
    /// Start of the stretch behind the last edit, now and in the laid out text.
    now: usize,
    was: usize,
}

impl<'a> Kept<'a> {
    fn new(shown: &'a [Placed], edits: &'a [TypedOver]) -> Self {
        Self { shown, token: 0, edits, now: 0, was: 0 }
    }

    /// Index of this token in the laid out text; `None` if it was typed.
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

    /// `source` laid out, with the first `was` replaced, and written back.
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
        assert_eq!(put("\"c\"", "\"z\""), source.replacen("\"c\"", "\"z\"", 1));
        assert_eq!(put("[]", "[],\n    \"f\": {}"), source.replacen("[]}", "[] , \"f\":{ }}", 1));
    }

    #[test]
    fn what_was_typed_is_stored_as_it_was_typed() {
        let source = r#"{"a":1 , "b" :[ 1,2 ],"c":{"d":[]} }"#;
        let put = |was: &str, by: &str| through(source, was, by);
        let with = |was: &str, by: &str| source.replacen(was, by, 1);
        // Spaces next to what is still there: within a line, at its end, at its beginning.
        assert_eq!(put("", " \t"), with("{\"a", " \t{\"a"));
        assert_eq!(put(" 1,", "   1,"), with(":1", ":   1"));
        assert_eq!(insert(source, "\"a\": ", "  "), with(":1", ":  1"));
        assert_eq!(insert(source, "\"a\": 1", "  "), with("1 ,", "1   ,"));
        assert_eq!(insert(source, "\"a\": 1,", "\n\n"), with("1 , ", "1 ,\n\n "));
        assert_eq!(insert(source, "\"a\": 1,\n", "\n  "), with("1 , ", "1 , \n  "));
        assert_eq!(insert(source, "1,\n  ", "  "), with("1 , ", "1 ,   "));
        assert_eq!(insert(source, "}\n}", "\n"), with("} }", "} }\n"));
        // The white space between tokens is removed.
        assert_eq!(put(": 1", ":1"), with(":1", ":1"));
        assert_eq!(put("1,\n    2", "1,2"), with("1,2", "1,2"));
        // New tokens in a style of their own, and in that of the view.
        assert_eq!(put("[]", "[1, 2]"), with("[]", "[1, 2]"));
        assert_eq!(put("[]", "{  }"), with("[]", "{  }"));
        assert_eq!(put("[]", "[],\n\n    \"e\":   1"), with("[]", "[],\n \"e\":   1"));
        assert_eq!(put("[]", "[],\n    \"e\": 1"), with("[]", "[] , \"e\":1"));
        assert_eq!(insert(source, "1,\n", "  \"e\": 1,\n"), with("1 , ", "1 , \"e\":1 , "));
        assert_eq!(insert(source, "1,\n", "\n  \"e\": 1,\n"), with("1 , ", "1 ,\n \"e\":1 , "));
    }

    /// `source` laid out, with text typed behind the first `after`, and written back.
    fn insert(source: &str, after: &str, typed: &str) -> String {
        let lines = pretty(source.as_bytes()).unwrap();
        let at = lines.find(after).unwrap() + after.len();
        let mut now = lines.clone();
        now.insert_str(at, typed);
        let spacing = Spacing::seen(source.as_bytes()).unwrap();
        let edits = [(at..at, typed.len())];
        let out =
            carried(source.as_bytes(), lines.as_bytes(), &edits, now.as_bytes(), &spacing).unwrap();
        String::from_utf8(out).unwrap()
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
        fn white_space_is_stored_where_it_was_typed(
            text in json(), pick in any::<usize>(), typed in "[ \t\n]{1,4}",
        ) {
            let source = text.replace(['\n', '\r'], " ");
            let lines = pretty(source.as_bytes()).unwrap();
            let tokens = tokens(lines.as_bytes()).unwrap();
            let is_inside = |at: usize| tokens.iter().any(|it| it.at.start < at && at < it.at.end);
            let places: Vec<_> = (0..=lines.len()).filter(|&at| !is_inside(at)).collect();
            let at = places[pick % places.len()];
            let mut now = lines.clone();
            now.insert_str(at, &typed);
            let spacing = Spacing::seen(source.as_bytes()).unwrap();
            let edits = [(at..at, typed.len())];
            let out = carried(source.as_bytes(), lines.as_bytes(), &edits, now.as_bytes(), &spacing);
            let out = out.unwrap();
            prop_assert_eq!(out.len(), source.len() + typed.len());
            let without = |at: usize| [&out[..at], &out[at + typed.len()..]].concat();
            let is_there = |at: &usize| out[*at..].starts_with(typed.as_bytes());
            let mut places = (0..=source.len()).filter(is_there);
            prop_assert!(places.any(|at| without(at) == source.as_bytes()));
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
