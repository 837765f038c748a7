//! What every backend does with key-value stores, in Crawlee's words.
//!
//! [`Storage`] is Crawlee's `KeyValueStoreClient` plus what a browser needs beside it: listing the
//! stores, paging through keys with their metadata without reading a value, reading with a limit,
//! settling a write whose outcome is unknown, and a look at the rest of the crawl.

pub(crate) mod aside;
mod asked;
mod changes;
mod crawl;
pub mod directory;
mod fields;
pub(crate) mod metadata;
mod naming;
mod options;
mod read_only;
pub mod redis;
mod resolve;
mod store;
pub mod target;
mod timing;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use tokio::sync::watch as channel;

use self::asked::narrow;
pub use self::asked::{all_stores, no_record, no_store};
pub use self::changes::Changes;
pub use self::options::{FirstRead, Options};
use self::read_only::ReadOnly;
pub use self::redis::LoggedIn;
#[cfg(feature = "tui")]
pub(crate) use self::redis::{own_variables, ssh_not_started};
pub use self::store::Store;
use target::Secret;
pub use target::Target;
pub use timing::{DirectoryTiming, RedisTiming, Timing};

use crate::model::{
    Aside, AsideId, AsideInfo, AsideList, Budget, Certificate, Commit, Committed, ConnectionState,
    Contents, Crawl, Error, ErrorKind, Examined, Interest, JsonLayout, Key, KeyPage, OpenBy,
    Opened, OtherStorage, Progress, Reading, Replicas, Restored, Result, Scan, ServerInfo,
    StoreInfo, StoreList, StoreName, Traffic, Want, WatchEvent, Write, WriteOutcome, Written,
};

/// A storage's connection.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Session {
    /// What to call the storage on a screen: the target without its secret.
    pub label: String,
    /// How long one command may go unanswered.
    pub time_limit: Duration,
    /// How Crawlee lays out the JSON that it stores here.
    pub json_layout: JsonLayout,
    /// The state, and every later change of it.
    pub state: channel::Receiver<ConnectionState>,
    /// Bytes that came and went so far.
    pub traffic: Traffic,
}

/// A place that holds key-value stores.
///
/// Dropping the future of a read gives the work up, on the server too where the protocol allows
/// it. The future of a write must be polled to its end.
#[async_trait]
pub trait Storage: OtherStorages + Send + Sync + 'static {
    /// The connection: its label, its time limit and its state.
    fn session(&self) -> Session;

    /// What is known of the server, with the time of one round trip. What it refuses to tell is left
    /// out and named in [`ServerInfo::notes`].
    async fn server(&self) -> Result<ServerInfo>;

    /// Logs in as the same user with another password, for every connection from now on. One that the
    /// server takes ends the wait for the next try, too; one that it refuses changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Auth`] if the server refuses it, [`ErrorKind::NotSupported`] in a directory; or why it
    /// could not be asked.
    async fn log_in(&self, _password: &Secret) -> Result<()> {
        Err(Error::new(ErrorKind::NotSupported, "a directory asks for no password"))
    }

    /// Stores with record counts and times, a batch at a time: each item has the fraction done so
    /// far, 1.0 in the last, and what [`StoreList`] says. Half-made stores and stale ids are listed
    /// as such; see [`StoreState`](crate::model::StoreState). May be dropped at any time.
    fn stores(&self, list: StoreList) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>>;

    /// Opens a store as Crawlee's `open` does; creates it where it is missing, except by id.
    /// Of all that create one name at once, Crawlee's openers included, one makes the store and
    /// the others get it.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] for a store that is half made and stays so,
    /// [`ErrorKind::NotFound`] for an unknown id, [`ErrorKind::Usage`] for a name or alias that
    /// Crawlee would not take, [`ErrorKind::ReadOnly`] where it would have to be created.
    async fn open(&self, by: &OpenBy) -> Result<Opened>;

    /// The store's metadata, record count and times; also of a store that is not whole, with what
    /// [`Write::Repair`] would write where that can be done.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such store.
    async fn get_metadata(&self, store: &StoreName) -> Result<StoreInfo>;

    /// A URL under which the value can be fetched.
    ///
    /// # Errors
    /// [`ErrorKind::NotSupported`] on Redis.
    async fn get_public_url(&self, store: &StoreName, key: &Key) -> Result<String>;

    /// Reads a record, or as much of it as is wanted; `None` if neither half is there. Values above
    /// a few MiB come over a connection of their own, so that nothing else waits behind them.
    /// The bytes are the stored ones; [`RecordMeta::state`](crate::model::RecordMeta::state) says
    /// what is damaged.
    async fn read(&self, store: &StoreName, key: &Key, want: Want) -> Result<Option<Reading>>;

    /// Keys with their metadata, a page at a time, without values. Dropping the stream stops the
    /// walk. What the metadata says is not checked against the value. Sorted keys are held no longer
    /// and in no greater number than they must.
    fn scan(&self, store: &StoreName, scan: Scan) -> BoxStream<'_, Result<KeyPage>>;

    /// The records of these keys in their order, one item a key; `None` where neither half is there.
    /// Read a page at a time, when it is wanted: what is held is bounded by the budget, and of a value
    /// over it only the metadata is given. While a crawl writes the pages come as slowly as those of a
    /// [`scan`](Self::scan). Dropping the stream stops the reading.
    fn scan_values(
        &self,
        store: &StoreName,
        keys: Vec<Key>,
        budget: Budget,
    ) -> BoxStream<'_, Result<Option<Reading>>>;

    /// Performs a write. A record is set, written anew or deleted in one atomic step; what comes after
    /// an error in a long list is not deleted.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if a record is not what is expected, or a store's metadata no longer
    /// what a repair was planned for;
    /// [`ErrorKind::NotFound`] if the store has no metadata (in a directory: if it is not there);
    /// [`ErrorKind::Usage`] for a key that is not UTF-8, or that cannot be a file's name;
    /// [`ErrorKind::InDoubt`] if no answer came (see [`Storage::resolve`]).
    async fn write(&self, write: &Write) -> Result<Written>;

    /// Why a delete, a purge or a drop would be refused, as far as that is known without trying it;
    /// `None` where nothing is known against it.
    async fn refusal(&self, _write: &Write) -> Result<Option<Error>> {
        Ok(None)
    }

    /// Changes records of one store in the order given, each in one atomic step and only if it is
    /// what it is expected to be. What became of each is told; a failure of one does not undo
    /// others. After [`ErrorKind::InDoubt`], [`Commit::as_write`] can be resolved.
    ///
    /// # Errors
    /// Nothing was changed: writing is refused as a whole.
    async fn commit(&self, store: &StoreName, commits: &[Commit]) -> Result<Vec<Committed>>;

    /// After [`ErrorKind::InDoubt`]: finds out what became of a write. First makes sure, where it
    /// can, that nothing of it arrives later.
    async fn resolve(&self, write: &Write) -> Result<WriteOutcome>;

    /// Sets a store or its records aside instead of destroying them: for crawlers and for every
    /// reader it is as after a purge or a drop, until it is restored or discarded; after a day the
    /// next larder that looks may free it. What a killed program was setting aside is in the store or among the
    /// asides.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such store; [`ErrorKind::NotSupported`] where the
    /// backend cannot do this. Nothing has been changed then.
    async fn set_aside(&self, aside: &Aside) -> Result<AsideInfo> {
        let store = aside.store().escaped();
        Err(no_asides(format!("{store} cannot be set aside here")))
    }

    /// What is set aside, the oldest first. What has expired is freed.
    async fn asides(&self, _list: AsideList) -> Result<Vec<AsideInfo>> {
        Ok(Vec::new())
    }

    /// Puts back what was set aside. Where the store has records again, only those whose keys it
    /// does not have, in small steps, of which `progress` tells and between which it stops; the others stay
    /// set aside, and [`Restored::left`] counts them.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if nothing is set aside under this id; [`ErrorKind::Conflict`] if a
    /// crawler is just making the store anew.
    async fn restore(&self, id: &AsideId, _progress: &Progress) -> Result<Restored> {
        Err(no_asides(format!("{id} cannot be restored here")))
    }

    /// Removes for good what was set aside; tells on how many replicas it is gone, where that is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if nothing is set aside under this id.
    async fn discard(&self, id: &AsideId) -> Result<Option<Replicas>> {
        Err(no_asides(format!("{id} cannot be discarded here")))
    }

    /// Follows what changes: the list of stores, and the records of `store` where one is given.
    /// What happens after the first item is told, so a walk that starts then misses nothing; how it
    /// is found out is told too ([`WatchEvent::Source`]). Several changes of one
    /// record close together are told as one. Ends only where the backend cannot watch.
    /// What is visible (`interest`) is read before the rest, wherever anything has to be read.
    /// Dropping the stream stops it.
    fn watch(
        &self,
        store: Option<&StoreName>,
        interest: channel::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent>;
}

/// What lies beside the key-value stores of a crawl. Only looked at: nothing here changes anything.
#[async_trait]
pub trait OtherStorages: Send + Sync {
    /// A look at what lies beside the stores: request queues, datasets, and the statistics of
    /// crawlers. Costs the storage little, for it is made again and again: no request and no item
    /// is read. Changes nothing, `accessed_at` neither, also with [`Options::touch`]. What cannot
    /// be read is left out and told in its place.
    async fn crawl(&self) -> Result<Crawl>;

    /// A page of the requests of a queue or of the items of a dataset, from 0 or from where the page before
    /// ended ([`Contents::next`]). Changes nothing. A queue that a crawl changes meanwhile may give a
    /// request twice.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] in a directory, if it is not there.
    async fn contents(&self, of: &OtherStorage, from: u64) -> Result<Contents>;
}

/// That the backend repairs nothing.
pub(crate) fn no_repair(store: &StoreName) -> Error {
    let problem = format!("the metadata of {} cannot be repaired here", store.escaped());
    Error::new(ErrorKind::NotSupported, problem)
        .hint("only stores in a directory can; on a server, drop it and create it again")
}

fn no_asides(problem: String) -> Error {
    Error::new(ErrorKind::NotSupported, problem)
}

/// Connects to what the target names, within [`Options::connect_timeout`].
///
/// # Errors
/// One sentence that says what to do: [`ErrorKind::Connection`], [`ErrorKind::Timeout`],
/// [`ErrorKind::Auth`], [`ErrorKind::Tls`] or [`ErrorKind::Loading`]; of a directory
/// [`ErrorKind::NotFound`], [`ErrorKind::Usage`] or [`ErrorKind::Permission`].
pub async fn connect(target: &Target, options: &Options) -> Result<Arc<dyn Storage>> {
    match target {
        Target::Redis(target) => {
            Ok(guarded(redis::RedisStorage::connect(target, options).await?, options))
        }
        Target::Directory(path) => {
            Ok(guarded(directory::DirectoryStorage::open(path, options).await?, options))
        }
        Target::Remote(remote) => {
            let problem = format!("{remote} is opened by the larder of that host");
            Err(Error::new(ErrorKind::NotSupported, problem)
                .hint(format!("start it anew: larder {remote}")))
        }
    }
}

/// Lets `ssh` ask on the terminal for what it needs, where the target is reached through another host.
/// [`connect`] alone asks nothing. What is started ends with what comes back, at the latest.
///
/// # Errors
/// [`ErrorKind::Connection`] if `ssh` has ended, [`ErrorKind::Usage`] if it cannot lead there.
pub fn log_in(target: &Target, options: &Options) -> Result<Option<LoggedIn>> {
    match target {
        Target::Redis(target) => redis::log_in(target, options),
        Target::Directory(_) | Target::Remote(_) => Ok(None),
    }
}

/// Removes what killed larders have left in the system's temporary folder, and ends what is at work there.
#[cfg(feature = "tui")]
pub(crate) fn sweep() {
    crate::scratch::sweep(redis::end_ssh);
}

/// Ends what this process has started to reach servers, and removes what it keeps in the system's
/// temporary folder for them: for who ends without dropping anything.
#[cfg(feature = "tui")]
pub(crate) fn end_tunnels() {
    redis::end_tunnels();
}

/// The certificate by which the target's server shows who it is, once it was verified; `None` where
/// it shows none, or is reached through another host.
///
/// # Errors
/// [`ErrorKind::Tls`] if it cannot be verified, or the server cannot be reached.
pub async fn certificate(target: &Target, options: &Options) -> Result<Option<Certificate>> {
    match target {
        Target::Redis(target) => redis::certificate(target, options).await,
        Target::Directory(_) | Target::Remote(_) => Ok(None),
    }
}

/// What the user may do and what else shows whether all is well. Changes nothing.
///
/// # Errors
/// As [`connect`], and what the server says.
pub async fn examine(target: &Target, options: &Options) -> Result<Examined> {
    match target {
        Target::Redis(target) => {
            redis::RedisStorage::connect(target, options).await?.examine().await
        }
        Target::Directory(path) => {
            directory::DirectoryStorage::open(path, options).await?.examine().await
        }
        Target::Remote(_) => Ok(Examined::default()),
    }
}

/// The backend, or one that refuses writes.
fn guarded(storage: impl Storage, options: &Options) -> Arc<dyn Storage> {
    if options.read_only { Arc::new(ReadOnly(storage)) } else { Arc::new(storage) }
}
