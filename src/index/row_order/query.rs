//! Queries: which rows of an index, in which order.

use std::ops::Range;
use std::sync::Arc;

use crate::index::Index;
use crate::model::Key;

/// What rows are sorted by; ties by key.
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
    /// The content type contains the text, in any case.
    Type,
    /// The content type is the text.
    TypeIs,
}

/// Which rows of an index are to be selected, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The order.
    pub sort: Sort,
    /// Whether the order is backwards.
    pub descending: bool,
    /// Only records that match this; empty: all, but for [`Filter::TypeIs`].
    pub filter: String,
    /// How they have to match it.
    pub matching: Filter,
    /// For [`Sort::Newest`]: keys, the newest first. Those that the index does not have are
    /// passed over.
    pub recent: Arc<[Key]>,
    /// Only keys that begin with this; empty: all.
    pub prefix: Vec<u8>,
    /// And, if that is not empty, go on with a digit.
    pub numbered: bool,
}

impl Query {
    /// The rows whose keys begin as they are to.
    pub(super) fn range(&self, index: &Index) -> Range<usize> {
        if self.prefix.is_empty() {
            return 0..index.len();
        }
        let mut start = self.prefix.clone();
        let end;
        if self.numbered {
            start.push(b'0');
            // What comes after the digits.
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
