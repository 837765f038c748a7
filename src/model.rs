//! Stores, records, pages, errors and writes as data: no I/O.

mod aside;
mod commit;
pub mod content;
pub mod crawl;
pub mod endings;
pub mod error;
mod expect;
mod key;
mod outcome;
pub mod page;
mod progress;
mod query;
mod record;
mod server;
mod snapshot;
pub(crate) mod sort;
mod store;
mod system;
mod time;
mod traffic;
mod upkeep;
pub mod watch;
mod write;
mod written_back;

pub use aside::{Aside, AsideId, AsideInfo, AsideList, Maker, Restored};
pub use commit::{Change, Commit, Committed, Done, WriteId};
pub use content::{ContentType, Family, Value};
pub use crawl::{Contents, Crawl, Crawler, OtherStorage, Section, StorageInfo};
pub use error::{Cause, Error, ErrorKind, Result};
pub use expect::{Content, Expect, Version, hex};
pub use key::{Key, LONGEST_KEY, StoreName};
pub use outcome::WriteOutcome;
pub use page::{KeyPage, PageRow};
pub use progress::Progress;
pub use query::{Budget, Order, Scan, StoreList, Want};
pub use record::{Reading, Record, RecordMeta, RecordState};
pub use server::{
    Certificate, Comparison, ConnectionState, Examined, JsonLayout, Right, ServerInfo,
};
pub use snapshot::Half;
pub use store::{OpenBy, Opened, StoreInfo, StoreState};
pub use system::in_words;
pub use time::Timestamp;
pub use traffic::Traffic;
pub use upkeep::{Ignored, Repair};
pub use watch::{Interest, RecordEvent, WatchEvent, WatchSource};
pub use write::{RecordRewrite, Replicas, SetValue, Write, Written};
