//! A storage that refuses every write, whatever its backend.
//!
//! A backend's own writes are prevented by [`Options::read_only`](super::Options): the store that an opening
//! would create, and the times of accesses.

use async_trait::async_trait;
use futures::stream::BoxStream;
use tokio::sync::watch as channel;

use super::target::Secret;
use super::{Login, OtherStorages, Session, Storage};
use crate::model::{
    Aside, AsideId, AsideInfo, AsideList, Budget, Commit, Committed, Contents, Crawl, Error,
    ErrorKind, Interest, Key, KeyPage, OpenBy, Opened, OtherStorage, Progress, Reading, Replicas,
    Restored, Result, Scan, ServerInfo, StoreInfo, StoreList, StoreName, Want, WatchEvent, Write,
    WriteOutcome, Written,
};

/// A backend that is only allowed to read.
pub(super) struct ReadOnly<S>(pub(super) S);

/// An error that says that this is refused because the storage is read-only.
pub(super) fn refused(doing: &str) -> Error {
    Error::new(ErrorKind::ReadOnly, format!("{doing} is refused: read-only"))
}

#[async_trait]
impl<S: Storage> Storage for ReadOnly<S> {
    fn session(&self) -> Session {
        self.0.session()
    }

    async fn server(&self) -> Result<ServerInfo> {
        self.0.server().await
    }

    fn stores(&self, list: StoreList) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        self.0.stores(list)
    }

    async fn open(&self, by: &OpenBy) -> Result<Opened> {
        self.0.open(by).await
    }

    async fn get_metadata(&self, store: &StoreName) -> Result<StoreInfo> {
        self.0.get_metadata(store).await
    }

    async fn get_public_url(&self, store: &StoreName, key: &Key) -> Result<String> {
        self.0.get_public_url(store, key).await
    }

    async fn read(&self, store: &StoreName, key: &Key, want: Want) -> Result<Option<Reading>> {
        self.0.read(store, key, want).await
    }

    fn scan(&self, store: &StoreName, scan: Scan) -> BoxStream<'_, Result<KeyPage>> {
        self.0.scan(store, scan)
    }

    fn scan_values(
        &self,
        store: &StoreName,
        keys: Vec<Key>,
        budget: Budget,
    ) -> BoxStream<'_, Result<Option<Reading>>> {
        self.0.scan_values(store, keys, budget)
    }

    async fn refusal(&self, write: &Write) -> Result<Option<Error>> {
        if matches!(write, Write::Create(_)) {
            return Ok(None);
        }
        Ok(self.write(write).await.err())
    }

    async fn write(&self, write: &Write) -> Result<Written> {
        Err(refused(&match write {
            Write::Create(_) => return self.0.write(write).await,
            Write::Set(set) => format!("setting {}", set.key.escaped()),
            Write::Rewrite(it) => it.doing(),
            Write::Delete { .. } => "deleting".to_owned(),
            Write::Purge(_) => "purging".to_owned(),
            Write::Drop(_) => "dropping".to_owned(),
            Write::Repair(_) => "repairing".to_owned(),
        }))
    }

    async fn commit(&self, _store: &StoreName, commits: &[Commit]) -> Result<Vec<Committed>> {
        Err(refused(&Commit::doing(commits)))
    }

    async fn resolve(&self, write: &Write) -> Result<WriteOutcome> {
        self.0.resolve(write).await
    }

    async fn set_aside(&self, aside: &Aside) -> Result<AsideInfo> {
        Err(refused(&format!("setting {} aside", aside.store().escaped())))
    }

    async fn asides(&self, list: AsideList) -> Result<Vec<AsideInfo>> {
        self.0.asides(list).await
    }

    async fn restore(&self, _: &AsideId, _: &Progress) -> Result<Restored> {
        Err(refused("restoring"))
    }

    async fn discard(&self, _: &AsideId) -> Result<Option<Replicas>> {
        Err(refused("discarding"))
    }

    fn watch(
        &self,
        store: Option<&StoreName>,
        interest: channel::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent> {
        self.0.watch(store, interest)
    }
}

#[async_trait]
impl<S: Storage> Login for ReadOnly<S> {
    async fn log_in(&self, password: &Secret) -> Result<()> {
        self.0.log_in(password).await
    }
}

#[async_trait]
impl<S: Storage> OtherStorages for ReadOnly<S> {
    async fn crawl(&self) -> Result<Crawl> {
        self.0.crawl().await
    }

    async fn contents(&self, of: &OtherStorage, from: u64) -> Result<Contents> {
        self.0.contents(of, from).await
    }
}
