//! Rows in columns: CSV, TSV, a JSON object a line, a JSON list of objects. The starts of some rows are kept;
//! the contents of a row are read when it is seen.

mod arrange;
mod cells;
mod count;
mod csv;
mod filter;
mod form;
mod members;
mod numbers;
mod odd;
mod rows;
mod texts;
mod value;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::model::sort;
use crate::text::{cells, visible_bytes};

use arrange::Order;
use texts::{beginning, json_said};

pub use arrange::{Arrangement, Direction};
pub use count::ColumnValues;
pub use filter::ColumnFilter;
pub(super) use form::Form;
pub use numbers::ColumnNumbers;

/// Most rows between two kept starts.
const ROWS: usize = 32;
/// Most bytes between two kept starts.
const BYTES: usize = 16 * 1024;
/// Number of first rows, and of rows behind them, that decide the widths of the columns.
const SAMPLE: usize = 300;
/// Limit on the width of a column, in cells.
const WIDEST: usize = 40;
/// Limit on the columns that are shown.
const COLUMNS: usize = 500;
/// Gap between two columns, in cells.
const GAP: usize = 2;
/// Bytes of a field that are read to show it.
const SEEN: usize = 512;
/// Bytes that a character of a JSON string may take.
const ESCAPED: usize = 6;

/// A value in rows.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) bytes: Bytes,
    form: Form,
    /// Numbers and starts of rows, at intervals.
    marks: Arc<[(usize, usize)]>,
    rows: usize,
    columns: Arc<[Column]>,
    /// The shown rows in their order; `None` for all rows as they are stored.
    order: Option<Arc<Order>>,
    /// Whether some columns are not shown.
    more: bool,
}

#[derive(Debug, Clone, Default)]
struct Column {
    name: Vec<u8>,
    width: usize,
    /// Whether all values of the column are numbers.
    numbers: bool,
    /// Number of cells to the left of the column.
    start: usize,
}

impl Table {
    /// Finds the rows and the columns; `None` without a row, or without an object in the first rows, and as
    /// soon as `wanted` says no.
    pub(super) fn new(bytes: Bytes, form: Form, wanted: &dyn Fn() -> bool) -> Option<Self> {
        let (mut marks, mut rows): (Vec<(usize, usize)>, _) = (Vec::new(), 0);
        let first = form.first_row(&bytes);
        let mut at = first;
        while at < bytes.len() {
            let near = |&(row, mark): &(usize, usize)| rows - row < ROWS && at - mark < BYTES;
            if !marks.last().is_some_and(near) {
                if !wanted() {
                    return None;
                }
                marks.push((rows, at));
            }
            rows += 1;
            at = form.next_row(&bytes, at);
        }
        let (marks, columns) = (marks.into(), Arc::default());
        let mut table = Self { bytes, form, marks, rows, columns, order: None, more: false };
        table.find_columns(first);
        (!table.columns.is_empty()).then_some(table)
    }

    /// Starts of the rows by which columns are found and measured: the first ones, and some of the others
    /// with the last start that is kept, since numbers grow.
    fn sample(&self, first: usize) -> Vec<usize> {
        let next = |at: &usize| Some(self.form.next_row(&self.bytes, *at));
        let near = std::iter::successors(Some(first), next).take(SAMPLE.min(self.rows));
        let behind = self.marks.partition_point(|&(row, _)| row < SAMPLE);
        let far = &self.marks[behind..];
        let apart = far.len().div_ceil(SAMPLE).max(1);
        near.chain(far.iter().rev().step_by(apart).map(|&(_, at)| at)).collect()
    }

    fn find_columns(&mut self, first: usize) {
        let bytes = self.bytes.clone();
        let mut columns: Vec<Column> = Vec::new();
        if let Form::Csv(csv) = self.form
            && !bytes.is_empty()
        {
            self.more = csv.fields(&bytes, csv.head).nth(COLUMNS).is_some();
            for field in csv.fields(&bytes, csv.head).take(COLUMNS) {
                let name = csv::unquoted(&bytes[field]).into_owned();
                columns.push(Column { name, numbers: true, ..Column::default() });
            }
        }
        let mut filled = vec![false; COLUMNS];
        for at in self.sample(first) {
            match self.form {
                Form::Csv(csv) => {
                    for (index, field) in csv.fields(&bytes, at).enumerate().take(COLUMNS + 1) {
                        if index == COLUMNS {
                            self.more = true;
                            break;
                        }
                        if index >= columns.len() {
                            columns.push(Column { numbers: true, ..Column::default() });
                        }
                        filled[index] |= columns[index].sample(&csv::unquoted(&bytes[field]));
                    }
                }
                Form::Ndjson | Form::Array => {
                    let mut next = 0;
                    for (key, value) in self.form.members(&bytes, at) {
                        let name = &bytes[key];
                        let known = find(&columns, name, next);
                        if known.is_none() && columns.len() < COLUMNS {
                            let name = name.to_owned();
                            columns.push(Column { name, numbers: true, ..Column::default() });
                        }
                        let Some(index) = known.or(Some(columns.len() - 1)) else { continue };
                        self.more |= columns[index].name != name;
                        if columns[index].name == name {
                            filled[index] |=
                                columns[index].sample(&beginning(&bytes[value], ESCAPED * SEEN));
                            next = index + 1;
                        }
                    }
                }
            }
        }
        for (column, filled) in columns.iter_mut().zip(filled) {
            column.numbers &= filled;
            let name = cells(&seen(&column.name));
            column.width = column.width.max(name).clamp(1, WIDEST);
        }
        self.place(columns);
    }

    /// Gives each column its first cell, in this order.
    fn place(&mut self, mut columns: Vec<Column>) {
        let mut start = 0;
        for column in &mut columns {
            column.start = start;
            start += column.width + GAP;
        }
        self.columns = columns.into();
    }

    /// Puts the columns of these names first, in their order. A CSV keeps the order of its fields.
    pub(super) fn put_first(&mut self, names: &[&str]) {
        let place = |column: &Column| names.iter().position(|name| name.as_bytes() == column.name);
        if !matches!(self.form, Form::Csv(_)) {
            let mut columns = self.columns.to_vec();
            sort::sort_by_key(&mut columns, |column| place(column).unwrap_or(names.len()));
            self.place(columns);
        }
    }

    /// Remark on the columns, if not all of them are shown.
    pub(super) fn columns_left_out(&self) -> Option<String> {
        self.more.then(|| format!("the first {COLUMNS} columns"))
    }

    /// Number of rows below the head.
    pub(super) fn rows(&self) -> usize {
        self.order.as_ref().map_or(self.rows, |order| order.len())
    }

    /// Start of the row that is shown at `line`, from 0.
    pub(super) fn row_start(&self, line: usize) -> usize {
        match &self.order {
            Some(order) => order.start(line).unwrap_or(self.bytes.len()),
            None => self.stored_start(line),
        }
    }

    /// Stored number of the row that is shown at `line`, both from 0.
    pub(super) fn number(&self, line: usize) -> usize {
        self.order.as_ref().map_or(line, |order| order.number(line).unwrap_or(self.rows))
    }

    /// Start of the row behind the one at `line`, which begins at `at`; a long row is not read again.
    fn next_shown(&self, line: usize, at: usize) -> usize {
        if self.order.is_some() { self.row_start(line + 1) } else { self.next_start(line, at) }
    }

    /// The line that shows the row of a byte; the first line for bytes of the head, and for a row that is not
    /// shown.
    pub(super) fn row_of(&self, offset: usize) -> usize {
        let number = self.stored_row(offset);
        self.order.as_ref().map_or(number, |order| order.line(number).unwrap_or(0))
    }

    /// Start of row `number`, from 0.
    fn stored_start(&self, number: usize) -> usize {
        let after = self.marks.partition_point(|&(row, _)| row <= number);
        let Some(&(row, mark)) = self.marks.get(after.saturating_sub(1)) else { return 0 };
        (row..number).fold(mark, |at, _| {
            if at < self.bytes.len() { self.form.next_row(&self.bytes, at) } else { at }
        })
    }

    /// Start of the row behind row `number`, which begins at `at`; a long row is not read again.
    fn next_start(&self, number: usize, at: usize) -> usize {
        if number + 1 >= self.rows {
            return self.bytes.len();
        }
        match self.marks.binary_search_by_key(&(number + 1), |&(row, _)| row) {
            Ok(mark) => self.marks[mark].1,
            Err(_) => self.form.next_row(&self.bytes, at),
        }
    }

    /// Stored number of the row that contains a byte; the first row for bytes of the head.
    fn stored_row(&self, offset: usize) -> usize {
        let after = self.marks.partition_point(|&(_, mark)| mark <= offset);
        let Some(&(mut row, mut at)) = self.marks.get(after.saturating_sub(1)) else { return 0 };
        loop {
            at = self.next_start(row, at);
            if at > offset || row + 1 >= self.rows {
                return row;
            }
            row += 1;
        }
    }

    /// Fields of the row that begins at `at`: the column of each, and its place.
    fn fields(&self, at: usize) -> Vec<(usize, Range<usize>)> {
        let bytes = &self.bytes;
        match self.form {
            Form::Csv(csv) => csv.fields(bytes, at).enumerate().take(COLUMNS).collect(),
            Form::Ndjson | Form::Array => {
                let mut next = 0;
                let mut found = Vec::new();
                for (key, value) in self.form.members(bytes, at).take(COLUMNS) {
                    if let Some(index) = find(&self.columns, &bytes[key], next) {
                        found.push((index, value));
                        next = index + 1;
                    }
                }
                found
            }
        }
    }

    fn said(&self, field: Range<usize>) -> Cow<'_, [u8]> {
        match self.form {
            Form::Csv(_) => csv::unquoted(&self.bytes[field]),
            Form::Ndjson | Form::Array => json_said(&self.bytes[field]),
        }
    }

    /// The visible beginning of a field, without its quotes.
    fn said_first(&self, field: Range<usize>) -> Cow<'_, [u8]> {
        match self.form {
            Form::Csv(_) => self.said(field),
            Form::Ndjson | Form::Array => beginning(&self.bytes[field], ESCAPED * SEEN),
        }
    }
}

impl Column {
    /// Widens the column for a field; returns whether the field has anything in it.
    fn sample(&mut self, field: &[u8]) -> bool {
        self.width = self.width.max(cells(&seen(field)));
        let field = field.trim_ascii();
        self.numbers &= field.is_empty() || field == b"null" || is_number(field);
        !field.is_empty()
    }
}

/// The column of a name, searched for from the one that came next in the row before.
fn find(columns: &[Column], name: &[u8], next: usize) -> Option<usize> {
    if columns.get(next).is_some_and(|column| column.name == name) {
        return Some(next);
    }
    columns.iter().position(|column| column.name == name)
}

/// The beginning of a field as it is shown.
fn seen(field: &[u8]) -> String {
    let part = &field[..field.len().min(SEEN)];
    // A character is not cut in two.
    let cut = match std::str::from_utf8(part) {
        Err(why) if part.len() < field.len() && why.error_len().is_none() => why.valid_up_to(),
        _ => part.len(),
    };
    visible_bytes(&part[..cut]).into_owned()
}

fn is_number(field: &[u8]) -> bool {
    let digits = field.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits > 0
        && field.iter().all(|byte| byte.is_ascii_digit() || b"+-.,eE%".contains(byte))
        && !field.ends_with(b"-")
        && field.iter().skip(1).filter(|byte| **byte == b'-').count() <= 1
}

#[cfg(test)]
mod tests;
