//! Stores that a step is to empty or remove again, followed through larder's own steps before it: what others
//! write meanwhile is seen all the same.

use crate::model::{StoreInfo, StoreName};
use crate::storage::Storage;

use super::plan::{Contents, PlannedStore};

/// A store as it was before a plan was made, and as it is after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// As it was planned for, and found before.
    pub was: PlannedStore,
    /// As it is now.
    pub now: PlannedStore,
}

impl PlannedStore {
    /// The store as it is, into which nobody is to have written since.
    pub(super) fn unwritten(info: &StoreInfo) -> Self {
        let StoreInfo { records, bytes, written_at, modified_at, .. } = *info;
        let contents = Contents { records, files: bytes.zip(written_at) };
        Self { modified_at, contents, ..Self::from(info) }
    }
}

/// Those of the stores that are as they were planned for.
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

/// The same stores, each with what it has become.
pub(super) async fn become_now(storage: &dyn Storage, found: Vec<PlannedStore>) -> Box<[Followed]> {
    let mut all = Vec::new();
    for was in found {
        if let Some(now) = look(storage, &was.name).await {
            all.push(Followed { was, now });
        }
    }
    all.into()
}

/// A store as it is, where it says when it was written to last.
async fn look(storage: &dyn Storage, store: &StoreName) -> Option<PlannedStore> {
    let info = storage.get_metadata(store).await.ok()?;
    info.modified_at.is_some().then(|| PlannedStore::unwritten(&info))
}
