//! Events that come into the core, and effects that go out of it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyEvent, MouseEvent};

use crate::index::Query;
use crate::model::{AsideId, ConnectionState, Error, Interest, ServerInfo, StoreName, WatchEvent};
use crate::ops::{Outcome, Plan, Resolution, WriteId};

use crate::edit::draft::{Draft, DraftHead, DraftId, DraftText};

use super::layout::PaneSizes;
use super::load::{Loaded, Read};
use super::mouse::Spot;
use super::pins::Pin;
use super::reopening::{Reopened, Reopening, There};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Keys that came at once: perhaps text that was pasted.
    Keys(Vec<KeyEvent>),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The mouse was clicked on something that is neither a row nor text.
    Click(Spot, MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// Connecting ended.
    Connected(Result<ServerInfo, Error>),
    /// The connection went away or came back.
    Connection(ConnectionState),
    /// The answer to a password that was typed while a storage is open.
    LoggedIn(Result<(), Error>),
    /// The server's answer about itself.
    Server(Result<ServerInfo, Error>),
    /// The result of a read. Late ones are recognised by their ticket.
    Loaded(Slot, Ticket, Result<Loaded, Error>),
    /// Something that the watcher saw. Late ones are recognised by their ticket.
    Watched(Ticket, WatchEvent),
    /// The time has come that [`App::wake`](super::App::wake) asked for.
    Time,
    /// A read has taken long enough for the user to be told.
    Slow(Slot, Ticket),
    /// A write was answered.
    Written(WriteId, Result<Outcome, Error>),
    /// A write whose answer was lost has been looked into.
    Resolved(WriteId, Result<Resolution, Error>),
    /// The fraction of a write under way that is done, from 0.0 to 1.0.
    WriteProgress(WriteId, f32),
    /// A write failed after a part of it was made: the first plan undoes that part, the second makes the
    /// rest, if it can still be made.
    MadeInPart(WriteId, Box<Plan>, Option<Box<Plan>>),
    /// A step was not undone or done again, or only in part, because someone else has deleted records: this
    /// plan sets them anew. Comes before the write's answer.
    Gone(WriteId, Box<Plan>),
    /// Something that was set aside has been freed.
    Freed(AsideId),
    /// The external editor ended; holds the text, if it could be read back.
    Edited(Result<Bytes, NotEdited>),
    /// A draft was kept; else the error says why not.
    DraftKept(DraftId, Result<(), String>),
    /// The drafts of this target that nobody is typing in.
    Drafts(Vec<(DraftId, DraftHead)>),
    /// The pinned records of a target, the newest first.
    Pins(String, Vec<Pin>),
    /// A draft was read; else the error says why not.
    DraftRead(DraftId, Result<Box<Draft>, String>),
    /// A draft of a long value was made ready.
    DraftReady(Box<Reopened>),
    /// Something was handed to the terminal's clipboard, or was too large for it.
    Copied(&'static str, Result<usize, String>),
    /// These bytes were saved to a file; else the error says why not.
    Saved(PathBuf, Bytes, Result<usize, SaveError>),
    /// A value of this name was handed to the user's program; else the error says why not.
    OpenedExternal(String, Result<OpenedExternal, String>),
    /// A sentence about what the user asked of the terminal.
    Told(&'static str),
    /// The old storage is let go, and nothing comes from it any more: this target is to be opened; else the
    /// error says why that cannot be yet.
    Switched(Result<usize, String>),
}

/// Why the user's own editor left no text that may be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotEdited {
    /// One sentence.
    pub why: String,
    /// What the file holds nevertheless, if that is not what was handed to the editor.
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

/// Where a value was opened outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedExternal {
    /// In this program.
    With(String),
    /// Nowhere, as the user's screen is at another machine. The value lies in this file until larder ends.
    File {
        /// Path of the file.
        path: PathBuf,
        /// The name that the user's machine has for this one: user and host, and the port of its `sshd`.
        login: Option<(String, u16)>,
    },
}

/// Something the shell is to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Connect to the target, also if it failed before; a try under way or to come is given up.
    Connect,
    /// Connect to the target again, after this time.
    ConnectAgain(Duration),
    /// Ask the server about itself, after this time; an older question is given up.
    AskServer(Duration),
    /// Read; an older read of the same slot is given up.
    Read(Slot, Ticket, Read),
    /// Give up the slot's read.
    Cancel(Slot),
    /// Let the walk of the open store's keys wait, or go on.
    Pause(bool),
    /// Have that walk put the keys that it publishes from now on in this order.
    OrderWalk(Option<Query>),
    /// Watch the list of stores, and a store if one is given, in place of what was watched before.
    Watch(Ticket, Option<StoreName>),
    /// Tell the watcher what is on the user's screen.
    SetInterest(Interest),
    /// Carry out a plan. It is never given up; quitting waits for it.
    Write(WriteId, Box<Plan>),
    /// Stop a write of many records after the part that was sent.
    CancelWrite(WriteId),
    /// Find out what became of a write whose answer was lost.
    Resolve(WriteId),
    /// Hand text to the user's own editor, in a file.
    OpenEditor {
        /// The text of the file, whose bytes are made beside the loop.
        text: DraftText,
        /// End of the file's name: `.json`, `.txt`, …
        suffix: String,
        /// The draft to keep meanwhile, which names the file.
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
    /// Make a draft of a long value ready, beside what is there now.
    ReopenDraft(DraftId, Box<(Draft, There)>, Reopening),
    /// Remember that a record of a target is pinned, or that it is no longer.
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
    /// Remember that the user has left these asides as they are, so that they are not offered again.
    LeaveAsides(Vec<AsideId>),
    /// Hand bytes to the terminal's clipboard.
    Copy {
        /// Name of what is copied, for the notice: `Key` or `Value`.
        what: &'static str,
        /// The bytes to copy.
        bytes: Bytes,
    },
    /// Save bytes to a file.
    SaveFile {
        /// Path of the file.
        path: PathBuf,
        /// Content of the file.
        bytes: Bytes,
        /// Whether to replace a file of that name.
        overwrite: bool,
    },
    /// Open bytes in the user's program, in a private file of this name that is removed when larder ends.
    OpenExternal {
        /// Name of the file, in which no character does harm.
        name: String,
        /// Content of the file.
        bytes: Bytes,
    },
    /// Tell the user also where nobody looks at the screen.
    Notify(String),
    /// Connect with this password, which is used for this run and this target alone.
    LogIn(Password),
    /// Give up all reads and let go of the storage, to open this one of [`super::Settings::targets`].
    Switch(usize),
    /// Remember the widths of the panes for the next run.
    KeepPanes(PaneSizes),
    /// Capture the mouse, or leave it to the terminal.
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
    /// Wraps a password that was typed.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    /// Gives the password itself, to be sent.
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
    /// The search for stores that are in no index.
    Lost,
    /// The metadata of the open store.
    Store,
    /// The keys of the open store.
    Keys,
    /// The records and bytes of each content type.
    Totals,
    /// The rest of the crawl.
    Crawl,
    /// Whether the crawl's crawlers still run.
    CrawlEnd,
    /// Groups of keys by what they share.
    Groups,
    /// The summary of a store or of a group of keys.
    Summary,
    /// The comparison of the keys with what a walk sees while they are shown.
    Compare,
    /// The order and filter of the keys.
    Select,
    /// The record under the cursor.
    Record,
    /// The search in the record's value.
    Search,
    /// The values of the record's JSON.
    Leaves,
    /// The folds of the record's JSON.
    Folds,
    /// The stored record that is in the way of a save.
    Theirs,
    /// The changes of a save, or the version that it is joined with.
    Saving,
    /// The stored records that have staged edits.
    Staged,
    /// The changes of a step of the log.
    Step,
    /// The bytes that the last change of the shown record brought.
    Changed,
    /// The watcher.
    Watch,
    /// The fault of the JSON being typed.
    Check,
    /// A page of a request queue or a dataset.
    Contents,
    /// The target of a path through JSON.
    Path,
    /// The links of a page.
    Links,
    /// The entries of an archive.
    Entries,
    /// The rows of a table, arranged.
    Table,
    /// The values of a column of that table.
    Column,
    /// What a larder that has ended left set aside.
    Asides,
    /// Where the store and the record in the details are stored.
    Place,
}

impl Slot {
    /// Number of slots.
    pub const COUNT: usize = Self::Place as usize + 1;
}

/// Number of a read in a slot, by which a late reply is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticket(pub u64);
