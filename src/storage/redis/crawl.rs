//! What lies beside the stores on the same server: request queues, datasets, and what crawlers
//! keep of themselves in the default store.
//!
//! Two round trips on the second connection, of which the server feels little: lengths and one page
//! of each index first, then the metadata of what these name. No hash is read whole.

use std::vec;

use fred::types::Value;

use super::layout::{self, Beside, Part};
use super::read::hash_command;
use super::{RedisStorage, command, reply};
use crate::storage::crawl::{Crawler, LONGEST, MOST};
use crate::storage::{Crawl, Error, ErrorKind, Key, Result, Section, StorageInfo, StoreName};

/// Crawlee's own name for the store that it opens when none is named.
const DEFAULT: &str = "default";
/// About how many names one page of an index brings: more than are shown, for where an index had
/// more names before, a page brings few.
const PAGE: u32 = 256;

const TOO_LARGE: &str = "the record is too large to be looked at again and again";

type Replies = vec::IntoIter<Result<Value>>;

impl RedisStorage {
    pub(super) async fn look_beside(&self) -> Result<Crawl> {
        let store = StoreName::from(DEFAULT);
        let places = Crawler::places();
        let mut asked = Vec::new();
        for kind in [Beside::Queues, Beside::Datasets] {
            let index = Value::from(kind.name_to_id());
            asked.push(command("HLEN", [index.clone()]));
            let page = [index, Value::from("0"), Value::from("COUNT"), Value::from(PAGE)];
            asked.push(command("HSCAN", page));
        }
        for (key, _) in &places {
            // Whatever is there under such a key, an immense value is not fetched.
            asked.push(hash_command("HSTRLEN", &store, Part::Items, &Key::from(key.as_str())));
        }
        let mut replies = self.link.pipeline_bulk(asked).await?.into_iter();
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

        let mut asked = Vec::new();
        for (kind, section) in [(Beside::Queues, &queues), (Beside::Datasets, &datasets)] {
            asked.extend(
                section.rows.iter().map(|row| command("JSON.GET", [kind.metadata(&row.name)])),
            );
        }
        if !wanted.is_empty() {
            let mut fields = vec![layout::key(&store, Part::Items)];
            fields.extend(wanted.iter().map(|(key, _)| Value::from(key.as_str())));
            asked.push(command("HMGET", fields));
        }
        let mut replies = self.link.pipeline_bulk(asked).await?.into_iter();
        describe(&mut queues, &mut replies)?;
        describe(&mut datasets, &mut replies)?;
        let records = replies.next().unwrap_or(Ok(Value::Null)).and_then(reply::array);
        match records {
            Ok(records) => {
                for ((_, crawler), record) in wanted.into_iter().zip(records) {
                    // It may have gone since.
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

/// What the index of one kind names: of very many only some.
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
    // Every other one is an id.
    for name in reply::page(page)?.1.into_iter().step_by(2) {
        let name = StoreName::from(&reply::bytes(name)?.unwrap_or_default()[..]);
        section.rows.push(StorageInfo { name, ..StorageInfo::default() });
    }
    section.rows.sort_by(|a, b| a.name.cmp(&b.name));
    section.rows.truncate(MOST);
    section.total = length.max(section.rows.len() as u64);
    Ok(section)
}

/// Adds what the metadata says.
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
