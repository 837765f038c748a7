//! Walking the keys of one store with HSCAN, never holding the server for long.

use std::time::{Duration, Instant};

use fred::types::Value;
use futures::future::{self, BoxFuture, FutureExt};
use futures::stream::{self, BoxStream, StreamExt};

use super::layout::{self, Part};
use super::read::hash_command;
use super::{RedisStorage, command, reply};
use crate::storage::metadata::{bad_metadata, parse_record};
use crate::storage::{ErrorKind, Key, KeyPage, RecordState, Result, StoreName};

/// How many entries the first page asks for; few, for a crawl may be writing.
const FIRST_COUNT: u32 = 100;
/// Past this many entries a page nothing is gained.
const LARGEST_COUNT: u32 = 1000;
/// How long one page is to hold the server.
const PAGE_TIME: Duration = Duration::from_micros(500);

/// The walk of one store: first the metadata, then what has none.
struct Walk<'a> {
    storage: &'a RedisStorage,
    store: StoreName,
    pages: Pages<'a>,
    phase: Phase,
    /// Whether values without metadata are looked for.
    with_orphans: bool,
    /// Whether any row was given.
    found: bool,
    progress: f32,
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

    /// As [`scan`](Self::scan), but only what has metadata: what Crawlee lists.
    pub(super) fn scan_metadata(&self, store: &StoreName) -> BoxStream<'_, Result<KeyPage>> {
        self.walk(store, false)
    }

    fn walk(&self, store: &StoreName, with_orphans: bool) -> BoxStream<'_, Result<KeyPage>> {
        let walk = Walk {
            storage: self,
            store: store.clone(),
            pages: Pages::new(self, layout::key(store, Part::MetadataItems), false),
            phase: Phase::Metadata,
            with_orphans,
            found: false,
            progress: 0.0,
        };
        stream::try_unfold(walk, |mut walk| async move {
            Ok(walk.next().await?.map(|page| (page, walk)))
        })
        .boxed()
    }

    async fn lengths_differ(&self, store: &StoreName) -> Result<bool> {
        let lengths = [Part::Items, Part::MetadataItems]
            .map(|part| command("HLEN", [layout::key(store, part)]));
        let mut replies = self.link.pipeline_bulk(lengths.into()).await?.into_iter();
        match (reply::next(&mut replies), reply::next(&mut replies)) {
            (Ok(values), Ok(records)) => Ok(reply::integer(&values)? != reply::integer(&records)?),
            // The keys have been listed: what the other hash refuses shows when it is read.
            _ => Ok(false),
        }
    }

    /// Those of these keys that have a value and no metadata, with the value's size.
    async fn orphans_among(&self, store: &StoreName, keys: &[Key]) -> Result<Vec<(Key, u64)>> {
        let asked = keys.iter().map(|key| hash_command("HEXISTS", store, Part::MetadataItems, key));
        let replies = self.link.pipeline_bulk(asked.collect()).await?;
        let mut orphans = Vec::new();
        for (key, reply) in keys.iter().zip(replies) {
            if reply::integer(&reply?)? == 0 {
                // It may have been deleted, or written, since the page came.
                let again = vec![
                    hash_command("HEXISTS", store, Part::Items, key),
                    hash_command("HSTRLEN", store, Part::Items, key),
                    hash_command("HEXISTS", store, Part::MetadataItems, key),
                ];
                let mut replies = self.link.pipeline_bulk(again).await?.into_iter();
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
                    Some((cursor, fields)) => {
                        let mut page = parse_page(fields)?;
                        self.found |= !page.is_empty();
                        self.progress = reply::walked(cursor).max(self.progress);
                        page.progress = self.progress;
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
            // Nothing came: an empty store, or none at all.
            self.storage.info(&self.store).await?;
        }
        if self.with_orphans && self.storage.lengths_differ(&self.store).await? {
            self.pages = Pages::new(self.storage, layout::key(&self.store, Part::Items), true);
            self.phase = Phase::Orphans;
        } else {
            self.end().await;
        }
        Ok(())
    }

    async fn next_orphans(&mut self) -> Result<Option<KeyPage>> {
        let fields = match self.pages.next().await {
            Ok(Some((_, fields))) => fields,
            Ok(None) => return Ok(None),
            // The server does not know NOVALUES: the store's counts tell that there are orphans,
            // and reading all the values to find them would cost too much.
            Err(error) if error.kind == ErrorKind::Server => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut keys = Vec::with_capacity(fields.len());
        for field in fields {
            keys.push(Key::from(&reply::bytes(field)?.unwrap_or_default()[..]));
        }
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

pub(super) fn parse_page(fields: Vec<Value>) -> Result<KeyPage> {
    let mut page = KeyPage::default();
    let mut fields = fields.into_iter();
    while let (Some(key), Some(json)) = (fields.next(), fields.next()) {
        let (key, json) = (reply::bytes(key)?, reply::bytes(json)?);
        push_record(&mut page, &key.unwrap_or_default(), &json.unwrap_or_default());
    }
    Ok(page)
}

/// Adds a record of which this is the metadata.
pub(super) fn push_record(page: &mut KeyPage, key: &[u8], json: &[u8]) {
    match parse_record(json) {
        Some(stated) => {
            page.push(key, &stated.content_type, stated.size.unwrap_or_default(), None);
        }
        None => page.push(key, "", 0, Some(bad_metadata(json))),
    }
}

/// The pages of one hash. The next one is asked for before the last is given out, so that server
/// and client work at the same time; never more than one is under way.
struct Pages<'a> {
    storage: &'a RedisStorage,
    hash: Value,
    no_values: bool,
    count: u32,
    round_trip: Option<Duration>,
    asked: Asked<'a>,
}

enum Asked<'a> {
    Nothing,
    Page(Instant, BoxFuture<'a, Result<Value>>),
    All,
}

impl<'a> Pages<'a> {
    fn new(storage: &'a RedisStorage, hash: Value, no_values: bool) -> Self {
        let (count, round_trip, asked) = (FIRST_COUNT, None, Asked::Nothing);
        Self { storage, hash, no_values, count, round_trip, asked }
    }

    /// The next cursor and the fields of a page; `None` after the last.
    async fn next(&mut self) -> Result<Option<(u64, Vec<Value>)>> {
        if matches!(self.asked, Asked::Nothing) {
            self.ask(0);
        }
        let Asked::Page(since, mut reply) = std::mem::replace(&mut self.asked, Asked::All) else {
            return Ok(None);
        };
        let reply = match futures::poll!(&mut reply) {
            // Here before it was wanted: the client is the slower one, and no time can be told.
            std::task::Poll::Ready(reply) => reply?,
            std::task::Poll::Pending => {
                let reply = reply.await?;
                self.learn(since.elapsed());
                reply
            }
        };
        let (cursor, fields) = reply::page(reply)?;
        if cursor != 0 {
            if self.round_trip.is_none() {
                self.round_trip = Some(self.storage.link.ping().await.unwrap_or_default());
            }
            self.ask(cursor);
            // A future does nothing until it is first polled.
            if let Asked::Page(since, mut reply) = std::mem::replace(&mut self.asked, Asked::All) {
                let reply = match futures::poll!(&mut reply) {
                    std::task::Poll::Ready(result) => future::ready(result).boxed(),
                    std::task::Poll::Pending => reply,
                };
                self.asked = Asked::Page(since, reply);
            }
        }
        Ok(Some((cursor, fields)))
    }

    fn ask(&mut self, cursor: u64) {
        let mut page = command(
            "HSCAN",
            [
                self.hash.clone(),
                Value::from(cursor.to_string()),
                Value::from("COUNT"),
                Value::from(self.count),
            ],
        );
        if self.no_values {
            page.args.push(Value::from("NOVALUES"));
        }
        self.asked = Asked::Page(Instant::now(), self.storage.link.run_bulk(page).boxed());
    }

    /// Makes pages larger or smaller, so that each holds the server about as long as it should.
    fn learn(&mut self, took: Duration) {
        let Some(round_trip) = self.round_trip else { return };
        self.count = next_count(self.count, took.saturating_sub(round_trip));
    }
}

fn next_count(count: u32, took: Duration) -> u32 {
    let next = if took > PAGE_TIME * 3 / 2 {
        count / 2
    } else if took < PAGE_TIME / 2 {
        count * 2
    } else {
        count
    };
    next.clamp(FIRST_COUNT, LARGEST_COUNT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_grow_while_the_server_is_quick_and_shrink_when_it_is_not() {
        let (quick, slow) = (Duration::from_micros(50), Duration::from_millis(5));
        assert_eq!(next_count(100, quick), 200);
        assert_eq!(next_count(800, quick), LARGEST_COUNT);
        assert_eq!(next_count(800, PAGE_TIME), 800);
        assert_eq!(next_count(800, slow), 400);
        assert_eq!(next_count(100, slow), FIRST_COUNT);
    }

    #[test]
    fn malformed_metadata_is_listed_with_the_rest() {
        let fields = ["a", r#"{"key":"a","content_type":"text/plain","size":3}"#, "b", "{broken"];
        let page = parse_page(fields.map(Value::from).into()).unwrap();
        let rows: Vec<_> = page.iter().map(|row| row.to_meta()).collect();
        assert_eq!((rows[0].content_type.as_str(), rows[0].size), ("text/plain", 3));
        assert_eq!(rows[1].state, RecordState::BadMetadata("{broken".into()));
    }
}
