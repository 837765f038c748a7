//! Loads from the storage, computations on what was loaded, and the results of both.

mod contents;
mod leaves;
mod reviewing;
mod side;
mod step;
mod summary;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::edit::{
    Choice, Come, Diff, Document, Folded, InnerMerge, InnerPlace, InnerValue, Merge, NotOpened,
    TypedValue, Unresolved,
};
use crate::index::{Change, Groups, Index, Query, RescanState, RowOrder, ScanEvent};
use crate::model::{
    AsideInfo, ContentType, Crawl, Key, OtherStorage, Record, RecordMeta, SetValue, StoreInfo,
    StoreName, Timestamp,
};
use crate::ops::{Plan, Turn};
use crate::preview::json::{JsonFault, JsonPath, PathFinds};
use crate::preview::{
    Arrangement, ColumnValues, Entry, EntryRow, EntryWanted, Matches, Mode, Preview,
};

use super::opening::Opened;
use super::staged::StagedNow;
use super::storing::{NotStored, Stored, Typed};
use super::working::{Edited, Found, Work};

pub use contents::{ContentsPage, FailedBeyond, is_failed};
pub use leaves::{FoldedLeaves, LeavesShown};
pub use reviewing::{Reviewed, Reviewing};
pub use side::Side;
pub use step::{RecordDiff, StepDiff};
pub use summary::{Subject, Summary};

/// Something to read from the storage.
#[derive(Debug, Clone)]
pub enum Load {
    /// All stores.
    Stores,
    /// Stores that are in no index.
    Lost,
    /// One store's metadata.
    Store(StoreName),
    /// What a larder that ended has left set aside.
    Asides,
    /// The summary of a store: a small page of its keys.
    Summary(StoreName),
    /// The rest of the crawl, repeatedly until it is given up.
    Crawl,
    /// The rest of the crawl, at long intervals, to see its end.
    CrawlEnd,
    /// A page of a request queue or a dataset, from this place on.
    Contents(OtherStorage, u64),
    /// All keys of a store.
    Keys {
        /// The store.
        store: StoreName,
        /// Whether to publish what has arrived while the walk goes on.
        early: bool,
        /// The order to make of what is published.
        query: Option<Query>,
    },
    /// A record, with its value up to a limit.
    Record {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
        /// Limit on the value, in bytes.
        limit: u64,
        /// How to show the record.
        mode: Mode,
    },
    /// A record whatever its size.
    Whole {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
        /// How to show the record.
        mode: Mode,
    },
    /// The stored values of records that are to be set.
    Staged(Arc<[SetValue]>),
    /// A record's metadata alone.
    Meta {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
    },
    /// Where a store or one of its records is stored; and when the server removes the store by itself.
    Place {
        /// The store.
        store: StoreName,
        /// The record's key.
        key: Option<Key>,
    },
    /// Two values to compare with each other.
    Pair(Box<[Side; 2]>),
    /// A record whatever its size, for what a save changes in it.
    Review(Box<Reviewing>),
    /// A record whatever its size, to be compared and not shown.
    Value {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
    },
}

/// The beginning that all keys of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// The bytes of the beginning.
    pub prefix: Vec<u8>,
    /// Whether a digit comes next.
    pub numbered: bool,
}

/// Something to compute off the loop.
#[derive(Debug, Clone)]
pub enum Compute {
    /// The index with changes applied.
    Apply {
        /// The index before the changes.
        index: Arc<Index>,
        /// The changes, in their order.
        changes: Arc<Vec<Change>>,
        /// The order to make of the changed index.
        query: Option<Query>,
    },
    /// The differences between the index and what a walk saw.
    Compare(Arc<Index>, Vec<ScanEvent>, RescanState),
    /// The records and bytes of each content type.
    Totals(Arc<Index>),
    /// Groups of the keys in this scope, by what they share.
    Groups(Arc<Index>, Scope),
    /// Summary of the keys in this scope.
    Summary(Arc<Index>, Scope),
    /// An order and a filter over the index.
    Select(Arc<Index>, Query),
    /// Another preview of a record at hand.
    Preview(Record, Mode),
    /// The values of the JSON that is shown.
    Leaves(Record, Arc<Preview>),
    /// The JSON that is shown with these objects and lists folded; with a number, this value and all its
    /// siblings too.
    Fold(Arc<LeavesShown>, Folded, Option<usize>),
    /// The value inside a record at this place.
    Inner(Box<Record>, InnerPlace),
    /// The value of a record to be edited, within a limit in bytes; and whether in the user's own editor.
    Open(Box<Record>, u64, bool),
    /// Work on the whole of an edited value.
    Work(Work, Edited, Timestamp),
    /// The bytes that store what was typed.
    Store(Box<Typed>),
    /// A save of what was typed inside a value, to be put back into it.
    PutBack(Box<SetValue>, Arc<InnerValue>),
    /// The places of a text in the value.
    Search(Arc<Preview>, String),
    /// The places of the values to which this path leads, in the JSON.
    SearchPath(Arc<Preview>, JsonPath),
    /// The values to which this path leads.
    FindPath(Arc<Preview>, JsonPath),
    /// The links of a page, and the keys in this index to which they lead.
    PageLinks(Arc<Preview>, Key, Arc<Index>),
    /// The entries of the archive that is listed.
    Entries(Arc<Preview>),
    /// An entry of the archive that a record holds, to be shown so.
    Entry(Record, EntryWanted, Mode),
    /// Another preview of an entry that is open.
    EntryFace(Record, Arc<Entry>, Mode),
    /// The rows of a table, in this arrangement.
    Arrange(Arc<Preview>, Arrangement),
    /// The values that the shown rows have in a column.
    ColumnValues(Arc<Preview>, usize),
    /// The fault of this text as JSON; the number is the text's revision.
    Check(Box<Document>, u64),
    /// The difference that a change makes in a value.
    Diff(Box<[TypedValue; 2]>),
    /// The changes of a step of the log, by the plan that undoes it or does it again.
    Step(Box<Plan>, Turn),
    /// The difference that what was typed makes in what is there now: from the values that were read, typed,
    /// and are there now.
    DiffOver(Box<[TypedValue; 3]>),
    /// The difference between two versions of a record, by their numbers, and the bytes that came with the
    /// second.
    Versions([u64; 2], Box<[TypedValue; 2]>),
    /// The differences between several pairs of values; one without a first value is new.
    Diffs(Vec<[Option<TypedValue>; 2]>),
    /// What was typed, joined with another's: from the values that were read, typed, and are there now.
    Merge(Box<[TypedValue; 3]>),
    /// The same for what was typed in a value in a value, which is joined by itself where it meets the other.
    Join(Box<[TypedValue; 3]>, Arc<InnerValue>, Bytes),
    /// The outcome of a merge, with the choice for each conflict.
    Resolve(Arc<Merge>, Vec<Choice>),
}

/// A read: from the storage, or computed off the loop.
#[derive(Debug, Clone)]
pub enum Read {
    /// A read from the storage.
    Load(Load),
    /// A computation on what is at hand.
    Compute(Compute),
}

impl From<Load> for Read {
    fn from(load: Load) -> Self {
        Self::Load(load)
    }
}

impl From<Compute> for Read {
    fn from(compute: Compute) -> Self {
        Self::Compute(compute)
    }
}

/// The result of a read.
#[derive(Debug, Clone)]
pub enum Loaded {
    /// All stores, and the time of one round trip.
    Stores(Vec<StoreInfo>, Option<Duration>),
    /// The names of all stores, some with their counts; the rest comes later.
    SomeStores(Vec<StoreInfo>),
    /// Further stores that are in no index, and the share of the key space that was looked through.
    Lost(f32, Vec<StoreInfo>),
    /// One store's metadata.
    Store(Box<StoreInfo>),
    /// Keys, with their order if one was asked for; and the share of the store that was walked, 1 at the end.
    Keys(Arc<Index>, f32, Option<Ordered>),
    /// Number of rows that came so far, and the share of the store that was walked.
    Progress(u64, f32),
    /// The differences between the index and what a walk saw.
    Compared(Vec<Change>),
    /// The index with the changes applied, and its order if one was asked for.
    Applied(Arc<Index>, Option<Ordered>),
    /// The first rows of an order that is being made.
    Partial(Arc<Index>, RowOrder),
    /// The rows of an order and a filter over this index.
    Selected(Arc<Index>, RowOrder),
    /// Content types with their number of records and of bytes.
    Totals(Vec<(ContentType, u64, u64)>),
    /// What a larder that ended has left set aside, the oldest first.
    Asides(Vec<AsideInfo>),
    /// The rest of the crawl, as it is now.
    Crawl(Arc<Crawl>),
    /// A page of a request queue or a dataset.
    Contents(Box<ContentsPage>),
    /// Groups of the keys in this scope of the index.
    Groups(Arc<Index>, Scope, Groups),
    /// Summary of a store or of a group of keys.
    Summary(Box<Summary>),
    /// What is shown of a record until all of it is ready: the facts of its picture, the beginning of its source.
    Ahead(RecordView),
    /// A record and its preview.
    Record(RecordView),
    /// The metadata of a record of this store and key; `None` if there is none.
    Meta(StoreName, Key, Option<RecordMeta>),
    /// The file of a store's metadata or the URL of a record, if there is one; and when the server removes
    /// the store by itself, if it does.
    Place(Option<String>, Option<Timestamp>),
    /// A record that is not for the screen; `None` if there is none.
    Value(Option<Record>),
    /// The values of the JSON that is shown; `None` if they are too many.
    Leaves(Option<LeavesShown>),
    /// JSON with some of it folded.
    Folded(FoldedLeaves),
    /// A record and the value inside it; or why that is not opened.
    Inner(Box<Record>, Result<Arc<InnerValue>, NotOpened>),
    /// A record whose value is opened to be edited; and whether in the user's own editor.
    Opened(Box<Record>, Box<Opened>, bool),
    /// The value in which some work was done, and what came of it.
    Worked(Edited, Found),
    /// The bytes that store what was typed; or why there are none.
    Stored(Result<Stored, NotStored>),
    /// The save of the whole record; or why what was typed cannot be put back.
    PutBack(Result<Box<SetValue>, NotOpened>),
    /// The places of the text.
    Found(Matches),
    /// The values to which a path through JSON leads.
    PathFound(PathFinds),
    /// The links of the page that is shown.
    PageLinks(Vec<PageLink>),
    /// The entries of the archive.
    Entries(Vec<EntryRow>),
    /// An entry of the archive that this record holds, with its preview and how it is shown; or why it is
    /// not opened.
    Entry(Box<Record>, Result<(Arc<Entry>, Arc<Preview>, Mode), String>),
    /// The table, its arrangement, and the table in that arrangement.
    Arranged(Arc<Preview>, Arrangement, Arc<Preview>),
    /// The values of a column.
    ColumnValues(ColumnValues),
    /// The fault of a text as JSON; the number is the text's revision.
    Checked(u64, Option<JsonFault>),
    /// The difference that a change makes in a value.
    Diff(Box<Diff>),
    /// The difference between two values that were read.
    Pair(Box<Diff>),
    /// The difference between two versions of a record, by their numbers, and what came.
    Versions([u64; 2], Box<Diff>, Come),
    /// The changes of a step of the log.
    Step(Box<StepDiff>),
    /// The differences between several pairs of values, in their order.
    Diffs(Vec<Diff>),
    /// The stored values of records that are to be set.
    Staged(Vec<(StoreName, Key, StagedNow)>),
    /// What a save changes in the record as it is now.
    Reviewed(Box<Reviewed>),
    /// What was typed, joined with what someone else wrote.
    Merged(Box<Merge>),
    /// What was typed in a value in a value, joined with what someone else wrote there.
    Inside(Box<InnerMerge>),
    /// The outcome of a merge that is decided.
    Resolved(Result<TypedValue, Unresolved>),
}

/// A link of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLink {
    /// The address, as the page has it; hostile text.
    pub address: Bytes,
    /// The key in the page's store to which it leads, if there is one.
    pub key: Option<Key>,
}

impl Loaded {
    /// A result of keys in their own order; the share of the store that was walked is 1 at the end.
    pub fn keys(index: Arc<Index>, share: f32) -> Self {
        Self::Keys(index, share, None)
    }
}

/// An order of an index's rows, and what it was made for.
#[derive(Debug, Clone)]
pub struct Ordered {
    /// Order and filter.
    pub query: Query,
    /// The rows.
    pub rows: RowOrder,
}

impl Ordered {
    /// Makes the order that is asked for, if one is; none as soon as `wanted` says no. The first rows go to
    /// `early` where the rest takes time.
    pub fn make(
        index: &Arc<Index>,
        query: Option<Query>,
        wanted: &dyn Fn() -> bool,
        early: &mut dyn FnMut(Loaded),
    ) -> Option<Self> {
        let query = query?;
        let mut show = |rows| early(Loaded::Partial(Arc::clone(index), rows));
        let rows = RowOrder::with_early(index, &query, wanted, &mut show)?;
        Some(Self { query, rows })
    }
}

/// A record as the right pane shows it.
#[derive(Debug, Clone)]
pub enum RecordView {
    /// There is no such record.
    Missing(Key),
    /// The value is over the limit and was not fetched.
    TooLarge(RecordMeta),
    /// The value is over the limit: its metadata, the preview of its beginning, and the length of that, in
    /// bytes.
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
