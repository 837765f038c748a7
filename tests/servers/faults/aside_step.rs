//! The operations on asides, in each of their ways, for the faults of all kinds.

use larder::model::{Aside, AsideId, ErrorKind};
use larder::storage::Storage;

/// An operation that sets a store aside, or ends that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    SetRecordsAside,
    SetStoreAside,
    Restore,
    RestoreStore,
    /// A restore after a record of the store has come back.
    RestoreUnderNew,
    /// A restore that is too large to be put over the others in one step.
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

    /// The value of the record that comes back before the step, if one does.
    pub(super) fn new_value(self) -> Option<String> {
        match self {
            Self::RestoreUnderNew => Some("new".to_owned()),
            Self::RestoreInSteps => Some("new".repeat(100_000)),
            _ => None,
        }
    }

    /// The aside of this store that the step needs.
    pub(super) fn aside(self, store: &str) -> Aside {
        match self {
            Self::SetStoreAside | Self::RestoreStore => Aside::Store(store.into()),
            _ => Aside::Records(store.into()),
        }
    }

    /// Carries out the step; `id` is the aside from before, if it needs one.
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
