//! Lists the stores in the indexes, and finds the state of each.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use fred::types::Value;
use futures::future::{self, FutureExt};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::connection::Command;
use super::keys::{self, ID_TO_NAME, NAME_TO_ID, Part};
use super::scan::bounds::Bounds;
use super::scan::hscan;
use super::scripts::script;
use super::{RedisStorage, command, error, reply};
use crate::model::{Error, ErrorKind, Result, StoreInfo, StoreName, StoreState};
use crate::storage::metadata::StoreMetadata;

const STORES: &str = script!("stores");

/// Number of stores in one batch, which takes the server about half a millisecond.
const BATCH: usize = 64;
/// Number of batches that are under way at once, so that a distant server is not waited for each time.
const BATCHES: usize = 4;
/// Number of commands for each store in [`info_commands`].
pub(super) const INFO_COMMANDS: usize = 3;
/// Approximate number of index entries in one page of HSCAN.
const INDEX_PAGE: u32 = 1000;

/// The entries of one store in the indexes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Indexed {
    /// Its entry in `name_to_id`.
    pub(super) id: Option<Bytes>,
    /// The ids that have it in `id_to_name`.
    pub(super) ids: Vec<Bytes>,
}

impl Indexed {
    /// Whether both indexes have the store under this id, and under no other.
    pub(super) fn leads_to(&self, id: &str) -> bool {
        let is_it = |indexed: &Bytes| indexed == id;
        self.id.as_ref().is_some_and(is_it) && !self.ids.is_empty() && self.ids.iter().all(is_it)
    }
}

/// The next step of a listing.
enum Step {
    Names,
    Rest(BTreeMap<StoreName, Indexed>),
    Done,
}

impl RedisStorage {
    /// All stores; if there are many, first those that a screen shows, with only the names of the others.
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
            if indexed.is_empty() {
                self.can_have_stores().await?;
            }
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
        // Collected first, since the compiler cannot follow the borrow through the stream.
        let batches: Vec<_> =
            names.chunks(BATCH).map(|batch| self.facts_of(batch).boxed()).collect();
        let mut infos = stream::iter(batches).buffered(BATCHES).try_concat().await?;
        classify_all(&mut infos, indexed);
        Ok(infos)
    }

    /// Both indexes, by store, sorted by name.
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

    /// The facts in the stores' own Redis keys, in the given order. A store without metadata is a ghost here:
    /// the facts of the indexes are added in [`classify`].
    pub(super) async fn facts_of(&self, stores: &[StoreName]) -> Result<Vec<StoreInfo>> {
        let replies = match self.answers_by_script(stores).await? {
            Some(replies) => replies,
            None => self.connections.pipeline_bulk(info_commands(stores)).await?,
        };
        parse_infos(stores, replies)
    }

    /// The answers to [`info_commands`] by one script; `None` where scripts that only read are forbidden or
    /// unknown, or where one of the answers is an error.
    async fn answers_by_script(&self, stores: &[StoreName]) -> Result<Option<Vec<Result<Value>>>> {
        if !self.reads_by_script() {
            return Ok(None);
        }
        let keys = info_commands(stores).into_iter().flat_map(|command| command.args);
        let args = [Value::from(STORES), Value::from((stores.len() * 3).to_string())];
        let script = command("EVAL_RO", args.into_iter().chain(keys));
        // The server counts the commands of a script, too.
        self.connections.count_commands(stores.len() as u64 * 3);
        match self.connections.run_bulk(script).await {
            Ok(reply) => Ok(Some(reply::array(reply)?.into_iter().map(Ok).collect())),
            Err(error) if self.refuses_read_scripts(&error) => Ok(None),
            Err(error) => match error.kind {
                // Asking one by one shows the store that fails.
                ErrorKind::Server
                | ErrorKind::WrongType
                | ErrorKind::Permission
                | ErrorKind::NotSupported => Ok(None),
                _ => Err(error),
            },
        }
    }
}

/// The command for a page of a hash of small entries.
pub(super) fn index_page(hash: Value, cursor: u64) -> Command {
    hscan(hash, cursor, INDEX_PAGE)
}

/// The error for an index that this user may not read, which is the list of stores.
fn of_index(error: Error) -> Error {
    if !error::forbids_key(&error) {
        return error;
    }
    Error::new(ErrorKind::Permission, "the user may not list stores")
        .hint("name a store that it may see")
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

/// Returns an error that concerns the whole server; one that concerns a single store becomes its fault.
fn of_one_store(error: Error) -> Result<String> {
    match error.kind {
        ErrorKind::WrongType | ErrorKind::Damaged | ErrorKind::Server => Ok(error.problem),
        _ => Err(error),
    }
}

/// Sets the state of a store from its entries in the indexes.
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
    // Without metadata only an index tells the id.
    if info.id.is_none() {
        let id = index.id.as_ref().or(index.ids.first());
        info.id = id.and_then(|id| String::from_utf8(id.to_vec()).ok());
    }
}
