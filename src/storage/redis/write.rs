//! Changing records and removing stores.
//!
//! Each write is one script, so that it happens whole or not at all, and once: the link never
//! sends a script again. Where the server forbids scripts, MULTI/EXEC takes their place; what a
//! script would have compared is then read right before, which leaves a short gap in which another
//! writer can come between.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use fred::types::Value;

use super::layout::{self, ACCESSED_AT, ID_TO_NAME, MODIFIED_AT, NAME_TO_ID, Part};
use super::link::Command;
use super::read::{bytes_of, hash_command};
use super::{RedisStorage, command, fault, reply};
use crate::storage::metadata::write_record;
use crate::storage::{
    ContentType, Error, ErrorKind, Expected, Key, Reading, RecordMeta, RecordState, Result,
    SetValue, StoreName, Timestamp, Written,
};

const SET: &str = include_str!("scripts/set.lua");
const DELETE: &str = include_str!("scripts/delete.lua");
const PURGE: &str = include_str!("scripts/purge.lua");
const DROP: &str = include_str!("scripts/drop.lua");

/// How many records one script deletes at most, so that none holds the server for long.
const DELETE_BATCH: usize = 100;

impl RedisStorage {
    pub(super) async fn set(&self, set: &SetValue) -> Result<Written> {
        self.may_write(&format!("setting {}", set.key.escaped())).await?;
        // Crawlee infers a type from the value where none is given; here the value is bytes.
        let content_type = match set.content_type.as_str() {
            "" => ContentType::BINARY,
            _ => set.content_type.clone(),
        };
        let json = write_record(&set.key, &content_type, set.value.len())?;
        let (expected, old_value, old_type) = match &set.expected {
            Expected::Anything => ("anything", Bytes::new(), ""),
            Expected::Absent => ("absent", Bytes::new(), ""),
            Expected::Unchanged { value, content_type } => {
                ("unchanged", value.clone(), content_type.as_str())
            }
        };
        let keys = part_keys(&set.store, &[Part::Items, Part::MetadataItems, Part::Metadata]);
        let args = vec![
            bytes_of(&set.key),
            Value::Bytes(set.value.clone()),
            Value::from(json.as_str()),
            now_json(),
            Value::from(expected),
            Value::Bytes(old_value),
            Value::from(old_type),
        ];
        let outcome = match self.script(SET, keys, args).await? {
            Some(reply) => reply::bytes(reply)?.unwrap_or_default(),
            None => self.set_without_script(set, &content_type, &json).await?,
        };
        match &outcome[..] {
            b"written" => Ok(Written {
                records: 1,
                meta: Some(RecordMeta {
                    key: set.key.clone(),
                    content_type,
                    size: set.value.len() as u64,
                    state: RecordState::Whole,
                }),
            }),
            b"missing" => Err(self.why_missing(&set.store).await),
            _ => Err(Error::conflict(set)),
        }
    }

    /// Why there is no metadata: because there is no such store, or because it is half-made.
    async fn why_missing(&self, store: &StoreName) -> Error {
        match self.info(store).await {
            Ok(_) => {
                let name = store.escaped();
                Error::new(ErrorKind::Damaged, format!("the store {name} has no metadata"))
                    .hint("Crawlee cannot use it either: drop it and create it again")
            }
            Err(error) => error,
        }
    }

    async fn set_without_script(
        &self,
        set: &SetValue,
        content_type: &ContentType,
        json: &str,
    ) -> Result<Bytes> {
        if !self.has_document(&set.store).await? {
            return Ok(Bytes::from_static(b"missing"));
        }
        if !self.is_as_expected(set).await? {
            return Ok(Bytes::from_static(b"conflict"));
        }
        log::debug!("setting a record of type {content_type} by a transaction");
        let mut commands = vec![
            with_value(hash_command("HSET", &set.store, Part::Items, &set.key), set.value.clone()),
            with_value(
                hash_command("HSET", &set.store, Part::MetadataItems, &set.key),
                Bytes::copy_from_slice(json.as_bytes()),
            ),
        ];
        commands.extend(touches(&set.store));
        self.transaction(commands).await?;
        Ok(Bytes::from_static(b"written"))
    }

    async fn is_as_expected(&self, set: &SetValue) -> Result<bool> {
        let limit = match &set.expected {
            Expected::Anything => return Ok(true),
            Expected::Absent => 0,
            Expected::Unchanged { value, .. } => value.len() as u64,
        };
        let found = self.read_untouched(&set.store, &set.key, limit).await?;
        Ok(match (&set.expected, found) {
            (Expected::Absent, found) => found.is_none(),
            (Expected::Unchanged { value, content_type }, Some(Reading::Whole(record))) => {
                record.value == value
                    && (content_type.as_str().is_empty()
                        || record.meta.content_type == *content_type)
            }
            _ => false,
        })
    }

    pub(super) async fn delete(&self, store: &StoreName, keys: &[Key]) -> Result<Written> {
        self.may_write("deleting").await?;
        let mut records = 0;
        for batch in keys.chunks(DELETE_BATCH) {
            let mut args = vec![now_json()];
            args.extend(batch.iter().map(bytes_of));
            let parts = part_keys(store, &[Part::Items, Part::MetadataItems, Part::Metadata]);
            records += match self.script(DELETE, parts, args).await? {
                Some(reply) => reply::integer(&reply)?,
                None => self.delete_without_script(store, batch).await?,
            };
        }
        Ok(Written { records, meta: None })
    }

    async fn delete_without_script(&self, store: &StoreName, keys: &[Key]) -> Result<u64> {
        self.has_document(store).await?;
        let mut commands = Vec::with_capacity(keys.len() * 2 + 2);
        for key in keys {
            commands.push(hash_command("HDEL", store, Part::Items, key));
            commands.push(hash_command("HDEL", store, Part::MetadataItems, key));
        }
        commands.extend(touches(store));
        let replies = self.transaction(commands).await?;
        let mut deleted = 0;
        for halves in replies[..keys.len() * 2].chunks(2) {
            let halves = reply::integer(&halves[0])? + reply::integer(&halves[1])?;
            deleted += u64::from(halves > 0);
        }
        Ok(deleted)
    }

    pub(super) async fn purge_store(&self, store: &StoreName) -> Result<Written> {
        self.may_write("purging").await?;
        let mut keys = part_keys(store, &[Part::Items, Part::MetadataItems, Part::Metadata]);
        keys.push(Value::from(NAME_TO_ID));
        let args = vec![now_json(), store_arg(store)];
        let records = match self.script(PURGE, keys, args).await? {
            Some(Value::Integer(-1)) => return Err(Error::no_store(store)),
            Some(reply) => reply::integer(&reply)?,
            None => {
                self.has_document(store).await?;
                let info = self.info(store).await?;
                let mut commands =
                    vec![command("UNLINK", part_keys(store, &[Part::Items, Part::MetadataItems]))];
                commands.extend(touches(store));
                self.transaction(commands).await?;
                info.values.max(info.records).unwrap_or_default()
            }
        };
        Ok(Written { records, meta: None })
    }

    pub(super) async fn remove_store(&self, store: &StoreName) -> Result<Written> {
        self.may_write("dropping").await?;
        // Ids that stale entries of the index give this store; the script checks each again.
        let ids = self.ids_that_lead_to(store).await?;
        let mut keys = part_keys(
            store,
            &[Part::Metadata, Part::CreatedSignal, Part::Items, Part::MetadataItems],
        );
        keys.extend([Value::from(ID_TO_NAME), Value::from(NAME_TO_ID)]);
        let mut args = vec![store_arg(store)];
        args.extend(ids.iter().cloned().map(Value::Bytes));
        let there = match self.script(DROP, keys.clone(), args).await? {
            Some(reply) => reply::integer(&reply)?,
            None => self.remove_without_script(store, ids, keys).await?,
        };
        if there == 0 {
            Err(Error::no_store(store))
        } else {
            Ok(Written { records: 1, meta: None })
        }
    }

    async fn remove_without_script(
        &self,
        store: &StoreName,
        ids: Vec<Bytes>,
        mut keys: Vec<Value>,
    ) -> Result<u64> {
        self.has_document(store).await?;
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

    /// Whether the store has metadata; fails if one of its Redis keys is of a wrong type. In a
    /// transaction such a key fails alone, and the rest would be done.
    async fn has_document(&self, store: &StoreName) -> Result<bool> {
        let questions = vec![
            command("HLEN", part_keys(store, &[Part::Items])),
            command("HLEN", part_keys(store, &[Part::MetadataItems])),
            command("JSON.GET", part_keys(store, &[Part::Metadata])),
        ];
        let replies = self.link.pipeline(questions).await?;
        let replies = replies.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(replies.last().is_some_and(|document| !document.is_null()))
    }

    /// Refuses a write before anything is sent.
    pub(super) async fn may_write(&self, doing: &str) -> Result<()> {
        if self.options.read_only {
            return Err(Error::new(ErrorKind::ReadOnly, format!("{doing} is refused: read-only")));
        }
        if self.is_replica().await? {
            return Err(Error::new(
                ErrorKind::ReadOnly,
                format!("{doing} is refused: the server is a replica"),
            )
            .hint("connect to the primary server"));
        }
        if self.link.cluster() {
            return Err(Error::new(
                ErrorKind::Cluster,
                format!(
                    "{doing} is refused: on a cluster the store's Redis keys lie in different \
                     slots and cannot change in one step"
                ),
            ));
        }
        Ok(())
    }

    /// Runs a script; `None` where the server forbids scripts and nothing was done.
    pub(super) async fn script(
        &self,
        source: &'static str,
        keys: Vec<Value>,
        args: Vec<Value>,
    ) -> Result<Option<Value>> {
        if self.no_scripts.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match self.link.script(source, keys, args).await {
            Ok(reply) => Ok(Some(reply)),
            Err(error) if fault::forbids_scripts(&error) => {
                self.no_scripts.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Runs MULTI/EXEC, and fails if any of its commands did.
    pub(super) async fn transaction(&self, commands: Vec<Command>) -> Result<Vec<Value>> {
        self.link.transaction(commands).await?.into_iter().collect()
    }

    /// Updates `accessed_at` after a read, as Crawlee does, if that was asked for. A failure is
    /// logged: the read itself has been made.
    pub(super) async fn touch(&self, store: &StoreName) {
        if !self.options.touch || self.options.read_only || self.replica.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = self.link.run(json_set(store, ACCESSED_AT, now_json())).await {
            log::warn!("accessed_at of {} was not updated: {error}", store.escaped());
        }
    }

    /// Every id under which the index leads to the store, right or stale.
    async fn ids_that_lead_to(&self, store: &StoreName) -> Result<Vec<Bytes>> {
        let index = self.walk_index(ID_TO_NAME).await?;
        Ok(index
            .into_iter()
            .filter(|(_, name)| name == store.as_bytes())
            .map(|(id, _)| id)
            .collect())
    }
}

fn part_keys(store: &StoreName, parts: &[Part]) -> Vec<Value> {
    parts.iter().map(|part| layout::key(store, *part)).collect()
}

fn with_value(mut command: Command, value: Bytes) -> Command {
    command.args.push(Value::Bytes(value));
    command
}

/// Both times of a store, set to now where they are there.
fn touches(store: &StoreName) -> [Command; 2] {
    let now = now_json();
    [json_set(store, ACCESSED_AT, now.clone()), json_set(store, MODIFIED_AT, now)]
}

fn json_set(store: &StoreName, path: &'static str, now: Value) -> Command {
    command(
        "JSON.SET",
        [layout::key(store, Part::Metadata), Value::from(path), now, Value::from("XX")],
    )
}

fn now_json() -> Value {
    Value::from(format!("\"{}\"", Timestamp::now()))
}

pub(super) fn store_arg(store: &StoreName) -> Value {
    Value::Bytes(Bytes::copy_from_slice(store.as_bytes()))
}
