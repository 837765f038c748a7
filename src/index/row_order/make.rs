//! Finds the rows of a query and sorts them.

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use super::early::{Early, Found};
use super::query::{Filter, Query, Sort};
use super::{Front, RowOrder, Rows};
use crate::index::Index;
use crate::index::codec::Tail;
use crate::index::cursor::Cursor;
use crate::index::filter::{Needle, Scratch};
use crate::model::{ContentType, Key};

/// Time after which the rows found so far are shown.
const EARLY: Duration = Duration::from_millis(20);
/// Number of keys that are looked up between two questions whether the work is still wanted.
const LOOKUPS: usize = 4096;

impl RowOrder {
    /// The rows of a query.
    ///
    /// Asks `wanted` every few thousand rows; `None` as soon as it says no. Large indexes are searched on two
    /// threads.
    pub fn new(index: &Index, query: &Query, wanted: &dyn Fn() -> bool) -> Option<Self> {
        Self::with_early(index, query, wanted, &mut |_| {})
    }

    /// As [`RowOrder::new`]. If that takes more than some 20 ms, `early` is called once with the rows found
    /// so far, as soon as there are any: in the order of the keys without gaps, from the end that comes
    /// first; in a fuzzy query, the best ones. Other orders have no early result.
    pub fn with_early(
        index: &Index,
        query: &Query,
        wanted: &dyn Fn() -> bool,
        early: &mut dyn FnMut(RowOrder),
    ) -> Option<Self> {
        Self::make(
            index,
            query,
            wanted,
            Early { query, due: Instant::now() + EARLY, show: Some(early) },
        )
    }

    fn make(
        index: &Index,
        query: &Query,
        wanted: &dyn Fn() -> bool,
        mut early: Early,
    ) -> Option<Self> {
        let needle = match query.matching {
            Filter::Substring => Needle::substring(&query.filter),
            Filter::Fuzzy => Needle::fuzzy(&query.filter),
            Filter::Expression => Needle::expression(&query.filter),
            Filter::Type | Filter::TypeIs => Needle::All,
        };
        let types = types(index, query);
        let weight = match (query.sort, query.matching) {
            (Sort::Size, _) => Weight::Size,
            (Sort::ContentType, _) => Weight::Type(ranks(index)),
            (Sort::Key, Filter::Fuzzy) if !needle.is_all() => Weight::Score,
            (Sort::Key | Sort::Newest, _) => Weight::None,
        };
        let by_key = matches!(weight, Weight::None);
        let turned = query.descending && matches!(weight, Weight::Size | Weight::Type(_));
        let reversed = query.descending && !turned;
        let everything = needle.is_all() && types.is_none() && query.prefix.is_empty();
        let mut selection = if by_key && everything {
            Self::all(index)
        } else {
            let needle = (&needle, types.as_deref());
            let found = look(index, needle, &weight, turned, wanted, &mut early)?;
            let (mut numbers, bytes) = found;
            if !by_key {
                numbers.sort_unstable();
            }
            let mut rows: Vec<u32> = numbers.into_iter().map(|number| number as u32).collect();
            if matches!(weight, Weight::Size) {
                sort_largest(index, &mut rows, turned);
            }
            Self { ascending: by_key, ..Self::of(Rows::Some(rows), bytes) }
        };
        selection.reversed = reversed;
        if query.sort == Sort::Newest {
            selection.front = front(index, &selection, &query.recent, wanted)?;
        }
        wanted().then_some(selection)
    }
}

/// Weight of a row, by which rows are sorted before their number.
enum Weight {
    None,
    Size,
    /// Ranks of the content types, by their ids.
    Type(Vec<u32>),
    Score,
}

impl Weight {
    fn of(&self, tail: Tail, score: u32) -> u32 {
        match self {
            Self::None => 0,
            // Sizes of 4 GiB and more are sorted later.
            Self::Size => clamped(tail.size),
            Self::Type(ranks) => ranks[usize::from(tail.name)],
            Self::Score => !score,
        }
    }
}

fn clamped(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// The rows that match the filter, batch by batch.
fn look(
    index: &Index,
    (needle, types): (&Needle, Option<&[bool]>),
    weight: &Weight,
    turned: bool,
    wanted: &dyn Fn() -> bool,
    early: &mut Early,
) -> Option<Found> {
    let range = early.query.range(index);
    let plain = early.query.sort == Sort::Key && matches!(weight, Weight::None);
    let best_first = early.query.sort == Sort::Key && !early.query.descending;
    let scored = best_first && matches!(weight, Weight::Score);
    let backwards = plain && early.query.descending;
    let found = index.on_batches(
        backwards,
        Scratch::default,
        |scratch, batch| {
            let (mut numbers, mut sum) = (Vec::new(), 0_u64);
            needle.search(scratch, batch, |row, score| {
                if !range.contains(&(batch.first + row)) {
                    return;
                }
                let tail = batch.tails[row];
                if types.is_some_and(|types| !types[usize::from(tail.name)]) {
                    return;
                }
                let weight = weight.of(tail, score);
                let weight = if turned { !weight } else { weight };
                numbers.push(u64::from(weight) << 32 | (batch.first + row) as u64);
                sum = sum.saturating_add(tail.size);
            });
            (numbers, sum)
        },
        &mut |found| {
            if plain || scored {
                early.look(found, scored);
            }
            wanted()
        },
    )?;
    let mut all = Vec::with_capacity(found.iter().map(|(numbers, _)| numbers.len()).sum());
    let mut sum = 0_u64;
    for (numbers, bytes) in found {
        all.extend(numbers);
        sum = sum.saturating_add(bytes);
    }
    wanted().then_some((all, sum))
}

/// Sorts the rows of 4 GiB and more, which all have the same weight and are at one end.
fn sort_largest(index: &Index, rows: &mut [u32], descending: bool) {
    let size = |row: &u32| Cursor::new(index, *row as usize).size();
    let large = |row: &u32| clamped(size(row)) == u32::MAX;
    if descending {
        let end = rows.partition_point(large);
        rows[..end].sort_by_cached_key(|row| (Reverse(size(row)), *row));
    } else {
        let start = rows.partition_point(|row| !large(row));
        rows[start..].sort_by_cached_key(|row| (size(row), *row));
    }
}

/// Whether the filter finds records of each content type, by its id; `None` where it finds all.
fn types(index: &Index, query: &Query) -> Option<Vec<bool>> {
    let wanted = query.filter.to_lowercase();
    let found = |name: &ContentType| match query.matching {
        Filter::TypeIs => name.as_str() == query.filter,
        _ => name.as_str().to_lowercase().contains(&wanted),
    };
    match query.matching {
        Filter::Substring | Filter::Fuzzy | Filter::Expression => None,
        Filter::Type if wanted.is_empty() => None,
        Filter::Type | Filter::TypeIs => {
            Some(index.content_types.list().iter().map(found).collect())
        }
    }
}

/// Rank of each content type by its text, by its id.
fn ranks(index: &Index) -> Vec<u32> {
    let names = index.content_types.list();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    let mut ranks = vec![0; names.len()];
    for (rank, place) in (0..).zip(order) {
        ranks[place] = rank;
    }
    ranks
}

/// Places of the recent keys among the rows of a selection, each once. `None` if they are no longer wanted.
fn front(
    index: &Index,
    selection: &RowOrder,
    recent: &[Key],
    wanted: &dyn Fn() -> bool,
) -> Option<Front> {
    // By key, so that each chunk is read at most once; the newest first among equal keys.
    let mut sorted: Vec<(&Key, usize)> = recent.iter().zip(0..).collect();
    sorted.sort_unstable();
    sorted.dedup_by_key(|(key, _)| *key);
    let mut cursor = Cursor::new(index, 0);
    let mut places = Vec::with_capacity(sorted.len());
    for some in sorted.chunks(LOOKUPS) {
        if !wanted() {
            return None;
        }
        for (key, age) in some {
            cursor.seek(key.as_bytes());
            if cursor.is_on()
                && cursor.key() == key.as_bytes()
                && let Some(place) = selection.place_of(cursor.at())
            {
                places.push((*age, place as u32));
            }
        }
    }
    places.sort_unstable();
    Some(Front::new(places.into_iter().map(|(_, place)| place).collect()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::index::Builder;
    use crate::index::row_order::early::BEST;
    use crate::model::KeyPage;

    #[test]
    fn a_content_type_is_found_by_a_part_of_it_or_exactly() {
        let mut page = KeyPage::default();
        for (key, content_type) in
            [("a", "text/html"), ("b", ""), ("c", "Image/PNG"), ("d", "text/html; charset=x")]
        {
            page.push(key.as_bytes(), content_type, 1, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        let index = builder.finish().packed();
        let found = |matching, filter: &str, sort| {
            let query = Query { filter: filter.into(), matching, sort, ..Query::default() };
            let rows = RowOrder::new(&index, &query, &|| true).unwrap();
            assert_eq!(rows.total_bytes(), rows.len() as u64);
            rows.iter().map(|row| index.row(row).key.escaped()).collect::<String>()
        };
        for sort in [Sort::Key, Sort::ContentType, Sort::Size, Sort::Newest] {
            let found = |matching, filter| {
                let mut keys: Vec<_> = found(matching, filter, sort).chars().collect();
                keys.sort_unstable();
                keys.into_iter().collect::<String>()
            };
            assert_eq!(found(Filter::Type, "HTML"), "ad");
            assert_eq!(found(Filter::Type, "image"), "c");
            assert_eq!(found(Filter::Type, ""), "abcd");
            assert_eq!(found(Filter::Type, "json"), "");
            assert_eq!(found(Filter::TypeIs, "text/html"), "a");
            assert_eq!(found(Filter::TypeIs, ""), "b");
        }
    }

    fn numbers(count: u32) -> Index {
        let mut page = KeyPage::default();
        for number in 0..count {
            page.push(format!("{number:08}").as_bytes(), "", 1, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        builder.finish().packed()
    }

    #[test]
    fn a_cancelled_query_returns_none() {
        let index = numbers(100_000);
        for matching in [Filter::Substring, Filter::Fuzzy, Filter::Expression] {
            let asked = Cell::new(0);
            let wanted = || {
                asked.set(asked.get() + 1);
                asked.get() < 2
            };
            let query = Query { filter: "1".into(), matching, ..Query::default() };
            assert_eq!(RowOrder::new(&index, &query, &wanted), None);
            assert_eq!(asked.get(), 2);
        }
    }

    /// The early result, and the final one.
    fn early_and_all(index: &Index, query: &Query) -> (RowOrder, RowOrder) {
        let mut shown = Vec::new();
        let mut show = |early| shown.push(early);
        let early = Early { query, due: Instant::now(), show: Some(&mut show) };
        let all = RowOrder::make(index, query, &|| true, early).unwrap();
        assert_eq!(shown.len(), 1, "it is shown once");
        (shown.remove(0), all)
    }

    #[test]
    fn early_fuzzy_results_are_the_best_so_far() {
        // One thread is enough for so few rows, and the first batch is shown.
        let index = numbers(10_000);
        let query = Query { filter: "15".into(), matching: Filter::Fuzzy, ..Query::default() };
        let (early, all) = early_and_all(&index, &query);
        assert!(!early.is_empty() && early.len() <= BEST && early.len() < all.len());
        // In the order of the final result.
        let places: Vec<_> = early.iter().map(|row| all.position_of(row).unwrap()).collect();
        assert!(places.is_sorted());
    }

    #[test]
    fn early_results_are_a_prefix_of_the_final_ones() {
        let index = numbers(10_000);
        for descending in [false, true] {
            let query = Query { filter: "1".into(), descending, ..Query::default() };
            let (early, all) = early_and_all(&index, &query);
            assert!(early.len() > 100 && early.len() < all.len(), "{}", early.len());
            assert!(early.iter().eq(all.iter().take(early.len())));
        }
    }

    #[test]
    fn no_early_results_before_they_are_due() {
        let index = numbers(10_000);
        let query = Query { filter: "1".into(), ..Query::default() };
        let mut show = |_| panic!("it is shown");
        let due = Instant::now() + Duration::from_secs(3600);
        let early = Early { query: &query, due, show: Some(&mut show) };
        assert!(RowOrder::make(&index, &query, &|| true, early).is_some());
    }
}
