//! Writes where the server forbids scripts, with MULTI/EXEC in their place.
//!
//! A command that the user may not run is refused when it is queued, which undoes all; so is every command
//! while the server has no memory. But a key of a wrong type fails alone within EXEC, so types are checked
//! before. The comparisons of a script are made before as well, while the keys are watched
//! ([`commit`](super::commit) and creating a store).

use bytes::Bytes;
use fred::types::Value;

use super::connection::Command;
use super::keys::{self, ACCESSED_AT, ID_TO_NAME, MODIFIED_AT, NAME_TO_ID, Part};
use super::keys::{json, part_keys, store_arg};
use super::open::Attempt;
use super::read::hash_command;
use super::{RedisStorage, command, reply};
use crate::model::{Error, ErrorKind, Key, Result, StoreName, Timestamp};
use crate::storage::metadata::StoreMetadata;

impl RedisStorage {
    pub(super) async fn delete_without_script(
        &self,
        store: &StoreName,
        keys: &[Key],
        at: Timestamp,
    ) -> Result<u64> {
        self.has_document(store).await?;
        let mut commands = Vec::with_capacity(keys.len() * 2 + 2);
        for key in keys {
            commands.push(hash_command("HDEL", store, Part::Items, key));
            commands.push(hash_command("HDEL", store, Part::MetadataItems, key));
        }
        commands.extend(touches(store, at));
        let replies = self.transaction(commands).await?;
        let mut deleted = 0;
        for halves in replies[..keys.len() * 2].chunks(2) {
            let halves = reply::integer(&halves[0])? + reply::integer(&halves[1])?;
            deleted += u64::from(halves > 0);
        }
        Ok(deleted)
    }

    /// Returns the number of records that there were.
    pub(super) async fn purge_without_script(
        &self,
        store: &StoreName,
        at: Timestamp,
    ) -> Result<u64> {
        self.has_document(store).await?;
        let info = self.info(store).await?;
        let mut commands =
            vec![command("UNLINK", part_keys(store, &[Part::Items, Part::MetadataItems]))];
        commands.extend(touches(store, at));
        self.transaction(commands).await?;
        Ok(info.values.max(info.records).unwrap_or_default())
    }

    pub(super) async fn remove_without_script(
        &self,
        store: &StoreName,
        ids: Vec<Bytes>,
        mut keys: Vec<Value>,
    ) -> Result<u64> {
        self.has_document(store).await?;
        self.check_signal_and_indexes(store).await?;
        keys.truncate(4);
        let mut commands = vec![
            command("UNLINK", keys),
            command("HDEL", [Value::from(NAME_TO_ID), store_arg(store)]),
        ];
        if !ids.is_empty() {
            let ids = ids.into_iter().map(Value::Bytes);
            commands.push(command("HDEL", [Value::from(ID_TO_NAME)].into_iter().chain(ids)));
        }
        let replies = self.transaction(commands).await?;
        Ok(replies.iter().filter_map(|reply| reply::integer(reply).ok()).sum::<u64>().min(1))
    }

    /// Claims the name as Crawlee does and makes the store, in one step. A claim whose answer was lost is
    /// recognized by its id.
    pub(super) async fn create_without_script(
        &self,
        store: &StoreName,
        new: &StoreMetadata,
    ) -> Result<Attempt> {
        let [metadata, signal] =
            [Part::Metadata, Part::CreatedSignal].map(|part| keys::key(store, part));
        let (ids, names) = (Value::from(ID_TO_NAME), Value::from(NAME_TO_ID));
        let watched = [metadata.clone(), signal.clone(), ids.clone(), names.clone()];
        let transaction = self.connections.watch_keys(watched.into()).await?;
        if self.store_document(store).await?.is_some() {
            return Ok(Attempt::Exists);
        }
        let signals = self.check_signal_and_indexes(store).await?;
        let claimed = command("HEXISTS", [names.clone(), store_arg(store)]);
        if reply::integer(&self.connections.run(claimed).await?)? == 1 {
            return Ok(Attempt::Wait);
        }
        let mut commands = vec![
            command("HSETNX", [names, store_arg(store), Value::from(&new.id)]),
            command("HSETNX", [ids.clone(), Value::from(&new.id), store_arg(store)]),
            // A user who may not watch may come too late: then the metadata there is another's.
            command(
                "JSON.SET",
                [metadata, Value::from("$"), Value::from(new.to_json()), Value::from("NX")],
            ),
        ];
        if signals == 0 {
            commands.push(command("LPUSH", [signal, Value::from("1")]));
        }
        let Some(replies) = transaction.commit(commands).await? else {
            return Ok(Attempt::Wait);
        };
        let replies = whole(replies)?;
        if replies.first().and_then(Value::as_u64) == Some(1) {
            return Ok(Attempt::Created);
        }
        self.transaction(vec![command("HDEL", [ids, Value::from(&new.id)])]).await?;
        Ok(Attempt::Wait)
    }

    /// Whether the store has metadata; fails if its hashes or its metadata are of a wrong type.
    pub(super) async fn has_document(&self, store: &StoreName) -> Result<bool> {
        let replies = self.lengths_and_document(store).await?;
        Ok(replies.last().is_some_and(|document| !document.is_null()))
    }

    /// The numbers of values and of metadata entries of a store, and its metadata; fails if one of them is of
    /// a wrong type.
    pub(super) async fn lengths_and_document(&self, store: &StoreName) -> Result<Vec<Value>> {
        let commands = vec![
            command("HLEN", part_keys(store, &[Part::Items])),
            command("HLEN", part_keys(store, &[Part::MetadataItems])),
            command("JSON.GET", part_keys(store, &[Part::Metadata])),
        ];
        let replies = self.connections.pipeline(commands).await?;
        replies.into_iter().collect()
    }

    /// Number of elements in the store's signal; fails if it or an index is of a wrong type.
    pub(super) async fn check_signal_and_indexes(&self, store: &StoreName) -> Result<u64> {
        let signal = part_keys(store, &[Part::CreatedSignal]);
        let commands = vec![
            command("HLEN", [Value::from(ID_TO_NAME)]),
            command("HLEN", [Value::from(NAME_TO_ID)]),
            command("LLEN", signal.clone()),
            command("TYPE", signal),
        ];
        let mut replies = self.connections.pipeline(commands).await?.into_iter();
        reply::next(&mut replies)?;
        reply::next(&mut replies)?;
        let (length, kind) = (reply::next(&mut replies), reply::next(&mut replies));
        match length {
            Ok(length) => reply::integer(&length),
            // Only creating a store needs the right to it.
            Err(error) if error.kind == ErrorKind::Permission => match kind {
                Ok(kind) if kind.as_str().is_none_or(|kind| kind != "none" && kind != "list") => {
                    Err(Error::new(ErrorKind::WrongType, super::error::WRONG_TYPE))
                }
                _ => Ok(0),
            },
            Err(error) => Err(error),
        }
    }

    /// Runs MULTI/EXEC, and fails if any of its commands failed.
    async fn transaction(&self, commands: Vec<Command>) -> Result<Vec<Value>> {
        whole(self.connections.transaction(commands).await?)
    }
}

/// The replies of a transaction whose commands must all have been carried out. A command that fails in spite
/// of the checks, since its key has changed meanwhile, leaves the others made: then the write was neither
/// made nor refused.
pub(super) fn whole(replies: Vec<Result<Value>>) -> Result<Vec<Value>> {
    let in_part = replies.iter().any(Result::is_ok);
    replies.into_iter().collect::<Result<_>>().map_err(|error| {
        if !in_part {
            return error;
        }
        let problem = format!("the write was made in part: {}", error.problem);
        Error::new(error.kind, problem).hint("look before you repeat it")
    })
}

pub(super) fn with_value(mut command: Command, value: Bytes) -> Command {
    command.args.push(Value::Bytes(value));
    command
}

/// Commands that set both times of a store, where these exist.
pub(super) fn touches(store: &StoreName, at: Timestamp) -> [Command; 2] {
    let at = json(at);
    [json_set(store, ACCESSED_AT, at.clone()), json_set(store, MODIFIED_AT, at)]
}

/// Command that sets one time of a store, where it exists.
pub(super) fn json_set(store: &StoreName, path: &'static str, now: Value) -> Command {
    command(
        "JSON.SET",
        [keys::key(store, Part::Metadata), Value::from(path), now, Value::from("XX")],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_that_fails_in_part_is_no_refusal() {
        let wrong = || Err(Error::new(ErrorKind::WrongType, "a list"));
        let made = || Ok(Value::Integer(1));
        assert_eq!(whole(vec![made(), made()]).unwrap().len(), 2);
        assert_eq!(whole(vec![wrong(), wrong()]).unwrap_err().problem, "a list");
        let error = whole(vec![made(), wrong()]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::WrongType);
        assert_eq!(error.problem, "the write was made in part: a list");
    }
}
