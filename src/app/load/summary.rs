//! Summary of a store or of a group of keys, in a few rows.

use crate::index::Index;
use crate::model::{ContentType, KeyPage, RecordMeta, StoreName, sort};

use super::Scope;

/// Limit on the keys of a group that are shown.
const FIRST: usize = 100;
/// Rows between two checks whether the answer is still wanted.
const STRETCH: usize = 20_000;

/// The store or the group under the cursor, where the cursor is on no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A store that is not open.
    Store(StoreName),
    /// A group of the open store's keys.
    Group(Scope),
}

/// The summary of a store or of a group of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The store or the group.
    pub of: Subject,
    /// The first keys. They are in their order if they are all keys.
    pub keys: Vec<RecordMeta>,
    /// Content types under the names that are shown, with their number of records and of bytes; the most
    /// bytes first.
    pub types: Vec<(ContentType, u64, u64)>,
    /// Number of records that the types are counted from.
    pub records: u64,
    /// Size of those records together, in bytes.
    pub bytes: u64,
    /// Whether the types are counted from all records.
    pub whole: bool,
}

impl Summary {
    /// The summary of a store, from a page of its keys.
    pub fn of_page(store: StoreName, page: &KeyPage) -> Self {
        let mut summary = Self::new(Subject::Store(store));
        for row in page.iter() {
            summary.add(row.content_type, row.size);
        }
        summary.keys = page.to_metas();
        sort::sort_by(&mut summary.keys, |a, b| a.key.cmp(&b.key));
        summary.keys.dedup_by(|a, b| a.key == b.key);
        summary.whole = page.progress >= 1.0;
        summary.sorted()
    }

    /// The summary of a group of keys; `None` as soon as `wanted` says no.
    pub fn of_group(index: &Index, scope: Scope, wanted: &dyn Fn() -> bool) -> Option<Self> {
        let at = |key: &[u8]| index.find(key).unwrap_or_else(|row| row);
        let range = match (scope.numbered, after(&scope.prefix)) {
            (true, _) => {
                let with = |byte| [&scope.prefix[..], &[byte]].concat();
                at(&with(b'0'))..at(&with(b'9' + 1))
            }
            (false, Some(after)) => at(&scope.prefix)..at(&after),
            (false, None) => at(&scope.prefix)..index.len(),
        };
        let mut summary = Self::new(Subject::Group(scope));
        for start in range.clone().step_by(STRETCH) {
            if !wanted() {
                return None;
            }
            index.for_each_row(start..range.end.min(start + STRETCH), |row| {
                summary.add(row.content_type, row.size);
                if summary.keys.len() < FIRST {
                    summary.keys.push(row.to_meta());
                }
            });
        }
        summary.whole = true;
        Some(summary.sorted())
    }

    fn new(of: Subject) -> Self {
        Self { of, keys: Vec::new(), types: Vec::new(), records: 0, bytes: 0, whole: false }
    }

    fn add(&mut self, kind: &ContentType, size: u64) {
        self.records += 1;
        self.bytes = self.bytes.saturating_add(size);
        let room = self.types.len() < FIRST;
        match self.types.iter_mut().find(|(known, ..)| known == kind) {
            Some((_, records, bytes)) => {
                *records += 1;
                *bytes = bytes.saturating_add(size);
            }
            // There is room for every type, unless each record has a type of its own.
            None if room => self.types.push((kind.clone(), 1, size)),
            None => {}
        }
    }

    /// Sorts the types into one row for each name, whatever their parameters; the most bytes first.
    fn sorted(mut self) -> Self {
        for (kind, records, bytes) in std::mem::take(&mut self.types) {
            match self.types.iter_mut().find(|(known, ..)| known.short() == kind.short()) {
                Some((_, all_records, all_bytes)) => {
                    *all_records += records;
                    *all_bytes = all_bytes.saturating_add(bytes);
                }
                None => self.types.push((kind, records, bytes)),
            }
        }
        sort::sort_by(
            &mut self.types,
            |(name, records, bytes), (other, more_records, more_bytes)| {
                (more_bytes, more_records).cmp(&(bytes, records)).then(name.cmp(other))
            },
        );
        self
    }
}

/// The first key behind all keys with this beginning; `None` where there can be none.
fn after(prefix: &[u8]) -> Option<Vec<u8>> {
    let end = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut after = prefix[..=end].to_vec();
    after[end] += 1;
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Builder;

    fn page(keys: &[(&str, u64)]) -> KeyPage {
        let mut page = KeyPage::default();
        for (key, size) in keys {
            let kind = if key.ends_with("html") { "text/html" } else { "image/png" };
            page.push(key.as_bytes(), kind, *size, None);
        }
        page
    }

    #[test]
    fn a_page_of_a_store_tells_its_types_and_first_keys() {
        let mut page = page(&[("b.html", 10), ("a.png", 5), ("c.html", 1)]);
        let summary = Summary::of_page("shop".into(), &page);
        let keys: Vec<_> = summary.keys.iter().map(|meta| meta.key.escaped()).collect();
        assert_eq!(keys, ["a.png", "b.html", "c.html"]);
        let types: Vec<_> =
            summary.types.iter().map(|(kind, n, b)| (kind.short(), *n, *b)).collect();
        assert_eq!(types, [("html", 2, 11), ("png", 1, 5)]);
        assert_eq!((summary.records, summary.bytes, summary.whole), (3, 16, false));
        page.progress = 1.0;
        assert!(Summary::of_page("shop".into(), &page).whole);
    }

    #[test]
    fn types_that_are_shown_by_one_name_are_one() {
        let mut page = KeyPage::default();
        page.push(b"a", "application/json", 2, None);
        page.push(b"b", "image/png", 4, None);
        page.push(b"c", "application/json; charset=utf-8", 3, None);
        let types = Summary::of_page("shop".into(), &page).types;
        let types: Vec<_> = types.iter().map(|(kind, n, b)| (kind.short(), *n, *b)).collect();
        assert_eq!(types, [("json", 2, 5), ("png", 1, 4)]);
    }

    #[test]
    fn a_group_is_all_keys_that_begin_so() {
        let keys =
            [("page", 1), ("page-1", 2), ("page-x", 4), ("page1", 8), ("page2", 16), ("q", 32)];
        let mut builder = Builder::new();
        builder.add(&page(&keys));
        let index = builder.finish().packed();
        let of = |prefix: &str, numbered| {
            let scope = Scope { prefix: prefix.as_bytes().to_vec(), numbered };
            Summary::of_group(&index, scope, &|| true).unwrap().bytes
        };
        assert_eq!((of("page", false), of("page-", false), of("page", true)), (31, 6, 24));
        assert_eq!((of("", false), of("z", false)), (63, 0));
        assert_eq!(after(b"a\xff\xff"), Some(b"b".to_vec()));
        assert_eq!(after(b"\xff"), None);
        assert!(Summary::of_group(&index, Scope::default(), &|| false).is_none());
    }
}
