//! Letters of a key that a filter has found, for the few rows on the screen.

use std::ops::Range;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Filter;
use super::expression::Expression;
use super::filter::MOST_LETTERS;

/// Finds the letters of a filter in one key after the other.
pub struct Letters(Wanted);

enum Wanted {
    /// There is no filter.
    Nothing,
    /// These characters, one after another. `exact`: case counts.
    Text { text: Vec<char>, exact: bool },
    /// The letters of each word, in order.
    Fuzzy(Box<(Pattern, Matcher)>),
    /// Matches of the expression; `None` for an invalid one.
    Expression(Option<Box<Expression>>),
}

impl Letters {
    /// The letters that a filter of this kind searches for.
    pub fn new(filter: &str, matching: Filter) -> Self {
        if matching == Filter::Fuzzy && filter.len() <= MOST_LETTERS {
            let (case, accents) = (CaseMatching::Smart, Normalization::Smart);
            let pattern = Pattern::new(filter, case, accents, AtomKind::Fuzzy);
            if pattern.atoms.is_empty() {
                return Self(Wanted::Nothing);
            }
            return Self(Wanted::Fuzzy(Box::new((pattern, Matcher::new(Config::DEFAULT)))));
        }
        match matching {
            Filter::Type | Filter::TypeIs => return Self(Wanted::Nothing),
            Filter::Expression if filter.is_empty() => return Self(Wanted::Nothing),
            Filter::Expression => {
                let expression = Expression::new(filter).ok().map(Box::new);
                return Self(Wanted::Expression(expression));
            }
            Filter::Substring | Filter::Fuzzy => {}
        }
        let text: Vec<char> = filter.chars().collect();
        let exact = filter.chars().any(char::is_uppercase);
        Self(if text.is_empty() { Wanted::Nothing } else { Wanted::Text { text, exact } })
    }

    /// Score of a text, the higher the better; `None` if the letters are not in it.
    pub fn score(&mut self, text: &str) -> Option<u32> {
        match &mut self.0 {
            Wanted::Nothing => Some(0),
            Wanted::Text { text: wanted, exact } => {
                (!find_text(text, wanted, *exact).is_empty()).then_some(1)
            }
            Wanted::Fuzzy(fuzzy) => {
                let mut letters = Vec::new();
                fuzzy.0.score(Utf32Str::new(text, &mut letters), &mut fuzzy.1)
            }
            Wanted::Expression(expression) => {
                expression.as_ref().filter(|wanted| wanted.matches(text)).map(|_| 1)
            }
        }
    }

    /// Places of the letters in a key, in bytes, from the front.
    pub fn find(&mut self, key: &str) -> Vec<Range<usize>> {
        match &mut self.0 {
            Wanted::Nothing => Vec::new(),
            Wanted::Text { text, exact } => find_text(key, text, *exact),
            Wanted::Fuzzy(fuzzy) => find_fuzzy(key, &fuzzy.0, &mut fuzzy.1),
            Wanted::Expression(expression) => {
                expression.as_ref().map_or_else(Vec::new, |wanted| wanted.find(key))
            }
        }
    }
}

fn find_text(key: &str, wanted: &[char], exact: bool) -> Vec<Range<usize>> {
    // Each character as it is compared, with its place; lower case can be longer.
    let mut letters = Vec::new();
    for (start, letter) in key.char_indices() {
        let place = start..start + letter.len_utf8();
        if exact {
            letters.push((letter, place));
        } else {
            letters.extend(letter.to_lowercase().map(|lower| (lower, place.clone())));
        }
    }
    let mut found = Vec::new();
    let mut rest = letters.as_slice();
    while let Some(window) = rest.get(..wanted.len()) {
        let same = window.iter().map(|(letter, _)| letter).eq(wanted);
        if let (true, [(_, first), ..], [.., (_, last)]) = (same, window, window) {
            found.push(first.start..last.end);
        }
        rest = &rest[if same { wanted.len() } else { 1 }..];
    }
    found
}

fn find_fuzzy(key: &str, pattern: &Pattern, matcher: &mut Matcher) -> Vec<Range<usize>> {
    let (mut letters, mut places) = (Vec::new(), Vec::new());
    let text = Utf32Str::new(key, &mut letters);
    if pattern.indices(text, matcher, &mut places).is_none() {
        return Vec::new();
    }
    places.sort_unstable();
    places.dedup();
    let mut places = places.into_iter().peekable();
    let mut found: Vec<Range<usize>> = Vec::new();
    // The matcher counts in clusters.
    for (at, (start, cluster)) in (0..).zip(key.grapheme_indices(true)) {
        if places.next_if_eq(&at).is_none() {
            continue;
        }
        let end = start + cluster.len();
        match found.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => found.push(start..end),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(filter: &str, matching: Filter, key: &str) -> Vec<String> {
        let places = Letters::new(filter, matching).find(key);
        places.into_iter().map(|place| key[place].to_owned()).collect()
    }

    #[test]
    fn the_letters_of_a_text_are_found_as_the_filter_finds_them() {
        let text = |filter, key| found(filter, Filter::Substring, key);
        assert_eq!(text("page", "Page-1/page-2"), ["Page", "page"]);
        assert_eq!(text("Page", "Page-1/page-2"), ["Page"]);
        assert_eq!(text("キー", "日本語のキー"), ["キー"]);
        assert_eq!(text("straße", "STRASSE Straße"), ["Straße"]);
        assert_eq!(text("aa", "aaa"), ["aa"]);
        assert!(text("", "page").is_empty() && text("longer than it", "page").is_empty());
    }

    #[test]
    fn what_an_expression_matches_is_found_each_in_its_place() {
        let matched = |filter, key| found(filter, Filter::Expression, key);
        assert_eq!(matched(r"\d+", "page-12/3"), ["12", "3"]);
        assert_eq!(matched("^ä.", "Äpfel-äp"), ["Äp"]);
        assert!(matched("x*", "page").is_empty() && matched("(", "(page").is_empty());
        assert_eq!(Letters::new("(", Filter::Expression).score("(page"), None);
        assert_eq!(Letters::new("^p", Filter::Expression).score("page"), Some(1));
    }

    #[test]
    fn the_letters_of_a_fuzzy_filter_are_found_each_in_its_place() {
        let fuzzy = |filter, key| found(filter, Filter::Fuzzy, key);
        assert_eq!(fuzzy("pg12", "page-000112.html"), ["p", "g", "12"]);
        assert_eq!(fuzzy("日キ", "日本語のキー"), ["日", "キ"]);
        assert!(fuzzy("zz", "page").is_empty() && fuzzy("", "page").is_empty());
    }
}
