//! How often each value of a column occurs.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;

use super::Table;

/// So many values are told from each other; rows with further ones are counted together.
const DISTINCT: usize = 100_000;
/// So many of them are kept, the most frequent ones.
const KEPT: usize = 1_000;
/// It is asked every so many rows whether they are still wanted.
const STEP: usize = 1024;

/// The values of a column, and in how many rows each is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnValues {
    /// What they are and in how many rows, the most frequent first.
    pub values: Vec<(Bytes, u64)>,
    /// How many there are; at least, where there are rows of `others`.
    pub distinct: usize,
    /// Rows that were counted.
    pub rows: u64,
    /// Rows with values that came after too many others to be told from each other.
    pub others: u64,
}

impl Table {
    /// Counts what the shown rows hold in a column; `None` as soon as `wanted` says no.
    pub(in crate::preview) fn values(
        &self,
        column: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Option<ColumnValues> {
        let mut counts: HashMap<Cow<'_, [u8]>, u64> = HashMap::new();
        let mut others = 0;
        let mut at = self.row_start(0);
        for line in 0..self.rows() {
            if line % STEP == 0 && !wanted() {
                return None;
            }
            let said = self.said_in(at, column);
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
        let mut values: Vec<_> = counts.into_iter().collect();
        values.sort_unstable_by(|(a, often), (b, seldom)| seldom.cmp(often).then_with(|| a.cmp(b)));
        values.truncate(KEPT);
        let own = |value: Cow<'_, [u8]>| match value {
            Cow::Borrowed(part) if !part.is_empty() => self.bytes.slice_ref(part),
            part => Bytes::from(part.into_owned()),
        };
        let values = values.into_iter().map(|(value, count)| (own(value), count)).collect();
        Some(ColumnValues { values, distinct, rows: self.rows() as u64, others })
    }
}
