//! Reads the values of many records, a page at a time.

use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use super::folder::Folder;
use super::read::read_in;
use super::root::Root;
use super::{Toucher, blocking};
use crate::model::{Budget, Error, ErrorKind, Key, Reading, Result, StoreName, Want};

/// The storage and the keys to read.
struct Asked {
    root: Root,
    store: StoreName,
    keys: Vec<Key>,
    budget: Budget,
    toucher: Toucher,
}

/// The records of these keys in their order.
pub(super) fn scan(
    root: Root,
    store: StoreName,
    keys: Vec<Key>,
    budget: Budget,
    toucher: Toucher,
) -> BoxStream<'static, Result<Option<Reading>>> {
    let asked = Arc::new(Asked { root, store, keys, budget, toucher });
    let pages = stream::try_unfold(0, move |at| {
        let asked = Arc::clone(&asked);
        async move {
            if at >= asked.keys.len() {
                return Ok::<_, Error>(None);
            }
            let page = blocking(move || asked.page(at)).await?;
            let next = at + page.len();
            Ok(Some((page, next)))
        }
    });
    pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten().boxed()
}

impl Asked {
    /// The records from this one on, until the budget is used up.
    fn page(&self, at: usize) -> Result<Vec<Option<Reading>>> {
        let Self { root, store, keys, budget, toucher } = self;
        let folder = root.store(store)?;
        let (mut page, mut bytes) = (Vec::new(), 0);
        for key in keys.iter().skip(at).take(budget.records.max(1)) {
            let want = Want::UpTo(budget.bytes);
            let read = folder.as_ref().map_or(Ok(None), |folder| one(folder, key, &want))?;
            let read = read.map(|read| match read {
                // The beginning of a value is of no use.
                Reading::Part { meta, .. } => Reading::Meta(meta),
                read => read,
            });
            if let Some(Reading::Whole(record)) = &read {
                bytes += record.value.len() as u64;
            }
            page.push(read);
            if bytes >= budget.bytes && budget.bytes > 0 {
                break;
            }
        }
        if at + page.len() >= keys.len() {
            toucher.touch(root, store);
        }
        Ok(page)
    }
}

/// A record; without its value where only the file of that cannot be read, so that it keeps back no other
/// record. Whoever asks for it alone is told why.
fn one(folder: &Folder, key: &Key, want: &Want) -> Result<Option<Reading>> {
    let why = match read_in(folder, key, want) {
        Err(why) if matches!(why.kind, ErrorKind::Permission | ErrorKind::Io) => why,
        read => return read,
    };
    match read_in(folder, key, &Want::Meta) {
        Ok(Some(meta)) => Ok(Some(meta)),
        Ok(None) | Err(_) => Err(why),
    }
}
