//! What is done with what is set aside: each way of it, for the faults of all kinds.

use larder::model::{Aside, AsideId, ErrorKind};
use larder::storage::Storage;

/// One way to set a store aside, or to end that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    SetRecordsAside,
    SetStoreAside,
    Restore,
    RestoreStore,
    /// Where a record of the store has come back since.
    RestoreUnderNew,
    /// Where that is too large to be put over the others in one step.
    RestoreInSteps,
    Discard,
}

pub(super) const STEPS: [Step; 7] = [
    Step::SetRecordsAside,
    Step::SetStoreAside,
    Step::Restore,
    Step::RestoreStore,
    Step::RestoreUnderNew,
    Step::RestoreInSteps,
    Step::Discard,
];

impl Step {
    pub(super) fn sets_aside(self) -> bool {
        matches!(self, Self::SetRecordsAside | Self::SetStoreAside)
    }

    /// The value of the record that comes back before it, if one does.
    pub(super) fn new_value(self) -> Option<String> {
        match self {
            Self::RestoreUnderNew => Some("new".to_owned()),
            Self::RestoreInSteps => Some("new".repeat(100_000)),
            _ => None,
        }
    }

    /// What is set aside for it of this store.
    pub(super) fn aside(self, store: &str) -> Aside {
        match self {
            Self::SetStoreAside | Self::RestoreStore => Aside::Store(store.into()),
            _ => Aside::Records(store.into()),
        }
    }

    /// Does it; `id` is what was set aside before, where it needs that.
    pub(super) async fn make(
        self,
        storage: &dyn Storage,
        store: &str,
        id: Option<&AsideId>,
    ) -> Result<(), ErrorKind> {
        let made = match (self, id) {
            (Self::Discard, Some(id)) => storage.discard(id).await.map(drop),
            (_, Some(id)) => {
                storage.restore(id, &larder::model::Progress::default()).await.map(drop)
            }
            (_, None) => storage.set_aside(&self.aside(store)).await.map(drop),
        };
        made.map_err(|error| error.kind)
    }
}
