//! Makes a plan: just what was shown, and nothing that has changed since.

use futures::FutureExt as _;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::model::{
    Error, ErrorKind, Key, Reading, RecordMeta, RecordState, Result, StoreName, Want, Write,
};
use crate::storage::Storage;

use super::plan::AT_ONCE;
use super::{Doubt, Outcome, Plan, PlannedChange, PlannedRecord, PlannedStore, words};

/// Why a plan was not made, or not seen to be made.
#[derive(Debug)]
pub struct Failed {
    /// What to say.
    pub error: Error,
    /// What was sent, where its answer was lost: for [`resolve`](super::resolve()).
    pub doubt: Option<Doubt>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, doubt: None }
    }
}

/// Makes a plan. The future must be polled to its end.
///
/// # Errors
/// What the storage says; [`ErrorKind::Conflict`] if nothing is left of the plan, because all of it
/// has changed since.
pub async fn perform(storage: &dyn Storage, plan: &Plan) -> std::result::Result<Outcome, Failed> {
    let Some(mut write) = plan.write() else { return Ok(Outcome::default()) };
    let mut skipped = Vec::new();
    match &plan.change {
        PlannedChange::Delete { store, records } => {
            let looked = look_at(storage, store, records).await?;
            let changed = records.iter().zip(&looked).filter(|(_, look)| **look == Look::Changed);
            skipped = changed.map(|(record, _)| record.key().clone()).collect();
            if !skipped.is_empty() {
                let same = records.iter().zip(&looked).filter(|(_, look)| **look == Look::Same);
                let keys: Vec<Key> = same.map(|(record, _)| record.key().clone()).collect();
                if keys.is_empty() {
                    return Err(words::all_skipped(&skipped).into());
                }
                write = Write::Delete { store: store.clone(), keys };
            }
        }
        PlannedChange::Purge(store) | PlannedChange::Drop(store) => is_same(storage, store).await?,
        PlannedChange::Create(_) | PlannedChange::Set(_) | PlannedChange::Repair(..) => {}
    }
    match storage.write(&write).await {
        Ok(written) => Ok(Outcome { skipped, ..Outcome::from(written) }),
        Err(error) if error.kind == ErrorKind::InDoubt => {
            Err(Failed { error, doubt: Some(Doubt { write, skipped }) })
        }
        Err(error) => Err(error.into()),
    }
}

/// What a record of a plan is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// As it was planned for, as far as that can be seen.
    Same,
    /// Not as it was planned for.
    Changed,
    /// Not there.
    Gone,
}

async fn look_at(
    storage: &dyn Storage,
    store: &StoreName,
    records: &[PlannedRecord],
) -> Result<Vec<Look>> {
    // Boxed, for a task may hold them.
    let looks = records.iter().map(|record| look(storage, store, record).boxed());
    let looks: Vec<_> = looks.collect();
    stream::iter(looks).buffered(AT_ONCE).try_collect().await
}

async fn look(storage: &dyn Storage, store: &StoreName, record: &PlannedRecord) -> Result<Look> {
    let shown = match record {
        PlannedRecord::There(meta) => meta,
        PlannedRecord::Absent(_) => return Ok(Look::Gone),
        PlannedRecord::Unknown(_) => return Ok(Look::Same),
    };
    let now = storage.read(store, &shown.key, Want::Meta).await;
    match now.map(|now| now.map(Reading::into_meta)) {
        Ok(Some(now)) if is_other(shown, &now) => Ok(Look::Changed),
        Ok(Some(_)) => Ok(Look::Same),
        Ok(None) => Ok(Look::Gone),
        // What may not be looked at can be deleted all the same.
        Err(why) if why.kind == ErrorKind::Permission => Ok(Look::Same),
        Err(why) => Err(why),
    }
}

/// Whether two looks at a record of one key saw different records. What a list shows is what the
/// metadata says; the value itself is looked at only later.
fn is_other(shown: &RecordMeta, now: &RecordMeta) -> bool {
    let Some(new) = said_size(now) else { return false };
    if shown.state == RecordState::NotRead {
        return false;
    }
    shown.content_type != now.content_type || said_size(shown).is_some_and(|old| old != new)
}

/// The size that sound metadata says.
fn said_size(meta: &RecordMeta) -> Option<u64> {
    match meta.state {
        RecordState::Whole => Some(meta.size),
        RecordState::WrongSize(said) => Some(said),
        _ => None,
    }
}

/// Refuses a store that was dropped and made anew since the plan.
async fn is_same(storage: &dyn Storage, planned: &PlannedStore) -> Result<()> {
    if planned.id.is_none() {
        return Ok(());
    }
    match storage.get_metadata(&planned.name).await {
        Ok(now) if now.id.is_some() && now.id != planned.id => Err(words::made_anew(&planned.name)),
        // What cannot be looked at, the write itself says.
        _ => Ok(()),
    }
}
