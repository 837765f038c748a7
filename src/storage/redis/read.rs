//! Reads one record.
//!
//! Its two halves are in two hashes, and a writer may change both between two reads. So the metadata is read
//! before and after the value: where it stayed the same, and fits, it is the value's. Otherwise, and for a
//! large value, both come in one transaction, or without the value by a script.

use bytes::Bytes;
use fred::types::Value;

use super::connection::{Command, DEDICATED_ABOVE, DedicatedConnection};
use super::keys::{self, Part};
use super::scripts::script;
use super::{RedisStorage, command, reply};
use crate::model::{Error, ErrorKind, Key, Reading, Record, RecordState, Result, StoreName, Want};
use crate::storage::metadata::combine_halves;

const READ: &str = script!("read");

/// A record's raw metadata and its value.
pub(super) type Halves = (Option<Bytes>, Option<Bytes>);

type Replies = std::vec::IntoIter<Result<Value>>;

/// A record's metadata and the size of its value, read without the value.
pub(super) struct Stat {
    /// The raw metadata.
    pub(super) metadata: Option<Bytes>,
    /// The size of the value.
    pub(super) size: Option<u64>,
}

impl RedisStorage {
    /// Reads without ever touching `accessed_at`.
    pub(super) async fn read(
        &self,
        store: &StoreName,
        key: &Key,
        want: Want,
    ) -> Result<Option<Reading>> {
        if want.limit().is_some()
            && let Some(halves) = self.read_first(store, key)
        {
            return Ok(reading(key, halves, &want));
        }
        let stat = self.stat(store, key).await?;
        let fits = stat.size.zip(want.limit()).filter(|(size, limit)| size <= limit);
        let Some((size, _)) = fits else {
            let meta = combine_halves(key, stat.metadata.as_deref(), stat.size);
            // Without a value there is nothing more to read.
            let whole = stat.size.is_none() && want != Want::Meta;
            return Ok(meta.map(|meta| {
                if whole {
                    Reading::Whole(Record { meta, value: Bytes::new() })
                } else {
                    Reading::Meta(meta)
                }
            }));
        };
        Ok(reading(key, self.both_halves(store, key, size).await?, &want))
    }

    /// Reads a record without its value.
    pub(super) async fn stat(&self, store: &StoreName, key: &Key) -> Result<Stat> {
        let mut asked = stat_commands(store, key);
        asked.pop();
        let parse = |mut replies: Replies| {
            let metadata = reply::bytes(reply::next(&mut replies)?)?;
            let size = reply::integer(&reply::next(&mut replies)?)?;
            let there = reply::integer(&reply::next(&mut replies)?)? == 1;
            Ok(Stat { metadata, size: (there || size > 0).then_some(size) })
        };
        let sound = |stat: &Stat| fits(key, stat.metadata.as_deref(), stat.size);
        let (read, is_sound) = self.sandwich(&asked, &parse, sound).await?;
        if is_sound {
            return Ok(read);
        }
        match self.stat_by_script(store, key).await? {
            Some(stat) => Ok(stat),
            None => self.in_transaction(asked, parse, read).await,
        }
    }

    /// Reads a record without its value again, since its halves did not fit a moment ago.
    pub(super) async fn stat_again(&self, store: &StoreName, key: &Key) -> Result<Stat> {
        match self.stat_by_script(store, key).await? {
            Some(stat) => Ok(stat),
            None => self.stat(store, key).await,
        }
    }

    /// Reads a record without its value by one command; `None` where scripts that only read are forbidden or
    /// unknown, and where the server refuses it for another reason.
    async fn stat_by_script(&self, store: &StoreName, key: &Key) -> Result<Option<Stat>> {
        if !self.reads_by_script() {
            return Ok(None);
        }
        self.connections.count_commands(3);
        let mut parts = match self.connections.run(at_once(store, key, 0)).await {
            Ok(told) => reply::array(told)?.into_iter().map(Ok),
            Err(error) if matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout) => {
                return Err(error);
            }
            Err(error) => {
                self.refuses_read_scripts(&error);
                return Ok(None);
            }
        };
        let size = match reply::next(&mut parts)? {
            Value::Null => None,
            size => Some(reply::integer(&size)?),
        };
        let metadata = reply::bytes(reply::next(&mut parts)?)?;
        Ok(Some(Stat { metadata, size }))
    }

    /// The metadata and its value.
    pub(super) async fn both_halves(
        &self,
        store: &StoreName,
        key: &Key,
        size: u64,
    ) -> Result<Halves> {
        let metadata = hash_command("HGET", store, Part::MetadataItems, key);
        let value = hash_command("HGET", store, Part::Items, key);
        self.connections.traffic().begins(size);
        if size > DEDICATED_ABOVE {
            let dedicated = self.connections.dedicated(size).await?;
            return if self.connections.cluster() {
                one_after_the_other(&dedicated, metadata, value).await
            } else {
                both_halves_dedicated(&dedicated, metadata, value).await
            };
        }
        let parse = |mut replies: Replies| {
            let metadata = reply::bytes(reply::next(&mut replies)?)?;
            Ok((metadata, reply::bytes(reply::next(&mut replies)?)?))
        };
        self.at_one_moment(vec![metadata, value], parse, |(metadata, value)| {
            let size = value.as_ref().map(|value| value.len() as u64);
            fits(key, metadata.as_deref(), size)
        })
        .await
    }

    /// Reads the metadata and the rest as they are at one moment.
    async fn at_one_moment<T>(
        &self,
        asked: Vec<Command>,
        parse: impl Fn(Replies) -> Result<T>,
        fits: impl Fn(&T) -> bool,
    ) -> Result<T> {
        match self.sandwich(&asked, &parse, fits).await? {
            (read, true) => Ok(read),
            (read, false) => self.in_transaction(asked, parse, read).await,
        }
    }

    /// Runs the commands, with the first one, which reads the metadata, repeated at the end; returns also
    /// whether the metadata stayed the same, and fits.
    async fn sandwich<T>(
        &self,
        asked: &[Command],
        parse: impl Fn(Replies) -> Result<T>,
        fits: impl Fn(&T) -> bool,
    ) -> Result<(T, bool)> {
        let mut sandwich = asked.to_vec();
        sandwich.extend(asked.first().cloned());
        let mut replies = self.connections.pipeline(sandwich).await?;
        let after = reply::bytes(replies.pop().unwrap_or(Ok(Value::Null))?)?;
        let before = match replies.first() {
            Some(Ok(before)) => reply::bytes(before.clone())?,
            _ => None,
        };
        let read = parse(replies.into_iter())?;
        let is_sound = before == after && fits(&read);
        Ok((read, is_sound))
    }

    /// Reads in a transaction, since a writer came in between or the record is damaged; where that is
    /// impossible, `read` has to do.
    async fn in_transaction<T>(
        &self,
        asked: Vec<Command>,
        parse: impl Fn(Replies) -> Result<T>,
        read: T,
    ) -> Result<T> {
        match self.connections.transaction(asked).await {
            Ok(replies) => parse(replies.into_iter()),
            // Forbidden, or the halves are on different nodes.
            Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::Cluster) => {
                Ok(read)
            }
            Err(error) if error.kind == ErrorKind::InDoubt => {
                Err(Error::new(ErrorKind::Connection, "the connection broke before the answer"))
            }
            Err(error) => Err(error),
        }
    }
}

/// The commands of [`RedisStorage::stat`]: the metadata before and after the rest.
pub(super) fn stat_commands(store: &StoreName, key: &Key) -> Vec<Command> {
    let metadata = || hash_command("HGET", store, Part::MetadataItems, key);
    let size = hash_command("HSTRLEN", store, Part::Items, key);
    let exists = hash_command("HEXISTS", store, Part::Items, key);
    vec![metadata(), size, exists, metadata()]
}

/// The command for a record at one moment, with its value if that has at most `most` bytes.
pub(super) fn at_once(store: &StoreName, key: &Key, most: u32) -> Command {
    let keys = [Part::Items, Part::MetadataItems].map(|part| keys::key(store, part));
    let source = [Value::from(READ), Value::Integer(2)];
    let args = [bytes_of(key), Value::from(most.to_string())];
    command("EVAL_RO", source.into_iter().chain(keys).chain(args))
}

/// The wanted part of both halves.
pub(super) fn reading(key: &Key, (metadata, value): Halves, want: &Want) -> Option<Reading> {
    let size = value.as_ref().map(|value| value.len() as u64);
    let meta = combine_halves(key, metadata.as_deref(), size)?;
    let record = Record { meta, value: value.unwrap_or_default() };
    Some(match want {
        Want::Range(range) => Reading::cut(record, range),
        Want::UpTo(limit) if record.value.len() as u64 > *limit => Reading::Meta(record.meta),
        _ => Reading::Whole(record),
    })
}

/// Whether two halves may belong together.
pub(super) fn fits(key: &Key, metadata: Option<&[u8]>, size: Option<u64>) -> bool {
    combine_halves(key, metadata, size).is_none_or(|meta| meta.state == RecordState::Whole)
}

/// Reads both halves in one transaction, or, where that is forbidden, one after the other: fetching a large
/// value twice is too much.
async fn both_halves_dedicated(
    dedicated: &DedicatedConnection,
    metadata: Command,
    value: Command,
) -> Result<Halves> {
    if let Err(error) = dedicated.run(command("MULTI", [])).await {
        if error.kind != ErrorKind::Permission {
            return Err(error);
        }
        return one_after_the_other(dedicated, metadata, value).await;
    }
    dedicated.run(metadata).await?;
    dedicated.run(value).await?;
    let mut replies = reply::array(dedicated.run(command("EXEC", [])).await?)?.into_iter().map(Ok);
    let metadata = reply::bytes(reply::next(&mut replies)?)?;
    Ok((metadata, reply::bytes(reply::next(&mut replies)?)?))
}

async fn one_after_the_other(
    dedicated: &DedicatedConnection,
    metadata: Command,
    value: Command,
) -> Result<Halves> {
    let metadata = reply::bytes(dedicated.run(metadata).await?)?;
    Ok((metadata, reply::bytes(dedicated.run(value).await?)?))
}

/// A command on one field of one of a store's hashes.
pub(super) fn hash_command(
    name: &'static str,
    store: &StoreName,
    part: Part,
    key: &Key,
) -> Command {
    command(name, [keys::key(store, part), bytes_of(key)])
}

/// A record's key as an argument.
pub(super) fn bytes_of(key: &Key) -> Value {
    Value::Bytes(Bytes::copy_from_slice(key.as_bytes()))
}
