//! What is loaded from the storage, what is computed from that, and what both give.

mod contents;
mod leaves;
mod side;
mod step;
mod summary;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::edit::{Diff, Folded, InnerMerge, InnerPlace, InnerValue, Merge, NotOpened, TypedValue};
use crate::index::{Change, Groups, Index, Query, RescanState, RowOrder, ScanEvent};
use crate::model::{
    AsideInfo, ContentType, Crawl, Key, OtherStorage, Record, RecordMeta, SetValue, StoreInfo,
    StoreName, Timestamp,
};
use crate::ops::{Plan, Turn};
use crate::preview::json::{JsonFault, JsonPath, PathFinds};
use crate::preview::{Arrangement, ColumnValues, Matches, Mode, Preview};

use super::staged::StagedNow;

pub use contents::{ContentsPage, FailedBeyond, is_failed};
pub use leaves::{FoldedLeaves, LeavesShown};
pub use side::Side;
pub use step::{RecordDiff, StepDiff};
pub use summary::{Subject, Summary};

/// Something to read from the storage.
#[derive(Debug, Clone)]
pub enum Load {
    /// All stores.
    Stores,
    /// Stores that no index names.
    Lost,
    /// One store's metadata.
    Store(StoreName),
    /// What a larder that ended has left set aside.
    Asides,
    /// What a store holds: a small page of its keys.
    Summary(StoreName),
    /// The rest of the crawl, again and again until it is given up.
    Crawl,
    /// The same, seldom: to notice a crawl's end.
    CrawlEnd,
    /// A page of a request queue or a dataset, from there on.
    Contents(OtherStorage, u64),
    /// All keys of a store.
    Keys {
        /// The store.
        store: StoreName,
        /// Publish what has arrived while the walk goes on.
        early: bool,
        /// Make this order of what is published.
        query: Option<Query>,
    },
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
    /// What is stored now of records that are to be set.
    Staged(Arc<[SetValue]>),
    /// A record's metadata alone.
    Meta {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
    },
    /// Where a store of a directory is, and one of its records.
    Place {
        /// The store.
        store: StoreName,
        /// The record's key.
        key: Option<Key>,
    },
    /// Two values, to be compared with each other.
    Pair(Box<[Side; 2]>),
    /// A record whatever its size, to be compared and not shown.
    Value {
        /// The store.
        store: StoreName,
        /// The key.
        key: Key,
    },
}

/// What all keys of a group begin with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// These bytes.
    pub prefix: Vec<u8>,
    /// And whether a digit comes next.
    pub numbered: bool,
}

/// Something to compute off the loop.
#[derive(Debug, Clone)]
pub enum Compute {
    /// The index with changes made to it.
    Apply {
        /// Before the changes.
        index: Arc<Index>,
        /// In their order.
        changes: Arc<Vec<Change>>,
        /// Make this order of it.
        query: Option<Query>,
    },
    /// What is different about what a walk saw.
    Compare(Arc<Index>, Vec<ScanEvent>, RescanState),
    /// How much there is of each content type.
    Totals(Arc<Index>),
    /// What the keys that begin so share.
    Groups(Arc<Index>, Scope),
    /// What the keys that begin so are.
    Summary(Arc<Index>, Scope),
    /// An order and a filter over the index.
    Select(Arc<Index>, Query),
    /// A record at hand, shown another way.
    Preview(Record, Mode),
    /// The values of the JSON that is shown.
    Leaves(Record, Arc<Preview>),
    /// The JSON that is shown with these of its objects and lists folded, and this one with all beside it.
    Fold(Arc<LeavesShown>, Folded, Option<usize>),
    /// What a record holds inside at this place.
    Inner(Box<Record>, InnerPlace),
    /// A save of what was typed inside a value, to be put back into it.
    PutBack(Box<SetValue>, Arc<InnerValue>),
    /// Where the text occurs in the value.
    Search(Arc<Preview>, String),
    /// Where the values are in the JSON to which this path leads.
    SearchPath(Arc<Preview>, JsonPath),
    /// Which values these are.
    FindPath(Arc<Preview>, JsonPath),
    /// The links of a page, and the keys in this index to which they lead.
    PageLinks(Arc<Preview>, Key, Arc<Index>),
    /// The rows of a table, arranged so.
    Arrange(Arc<Preview>, Arrangement),
    /// What the rows that are shown hold in a column.
    ColumnValues(Arc<Preview>, usize),
    /// What is wrong with this text as JSON; its state is of this number.
    Check(Bytes, u64),
    /// What is different about a value after a change of it.
    Diff(Box<[TypedValue; 2]>),
    /// What a step of the log has changed, by the plan that undoes it or does it again.
    Step(Box<Plan>, Turn),
    /// What is different about what is there now once what was typed is made in it: of what was read,
    /// typed, and is there now.
    DiffOver(Box<[TypedValue; 3]>),
    /// What is different about two versions of a record, and which bytes came with the second: their numbers.
    Versions([u64; 2], Box<[TypedValue; 2]>),
    /// The same of several values, each of which may be new.
    Diffs(Vec<[Option<TypedValue>; 2]>),
    /// What was typed, joined with what someone else wrote: of what was read, typed, and is there now.
    Merge(Box<[TypedValue; 3]>),
    /// The same of what was typed in a value in a value, by itself where it meets the other.
    Join(Box<[TypedValue; 3]>, Arc<InnerValue>, Bytes),
}

/// Something to have from the storage, or to compute off the loop.
#[derive(Debug, Clone)]
pub enum Read {
    /// From the storage.
    Load(Load),
    /// From what is at hand.
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
    /// Keys and their order, if one was asked for; the share of the store walked, 1 at the end.
    Keys(Arc<Index>, f32, Option<Ordered>),
    /// So many rows came with what has been walked so far, and the share that this is.
    Progress(u64, f32),
    /// What is different about what a walk saw.
    Compared(Vec<Change>),
    /// The index with the changes made, and its order if one was asked for.
    Applied(Arc<Index>, Option<Ordered>),
    /// The first rows of what is being filtered.
    Partial(Arc<Index>, RowOrder),
    /// An order and a filter over this index.
    Selected(Arc<Index>, RowOrder),
    /// Content types with their records and bytes.
    Totals(Vec<(ContentType, u64, u64)>),
    /// What a larder that ended has left set aside, the oldest first.
    Asides(Vec<AsideInfo>),
    /// The rest of the crawl, as it is now.
    Crawl(Arc<Crawl>),
    /// A page of a request queue or a dataset.
    Contents(Box<ContentsPage>),
    /// What the keys of this index that begin so share.
    Groups(Arc<Index>, Scope, Groups),
    /// What a store or a group of keys holds.
    Summary(Box<Summary>),
    /// What is known of a record before its picture is decoded.
    Ahead(RecordView),
    /// A record and what to show of it.
    Record(RecordView),
    /// The metadata of a record of this store and key; `None` if there is none.
    Meta(StoreName, Key, Option<RecordMeta>),
    /// The file of a store's metadata, or the URL of a record, where there is such; and when the server
    /// removes the store by itself, where it does.
    Place(Option<String>, Option<Timestamp>),
    /// A record that is not for the screen; `None` if there is none.
    Value(Option<Record>),
    /// The values of the JSON that is shown; `None` if they are too many.
    Leaves(Option<LeavesShown>),
    /// JSON with some of it folded.
    Folded(FoldedLeaves),
    /// A record and what it holds inside; or why that is not opened.
    Inner(Box<Record>, Result<Arc<InnerValue>, NotOpened>),
    /// The save of the whole record; or why what was typed cannot be put back.
    PutBack(Result<Box<SetValue>, NotOpened>),
    /// Where the text occurs.
    Found(Matches),
    /// What a path through JSON leads to.
    PathFound(PathFinds),
    /// The links of the page that is shown.
    PageLinks(Vec<PageLink>),
    /// The rows of a table, arranged so.
    Arranged(Arc<Preview>, Arrangement, Arc<Preview>),
    /// What a column holds.
    ColumnValues(ColumnValues),
    /// What is wrong with a text as JSON, in its state of this number.
    Checked(u64, Option<JsonFault>),
    /// What is different about a value after a change of it.
    Diff(Box<Diff>),
    /// What is different about two values that were read.
    Pair(Box<Diff>),
    /// What is different about two versions of a record, by their numbers, and which bytes came.
    Versions([u64; 2], Box<Diff>, Vec<Range<usize>>),
    /// What a step of the log has changed.
    Step(Box<StepDiff>),
    /// What is different about several values, in their order.
    Diffs(Vec<Diff>),
    /// What is stored now of records that are to be set.
    Staged(Vec<(StoreName, Key, StagedNow)>),
    /// What was typed, joined with what someone else wrote.
    Merged(Box<Merge>),
    /// What was typed in a value in a value, where it meets what someone else wrote there.
    Inside(Box<InnerMerge>),
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
    /// Keys in their own order; the share of the store walked, 1 at the end.
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
    /// The order that is asked for, if one is; none as soon as `wanted` says no. The first rows go to
    /// `early` where the rest takes its time.
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
