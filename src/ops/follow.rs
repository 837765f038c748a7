//! Follows stores that a step is to empty or remove again through larder's own earlier steps, so that writes
//! of others in between are still seen.

use crate::model::{StoreInfo, StoreName};
use crate::storage::Storage;

use super::plan::{Contents, PlannedStore};

/// A store before a plan was carried out, and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The store as it was planned for, and found before.
    pub was: PlannedStore,
    /// The store as it is now.
    pub now: PlannedStore,
}

impl PlannedStore {
    /// The store as it is, with the condition that nobody has written to it since.
    pub(super) fn unwritten(info: &StoreInfo) -> Self {
        let StoreInfo { records, bytes, written_at, modified_at, .. } = *info;
        let contents = Contents { records, files: bytes.zip(written_at) };
        Self { modified_at, contents, ..Self::from(info) }
    }
}

/// The stores that are still as they were planned for.
pub(super) async fn unwritten(
    storage: &dyn Storage,
    planned: &[PlannedStore],
) -> Vec<PlannedStore> {
    let mut same = Vec::new();
    for was in planned {
        if look(storage, &was.name).await.as_ref() == Some(was) {
            same.push(was.clone());
        }
    }
    same
}

/// The same stores, each with its present state.
pub(super) async fn become_now(storage: &dyn Storage, found: Vec<PlannedStore>) -> Box<[Followed]> {
    let mut all = Vec::new();
    for was in found {
        if let Some(now) = look(storage, &was.name).await {
            all.push(Followed { was, now });
        }
    }
    all.into()
}

/// A store's present state, if it tells when it was last written to.
async fn look(storage: &dyn Storage, store: &StoreName) -> Option<PlannedStore> {
    let info = storage.get_metadata(store).await.ok()?;
    info.modified_at.is_some().then(|| PlannedStore::unwritten(&info))
}
