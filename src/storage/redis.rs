//! Crawlee's stores on a Redis server, through fred. The only place that names fred.
//!
//! ```text
//! connection error         connections that come back · what errors mean keys reply
//! names of Redis keys · parsing of answers read scan iterate        one record · all keys of a
//! store · in Crawlee's order write unscripted         one script a write, in scripts/ ·
//! transactions where these are forbidden open                     creating, beside Crawlee's
//! openers list orphan_stores       stores that the indexes name · stores that no index names
//! siblings                 request queues, datasets and crawlers beside the stores watch
//! what changes doubt settle             what is remembered of a write · what became of one whose
//! answer was lost
//! ```

mod connection;
mod doubt;
mod error;
mod iterate;
mod keys;
mod list;
mod open;
mod orphan_stores;
mod read;
mod reply;
mod resolve;
mod scan;
mod siblings;
mod unscripted;
mod watch;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use fred::types::Value;
use futures::stream::BoxStream;
use tokio::sync::watch as channel;

use self::connection::{Command, ConnectionManager, Facts};
use self::doubt::{Doubts, Progress};
use self::keys::Part;
use self::open::Claims;
use super::target::RedisTarget;
use super::{Options, Storage};
use crate::model::{
    Connection, Crawl, Error, ErrorKind, Interest, JsonLayout, Key, KeyPage, OpenBy, Opened,
    Reading, Record, RecordMeta, Result, ServerInfo, SetValue, StoreInfo, StoreName, Timestamp,
    WatchEvent, Write, WriteOutcome, Written,
};

/// Crawlee's key-value stores on a Redis server.
///
/// A write is one script. Where the server forbids scripts it is one MULTI/EXEC, and what
/// [`Expected`](crate::model::Expected) names is read right before instead of within.
#[derive(Clone)]
pub struct RedisStorage {
    connections: ConnectionManager,
    options: Options,
    server: Arc<ServerState>,
}

/// What was found out about the server; its watcher knows it, too.
#[derive(Default)]
struct ServerState {
    /// Whether the server was a replica when last looked at.
    replica: AtomicBool,
    /// Whether the server has refused to run scripts.
    no_scripts: AtomicBool,
    /// Whether it has refused to run even those that only read.
    no_read_scripts: AtomicBool,
    /// What is known of creations whose answer was lost.
    claims: Claims,
    /// What is known of other writes whose answer was lost.
    doubts: Doubts,
}

impl RedisStorage {
    /// Connects within [`Options::connect_timeout`].
    pub async fn connect(target: &RedisTarget, options: &Options) -> Result<Self> {
        let connections = ConnectionManager::connect(target, options).await?;
        let storage = Self { connections, options: options.clone(), server: Arc::default() };
        storage.look_at_server().await?;
        Ok(storage)
    }

    async fn look_at_server(&self) -> Result<Facts> {
        let facts = self.connections.facts().await?;
        self.server.replica.store(facts.replica, Ordering::Relaxed);
        Ok(facts)
    }

    /// Whether the server takes no writes. A replica is looked at again: it may have been made
    /// the primary since.
    async fn is_replica(&self) -> Result<bool> {
        if !self.server.replica.load(Ordering::Relaxed) {
            return Ok(false);
        }
        Ok(self.look_at_server().await?.replica)
    }
}

/// A command from anything that makes values.
fn command(name: &'static str, args: impl IntoIterator<Item = Value>) -> Command {
    Command::new(name, args)
}

#[async_trait]
impl Storage for RedisStorage {
    fn label(&self) -> String {
        self.connections.label()
    }

    fn connection(&self) -> channel::Receiver<Connection> {
        self.connections.state()
    }

    async fn server(&self) -> Result<ServerInfo> {
        let facts = self.look_at_server().await?;
        Ok(ServerInfo {
            product: facts.product,
            version: facts.version,
            replica: facts.replica,
            cluster: facts.cluster,
            read_only: self.options.read_only || facts.replica || facts.cluster,
            json_layout: JsonLayout::OneLine,
            latency: Some(self.connections.ping().await?),
            notes: facts.notes,
        })
    }

    fn time_limit(&self) -> Duration {
        self.options.command_timeout
    }

    async fn ping(&self) -> Result<Duration> {
        self.connections.ping().await
    }

    async fn stores(&self) -> Result<Vec<StoreInfo>> {
        self.list_stores().await
    }

    fn stores_in_steps(&self) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        self.list_in_steps()
    }

    fn find_lost_stores(&self) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        self.search_lost()
    }

    async fn open(&self, by: &OpenBy) -> Result<Opened> {
        self.open_by(by).await
    }

    fn metadata_key(&self, store: &StoreName) -> String {
        StoreName::from(&keys::key_bytes(store, Part::Metadata)[..]).escaped()
    }

    async fn get_metadata(&self, store: &StoreName) -> Result<StoreInfo> {
        let info = self.info(store).await?;
        self.touch(store).await;
        Ok(info)
    }

    async fn get_record_metadata(
        &self,
        store: &StoreName,
        key: &Key,
    ) -> Result<Option<RecordMeta>> {
        self.read_meta(store, key).await
    }

    async fn get_value(&self, store: &StoreName, key: &Key) -> Result<Option<Record>> {
        match self.read_up_to(store, key, u64::MAX).await? {
            Some(Reading::Whole(record)) => Ok(Some(record)),
            Some(Reading::TooLarge(_) | Reading::Head { .. }) | None => Ok(None),
        }
    }

    async fn read(&self, store: &StoreName, key: &Key, limit: u64) -> Result<Option<Reading>> {
        self.read_up_to(store, key, limit).await
    }

    async fn set_value(&self, set: &SetValue) -> Result<Written> {
        self.set(set, Timestamp::now()).await
    }

    async fn delete_value(&self, store: &StoreName, keys: &[Key]) -> Result<Written> {
        self.delete(store, keys, Timestamp::now(), &mut Progress::default()).await
    }

    fn scan_keys(&self, store: &StoreName) -> BoxStream<'_, Result<KeyPage>> {
        self.scan(store)
    }

    fn iterate_keys(
        &self,
        store: &StoreName,
        prefix: &[u8],
        exclusive_start_key: Option<&Key>,
        limit: Option<usize>,
    ) -> BoxStream<'_, Result<KeyPage>> {
        self.iterate(store, prefix, exclusive_start_key, limit)
    }

    async fn record_exists(&self, store: &StoreName, key: &Key) -> Result<bool> {
        self.value_exists(store, key).await
    }

    async fn get_public_url(&self, _store: &StoreName, _key: &Key) -> Result<String> {
        Err(Error::new(ErrorKind::NotSupported, "records on Redis have no public URL")
            .hint("save the value to a file instead"))
    }

    async fn purge(&self, store: &StoreName) -> Result<Written> {
        self.purge_store(store, Timestamp::now()).await
    }

    async fn drop_store(&self, store: &StoreName) -> Result<Written> {
        self.remove_store(store).await
    }

    fn watch(
        &self,
        store: Option<&StoreName>,
        interest: channel::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent> {
        self.follow(store, interest)
    }

    async fn write(&self, write: &Write) -> Result<Written> {
        self.write_and_remember(write).await
    }

    async fn resolve(&self, write: &Write) -> Result<WriteOutcome> {
        self.find_fate(write).await
    }

    async fn crawl(&self) -> Result<Crawl> {
        self.read_siblings().await
    }
}
