//! An order of an index's rows: filtered, sorted by a column.

use std::cmp::Reverse;

use memchr::memmem::Finder;

use super::Index;
use super::columns::Columns;

/// How many rows are looked at between two questions whether the work is still wanted.
const BATCH: usize = 4096;

/// What rows are sorted by; ties by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// By the keys' bytes, as Crawlee does.
    #[default]
    Key,
    /// By the values' sizes.
    Size,
    /// By the content types' text.
    ContentType,
}

/// Some rows of an index in some order. It belongs to the index that it was made from.
///
/// All rows in the order of the keys, up or down, take no memory; else a row takes 4 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    rows: Rows,
    /// Read from the end.
    reversed: bool,
    /// Row numbers rise from front to end (before `reversed`).
    ascending: bool,
    total_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rows {
    All(usize),
    Some(Vec<u32>),
}

/// The selection of an empty index.
impl Default for Selection {
    fn default() -> Self {
        Self { rows: Rows::All(0), reversed: false, ascending: true, total_bytes: 0 }
    }
}

impl Selection {
    /// All rows in the order of the keys.
    pub fn all(index: &Index) -> Self {
        Self {
            rows: Rows::All(index.len()),
            reversed: false,
            ascending: true,
            total_bytes: index.total_bytes(),
        }
    }

    /// The rows whose key contains `filter` (empty: all), sorted. Case counts if the filter has
    /// an upper-case letter.
    ///
    /// Asks `wanted` every few thousand rows; `None` as soon as it says no.
    pub fn new(
        index: &Index,
        sort: Sort,
        descending: bool,
        filter: &str,
        wanted: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let columns = &index.columns;
        let mut selection = Self { reversed: descending, ..Self::all(index) };
        if !filter.is_empty() {
            let rows = Needle::new(filter).rows(columns, wanted)?;
            let sizes = rows.iter().map(|row| columns.size(*row as usize));
            selection.total_bytes = sizes.fold(0, u64::saturating_add);
            selection.rows = Rows::Some(rows);
        }
        if sort == Sort::Key {
            return wanted().then_some(selection);
        }
        let rows = match selection.rows {
            Rows::Some(rows) => rows,
            Rows::All(count) => (0..count as u32).collect(),
        };
        if !wanted() {
            return None;
        }
        let rows = match sort {
            Sort::Size => by_size(columns, &rows, descending),
            _ => by_type(columns, &rows, descending),
        };
        selection.rows = Rows::Some(rows);
        selection.reversed = false;
        selection.ascending = false;
        wanted().then_some(selection)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::All(count) => *count,
            Rows::Some(rows) => rows.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sum of the values' sizes in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// The index's row that stands at a position.
    pub fn get(&self, position: usize) -> Option<usize> {
        let place = self.turned(position)?;
        match &self.rows {
            Rows::All(_) => Some(place),
            Rows::Some(rows) => rows.get(place).map(|row| *row as usize),
        }
    }

    /// Where a row of the index stands; `None` if it is filtered out. Sorted by size or content
    /// type this looks through all rows: a tenth of a millisecond at a million.
    pub fn position_of(&self, row: usize) -> Option<usize> {
        let place = match &self.rows {
            Rows::All(_) => row,
            Rows::Some(rows) if self.ascending => {
                rows.binary_search_by_key(&row, |row| *row as usize).ok()?
            }
            Rows::Some(rows) => {
                let row = u32::try_from(row).ok()?;
                rows.iter().position(|known| *known == row)?
            }
        };
        self.turned(place)
    }

    /// The index's rows in this order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    fn turned(&self, place: usize) -> Option<usize> {
        let from_end = self.len().checked_sub(place + 1)?;
        Some(if self.reversed { from_end } else { place })
    }
}

/// What is looked for in keys.
enum Needle<'a> {
    /// These bytes.
    Exact(Finder<'a>),
    /// These lower-case ASCII bytes, in any case.
    AnyCase(Finder<'a>),
    /// This lower-case text with letters beyond ASCII, in any case.
    AnyCaseText(Finder<'a>),
}

impl<'a> Needle<'a> {
    fn new(filter: &'a str) -> Self {
        let finder = Finder::new(filter);
        if filter.chars().any(char::is_uppercase) {
            Self::Exact(finder)
        } else if filter.is_ascii() {
            Self::AnyCase(finder)
        } else {
            Self::AnyCaseText(finder)
        }
    }

    /// The rows whose key has it, rising. `None` if they are no longer wanted.
    fn rows(&self, columns: &Columns, wanted: &dyn Fn() -> bool) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        let mut lower = Vec::new();
        for start in (0..columns.len()).step_by(BATCH) {
            if !wanted() {
                return None;
            }
            let rows = start..(start + BATCH).min(columns.len());
            let keys = columns.keys(rows.clone());
            match self {
                Self::Exact(finder) => within(columns, start, keys, finder, &mut found),
                Self::AnyCase(finder) => {
                    lower.clear();
                    lower.extend(keys.iter().map(u8::to_ascii_lowercase));
                    within(columns, start, &lower, finder, &mut found);
                }
                Self::AnyCaseText(finder) => {
                    // Lower case can be longer or shorter: one key at a time.
                    let has = |row: &usize| {
                        let key = String::from_utf8_lossy(columns.key(*row)).to_lowercase();
                        finder.find(key.as_bytes()).is_some()
                    };
                    found.extend(rows.filter(has).map(|row| row as u32));
                }
            }
        }
        Some(found)
    }
}

/// Adds the rows whose part of `keys` has it; `keys` are those from row `first` on, end to end.
fn within(columns: &Columns, first: usize, keys: &[u8], finder: &Finder, found: &mut Vec<u32>) {
    let base = columns.start(first);
    let length = finder.needle().len();
    let (mut row, mut at) = (first, 0);
    while let Some(hit) = keys.get(at..).and_then(|rest| finder.find(rest)) {
        let hit = at + hit;
        row = columns.row_at(row, base + hit);
        let end = columns.end(row) - base;
        if hit + length <= end {
            found.push(row as u32);
            at = end;
        } else {
            // It begins in one key and ends in another.
            at = hit + 1;
        }
    }
}

fn by_size(columns: &Columns, rows: &[u32], descending: bool) -> Vec<u32> {
    let turn = |size: u32| if descending { !size } else { size };
    let number =
        |row: &u32| u64::from(turn(columns.clamped_size(*row as usize))) << 32 | u64::from(*row);
    let mut numbers: Vec<u64> = rows.iter().map(number).collect();
    numbers.sort_unstable();
    let mut rows: Vec<u32> = numbers.into_iter().map(|number| number as u32).collect();
    // Those of 4 GiB and more were all taken for the same: they stand at one end.
    let clamped = |row: &u32| columns.clamped_size(*row as usize) == u32::MAX;
    if descending {
        let large = rows.partition_point(clamped);
        rows[..large].sort_by_key(|row| (Reverse(columns.size(*row as usize)), *row));
    } else {
        let large = rows.partition_point(|row| !clamped(row));
        rows[large..].sort_by_key(|row| (columns.size(*row as usize), *row));
    }
    rows
}

fn by_type(columns: &Columns, rows: &[u32], descending: bool) -> Vec<u32> {
    let names = columns.names();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    let mut ranks = vec![0_u32; names.len()];
    for (rank, place) in (0..).zip(order) {
        ranks[place] = if descending { u32::MAX - rank } else { rank };
    }
    let rank = |row: &u32| ranks[usize::from(columns.content_type(*row as usize))];
    let mut numbers: Vec<u64> =
        rows.iter().map(|row| u64::from(rank(row)) << 32 | u64::from(*row)).collect();
    numbers.sort_unstable();
    numbers.into_iter().map(|number| number as u32).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::index::Builder;
    use crate::storage::KeyPage;

    fn index(keys: &[&str]) -> Index {
        let mut page = KeyPage::default();
        for key in keys {
            page.push(key.as_bytes(), "text/plain", 1, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        builder.finish()
    }

    fn matches(index: &Index, filter: &str) -> Vec<String> {
        let selection = Selection::new(index, Sort::Key, false, filter, &|| true).unwrap();
        let text = |row| String::from_utf8_lossy(index.row(row).key).into_owned();
        selection.iter().map(text).collect()
    }

    #[test]
    fn case_counts_only_if_the_filter_has_upper_case() {
        let index = index(&["Page", "page", "ÄPFEL", "äpfel", "İstanbul"]);
        assert_eq!(matches(&index, "pag"), ["Page", "page"]);
        assert_eq!(matches(&index, "Pag"), ["Page"]);
        assert_eq!(matches(&index, "äp"), ["ÄPFEL", "äpfel"]);
        assert_eq!(matches(&index, "ÄP"), ["ÄPFEL"]);
    }

    #[test]
    fn a_match_lies_within_one_key() {
        let index = index(&["ab", "cd", "xcbcd"]);
        assert_eq!(matches(&index, "bc"), ["xcbcd"]);
        assert_eq!(matches(&index, "cd"), ["cd", "xcbcd"]);
    }

    #[test]
    fn all_rows_in_either_direction_take_no_memory() {
        let index = index(&["a", "b", "c"]);
        let down = Selection::new(&index, Sort::Key, true, "", &|| true).unwrap();
        assert_eq!(down.rows, Rows::All(3));
        assert_eq!(down.iter().collect::<Vec<_>>(), [2, 1, 0]);
        assert_eq!(down.get(3), None);
        assert_eq!(down.position_of(3), None);
    }

    #[test]
    fn what_is_no_longer_wanted_is_given_up() {
        let keys: Vec<String> = (0..3 * BATCH).map(|number| format!("{number:06}")).collect();
        let index = index(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        let asked = Cell::new(0);
        let wanted = || {
            asked.set(asked.get() + 1);
            asked.get() < 2
        };
        assert_eq!(Selection::new(&index, Sort::Size, false, "1", &wanted), None);
        assert_eq!(asked.get(), 2);
    }
}
