//! Puts records back one by one where the server forbids scripts.

use bytes::Bytes;
use fred::types::Value;

use super::super::connection::DEDICATED_ABOVE;
use super::super::keys::Part;
use super::super::read::{bytes_of, hash_command};
use super::super::unscripted::{touches, whole, with_value};
use super::super::{RedisStorage, command, reply};
use super::AsideKeys;
use super::restore::{Next, Step};
use crate::model::{ErrorKind, Key, Result, Timestamp};

/// Approximate number of bytes of values in one transaction.
const BATCH_BYTES: usize = 256 << 10;
/// Limit on the keys that are listed at once where they cannot be listed in steps.
const FEW: u64 = 10_000;

/// A record to put back.
struct Kept {
    key: Key,
    value: Option<Bytes>,
    metadata: Option<Bytes>,
}

impl RedisStorage {
    /// Puts back some of the records that the store does not have. The halves of each are set first, and
    /// taken from the aside once they are there.
    pub(super) async fn restore_step_without_script(
        &self,
        keys: &AsideKeys,
        part: Part,
        cursor: u64,
        count: u32,
        at: Timestamp,
    ) -> Result<Step> {
        let hash = if part == Part::Items { &keys.items } else { &keys.metadata_items };
        let mut args = vec![hash.clone(), Value::from(cursor.to_string())];
        args.extend([Value::from("COUNT"), Value::from(count)]);
        if part == Part::Items {
            args.push(Value::from("NOVALUES"));
        }
        let page = match self.connections.run_bulk(command("HSCAN", args)).await {
            // An older server cannot list keys without values.
            Err(error) if error.kind == ErrorKind::Server && part == Part::Items => {
                (0, self.few_keys(hash).await?)
            }
            page => reply::page(page?)?,
        };
        let (next, fields) = page;
        let step = if part == Part::Items { 1 } else { 2 };
        let names = fields.into_iter().step_by(step);
        let names: Result<Vec<Key>> =
            names.map(|name| Ok(Key::from(&reply::bytes(name)?.unwrap_or_default()[..]))).collect();
        let names = names?;
        let there = self.are_there(&keys.store, &names).await?;
        let (mut moved, mut batch, mut bytes) = (0, Vec::new(), 0);
        for (key, _) in names.into_iter().zip(there).filter(|(_, there)| !there) {
            let kept = self.read_kept(keys, key).await?;
            bytes += kept.value.as_ref().map_or(0, Bytes::len);
            batch.push(kept);
            if bytes > BATCH_BYTES {
                moved += self.put_back(keys, &std::mem::take(&mut batch), at).await?;
                bytes = 0;
            }
        }
        moved += self.put_back(keys, &batch, at).await?;
        if self.kept_records(keys).await? == 0 {
            self.unlink_aside_without_script(keys, false).await?;
            return Ok(Step { next: Next::Gone, moved, took: None });
        }
        Ok(Step { next: Next::At(next), moved, took: None })
    }

    /// All keys of a hash, or none where listing them at once would block the server.
    async fn few_keys(&self, hash: &Value) -> Result<Vec<Value>> {
        let length = self.connections.run_bulk(command("HLEN", [hash.clone()])).await?;
        if reply::integer(&length)? > FEW {
            return Ok(Vec::new());
        }
        match self.connections.run_bulk(command("HKEYS", [hash.clone()])).await {
            Err(error) if error.kind == ErrorKind::Permission => Ok(Vec::new()),
            keys => reply::array(keys?),
        }
    }

    async fn read_kept(&self, keys: &AsideKeys, key: Key) -> Result<Kept> {
        let field = |name, hash: &Value| command(name, [hash.clone(), bytes_of(&key)]);
        let size = self.connections.run_bulk(field("HSTRLEN", &keys.items)).await?;
        let size = reply::integer(&size)?;
        let value = field("HGET", &keys.items);
        let value = if size > DEDICATED_ABOVE {
            self.connections.dedicated(size).await?.run(value).await?
        } else {
            self.connections.run_bulk(value).await?
        };
        let metadata = self.connections.run_bulk(field("HGET", &keys.metadata_items)).await?;
        let (value, metadata) = (reply::bytes(value)?, reply::bytes(metadata)?);
        Ok(Kept { key, value, metadata })
    }

    /// Puts back records that the store lacks, and takes those that are there then from the aside.
    async fn put_back(&self, keys: &AsideKeys, batch: &[Kept], at: Timestamp) -> Result<u64> {
        let (mut commands, mut counts) = (Vec::new(), Vec::new());
        for kept in batch {
            let halves = [(Part::Items, &kept.value), (Part::MetadataItems, &kept.metadata)];
            let before = commands.len();
            for (part, half) in halves {
                if let Some(half) = half {
                    let set = hash_command("HSETNX", &keys.store, part, &kept.key);
                    commands.push(with_value(set, half.clone()));
                }
            }
            counts.push(commands.len() - before);
        }
        if commands.is_empty() {
            return Ok(0);
        }
        // A record that may not be taken from the aside is not put back: no record's key contains this id.
        for hash in [&keys.items, &keys.metadata_items] {
            commands.push(command("HDEL", [hash.clone(), keys.marker.clone()]));
        }
        commands.extend(touches(&keys.store, at));
        let mut replies = whole(self.connections.transaction(commands).await?)?.into_iter();
        let mut taken = Vec::new();
        for (kept, count) in batch.iter().zip(counts) {
            let mut put = count > 0;
            for reply in replies.by_ref().take(count) {
                put &= reply::integer(&reply)? == 1;
            }
            // Another writer's record that came in between stays, and so does the older one.
            if put {
                taken.push(bytes_of(&kept.key));
            }
        }
        if taken.is_empty() {
            return Ok(0);
        }
        let records = taken.len() as u64;
        let commands = [&keys.items, &keys.metadata_items]
            .map(|hash| command("HDEL", [hash.clone()].into_iter().chain(taken.iter().cloned())));
        whole(self.connections.transaction(commands.into()).await?)?;
        Ok(records)
    }
}
