//! Regular expressions as filters: compiled within limits, with a text that every match contains.

use std::borrow::Cow;
use std::ops::Range;

use regex_lite::{Regex, RegexBuilder};

/// Bytes that a compiled expression may take, so that no batch of keys takes long.
const LARGEST: usize = 32 << 10;
/// Levels of groups in one another.
const DEEPEST: u32 = 32;

/// A regular expression on keys. Case counts only if it has an upper-case letter.
#[derive(Debug)]
pub(super) struct Expression {
    regex: Regex,
    /// A text that every match contains.
    literal: Literal,
    /// Whether case counts.
    exact: bool,
    /// Whether letters beyond ASCII are to be found in any case.
    folds: bool,
}

impl Expression {
    /// Compiles it; or tells in a few words what is wrong with it.
    pub(super) fn new(pattern: &str) -> Result<Self, Cow<'static, str>> {
        let exact = has_upper_case(pattern);
        let folds = !exact && !pattern.is_ascii();
        let pattern = if folds { lowered(pattern) } else { pattern.into() };
        let built = RegexBuilder::new(&pattern)
            .case_insensitive(!exact)
            .size_limit(LARGEST)
            .nest_limit(DEEPEST)
            .build();
        let regex = built.map_err(|error| in_few_words(&error.to_string()))?;
        let literal = Literal::of(&pattern, exact).unwrap_or_default();
        Ok(Self { regex, literal, exact, folds })
    }

    /// A text that every match contains, in lower case unless case counts; empty: none is known.
    pub(super) fn literal(&self) -> &str {
        &self.literal.text
    }

    /// Whether case counts.
    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// Whether a key matches that contains the text.
    pub(super) fn is_in(&self, key: &[u8]) -> bool {
        if let Some(is_in) = self.literal.decides(key, self.exact) {
            return is_in;
        }
        self.matches(&String::from_utf8_lossy(key))
    }

    /// Whether a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        if self.folds { self.regex.is_match(&lowered(text)) } else { self.regex.is_match(text) }
    }

    /// Where its matches are in a key, in bytes.
    pub(super) fn find(&self, key: &str) -> Vec<Range<usize>> {
        let key = if self.folds { lowered(key) } else { key.into() };
        let found = self.regex.find_iter(&key).map(|found| found.range());
        found.filter(|range| !range.is_empty()).collect()
    }
}

/// In lower case; each letter has the place that it had.
fn lowered(text: &str) -> Cow<'_, str> {
    let lower = |c: char| {
        let mut lower = c.to_lowercase();
        let one = lower.next().filter(|one| one.len_utf8() == c.len_utf8());
        one.filter(|_| lower.next().is_none()).unwrap_or(c)
    };
    text.chars().map(lower).collect::<String>().into()
}

/// Whether it has an upper-case letter that stands for itself: `\D` has none.
fn has_upper_case(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c.is_uppercase() {
            return true;
        }
    }
    false
}

/// A text that every match contains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Literal {
    /// In lower case unless case counts; empty: none is known.
    text: String,
    /// Whether what contains it matches, at the places that follow.
    is_all: bool,
    at_start: bool,
    at_end: bool,
}

impl Literal {
    /// The longest text that stands in the expression for itself and in every match.
    fn of(pattern: &str, exact: bool) -> Option<Self> {
        let (mut best, mut run) = (Self { is_all: true, ..Self::default() }, String::new());
        let mut rest = pattern.chars().peekable();
        best.at_start = rest.next_if_eq(&'^').is_some();
        while let Some(c) = rest.next() {
            match c {
                // One of several.
                '|' => return None,
                '$' if rest.peek().is_none() => {
                    best.at_end = true;
                    continue;
                }
                '(' => skip_group(&mut rest)?,
                '[' => skip_class(&mut rest)?,
                // What comes before these need not be there.
                '*' | '?' | '{' => {
                    run.pop();
                    if c == '{' {
                        rest.find(|c| *c == '}')?;
                    }
                }
                // As often as what follows tells, which may be never: `+*`.
                '+' if matches!(rest.peek(), Some('*' | '?' | '{' | '+')) => drop(run.pop()),
                '+' | '.' | '^' | '$' => {}
                '\\' => match rest.next()? {
                    // What follows these belongs to them.
                    'x' | 'u' | 'U' | 'b' | 'p' | 'P' => return None,
                    c if c.is_ascii_alphanumeric() || matches!(c, '<' | '>') => {}
                    c => {
                        run.push(c);
                        continue;
                    }
                },
                c if exact || c.is_ascii() => {
                    run.push(if exact { c } else { c.to_ascii_lowercase() });
                    continue;
                }
                // Its other case is not known to be as long.
                _ => {}
            }
            best.is_all = false;
            best.take(&mut run);
        }
        best.take(&mut run);
        Some(best).filter(|best| !best.text.is_empty())
    }

    /// Takes a text that has ended, if it is the longest.
    fn take(&mut self, run: &mut String) {
        if run.len() > self.text.len() {
            self.text.clone_from(run);
        }
        run.clear();
    }

    /// Whether a key matches that contains the text, where that alone tells it.
    fn decides(&self, key: &[u8], exact: bool) -> Option<bool> {
        let text = self.text.as_bytes();
        let same = |part: Option<&[u8]>| {
            part.is_some_and(|part| part == text || !exact && part.eq_ignore_ascii_case(text))
        };
        let last = || key.len().checked_sub(text.len()).and_then(|from| key.get(from..));
        let decided = match (self.at_start, self.at_end) {
            (true, true) => same(Some(key)),
            (true, false) => same(key.get(..text.len())),
            (false, true) => same(last()),
            (false, false) => true,
        };
        self.is_all.then_some(decided)
    }
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Goes behind the group that has begun; not one of flags, which change what follows.
fn skip_group(rest: &mut Rest) -> Option<()> {
    let mut depth = 1;
    let mut begins = true;
    while depth > 0 {
        match rest.next()? {
            '?' if begins && !matches!(rest.peek(), Some(':' | 'P' | '<')) => return None,
            '(' => {
                depth += 1;
                begins = true;
                continue;
            }
            ')' => depth -= 1,
            '[' => skip_class(rest)?,
            '\\' => drop(rest.next()),
            _ => {}
        }
        begins = false;
    }
    Some(())
}

/// Goes behind the class that has begun.
fn skip_class(rest: &mut Rest) -> Option<()> {
    rest.next_if_eq(&'^');
    rest.next_if_eq(&']');
    loop {
        match rest.next()? {
            ']' => return Some(()),
            '\\' => drop(rest.next()),
            '[' if rest.next_if_eq(&':').is_some() => {
                rest.find(|c| *c == ']')?;
            }
            _ => {}
        }
    }
}

/// What is wrong, as short as it can be said.
fn in_few_words(message: &str) -> Cow<'static, str> {
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&["size limit", "too much nesting", "too big"]) {
        "the expression is too large".into()
    } else if has(&["without matching '('"]) {
        ") without (".into()
    } else if has(&["')'", "group name, but got end"]) {
        "( is not closed".into()
    } else if has(&["no closing bracket", "unclosed character class"]) {
        "[ is not closed".into()
    } else if has(&["must be applied"]) {
        "nothing to repeat".into()
    } else if has(&["min bigger than its max"]) {
        "fewest more than most".into()
    } else if has(&["counted repetition", "or repetition"]) {
        "{ is not closed".into()
    } else if has(&["escape sequence, but", "hexadecimal number"]) {
        "\\ is not finished".into()
    } else {
        message.to_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As a filter asks it: of keys that contain the text.
    fn is_in(pattern: &str, key: &str) -> bool {
        let expression = Expression::new(pattern).unwrap();
        let lower = key.to_ascii_lowercase();
        let plain = if expression.exact { key } else { &lower };
        plain.contains(expression.literal()) && expression.is_in(key.as_bytes())
    }

    #[test]
    fn case_counts_only_if_a_letter_that_stands_for_itself_is_upper_case() {
        assert!(is_in(r"page-\d+\D$", "PAGE-12x") && is_in("äpfel", "ÄPFEL"));
        assert!(!is_in(r"Page-\d", "page-1") && is_in(r"Page-\d", "Page-1"));
        assert!(is_in("^$", "") && is_in("", "anything"));
    }

    #[test]
    fn keys_that_are_not_text_are_searched_all_the_same() {
        let expression = Expression::new(r"a.b").unwrap();
        assert!(expression.is_in(b"xa\xffb") && !expression.is_in(b"\xff\xfe"));
    }

    #[test]
    fn the_longest_text_that_every_match_contains_is_found() {
        let found = |pattern: &str| Literal::of(pattern, true).unwrap_or_default().text;
        for (pattern, text) in [
            ("page-0", "page-0"),
            (r"^shop-page-\d+\.html$", "shop-page-"),
            (r"\.html$", ".html"),
            ("ab+cd", "ab"),
            ("abc*", "ab"),
            ("abc+*", "ab"),
            ("ab+?c", "a"),
            ("abc{2,3}defg", "defg"),
            ("ab(cdef|g)hij", "hij"),
            ("ab[cdef]hij", "hij"),
            ("[]a]bc", "bc"),
            ("[[:alpha:]]bc", "bc"),
            ("a|b", ""),
            ("(?i)abc", ""),
            (r"ab\x41", ""),
            ("a(b|[)])cde", "cde"),
        ] {
            assert_eq!(found(pattern), text, "{pattern}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_a_few_words() {
        for (pattern, fault) in [
            ("(a", "( is not closed"),
            ("a)", ") without ("),
            ("[a", "[ is not closed"),
            ("[^", "[ is not closed"),
            ("*a", "nothing to repeat"),
            ("a{2", "{ is not closed"),
            ("a{3,2}", "fewest more than most"),
            ("a\\", "\\ is not finished"),
            ("a{1000}{1000}", "the expression is too large"),
            (&"(".repeat(1000), "the expression is too large"),
            (r"(a)\1", "backreferences are not supported"),
        ] {
            let told = Expression::new(pattern).map(|_| ());
            assert_eq!(told, Err(fault.into()), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_matches_is_found_with_and_without_the_text(
            pattern in r"\^?[a-cA-C.*+?^$|()\[\]{}0-2,\\dbw:äÄ-]{0,8}\$?",
            keys in prop::collection::vec("[a-cA-C0-2äÄ.-]{0,8}", 0..12),
        ) {
            let Ok(expression) = Expression::new(&pattern) else { return Ok(()) };
            for key in keys {
                let matches = expression.matches(&key);
                prop_assert_eq!(is_in(&pattern, &key), matches, "{} {}", pattern, key);
            }
        }
    }
}
