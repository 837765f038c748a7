//! Filters on keys: a substring, the letters of a text in order, a regular expression.

use memchr::memmem::Finder;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::expression::Expression;
use super::parallel::RowBatch;

/// Longest text for a fuzzy search, in bytes; a longer one is searched for as a substring. The matcher's
/// score has 16 bits, up to 28 for each letter.
pub(super) const MOST_LETTERS: usize = 1000;

/// A search in keys. Case counts only if the text has an upper-case letter.
pub(super) enum Needle<'a> {
    /// Finds everything.
    All,
    /// Finds these bytes.
    Exact(Finder<'a>),
    /// Finds these lower-case ASCII bytes, in any case.
    AnyCase(Finder<'a>),
    /// Finds this lower-case text with letters beyond ASCII, in any case.
    AnyCaseText(Finder<'a>),
    /// Finds the letters of each word, in order.
    Fuzzy(Box<Pattern>),
    /// Finds this expression, in keys that contain its literal.
    Expression(Box<(Expression, Finder<'static>)>),
    /// Finds nothing.
    Nothing,
}

/// Reusable buffers of one searching thread.
#[derive(Default)]
pub(super) struct Scratch {
    lower: Vec<u8>,
    letters: Vec<char>,
    matcher: Option<Matcher>,
}

impl Scratch {
    /// The keys of a batch with ASCII letters in lower case.
    fn lower(&mut self, batch: &RowBatch) -> &Vec<u8> {
        self.lower.clear();
        self.lower.extend(batch.keys.iter().map(u8::to_ascii_lowercase));
        &self.lower
    }
}

impl<'a> Needle<'a> {
    /// A search for this text.
    pub(super) fn substring(filter: &'a str) -> Self {
        let finder = Finder::new(filter);
        if filter.is_empty() {
            Self::All
        } else if filter.chars().any(char::is_uppercase) {
            Self::Exact(finder)
        } else if filter.is_ascii() {
            Self::AnyCase(finder)
        } else {
            Self::AnyCaseText(finder)
        }
    }

    /// A search for the letters of this text.
    pub(super) fn fuzzy(filter: &'a str) -> Self {
        if filter.len() > MOST_LETTERS {
            return Self::substring(filter);
        }
        let (case, accents) = (CaseMatching::Smart, Normalization::Smart);
        let pattern = Pattern::new(filter, case, accents, AtomKind::Fuzzy);
        if pattern.atoms.is_empty() { Self::All } else { Self::Fuzzy(Box::new(pattern)) }
    }

    /// A search for this regular expression; an invalid one finds nothing.
    pub(super) fn expression(filter: &str) -> Self {
        if filter.is_empty() {
            return Self::All;
        }
        let Ok(expression) = Expression::new(filter) else { return Self::Nothing };
        let finder = Finder::new(expression.literal()).into_owned();
        Self::Expression(Box::new((expression, finder)))
    }

    /// Whether all keys are found.
    pub(super) fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// Calls `found` with the matching rows of the batch, counted from its first, and their scores; 0 for a
    /// search without scores.
    pub(super) fn search(
        &self,
        scratch: &mut Scratch,
        batch: &RowBatch,
        mut found: impl FnMut(usize, u32),
    ) {
        match self {
            Self::All => (0..batch.ends.len()).for_each(|row| found(row, 0)),
            Self::Nothing => {}
            Self::Expression(parts) => {
                let (expression, finder) = &**parts;
                let keys = if expression.is_exact() { &batch.keys } else { scratch.lower(batch) };
                within(keys, batch, finder, |row, score| {
                    if expression.is_in(&batch.keys[batch.range(row)]) {
                        found(row, score);
                    }
                });
            }
            Self::Exact(finder) => within(&batch.keys, batch, finder, found),
            Self::AnyCase(finder) => {
                within(scratch.lower(batch), batch, finder, found);
            }
            Self::AnyCaseText(finder) => {
                // Lower case can have another length, so keys are searched one by one.
                for row in 0..batch.ends.len() {
                    let key = String::from_utf8_lossy(&batch.keys[batch.range(row)]).to_lowercase();
                    if finder.find(key.as_bytes()).is_some() {
                        found(row, 0);
                    }
                }
            }
            Self::Fuzzy(pattern) => {
                let matcher = scratch.matcher.get_or_insert_with(|| Matcher::new(Config::DEFAULT));
                let ascii = batch.keys.is_ascii();
                for row in 0..batch.ends.len() {
                    let key = &batch.keys[batch.range(row)];
                    let score = if ascii || key.is_ascii() {
                        pattern.score(Utf32Str::Ascii(key), matcher)
                    } else {
                        let text = String::from_utf8_lossy(key);
                        pattern.score(Utf32Str::new(&text, &mut scratch.letters), matcher)
                    };
                    if let Some(score) = score {
                        found(row, score);
                    }
                }
            }
        }
    }
}

/// Calls `found` with the rows whose part of `keys` contains the needle; `keys` are those of the batch.
fn within(keys: &[u8], batch: &RowBatch, finder: &Finder, mut found: impl FnMut(usize, u32)) {
    let length = finder.needle().len();
    if length == 0 {
        return (0..batch.ends.len()).for_each(|row| found(row, 0));
    }
    let (mut row, mut at) = (0, 0);
    while let Some(hit) = keys.get(at..).and_then(|rest| finder.find(rest)) {
        let hit = at + hit;
        row = batch.row_at(row, hit);
        let end = batch.range(row).end;
        if hit + length <= end {
            found(row, 0);
            at = end;
        } else {
            // The match spans two keys.
            at = hit + 1;
        }
    }
}
