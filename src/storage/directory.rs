//! Crawlee's stores in a directory, in the layout of its own file-system storage.
//!
//! ```text
//! rights                   whether this user may write
//! root folder entries      directories and files by descriptors · their names
//! os_error                 what errors mean
//! names junk               file names ⇄ keys · what is no record
//! sidecar record_files     metadata text · value file and metadata file of a record
//! find record              the files of a key · what value and metadata say together
//! store_info style         the stores · which program one belongs to
//! read listing walk        one record · all keys by their names · with their metadata
//! values                   the values of many records
//! lock temporary           one writer at a time · files written whole and renamed into place
//! ownership                owner and mode of new files and folders
//! sweep                    temporary files of a killed writer
//! aside rename             what is set aside instead of destroyed · swaps and renames
//! plan set times remove    which files are written · setting · the store's times · deleting
//! rewrite                  another key or content type
//! open repair settle       opening and creating · metadata anew · what became of a write
//! crawl                    what lies beside the stores
//! watch                    changes, from file notifications or polling
//! ```

mod aside;
mod commit;
mod contents;
mod crawl;
mod entries;
mod find;
mod folder;
mod junk;
mod listing;
mod lock;
mod names;
mod open;
mod os_error;
mod ownership;
mod plan;
mod read;
mod record;
mod record_files;
mod remove;
mod rename;
mod repair;
mod resolve;
mod rewrite;
mod rights;
mod root;
mod set;
pub(crate) mod sidecar;
mod store_info;
mod style;
mod sweep;
mod temporary;
mod times;
mod values;
mod walk;
mod watch;

use std::path::Path;
use std::time::Instant;

use async_trait::async_trait;
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use tokio::sync::watch as channel;

use self::lock::WriteOptions;
use self::open::OpenOptions;
use self::root::Root;
use self::watch::Hub;

use super::{Login, Options, OtherStorages, Session, Storage, narrow};
use crate::model::{
    Aside, AsideId, AsideInfo, AsideList, Budget, Commit, Committed, Comparison, ConnectionState,
    Contents, Crawl, Error, ErrorKind, Examined, Interest, JsonLayout, Key, KeyPage, OpenBy,
    Opened, Order, OtherStorage, Progress, Reading, Replicas, Restored, Result, Scan, ServerInfo,
    StoreInfo, StoreList, StoreName, StoreState, Traffic, Want, WatchEvent, Write, WriteOutcome,
    Written,
};

/// Crawlee's key-value stores in a directory.
///
/// A record is two files, the value and its metadata, and no two files can be replaced in one step: each is
/// replaced whole, first the value, as in Crawlee. Where a store's directory is gone, so are its records; a
/// store without metadata of its own can be read and written.
pub struct DirectoryStorage {
    root: Root,
    hub: Hub,
    label: String,
    options: Options,
    connection: channel::Sender<ConnectionState>,
}

impl DirectoryStorage {
    /// Opens the directory, which must be there; it may hold no stores yet.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], [`ErrorKind::Usage`] if it is no directory, or
    /// [`ErrorKind::Permission`].
    pub async fn open(path: &Path, options: &Options) -> Result<Self> {
        let named = path.to_owned();
        let root = blocking(move || Root::open(&named)).await?;
        Ok(Self {
            hub: Hub::new(root.clone(), options.timing.directory),
            root,
            label: super::target::directory_label(path),
            options: options.clone(),
            connection: channel::Sender::new(ConnectionState::Up),
        })
    }

    /// The same storage without file notifications, so that polling can be tested where they work.
    #[doc(hidden)]
    #[must_use]
    pub fn polling(self) -> Self {
        let timing = self.options.timing.directory;
        Self { hub: Hub::polling(self.root.clone(), timing), ..self }
    }

    /// Examines the rights of this user. Changes nothing.
    pub(super) async fn examine(&self) -> Result<Examined> {
        self.run(rights::examine).await
    }

    /// Runs blocking work.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Root) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let root = self.root.clone();
        blocking(move || work(&root)).await
    }

    /// Runs a read, and counts it as an access where that is wanted.
    async fn read_store<T: Send + 'static>(
        &self,
        store: &StoreName,
        work: impl FnOnce(&Root, &StoreName) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (store, toucher) = (store.clone(), self.toucher());
        self.run(move |root| {
            let outcome = work(root, &store);
            toucher.touch(root, &store);
            outcome
        })
        .await
    }

    /// Runs a write.
    async fn write_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Root, WriteOptions) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let options = self.write_options();
        self.run(move |root| work(root, options)).await
    }

    fn write_options(&self) -> WriteOptions {
        WriteOptions { durable: self.options.durable, lock_timeout: self.options.command_timeout }
    }

    fn toucher(&self) -> Toucher {
        let wanted = self.options.touch && !self.options.read_only;
        Toucher(wanted.then(|| self.write_options()))
    }
}

/// Records accesses, where that is wanted.
#[derive(Clone, Copy)]
struct Toucher(Option<WriteOptions>);

impl Toucher {
    fn touch(self, root: &Root, store: &StoreName) {
        if let Some(options) = self.0
            && let Err(error) = times::note_access(root, store, options)
        {
            crate::logs::warn!("accessed_at of {} was not updated: {error}", store.escaped());
        }
    }
}

/// Runs blocking work on a thread where it does no harm.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    super::blocking::run(work).await.unwrap_or_else(|why| {
        Err(Error::new(ErrorKind::Io, format!("a thread that uses files ended early: {why}")))
    })
}

/// Layout of JSON that Crawlee writes in a directory.
const JSON_LAYOUT: JsonLayout = JsonLayout::Indented;

#[async_trait]
impl Storage for DirectoryStorage {
    fn session(&self) -> Session {
        Session {
            label: self.label.clone(),
            time_limit: self.options.command_timeout,
            json_layout: JSON_LAYOUT,
            state: self.connection.subscribe(),
            traffic: Traffic::default(),
        }
    }

    async fn server(&self) -> Result<ServerInfo> {
        let started = Instant::now();
        self.run(|root| root.stores().map(|_| ())).await?;
        let latency = started.elapsed();
        Ok(ServerInfo {
            product: ServerInfo::DIRECTORY.to_owned(),
            read_only: self.options.read_only,
            comparison: Comparison::TwoSteps,
            json_layout: JSON_LAYOUT,
            latency: Some(latency),
            ..ServerInfo::default()
        })
    }

    /// No store is orphaned here: every directory is one.
    fn stores(&self, list: StoreList) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        let stores = async move {
            match list {
                StoreList::Indexed => self.run(store_info::list).await,
                StoreList::Orphaned => Ok(Vec::new()),
            }
        };
        stream::once(stores).map_ok(|stores| (1.0, stores)).boxed()
    }

    async fn open(&self, by: &OpenBy) -> Result<Opened> {
        let Options { read_only, touch, .. } = self.options;
        let (by, options) =
            (by.clone(), OpenOptions { read_only, touch, write: self.write_options() });
        self.run(move |root| open::open(root, &by, options)).await
    }

    async fn get_metadata(&self, store: &StoreName) -> Result<StoreInfo> {
        let look = |root: &Root, store: &StoreName| {
            let mut info = read::weigh(root, store)?;
            if info.state != StoreState::Whole {
                info.repair = repair::plan(root, store).transpose().map(Box::new);
            }
            Ok(info)
        };
        self.read_store(store, look).await
    }

    async fn read(&self, store: &StoreName, key: &Key, want: Want) -> Result<Option<Reading>> {
        let key = key.clone();
        self.read_store(store, move |root, store| read::read(root, store, &key, &want)).await
    }

    fn scan(&self, store: &StoreName, scan: Scan) -> BoxStream<'_, Result<KeyPage>> {
        let (root, store, toucher) = (self.root.clone(), store.clone(), self.toucher());
        match scan.order {
            Order::Any => narrow(walk::scan(root, store, toucher), scan.prefix),
            Order::First(count) => {
                let first = usize::try_from(count).unwrap_or(usize::MAX);
                narrow(walk::scan_first(root, store, first), scan.prefix)
            }
            Order::Keys { after, limit } => {
                let range = walk::KeyRange { prefix: scan.prefix, after, limit };
                walk::scan_sorted(root, store, range, toucher)
            }
        }
    }

    fn scan_values(
        &self,
        store: &StoreName,
        keys: Vec<Key>,
        budget: Budget,
    ) -> BoxStream<'_, Result<Option<Reading>>> {
        values::scan(self.root.clone(), store.clone(), keys, budget, self.toucher())
    }

    async fn get_public_url(&self, store: &StoreName, key: &Key) -> Result<String> {
        let (store, key) = (store.clone(), key.clone());
        self.run(move |root| read::url(root, &store, &key)).await
    }

    async fn refusal(&self, write: &Write) -> Result<Option<Error>> {
        let write = write.clone();
        self.run(move |root| Ok(remove::refusal(root, &write))).await
    }

    async fn write(&self, write: &Write) -> Result<Written> {
        let write = write.clone();
        match write {
            Write::Create(by) => Ok(self.open(&by).await?.into()),
            Write::Set(set) => {
                self.write_store(move |root, options| set::set(root, &set, options)).await
            }
            Write::Rewrite(it) => {
                self.write_store(move |root, options| rewrite::rewrite(root, &it, options)).await
            }
            Write::Delete { store, keys } => {
                let work = move |root: &Root, options| remove::delete(root, &store, &keys, options);
                self.write_store(work).await
            }
            Write::Purge(store) => {
                let work = move |root: &Root, options| remove::purge(root, &store, options);
                self.write_store(work).await
            }
            Write::Drop(store) => {
                let work = move |root: &Root, options| remove::drop_store(root, &store, options);
                self.write_store(work).await
            }
            Write::Repair(repair) => {
                let work = move |root: &Root, options| repair::repair(root, &repair, options);
                self.write_store(work).await
            }
        }
    }

    async fn set_aside(&self, aside: &Aside) -> Result<AsideInfo> {
        let aside = aside.clone();
        self.write_store(move |root, options| aside::set_aside(root, &aside, options)).await
    }

    async fn asides(&self, list: AsideList) -> Result<Vec<AsideInfo>> {
        let options = (!self.options.read_only).then(|| self.write_options());
        self.run(move |root| aside::list(root, &list, options)).await
    }

    async fn restore(&self, id: &AsideId, progress: &Progress) -> Result<Restored> {
        let (id, progress) = (id.clone(), progress.clone());
        self.write_store(move |root, options| aside::restore(root, &id, &progress, options)).await
    }

    async fn discard(&self, id: &AsideId) -> Result<Option<Replicas>> {
        let id = id.clone();
        self.write_store(move |root, options| aside::discard(root, &id, options)).await?;
        Ok(None)
    }

    fn watch(
        &self,
        store: Option<&StoreName>,
        _attention: channel::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent> {
        self.hub.watch(store)
    }

    async fn commit(&self, store: &StoreName, commits: &[Commit]) -> Result<Vec<Committed>> {
        let (store, commits) = (store.clone(), commits.to_vec());
        self.write_store(move |root, options| Ok(commit::commit(root, &store, &commits, options)))
            .await
    }

    async fn resolve(&self, write: &Write) -> Result<WriteOutcome> {
        let write = write.clone();
        self.run(move |root| resolve::outcome(root, &write)).await
    }
}

impl Login for DirectoryStorage {}

#[async_trait]
impl OtherStorages for DirectoryStorage {
    async fn crawl(&self) -> Result<Crawl> {
        self.run(crawl::look).await
    }

    async fn contents(&self, of: &OtherStorage, from: u64) -> Result<Contents> {
        let of = of.clone();
        self.run(move |root| contents::page(root, &of, from)).await
    }
}
