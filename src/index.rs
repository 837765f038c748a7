//! The keys of one store: compact, sorted, filterable.
//!
//! A [`Builder`] takes pages as they arrive, in any order and with keys twice. What it makes is an
//! [`Index`]: immutable, sorted by the keys' bytes as Crawlee sorts them, some 36 bytes for a
//! record with a 26-byte key, to be shared in an `Arc`. Changes make a new one
//! ([`Index::apply`]). A [`Selection`] is an order of its rows: filtered, sorted otherwise.
//!
//! Building, applying and selecting take milliseconds at a million keys: not for the loop.

mod builder;
mod change;
mod columns;
mod order;
mod selection;

#[cfg(test)]
mod model_tests;

pub use builder::Builder;
pub use change::Change;
pub use selection::{Selection, Sort};

/// One row of an index, borrowed. The content type is unknown if the store has more than 65,535
/// different ones before it.
pub use crate::storage::PageRow as Row;

use columns::Columns;

/// The keys of a store with their metadata, sorted by the keys' bytes, each key once.
#[derive(Debug, Clone, Default)]
pub struct Index {
    columns: Columns,
}

impl Index {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sum of the values' sizes in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.columns.total_bytes()
    }

    /// How many records had no room, because the keys alone take 4 GiB.
    pub fn left_out(&self) -> u64 {
        self.columns.left_out()
    }

    /// The memory it takes, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.columns.heap_bytes()
    }

    /// A row, in the order of the keys.
    ///
    /// # Panics
    /// If `at` is not below [`Index::len`].
    pub fn row(&self, at: usize) -> Row<'_> {
        self.columns.row(at)
    }

    /// As [`Index::row`], but `None` where there is none.
    pub fn get(&self, at: usize) -> Option<Row<'_>> {
        (at < self.len()).then(|| self.row(at))
    }

    /// All rows, in the order of the keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The row of a key.
    ///
    /// # Errors
    /// The row at which the key would stand, if it is not there.
    pub fn find(&self, key: &[u8]) -> Result<usize, usize> {
        self.find_from(0, key)
    }

    /// As [`Index::find`], among the rows at and after `from`.
    fn find_from(&self, from: usize, key: &[u8]) -> Result<usize, usize> {
        let (mut low, mut high) = (from, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.columns.key(middle).cmp(key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Ok(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::ContentType;
    use crate::storage::KeyPage;

    fn build(rows: &[(&str, &str, u64)]) -> Index {
        let mut page = KeyPage::default();
        for (key, content_type, size) in rows {
            page.push(key.as_bytes(), content_type, *size, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        builder.finish()
    }

    #[test]
    fn keys_are_sorted_by_bytes_and_found() {
        let index = build(&[("b", "text/plain", 1), ("Z", "", 2), ("ä", "", 3), ("a", "", 4)]);
        let keys: Vec<_> = index.iter().map(|row| row.key.to_vec()).collect();
        assert_eq!(keys, [b"Z".to_vec(), b"a".to_vec(), b"b".to_vec(), "ä".as_bytes().to_vec()]);
        assert_eq!(index.find(b"b"), Ok(2));
        assert_eq!(index.find(b"aa"), Err(2));
        assert_eq!(index.row(2).content_type.as_str(), "text/plain");
        assert_eq!(index.total_bytes(), 10);
        assert_eq!(index.get(4), None);
    }

    #[test]
    fn sizes_over_four_gib_are_kept() {
        let large = u64::from(u32::MAX);
        let index =
            build(&[("a", "", large), ("b", "", large + 1), ("c", "", 7), ("d", "", 1 << 60)]);
        let sizes: Vec<_> = index.iter().map(|row| row.size).collect();
        assert_eq!(sizes, [large, large + 1, 7, 1 << 60]);
    }

    #[test]
    fn a_record_takes_less_than_forty_bytes() {
        let mut builder = Builder::new();
        let mut page = KeyPage::default();
        for number in 0..20_000 {
            let key = format!("https-page-{number:015}");
            assert_eq!(key.len(), 26);
            page.push(key.as_bytes(), "application/json; charset=utf-8", 200, None);
        }
        builder.add(&page);
        builder.add(&page);
        let index = builder.finish();
        assert_eq!(index.len(), 20_000);
        assert!(index.heap_bytes() <= 40 * index.len(), "{}", index.heap_bytes());
    }

    #[test]
    fn too_many_content_types_are_unknown_and_lose_no_key() {
        let mut builder = Builder::new();
        for start in [0, 40_000] {
            let mut page = KeyPage::default();
            for number in start..start + 40_000_u32 {
                // A page looks its types up one by one: keep its list short.
                if number % 500 == 0 {
                    builder.add(&std::mem::take(&mut page));
                }
                page.push(&number.to_be_bytes(), &format!("x/{number}"), 1, None);
            }
            builder.add(&page);
        }
        let index = builder.finish();
        assert_eq!(index.len(), 80_000);
        assert_eq!(index.row(9).content_type.as_str(), "x/9");
        assert_eq!(index.row(79_999).content_type, &ContentType::UNKNOWN);
    }
}
