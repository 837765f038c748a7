//! Walks the keys of one store with HSCAN, or the values of many keys, never blocking the server for long.

pub(super) mod bounds;
pub(super) mod pages;
mod throttle;
pub(super) mod values;

use fred::types::Value;
use futures::stream::{self, BoxStream, StreamExt};

use self::pages::Pages;

use super::keys::{self, Part};
use super::read::hash_command;
use super::{Command, RedisStorage, command, reply};
use crate::model::{ErrorKind, Key, KeyPage, RecordState, Result, StoreName};
use crate::storage::metadata::{bad_metadata, parse_plain, parse_record};

/// The walk of one store: first the metadata, then values without metadata.
struct Walk<'a> {
    storage: &'a RedisStorage,
    store: StoreName,
    pages: Pages<'a>,
    phase: Phase,
    /// Whether values without metadata are searched for.
    with_orphans: bool,
    /// Whether any row was found.
    found: bool,
}

#[derive(PartialEq, Eq)]
enum Phase {
    Metadata,
    Orphans,
    Done,
}

impl RedisStorage {
    /// All keys, a page at a time. Where the two hashes differ in length, and the server can list
    /// keys without values (`HSCAN … NOVALUES`), the values without metadata come last.
    pub(super) fn scan(&self, store: &StoreName) -> BoxStream<'_, Result<KeyPage>> {
        self.walk(store, true)
    }

    /// As [`scan`](Self::scan), but only records with metadata, which Crawlee lists.
    pub(super) fn scan_metadata(&self, store: &StoreName) -> BoxStream<'_, Result<KeyPage>> {
        self.walk(store, false)
    }

    /// About this number of keys, by a single command.
    pub(super) fn scan_first(
        &self,
        store: &StoreName,
        count: u32,
    ) -> BoxStream<'_, Result<KeyPage>> {
        let command = hscan(keys::key(store, Part::MetadataItems), 0, count.max(1));
        let store = store.clone();
        let page = async move {
            let (cursor, fields) = reply::page(self.connections.run_bulk(command).await?)?;
            let mut page = parse_page(fields)?;
            self.measure(&store, &mut page).await?;
            page.progress = if cursor == 0 { 1.0 } else { reply::walked(cursor).min(0.999) };
            Ok(page)
        };
        stream::once(page).boxed()
    }

    fn walk(&self, store: &StoreName, with_orphans: bool) -> BoxStream<'_, Result<KeyPage>> {
        let walk = Walk {
            storage: self,
            store: store.clone(),
            pages: Pages::new(self, store, Part::MetadataItems),
            phase: Phase::Metadata,
            with_orphans,
            found: false,
        };
        stream::try_unfold(walk, |mut walk| async move {
            Ok(walk.next().await?.map(|page| (page, walk)))
        })
        .boxed()
    }

    /// Asks for the sizes of values that are missing in their metadata.
    pub(super) async fn measure(&self, store: &StoreName, page: &mut KeyPage) -> Result<()> {
        let keys = page.sizeless();
        if keys.is_empty() {
            return Ok(());
        }
        let asked = keys.iter().map(|key| hash_command("HSTRLEN", store, Part::Items, key));
        let replies = self.connections.pipeline_bulk(asked.collect()).await?.into_iter();
        // A size that may not be read stays unknown.
        page.set_sizes(replies.map(|size| size.and_then(|it| reply::integer(&it)).unwrap_or(0)));
        Ok(())
    }

    async fn lengths_differ(&self, store: &StoreName) -> Result<bool> {
        let lengths = [Part::Items, Part::MetadataItems]
            .map(|part| command("HLEN", [keys::key(store, part)]));
        let mut replies = self.connections.pipeline_bulk(lengths.into()).await?.into_iter();
        match (reply::next(&mut replies), reply::next(&mut replies)) {
            (Ok(values), Ok(records)) => Ok(reply::integer(&values)? != reply::integer(&records)?),
            // The keys have been listed: refusals of the other hash show when it is read.
            _ => Ok(false),
        }
    }

    /// The keys among these that have a value and no metadata, with the value's size.
    async fn orphans_among(&self, store: &StoreName, keys: &[Key]) -> Result<Vec<(Key, u64)>> {
        let asked = keys.iter().map(|key| hash_command("HEXISTS", store, Part::MetadataItems, key));
        let replies = self.connections.pipeline_bulk(asked.collect()).await?;
        let mut orphans = Vec::new();
        for (key, reply) in keys.iter().zip(replies) {
            if reply::integer(&reply?)? == 0 {
                // It may have been deleted, or written, since the page came.
                let again = vec![
                    hash_command("HEXISTS", store, Part::Items, key),
                    hash_command("HSTRLEN", store, Part::Items, key),
                    hash_command("HEXISTS", store, Part::MetadataItems, key),
                ];
                let mut replies = self.connections.pipeline_bulk(again).await?.into_iter();
                let there = reply::integer(&reply::next(&mut replies)?)?;
                let size = reply::integer(&reply::next(&mut replies)?)?;
                if there == 1 && reply::integer(&reply::next(&mut replies)?)? == 0 {
                    orphans.push((key.clone(), size));
                }
            }
        }
        Ok(orphans)
    }
}

impl Walk<'_> {
    async fn next(&mut self) -> Result<Option<KeyPage>> {
        loop {
            match self.phase {
                Phase::Done => return Ok(None),
                Phase::Metadata => match self.pages.next().await? {
                    Some(mut page) => {
                        self.found |= !page.is_empty();
                        page.progress = self.pages.walked();
                        return Ok(Some(page));
                    }
                    None => self.after_metadata().await?,
                },
                Phase::Orphans => match self.next_orphans().await? {
                    Some(page) => return Ok(Some(page)),
                    None => self.end().await,
                },
            }
        }
    }

    async fn after_metadata(&mut self) -> Result<()> {
        if !self.found {
            // No row was found: the store is empty, or does not exist.
            self.storage.info(&self.store).await?;
        }
        if self.with_orphans && self.storage.lengths_differ(&self.store).await? {
            self.pages = Pages::new(self.storage, &self.store, Part::Items);
            self.phase = Phase::Orphans;
        } else {
            self.end().await;
        }
        Ok(())
    }

    async fn next_orphans(&mut self) -> Result<Option<KeyPage>> {
        let found = match self.pages.next().await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            // The server does not know NOVALUES: the store's counts show that there are orphans, and reading
            // all the values to find them would cost too much.
            Err(error) if error.kind == ErrorKind::Server => return Ok(None),
            Err(error) => return Err(error),
        };
        let keys: Vec<Key> = found.iter().map(|row| Key::from(row.key)).collect();
        let mut page = KeyPage::default();
        page.progress = 1.0;
        for (key, size) in self.storage.orphans_among(&self.store, &keys).await? {
            page.push(key.as_bytes(), "", size, Some(RecordState::NoMetadata));
        }
        Ok(Some(page))
    }

    async fn end(&mut self) {
        self.storage.touch(&self.store).await;
        self.phase = Phase::Done;
    }
}

/// HSCAN of a hash from a cursor on, with about `count` entries.
pub(super) fn hscan(hash: Value, cursor: u64, count: u32) -> Command {
    let cursor = Value::from(cursor.to_string());
    command("HSCAN", [hash, cursor, Value::from("COUNT"), Value::from(count)])
}

pub(super) fn parse_page(fields: Vec<Value>) -> Result<KeyPage> {
    let mut page = KeyPage::default();
    let mut fields = fields.into_iter();
    while let (Some(key), Some(json)) = (fields.next(), fields.next()) {
        let (key, json) = (reply::bytes(key)?, reply::bytes(json)?);
        push_record(&mut page, &key.unwrap_or_default(), &json.unwrap_or_default());
    }
    Ok(page)
}

/// A page of keys alone.
fn only_keys(fields: Vec<Value>) -> Result<KeyPage> {
    let mut page = KeyPage::default();
    for key in fields {
        page.push(&reply::bytes(key)?.unwrap_or_default(), "", 0, None);
    }
    Ok(page)
}

/// Adds a record with this metadata. A missing size is read by [`RedisStorage::measure`].
pub(super) fn push_record(page: &mut KeyPage, key: &[u8], json: &[u8]) {
    match parse_plain(key, json).or_else(|| parse_record(json)) {
        Some(parsed) => {
            page.push(key, &parsed.content_type, parsed.size.unwrap_or_default(), None);
            if parsed.size.is_none() {
                page.last_is_sizeless();
            }
        }
        None => page.push(key, "", 0, Some(bad_metadata(json))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_metadata_is_listed_with_the_rest() {
        let fields = ["a", r#"{"key":"a","content_type":"text/plain","size":3}"#, "b", "{broken"];
        let page = parse_page(fields.map(Value::from).into()).unwrap();
        let rows: Vec<_> = page.iter().map(|row| row.to_meta()).collect();
        assert_eq!((rows[0].content_type.as_str(), rows[0].size), ("text/plain", 3));
        assert_eq!(rows[1].state, RecordState::BadMetadata("{broken".into()));
    }
}
