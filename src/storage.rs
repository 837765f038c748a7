//! What every backend does with key-value stores, in Crawlee's words.
//!
//! [`Storage`] is Crawlee's `KeyValueStoreClient` plus what a browser needs beside it: listing the
//! stores, paging through keys with their metadata without reading a value, reading with a limit,
//! settling a write whose outcome is unknown, and a look at the rest of the crawl.

mod crawl;
pub mod directory;
mod metadata;
mod naming;
pub mod redis;
mod resolve;
pub mod target;
mod timing;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use tokio::sync::watch as channel;

pub use resolve::resolve_until;
pub use target::Target;
pub use timing::{RedisTiming, Timing};

use crate::model::{
    Connection, Crawl, Error, ErrorKind, Interest, Key, KeyPage, OpenBy, Opened, Reading, Record,
    RecordMeta, Repair, Result, ServerInfo, SetValue, StoreInfo, StoreName, WatchEvent, Write,
    WriteOutcome, Written,
};

/// How a storage is to behave; the same for every backend.
#[derive(Debug, Clone)]
pub struct Options {
    /// Refuse every write, in the storage layer itself.
    pub read_only: bool,
    /// Let reads update `accessed_at`, exactly as Crawlee's own reads do.
    pub touch: bool,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long one command may go unanswered.
    pub command_timeout: Duration,
    /// Wait after each write until it would survive a power cut, where the backend itself writes
    /// to a disk.
    pub durable: bool,
    /// On how many replicas a write is to be before it is told to be made, where there are any.
    pub wait_replicas: u32,
    /// The share of one of the server's cores that watching may cost (0.02: two hundredths), where
    /// it costs the server anything.
    pub watch_budget: f32,
    /// The times of the watchers.
    pub timing: Timing,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            read_only: false,
            touch: false,
            connect_timeout: Duration::from_secs(5),
            command_timeout: Duration::from_secs(10),
            durable: true,
            wait_replicas: 0,
            watch_budget: 0.02,
            timing: Timing::default(),
        }
    }
}

/// A place that holds key-value stores.
///
/// Dropping the future of a read gives the work up, on the server too where the protocol allows
/// it. The future of a write must be polled to its end.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// What to call this storage on a screen: the target without its secret.
    fn label(&self) -> String;

    /// The state of the connection, and every later change of it.
    fn connection(&self) -> channel::Receiver<Connection>;

    /// What is known of the server. What it refuses to tell is left out and named in
    /// [`ServerInfo::notes`].
    async fn server(&self) -> Result<ServerInfo>;

    /// How long one command may go unanswered.
    fn time_limit(&self) -> Duration;

    /// One round trip, for measuring the latency.
    async fn ping(&self) -> Result<Duration>;

    /// All stores that the indexes name, sorted by name, with record counts and times.
    /// Half-made stores and stale ids are listed as such; see [`StoreState`](crate::model::StoreState).
    async fn stores(&self) -> Result<Vec<StoreInfo>>;

    /// The same for a screen that is to show something soon: where there are many stores, the
    /// first of them come as they are, and the others with their names alone; then all. Each item
    /// tells which share of them is as it is, 1 at the end.
    fn stores_in_steps(&self) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        stream::once(self.stores()).map_ok(|all| (1.0, all)).boxed()
    }

    /// Looks through the whole server for stores that no index names ([`StoreState::Ghost`](crate::model::StoreState::Ghost) and
    /// stores without an index entry), a bounded batch at a time: each item is the share of the
    /// key space walked so far (0 to 1) and the stores newly found. May be dropped at any time.
    fn find_lost_stores(&self) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>>;

    /// Opens a store as Crawlee's `open` does; creates it where it is missing, except by id.
    /// Of all that create one name at once, Crawlee's openers included, one makes the store and
    /// the others get it.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] for a store that is half made and stays so,
    /// [`ErrorKind::NotFound`] for an unknown id, [`ErrorKind::Usage`] for a name or alias that
    /// Crawlee would not take, [`ErrorKind::ReadOnly`] where it would have to be created.
    async fn open(&self, by: &OpenBy) -> Result<Opened>;

    /// The name of the thing that holds the store's metadata: a Redis key, a file's path.
    fn metadata_key(&self, store: &StoreName) -> String;

    /// The store's metadata, record count and times; also of a store that is not whole.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such store.
    async fn get_metadata(&self, store: &StoreName) -> Result<StoreInfo>;

    /// The record's metadata with the value's real size, without reading the value.
    /// `None` if neither half of the record is there.
    async fn get_record_metadata(&self, store: &StoreName, key: &Key)
    -> Result<Option<RecordMeta>>;

    /// Reads a record whole, however large: values above a few MiB come over a connection of
    /// their own, so that nothing else waits behind them. `None` if neither half is there.
    /// The bytes are the stored ones; [`RecordMeta::state`] says what is damaged.
    async fn get_value(&self, store: &StoreName, key: &Key) -> Result<Option<Record>>;

    /// Reads a record whose value is at most `limit` bytes; of a larger one only the metadata, or
    /// its first `limit` bytes where the backend can read a part.
    async fn read(&self, store: &StoreName, key: &Key, limit: u64) -> Result<Option<Reading>>;

    /// Sets a record: value, metadata and the store's times in one atomic step.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if the record is not what [`SetValue::expected`] says;
    /// [`ErrorKind::NotFound`] if the store has no metadata (in a directory: if it is not there);
    /// [`ErrorKind::Usage`] for a key that is not UTF-8, or that cannot be a file's name;
    /// [`ErrorKind::InDoubt`] if no answer came (see [`Storage::resolve`]).
    async fn set_value(&self, set: &SetValue) -> Result<Written>;

    /// Deletes records, each in one atomic step; `Written::records` counts those that were there.
    /// What comes after an error in a long list is not deleted.
    async fn delete_value(&self, store: &StoreName, keys: &[Key]) -> Result<Written>;

    /// All keys with their metadata in the backend's own order, a page at a time, without values.
    /// A key may come twice. Dropping the stream stops the walk. Values without metadata come last
    /// where the backend can find them without reading values; see [`StoreInfo::values`]. What
    /// the metadata says is not checked against the value.
    fn scan_keys(&self, store: &StoreName) -> BoxStream<'_, Result<KeyPage>>;

    /// Keys in Crawlee's order (by bytes), after `exclusive_start_key`, at most `limit`, only
    /// those that start with `prefix` (empty: all), some at a time. Holds no more keys than it must.
    fn iterate_keys(
        &self,
        store: &StoreName,
        prefix: &[u8],
        exclusive_start_key: Option<&Key>,
        limit: Option<usize>,
    ) -> BoxStream<'_, Result<KeyPage>>;

    /// Whether the value is there (as Crawlee: the metadata does not count).
    async fn record_exists(&self, store: &StoreName, key: &Key) -> Result<bool>;

    /// A URL under which the value can be fetched.
    ///
    /// # Errors
    /// [`ErrorKind::NotSupported`] on Redis.
    async fn get_public_url(&self, store: &StoreName, key: &Key) -> Result<String>;

    /// What [`Storage::repair`] would write for a store whose metadata is damaged; `None` where
    /// nothing is wrong with it.
    ///
    /// # Errors
    /// [`ErrorKind::NotSupported`] where the backend cannot do this.
    async fn plan_repair(&self, store: &StoreName) -> Result<Option<Repair>> {
        let problem = format!("the metadata of {} cannot be repaired here", store.escaped());
        Err(Error::new(ErrorKind::NotSupported, problem)
            .hint("only stores in a directory can; on a server, drop it and create it again"))
    }

    /// Writes metadata as it was planned; the records stay.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if the metadata has changed since.
    async fn repair(&self, repair: &Repair) -> Result<Written> {
        self.plan_repair(&repair.store).await.map(|_| Written::default())
    }

    /// Removes all records; the store stays. `Written::records` counts them.
    async fn purge(&self, store: &StoreName) -> Result<Written>;

    /// Removes the store with all its records.
    async fn drop_store(&self, store: &StoreName) -> Result<Written>;

    /// After [`ErrorKind::InDoubt`]: finds out what became of a write. First makes sure, where it
    /// can, that nothing of it arrives later.
    async fn resolve(&self, write: &Write) -> Result<WriteOutcome>;

    /// Follows what changes: the list of stores, and the records of `store` where one is given.
    /// The first item tells how ([`WatchEvent::Source`]), and what happens after the call of this
    /// function is told, so a walk that starts later misses nothing. Several changes of one
    /// record close together are told as one. Ends only where the backend cannot watch.
    /// What `interest` holds is looked at before the rest, wherever anything has to be looked at.
    /// Dropping the stream stops it.
    fn watch(
        &self,
        store: Option<&StoreName>,
        interest: channel::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent>;

    /// A look at what lies beside the stores: request queues, datasets, and the statistics of
    /// crawlers. Costs the storage little, for it is made again and again: no request and no item
    /// is read. Changes nothing, `accessed_at` neither, also with [`Options::touch`]. What cannot
    /// be read is left out and told in its place.
    async fn crawl(&self) -> Result<Crawl>;

    /// Performs a write given as data. [`resolve`](Self::resolve) can tell more of one that was made by
    /// this than of others.
    async fn write(&self, write: &Write) -> Result<Written> {
        match write {
            Write::Create(by) => {
                let opened = self.open(by).await?;
                Ok(Written { records: u64::from(opened.created), ..Written::default() })
            }
            Write::Set(set) => self.set_value(set).await,
            Write::Delete { store, keys } => self.delete_value(store, keys).await,
            Write::Purge(store) => self.purge(store).await,
            Write::Drop(store) => self.drop_store(store).await,
        }
    }
}

/// Connects to what the target names, within [`Options::connect_timeout`].
///
/// # Errors
/// One sentence that says what to do: [`ErrorKind::Connection`], [`ErrorKind::Timeout`],
/// [`ErrorKind::Auth`], [`ErrorKind::Tls`] or [`ErrorKind::Loading`]; of a directory
/// [`ErrorKind::NotFound`], [`ErrorKind::Usage`] or [`ErrorKind::Permission`].
pub async fn connect(target: &Target, options: &Options) -> Result<Arc<dyn Storage>> {
    match target {
        Target::Redis(target) => Ok(Arc::new(redis::RedisStorage::connect(target, options).await?)),
        Target::Directory(path) => {
            Ok(Arc::new(directory::DirectoryStorage::open(path, options).await?))
        }
    }
}
