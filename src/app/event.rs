//! What comes into the core and what goes out of it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyEvent, MouseEvent};

use crate::index::Query;
use crate::model::{AsideId, ConnectionState, Error, Interest, ServerInfo, StoreName, WatchEvent};
use crate::ops::{Outcome, Plan, Resolution, WriteId};

use crate::edit::draft::{Draft, DraftHead, DraftId};

use super::layout::PaneSizes;
use super::load::{Loaded, Read};
use super::mouse::Spot;
use super::pins::Pin;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Keys that came at once: perhaps text that was pasted.
    Keys(Vec<KeyEvent>),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The mouse was clicked on what is neither row nor text.
    Click(Spot, MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// Connecting ended.
    Connected(Result<ServerInfo, Error>),
    /// The connection went away or came back.
    Connection(ConnectionState),
    /// What the server tells of itself now.
    Server(Result<ServerInfo, Error>),
    /// A read gave something. Late ones are told by their ticket.
    Loaded(Slot, Ticket, Result<Loaded, Error>),
    /// The watcher noticed something. Late ones are told by their ticket.
    Watched(Ticket, WatchEvent),
    /// Time has passed, as [`App::wake`](super::App::wake) wished.
    Time,
    /// A read has been running for so long that the user should be told.
    Slow(Slot, Ticket),
    /// A write was answered.
    Written(WriteId, Result<Outcome, Error>),
    /// A write whose answer was lost has been looked into.
    Resolved(WriteId, Result<Resolution, Error>),
    /// This fraction of a write under way is made.
    WriteProgress(WriteId, f32),
    /// Of a write that failed, this undoes the part that was made, and this is what can still be made.
    MadeInPart(WriteId, Box<Plan>, Option<Box<Plan>>),
    /// A step was not turned, or in part, for someone else has deleted records: this sets them anew. Comes
    /// before its answer.
    Gone(WriteId, Box<Plan>),
    /// What was set aside has been freed.
    Freed(AsideId),
    /// The external editor ended; holds the text if it could be read back.
    Edited(Result<Bytes, NotEdited>),
    /// A draft was kept, or why not.
    DraftKept(DraftId, Result<(), String>),
    /// The drafts of this target that nobody is typing in.
    Drafts(Vec<(DraftId, DraftHead)>),
    /// The pinned records of a target, the newest first.
    Pins(String, Vec<Pin>),
    /// A draft was read, or why not.
    DraftRead(DraftId, Result<Box<Draft>, String>),
    /// Something was handed to the terminal's clipboard, or was too large for it.
    Copied(&'static str, Result<usize, String>),
    /// These bytes were saved to a file, or not.
    Saved(PathBuf, Bytes, Result<usize, SaveError>),
    /// A value of this name was handed to the user's program, or why not.
    OpenedExternal(String, Result<OpenedExternal, String>),
    /// What is to be said of what the user asked of the terminal.
    Told(&'static str),
    /// Nothing of the old storage comes any more, and this target is to be opened; or why that
    /// cannot be yet.
    Switched(Result<usize, String>),
}

/// Why the user's own editor left no text that may be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotEdited {
    /// One sentence.
    pub why: String,
    /// What is in the file nevertheless, if it is not what was handed to the editor.
    pub left: Option<Bytes>,
}

/// Why a file could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveError {
    /// There is one of that name already.
    Exists,
    /// The operating system's reason.
    Failed(String),
}

/// Where a value went that was to be opened outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedExternal {
    /// To this program.
    With(String),
    /// Nowhere: whoever looks at the screen is at another machine. It lies in this file until larder
    /// ends.
    File {
        /// Where.
        path: PathBuf,
        /// How that machine names this one: a user and a host, and the port of its `sshd`.
        login: Option<(String, u16)>,
    },
}

/// Something the shell is to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Connect to the target, again if it failed before; a try under way or to come is given up.
    Connect,
    /// The same, after this time.
    ConnectAgain(Duration),
    /// Ask the server about itself, after this time; an older question is given up.
    AskServer(Duration),
    /// Read; an older read of the same slot is given up.
    Read(Slot, Ticket, Read),
    /// Give up the slot's read.
    Cancel(Slot),
    /// Let the walk of the open store's keys wait, or go on.
    Pause(bool),
    /// Have that walk make this order of what it publishes from now on.
    OrderWalk(Option<Query>),
    /// Watch the list of stores, and a store if one is given, instead of what was watched before.
    Watch(Ticket, Option<StoreName>),
    /// Tell the watcher what the reader has before his eyes.
    SetInterest(Interest),
    /// Make a plan. Never given up; quitting waits for it.
    Write(WriteId, Box<Plan>),
    /// Stop a write of many records after what was sent of it.
    CancelWrite(WriteId),
    /// Find out what became of a write.
    Resolve(WriteId),
    /// Hand text to the user's own editor, in a file whose name ends so.
    OpenEditor {
        /// What the file is to hold.
        text: Bytes,
        /// `.json`, `.txt`, …
        suffix: String,
        /// What is kept meanwhile, with the file.
        draft: Option<Box<Draft>>,
    },
    /// Keep a draft in place of what was kept under its name.
    KeepDraft(Box<Draft>),
    /// Remove a draft: it is stored, or was thrown away.
    DropDraft(DraftId),
    /// Look for the drafts of this target.
    FindDrafts(String),
    /// Read a draft.
    ReadDraft(DraftId),
    /// Remember that a record of a target is pinned, or that it is not any more.
    Pin {
        /// The target without its secret.
        target: String,
        /// The record.
        pin: Pin,
        /// Whether it is pinned now.
        is_pinned: bool,
    },
    /// Look for the pinned records of this target.
    FindPins(String),
    /// Remember that the user has left these set aside, so that they are not offered again.
    LeaveAsides(Vec<AsideId>),
    /// Hand bytes to the terminal's clipboard.
    Copy {
        /// `Key` or `Value`, for the notice.
        what: &'static str,
        /// What to copy.
        bytes: Bytes,
    },
    /// Save bytes to a file.
    SaveFile {
        /// Where.
        path: PathBuf,
        /// What.
        bytes: Bytes,
        /// Replace a file of that name.
        overwrite: bool,
    },
    /// Open bytes in the user's program, in a private file of this name that goes when larder does.
    OpenExternal {
        /// A name that bites nowhere.
        name: String,
        /// What.
        bytes: Bytes,
    },
    /// Tell the user also where the screen is not looked at.
    Notify(String),
    /// Connect with this password, which is for this run and this target alone.
    LogIn(Password),
    /// Give up all reads and let go of the storage, for this one of [`super::Settings::targets`].
    Switch(usize),
    /// Keep how wide the panes are for the next run.
    KeepPanes(PaneSizes),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Have the terminal draw pictures, or no longer.
    TurnPictures,
    /// Stop as Ctrl-Z does in a shell.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End, after the writes under way.
    Quit,
}

/// A password as it was typed. `Debug` hides it, so that no message shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Wraps what was typed.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    /// The password itself, for whoever sends it.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A place that one live read at a time may fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The list of stores.
    Stores,
    /// The search for stores that no index names.
    Lost,
    /// The metadata of the open store.
    Store,
    /// The keys of the open store.
    Keys,
    /// What there is of each content type.
    Totals,
    /// The rest of the crawl.
    Crawl,
    /// Whether its crawlers still run.
    CrawlEnd,
    /// What keys share.
    Groups,
    /// What a store or a group of keys holds.
    Summary,
    /// What a walk beside the reader sees, compared with them.
    Compare,
    /// Their order and filter.
    Select,
    /// The record under the cursor.
    Record,
    /// The search in its value.
    Search,
    /// The values of its JSON.
    Leaves,
    /// What of it is folded.
    Folds,
    /// The record that is in the way of one being saved.
    Theirs,
    /// What a save changes, or what it is joined with.
    Saving,
    /// What is stored of the records that have staged edits.
    Staged,
    /// What a step of the log has changed.
    Step,
    /// What came with the last change of the record that is shown.
    Changed,
    /// What is watched.
    Watch,
    /// The fault of the JSON being typed.
    Check,
    /// A page of a request queue or a dataset.
    Contents,
    /// What a path through JSON leads to.
    Path,
    /// The links of a page.
    Links,
    /// The rows of a table, arranged.
    Table,
    /// What a column of it holds.
    Column,
    /// What a larder that ended has left set aside.
    Asides,
    /// Where the store and the record of the details are.
    Place,
}

impl Slot {
    /// How many slots there are.
    pub const COUNT: usize = Self::Place as usize + 1;
}

/// Numbers the reads of a slot, so that a late reply is known as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticket(pub u64);
