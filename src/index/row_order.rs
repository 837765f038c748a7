//! An order of an index's rows: filtered, sorted by a column.

mod early;
mod make;
mod query;

pub use query::{Filter, Query, Sort};

use super::Index;

/// Some rows of an index in some order. It belongs to the index that it was made from.
///
/// All rows in the order of the keys, up or down, take no memory; other orders take 4 bytes a row. Rows that
/// are moved to the front take 12 bytes each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowOrder {
    rows: Rows,
    /// Rows that come first.
    front: Front,
    /// Whether the rows are read from the end.
    reversed: bool,
    /// Whether row numbers rise from front to end (before `front` and `reversed`).
    ascending: bool,
    total_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rows {
    All(usize),
    Some(Vec<u32>),
}

/// Places among the rows that are moved to the front; the other rows keep their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Front {
    /// The places, in their order at the front.
    places: Vec<u32>,
    /// The same places in rising order, each with its index in `places`.
    rising: Vec<(u32, u32)>,
}

/// The selection of an empty index.
impl Default for RowOrder {
    fn default() -> Self {
        Self::of(Rows::All(0), 0)
    }
}

impl RowOrder {
    /// All rows in the order of the keys.
    pub fn all(index: &Index) -> Self {
        Self::of(Rows::All(index.len()), index.total_bytes())
    }

    fn of(rows: Rows, total_bytes: u64) -> Self {
        Self { rows, front: Front::default(), reversed: false, ascending: true, total_bytes }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::All(count) => *count,
            Rows::Some(rows) => rows.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sum of the values' sizes in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// The row of the index at a position.
    pub fn get(&self, position: usize) -> Option<usize> {
        let place = self.front.place(self.turned(position)?);
        match &self.rows {
            Rows::All(_) => Some(place),
            Rows::Some(rows) => rows.get(place).map(|row| *row as usize),
        }
    }

    /// Position of a row of the index; `None` if it is filtered out. In an order by size, content type or
    /// score, this looks through all rows: a tenth of a millisecond at a million.
    pub fn position_of(&self, row: usize) -> Option<usize> {
        let place = self.place_of(row)?;
        self.turned(self.front.position(place))
    }

    /// The index's rows in this order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// Place of a row among `rows`.
    fn place_of(&self, row: usize) -> Option<usize> {
        match &self.rows {
            Rows::All(count) => (row < *count).then_some(row),
            Rows::Some(rows) if self.ascending => {
                rows.binary_search_by_key(&row, |row| *row as usize).ok()
            }
            Rows::Some(rows) => {
                let row = u32::try_from(row).ok()?;
                rows.iter().position(|known| *known == row)
            }
        }
    }

    fn turned(&self, place: usize) -> Option<usize> {
        let from_end = self.len().checked_sub(place + 1)?;
        Some(if self.reversed { from_end } else { place })
    }
}

impl Front {
    /// Makes it from places, each at most once, in the order that they shall have.
    fn new(places: Vec<u32>) -> Self {
        let mut rising: Vec<_> = places.iter().copied().zip(0..).collect();
        rising.sort_unstable();
        Self { places, rising }
    }

    /// The place at a position.
    fn place(&self, position: usize) -> usize {
        if let Some(place) = self.places.get(position) {
            return *place as usize;
        }
        // This many of the other rows, and some of these, come before the wanted place.
        let others = position - self.places.len();
        let (mut low, mut high) = (0, self.rising.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.rising[middle].0 as usize - middle <= others {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        others + low
    }

    /// The position of a place.
    fn position(&self, place: usize) -> usize {
        match self.rising.binary_search_by_key(&place, |(place, _)| *place as usize) {
            Ok(at) => self.rising[at].1 as usize,
            Err(before) => self.places.len() + place - before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Builder;
    use crate::model::{Key, KeyPage};

    fn index(keys: &[&str]) -> Index {
        let mut page = KeyPage::default();
        for key in keys {
            page.push(key.as_bytes(), "text/plain", 1, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        builder.finish()
    }

    fn select(index: &Index, query: &Query) -> RowOrder {
        RowOrder::new(index, query, &|| true).unwrap()
    }

    fn keys(index: &Index, selection: &RowOrder) -> Vec<String> {
        selection.iter().map(|row| index.row(row).key.escaped()).collect()
    }

    fn matches(index: &Index, filter: &str, matching: Filter) -> Vec<String> {
        let query = Query { filter: filter.into(), matching, ..Query::default() };
        keys(index, &select(index, &query))
    }

    #[test]
    fn case_counts_only_if_the_filter_has_upper_case() {
        let index = index(&["Page", "page", "ÄPFEL", "äpfel", "İstanbul"]);
        let matches = |filter| matches(&index, filter, Filter::Substring);
        assert_eq!(matches("pag"), ["Page", "page"]);
        assert_eq!(matches("Pag"), ["Page"]);
        assert_eq!(matches("äp"), ["ÄPFEL", "äpfel"]);
        assert_eq!(matches("ÄP"), ["ÄPFEL"]);
    }

    #[test]
    fn a_match_lies_within_one_key() {
        let index = index(&["ab", "cd", "xcbcd"]);
        for index in [index.packed(), index] {
            assert_eq!(matches(&index, "bc", Filter::Substring), ["xcbcd"]);
            assert_eq!(matches(&index, "cd", Filter::Substring), ["cd", "xcbcd"]);
        }
    }

    #[test]
    fn fuzzy_matches_are_sorted_by_score_then_key() {
        let index = index(&["a-p-r-i-l", "april", "March", "april-2", "\u{e4}pril", "ril"]);
        for index in [index.packed(), index] {
            let found = matches(&index, "april", Filter::Fuzzy);
            assert_eq!(found, ["april", "april-2", "\u{e4}pril", "a-p-r-i-l"]);
            assert_eq!(matches(&index, "MRCH", Filter::Fuzzy), Vec::<String>::new());
            assert_eq!(matches(&index, "mrch", Filter::Fuzzy), ["March"]);
            assert_eq!(matches(&index, " ", Filter::Fuzzy).len(), 6);
        }
    }

    #[test]
    fn an_expression_finds_the_keys_that_match_it() {
        let index = index(&["Page-1.html", "page-12", "page-12.html", "other.html", "\u{c4}-1"]);
        for index in [index.packed(), index] {
            let found = |filter| matches(&index, filter, Filter::Expression);
            assert_eq!(found(r"page-\d+\.html$"), ["Page-1.html", "page-12.html"]);
            assert_eq!(found(r"Page-\d"), ["Page-1.html"]);
            assert_eq!(found("^page-12$"), ["page-12"]);
            assert_eq!(found("^o|2$"), ["other.html", "page-12"]);
            assert_eq!(found(r"^ä-\d"), ["\u{c4}-1"]);
            assert_eq!(found("").len(), 5);
            assert!(found("(").is_empty());
        }
    }

    #[test]
    fn a_fuzzy_filter_can_be_as_long_as_keys_are() {
        for length in [999, 1000, 1001, 70_000] {
            let key = "-A".repeat(length / 2 + 1);
            let index = index(&[&key, "a"]);
            assert_eq!(matches(&index, &key[..length], Filter::Fuzzy), [key.as_str()]);
        }
    }

    #[test]
    fn all_rows_ascending_or_descending_allocate_nothing() {
        let index = index(&["a", "b", "c"]);
        let down = select(&index, &Query { descending: true, ..Query::default() });
        assert_eq!(down.rows, Rows::All(3));
        assert_eq!(down.iter().collect::<Vec<_>>(), [2, 1, 0]);
        assert_eq!((down.get(3), down.position_of(3)), (None, None));
    }

    #[test]
    fn newest_keys_come_first_and_only_they_allocate() {
        let index = index(&["a1", "b1", "c1", "d2", "e1"]);
        let recent: Vec<Key> = ["d2", "x", "b1", "d2", "e1"].map(Key::from).to_vec();
        let mut query = Query { sort: Sort::Newest, recent: recent.into(), ..Query::default() };
        let all = select(&index, &query);
        assert_eq!(keys(&index, &all), ["d2", "b1", "e1", "a1", "c1"]);
        assert_eq!(all.rows, Rows::All(5));
        query.filter = "1".into();
        assert_eq!(keys(&index, &select(&index, &query)), ["b1", "e1", "a1", "c1"]);
        query.matching = Filter::Fuzzy;
        query.descending = true;
        let found = select(&index, &query);
        assert_eq!(keys(&index, &found), ["c1", "a1", "e1", "b1"]);
        for row in 0..index.len() {
            let position = found.position_of(row);
            assert_eq!(position.and_then(|position| found.get(position)), position.map(|_| row));
        }
    }
}
