//! Makes the plan of an operation.

use futures::stream::TryStreamExt as _;

use crate::model::{Budget, Error, ErrorKind, Key, Result, StoreInfo, StoreName};
use crate::storage::{Storage, no_repair};

use super::operation::Operation;
use super::plan::{Plan, PlannedChange, PlannedRecord, Weight};
use super::rewrite::{self, RewriteKind};
use super::undo;
use super::written_back::written_back;

/// Makes the plan of an operation. Changes nothing.
///
/// # Errors
/// The storage's error. There is a plan also for what may not be read, and for a store that is not there, as
/// something may be left of it; [`Plan::problem`] says so.
pub async fn plan(storage: &dyn Storage, operation: &Operation) -> Result<Plan> {
    Ok(match operation {
        Operation::Create(by) => Plan::create(by.clone()),
        Operation::Set(set) => Plan::set(set.clone()),
        Operation::Delete { store, keys } => plan_delete(storage, store, keys).await?,
        Operation::Rename { store, key, to, overwrite } => {
            let kind = RewriteKind::Rename;
            plan_rewrite(storage, kind, [store, store], [key, to], *overwrite).await?
        }
        Operation::Copy { store, key, to_store, to, overwrite } => {
            let kind = RewriteKind::Copy;
            plan_rewrite(storage, kind, [store, to_store], [key, to], *overwrite).await?
        }
        Operation::Retype { store, key, content_type } => {
            let kind = RewriteKind::Retype(content_type.clone());
            plan_rewrite(storage, kind, [store, store], [key, key], false).await?
        }
        Operation::Purge(store) => {
            let (info, problem) = look_at(storage, store).await?;
            Plan { problem, ..Plan::purge(&info, Weight::of(&info)) }
        }
        Operation::Drop(store) => {
            let (info, problem) = look_at(storage, store).await?;
            Plan { problem, ..Plan::drop(&info, Weight::of(&info)) }
        }
        Operation::Restore(id) => {
            let plan = Plan::restore(undo::find_aside(storage, id).await?);
            Plan { reversible: false, ..plan }
        }
        Operation::Discard(id) => Plan::discard(undo::find_aside(storage, id).await?),
        Operation::Repair(store) => {
            let repair = storage.get_metadata(store).await?.repair;
            if repair.is_none() && !storage.server().await?.repairs() {
                return Err(no_repair(store));
            }
            Plan::repair(store.clone(), repair.map(|repair| *repair).transpose()?)
        }
    })
}

async fn plan_rewrite(
    storage: &dyn Storage,
    kind: RewriteKind,
    stores: [&StoreName; 2],
    keys: [&Key; 2],
    overwrite: bool,
) -> Result<Plan> {
    let plan = Plan::rewrite(rewrite::plan(storage, kind, stores, keys, overwrite).await?);
    let [store, to_store] = stores;
    // The copied record stays as it is.
    let is_changed =
        !matches!(&plan.change, PlannedChange::Rewrite(it) if it.kind == RewriteKind::Copy);
    let changed = is_changed.then_some(keys[0]);
    let warning = match written_back(storage, store, changed).await {
        None => written_back(storage, to_store, [keys[1]]).await,
        warning => warning,
    };
    Ok(plan.warned(warning))
}

async fn plan_delete(storage: &dyn Storage, store: &StoreName, keys: &[Key]) -> Result<Plan> {
    // With a budget of no bytes, only the metadata comes.
    let budget = Budget { bytes: 0, ..Budget::default() };
    let found: Result<Vec<_>> =
        storage.scan_values(store, keys.to_vec(), budget).try_collect().await;
    let (found, problem) = match found {
        Ok(found) => (found.into_iter().map(Some).collect(), None),
        Err(why) if why.kind == ErrorKind::Permission => (vec![None; keys.len()], Some(why)),
        Err(why) => return Err(why),
    };
    let records = keys.iter().zip(found).map(|(key, found)| match found {
        Some(Some(found)) => PlannedRecord::There(found.into_meta()),
        Some(None) => PlannedRecord::Absent(key.clone()),
        None => PlannedRecord::Unknown(key.clone()),
    });
    let records: Vec<_> = records.collect();
    let there = records.iter().filter(|record| !matches!(record, PlannedRecord::Absent(_)));
    let warning = written_back(storage, store, there.map(PlannedRecord::key)).await;
    Ok(Plan { problem, ..Plan::delete(store.clone(), records).warned(warning) })
}

/// The metadata of a store, and why it is not known, if so.
async fn look_at(storage: &dyn Storage, store: &StoreName) -> Result<(StoreInfo, Option<Error>)> {
    match storage.get_metadata(store).await {
        Ok(info) => Ok((info, None)),
        Err(why) if matches!(why.kind, ErrorKind::Permission | ErrorKind::NotFound) => {
            let info = StoreInfo { store: store.clone(), ..StoreInfo::default() };
            Ok((info, Some(why)))
        }
        Err(why) => Err(why),
    }
}
