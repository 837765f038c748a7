//! The other storages in the same directory: request queues, datasets, and the statistics of crawlers in the
//! default store. All of this blocks.

use super::folder::Folder;
use super::folder::read_text;
use super::names::METADATA;
use super::os_error;
use super::root::Root;
use super::store_info;
use crate::model::{Crawl, Error, ErrorKind, Result, Section, StorageInfo, StoreName};
use crate::model::{Crawler, crawl::LONGEST, crawl::MOST};

/// Reads all of them.
pub(super) fn look(root: &Root) -> Result<Crawl> {
    root.check()?;
    let mut crawlers = Section::default();
    match root.store(&StoreName::from("default")) {
        Ok(Some(store)) => crawlers.rows = statistics(&store),
        Ok(None) => {}
        Err(error) => crawlers.fault = Some(told(error)?),
    }
    crawlers.total = crawlers.rows.len() as u64;
    let mut queues = section(root, "request_queues")?;
    // Where Crawlee for JavaScript writes no metadata, the files of each were counted as items.
    for queue in &mut queues.rows {
        queue.total = queue.total.or(queue.items.take());
    }
    Ok(Crawl { crawlers, queues, datasets: section(root, "datasets")? })
}

/// The directories in this one, each with the facts in its metadata.
fn section(root: &Root, kind: &str) -> Result<Section<StorageInfo>> {
    let mut section = Section::default();
    let listed = root.subfolder(kind).and_then(|folder| {
        let names = folder.as_ref().map(store_info::names).transpose()?;
        Ok(folder.zip(names))
    });
    let (folder, mut names) = match listed {
        Ok(Some(listed)) => listed,
        Ok(None) => return Ok(section),
        Err(error) => {
            section.fault = Some(told(error)?);
            return Ok(section);
        }
    };
    section.total = names.len() as u64;
    names.truncate(MOST);
    for name in names {
        match folder
            .folder(name.as_bytes())
            .and_then(|own| own.map(|own| info(&own, &name)).transpose())
        {
            Ok(Some(info)) => section.rows.push(info),
            // The directory was removed meanwhile.
            Ok(None) => section.total -= 1,
            Err(error) => section.rows.push(StorageInfo::read(name, Err(told(error)?))),
        }
    }
    Ok(section)
}

/// The facts in the metadata; without any, the number of files and the time of the newest.
fn info(folder: &Folder, name: &StoreName) -> Result<StorageInfo> {
    if let Some(metadata) = text(folder, METADATA) {
        return Ok(StorageInfo::read(name.clone(), metadata.as_deref().map_err(Clone::clone)));
    }
    let files = store_info::of_folder(folder, name.clone())?;
    Ok(StorageInfo {
        name: files.store,
        items: files.records,
        modified_at: files.modified_at,
        ..StorageInfo::default()
    })
}

/// The statistics of crawlers in this store.
fn statistics(store: &Folder) -> Vec<Crawler> {
    let mut rows = Vec::new();
    for (key, crawler) in Crawler::places() {
        // The name of the file in Crawlee for Python, and in that for JavaScript.
        let bare = format!("{key}.json");
        let record = text(store, key.as_bytes()).or_else(|| text(store, bare.as_bytes()));
        if let Some(record) = record {
            rows.push(crawler.read(record.as_deref().map_err(Clone::clone)));
        }
    }
    rows
}

/// The contents of a small file, or why it cannot be read; `None` if it is not there.
fn text(folder: &Folder, name: &[u8]) -> Option<std::result::Result<Vec<u8>, String>> {
    match read_text(folder, name) {
        Ok(None) => None,
        Ok(Some((text, true))) if text.len() as u64 <= LONGEST => Some(Ok(text)),
        Ok(Some(_)) => Some(Err("the file is immense".to_owned())),
        Err(why) => Some(Err(os_error::words(why))),
    }
}

/// Returns an error that concerns the whole program; turns any other into words.
fn told(error: Error) -> Result<String> {
    match error.kind {
        ErrorKind::Damaged | ErrorKind::Permission | ErrorKind::Usage => Ok(error.problem),
        _ => Err(error),
    }
}
