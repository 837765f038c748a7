//! Filters of rows by the contents of a column.

use std::borrow::Cow;
use std::cmp::Ordering;

use bytes::Bytes;
use memchr::memmem;

use super::value::value;

/// Condition on a column for its row to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnFilter {
    /// As it was typed: a text that is contained; behind `=` one that is all of it, behind `!` one that is
    /// excluded, behind `<`, `>`, `<=` or `>=` a number.
    Typed(String),
    /// Exactly this value.
    Is(Bytes),
}

/// A filter that is ready to be applied.
#[derive(Debug)]
pub(super) struct Test {
    not: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Is(Bytes),
    Holds(Box<memmem::Finder<'static>>),
    /// Contains this text in any case; it is in lower case.
    HoldsAnyCase(String),
    /// Whether a number less than, equal to or greater than this one is kept; and the sign that may stand
    /// before its decimals.
    Number(f64, [bool; 3], u8),
}

impl ColumnFilter {
    /// The filter in words, on one line.
    pub fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Typed(text) => text.into(),
            Self::Is(bytes) => format!("={}", String::from_utf8_lossy(bytes)).into(),
        }
    }

    /// The filter ready to be applied to fields with this sign before decimals.
    pub(super) fn test(&self, decimal: u8) -> Test {
        let typed = match self {
            Self::Is(bytes) => return Test { not: false, kind: Kind::Is(bytes.clone()) },
            Self::Typed(typed) => typed.as_str(),
        };
        for (sign, keeps) in [
            ("<=", [true, true, false]),
            (">=", [false, true, true]),
            ("<", [true, false, false]),
            (">", [false, false, true]),
        ] {
            let number = typed.strip_prefix(sign).and_then(|rest| value(rest.as_bytes(), decimal));
            if let Some(number) = number {
                return Test { not: false, kind: Kind::Number(number, keeps, decimal) };
            }
        }
        let (not, text) = typed.strip_prefix('!').map_or((false, typed), |rest| (true, rest));
        let kind = if let Some(whole) = text.strip_prefix('=') {
            Kind::Is(Bytes::copy_from_slice(whole.as_bytes()))
        } else if text.chars().any(char::is_uppercase) {
            Kind::Holds(Box::new(memmem::Finder::new(text).into_owned()))
        } else {
            Kind::HoldsAnyCase(text.to_owned())
        };
        Test { not, kind }
    }
}

impl Test {
    /// Whether a row with this field in the column is kept.
    pub(super) fn keeps(&self, field: &[u8]) -> bool {
        let keeps = match &self.kind {
            Kind::Is(whole) => *field == **whole,
            Kind::Holds(finder) => finder.find(field).is_some(),
            Kind::HoldsAnyCase(text) if field.is_ascii() => {
                memmem::find(&field.to_ascii_lowercase(), text.as_bytes()).is_some()
            }
            Kind::HoldsAnyCase(text) => {
                String::from_utf8_lossy(field).to_lowercase().contains(text.as_str())
            }
            Kind::Number(than, [less, equal, greater], decimal) => {
                match value(field, *decimal).and_then(|number| number.partial_cmp(than)) {
                    Some(Ordering::Less) => *less,
                    Some(Ordering::Equal) => *equal,
                    Some(Ordering::Greater) => *greater,
                    None => false,
                }
            }
        };
        keeps != self.not
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_tells_what_is_kept() {
        let keeps = |typed: &str, field: &str| {
            ColumnFilter::Typed(typed.to_owned()).test(b'.').keeps(field.as_bytes())
        };
        for (typed, kept, left) in [
            ("cup", "A CUP of", "pot"),
            ("Cup", "a Cup", "a cup"),
            ("äö", "xÄÖx", "ao"),
            ("!cup", "pot", "Cup"),
            ("=cup", "cup", "cups"),
            ("!=cup", "cups", "cup"),
            ("=", "", "x"),
            ("!=", "x", ""),
            (">5", " 5.1 ", "5"),
            (">=5", "5", "4.99"),
            ("<-1e2", "-101", "-99"),
            ("<=0", "-0", "x"),
            (">5", "1e3", ""),
            ("<b", "a <B>", "a"),
            (">1,000", "12,500", "999"),
            ("<1", "50%", "inf"),
        ] {
            assert!(keeps(typed, kept) && !keeps(typed, left), "{typed}");
        }
        let is = ColumnFilter::Is(Bytes::from_static(b">5"));
        assert!(is.test(b'.').keeps(b">5") && !is.test(b'.').keeps(b"6"));
        assert_eq!(is.words(), "=>5");
    }
}
