//! Carries out a plan: exactly what was shown, except what has changed since.

use crate::model::{
    Change, Commit, Committed, Done, ErrorKind, Expect, Progress, RecordMeta, RecordState, Result,
    SetValue, StoreName, Version, Write, WriteId,
};
use crate::storage::Storage;

use super::doubt::Doubt;
use super::kept::OldValues;
use super::outcome::{Failed, Outcome, Performed};
use super::plan::{Plan, PlannedChange, PlannedRecord, PlannedStore};
use super::tally::Made;
use super::{follow, rewriting, set_many, swap, undo, words};

/// Limit on the records that one call removes.
const AT_ONCE: usize = 500;

/// Carries out a plan, for good. The future must be polled to its end.
///
/// # Errors
/// The storage's error; [`ErrorKind::Conflict`] if nothing is left of the plan, because all of it has changed
/// since.
pub async fn perform(storage: &dyn Storage, plan: &Plan) -> Performed {
    perform_kept(storage, plan, &OldValues::nothing()).await
}

/// Carries out a plan; if it is [`reversible`](Plan::reversible), the old values are kept, or set aside, and
/// [`Outcome::inverse`] puts them back.
///
/// # Errors
/// As [`perform`]; if the old values cannot be kept, nothing is changed.
pub async fn perform_kept(storage: &dyn Storage, plan: &Plan, old_values: &OldValues) -> Performed {
    perform_in_steps(storage, plan, old_values, &Progress::default()).await
}

/// Carries out a plan like [`perform_kept`]. If it is one [`in steps`](Plan::is_in_steps), `progress` tells
/// how far it is, and can stop it: then [`Outcome::rest`] is what was not made.
///
/// # Errors
/// As [`perform_kept`].
pub async fn perform_in_steps(
    storage: &dyn Storage,
    plan: &Plan,
    old_values: &OldValues,
    progress: &Progress,
) -> Performed {
    let before = follow::unwritten(storage, &plan.follows).await;
    let mut outcome = make(storage, plan, old_values, progress).await?;
    outcome.followed = follow::become_now(storage, before).await;
    Ok(outcome)
}

async fn make(
    storage: &dyn Storage,
    plan: &Plan,
    old_values: &OldValues,
    progress: &Progress,
) -> Performed {
    let keeps = old_values.keeps() && plan.reversible;
    match &plan.change {
        PlannedChange::Set(set) => return put(storage, set, old_values, keeps).await,
        PlannedChange::SetMany(sets) => {
            return set_many::set_many(storage, sets, old_values, keeps).await;
        }
        PlannedChange::Delete { store, records } if keeps => {
            return undo::remove(storage, store, records, old_values, progress).await;
        }
        PlannedChange::Delete { store, records } => {
            return remove(storage, store, records, progress).await;
        }
        PlannedChange::Rewrite(it) => {
            return rewriting::write_anew(storage, it, old_values, keeps).await;
        }
        PlannedChange::Swap(swaps) => {
            let turn = plan.step.as_ref().map(|(turn, _)| *turn);
            return swap::swap(storage, swaps, turn, progress).await;
        }
        PlannedChange::Restore(info) => return undo::restore(storage, info, progress).await,
        PlannedChange::Discard(info) => return undo::discard(storage, info).await,
        PlannedChange::DropEmpty(store, by) => return undo::drop_empty(storage, store, by).await,
        PlannedChange::Purge(store) | PlannedChange::Drop(store) => {
            is_same(storage, store).await?;
            if keeps {
                return undo::set_aside(storage, plan, store).await;
            }
        }
        PlannedChange::Create(_) | PlannedChange::Repair(..) => {}
    }
    let Some(write) = plan.write() else { return Ok(Outcome::default()) };
    match storage.write(&write).await {
        Ok(written) => {
            let mut outcome = Outcome::from(written);
            if let (PlannedChange::Create(by), true, true) =
                (&plan.change, keeps, outcome.records > 0)
            {
                outcome.inverse = undo::of_create(storage, by).await;
            }
            Ok(outcome)
        }
        Err(error) if error.kind == ErrorKind::InDoubt => {
            Err(Failed { doubt: Some(Doubt::from(write)), ..Failed::from(error) })
        }
        Err(error) => Err(error.into()),
    }
}

/// Sets a record if it is still what it was.
async fn put(
    storage: &dyn Storage,
    set: &SetValue,
    old_values: &OldValues,
    keeps: bool,
) -> Performed {
    let commit = Commit {
        id: WriteId::default(),
        key: set.key.clone(),
        expect: set.expected.clone().shortened(),
        change: Change::Put(set.value.clone(), set.content_type.clone()),
    };
    let mut keeping = old_values.change();
    let kept = if keeps { undo::swap_of(set, &mut |it| keeping.keep(it))? } else { None };
    let inverse = |meta: Option<&RecordMeta>| {
        let mut swap = kept.clone()?;
        if let Some(meta) = meta {
            swap.to = swap.to.map(|to| to.stored(meta));
        }
        swap::undo(&[swap])
    };
    let committed = storage.commit(&set.store, std::slice::from_ref(&commit)).await?;
    let mut outcome = Outcome::default();
    for Committed { result, replicas, comparison, .. } in committed {
        match result {
            Ok(Done::Put(meta)) => {
                outcome.inverse = inverse(Some(&meta));
                outcome = Outcome { records: 1, meta: Some(meta), replicas, comparison, ..outcome };
            }
            Ok(Done::Removed | Done::NothingThere) => {}
            Err(error) if error.kind == ErrorKind::InDoubt => {
                let doubt = Doubt { inverse: inverse(None), ..commit.as_write(&set.store).into() };
                return Err(Failed { doubt: Some(doubt), ..Failed::from(error) });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(outcome)
}

/// Removes the records that are still as they were shown.
async fn remove(
    storage: &dyn Storage,
    store: &StoreName,
    records: &[PlannedRecord],
    progress: &Progress,
) -> Performed {
    let there: Vec<_> =
        records.iter().filter(|record| !matches!(record, PlannedRecord::Absent(_))).collect();
    progress.begin(there.len() as u64);
    if there.is_empty() {
        // A store that may not be written is refused all the same.
        storage.commit(store, &[]).await?;
    }
    let mut outcome = Outcome::default();
    let (mut lost, mut unsent, mut failed) = (Vec::new(), 0, None);
    let mut rest = &there[..];
    while !rest.is_empty() && failed.is_none() && !progress.stops() {
        let (batch, others) = rest.split_at(rest.len().min(AT_ONCE));
        rest = others;
        let commits: Vec<_> = batch.iter().zip(0..).map(removal).collect();
        let committed = match storage.commit(store, &commits).await {
            Ok(committed) => committed,
            Err(error) => {
                unsent += batch.len() as u64;
                failed = Some(error);
                break;
            }
        };
        progress.step(batch.len() as u64);
        for (Commit { key, .. }, committed) in commits.iter().zip(committed) {
            let Committed { result, replicas, comparison, .. } = committed;
            match result {
                Ok(Done::Removed) => {
                    outcome.records += 1;
                    outcome.comparison = outcome.comparison.max(comparison);
                    outcome.replicas = replicas;
                }
                Ok(Done::NothingThere) => outcome.gone += 1,
                Ok(Done::Put(_)) => {}
                Err(error) if error.kind == ErrorKind::Conflict => {
                    outcome.skipped.push(key.clone());
                }
                Err(error) => {
                    if error.kind == ErrorKind::InDoubt {
                        lost.push(key.clone());
                    } else {
                        unsent += 1;
                    }
                    failed.get_or_insert(error);
                }
            }
        }
    }
    let (done, all) = (outcome.records, there.len() as u64);
    if let Some(error) = failed {
        unsent += rest.len() as u64;
        let error = words::so_far(done, all, Made::Deleted, error);
        let write = Write::Delete { store: store.clone(), keys: lost };
        let doubt = Doubt { done, all, unsent, skipped: outcome.skipped, ..Doubt::from(write) };
        let doubt = (error.kind == ErrorKind::InDoubt).then_some(doubt);
        return Err(Failed { doubt, ..Failed::from(error) });
    }
    if !rest.is_empty() {
        let rest = rest.iter().copied().cloned().collect();
        outcome.rest = Some(Box::new(Plan::delete(store.clone(), rest)));
    } else if done == 0 && !outcome.skipped.is_empty() {
        return Err(words::all_skipped(&outcome.skipped).into());
    }
    Ok(outcome)
}

/// The removal of a record as it was shown.
fn removal((record, id): (&&PlannedRecord, u64)) -> Commit {
    let expect = match record {
        // A record that may not be read can be deleted all the same.
        PlannedRecord::Absent(_) | PlannedRecord::Unknown(_) => Expect::Anything,
        PlannedRecord::There(meta) if meta.state == RecordState::NotRead => Expect::Anything,
        // A list shows what the metadata says; the value itself is read only later.
        PlannedRecord::There(meta) => Expect::Is(Version::of_meta(meta)),
    };
    Commit { id: WriteId(id), key: record.key().clone(), expect, change: Change::Remove }
}

/// Refuses a store that was dropped and made anew since the plan.
pub(super) async fn is_same(storage: &dyn Storage, planned: &PlannedStore) -> Result<()> {
    if planned.id.is_none() && planned.modified_at.is_none() {
        return Ok(());
    }
    match storage.get_metadata(&planned.name).await {
        Ok(now) if now.id.is_some() && planned.id.is_some() && now.id != planned.id => {
            Err(words::made_anew(&planned.name))
        }
        Ok(now) if planned.modified_at.is_some() => {
            let PlannedStore { modified_at, contents, .. } = PlannedStore::unwritten(&now);
            let same = (modified_at, contents) == (planned.modified_at, planned.contents);
            if same { Ok(()) } else { Err(words::written_since(&planned.name)) }
        }
        // If the store cannot be read, the write itself fails with the reason.
        _ => Ok(()),
    }
}
