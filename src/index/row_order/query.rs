//! Queries: a selection of an index's rows, and their order.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::index::Index;
use crate::index::expression::Expression;
use crate::model::Key;

/// Order of the rows; ties are ordered by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// By the keys' bytes, as Crawlee does; with a fuzzy filter, the best match first.
    #[default]
    Key,
    /// By the values' sizes.
    Size,
    /// By the content types' text.
    ContentType,
    /// The keys seen last ([`Query::recent`]) first, then all others by key.
    Newest,
}

/// How a record has to match the filter. Case counts if the filter has an upper-case letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Filter {
    /// The key contains the text.
    #[default]
    Substring,
    /// The key has the letters of each word of the text, in their order.
    Fuzzy,
    /// The key matches the text as a regular expression; an invalid one finds nothing.
    Expression,
    /// The content type contains the text, in any case.
    Type,
    /// The content type is the text.
    TypeIs,
}

impl Filter {
    /// First character of a filter that finds the letters of each word in order, the best match first.
    pub const FUZZY_SIGN: char = '~';
    /// First character of a filter that is a regular expression.
    pub const EXPRESSION_SIGN: char = '/';
    /// First character of a filter that finds content types which contain the rest.
    pub const TYPE_SIGN: char = '@';
    /// First characters of a filter that finds exactly this content type; without a type, records that have
    /// none.
    pub const EXACT_TYPE_SIGN: &str = "@=";
    /// Sign that makes plain text of the sign behind it.
    const ESCAPE: char = '\\';

    /// How a typed filter matches records, and its text.
    pub fn of_records(typed: &str) -> (Self, &str) {
        if let Some(exact) = typed.strip_prefix(Self::EXACT_TYPE_SIGN) {
            (Self::TypeIs, exact)
        } else if let Some(part) = typed.strip_prefix(Self::TYPE_SIGN) {
            (Self::Type, part)
        } else {
            Self::of_names(typed)
        }
    }

    /// How a typed filter matches things that have a name and no content type, and its text.
    pub fn of_names(typed: &str) -> (Self, &str) {
        let signs = [Self::FUZZY_SIGN, Self::EXPRESSION_SIGN, Self::TYPE_SIGN, Self::ESCAPE];
        if let Some(fuzzy) = typed.strip_prefix(Self::FUZZY_SIGN) {
            (Self::Fuzzy, fuzzy)
        } else if let Some(expression) = typed.strip_prefix(Self::EXPRESSION_SIGN) {
            (Self::Expression, expression)
        } else {
            let plain = typed.strip_prefix(Self::ESCAPE).filter(|rest| rest.starts_with(signs));
            (Self::Substring, plain.unwrap_or(typed))
        }
    }

    /// The fault of a typed filter, in a few words; `None` if it is valid.
    pub fn fault(typed: &str) -> Option<Cow<'static, str>> {
        match Self::of_names(typed) {
            (Self::Expression, expression) => Expression::new(expression).err(),
            _ => None,
        }
    }
}

/// A selection of an index's rows, and their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The order.
    pub sort: Sort,
    /// Whether the order is backwards.
    pub descending: bool,
    /// Text that records have to match; empty: all records, except with [`Filter::TypeIs`].
    pub filter: String,
    /// How records have to match it.
    pub matching: Filter,
    /// For [`Sort::Newest`]: keys, the newest first. Keys that the index does not have are skipped.
    pub recent: Arc<[Key]>,
    /// Beginning of the selected keys; empty: any.
    pub prefix: Vec<u8>,
    /// Whether the keys also go on with a digit; only with a prefix.
    pub numbered: bool,
}

impl Query {
    /// The rows whose keys have the right beginning.
    pub(super) fn range(&self, index: &Index) -> Range<usize> {
        if self.prefix.is_empty() {
            return 0..index.len();
        }
        let mut start = self.prefix.clone();
        let end;
        if self.numbered {
            start.push(b'0');
            // The byte behind the digits.
            end = Some([&self.prefix[..], b":"].concat());
        } else if let Some(last) = self.prefix.iter().rposition(|byte| *byte < u8::MAX) {
            let mut next = self.prefix[..=last].to_vec();
            next[last] += 1;
            end = Some(next);
        } else {
            end = None;
        }
        let row = |key: &[u8]| index.find(key).unwrap_or_else(|row| row);
        row(&start)..end.map_or(index.len(), |end| row(&end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_says_how_a_filter_looks_for_records_and_can_be_typed_as_text() {
        for (typed, meant) in [
            ("page", (Filter::Substring, "page")),
            ("~pg", (Filter::Fuzzy, "pg")),
            (r"/^a\d", (Filter::Expression, r"^a\d")),
            ("@html", (Filter::Type, "html")),
            ("@=", (Filter::TypeIs, "")),
            (r"\~pg", (Filter::Substring, "~pg")),
            (r"\/a/b", (Filter::Substring, "/a/b")),
            (r"\@me", (Filter::Substring, "@me")),
            (r"\\/", (Filter::Substring, r"\/")),
            (r"\d", (Filter::Substring, r"\d")),
            (r"\", (Filter::Substring, r"\")),
        ] {
            assert_eq!(Filter::of_records(typed), meant, "{typed}");
        }
        assert_eq!(Filter::of_names("@html"), (Filter::Substring, "@html"));
        assert!(Filter::fault("/(").is_some() && Filter::fault("(").is_none());
    }
}
