//! The other storages on the same server: request queues, datasets, and the statistics of crawlers in the
//! default store.
//!
//! Two round trips on the second connection, which cost the server little: lengths and one page of each index
//! first, then the metadata of the named storages. No hash is read whole.

use std::vec;

use fred::types::Value;

use super::connection::Command;
use super::keys::{self, Part, SiblingKind};
use super::read::hash_command;
use super::scan::hscan;
use super::{RedisStorage, reply};
use crate::model::{Crawl, Error, ErrorKind, Key, Result, Section, StorageInfo, StoreName};
use crate::model::{Crawler, crawl::LONGEST, crawl::MOST};

/// Crawlee's own name for the store that it opens without a name.
const DEFAULT: &str = "default";
/// Approximate number of names in one page of an index: more than are shown, since an index that once had
/// more names gives small pages.
const PAGE: u32 = 256;

const TOO_LARGE: &str = "the record is too large to be looked at again and again";

type Replies = vec::IntoIter<Result<Value>>;

impl RedisStorage {
    pub(super) async fn crawl(&self) -> Result<Crawl> {
        let store = StoreName::from(DEFAULT);
        let places = Crawler::places();
        let asked = first_commands(&store, &places);
        let mut replies = self.connections.pipeline_bulk(asked).await?.into_iter();
        let mut queues = names(&mut replies)?;
        let mut datasets = names(&mut replies)?;
        let mut crawlers = Section::default();
        let mut wanted = Vec::new();
        for ((key, crawler), size) in places.into_iter().zip(replies) {
            match size.and_then(|size| reply::integer(&size)) {
                Ok(0) => {}
                Ok(1..=LONGEST) => wanted.push((key, crawler)),
                Ok(_) => crawlers.rows.push(crawler.read(Err(TOO_LARGE.to_owned()))),
                Err(error) => crawlers.fault = Some(told(error)?),
            }
        }

        let asked = second_commands(&store, &wanted, &queues, &datasets);
        let mut replies = self.connections.pipeline_bulk(asked).await?.into_iter();
        describe(&mut queues, &mut replies)?;
        describe(&mut datasets, &mut replies)?;
        let records = replies.next().unwrap_or(Ok(Value::Null)).and_then(reply::array);
        match records {
            Ok(records) => {
                for ((_, crawler), record) in wanted.into_iter().zip(records) {
                    // The record may have been deleted since.
                    if let Some(record) = reply::bytes(record)? {
                        crawlers.rows.push(crawler.read(Ok(&record)));
                    }
                }
            }
            Err(error) => crawlers.fault = Some(told(error)?),
        }
        crawlers.total = crawlers.rows.len() as u64;
        Ok(Crawl { crawlers, queues, datasets })
    }
}

/// Commands for the lengths and pages of the indexes, and for the sizes of possible statistics: an immense
/// value under such a key is not fetched.
fn first_commands(store: &StoreName, places: &[(String, Crawler)]) -> Vec<Command> {
    let mut asked = Vec::new();
    for kind in [SiblingKind::Queues, SiblingKind::Datasets] {
        let index = Value::from(kind.name_to_id());
        asked.push(Command { name: "HLEN", args: vec![index.clone()] });
        asked.push(hscan(index, 0, PAGE));
    }
    for (key, _) in places {
        asked.push(hash_command("HSTRLEN", store, Part::Items, &Key::from(key.as_str())));
    }
    asked
}

/// Commands for the named storages, and for the statistics of crawlers.
fn second_commands(
    store: &StoreName,
    wanted: &[(String, Crawler)],
    queues: &Section<StorageInfo>,
    datasets: &Section<StorageInfo>,
) -> Vec<Command> {
    let mut asked = Vec::new();
    for (kind, section) in [(SiblingKind::Queues, queues), (SiblingKind::Datasets, datasets)] {
        for row in &section.rows {
            asked.push(Command { name: "JSON.GET", args: vec![kind.metadata(&row.name)] });
        }
    }
    if !wanted.is_empty() {
        let mut args = vec![keys::key(store, Part::Items)];
        for (key, _) in wanted {
            args.push(Value::from(key.as_str()));
        }
        asked.push(Command { name: "HMGET", args });
    }
    asked
}

/// The names in the index of one kind; of very many only some.
fn names(replies: &mut Replies) -> Result<Section<StorageInfo>> {
    let (length, page) = (reply::next(replies), reply::next(replies));
    let mut section = Section::default();
    let (length, page) = match (length, page) {
        (Ok(length), Ok(page)) => (reply::integer(&length)?, page),
        (Err(error), _) | (_, Err(error)) => {
            section.fault = Some(told(error)?);
            return Ok(section);
        }
    };
    let mut names = Vec::new();
    let mut entries = reply::page(page)?.1.into_iter();
    while let (Some(name), Some(_id)) = (entries.next(), entries.next()) {
        names.push(StoreName::from(reply::bytes(name)?.unwrap_or_default().to_vec()));
    }
    names.sort_unstable();
    names.truncate(MOST);
    section.total = length.max(names.len() as u64);
    for name in names {
        section.rows.push(StorageInfo { name, ..StorageInfo::default() });
    }
    Ok(section)
}

/// Adds the facts in the metadata.
fn describe(section: &mut Section<StorageInfo>, replies: &mut Replies) -> Result<()> {
    for row in &mut section.rows {
        let metadata = match reply::next(replies).and_then(reply::bytes) {
            Ok(metadata) => metadata.ok_or_else(|| "it has no metadata".to_owned()),
            Err(error) => Err(told(error)?),
        };
        let name = std::mem::take(&mut row.name);
        *row = StorageInfo::read(name, metadata.as_deref().map_err(Clone::clone));
    }
    Ok(())
}

/// Returns an error that concerns the whole server; turns any other into words.
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
