//! Listing the stores that the indexes name, and telling what state each is in.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;

use bytes::Bytes;
use fred::types::Value;
use futures::future::{self, FutureExt};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::connection::Command;
use super::keys::store_arg;
use super::keys::{self, ID_TO_NAME, NAME_TO_ID, Part};
use super::scan::bounds::Bounds;
use super::scan::hscan;
use super::scripts::script;
use super::{RedisStorage, command, error, reply};
use crate::model::{Error, ErrorKind, Result, StoreInfo, StoreName, StoreState, Timestamp};
use crate::storage::metadata::StoreMetadata;

const STORES: &str = script!("stores");

/// Stores in one batch: it holds the server for about half a millisecond.
const BATCH: usize = 64;
/// How many such batches are under way, so that a distant server is not waited for each time.
const BATCHES: usize = 4;
/// The commands for each store in [`info_commands`].
const INFO_COMMANDS: usize = 3;
/// The parts of a store that hold what is in it.
const PARTS: [Part; 3] = [Part::Metadata, Part::MetadataItems, Part::Items];
/// How many index entries one page of HSCAN brings, about.
const INDEX_PAGE: u32 = 1000;

/// What the indexes say of one store.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Indexed {
    /// Its entry in `name_to_id`.
    pub(super) id: Option<Bytes>,
    /// The ids that lead to it in `id_to_name`.
    pub(super) ids: Vec<Bytes>,
}

/// The step of a listing that is due.
enum Step {
    Names,
    Rest(BTreeMap<StoreName, Indexed>),
    Done,
}

impl RedisStorage {
    /// All stores; of many, first those that a screen shows, and of the others the names.
    pub(super) fn indexed_stores(&self) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        stream::try_unfold(Step::Names, move |step| async move {
            let indexed = match step {
                Step::Names => self.read_indexes().await?,
                Step::Rest(indexed) => {
                    let all = self.list_indexed(&indexed).await?;
                    return Ok(Some(((1.0, all), Step::Done)));
                }
                Step::Done => return Ok(None),
            };
            let names: Vec<_> = indexed.keys().take(BATCH).cloned().collect();
            let mut infos = self.facts_of(&names).await?;
            classify_all(&mut infos, &indexed);
            if indexed.len() <= BATCH {
                return Ok(Some(((1.0, infos), Step::Done)));
            }
            let rest = indexed.keys().skip(BATCH).cloned();
            infos.extend(rest.map(|store| StoreInfo { store, ..StoreInfo::default() }));
            let share = names.len() as f32 / indexed.len() as f32;
            Ok(Some(((share, infos), Step::Rest(indexed))))
        })
        .boxed()
    }

    async fn list_indexed(&self, indexed: &BTreeMap<StoreName, Indexed>) -> Result<Vec<StoreInfo>> {
        let names: Vec<_> = indexed.keys().cloned().collect();
        // Collected first, for the compiler cannot follow the borrow through the stream.
        let batches: Vec<_> =
            names.chunks(BATCH).map(|batch| self.facts_of(batch).boxed()).collect();
        let mut infos = stream::iter(batches).buffered(BATCHES).try_concat().await?;
        classify_all(&mut infos, indexed);
        Ok(infos)
    }

    /// Both indexes, by store. Sorted by name.
    pub(super) async fn read_indexes(&self) -> Result<BTreeMap<StoreName, Indexed>> {
        let mut indexed: BTreeMap<StoreName, Indexed> = BTreeMap::new();
        let (ids, names) =
            future::try_join(self.walk_index(NAME_TO_ID), self.walk_index(ID_TO_NAME))
                .await
                .map_err(of_index)?;
        for (name, id) in ids {
            indexed.entry(StoreName::from(name.to_vec())).or_default().id = Some(id);
        }
        for (id, name) in names {
            indexed.entry(StoreName::from(name.to_vec())).or_default().ids.push(id);
        }
        Ok(indexed)
    }

    /// All entries of one of the two indexes.
    pub(super) async fn walk_index(&self, index: &'static str) -> Result<HashMap<Bytes, Bytes>> {
        self.walk_hash(Value::from(index)).await
    }

    /// All entries of a hash of small ones.
    pub(super) async fn walk_hash(&self, hash: Value) -> Result<HashMap<Bytes, Bytes>> {
        let mut entries = HashMap::new();
        let mut cursor = 0;
        let mut bounds = Bounds::new();
        loop {
            let page = index_page(hash.clone(), cursor);
            let (next, fields) = reply::page(self.connections.run_bulk(page).await?)?;
            bounds.page(self, INDEX_PAGE, fields.len() / 2, ("HLEN", Some(&hash))).await?;
            let mut fields = fields.into_iter();
            while let (Some(field), Some(value)) = (fields.next(), fields.next()) {
                let (field, value) = (reply::bytes(field)?, reply::bytes(value)?);
                entries.insert(field.unwrap_or_default(), value.unwrap_or_default());
            }
            if next == 0 {
                return Ok(entries);
            }
            cursor = next;
        }
    }

    /// One store, whatever state it is in.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if neither an index nor any of its Redis keys knows it.
    pub(super) async fn info(&self, store: &StoreName) -> Result<StoreInfo> {
        let replies = self.connections.pipeline(store_commands(store, None)).await?;
        self.info_of(store, replies, None).await
    }

    /// The same of what [`store_commands`] were answered.
    pub(super) async fn info_of(
        &self,
        store: &StoreName,
        replies: Vec<Result<Value>>,
        id: Option<&str>,
    ) -> Result<StoreInfo> {
        let mut replies = replies.into_iter();
        let own = replies.by_ref().take(INFO_COMMANDS).collect();
        let Some(mut info) = parse_infos(std::slice::from_ref(store), own)?.pop() else {
            return Err(Error::no_store(store));
        };
        // A user who may not see the indexes sees the store: what they say is not known.
        let mut known = true;
        let mut entry = |reply: Result<Value>| match reply {
            Err(error) if error.kind == ErrorKind::Permission => {
                known = false;
                Ok(None)
            }
            reply => reply::bytes(reply?),
        };
        let mut index = Indexed { id: entry(reply::next(&mut replies))?, ids: Vec::new() };
        // A word about it can be refused, or unknown.
        let memory = reply::next(&mut replies).and_then(|value| reply::integer(&value));
        info.bytes = memory.ok();
        // So can this, and servers before Redis 7 do not know it.
        let ends = PARTS.map(|_| reply::next(&mut replies).ok());
        let ends = ends.into_iter().flatten().filter_map(|end| end.as_i64().filter(|end| *end > 0));
        info.expires_at = ends.min().map(|end| Timestamp::from_micros(end.saturating_mul(1000)));
        if let Some(own) = &info.id {
            let name = match replies.next().filter(|_| id == Some(own.as_str())) {
                Some(name) => name,
                None => self.connections.run(name_of(own)).await,
            };
            if entry(name)?.is_some_and(|name| name == store.as_bytes()) {
                index.ids.push(Bytes::from(own.clone()));
            }
        }
        let empty = info.records.max(info.values).unwrap_or(0) == 0;
        if empty && info.id.is_none() && index.id.is_none() && info.state == StoreState::Ghost {
            return Err(if known && info.records.is_some() {
                Error::no_store(store)
            } else {
                let problem =
                    format!("there is no store {} that this user may see", store.escaped());
                Error::new(ErrorKind::NotFound, problem)
            });
        }
        if known {
            classify(&mut info, &index);
        }
        Ok(info)
    }

    /// The store's metadata document, raw; `None` if there is none.
    pub(super) async fn store_document(&self, store: &StoreName) -> Result<Option<Bytes>> {
        let document =
            self.connections.run(command("JSON.GET", [keys::key(store, Part::Metadata)]));
        reply::bytes(document.await?)
    }

    /// What the stores' own Redis keys hold, in the order given. A store without metadata is a
    /// ghost here: what the indexes know comes after, in [`classify`].
    pub(super) async fn facts_of(&self, stores: &[StoreName]) -> Result<Vec<StoreInfo>> {
        let replies = match self.answers_by_script(stores).await? {
            Some(replies) => replies,
            None => self.connections.pipeline_bulk(info_commands(stores)).await?,
        };
        parse_infos(stores, replies)
    }

    /// The answers to [`info_commands`] by one script; `None` where scripts that only read are
    /// forbidden or not known, or where one of the answers is an error.
    async fn answers_by_script(&self, stores: &[StoreName]) -> Result<Option<Vec<Result<Value>>>> {
        if self.connections.cluster() || self.server.no_read_scripts.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let keys = info_commands(stores).into_iter().flat_map(|command| command.args);
        let args = [Value::from(STORES), Value::from((stores.len() * 3).to_string())];
        let script = command("EVAL_RO", args.into_iter().chain(keys));
        // The server counts what a script runs, too.
        self.connections.count_commands(stores.len() as u64 * 3);
        match self.connections.run_bulk(script).await {
            Ok(reply) => Ok(Some(reply::array(reply)?.into_iter().map(Ok).collect())),
            Err(error) if error::forbids_scripts(&error) => {
                self.server.no_read_scripts.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => match error.kind {
                // Asked one by one, it shows which.
                ErrorKind::Server
                | ErrorKind::WrongType
                | ErrorKind::Permission
                | ErrorKind::NotSupported => Ok(None),
                _ => Err(error),
            },
        }
    }
}

/// A page of a hash of small entries.
pub(super) fn index_page(hash: Value, cursor: u64) -> Command {
    hscan(hash, cursor, INDEX_PAGE)
}

/// An index that this user may not see is the list of stores.
fn of_index(error: Error) -> Error {
    if !error::forbids_key(&error) {
        return error;
    }
    Error::new(ErrorKind::Permission, "the user may not see the list of stores")
        .hint("name a store: those that it may see can be opened")
}

fn classify_all(infos: &mut [StoreInfo], indexed: &BTreeMap<StoreName, Indexed>) {
    let none = Indexed::default();
    for info in infos {
        classify(info, indexed.get(&info.store).unwrap_or(&none));
    }
}

/// The commands for each store: its metadata, and its counts of records and values.
pub(super) fn info_commands(stores: &[StoreName]) -> Vec<Command> {
    let commands = stores.iter().flat_map(|store| {
        [
            command("JSON.GET", [keys::key(store, Part::Metadata)]),
            command("HLEN", [keys::key(store, Part::MetadataItems)]),
            command("HLEN", [keys::key(store, Part::Items)]),
        ]
    });
    commands.collect()
}

/// The commands for a store that is looked at alone: those of [`info_commands`], and what the index and the
/// server know of it; with an `id` also what that leads to.
pub(super) fn store_commands(store: &StoreName, id: Option<&str>) -> Vec<Command> {
    let mut commands = info_commands(std::slice::from_ref(store));
    commands.push(command("HGET", [Value::from(NAME_TO_ID), store_arg(store)]));
    // From a few of its fields: cheap at any size, and about right.
    commands.push(command("MEMORY USAGE", [keys::key(store, Part::Items)]));
    commands.extend(PARTS.map(|part| command("PEXPIRETIME", [keys::key(store, part)])));
    commands.extend(id.map(name_of));
    commands
}

fn name_of(id: &str) -> Command {
    command("HGET", [Value::from(ID_TO_NAME), Value::from(id)])
}

/// Parses the answers to [`info_commands`].
pub(super) fn parse_infos(
    stores: &[StoreName],
    replies: Vec<Result<Value>>,
) -> Result<Vec<StoreInfo>> {
    let mut replies = replies.into_iter();
    let mut infos = Vec::with_capacity(stores.len());
    for store in stores {
        let document = reply::next(&mut replies);
        let records = reply::next(&mut replies);
        let values = reply::next(&mut replies);
        infos.push(parse_info(store, document, records, values)?);
    }
    Ok(infos)
}

fn parse_info(
    store: &StoreName,
    document: Result<Value>,
    records: Result<Value>,
    values: Result<Value>,
) -> Result<StoreInfo> {
    let mut info = StoreInfo { store: store.clone(), ..StoreInfo::default() };
    match document.and_then(reply::bytes) {
        Ok(None) => info.state = StoreState::Ghost,
        Ok(Some(json)) => match StoreMetadata::parse(&json) {
            Ok(metadata) => {
                info.id = Some(metadata.id);
                info.name = metadata.name;
                info.created_at = metadata.created_at;
                info.modified_at = metadata.modified_at;
                info.accessed_at = metadata.accessed_at;
            }
            Err(fault) => info.state = StoreState::Damaged(fault),
        },
        Err(error) if error.kind == ErrorKind::Permission => {
            info.state = StoreState::Forbidden(error.problem);
        }
        Err(error) => info.state = StoreState::Damaged(of_one_store(error)?),
    }
    let mut count = |reply: Result<Value>| match reply.and_then(|value| reply::integer(&value)) {
        Ok(count) => Ok(Some(count)),
        Err(error) if error.kind == ErrorKind::Permission => Ok(None),
        Err(error) => {
            info.state = StoreState::Damaged(of_one_store(error)?);
            Ok(None)
        }
    };
    let (records, values) = (count(records)?, count(values)?);
    info.records = records;
    info.values = values.filter(|_| values != records);
    Ok(info)
}

/// Passes on what concerns the whole server; what concerns one store becomes its fault.
fn of_one_store(error: Error) -> Result<String> {
    match error.kind {
        ErrorKind::WrongType | ErrorKind::Damaged | ErrorKind::Server => Ok(error.problem),
        _ => Err(error),
    }
}

/// Sets the state of a store from what the indexes say of it.
pub(super) fn classify(info: &mut StoreInfo, index: &Indexed) {
    let own = |id: &Bytes| info.id.as_ref().is_some_and(|own| own.as_bytes() == id);
    info.state = match &info.state {
        StoreState::Damaged(_) | StoreState::Forbidden(_) => return,
        _ if info.id.is_none() => match index {
            Indexed { id: Some(_), .. } => StoreState::HalfMade,
            Indexed { ids, .. } if !ids.is_empty() => StoreState::StaleId,
            Indexed { .. } => StoreState::Ghost,
        },
        _ if index.id.is_none() && index.ids.is_empty() => StoreState::NotIndexed,
        _ if index.ids.iter().any(|id| !own(id)) || !index.id.as_ref().is_none_or(own) => {
            StoreState::StaleId
        }
        _ if index.id.is_none() || index.ids.is_empty() => StoreState::NotIndexed,
        _ => StoreState::Whole,
    };
    // Without metadata an index is all that tells the id.
    if info.id.is_none() {
        let id = index.id.as_ref().or(index.ids.first());
        info.id = id.and_then(|id| String::from_utf8(id.to_vec()).ok());
    }
}
