//! Changes records and removes stores.
//!
//! Each write is one script, so that it happens completely or not at all, and once: the connection never
//! sends a script again. Where the server forbids scripts, [`unscripted`](super::unscripted) has its
//! transaction.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use fred::types::Value;

use super::doubt::{Progress, batch_time};
use super::keys::{
    ACCESSED_AT, CHANGE_SECONDS, DELETE_BATCH, ID_TO_NAME, NAME_TO_ID, Part, UNSCRIPTED_BATCH,
    json, part_keys, store_arg,
};
use super::read::bytes_of;
use super::scripts::script;
use super::unscripted::json_set;
use super::{RedisStorage, command, error, reply};
use crate::model::{Error, ErrorKind, Key, Result, StoreName, Timestamp, Write, Written};
use crate::storage::no_repair;

const DELETE: &str = script!("refused", "clock", "delete");
const PURGE: &str = script!("refused", "purge");
const DROP: &str = script!("refused", "drop");

/// Size of one argument that every server accepts, in bytes: its limit cannot be set lower.
const ALWAYS_TAKEN: u64 = 1 << 20;
/// Limit on one argument where the server does not tell it, in bytes.
const USUALLY_TAKEN: u64 = 512 << 20;
/// Approximate memory beside a value that a server needs while it arrives, in bytes.
const BESIDE_VALUE: u64 = 64 << 10;

impl RedisStorage {
    /// Refuses a write that the server would not accept, before any other request.
    pub(super) async fn check(&self, write: &Write) -> Result<()> {
        match write {
            // Refused later, and only where the store does not exist yet.
            Write::Create(_) => Ok(()),
            Write::Set(set) => {
                self.may_write(&format!("setting {}", set.key.escaped())).await?;
                self.check_size(set.value.len() as u64).await
            }
            Write::Rewrite(it) => self.may_write(&it.doing()).await,
            Write::Delete { .. } => self.may_write("deleting").await,
            Write::Purge(_) => self.may_write("purging").await,
            Write::Drop(_) => self.may_write("dropping").await,
            Write::Repair(repair) => Err(no_repair(&repair.store)),
        }
    }

    /// Refuses a value that the server would not accept: it would break the connection instead.
    pub(super) async fn check_size(&self, size: u64) -> Result<()> {
        if size < ALWAYS_TAKEN - BESIDE_VALUE {
            return Ok(());
        }
        let settings = ["proto-max-bulk-len", "client-query-buffer-limit"];
        let commands = settings.map(|setting| command("CONFIG GET", [Value::from(setting)]));
        let replies = self.connections.pipeline(commands.into()).await?;
        let [argument, buffer] = [0, 1].map(|at| {
            let pair = replies.get(at)?.as_ref().ok()?;
            let limit = reply::bytes(reply::array(pair.clone()).ok()?.pop()?).ok()??;
            std::str::from_utf8(&limit).ok()?.parse::<u64>().ok()
        });
        let buffer = buffer.map(|limit| limit.saturating_sub(BESIDE_VALUE));
        let limits = [(argument.unwrap_or(USUALLY_TAKEN), settings[0])];
        let limits = limits.into_iter().chain(buffer.map(|limit| (limit, settings[1])));
        match limits.min() {
            Some((limit, setting)) if size > limit => Err(Error::new(
                ErrorKind::NotSupported,
                format!("not sent: {size} bytes, the server takes {limit}"),
            )
            .hint(format!("store less, or raise the server's {setting}"))),
            _ => Ok(()),
        }
    }

    /// Why there is no metadata: there is no such store, or it is half-made.
    pub(super) async fn why_missing(&self, store: &StoreName) -> Error {
        match self.info(store).await {
            Ok(_) => {
                let name = store.escaped();
                Error::new(ErrorKind::Damaged, format!("the store {name} has no metadata"))
                    .hint("Crawlee cannot use it: drop it")
            }
            Err(error) => error,
        }
    }

    /// Deletes the records in batches; `progress` counts them. `at` is the time that the store gets, here and
    /// below.
    pub(super) async fn delete(
        &self,
        store: &StoreName,
        keys: &[Key],
        at: Timestamp,
        progress: &mut Progress,
    ) -> Result<Written> {
        while let rest @ [_, ..] = &keys[progress.keys..] {
            let batch = &rest[..rest.len().min(DELETE_BATCH)];
            let at = batch_time(at, progress.batches);
            let mut args = vec![json(at), Value::from(CHANGE_SECONDS)];
            args.extend(batch.iter().map(bytes_of));
            let parts = part_keys(store, &[Part::Items, Part::MetadataItems, Part::Metadata]);
            let (done, records) = if let Some(reply) = self.script(DELETE, parts, args).await? {
                let mut numbers = reply::array(reply)?.into_iter().map(Ok);
                let done = reply::integer(&reply::next(&mut numbers)?)?;
                (done, reply::integer(&reply::next(&mut numbers)?)?)
            } else {
                let batch = &batch[..batch.len().min(UNSCRIPTED_BATCH)];
                (batch.len() as u64, self.delete_without_script(store, batch, at).await?)
            };
            // At least one key, so that it ends.
            let done = usize::try_from(done).unwrap_or(usize::MAX).clamp(1, batch.len());
            *progress = Progress {
                batches: progress.batches + 1,
                keys: progress.keys + done,
                records: progress.records + records,
            };
        }
        Ok(Written { records: progress.records, ..Written::default() })
    }

    pub(super) async fn purge(&self, store: &StoreName, at: Timestamp) -> Result<Written> {
        let keys = part_keys(store, &[Part::Items, Part::MetadataItems, Part::Metadata]);
        let records = match self.script(PURGE, keys, vec![json(at)]).await? {
            // Half-made, or missing.
            Some(Value::Integer(-1)) => self.info(store).await.map(|_| 0)?,
            Some(reply) => reply::integer(&reply)?,
            None => self.purge_without_script(store, at).await?,
        };
        Ok(Written { records, ..Written::default() })
    }

    pub(super) async fn drop_store(&self, store: &StoreName) -> Result<Written> {
        // Ids that stale entries of the index have for this store; the script checks each again.
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
            Ok(Written { records: 1, ..Written::default() })
        }
    }

    /// Refuses a write before anything is sent.
    pub(super) async fn may_write(&self, doing: &str) -> Result<()> {
        self.can_have_stores().await?;
        if self.is_replica().await? {
            return Err(Error::new(
                ErrorKind::ReadOnly,
                format!("{doing} is refused: the server is a replica"),
            )
            .hint("connect to the primary server"));
        }
        if self.connections.cluster() {
            return Err(Error::new(
                ErrorKind::Cluster,
                format!("{doing} is refused: cluster slots change separately"),
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
        if self.server.no_scripts.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match self.connections.script(source, keys, args).await {
            Ok(reply) => Ok(Some(reply)),
            Err(error) if error::forbids_scripts(&error) => {
                self.server.no_scripts.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Updates `accessed_at` after a read, as Crawlee does, if that is wanted. A failure is logged: the read
    /// itself has succeeded.
    pub(super) async fn touch(&self, store: &StoreName) {
        if !self.options.touch
            || self.options.read_only
            || self.server.replica.load(Ordering::Relaxed)
        {
            return;
        }
        if let Err(error) =
            self.connections.run(json_set(store, ACCESSED_AT, json(Timestamp::now()))).await
        {
            crate::logs::warn!("accessed_at of {} was not updated: {error}", store.escaped());
        }
    }

    /// All ids under which the index has the store, right or stale.
    pub(super) async fn ids_that_lead_to(&self, store: &StoreName) -> Result<Vec<Bytes>> {
        let index = self.walk_index(ID_TO_NAME).await.map_err(|error| {
            if !error::forbids_key(&error) {
                return error;
            }
            let problem = "the user may not unlist the store";
            Error::new(ErrorKind::Permission, problem)
        })?;
        Ok(index
            .into_iter()
            .filter(|(_, name)| name == store.as_bytes())
            .map(|(id, _)| id)
            .collect())
    }
}
