//! Crawlee's stores on a Redis server, through fred. The only place that names fred.
//!
//! ```text
//! connection error         connections that come back · what errors mean
//! first                    what is read in the round trip that makes the connection
//! keys reply               names of Redis keys · parsing of answers
//! read scan iterate        one record · all keys of a store · in Crawlee's order
//! write scripts unscripted one script a write, in scripts/ · transactions where these are forbidden
//! commit                   records that are changed only if they are what is expected
//! rewrite                  records that get another key or type, without their value leaving the server
//! aside                    stores and records that are set aside instead of destroyed
//! open                     creating, beside Crawlee's openers
//! step                     how much of the server one step of long work takes
//! list orphan_stores       stores that the indexes name · stores that no index names
//! siblings                 request queues, datasets and crawlers beside the stores
//! watch                    what changes
//! rights                   what this user may do
//! doubt resolve            what is remembered of a write · what became of one whose answer was lost
//! ```

mod aside;
mod commit;
pub(crate) mod connection;
mod contents;
mod doubt;
mod error;
mod first;
mod iterate;
mod keys;
mod list;
mod one_store;
mod open;
mod orphan_stores;
mod read;
mod reply;
mod resolve;
mod rewrite;
mod rights;
mod scan;
mod scripts;
mod siblings;
mod step;
mod unscripted;
pub(crate) mod watch;
mod write;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use fred::types::Value;
use futures::stream::BoxStream;
use tokio::sync::watch as channel;

pub use self::connection::LoggedIn;
#[cfg(feature = "tui")]
pub(super) use self::connection::end_ssh;
#[cfg(feature = "tui")]
pub(super) use self::connection::end_tunnels;
#[cfg(feature = "tui")]
pub(crate) use self::connection::own_variables;
use self::connection::{Command, ConnectionManager, Facts};
pub(super) use self::connection::{certificate, log_in};
use self::doubt::Doubts;
#[cfg(feature = "tui")]
pub(crate) use self::error::ssh_not_started;
use self::keys::Part;
use self::open::Claims;
use super::target::{RedisTarget, Secret};
use super::{Login, Options, OtherStorages, Session, Storage, narrow};
use crate::model::{
    Aside, AsideId, AsideInfo, AsideList, Budget, Commit, Committed, Comparison, Contents, Crawl,
    Error, ErrorKind, Interest, JsonLayout, Key, KeyPage, OpenBy, Opened, Order, OtherStorage,
    Progress, Reading, Replicas, Restored, Result, Scan, ServerInfo, StoreInfo, StoreList,
    StoreName, Want, WatchEvent, Write, WriteOutcome, Written,
};

/// Crawlee's key-value stores on a Redis server.
///
/// A write is one script. Where the server forbids scripts it is one MULTI/EXEC, and the condition of an
/// [`Expect`](crate::model::Expect) is checked right before instead of within.
#[derive(Clone)]
pub struct RedisStorage {
    connections: ConnectionManager,
    options: Options,
    server: Arc<ServerState>,
}

/// Facts about the server, shared with its watcher.
#[derive(Default)]
struct ServerState {
    /// Whether the server was a replica at the last look.
    replica: AtomicBool,
    /// Whether the server had no RedisJSON at the last look.
    no_json: AtomicBool,
    /// Whether the server has refused to run scripts.
    no_scripts: AtomicBool,
    /// Whether it has refused even scripts that only read.
    no_read_scripts: AtomicBool,
    /// Creations whose answer was lost.
    claims: Claims,
    /// Other writes whose answer was lost.
    doubts: Doubts,
    /// Stores of the asides that were made here: not every user may read the list of all asides.
    asides: Mutex<BTreeMap<AsideId, StoreName>>,
}

impl RedisStorage {
    /// Connects within [`Options::connect_timeout`].
    pub async fn connect(target: &RedisTarget, options: &Options) -> Result<Self> {
        let first = options.first_read.as_ref().map(first::commands).unwrap_or_default();
        let (connections, facts) = ConnectionManager::connect(target, options, first).await?;
        let storage = Self { connections, options: options.clone(), server: Arc::default() };
        storage.remember(&facts);
        Ok(storage)
    }

    async fn look_at_server(&self) -> Result<Facts> {
        let facts = self.connections.facts().await?;
        self.remember(&facts);
        Ok(facts)
    }

    fn remember(&self, facts: &Facts) {
        self.server.replica.store(facts.replica, Ordering::Relaxed);
        self.server.no_json.store(facts.unusable.is_some(), Ordering::Relaxed);
        self.server.no_scripts.fetch_or(facts.forbids_scripts, Ordering::Relaxed);
    }

    /// Refuses a search that would find nothing, where the server cannot keep a store at all. The server is
    /// asked again, since RedisJSON may have been loaded meanwhile.
    async fn can_have_stores(&self) -> Result<()> {
        if !self.server.no_json.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.look_at_server().await?.unusable.map_or(Ok(()), Err)
    }

    /// Whether a script that only reads may be tried: in a cluster, its keys are on several nodes.
    fn reads_by_script(&self) -> bool {
        !self.connections.cluster() && !self.server.no_read_scripts.load(Ordering::Relaxed)
    }

    /// Whether an error says that such scripts are forbidden or unknown, which is remembered.
    fn refuses_read_scripts(&self, error: &Error) -> bool {
        let refuses = error::forbids_scripts(error);
        self.server.no_read_scripts.fetch_or(refuses, Ordering::Relaxed);
        refuses
    }

    /// Whether the server takes no writes. A replica is asked again, since it may have become the primary.
    async fn is_replica(&self) -> Result<bool> {
        if !self.server.replica.load(Ordering::Relaxed) {
            return Ok(false);
        }
        Ok(self.look_at_server().await?.replica)
    }
}

/// A command from arguments that can be converted to values.
fn command(name: &'static str, args: impl IntoIterator<Item = Value>) -> Command {
    Command::new(name, args)
}

/// Layout of JSON that Crawlee writes on a server.
const JSON_LAYOUT: JsonLayout = JsonLayout::OneLine;

#[async_trait]
impl Storage for RedisStorage {
    fn session(&self) -> Session {
        Session {
            label: self.connections.label(),
            time_limit: self.options.command_timeout,
            json_layout: JSON_LAYOUT,
            state: self.connections.state(),
            traffic: self.connections.traffic(),
        }
    }

    async fn server(&self) -> Result<ServerInfo> {
        let facts = self.look_at_server().await?;
        Ok(ServerInfo {
            product: facts.product,
            version: facts.version,
            replica: facts.replica,
            role_hidden: facts.role_hidden,
            cluster: facts.cluster,
            read_only: self.options.read_only || facts.replica || facts.cluster,
            comparison: if self.server.no_scripts.load(Ordering::Relaxed) {
                Comparison::Watched
            } else {
                Comparison::OneStep
            },
            json_layout: JSON_LAYOUT,
            latency: Some(self.connections.ping().await?),
            notes: facts.notes,
            unusable: facts.unusable,
        })
    }

    fn stores(&self, list: StoreList) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        match list {
            StoreList::Indexed => self.indexed_stores(),
            StoreList::Orphaned => self.orphan_stores(),
        }
    }

    async fn open(&self, by: &OpenBy) -> Result<Opened> {
        self.open(by).await
    }

    async fn get_metadata(&self, store: &StoreName) -> Result<StoreInfo> {
        let mut info = self.info(store).await?;
        let key = keys::key_bytes(store, Part::Metadata);
        info.metadata_key = Some(StoreName::from(&key[..]).escaped());
        self.touch(store).await;
        Ok(info)
    }

    async fn get_public_url(&self, _store: &StoreName, _key: &Key) -> Result<String> {
        Err(Error::new(ErrorKind::NotSupported, "records on Redis have no public URL")
            .hint("save the value to a file instead"))
    }

    async fn read(&self, store: &StoreName, key: &Key, want: Want) -> Result<Option<Reading>> {
        let reading = self.read(store, key, want).await?;
        if reading.is_none() {
            self.can_have_stores().await?;
        }
        self.touch(store).await;
        Ok(reading)
    }

    fn scan(&self, store: &StoreName, scan: Scan) -> BoxStream<'_, Result<KeyPage>> {
        match scan.order {
            Order::Any => narrow(self.scan(store), scan.prefix),
            Order::First(count) => narrow(self.scan_first(store, count), scan.prefix),
            Order::Keys { after, limit } => self.scan_sorted(store, scan.prefix, after, limit),
        }
    }

    fn scan_values(
        &self,
        store: &StoreName,
        keys: Vec<Key>,
        budget: Budget,
    ) -> BoxStream<'_, Result<Option<Reading>>> {
        self.scan_values(store, keys, budget)
    }

    async fn refusal(&self, write: &Write) -> Result<Option<Error>> {
        self.refusal(write).await
    }

    async fn write(&self, write: &Write) -> Result<Written> {
        self.write(write).await
    }

    async fn commit(&self, store: &StoreName, commits: &[Commit]) -> Result<Vec<Committed>> {
        self.commit(store, commits).await
    }

    async fn resolve(&self, write: &Write) -> Result<WriteOutcome> {
        self.resolve(write).await
    }

    async fn set_aside(&self, aside: &Aside) -> Result<AsideInfo> {
        self.set_aside(aside).await
    }

    async fn asides(&self, list: AsideList) -> Result<Vec<AsideInfo>> {
        self.asides(list).await
    }

    async fn restore(&self, id: &AsideId, progress: &Progress) -> Result<Restored> {
        self.restore(id, progress).await
    }

    async fn discard(&self, id: &AsideId) -> Result<Option<Replicas>> {
        self.discard(id).await
    }

    fn watch(
        &self,
        store: Option<&StoreName>,
        interest: channel::Receiver<Interest>,
    ) -> BoxStream<'static, WatchEvent> {
        self.watch(store, interest)
    }
}

#[async_trait]
impl Login for RedisStorage {
    async fn log_in(&self, password: &Secret) -> Result<()> {
        self.connections.log_in(password).await
    }
}

#[async_trait]
impl OtherStorages for RedisStorage {
    async fn crawl(&self) -> Result<Crawl> {
        self.crawl().await
    }

    async fn contents(&self, of: &OtherStorage, from: u64) -> Result<Contents> {
        self.contents(of, from).await
    }
}
