//! What lies beside the stores on the same server: request queues, datasets, and what crawlers
//! keep of themselves in the default store.
//!
//! Two round trips on the second connection, of which the server feels little: lengths and one page
//! of each index first, then the metadata of what these name. No hash is read whole.

use std::iter;

use bytes::Bytes;
use fred::types::Value;

use super::layout::{self, Beside, Part};
use super::link::Command;
use super::read::hash_command;
use super::{RedisStorage, command, reply};
use crate::storage::crawl::{Crawler, LONGEST, MOST};
use crate::storage::{Crawl, Dataset, Error, ErrorKind, Key, Queue, Result, Section, StoreName};

/// Crawlee's own name for the store that it opens when none is named.
const DEFAULT: &str = "default";
/// At most so many pages of an index are asked for: a hash may give empty ones.
const PAGES: usize = 8;

type Replies = iter::Peekable<std::vec::IntoIter<Result<Value>>>;

impl RedisStorage {
    pub(super) async fn look_beside(&self) -> Result<Crawl> {
        let store = StoreName::from(DEFAULT);
        let places: Vec<_> = Crawler::places().collect();
        let mut asked = Vec::new();
        for kind in [Beside::Queues, Beside::Datasets] {
            asked.push(command("HLEN", [Value::from(kind.name_to_id())]));
            asked.push(page(kind, 0));
        }
        // Whatever is there under such a key, an immense value is not fetched.
        let keys = places.iter().map(|(key, _)| Key::from(key.as_str()));
        asked.extend(keys.map(|key| hash_command("HSTRLEN", &store, Part::Items, &key)));
        let mut replies = self.link.pipeline_bulk(asked).await?.into_iter().peekable();
        let queues = self.names(Beside::Queues, &mut replies).await?;
        let datasets = self.names(Beside::Datasets, &mut replies).await?;
        let mut crawlers = Section::default();
        let mut sizes = Vec::new();
        for ((key, crawler), size) in places.into_iter().zip(replies) {
            match size.and_then(|size| reply::integer(&size)) {
                Ok(0) => {}
                Ok(size) => sizes.push((key, crawler, size)),
                Err(error) => crawlers.fault = Some(told(error)?),
            }
        }

        let metadata = |kind: Beside, names: &Section<StoreName>| -> Vec<_> {
            names.rows.iter().map(|name| command("JSON.GET", [kind.metadata(name)])).collect()
        };
        let mut asked = metadata(Beside::Queues, &queues);
        asked.extend(metadata(Beside::Datasets, &datasets));
        let small = sizes.iter().filter(|(.., size)| *size <= LONGEST);
        let mut fields = vec![layout::key(&store, Part::Items)];
        fields.extend(small.map(|(key, ..)| Value::from(key.as_str())));
        if fields.len() > 1 {
            asked.push(command("HMGET", fields));
        }
        let mut replies = self.link.pipeline_bulk(asked).await?.into_iter().peekable();
        let queues = described(queues, &mut replies, Queue::read)?;
        let datasets = described(datasets, &mut replies, Dataset::read)?;
        let records = match replies.next().transpose() {
            Ok(records) => reply::array(records.unwrap_or(Value::Null))?,
            Err(error) => {
                crawlers.fault = Some(told(error)?);
                sizes.clear();
                Vec::new()
            }
        };
        let mut records = records.into_iter();
        for (_, crawler, size) in sizes {
            let record = if size > LONGEST {
                Some(Err("the record is too large to be looked at again and again".to_owned()))
            } else {
                // It may have gone since.
                reply::bytes(records.next().unwrap_or(Value::Null))?.map(Ok)
            };
            if let Some(record) = record {
                crawlers.rows.push(crawler.read(record.as_deref().map_err(Clone::clone)));
            }
        }
        crawlers.total = crawlers.rows.len() as u64;
        Ok(Crawl { crawlers, queues, datasets })
    }

    /// The names of one kind, from the replies about its index: of very many only some.
    async fn names(&self, kind: Beside, replies: &mut Replies) -> Result<Section<StoreName>> {
        let (length, first) = (reply::next(replies), reply::next(replies));
        let (total, mut page_now) = match length.and_then(|length| Ok((length, first?))) {
            Ok((length, first)) => (reply::integer(&length)?, first),
            Err(error) => return Ok(Section::failed(told(error)?)),
        };
        let mut names = Vec::new();
        for _ in 0..PAGES {
            let (next, entries) = reply::page(page_now)?;
            // Every other one is an id.
            for name in entries.into_iter().step_by(2) {
                names.push(StoreName::from(reply::bytes(name)?.unwrap_or_default().to_vec()));
            }
            if next == 0 || names.len() >= MOST {
                break;
            }
            page_now = self.link.run_bulk(page(kind, next)).await?;
        }
        names.sort();
        names.dedup();
        names.truncate(MOST);
        Ok(Section { total: total.max(names.len() as u64), rows: names, fault: None })
    }
}

/// Asks for one page of an index.
fn page(kind: Beside, cursor: u64) -> Command {
    let cursor = cursor.to_string();
    let index = Value::from(kind.name_to_id());
    command("HSCAN", [index, Value::from(cursor), Value::from("COUNT"), Value::from(MOST as u32)])
}

/// What the metadata says of each name.
fn described<T>(
    names: Section<StoreName>,
    replies: &mut Replies,
    read: fn(StoreName, std::result::Result<&[u8], String>) -> T,
) -> Result<Section<T>> {
    let mut rows = Vec::with_capacity(names.rows.len());
    for name in names.rows {
        let metadata: std::result::Result<Bytes, String> =
            match reply::next(replies).and_then(reply::bytes) {
                Ok(Some(json)) => Ok(json),
                Ok(None) => Err("it has no metadata".to_owned()),
                Err(error) => Err(told(error)?),
            };
        rows.push(read(name, metadata.as_deref().map_err(Clone::clone)));
    }
    Ok(Section { rows, total: names.total, fault: names.fault })
}

/// Passes on what concerns the whole server; anything else is told in its place.
fn told(error: Error) -> Result<String> {
    match error.kind {
        ErrorKind::WrongType
        | ErrorKind::Damaged
        | ErrorKind::Server
        | ErrorKind::Permission
        | ErrorKind::NotSupported
        | ErrorKind::NoJsonModule => Ok(error.problem),
        _ => Err(error),
    }
}
