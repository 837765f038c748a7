//! Early results of a slow query: the rows found so far, as far as they stay first.

use std::time::Instant;

use super::query::Query;
use super::{RowOrder, Rows};
use crate::index::parallel::BatchResults;

/// Number of best matches in the early result of a fuzzy query.
pub(super) const BEST: usize = 1000;

/// Shows the rows found so far when it is time.
pub(super) struct Early<'a> {
    pub(super) query: &'a Query,
    pub(super) due: Instant,
    /// The recipient, until it has been called.
    pub(super) show: Option<&'a mut dyn FnMut(RowOrder)>,
}

/// The rows of a batch that were found: weight and number in one, and the sum of their sizes.
pub(super) type Found = (Vec<u64>, u64);

impl Early<'_> {
    pub(super) fn look(&mut self, found: &BatchResults<Found>, scored: bool) {
        if self.show.is_none() || Instant::now() < self.due {
            return;
        }
        let reversed = self.query.descending;
        let (mut rows, mut sum) = (Vec::new(), 0_u64);
        if scored {
            rows = best(found);
        } else if let Ok(found) = found.lock() {
            // Without gaps, from the end that is shown first.
            let gap = |batch: &Option<Found>| batch.is_none();
            let done = if reversed {
                found.iter().rposition(gap).map_or(0, |gap| gap + 1)..found.len()
            } else {
                0..found.iter().position(gap).unwrap_or(found.len())
            };
            for (numbers, bytes) in found[done].iter().flatten() {
                rows.extend(numbers.iter().map(|number| *number as u32));
                sum = sum.saturating_add(*bytes);
            }
        }
        if rows.is_empty() {
            return;
        }
        let found = RowOrder::of(Rows::Some(rows), sum);
        if let Some(show) = self.show.take() {
            show(RowOrder { reversed, ascending: !scored, ..found });
        }
    }
}

/// The best matches so far, the best first.
fn best(found: &BatchResults<Found>) -> Vec<u32> {
    let Ok(found) = found.lock() else { return Vec::new() };
    let mut numbers: Vec<u64> =
        found.iter().flatten().flat_map(|(numbers, _)| numbers).copied().collect();
    if numbers.len() > BEST {
        numbers.select_nth_unstable(BEST);
        numbers.truncate(BEST);
    }
    numbers.sort_unstable();
    numbers.into_iter().map(|number| number as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_results_end_at_the_first_unfinished_batch() {
        let batch = |row: u64| Some((vec![row, row + 1], 2));
        for (descending, rows) in [(false, vec![0, 1, 10, 11]), (true, vec![41, 40])] {
            let query = Query { descending, ..Query::default() };
            let mut shown = Vec::new();
            let mut show = |early: RowOrder| shown.extend(early.iter());
            let mut early = Early { query: &query, due: Instant::now(), show: Some(&mut show) };
            let found = vec![batch(0), batch(10), None, batch(30), None, batch(40)];
            early.look(&found.into(), false);
            assert_eq!(shown, rows);
        }
    }
}
