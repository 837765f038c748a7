//! Dialogs that are a list of rows: what they look like is data, which the view draws for all of them.

use std::borrow::Cow;

use crate::keymap::Action;
use crate::model::Timestamp;

use super::super::list::Cursor;
use super::overlay::Overlay;

/// What a list dialog shows.
#[derive(Debug)]
pub struct Listing<'a> {
    /// In the border, at the top.
    pub title: Cow<'a, str>,
    /// Columns it takes, where there is room.
    pub width: u16,
    /// What to say where there are no rows.
    pub none: &'static str,
    /// From the first to the last, or as many as are on the screen from where it is scrolled to.
    pub rows: Vec<Row<'a>>,
    /// How the rows are gone through.
    pub place: Place<'a>,
    /// What the border says that keys do, the most useful last.
    pub keys: Vec<(Action, &'static str)>,
    /// What the border says instead of keys.
    pub why: Option<Cow<'a, str>>,
}

/// A row.
#[derive(Debug, Default)]
pub struct Row<'a> {
    /// When it was, for a column on the left.
    pub at: Option<Timestamp>,
    /// What it is; may hold hostile text.
    pub text: Cow<'a, str>,
    /// What is to be said of it, on the right.
    pub state: Cow<'a, str>,
    /// How it stands out.
    pub look: Look,
}

/// How a row stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Not at all.
    #[default]
    Plain,
    /// It steps back.
    Dim,
    /// Something was done.
    Done,
    /// Something needs care.
    Warning,
    /// Something failed.
    Failure,
}

/// How the rows are gone through.
#[derive(Debug)]
pub enum Place<'a> {
    /// With a cursor; each text is cut to its row.
    Cursor(Cursor),
    /// By scrolling; a long text takes several rows.
    Scrolled(&'a Overlay),
}
