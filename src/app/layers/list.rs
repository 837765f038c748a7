//! Dialogs that are a list of rows: their looks are data, which the view draws in one way for all.

use std::borrow::Cow;

use crate::keymap::Action;
use crate::model::Timestamp;

use super::super::list::Cursor;
use super::overlay::Overlay;

/// What a list dialog shows.
#[derive(Debug)]
pub struct Listing<'a> {
    /// The title, in the upper border.
    pub title: Cow<'a, str>,
    /// Width of the dialog, where there is room, in columns.
    pub width: u16,
    /// The words above the columns: those of the time, the text and the remark.
    pub heads: Option<[&'static str; 3]>,
    /// The sentence to show where there are no rows.
    pub none: &'static str,
    /// The rows: all, or only those on the screen from the scroll position on.
    pub rows: Vec<Row<'a>>,
    /// The cursor or the scroll position.
    pub place: Place<'a>,
    /// Keys that the border names, the most useful last.
    pub keys: Vec<(Action, &'static str)>,
    /// A sentence in the border in place of keys.
    pub why: Option<Cow<'a, str>>,
}

/// Number of rows that are shown below heads, of this number without them.
pub fn below_heads(rows: usize) -> usize {
    rows.saturating_sub(1).max(1)
}

/// A row.
#[derive(Debug, Default)]
pub struct Row<'a> {
    /// The time of the row, for a column on the left.
    pub at: Option<Timestamp>,
    /// The text of the row; may hold hostile text.
    pub text: Cow<'a, str>,
    /// A remark, on the right.
    pub state: Cow<'a, str>,
    /// How the row stands out.
    pub look: Look,
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Not at all.
    #[default]
    Plain,
    /// It is dimmed.
    Dim,
    /// Something was done.
    Done,
    /// Something needs care.
    Warning,
    /// Something failed.
    Failure,
}

/// How the user moves through the rows.
#[derive(Debug)]
pub enum Place<'a> {
    /// With a cursor; each text is cut to its row.
    Cursor(Cursor),
    /// By scrolling; a long text takes several rows.
    Scrolled(&'a Overlay),
}
