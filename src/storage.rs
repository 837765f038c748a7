//! Operations of every backend on key-value stores, in Crawlee's terms.
//!
//! [`Storage`] is Crawlee's `KeyValueStoreClient` and the further needs of a browser: listing the stores,
//! paging through keys with their metadata without reading a value, reading with a limit, settling a write
//! whose outcome is unknown, and a look at the rest of the crawl.

pub(crate) mod aside;
mod asked;
pub(crate) mod blocking;
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
#[cfg(feature = "tui")]
pub(crate) use self::naming::made_by;
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
    /// Name of the storage on a screen: the target without its secret.
    pub label: String,
    /// Longest time that one command may go unanswered.
    pub time_limit: Duration,
    /// Layout of the JSON that Crawlee stores here.
    pub json_layout: JsonLayout,
    /// The state, and every later change of it.
    pub state: channel::Receiver<ConnectionState>,
    /// Bytes received and sent so far.
    pub traffic: Traffic,
}

/// A place that holds key-value stores.
///
/// Dropping the future of a read gives the work up, on the server too where the protocol allows it. The
/// future of a write must be polled to its end.
#[async_trait]
pub trait Storage: OtherStorages + Login + Send + Sync + 'static {
    /// The connection: its label, its time limit and its state.
    fn session(&self) -> Session;

    /// The facts about the server, with its round-trip time. Facts that it refuses to tell are left out and
    /// named in [`ServerInfo::notes`].
    async fn server(&self) -> Result<ServerInfo>;

    /// Stores with record counts and times, a batch at a time: each item has the fraction done so
    /// far, 1.0 in the last, and what [`StoreList`] says. Half-made stores and stale ids are listed
    /// as such; see [`StoreState`](crate::model::StoreState). May be dropped at any time.
    fn stores(&self, list: StoreList) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>>;

    /// Opens a store as Crawlee's `open` does; creates it where it is missing, except by id. If several
    /// create one name at once, Crawlee's openers included, one makes the store and the others get it.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] for a store that is half made and stays so,
    /// [`ErrorKind::NotFound`] for an unknown id, [`ErrorKind::Usage`] for a name or alias that
    /// Crawlee would not take, [`ErrorKind::ReadOnly`] where it would have to be created.
    async fn open(&self, by: &OpenBy) -> Result<Opened>;

    /// The store's metadata, record count and times; also of a store that is not complete, with the
    /// [`Write::Repair`] that would mend it where there is one.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such store.
    async fn get_metadata(&self, store: &StoreName) -> Result<StoreInfo>;

    /// A URL under which the value can be fetched.
    ///
    /// # Errors
    /// [`ErrorKind::NotSupported`] on Redis.
    async fn get_public_url(&self, store: &StoreName, key: &Key) -> Result<String>;

    /// Reads a record, or the wanted part of it; `None` if neither half is there. Values above a few MiB come
    /// over a connection of their own, so that nothing else waits behind them. The bytes are the stored ones;
    /// [`RecordMeta::state`](crate::model::RecordMeta::state) tells the damage.
    async fn read(&self, store: &StoreName, key: &Key, want: Want) -> Result<Option<Reading>>;

    /// Keys with their metadata, a page at a time, without values. Dropping the stream stops the walk. The
    /// metadata is not compared with the value. Sorted keys are held no longer, and no more of them, than
    /// necessary.
    fn scan(&self, store: &StoreName, scan: Scan) -> BoxStream<'_, Result<KeyPage>>;

    /// The records of these keys in their order, one item a key; `None` where neither half is there. They are
    /// read a page at a time, on demand: the budget bounds what is held, and of a value over it only the
    /// metadata is given. While a crawl writes, the pages come as slowly as those of a [`scan`](Self::scan).
    /// Dropping the stream stops the reading.
    fn scan_values(
        &self,
        store: &StoreName,
        keys: Vec<Key>,
        budget: Budget,
    ) -> BoxStream<'_, Result<Option<Reading>>>;

    /// Performs a write. A record is set, written anew or deleted in one atomic step; in a long list, the
    /// records behind an error are not deleted.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if a record is not what is expected, or a store's metadata no longer
    /// what a repair was planned for;
    /// [`ErrorKind::NotFound`] if the store has no metadata (in a directory: if it is not there);
    /// [`ErrorKind::Usage`] for a key that is not UTF-8, or that cannot be a file's name;
    /// [`ErrorKind::InDoubt`] if no answer came (see [`Storage::resolve`]).
    async fn write(&self, write: &Write) -> Result<Written>;

    /// Why a delete, a purge or a drop would be refused, as far as that is known without trying it; `None`
    /// where no reason is known.
    async fn refusal(&self, _write: &Write) -> Result<Option<Error>> {
        Ok(None)
    }

    /// Changes records of one store in the given order, each in one atomic step and only if it meets its
    /// condition. Each has a result of its own; a failure of one does not undo others. After
    /// [`ErrorKind::InDoubt`], [`Commit::as_write`] can be resolved.
    ///
    /// # Errors
    /// Nothing was changed: writing is refused as a whole.
    async fn commit(&self, store: &StoreName, commits: &[Commit]) -> Result<Vec<Committed>>;

    /// Finds out the outcome of a write after [`ErrorKind::InDoubt`]. First makes sure, where possible, that
    /// no part of the write arrives later.
    async fn resolve(&self, write: &Write) -> Result<WriteOutcome>;

    /// Sets a store or its records aside instead of destroying them. For crawlers and for every reader this
    /// is like a purge or a drop, until it is restored or discarded; after a day the next larder that looks
    /// may free it. If the program is killed meanwhile, each record is in the store or among the asides.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such store; [`ErrorKind::NotSupported`] where the
    /// backend cannot do this. Nothing has been changed then.
    async fn set_aside(&self, aside: &Aside) -> Result<AsideInfo> {
        let store = aside.store().escaped();
        Err(no_asides(format!("{store} cannot be set aside here")))
    }

    /// The asides, the oldest first. Expired ones are freed.
    async fn asides(&self, _list: AsideList) -> Result<Vec<AsideInfo>> {
        Ok(Vec::new())
    }

    /// Restores an aside. Where the store has records again, only records with other keys are put back, in
    /// small steps, which `progress` counts and between which it can stop; the others stay set aside, and
    /// [`Restored::left`] counts them.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if nothing is set aside under this id; [`ErrorKind::Conflict`] if a
    /// crawler is just making the store anew.
    async fn restore(&self, id: &AsideId, _progress: &Progress) -> Result<Restored> {
        Err(no_asides(format!("{id} cannot be restored here")))
    }

    /// Removes an aside for good; returns the number of replicas on which it is gone, where that is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if nothing is set aside under this id.
    async fn discard(&self, id: &AsideId) -> Result<Option<Replicas>> {
        Err(no_asides(format!("{id} cannot be discarded here")))
    }

    /// Follows changes: of the list of stores, and of the records of `store` where one is given. Every change
    /// after the first item is reported, so a walk that starts then misses nothing; so is the way of finding
    /// changes ([`WatchEvent::Source`]). Several changes of one record close together are reported as one.
    /// Ends only where the backend cannot watch. The visible part (`interest`) is read before the rest,
    /// wherever anything has to be read. Dropping the stream stops it.
    fn watch(
        &self,
        store: Option<&StoreName>,
        interest: channel::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent>;
}

/// The storages of a crawl beside its key-value stores. They are only read: nothing here changes anything.
#[async_trait]
pub trait OtherStorages: Send + Sync {
    /// Reads the request queues, the datasets, and the statistics of crawlers. This is cheap for the storage,
    /// since it is repeated: no request and no item is read. Changes nothing, not even `accessed_at` with
    /// [`Options::touch`]. Where something cannot be read, the reason takes its place.
    async fn crawl(&self) -> Result<Crawl>;

    /// A page of the requests of a queue or of the items of a dataset, from 0 or from the end of the page
    /// before ([`Contents::next`]). Changes nothing. A queue that a crawl changes meanwhile may give a
    /// request twice.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] in a directory, if it is not there.
    async fn contents(&self, of: &OtherStorage, from: u64) -> Result<Contents>;
}

/// Passwords that are given while a storage is open.
#[async_trait]
pub trait Login: Send + Sync {
    /// Logs in as the same user with another password, for every connection from now on. A password that the
    /// server accepts also ends the wait for the next try; one that it refuses changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Auth`] if the server refuses it, [`ErrorKind::NotSupported`] in a directory; or why it
    /// could not be asked.
    async fn log_in(&self, _password: &Secret) -> Result<()> {
        Err(Error::new(ErrorKind::NotSupported, "a directory asks for no password"))
    }
}

/// An error that says that the backend cannot repair a store.
pub(crate) fn no_repair(store: &StoreName) -> Error {
    let problem = format!("the metadata of {} cannot be repaired here", store.escaped());
    Error::new(ErrorKind::NotSupported, problem)
        .hint("only stores in a directory can; on a server, drop it and create it again")
}

fn no_asides(problem: String) -> Error {
    Error::new(ErrorKind::NotSupported, problem)
}

/// Connects to the target, within [`Options::connect_timeout`].
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
/// [`connect`] alone asks nothing. The started `ssh` ends at the latest when the result is dropped.
///
/// # Errors
/// [`ErrorKind::Connection`] if `ssh` has ended, [`ErrorKind::Usage`] if it cannot lead there.
pub fn log_in(target: &Target, options: &Options) -> Result<Option<LoggedIn>> {
    match target {
        Target::Redis(target) => redis::log_in(target, options),
        Target::Directory(_) | Target::Remote(_) => Ok(None),
    }
}

/// Removes what killed larders have left in the system's temporary folder, and ends their processes there.
#[cfg(feature = "tui")]
pub(crate) fn sweep() {
    crate::scratch::sweep(redis::end_ssh);
}

/// Ends the processes that this one has started to reach servers, and removes their files from the system's
/// temporary folder: for an exit without destructors.
#[cfg(feature = "tui")]
pub(crate) fn end_tunnels() {
    redis::end_tunnels();
}

/// The verified certificate of the target's server; `None` where it has none, or is reached through another
/// host.
///
/// # Errors
/// [`ErrorKind::Tls`] if it cannot be verified, or the server cannot be reached.
pub async fn certificate(target: &Target, options: &Options) -> Result<Option<Certificate>> {
    match target {
        Target::Redis(target) => redis::certificate(target, options).await,
        Target::Directory(_) | Target::Remote(_) => Ok(None),
    }
}

/// Examines the user's rights and other signs of trouble. Changes nothing.
///
/// # Errors
/// As [`connect`], and errors of the server.
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

/// The backend, wrapped to refuse writes where that is wanted.
fn guarded(storage: impl Storage, options: &Options) -> Arc<dyn Storage> {
    if options.read_only { Arc::new(ReadOnly(storage)) } else { Arc::new(storage) }
}
