//! Regular expressions as filters: compiled within limits, with a literal that every match contains.

mod ascii;
mod literal;

use std::borrow::Cow;
use std::ops::Range;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use regex_automata::hybrid::dfa::{Config, DFA};
use regex_automata::hybrid::regex::{Cache, Regex};
use regex_automata::nfa::thompson::{self, Compiler, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Input, MatchKind};
use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{Ast, ErrorKind};
use regex_syntax::hir::Hir;
use regex_syntax::hir::translate::Translator;

use literal::Literal;

/// Longest expression, in bytes, so that parsing takes no time.
const LONGEST: usize = 4 << 10;
/// Limit on the compiled expression, in bytes, so that no batch of keys takes long.
const LARGEST: usize = 128 << 10;
/// Limit on the cached states of the automaton, in bytes for each thread and direction.
const MOST_STATES: usize = 1 << 20;
/// Limit on the nesting of groups, in levels.
const DEEPEST: u32 = 32;
const TOO_LARGE: Cow<str> = Cow::Borrowed("the expression is too large");

/// A regular expression on keys. Case counts only if it has an upper-case letter.
#[derive(Debug)]
pub(super) struct Expression {
    regex: Arc<Regex>,
    /// Caches of the states found so far, one for each thread.
    states: Pool<Cache, CreateCache>,
    /// A text that every match contains.
    literal: Literal,
    /// Whether case counts.
    exact: bool,
    /// Whether letters beyond ASCII are found in any case.
    folds: bool,
}

type CreateCache = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

impl Expression {
    /// Compiles an expression; or says in a few words what is wrong with it.
    pub(super) fn new(pattern: &str) -> Result<Self, Cow<'static, str>> {
        if pattern.len() > LONGEST {
            return Err(TOO_LARGE);
        }
        let exact = has_upper_case(pattern);
        let folds = !exact && !pattern.is_ascii();
        let pattern = if folds { lowered(pattern) } else { pattern.into() };
        let parsed = ParserBuilder::new().nest_limit(DEEPEST).build().parse(&pattern);
        let mut ast = parsed.map_err(|error| match error.kind() {
            // The parser measures only closed groups.
            ErrorKind::GroupUnclosed if pattern.matches('(').count() > DEEPEST as usize => {
                TOO_LARGE
            }
            kind => in_few_words(kind),
        })?;
        ascii::rewrite(&mut ast, !exact)?;
        let regex = Arc::new(compiled(&pattern, &ast)?);
        let literal = Literal::of(&pattern, exact).unwrap_or_default();
        let of = Arc::clone(&regex);
        let states: CreateCache = Box::new(move || of.create_cache());
        Ok(Self { regex, states: Pool::new(states), literal, exact, folds })
    }

    /// A text that every match contains, in lower case unless case counts; empty where none is known.
    pub(super) fn literal(&self) -> &str {
        &self.literal.text
    }

    /// Whether case counts.
    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// Whether a key that contains the literal matches.
    pub(super) fn is_in(&self, key: &[u8]) -> bool {
        if let Some(is_in) = self.literal.decides(key, self.exact) {
            return is_in;
        }
        self.matches(&String::from_utf8_lossy(key))
    }

    /// Whether a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text = self.as_compared(text);
        self.regex.is_match(&mut self.states.get(), &*text)
    }

    /// Matches in a key, as ranges of bytes.
    pub(super) fn find(&self, key: &str) -> Vec<Range<usize>> {
        let key = self.as_compared(key);
        let mut states = self.states.get();
        let found = self.regex.find_iter(&mut states, Input::new(&*key)).map(|found| found.range());
        found.filter(|range| !range.is_empty()).collect()
    }

    fn as_compared<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.folds { lowered(text) } else { text.into() }
    }
}

/// Compiles the expression for both directions: forwards for the end of a match, backwards for its start.
fn compiled(pattern: &str, ast: &Ast) -> Result<Regex, Cow<'static, str>> {
    let translated = Translator::new().translate(pattern, ast);
    let hir = translated.map_err(|error| error.kind().to_string())?;
    let forwards = automaton(&hir, false).ok_or(TOO_LARGE)?;
    let backwards = automaton(&hir, true).ok_or(TOO_LARGE)?;
    Ok(Regex::builder().build_from_dfas(forwards, backwards))
}

fn automaton(hir: &Hir, reverse: bool) -> Option<DFA> {
    let limits = thompson::Config::new()
        .nfa_size_limit(Some(LARGEST))
        .which_captures(WhichCaptures::None)
        .reverse(reverse);
    let nfa = Compiler::new().configure(limits).build_from_hir(hir).ok()?;
    // Backwards the farthest start counts.
    let kind = if reverse { MatchKind::All } else { MatchKind::LeftmostFirst };
    // A full cache is emptied; the search never gives up.
    let config =
        Config::new().match_kind(kind).cache_capacity(MOST_STATES).skip_cache_capacity_check(true);
    DFA::builder().configure(config).build_from_nfa(nfa).ok()
}

/// The text in lower case; every letter keeps its place.
fn lowered(text: &str) -> Cow<'_, str> {
    let lower = |c: char| {
        let mut lower = c.to_lowercase();
        let one = lower.next().filter(|one| one.len_utf8() == c.len_utf8());
        one.filter(|_| lower.next().is_none()).unwrap_or(c)
    };
    text.chars().map(lower).collect::<String>().into()
}

/// Whether the pattern has an upper-case letter that stands for itself; `\D` has none.
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

/// The fault in as few words as possible.
fn in_few_words(kind: &ErrorKind) -> Cow<'static, str> {
    match kind {
        ErrorKind::NestLimitExceeded(_) | ErrorKind::CaptureLimitExceeded => return TOO_LARGE,
        ErrorKind::GroupUnopened => ") without (",
        ErrorKind::GroupUnclosed
        | ErrorKind::GroupNameUnexpectedEof
        | ErrorKind::FlagUnexpectedEof => "( is not closed",
        ErrorKind::ClassUnclosed => "[ is not closed",
        ErrorKind::ClassRangeInvalid => "first letter after the last",
        ErrorKind::RepetitionMissing => "nothing to repeat",
        ErrorKind::RepetitionCountInvalid => "fewest more than most",
        ErrorKind::RepetitionCountUnclosed => "{ is not closed",
        ErrorKind::RepetitionCountDecimalEmpty => "{ needs a number",
        ErrorKind::EscapeUnexpectedEof
        | ErrorKind::EscapeHexEmpty
        | ErrorKind::EscapeHexInvalidDigit => "\\ is not finished",
        ErrorKind::UnsupportedLookAround => "look-around is not supported",
        other => return other.to_string().into(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a filter finds a key, which has to contain the literal.
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
    fn classes_are_those_of_ascii_and_case_can_be_set_within() {
        for (pattern, key, matches) in [
            (r"^\w+$", "aZ_9", true),
            (r"\w|\d", "\u{e4}\u{663}", false),
            (r"^\W\D\S$", "\u{e4}\u{663}\u{2003}", true),
            (r"\bpril\b", "\u{e4}pril", true),
            (r"a\Bb", "ab", true),
            ("(?i)SHOP", "shop", true),
            ("(?i:SHOP)P", "shopp", false),
            ("A(?i)b(?-i)c", "ABC", false),
            ("A(?i)b(?-i)c", "ABc", true),
            ("[[:upper:]]x[^b]", "axB", false),
            ("[+-_]x", "bx", true),
            ("^[^a]$", "A", false),
            ("^[a-z&&[^b]]$", "B", false),
            ("^[\u{e4}-\u{f6}]$", "\u{d6}", true),
            ("k", "\u{212a}", false),
        ] {
            assert_eq!(is_in(pattern, key), matches, "{pattern} in {key}");
        }
    }

    #[test]
    fn matches_are_shown_from_their_first_letter_to_their_last() {
        let found = |pattern, key| Expression::new(pattern).unwrap().find(key);
        assert_eq!(found("a[b]|[ac].{0,3}", "cabx-ab"), [0..4, 5..7]);
        assert_eq!(found(r"(?U)\D*-", "Cc-1-"), [0..3, 4..5]);
        assert_eq!(found("x*", "axx\u{e4}x"), [1..3, 5..6]);
    }

    #[test]
    fn keys_that_are_not_text_are_searched_all_the_same() {
        let expression = Expression::new(r"a.b").unwrap();
        assert!(expression.is_in(b"xa\xffb") && !expression.is_in(b"\xff\xfe"));
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
            (r"\pL[\pL]", "\\p is not supported"),
            (".{60000}", "the expression is too large"),
            ("((a{0,99}){0,99}){0,99}", "the expression is too large"),
            (&"a".repeat(LONGEST + 1), "the expression is too large"),
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
