//! The values of a table's column, and in how many rows each is.

use bytes::Bytes;
use crossterm::event::KeyEvent;

use crate::keymap::{Action, Context};
use crate::preview::{ColumnFilter, ColumnNumbers, ColumnValues};
use crate::text;

use super::super::ctx::{Ctx, OfTable, Request};
use super::super::event::Slot;
use super::super::list::Cursor;
use super::dialog::{CursorRows, Dialog};
use super::list::{Listing, Look, Place, Row, below_heads};
use super::overlay::{Then, closes};

/// Limit on what is shown of a value, in bytes.
const SEEN: usize = 400;

/// The values of a column.
#[derive(Debug, Clone, Default)]
pub struct ColumnDialog {
    /// The column's name.
    name: String,
    /// The count of the values; none until it is made.
    counted: Option<ColumnValues>,
    /// The cursor among the values.
    cursor: Cursor,
}

impl ColumnDialog {
    /// The dialog of a column of this name, whose values are being counted.
    pub(in crate::app) fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Takes the count.
    pub(in crate::app) fn take(&mut self, counted: ColumnValues) {
        self.counted = Some(counted);
        self.cursor.at = self.above();
    }

    /// Number of rows above the values.
    fn above(&self) -> usize {
        let numbers = self.counted.as_ref().and_then(|counted| counted.numbers.as_ref());
        usize::from(numbers.is_some())
    }

    /// The value under the cursor.
    fn value(&self) -> Option<&Bytes> {
        let at = self.cursor.at.checked_sub(self.above())?;
        self.values().get(at).map(|(value, _)| value)
    }

    fn values(&self) -> &[(Bytes, u64)] {
        self.counted.as_ref().map_or(&[], |counted| &counted.values)
    }

    /// The column's name, and how many values it has in how many rows.
    fn title(&self) -> String {
        let Some(counted) = &self.counted else { return self.name.clone() };
        let rows = text::plural(counted.rows, "row");
        let values = text::plural(counted.distinct as u64, "value");
        let most = if counted.others > 0 { "over " } else { "" };
        format!("{}: {most}{values} in {rows}", self.name)
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let Some(counted) = &self.counted else { return Vec::new() };
        let share = |count: u64| {
            let share = count as f64 * 100.0 / counted.rows.max(1) as f64;
            format!("{}  {share:>5.1} %", text::count(count))
        };
        // Numbers end in one column, as in the table.
        let is_number = |value: &[u8]| {
            std::str::from_utf8(value).is_ok_and(|text| text.trim().parse::<f64>().is_ok())
        };
        let filled = || counted.values.iter().filter(|(value, _)| !value.is_empty());
        let numbers = filled().all(|(value, _)| is_number(value));
        let widest = filled().map(|(value, _)| value.len().min(SEEN)).max().unwrap_or(0);
        let row = |(value, count): &(Bytes, u64)| {
            let part = &value[..value.len().min(SEEN)];
            let empty = part.is_empty();
            let shown = if empty { "(empty)".into() } else { String::from_utf8_lossy(part) };
            let look = if empty { Look::Dim } else { Look::Plain };
            let blank = widest.saturating_sub(text::cells(&shown));
            let text = format!("{}{shown}", " ".repeat(if numbers && !empty { blank } else { 0 }));
            let (text, state) = (text.into(), share(*count).into());
            Row { at: None, text, state, look }
        };
        let numbers = counted.numbers.as_ref().map(|numbers| {
            let (text, state) = (told(numbers).into(), share(numbers.rows).into());
            Row { at: None, text, state, look: Look::Dim }
        });
        let mut rows: Vec<_> = numbers.into_iter().chain(counted.values.iter().map(row)).collect();
        let listed: u64 = counted.values.iter().map(|(_, count)| *count).sum();
        let more = counted.rows - listed;
        if more > 0 {
            let (text, state) = ("(further values)".into(), share(more).into());
            rows.push(Row { at: None, text, state, look: Look::Dim });
        }
        rows
    }
}

/// The numbers of a column in words.
fn told(numbers: &ColumnNumbers) -> String {
    let [least, most] = &numbers.range;
    let range = format!("numbers: {least} to {most}");
    match &numbers.mean_and_sum {
        Some([mean, sum]) => format!("{range}, mean {mean}, sum {sum}"),
        None => range,
    }
}

impl Dialog for ColumnDialog {
    fn context(&self) -> Context {
        Context::Totals
    }

    fn listing(&self) -> Option<Listing<'_>> {
        Some(Listing {
            title: self.title().into(),
            width: 70,
            heads: Some(["", "Value", "Rows    Share"]),
            none: if self.counted.is_some() { "no rows" } else { "counting…" },
            rows: self.rows(),
            place: Place::Cursor(self.cursor),
            keys: vec![(Action::Open, "keep its rows"), (Action::Close, "close")],
            why: None,
        })
    }

    fn cursor_rows(&mut self, ctx: &Ctx<'_>) -> Option<CursorRows<'_>> {
        let len = self.above() + self.values().len();
        let height = below_heads(ctx.layout().dialog_rows());
        Some(CursorRows { cursor: &mut self.cursor, len, height })
    }

    fn key(&mut self, key: KeyEvent, action: Option<Action>, ctx: &mut Ctx<'_>) -> Then {
        if closes(&key, action, (Context::Table, Action::CountValues), ctx) {
            return Then::Close;
        }
        if self.moves(action, ctx) {
            return Then::Stay;
        }
        match action {
            Some(Action::Open) => {
                let Some(value) = self.value() else { return Then::Stay };
                let filter = OfTable::Filter(ColumnFilter::Is(value.clone()));
                ctx.request(Request::OfTable(filter));
                return Then::Close;
            }
            other => drop(ctx.common(other)),
        }
        Then::Stay
    }

    fn allows(&self, action: Action) -> bool {
        action != Action::Open || self.value().is_some()
    }

    fn closed(&mut self, ctx: &mut Ctx<'_>) {
        ctx.cancel(Slot::Column);
    }
}
