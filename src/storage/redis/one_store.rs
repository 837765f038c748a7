//! The facts about one store in any state, in one round trip where scripts may run.

use bytes::Bytes;
use fred::types::Value;

use super::connection::Command;
use super::keys::store_arg;
use super::keys::{self, ID_TO_NAME, NAME_TO_ID, Part};
use super::list::{INFO_COMMANDS, Indexed, classify, info_commands, parse_infos};
use super::scripts::script;
use super::{RedisStorage, command, reply};
use crate::model::{Error, ErrorKind, Result, StoreInfo, StoreName, StoreState, Timestamp};

const OWNER: &str = script!("owner");

/// The parts of a store with its contents.
const PARTS: [Part; 3] = [Part::Metadata, Part::MetadataItems, Part::Items];

impl RedisStorage {
    /// The facts about one store in any state.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if neither an index nor any of its Redis keys exists.
    pub(super) async fn info(&self, store: &StoreName) -> Result<StoreInfo> {
        let replies = self.asked_alone(store).await?;
        self.info_of(store, replies, None).await
    }

    /// The answers to [`alone`], or to all but its script where scripts that only read are forbidden or
    /// unknown.
    pub(super) async fn asked_alone(&self, store: &StoreName) -> Result<Vec<Result<Value>>> {
        if !self.reads_by_script() {
            return self.connections.pipeline(store_commands(store, None)).await;
        }
        self.connections.count_commands(2);
        let replies = self.connections.pipeline(alone(store)).await?;
        if let Some(Err(error)) = replies.last() {
            self.refuses_read_scripts(error);
        }
        Ok(replies)
    }

    /// The facts in the answers to [`store_commands`] or [`alone`].
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
        // A user who may not read the indexes may read the store: their entries are unknown then.
        let mut known = true;
        let mut entry = |reply: Result<Value>| match reply {
            Err(error) if error.kind == ErrorKind::Permission => {
                known = false;
                Ok(None)
            }
            reply => reply::bytes(reply?),
        };
        let mut index = Indexed { id: entry(reply::next(&mut replies))?, ids: Vec::new() };
        // The memory may be refused, or unknown.
        let memory = reply::next(&mut replies).and_then(|value| reply::integer(&value));
        info.bytes = memory.ok();
        // So may the expiry, which servers before Redis 7 do not know.
        let ends = PARTS.map(|_| reply::next(&mut replies).ok());
        let ends = ends.into_iter().flatten().filter_map(|end| end.as_i64().filter(|end| *end > 0));
        info.expires_at = ends.min().map(|end| Timestamp::from_micros(end.saturating_mul(1000)));
        if let Some(own) = &info.id {
            let led = match id {
                Some(id) => replies.next().map(|name| (id.to_owned(), name)),
                None => replies.next().and_then(owner),
            };
            let name = match led.filter(|(id, _)| id == own) {
                Some((_, name)) => name,
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
                let problem = format!("this user sees no store {}", store.escaped());
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
}

/// The commands for a single store: those of [`info_commands`], and those for its id in the index, its memory
/// and its expiry; with an `id` also for the name that the index has for it.
pub(super) fn store_commands(store: &StoreName, id: Option<&str>) -> Vec<Command> {
    let mut commands = info_commands(std::slice::from_ref(store));
    commands.push(command("HGET", [Value::from(NAME_TO_ID), store_arg(store)]));
    // Estimated from a few of its fields: cheap at any size, and about right.
    commands.push(command("MEMORY USAGE", [keys::key(store, Part::Items)]));
    commands.extend(PARTS.map(|part| command("PEXPIRETIME", [keys::key(store, part)])));
    commands.extend(id.map(name_of));
    commands
}

/// The commands for a store whose id is unknown, with a script that finds the entry of the id: one round
/// trip.
pub(super) fn alone(store: &StoreName) -> Vec<Command> {
    let keys = [keys::key(store, Part::Metadata), Value::from(ID_TO_NAME)];
    let script = [Value::from(OWNER), Value::Integer(2)].into_iter();
    let mut commands = store_commands(store, None);
    commands.push(command("EVAL_RO", script.chain(keys)));
    commands
}

/// The id and the name in the answer of the script of [`alone`].
fn owner(reply: Result<Value>) -> Option<(String, Result<Value>)> {
    let mut told = reply::array(reply.ok()?).ok()?.into_iter();
    Some((told.next()?.as_string()?, Ok(told.next()?)))
}

fn name_of(id: &str) -> Command {
    command("HGET", [Value::from(ID_TO_NAME), Value::from(id)])
}
