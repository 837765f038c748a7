//! Makes changes of records whose former states are known.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{
    Commit, Committed, Done, Error, ErrorKind, Key, Progress, Result, StoreName, Want, Write,
};
use crate::storage::Storage;

use super::doubt::Doubt;
use super::outcome::{Failed, Outcome, Performed};
use super::plan::{Plan, Turn};
use super::record_swap::{Fate, Swap};
use super::tally::Made;
use super::words;

/// Limit on the records that one call removes.
const AT_ONCE: usize = 100;
/// Limit on the records that one call sets: a storage sets one after the other, so that more would gain
/// nothing, and would only delay a cancellation.
const SET_AT_ONCE: usize = 16;
/// Approximate limit on the values that one call sends, in bytes.
const BYTES: u64 = 4 << 20;

/// The plan that undoes these changes, the last one first.
pub(super) fn undo(made: &[Swap]) -> Option<Box<Plan>> {
    let turned: Arc<[Swap]> = made.iter().rev().map(Swap::turned).collect();
    (!turned.is_empty()).then(|| Box::new(Plan::swap(turned)))
}

/// Makes the changes whose records are still as expected.
pub(super) async fn swap(
    storage: &dyn Storage,
    swaps: &[Swap],
    turn: Option<Turn>,
    progress: &Progress,
) -> Performed {
    progress.begin(swaps.len() as u64);
    let outcome = swap_each(storage, swaps, Made::Changed, progress).await?;
    if outcome.records == 0 && !outcome.skipped.is_empty() && outcome.rest.is_none() {
        let Outcome { skipped, fates, anew, .. } = outcome;
        let error = words::all_changed(&skipped, &fates, turn.filter(|_| anew.is_some()));
        return Err(Failed { anew, ..error.into() });
    }
    Ok(outcome)
}

/// The same, but no error if none of them is. `made` says how the changes are named.
pub(super) async fn swap_each(
    storage: &dyn Storage,
    swaps: &[Swap],
    made: Made,
    progress: &Progress,
) -> Performed {
    let mut so_far = SoFar::default();
    let mut rest = swaps;
    while !rest.is_empty() {
        if linked(swaps).is_none() && progress.stops() {
            so_far.outcome.rest = Some(Box::new(Plan::swap(rest.into())));
            break;
        }
        let (batch, others) = rest.split_at(batch(rest));
        rest = others;
        let failed = match change(storage, batch, &mut so_far).await {
            Ok(failed) => failed,
            Err(error) => Some((error, Vec::new())),
        };
        progress.step(batch.len() as u64);
        if let Some((error, lost)) = failed {
            let removes = swaps.iter().all(|swap| swap.to.is_none());
            let made = if removes { Made::Deleted } else { made };
            return Err(so_far.failed(swaps, made, error, &lost));
        }
        if batch.iter().any(|swap| swap.is_linked) && !so_far.outcome.skipped.is_empty() {
            break;
        }
    }
    let inverse = undo(&so_far.changed);
    let SoFar { outcome, anew, gone, .. } = so_far;
    // A change that was stopped goes on without these records.
    let sets_anew = !anew.is_empty() && outcome.rest.is_none();
    let anew = sets_anew.then(|| Box::new(Plan::swap(anew.into())));
    Ok(Outcome { gone, anew, inverse, ..outcome })
}

/// The results so far.
#[derive(Default)]
struct SoFar {
    outcome: Outcome,
    /// The changes that were made.
    changed: Vec<Swap>,
    /// Records whose changes were not made, as they have changed or are gone.
    over: HashSet<(StoreName, Key)>,
    /// Number of removals that had nothing to remove.
    gone: u64,
    /// For records that are gone, the changes that set them anew.
    anew: Vec<Swap>,
}

/// The changes of a batch that were sent and not answered.
type Lost<'a> = Vec<(&'a Swap, Commit)>;

impl SoFar {
    /// The failure that ends the run, with the writes in doubt.
    fn failed(self, swaps: &[Swap], made: Made, error: Error, lost: &Lost<'_>) -> Failed {
        let rest = self.left(swaps);
        let Self { outcome, mut changed, gone, .. } = self;
        let Outcome { records: done, skipped, fates, .. } = outcome;
        let (all, pair) = (swaps.len() as u64, linked(swaps));
        let unsent = all - done - gone - (skipped.len() + lost.len()) as u64;
        changed.extend(lost.iter().map(|(swap, _)| Swap::clone(swap)));
        let inverse = undo(&changed);
        let error = match &pair {
            Some((first, second)) if done > 0 => words::half_made(first, second, error),
            Some(_) => error,
            None => words::so_far(done, all, made, error),
        };
        let doubt = doubt(lost, made).map(|doubt| {
            let doubt = Doubt { inverse: inverse.clone(), rest: rest.clone(), ..doubt };
            if pair.is_some() {
                // The two writes of a linked change are reported as a pair.
                return Doubt { pair, ..doubt };
            }
            let each = (all > 1 && made != Made::Deleted).then_some(made);
            let done = if each.is_some() { done + gone } else { done };
            Doubt { done, all, unsent, skipped, fates, each, ..doubt }
        });
        Failed { error, doubt, inverse, rest, anew: None }
    }

    /// The plan for changes that were neither made nor found impossible; linked changes are never in it.
    fn left(&self, swaps: &[Swap]) -> Option<Box<Plan>> {
        let made: HashSet<_> = self.changed.iter().map(|swap| (&swap.store, &swap.key)).collect();
        let over: HashSet<_> = self.over.iter().map(|(store, key)| (store, key)).collect();
        let is_over = |swap: &Swap| {
            let name = (&swap.store, &swap.key);
            made.contains(&name) || over.contains(&name) || swap.is_linked
        };
        let left: Arc<[Swap]> = swaps.iter().filter(|swap| !is_over(swap)).cloned().collect();
        (!left.is_empty()).then(|| Box::new(Plan::swap(left)))
    }
}

async fn change<'a>(
    storage: &dyn Storage,
    batch: &'a [Swap],
    so_far: &mut SoFar,
) -> Result<Option<(Error, Lost<'a>)>> {
    let Some(Swap { store, .. }) = batch.first() else { return Ok(None) };
    let commits: Vec<_> =
        batch.iter().zip(0..).map(|(swap, id)| swap.commit(id)).collect::<Result<_>>()?;
    let committed = storage.commit(store, &commits).await?;
    let (mut failed, mut lost): (Option<Error>, _) = (None, Vec::new());
    let SoFar { outcome, changed, over, gone, anew } = so_far;
    for ((swap, commit), committed) in batch.iter().zip(commits).zip(committed) {
        let Committed { result, replicas, comparison, .. } = committed;
        match result {
            Ok(Done::NothingThere) => {
                *gone += 1;
                over.insert((swap.store.clone(), swap.key.clone()));
            }
            Ok(done) => {
                outcome.records += 1;
                outcome.replicas = replicas;
                outcome.comparison = outcome.comparison.max(comparison);
                let mut swap = swap.clone();
                if let Done::Put(meta) = done {
                    swap.to = swap.to.map(|kept| kept.stored(&meta));
                    outcome.meta = Some(meta);
                }
                changed.push(swap);
            }
            Err(error) if error.kind == ErrorKind::Conflict => {
                let fate = match found(storage, swap).await {
                    Found::Made if !swap.is_linked => {
                        outcome.records += 1;
                        changed.push(swap.clone());
                        continue;
                    }
                    Found::Made => Fate::Changed,
                    Found::Left(fate) => fate,
                };
                if fate == Fate::Gone && swap.to.is_some() && !swap.is_linked {
                    anew.push(Swap { from: None, ..swap.clone() });
                }
                outcome.fates.insert(swap.key.clone(), fate);
                outcome.skipped.push(swap.key.clone());
                over.insert((swap.store.clone(), swap.key.clone()));
            }
            Err(error) => {
                // A write in doubt is reported before one that was refused.
                if error.kind == ErrorKind::InDoubt {
                    lost.push((swap, commit));
                    failed = failed.filter(|failed| failed.kind == ErrorKind::InDoubt);
                }
                failed.get_or_insert(error);
            }
        }
    }
    Ok(failed.map(|error| (error, lost)))
}

/// The state of a record that is not what it was.
enum Found {
    /// It is what it is to be, by an earlier try whose answer was lost.
    Made,
    /// It is something else.
    Left(Fate),
}

async fn found(storage: &dyn Storage, swap: &Swap) -> Found {
    let Ok(now) = storage.read(&swap.store, &swap.key, Want::Whole).await else {
        return Found::Left(Fate::Unknown);
    };
    if swap.is_made(now.as_ref()) {
        return Found::Made;
    }
    Found::Left(match (&swap.from, now) {
        (Some(_), None) => Fate::Gone,
        (None, Some(_)) => Fate::Come,
        (Some(_), Some(_)) => Fate::Changed,
        // The record was there a moment before.
        (None, None) => Fate::Unknown,
    })
}

/// The keys of two linked changes.
fn linked(swaps: &[Swap]) -> Option<(Key, Key)> {
    let [first, second] = swaps else { return None };
    (first.is_linked && second.is_linked).then(|| (first.key.clone(), second.key.clone()))
}

/// Number of changes that one call takes, all of one store.
fn batch(swaps: &[Swap]) -> usize {
    let Some(first) = swaps.first().filter(|first| !first.is_linked) else { return 1 };
    let sets = swaps.iter().take(SET_AT_ONCE).any(|swap| swap.to.is_some());
    let at_once = if sets { SET_AT_ONCE } else { AT_ONCE };
    let mut bytes = 0;
    let fits = swaps.iter().take(at_once).take_while(|swap| {
        bytes += swap.to.as_ref().map_or(0, |kept| kept.size);
        bytes <= BYTES && swap.store == first.store
    });
    fits.count().max(1)
}

/// The writes that were lost: removals alone are one write; otherwise each record is one.
fn doubt(lost: &Lost<'_>, made: Made) -> Option<Doubt> {
    let mut writes = lost.iter().map(|(swap, commit)| commit.as_write(&swap.store));
    let mut write = writes.next()?;
    if let (Write::Delete { keys, .. }, Made::Deleted) = (&mut write, made) {
        *keys = lost.iter().map(|(swap, _)| swap.key.clone()).collect();
        return Some(Doubt::from(write));
    }
    Some(Doubt { others: writes.collect(), ..Doubt::from(write) })
}
