//! What comes into the core and what goes out of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyEvent, MouseEvent};

use crate::index::{Change, Groups, Index, Query, RescanState, RowOrder, ScanEvent};
use crate::model::{
    Connection, ContentType, Crawl, Error, Interest, Key, Record, RecordMeta, ServerInfo,
    StoreInfo, StoreName, WatchEvent, Write, WriteOutcome, Written,
};
use crate::preview::{Matches, Mode, Preview};

use super::groups::Scope;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Keys that came at once: perhaps text that was pasted.
    Keys(Vec<KeyEvent>),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// Connecting ended.
    Connected(Result<ServerInfo, Error>),
    /// The connection went away or came back.
    Connection(Connection),
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
    Written(WriteId, Result<Written, Error>),
    /// A write whose answer was lost has been looked into.
    Resolved(WriteId, Result<WriteOutcome, Error>),
    /// The external editor ended; holds the text if it could be read back.
    Edited(Result<Bytes, NotEdited>),
    /// Something was handed to the terminal's clipboard, or was too large for it.
    Copied(&'static str, Result<usize, String>),
    /// These bytes were saved to a file, or not.
    Saved(PathBuf, Bytes, Result<usize, SaveError>),
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
    /// Watch the list of stores, and a store if one is given, instead of what was watched before.
    Watch(Ticket, Option<StoreName>),
    /// Tell the watcher what the reader has before his eyes.
    SetInterest(Interest),
    /// Write. Never given up; quitting waits for it.
    Write(WriteId, Write),
    /// Find out what became of a write.
    Resolve(WriteId, Write),
    /// Hand text to the user's own editor, in a file whose name ends so.
    OpenEditor {
        /// What the file is to hold.
        text: Bytes,
        /// `.json`, `.txt`, …
        suffix: String,
    },
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
    /// Give up all reads and let go of the storage, for this one of [`super::Settings::targets`].
    Switch(usize),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Stop as Ctrl-Z does in a shell.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End, after the writes under way.
    Quit,
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
    /// What keys share.
    Groups,
    /// What a walk beside the reader sees, compared with them.
    Compare,
    /// Their order and filter.
    Select,
    /// The record under the cursor.
    Record,
    /// The search in its value.
    Search,
    /// The record that is in the way of one being saved.
    Theirs,
    /// What is watched.
    Watch,
}

impl Slot {
    /// How many slots there are.
    pub const COUNT: usize = 13;
}

/// Numbers the reads of a slot, so that a late reply is known as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticket(pub u64);

/// Numbers the writes, so that the answer to one is never taken for that to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct WriteId(pub u64);

/// Something to read or to compute off the loop.
#[derive(Debug, Clone)]
pub enum Read {
    /// All stores.
    Stores,
    /// Stores that no index names.
    Lost,
    /// One store's metadata.
    Store(StoreName),
    /// The rest of the crawl, again and again until it is given up.
    Crawl,
    /// All keys of a store.
    Keys {
        /// The store.
        store: StoreName,
        /// Publish what has arrived while the walk goes on.
        early: bool,
    },
    /// The index with changes made to it.
    Apply(Arc<Index>, Vec<Change>),
    /// What is different about what a walk saw.
    Compare(Arc<Index>, Vec<ScanEvent>, RescanState),
    /// How much there is of each content type.
    Totals(Arc<Index>),
    /// What the keys that begin so share.
    Groups(Arc<Index>, Scope),
    /// An order and a filter over the index.
    Select(Arc<Index>, Query),
    /// A record, with its value up to a limit.
    Record {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
        /// In bytes.
        limit: u64,
        /// How to show it.
        mode: Mode,
    },
    /// A record whatever its size.
    Whole {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
        /// How to show it.
        mode: Mode,
    },
    /// A record whatever its size, to be compared and not shown.
    Value {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
    },
    /// A record at hand, shown another way.
    Preview(Record, Mode),
    /// Where the text occurs in the value.
    Search(Arc<Preview>, String),
}

/// What a read gave.
#[derive(Debug, Clone)]
pub enum Loaded {
    /// All stores, and how long one round trip took.
    Stores(Vec<StoreInfo>, Option<Duration>),
    /// All stores by their names, some of them with their counts; the rest is on its way.
    SomeStores(Vec<StoreInfo>),
    /// More stores that no index names, and the share of the key space looked through.
    Lost(f32, Vec<StoreInfo>),
    /// One store's metadata.
    Store(Box<StoreInfo>),
    /// Keys; the share of the store walked, 1 at the end.
    Keys(Arc<Index>, f32),
    /// So many rows came with what has been walked so far, and the share that this is.
    Progress(u64, f32),
    /// What is different about what a walk saw.
    Compared(Vec<Change>),
    /// The index with so many of the changes made.
    Applied(Arc<Index>, usize),
    /// The first rows of what is being filtered.
    Partial(Arc<Index>, RowOrder),
    /// An order and a filter over this index.
    Selected(Arc<Index>, RowOrder),
    /// Content types with their records and bytes.
    Totals(Vec<(ContentType, u64, u64)>),
    /// The rest of the crawl, as it is now.
    Crawl(Arc<Crawl>),
    /// What the keys of this index that begin so share.
    Groups(Arc<Index>, Scope, Groups),
    /// A record and what to show of it.
    Record(RecordView),
    /// A record that is not for the screen; `None` if there is none.
    Value(Option<Record>),
    /// Where the text occurs.
    Found(Matches),
}

/// A record as the right pane shows it.
#[derive(Debug, Clone)]
pub enum RecordView {
    /// There is no such record.
    Missing(Key),
    /// The value is over the limit and was not fetched.
    TooLarge(RecordMeta),
    /// The value is over the limit; this is the preview of its beginning, of so many bytes.
    Head(RecordMeta, Arc<Preview>, usize),
    /// The record and its preview.
    Whole(Record, Arc<Preview>),
}

impl RecordView {
    /// The record's key.
    pub fn key(&self) -> &Key {
        match self {
            Self::Missing(key) => key,
            Self::TooLarge(meta) | Self::Head(meta, ..) => &meta.key,
            Self::Whole(record, _) => &record.meta.key,
        }
    }

    /// The record's metadata, if it is there.
    pub fn meta(&self) -> Option<&RecordMeta> {
        match self {
            Self::Missing(_) => None,
            Self::TooLarge(meta) | Self::Head(meta, ..) => Some(meta),
            Self::Whole(record, _) => Some(&record.meta),
        }
    }
}
