//! Questions to any storage, whatever its backend.

use futures::TryStreamExt as _;
use futures::stream::{BoxStream, StreamExt as _};

use super::Storage;
use crate::model::{Error, ErrorKind, Key, KeyPage, Result, StoreInfo, StoreList, StoreName};

/// All stores in the indexes, in one go.
///
/// # Errors
/// The indexes cannot be read.
pub async fn all_stores(storage: &dyn Storage) -> Result<Vec<StoreInfo>> {
    let mut steps = storage.stores(StoreList::Indexed);
    let mut stores = Vec::new();
    while let Some(step) = steps.next().await {
        stores = step?.1;
    }
    Ok(stores)
}

/// An error that says that there is no such record, or no such store.
pub async fn no_record(storage: &dyn Storage, store: &StoreName, key: &Key) -> Error {
    no_store(storage, store).await.unwrap_or_else(|| Error::no_record(store, key))
}

/// An error that says that there is no such store, or can be none, if so; where this user may not ask, the
/// store counts as present.
pub async fn no_store(storage: &dyn Storage, store: &StoreName) -> Option<Error> {
    let why = storage.get_metadata(store).await.err()?;
    matches!(why.kind, ErrorKind::NotFound | ErrorKind::NoJsonModule).then_some(why)
}

/// The keys of a walk that start with `prefix`.
pub(super) fn narrow(
    pages: BoxStream<'_, Result<KeyPage>>,
    prefix: Vec<u8>,
) -> BoxStream<'_, Result<KeyPage>> {
    if prefix.is_empty() {
        return pages;
    }
    let kept = pages.map_ok(move |page| {
        let mut kept = KeyPage::default();
        kept.progress = page.progress;
        for row in page.iter().filter(|row| row.key.starts_with(&prefix)) {
            kept.push_row(&row);
        }
        kept
    });
    kept.boxed()
}
