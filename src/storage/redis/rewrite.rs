//! Writes a record anew from the server's own copy: under another key, in another store, or with another
//! content type.
//!
//! A script does it in one step, and the value stays on the server. Where scripts are forbidden, or would
//! block the server for long with a large value, a transaction that watches the Redis keys is used; there the
//! value passes through larder.

use bytes::Bytes;
use fred::types::Value;

use super::commit::{TRIES, expectation};
use super::connection::{Command, DEDICATED_ABOVE, OptimisticTransaction};
use super::keys::{Part, json, part_keys};
use super::read::{Stat, hash_command};
use super::scripts::script;
use super::unscripted::{touches, whole, with_value};
use super::{RedisStorage, reply};
use crate::model::{
    Comparison, ContentType, Error, ErrorKind, Reading, Record, RecordMeta, RecordRewrite,
    RecordState, Result, Timestamp, Written,
};
use crate::storage::metadata::{combine_halves, rewrite_record};

/// Number of tries to move a large value while its store is watched.
const LARGE_TRIES: usize = 3;

const REWRITE: &str = script!("refused", "expected", "rewrite");

/// The new record, and its metadata in stored form.
struct Next {
    meta: RecordMeta,
    text: String,
}

/// Result of a try.
enum Tried {
    Done(Written),
    /// The record differs from the one that was read.
    Changed,
    /// The server runs no scripts.
    NoScripts,
}

impl RedisStorage {
    /// Writes a record anew, if it and the one that is replaced meet their conditions.
    pub(super) async fn rewrite(&self, it: &RecordRewrite, at: Timestamp) -> Result<Written> {
        if it.removes && it.store != it.to_store {
            let problem = "a record keeps its store when renamed";
            return Err(Error::new(ErrorKind::NotSupported, problem).hint("copy it instead"));
        }
        let stat = self.stat(&it.store, &it.key).await?;
        if stat.size > Some(DEDICATED_ABOVE)
            && let Some(written) = self.rewrite_large(it, at).await?
        {
            return Ok(written);
        }
        // The script detects later changes.
        let mut stat = Some(stat);
        for _ in 0..TRIES {
            let stat = match stat.take() {
                Some(stat) => stat,
                None => self.stat(&it.store, &it.key).await?,
            };
            match self.rewrite_once(it, stat, at).await? {
                Tried::Done(written) => return Ok(written),
                Tried::Changed => {}
                Tried::NoScripts => return self.rewrite_without_script(it, at).await,
            }
        }
        Err(it.expect.conflict(&it.key))
    }

    async fn rewrite_once(&self, it: &RecordRewrite, stat: Stat, at: Timestamp) -> Result<Tried> {
        let next = next(it, stat.metadata.as_deref(), stat.size)?;
        let kind = match it.removes {
            _ if it.is_in_place() => "retype",
            true => "move",
            false => "copy",
        };
        let mut args = vec![
            json(at),
            Value::from(kind),
            Value::Bytes(stat.metadata.unwrap_or_default()),
            Value::from(stat.size.unwrap_or_default().to_string()),
            Value::from(next.text),
        ];
        args.extend(expectation(&it.key, &it.expect));
        args.extend(expectation(&it.to, &it.over));
        let mut keys = part_keys(&it.store, &[Part::Items, Part::MetadataItems]);
        keys.extend(part_keys(&it.to_store, &[Part::Items, Part::MetadataItems, Part::Metadata]));
        let Some(answer) = self.script(REWRITE, keys, args).await? else {
            return Ok(Tried::NoScripts);
        };
        match &*reply::bytes(answer)?.unwrap_or_default() {
            b"done" => Ok(Tried::Done(done(next.meta, Comparison::OneStep))),
            b"changed" => Ok(Tried::Changed),
            b"missing" => Err(self.why_missing(&it.to_store).await),
            b"taken" => Err(it.over.conflict(&it.to)),
            _ => Err(it.expect.conflict(&it.key)),
        }
    }

    async fn rewrite_without_script(&self, it: &RecordRewrite, at: Timestamp) -> Result<Written> {
        for attempt in 0..=TRIES {
            // Nothing is watched in the last try.
            let watched = if attempt < TRIES { watched(it) } else { Vec::new() };
            let transaction = self.connections.watch_keys(watched).await?;
            if let Some(written) = self.rewrite_within(transaction, it, at).await? {
                return Ok(written);
            }
        }
        Err(it.expect.conflict(&it.key))
    }

    /// Rewrites a large value through larder, since a script that copies it blocks the server several times
    /// as long. `None`: nothing was done, since the store changes all the time or the user may not.
    async fn rewrite_large(&self, it: &RecordRewrite, at: Timestamp) -> Result<Option<Written>> {
        if it.is_in_place() {
            return Ok(None);
        }
        for _ in 0..LARGE_TRIES {
            let transaction = self.connections.watch_keys(watched(it)).await?;
            if !transaction.is_watching() {
                return Ok(None);
            }
            match self.rewrite_within(transaction, it, at).await {
                Err(why) if is_for_script(why.kind) => return Ok(None),
                Ok(None) => {}
                other => return other,
            }
        }
        Ok(None)
    }

    /// Writes within a transaction. `None`: a watched key has changed, and nothing was done.
    async fn rewrite_within(
        &self,
        transaction: OptimisticTransaction,
        it: &RecordRewrite,
        at: Timestamp,
    ) -> Result<Option<Written>> {
        let is_one_step = transaction.is_watching();
        let comparison = if is_one_step { Comparison::OneStep } else { Comparison::Unwatched };
        let (next, mut commands) = match self.rewriting(it).await {
            Ok(ready) => ready,
            Err(error) => {
                transaction.release().await;
                return Err(error);
            }
        };
        let count = commands.len();
        commands.extend(touches(&it.to_store, at));
        let Some(replies) = transaction.commit(commands).await? else { return Ok(None) };
        whole(replies.into_iter().take(count).collect())?;
        Ok(Some(done(next.meta, comparison)))
    }

    /// Compares both records, and returns the commands that write.
    async fn rewriting(&self, it: &RecordRewrite) -> Result<(Next, Vec<Command>)> {
        if !self.has_document(&it.to_store).await? {
            return Err(self.why_missing(&it.to_store).await);
        }
        let Stat { metadata, size } = self.stat(&it.store, &it.key).await?;
        let (text, to) = (Part::MetadataItems, &it.to);
        if it.is_in_place() {
            let now = self.read(&it.store, &it.key, it.expect.want()).await?;
            if now.is_none() || !it.expect.is_met(now.as_ref()) {
                return Err(it.expect.conflict(&it.key));
            }
            let next = next(it, metadata.as_deref(), size)?;
            let command = hash_command("HSET", &it.to_store, text, to);
            let commands = vec![with_value(command, Bytes::from(next.text.clone()))];
            return Ok((next, commands));
        }
        let there = self.read(&it.to_store, to, it.over.want()).await?;
        if !it.over.is_met(there.as_ref()) {
            return Err(it.over.conflict(to));
        }
        let size = size.ok_or_else(|| it.expect.conflict(&it.key))?;
        self.check_size(size).await?;
        let (metadata, value) = self.both_halves(&it.store, &it.key, size).await?;
        let Some(value) = value else { return Err(it.expect.conflict(&it.key)) };
        let size = Some(value.len() as u64);
        let meta = combine_halves(&it.key, metadata.as_deref(), size);
        let now = meta.map(|meta| Reading::Whole(Record { meta, value: value.clone() }));
        if !it.expect.is_met(now.as_ref()) {
            return Err(it.expect.conflict(&it.key));
        }
        let next = next(it, metadata.as_deref(), size)?;
        let set = |part| hash_command("HSET", &it.to_store, part, to);
        let mut commands = vec![
            with_value(set(Part::Items), value),
            with_value(set(text), Bytes::from(next.text.clone())),
        ];
        if it.removes {
            let remove = |part| hash_command("HDEL", &it.store, part, &it.key);
            commands.extend([remove(Part::Items), remove(text)]);
        }
        Ok((next, commands))
    }
}

/// The Redis keys that must not change.
fn watched(it: &RecordRewrite) -> Vec<Value> {
    let mut keys = part_keys(&it.store, &[Part::Items, Part::MetadataItems]);
    if it.store != it.to_store {
        keys.extend(part_keys(&it.to_store, &[Part::Items, Part::MetadataItems]));
    }
    keys
}

/// Whether a script may be allowed where a transaction was refused; nothing was done.
fn is_for_script(why: ErrorKind) -> bool {
    matches!(why, ErrorKind::Permission | ErrorKind::NotSupported)
}

/// The new record, given the present one.
fn next(it: &RecordRewrite, metadata: Option<&[u8]>, size: Option<u64>) -> Result<Next> {
    let meta = combine_halves(&it.key, metadata, size);
    let Some(meta) = meta else { return Err(it.expect.conflict(&it.key)) };
    let content_type = it.content_type.clone().unwrap_or(meta.content_type);
    // Crawlee infers a missing type from the value, which is bytes here.
    let content_type = match content_type.as_str() {
        "" => ContentType::BINARY,
        _ => content_type,
    };
    let bytes = usize::try_from(meta.size).unwrap_or(usize::MAX);
    let text = rewrite_record(metadata, &it.to, &content_type, bytes)?;
    let (key, size, state) = (it.to.clone(), meta.size, RecordState::Whole);
    Ok(Next { meta: RecordMeta { key, content_type, size, state }, text })
}

fn done(meta: RecordMeta, comparison: Comparison) -> Written {
    Written { records: 1, meta: Some(meta), comparison, ..Written::default() }
}
