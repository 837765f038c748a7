//! Work on the whole of an edited value: where that is long, it is done off the loop, on a copy.

use bytes::Bytes;

use crate::edit::{Document, HexEdit, Places, TextEdit};
use crate::model::Timestamp;
use crate::preview::json;

/// What is done in an edited value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// The next match of a text is selected, or the previous one.
    Find {
        /// The text.
        needle: String,
        /// Whether it is the next one.
        forward: bool,
    },
    /// A text is replaced everywhere.
    Replace {
        /// The text.
        needle: String,
        /// The text in its place.
        with: String,
        /// Whether each place is a change of its own.
        apart: bool,
    },
    /// One place after the other is replaced or left.
    Places(Places, PlaceStep),
    /// The cursor goes to the bracket that matches the one at it.
    Bracket,
    /// JSON is laid out for people.
    Format,
    /// The text that the user's own editor left is taken in.
    TakeBack {
        /// The text.
        text: Bytes,
        /// Whether it is all that was meant: it is saved, without the line end that other editors add at the end
        /// of the last line.
        whole: bool,
    },
}

/// What is done with the place of a text that is selected; then the next one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceStep {
    /// It is left; also where none is selected yet.
    Skip,
    /// It is replaced.
    Replace,
    /// It is replaced, and so are all others.
    ReplaceRest,
}

/// A value in which something is done. Its bytes are shared with the editor's.
#[derive(Debug, Clone)]
pub enum Edited {
    /// Text.
    Text(Box<TextEdit>),
    /// Bytes that are not text.
    Hex(Box<HexEdit>),
    /// A value that is only held for the user's own editor.
    Held(Bytes),
}

/// What came of some work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is done.
    Done,
    /// There is nothing of that kind.
    Nothing,
    /// The text was replaced in this number of places; `None` where the value would be too long.
    Replaced(Option<usize>),
    /// The places that are left; and whether the next one is selected.
    Places(Places, bool),
    /// It could not be done; and where, as a line and a column from 1.
    Fault(String, Option<(usize, usize)>),
}

impl Work {
    /// The word for work under way.
    pub(super) fn doing(&self) -> &'static str {
        match self {
            Self::Find { .. }
            | Self::Bracket
            | Self::Places(_, PlaceStep::Skip | PlaceStep::Replace) => "searching…",
            Self::Replace { .. } | Self::Places(_, PlaceStep::ReplaceRest) => "replacing…",
            Self::Format => "laying out…",
            Self::TakeBack { .. } => "taking in what your editor left…",
        }
    }

    /// Does it in a value.
    pub fn done(&self, value: &mut Edited, now: Timestamp) -> Found {
        let told = |found: bool| if found { Found::Done } else { Found::Nothing };
        match (self, value) {
            (Self::Find { needle, forward }, Edited::Text(edit)) => {
                told(edit.find(needle, *forward))
            }
            (Self::Find { needle, forward }, Edited::Hex(edit)) => {
                told(edit.find(needle, *forward))
            }
            (Self::Replace { needle, with, apart }, Edited::Text(edit)) => {
                Found::Replaced(edit.replace_all(needle, with, *apart, now))
            }
            (Self::Places(places, step), Edited::Text(edit)) => {
                let mut places = places.clone();
                match step {
                    PlaceStep::Skip => {}
                    PlaceStep::Replace => places.replace(edit, now),
                    PlaceStep::ReplaceRest if places.replace_rest(edit, now) => {}
                    PlaceStep::ReplaceRest => return Found::Replaced(None),
                }
                let more = places.next(edit);
                Found::Places(places, more)
            }
            (Self::Bracket, Edited::Text(edit)) => told(edit.go_to_bracket()),
            (Self::Format, Edited::Text(edit)) => format(edit, now),
            (Self::TakeBack { text, whole }, Edited::Text(edit)) => {
                let end = edit.line_end().as_bytes();
                let text = if *whole { without_end(edit.document(), text, end) } else { &text[..] };
                let is_new = edit.document().bytes() != text;
                if is_new {
                    edit.replace_text(text, now);
                }
                told(is_new)
            }
            (Self::TakeBack { text, whole }, Edited::Hex(edit)) => {
                let text =
                    if *whole { without_end(edit.document(), text, b"\n") } else { &text[..] };
                let is_new = edit.document().bytes() != text;
                if is_new {
                    edit.replace_bytes(text, now);
                }
                told(is_new)
            }
            (Self::TakeBack { text, whole }, Edited::Held(held)) => {
                let cut = text.strip_suffix(b"\n").filter(|_| *whole && !held.ends_with(b"\n"));
                let text = cut.map_or_else(|| text.clone(), |cut| text.slice(..cut.len()));
                let is_new = *held != text;
                *held = text;
                told(is_new)
            }
            (
                Self::Replace { .. } | Self::Places(..) | Self::Bracket | Self::Format,
                Edited::Hex(_) | Edited::Held(_),
            )
            | (Self::Find { .. }, Edited::Held(_)) => Found::Nothing,
        }
    }
}

/// The text without the line end that other editors add at its end, whether there was one before or not.
fn without_end<'a>(before: &Document, text: &'a [u8], end: &[u8]) -> &'a [u8] {
    let ended = before.len().checked_sub(1).and_then(|last| before.byte(last)) == Some(b'\n');
    text.strip_suffix(end).filter(|_| !ended).unwrap_or(text)
}

/// Lays JSON out for people.
fn format(edit: &mut TextEdit, now: Timestamp) -> Found {
    let bytes = edit.document().bytes();
    if let Err(fault) = json::check(&bytes) {
        let (line, column) = (fault.line, fault.column);
        let why = format!("line {line}, column {column}: {}", fault.reason());
        return Found::Fault(why, Some((line, column)));
    }
    let Some(text) = json::pretty(&bytes) else {
        return Found::Fault("too long laid out: left as it stands".to_owned(), None);
    };
    edit.replace_text(text.as_bytes(), now);
    Found::Done
}
