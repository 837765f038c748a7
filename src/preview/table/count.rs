//! Counts the values of a column.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;

use super::Table;
use super::numbers::{ColumnNumbers, Sums};
use super::value::value;

/// Limit on the distinct values that are counted; rows with further ones are counted together.
const DISTINCT: usize = 100_000;
/// Limit on the values that are kept, the most frequent ones.
const KEPT: usize = 1_000;
/// Rows between two questions whether the counts are still wanted.
const STEP: usize = 1024;

/// The values of a column, with the number of rows of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnValues {
    /// The values and their numbers of rows, the most frequent first.
    pub values: Vec<(Bytes, u64)>,
    /// Number of distinct values; at least, where there are rows of `others`.
    pub distinct: usize,
    /// Number of rows that were counted.
    pub rows: u64,
    /// Number of rows with values beyond the limit of distinct ones.
    pub others: u64,
    /// The numbers among the values, if there are several.
    pub numbers: Option<ColumnNumbers>,
}

impl Table {
    /// Counts the values of a column in the shown rows; `None` as soon as `wanted` says no.
    pub(in crate::preview) fn values(
        &self,
        column: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Option<ColumnValues> {
        let mut counts: HashMap<Cow<'_, [u8]>, u64> = HashMap::new();
        let (mut others, mut sums, decimal) = (0, Sums::default(), self.decimal());
        let mut at = self.row_start(0);
        for line in 0..self.rows() {
            if line % STEP == 0 && !wanted() {
                return None;
            }
            let said = self.said_in(at, column);
            sums.add(&said, decimal);
            if let Some(count) = counts.get_mut(&said) {
                *count += 1;
            } else if counts.len() < DISTINCT {
                counts.insert(said, 1);
            } else {
                others += 1;
            }
            at = match &self.order {
                Some(_) => self.row_start(line + 1),
                None => self.form.next_row(&self.bytes, at),
            };
        }
        let distinct = counts.len();
        let values = counts.into_iter().map(|(said, count)| {
            let worth = value(&said, decimal).unwrap_or(f64::INFINITY);
            (worth, said, count)
        });
        let mut values: Vec<(f64, Cow<'_, [u8]>, u64)> = values.collect();
        // Of two that are as frequent, the smaller number comes first, and texts come behind numbers.
        values.sort_unstable_by(|(x, a, often), (y, b, seldom)| {
            seldom.cmp(often).then_with(|| x.total_cmp(y)).then_with(|| a.cmp(b))
        });
        values.truncate(KEPT);
        let own = |value: Cow<'_, [u8]>| match value {
            Cow::Borrowed(part) if !part.is_empty() => self.bytes.slice_ref(part),
            part => Bytes::from(part.into_owned()),
        };
        let values = values.into_iter().map(|(_, said, count)| (own(said), count)).collect();
        let (rows, numbers) = (self.rows() as u64, sums.finish());
        Some(ColumnValues { values, distinct, rows, others, numbers })
    }
}
