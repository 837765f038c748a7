//! The rows of a table in the order of a column, or those that filters keep. Only their numbers and where
//! they begin are held.

use std::cmp::Ordering;
use std::sync::Arc;

use super::filter::{ColumnFilter, Test};
use super::value::{exactly, value};
use super::{Form, Table, csv};

/// No more rows are arranged; each takes 8 bytes, and 24 while they are sorted.
const MOST: usize = 4_000_000;
/// From here on whole numbers share their value with others, as `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// It is asked every so many rows whether the order is still wanted.
const STEP: usize = 1024;

/// Which rows of a table are shown, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrangement {
    /// By this column; as they are stored where there is none.
    pub sort: Option<(usize, Direction)>,
    /// Those that all of these keep, each by a column.
    pub filters: Vec<(usize, ColumnFilter)>,
}

/// Which way an order goes. What holds nothing comes last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Up,
    /// The greatest first.
    Down,
}

/// Rows by their numbers, and where each begins.
#[derive(Debug)]
pub(super) struct Order(Vec<(u32, u32)>);

impl Order {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn number(&self, line: usize) -> Option<usize> {
        self.0.get(line).map(|(number, _)| *number as usize)
    }

    pub(super) fn start(&self, line: usize) -> Option<usize> {
        self.0.get(line).map(|(_, start)| *start as usize)
    }

    /// The line at which a row is shown.
    pub(super) fn line(&self, number: usize) -> Option<usize> {
        self.0.iter().position(|(row, _)| *row as usize == number)
    }
}

/// What a row is sorted by: numbers come before texts, as in spreadsheets.
#[derive(Debug, Clone, Copy)]
enum Key {
    Number(f64),
    /// Where its text begins, and how long it is.
    Text(u32, u32),
    Nothing,
}

/// A row while it is sorted: its number, and where it begins.
type Row = (Key, u32, u32);

impl Arrangement {
    /// Whether all rows are shown as they are stored.
    pub fn is_plain(&self) -> bool {
        self.sort.is_none() && self.filters.is_empty()
    }

    /// What the column must hold, if anything.
    pub fn filter(&self, column: usize) -> Option<&ColumnFilter> {
        self.filters.iter().find(|(of, _)| *of == column).map(|(_, filter)| filter)
    }

    /// Puts this filter in place of the column's.
    pub fn set_filter(&mut self, column: usize, filter: Option<ColumnFilter>) {
        self.filters.retain(|(of, _)| *of != column);
        self.filters.extend(filter.map(|filter| (column, filter)));
    }
}

impl Table {
    /// Whether it is small enough to be arranged.
    pub(in crate::preview) fn can_be_arranged(&self) -> bool {
        self.rows <= MOST && u32::try_from(self.bytes.len()).is_ok()
    }

    /// All rows of this table, arranged so; `None` as soon as `wanted` says no, and where there are too many.
    pub(in crate::preview) fn arranged(
        &self,
        how: &Arrangement,
        wanted: &dyn Fn() -> bool,
    ) -> Option<Self> {
        if how.is_plain() {
            return Some(Self { order: None, ..self.clone() });
        }
        if !self.can_be_arranged() {
            return None;
        }
        let filters: Vec<(usize, Test)> = how
            .filters
            .iter()
            .map(|(column, filter)| (*column, filter.test(self.decimal())))
            .collect();
        let is_kept =
            |at: usize| filters.iter().all(|(column, test)| test.keeps(&self.said_in(at, *column)));
        let mut kept: Vec<Row> = Vec::new();
        let mut at = self.stored_start(0);
        for row in 0..self.rows {
            if row % STEP == 0 && !wanted() {
                return None;
            }
            if is_kept(at) {
                let key = how.sort.map_or(Key::Nothing, |(column, _)| self.key(at, column));
                kept.push((key, row as u32, at as u32));
            }
            at = self.form.next_row(&self.bytes, at);
        }
        if let Some((column, direction)) = how.sort {
            kept.sort_by(|a, b| self.compare(a, b, column, direction));
        }
        let order = Order(kept.into_iter().map(|(_, row, at)| (row, at)).collect());
        wanted().then(|| Self { order: Some(Arc::new(order)), ..self.clone() })
    }

    fn key(&self, at: usize, column: usize) -> Key {
        let Some(place) = self.field(at, column) else { return Key::Nothing };
        let field = &self.bytes[place.clone()];
        let inner = match self.form {
            Form::Csv(_) => csv::inside(field),
            Form::Ndjson | Form::Array => super::unquoted_json(field),
        };
        if inner.is_empty() || inner == b"null" {
            return Key::Nothing;
        }
        if let Some(number) = value(inner, self.decimal()) {
            return Key::Number(number);
        }
        let start = place.start + usize::from(inner.len() < field.len());
        Key::Text(start as u32, inner.len() as u32)
    }

    /// What may stand before the decimals of a number: a comma where none parts fields.
    fn decimal(&self) -> u8 {
        match self.form {
            Form::Csv(csv) if csv.comma == b';' => b',',
            Form::Csv(_) | Form::Ndjson | Form::Array => b'.',
        }
    }

    fn compare(&self, a: &Row, b: &Row, column: usize, direction: Direction) -> Ordering {
        let text = |start: u32, len: u32| &self.bytes[start as usize..][..len as usize];
        let order = match (a.0, b.0) {
            (Key::Nothing, Key::Nothing) => return Ordering::Equal,
            (Key::Nothing, _) => return Ordering::Greater,
            (_, Key::Nothing) => return Ordering::Less,
            (Key::Number(one), Key::Number(other))
                if one.total_cmp(&other).is_eq() && one.abs() >= EXACT =>
            {
                let digits = |row: &Row| self.said_in(row.2 as usize, column);
                exactly(&digits(a), &digits(b))
            }
            (Key::Number(a), Key::Number(b)) => a.total_cmp(&b),
            (Key::Number(_), Key::Text(..)) => Ordering::Less,
            (Key::Text(..), Key::Number(_)) => Ordering::Greater,
            (Key::Text(a, a_len), Key::Text(b, b_len)) => text(a, a_len).cmp(text(b, b_len)),
        };
        if direction == Direction::Up { order } else { order.reverse() }
    }
}
