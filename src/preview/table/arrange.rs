//! The rows of a table sorted by a column, or filtered. Only their numbers and starts are held.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::filter::{ColumnFilter, Test};
use super::value::{exactly, value};
use super::{Form, Table, csv, texts};

/// Limit on the rows of a table that is arranged; each takes 8 bytes, and 24 during the sort.
const MOST: usize = 4_000_000;
/// Value from which an `f64` no longer tells all whole numbers apart.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Rows between two questions whether the order is still wanted.
const STEP: usize = 1024;

/// The selection of a table's rows, and their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrangement {
    /// Column and direction of the order; `None` for the stored order.
    pub sort: Option<(usize, Direction)>,
    /// Filters that a row has to pass, each with its column.
    pub filters: Vec<(usize, ColumnFilter)>,
}

/// Direction of an order. Empty fields come last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    Up,
    /// Greatest first.
    Down,
}

/// Numbers and starts of the rows.
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

    /// The line that shows a row.
    pub(super) fn line(&self, number: usize) -> Option<usize> {
        self.0.iter().position(|(row, _)| *row as usize == number)
    }
}

/// Sort key of a row: numbers come before texts, as in spreadsheets.
#[derive(Debug, Clone, Copy)]
enum Key {
    Number(f64),
    /// Start of the text, and its length, in bytes.
    Text(u32, u32),
    Nothing,
}

/// A row during the sort: its key, number and start.
type Row = (Key, u32, u32);

impl Arrangement {
    /// Whether all rows are shown as they are stored.
    pub fn is_plain(&self) -> bool {
        self.sort.is_none() && self.filters.is_empty()
    }

    /// The filter of a column, if it has one.
    pub fn filter(&self, column: usize) -> Option<&ColumnFilter> {
        self.filters.iter().find(|(of, _)| *of == column).map(|(_, filter)| filter)
    }

    /// Replaces the filter of a column.
    pub fn set_filter(&mut self, column: usize, filter: Option<ColumnFilter>) {
        self.filters.retain(|(of, _)| *of != column);
        self.filters.extend(filter.map(|filter| (column, filter)));
    }
}

impl Table {
    /// Whether the table is small enough to be arranged.
    pub(in crate::preview) fn can_be_arranged(&self) -> bool {
        self.rows <= MOST && u32::try_from(self.bytes.len()).is_ok()
    }

    /// The same table with its rows in this arrangement; `None` as soon as `wanted` says no, and where there
    /// are too many.
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
            Form::Ndjson | Form::Array => texts::unquoted(field),
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

    /// The sign that may stand before the decimals of a number: a comma where it does not separate fields.
    pub(super) fn decimal(&self) -> u8 {
        match self.form {
            Form::Csv(csv) if csv.comma == b';' => b',',
            Form::Csv(_) | Form::Ndjson | Form::Array => b'.',
        }
    }

    /// A text without its escapes, from the bytes between its quotes.
    fn text<'a>(&self, inner: &'a [u8]) -> Cow<'a, [u8]> {
        match self.form {
            Form::Csv(_) => Cow::Borrowed(inner),
            Form::Ndjson | Form::Array => texts::unescaped(inner),
        }
    }

    fn compare(&self, a: &Row, b: &Row, column: usize, direction: Direction) -> Ordering {
        let text = |start: u32, len: u32| self.text(&self.bytes[start as usize..][..len as usize]);
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
            (Key::Text(a, a_len), Key::Text(b, b_len)) => text(a, a_len).cmp(&text(b, b_len)),
        };
        if direction == Direction::Up { order } else { order.reverse() }
    }
}
