//! Reading one record.
//!
//! Its two halves lie in two hashes, and a writer may change both between two reads. So the
//! metadata is read on both sides of the value: where it stayed the same, it is the value's.

use bytes::Bytes;
use fred::types::Value;

use super::layout::{self, Part};
use super::link::Command;
use super::metadata::judge_record;
use super::{RedisStorage, command, reply};
use crate::storage::{Key, Reading, Record, RecordMeta, RecordState, Result, StoreName};

/// Above this size in bytes a value comes over a connection of its own, so that what is asked
/// meanwhile does not wait behind it.
pub(super) const ALONE_ABOVE: u64 = 4 << 20;

/// How often a record that changes under the reader is read again.
const TRIES: usize = 5;

/// A record's two halves, as far as they can be told without the value.
struct Glance {
    /// The raw metadata.
    metadata: Option<Bytes>,
    /// The size of the value.
    size: Option<u64>,
}

impl RedisStorage {
    pub(super) async fn read_meta(
        &self,
        store: &StoreName,
        key: &Key,
    ) -> Result<Option<RecordMeta>> {
        let glance = self.glance(store, key).await?;
        self.touch(store).await;
        Ok(judge_record(key, glance.metadata.as_deref(), glance.size))
    }

    pub(super) async fn read_up_to(
        &self,
        store: &StoreName,
        key: &Key,
        limit: u64,
    ) -> Result<Option<Reading>> {
        let reading = self.read_untouched(store, key, limit).await;
        self.touch(store).await;
        reading
    }

    /// Reads without ever touching `accessed_at`.
    pub(super) async fn read_untouched(
        &self,
        store: &StoreName,
        key: &Key,
        limit: u64,
    ) -> Result<Option<Reading>> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let glance = self.glance(store, key).await?;
            let Some(meta) = judge_record(key, glance.metadata.as_deref(), glance.size) else {
                return Ok(None);
            };
            match glance.size {
                None => return Ok(Some(Reading::Whole(Record { meta, value: Bytes::new() }))),
                Some(size) if size > limit => return Ok(Some(Reading::TooLarge(meta))),
                Some(size) => {
                    let (value, after) = self.value_then_metadata(store, key, size).await?;
                    let size = value.as_ref().map(|value| value.len() as u64);
                    let Some(meta) = judge_record(key, after.as_deref(), size) else {
                        return Ok(None);
                    };
                    // A wrong size is the record's own fault only if nothing moved meanwhile.
                    let settled = after == glance.metadata
                        && (size == glance.size || meta.state == RecordState::Whole);
                    if settled || tries == 0 {
                        let value = value.unwrap_or_default();
                        return Ok(Some(Reading::Whole(Record { meta, value })));
                    }
                }
            }
        }
    }

    pub(super) async fn value_exists(&self, store: &StoreName, key: &Key) -> Result<bool> {
        let exists = self.link.run(hash_command("HEXISTS", store, Part::Items, key)).await?;
        self.touch(store).await;
        Ok(reply::integer(&exists)? == 1)
    }

    async fn glance(&self, store: &StoreName, key: &Key) -> Result<Glance> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let replies = self
                .link
                .pipeline(vec![
                    hash_command("HGET", store, Part::MetadataItems, key),
                    hash_command("HSTRLEN", store, Part::Items, key),
                    hash_command("HEXISTS", store, Part::Items, key),
                    hash_command("HGET", store, Part::MetadataItems, key),
                ])
                .await?;
            let mut replies = replies.into_iter();
            let before = reply::bytes(reply::next(&mut replies)?)?;
            let size = reply::integer(&reply::next(&mut replies)?)?;
            let there = reply::integer(&reply::next(&mut replies)?)? == 1;
            let metadata = reply::bytes(reply::next(&mut replies)?)?;
            if before == metadata || tries == 0 {
                return Ok(Glance { metadata, size: (there || size > 0).then_some(size) });
            }
        }
    }

    async fn value_then_metadata(
        &self,
        store: &StoreName,
        key: &Key,
        size: u64,
    ) -> Result<(Option<Bytes>, Option<Bytes>)> {
        let value = hash_command("HGET", store, Part::Items, key);
        let metadata = hash_command("HGET", store, Part::MetadataItems, key);
        if size > ALONE_ABOVE {
            let alone = self.link.alone().await?;
            let value = reply::bytes(alone.run(value).await?)?;
            return Ok((value, reply::bytes(self.link.run(metadata).await?)?));
        }
        let mut replies = self.link.pipeline(vec![value, metadata]).await?.into_iter();
        let value = reply::bytes(reply::next(&mut replies)?)?;
        Ok((value, reply::bytes(reply::next(&mut replies)?)?))
    }
}

/// A command on one field of one of a store's hashes.
pub(super) fn hash_command(
    name: &'static str,
    store: &StoreName,
    part: Part,
    key: &Key,
) -> Command {
    command(name, [layout::key(store, part), bytes_of(key)])
}

/// A record's key as an argument.
pub(super) fn bytes_of(key: &Key) -> Value {
    Value::Bytes(Bytes::copy_from_slice(key.as_bytes()))
}
