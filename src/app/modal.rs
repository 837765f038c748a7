//! What lies over the panes: dialogs, prompts and help, as data.

use std::cell::Cell;
use std::path::PathBuf;

use bytes::Bytes;

use crate::model::{Expected, Write};

use super::crawl::Overview;
use super::input::LineInput;
use super::list::Cursor;
use super::totals::Totals;

/// Something that takes the keys until it is answered.
#[derive(Debug, Clone)]
pub enum Modal {
    /// A question whose default is No.
    Confirm(Box<Confirm>),
    /// A line to type.
    Prompt(Box<Prompt>),
    /// The keys, and how far they are scrolled.
    Help(Overlay),
    /// What is known of a store or record.
    Details(Details),
    /// How much there is of each content type.
    Totals(Totals),
    /// The rest of the crawl.
    Crawl(Box<Overview>),
    /// The targets, and the one under the cursor.
    Targets(Cursor),
}

/// A question whose default is No.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What it is about, as `Drop the store`.
    pub title: String,
    /// What will happen, line by line; may hold hostile text.
    pub lines: Vec<String>,
    /// The word on the button that does it.
    pub verb: &'static str,
    /// What to do on yes.
    pub confirmed: Confirmed,
    /// Whether Yes is chosen.
    pub yes: bool,
    /// What must be typed before Yes can be chosen, and what has been typed.
    pub typed: Option<(String, LineInput)>,
}

/// What a dialog does when it is confirmed.
#[derive(Debug, Clone)]
pub enum Confirmed {
    /// Write.
    Write(Write),
    /// Give up what is in the editor.
    DiscardEdit,
    /// Write what is in the editor over what someone else wrote: over this, and nothing later. `None`
    /// until it has been read.
    OverwriteRecord(Option<Expected>),
    /// Save these bytes over this file.
    OverwriteFile(PathBuf, Bytes),
    /// End although what is in the editor has not been saved.
    Quit,
}

impl Confirm {
    /// A question that a `y` answers.
    pub fn new(title: impl Into<String>, verb: &'static str, confirmed: Confirmed) -> Self {
        Self { title: title.into(), lines: Vec::new(), verb, confirmed, yes: false, typed: None }
    }

    /// Adds a line of what will happen.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// Asks for this text to be typed first.
    #[must_use]
    pub fn require_text(mut self, text: String) -> Self {
        self.typed = Some((text, LineInput::default()));
        self
    }

    /// Whether it is about what is in the editor.
    pub fn is_about_editor(&self) -> bool {
        matches!(
            self.confirmed,
            Confirmed::DiscardEdit | Confirmed::OverwriteRecord(_) | Confirmed::Quit
        )
    }

    /// Whether Yes may be chosen: what must be typed has been, and what must be known is.
    pub fn can_confirm(&self) -> bool {
        !matches!(self.confirmed, Confirmed::OverwriteRecord(None))
            && self.typed.as_ref().is_none_or(|(wanted, input)| input.text() == wanted)
    }
}

/// A line to type at the bottom of the screen.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What the line is for.
    pub kind: PromptKind,
    /// What has been typed.
    pub input: LineInput,
    /// What a file is to hold: the value that was there when the user asked.
    pub value: Bytes,
}

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// Leave only the stores that contain it.
    FilterStores,
    /// Leave only the keys that contain it.
    FilterKeys,
    /// Find it in the value.
    Search,
    /// Save the value to this file.
    SaveValue,
    /// Create a store of this name.
    StoreName,
    /// Create a store of this alias.
    StoreAlias,
}

impl PromptKind {
    /// What stands before the line.
    pub fn label(self) -> &'static str {
        match self {
            Self::FilterStores | Self::FilterKeys => "filter: ",
            Self::Search => "search: ",
            Self::SaveValue => "save value as: ",
            Self::StoreName => "new store, name: ",
            Self::StoreAlias => "new store, alias: ",
        }
    }
}

/// Facts in two columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What they are about.
    pub title: String,
    /// Name and value; values may hold hostile text.
    pub facts: Vec<(&'static str, String)>,
    /// How far they are scrolled.
    pub overlay: Overlay,
}

/// How far something is scrolled that is laid out only when it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    scroll: usize,
    /// The last row it can be scrolled to, as measured when it was last drawn.
    last: Cell<usize>,
}

impl Overlay {
    /// Scrolls by rows, down if positive, within what there is.
    pub fn scroll_by(&mut self, rows: isize) {
        self.scroll = self.scroll.saturating_add_signed(rows).min(self.last.get());
    }

    /// The first row to draw of `rows`, of which `height` have room; the last page stays full.
    pub fn first(&self, rows: usize, height: usize) -> usize {
        self.last.set(rows.saturating_sub(height));
        self.scroll.min(self.last.get())
    }

    /// Whether there is more than has room.
    pub fn is_long(&self) -> bool {
        self.last.get() > 0
    }
}
