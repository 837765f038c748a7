//! What lies beside the stores in the same directory: request queues, datasets, and what crawlers
//! keep of themselves in the default store. All of this blocks.

use super::fault;
use super::folder::{Folder, Root};
use super::names::{self, Kind, METADATA};
use super::record::read_text;
use crate::storage::crawl::{Crawler, LONGEST, MOST};
use crate::storage::{
    Crawl, Dataset, Error, ErrorKind, Queue, Result, Section, StoreName, Timestamp,
};

/// A look at all of it.
pub(super) fn look(root: &Root) -> Result<Crawl> {
    root.check()?;
    let crawlers = match root.store(&StoreName::from("default")) {
        Ok(Some(store)) => crawlers(&store),
        Ok(None) => Section::default(),
        Err(error) => Section::failed(told(error)?),
    };
    Ok(Crawl {
        crawlers,
        queues: section(root, "request_queues", Queue::read, Queue::bare)?,
        datasets: section(root, "datasets", Dataset::read, Dataset::bare)?,
    })
}

/// The directories in this one, each with what its metadata says. Crawlee for JavaScript writes
/// none: there the number of files tells something.
fn section<T>(
    root: &Root,
    kind: &str,
    read: fn(StoreName, std::result::Result<&[u8], String>) -> T,
    bare: fn(StoreName, u64, Timestamp) -> T,
) -> Result<Section<T>> {
    let listed = root.beside(kind).and_then(|folder| {
        let mut names = Vec::new();
        if let Some(folder) = &folder {
            folder.each_name(|name, kind| {
                if kind.is_dir() || kind.is_symlink() {
                    names.push(StoreName::from(name));
                }
            })?;
        }
        Ok((folder, names))
    });
    let (folder, mut names) = match listed {
        Ok((Some(folder), names)) => (folder, names),
        Ok((None, _)) => return Ok(Section::default()),
        Err(error) => return Ok(Section::failed(told(error)?)),
    };
    let mut total = names.len() as u64;
    names.sort();
    names.truncate(MOST);
    let mut rows = Vec::with_capacity(names.len());
    for name in names {
        let own = match folder.folder(name.as_bytes()) {
            Ok(Some(own)) => own,
            Ok(None) => {
                // Removed meanwhile.
                total -= 1;
                continue;
            }
            Err(error) => {
                rows.push(read(name, Err(told(error)?)));
                continue;
            }
        };
        rows.push(match text(&own, METADATA) {
            Some(metadata) => read(name, metadata.as_deref().map_err(Clone::clone)),
            None => match files(&own) {
                Ok((files, modified)) => bare(name, files, modified),
                Err(error) => read(name, Err(told(error)?)),
            },
        });
    }
    Ok(Section { rows, total, fault: None })
}

/// How many requests or items there are, and when the last came.
fn files(folder: &Folder) -> Result<(u64, Timestamp)> {
    let mut files = 0;
    folder.each_name(|name, kind| {
        files += u64::from(kind.is_file() && names::kind(name) == Kind::Value);
    })?;
    Ok((files, Timestamp::from_micros(folder.own_facts()?.modified)))
}

/// The crawlers that keep statistics in this store.
fn crawlers(store: &Folder) -> Section<Crawler> {
    let mut rows = Vec::new();
    for (key, crawler) in Crawler::places() {
        // As Crawlee for Python names the file, and as the one for JavaScript does.
        let record =
            text(store, key.as_bytes()).or_else(|| text(store, format!("{key}.json").as_bytes()));
        if let Some(record) = record {
            rows.push(crawler.read(record.as_deref().map_err(Clone::clone)));
        }
    }
    Section { total: rows.len() as u64, rows, fault: None }
}

/// What is in a small file, or why it cannot be read; `None` if it is not there.
fn text(folder: &Folder, name: &[u8]) -> Option<std::result::Result<Vec<u8>, String>> {
    match read_text(folder, name) {
        Ok(None) => None,
        Ok(Some((text, true))) if text.len() as u64 <= LONGEST => Some(Ok(text)),
        Ok(Some(_)) => Some(Err("the file is immense".to_owned())),
        Err(why) => Some(Err(fault::words(why))),
    }
}

/// Passes on what concerns the whole program; anything else is told in its place.
fn told(error: Error) -> Result<String> {
    match error.kind {
        ErrorKind::Damaged | ErrorKind::Permission | ErrorKind::Usage => Ok(error.problem),
        _ => Err(error),
    }
}
