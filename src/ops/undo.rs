//! Changes that can be undone: values are kept, stores are set aside.

use futures::stream::{self, StreamExt as _};

use crate::model::{
    Aside, AsideId, AsideInfo, AsideList, Budget, Error, ErrorKind, Expect, OpenBy, Progress,
    Reading, Record, RecordMeta, RecordState, Restored, Result, SetValue, StoreInfo, StoreName,
    Version, Want, Write,
};
use crate::storage::Storage;

use super::doubt::Doubt;
use super::kept::{Kept, OldValues};
use super::outcome::{Failed, Outcome, Performed};
use super::plan::{Plan, PlannedChange, PlannedRecord, PlannedStore, Weight};
use super::record_swap::Swap;
use super::swap::swap_each;
use super::tally::Made;
use super::words;

/// The change that a set makes: the record, and its former state by what the writer expects; `None` if that
/// is not known.
pub(super) fn swap_of(
    set: &SetValue,
    keep: &mut dyn FnMut(&Record) -> Result<Kept>,
) -> Result<Option<Swap>> {
    let record = |value: &bytes::Bytes, content_type: &crate::model::ContentType| {
        let (key, content_type) = (set.key.clone(), content_type.clone());
        let size = value.len() as u64;
        let meta = RecordMeta { key, content_type, size, state: RecordState::Whole };
        Record { meta, value: value.clone() }
    };
    let from = match &set.expected {
        Expect::Absent => None,
        Expect::Is(Version { content_type, content: crate::model::Content::Bytes(value) }) => {
            Some(keep(&record(value, content_type))?)
        }
        Expect::Anything | Expect::Is(_) => return Ok(None),
    };
    let to = Some(keep(&record(&set.value, &set.content_type))?);
    let (store, key) = (set.store.clone(), set.key.clone());
    Ok(Some(Swap { store, key, from, to, is_linked: false }))
}

/// Reads the records that are still as they were shown, and removes exactly what was read.
pub(super) async fn remove(
    storage: &dyn Storage,
    store: &StoreName,
    records: &[PlannedRecord],
    old_values: &OldValues,
    progress: &Progress,
) -> Performed {
    // Each record is read, and then removed.
    progress.begin(2 * records.len() as u64);
    let Some((swaps, mut skipped)) = read(storage, store, records, old_values, progress).await?
    else {
        let rest = Some(Box::new(Plan::delete(store.clone(), records.to_vec())));
        return Ok(Outcome { rest, ..Outcome::default() });
    };
    match swap_each(storage, &swaps, Made::Deleted, progress).await {
        Ok(mut outcome) => {
            skipped.append(&mut outcome.skipped);
            outcome.skipped = skipped;
            if outcome.records == 0 && !outcome.skipped.is_empty() && outcome.rest.is_none() {
                return Err(words::all_skipped(&outcome.skipped).into());
            }
            Ok(outcome)
        }
        Err(mut failed) => {
            if let Some(doubt) = &mut failed.doubt {
                doubt.skipped.append(&mut skipped);
            }
            Err(failed)
        }
    }
}

/// The removals, with the values, and the keys of records that have changed; `None` if it was cancelled.
async fn read(
    storage: &dyn Storage,
    store: &StoreName,
    records: &[PlannedRecord],
    old_values: &OldValues,
    progress: &Progress,
) -> Result<Option<(Vec<Swap>, Vec<crate::model::Key>)>> {
    let there = records.iter().filter_map(|record| match record {
        PlannedRecord::There(meta) => Some(meta),
        PlannedRecord::Absent(_) | PlannedRecord::Unknown(_) => None,
    });
    let shown: Vec<_> = there.collect();
    let keys = shown.iter().map(|meta| meta.key.clone()).collect();
    let mut found = storage.scan_values(store, keys, Budget::default()).zip(stream::iter(shown));
    let (mut keeping, mut swaps, mut skipped) = (old_values.change(), Vec::new(), Vec::new());
    while let Some((found, shown)) = found.next().await {
        if progress.stops() {
            return Ok(None);
        }
        progress.step(1);
        let found = match found? {
            // The value was over the budget.
            Some(Reading::Meta(_)) => storage.read(store, &shown.key, Want::Whole).await?,
            found => found,
        };
        let Some(Reading::Whole(record)) = found else { continue };
        let is_whole = matches!(record.meta.state, RecordState::Whole | RecordState::BareFile);
        if is_whole && Version::is_shown(shown, &record.meta) {
            let from: Option<Kept> = Some(keeping.keep(&record)?);
            let (store, key) = (store.clone(), shown.key.clone());
            swaps.push(Swap { store, key, from, to: None, is_linked: false });
        } else {
            skipped.push(shown.key.clone());
        }
    }
    Ok(Some((swaps, skipped)))
}

/// Sets a store or its records aside instead of removing them.
pub(super) async fn set_aside(
    storage: &dyn Storage,
    plan: &Plan,
    store: &PlannedStore,
) -> Performed {
    let is_drop = matches!(plan.change, PlannedChange::Drop(_));
    let name = store.name.clone();
    let aside = if is_drop { Aside::Store(name) } else { Aside::Records(name) };
    match storage.set_aside(&aside).await {
        Ok(info) => {
            let records = if is_drop { 1 } else { info.records };
            let replicas = info.replicas;
            let inverse = Some(Box::new(Plan::restore(info)));
            Ok(Outcome { records, replicas, inverse, ..Outcome::default() })
        }
        Err(error) if error.kind == ErrorKind::InDoubt => {
            // A later read tells the same as after a removal.
            let doubt = plan.write().map(Doubt::from);
            Err(Failed { doubt, ..Failed::from(error) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts an aside back.
pub(super) async fn restore(
    storage: &dyn Storage,
    info: &AsideInfo,
    progress: &Progress,
) -> Performed {
    let restored = storage.restore(&info.id, progress).await.map_err(|error| match error.kind {
        // Records that are back are not touched by another try.
        ErrorKind::InDoubt => {
            Error { kind: ErrorKind::Connection, ..error }.hint("do it again: nothing is lost")
        }
        _ => error,
    })?;
    let Restored { records, left, replicas } = restored;
    if progress.is_stopped() && left > 0 {
        let rest = Some(Box::new(Plan::restore(AsideInfo { records: left, ..info.clone() })));
        return Ok(Outcome { records, replicas, rest, ..Outcome::default() });
    }
    let name = info.aside.store();
    let now = storage.get_metadata(name).await.ok();
    let now = now.unwrap_or_else(|| StoreInfo { store: name.clone(), ..StoreInfo::default() });
    // If something has come since, another purge takes that too, after a question.
    let planned = if left == 0 { PlannedStore::unwritten(&now) } else { PlannedStore::from(&now) };
    let plan = match &info.aside {
        Aside::Records(_) => Plan::purge(&now, Weight::of(&now)),
        Aside::Store(_) => Plan::drop(&now, Weight::of(&now)),
    };
    let change = match &info.aside {
        Aside::Records(_) => PlannedChange::Purge(planned),
        Aside::Store(_) => PlannedChange::Drop(planned),
    };
    let inverse = Some(Box::new(Plan { change, ..plan }.undoable(true)));
    Ok(Outcome { records, replicas, inverse, left, ..Outcome::default() })
}

/// The aside of this id.
pub(super) async fn find_aside(storage: &dyn Storage, id: &AsideId) -> Result<AsideInfo> {
    let asides = storage.asides(AsideList::One(id.clone())).await?;
    asides.into_iter().next().ok_or_else(|| words::nothing_aside(id.as_str()))
}

/// Removes an aside for good.
pub(super) async fn discard(storage: &dyn Storage, info: &AsideInfo) -> Performed {
    let replicas = storage.discard(&info.id).await.map_err(|error| match error.kind {
        ErrorKind::InDoubt => error.hint(words::LIST_ASIDES),
        _ => error,
    })?;
    Ok(Outcome { records: info.records, replicas, ..Outcome::default() })
}

/// The plan that removes a store that was made.
pub(super) async fn of_create(storage: &dyn Storage, by: &OpenBy) -> Option<Box<Plan>> {
    let name = match by {
        OpenBy::Default => StoreName::from("default"),
        OpenBy::Name(name) | OpenBy::Alias(name) => StoreName::from(name.as_str()),
        OpenBy::Id(_) => return None,
    };
    let made = storage.get_metadata(&name).await.ok()?;
    made.id.as_ref()?;
    Some(Box::new(Plan::drop_empty((&made).into(), by.clone())))
}

/// Removes a store that was made, if it is empty.
pub(super) async fn drop_empty(
    storage: &dyn Storage,
    store: &PlannedStore,
    by: &OpenBy,
) -> Performed {
    let now = storage.get_metadata(&store.name).await?;
    if now.id != store.id {
        return Err(words::made_anew(&store.name).into());
    }
    let records = |info: &StoreInfo| info.records.max(info.values).unwrap_or(0);
    if records(&now) > 0 {
        return Err(words::not_empty(&store.name, records(&now)).into());
    }
    // A crawler may write in between: its records are put back.
    match storage.set_aside(&Aside::Store(store.name.clone())).await {
        Ok(info) if info.records > 0 => {
            storage.restore(&info.id, &Progress::default()).await?;
            return Err(words::not_empty(&store.name, info.records).into());
        }
        Ok(info) => drop(storage.discard(&info.id).await?),
        Err(error) if error.kind == ErrorKind::NotSupported => {
            let write = Write::Drop(store.name.clone());
            if let Err(error) = storage.write(&write).await {
                let doubt = (error.kind == ErrorKind::InDoubt).then(|| Doubt::from(write));
                return Err(Failed { doubt, ..Failed::from(error) });
            }
        }
        Err(error) => return Err(error.into()),
    }
    let inverse = Some(Box::new(Plan::create(by.clone())));
    Ok(Outcome { records: 1, inverse, ..Outcome::default() })
}
