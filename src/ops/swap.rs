//! Makes changes of records that know what was there before.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::{
    Commit, Committed, Done, Error, ErrorKind, Key, Progress, Result, Want, Write,
};
use crate::storage::Storage;

use super::outcome::{Doubt, Failed, Outcome, Performed};
use super::plan::Plan;
use super::record_swap::Swap;
use super::words;

/// Records that are removed by one call at most.
const AT_ONCE: usize = 100;
/// Records that are set by one call at most: a storage sets one after the other, so that more gain nothing,
/// and only make whoever cancels wait.
const SET_AT_ONCE: usize = 16;
/// Bytes of values that are sent by one call, about.
const BYTES: u64 = 4 << 20;

/// The plan that turns these changes around, the last one first.
pub(super) fn undo(made: &[Swap]) -> Option<Box<Plan>> {
    let turned: Arc<[Swap]> = made.iter().rev().map(Swap::turned).collect();
    (!turned.is_empty()).then(|| Box::new(Plan::swap(turned)))
}

/// Makes those changes whose records are still what they are expected to be.
pub(super) async fn swap(storage: &dyn Storage, swaps: &[Swap], progress: &Progress) -> Performed {
    progress.begin(swaps.len() as u64);
    let outcome = swap_each(storage, swaps, progress).await?;
    if outcome.records == 0 && !outcome.skipped.is_empty() && outcome.rest.is_none() {
        return Err(words::all_skipped(&outcome.skipped).into());
    }
    Ok(outcome)
}

/// The same, also if none of them is.
pub(super) async fn swap_each(
    storage: &dyn Storage,
    swaps: &[Swap],
    progress: &Progress,
) -> Performed {
    let (mut outcome, mut made) = (Outcome::default(), Vec::new());
    let mut rest = swaps;
    while !rest.is_empty() {
        if linked(swaps).is_none() && progress.stops() {
            outcome.rest = Some(Box::new(Plan::swap(rest.into())));
            break;
        }
        let (batch, others) = rest.split_at(batch(rest));
        rest = others;
        let failed = match change(storage, batch, &mut outcome, &mut made).await {
            Ok(failed) => failed,
            Err(error) => Some((error, Vec::new())),
        };
        progress.step(batch.len() as u64);
        let Some((error, lost)) = failed else {
            if batch.iter().any(|swap| swap.is_linked) && !outcome.skipped.is_empty() {
                break;
            }
            continue;
        };
        let (done, all) = (outcome.records, swaps.len() as u64);
        let left = left(swaps, &made, &outcome.skipped);
        made.extend(lost.iter().map(|(swap, _)| Swap::clone(swap)));
        let doubt = doubt(&lost).map(|doubt| {
            let unsent = all - done - (outcome.skipped.len() + lost.len()) as u64;
            let inverse = undo(&made);
            let pair = linked(swaps);
            // What is linked is told by the pair.
            let (done, all, unsent) = if pair.is_some() { (0, 1, 0) } else { (done, all, unsent) };
            let (skipped, rest) = (outcome.skipped, left.clone());
            Doubt { done, all, unsent, skipped, pair, inverse, rest, ..doubt }
        });
        let error = match linked(swaps) {
            Some((first, second)) if done > 0 => words::half_made(&first, &second, error),
            Some(_) => error,
            None => words::so_far(done, all, is_removal(swaps), error),
        };
        return Err(Failed { error, doubt, inverse: undo(&made), rest: left });
    }
    outcome.inverse = undo(&made);
    Ok(outcome)
}

/// What was neither made nor found changed, and is not one with what was made.
fn left(swaps: &[Swap], made: &[Swap], skipped: &[Key]) -> Option<Box<Plan>> {
    let made: HashSet<_> = made.iter().map(|swap| (&swap.store, &swap.key)).collect();
    let skipped: HashSet<_> = skipped.iter().collect();
    let is_over = |swap: &Swap| {
        made.contains(&(&swap.store, &swap.key)) || skipped.contains(&swap.key) || swap.is_linked
    };
    let left: Arc<[Swap]> = swaps.iter().filter(|swap| !is_over(swap)).cloned().collect();
    (!left.is_empty()).then(|| Box::new(Plan::swap(left)))
}

/// What of a batch was sent and not answered.
type Lost<'a> = Vec<(&'a Swap, Commit)>;

async fn change<'a>(
    storage: &dyn Storage,
    batch: &'a [Swap],
    outcome: &mut Outcome,
    made: &mut Vec<Swap>,
) -> Result<Option<(Error, Lost<'a>)>> {
    let Some(Swap { store, .. }) = batch.first() else { return Ok(None) };
    let commits: Vec<_> =
        batch.iter().zip(0..).map(|(swap, id)| swap.commit(id)).collect::<Result<_>>()?;
    let committed = storage.commit(store, &commits).await?;
    let (mut failed, mut lost) = (None, Vec::new());
    for ((swap, commit), committed) in batch.iter().zip(commits).zip(committed) {
        let Committed { result, replicas, comparison, .. } = committed;
        match result {
            Ok(Done::NothingThere) => {}
            Ok(done) => {
                outcome.records += 1;
                outcome.replicas = replicas;
                outcome.comparison = outcome.comparison.max(comparison);
                let mut swap = swap.clone();
                if let Done::Put(meta) = done {
                    swap.to = swap.to.map(|kept| kept.stored(&meta));
                    outcome.meta = Some(meta);
                }
                made.push(swap);
            }
            Err(error) if error.kind == ErrorKind::Conflict => {
                if !swap.is_linked && is_made(storage, swap).await {
                    outcome.records += 1;
                    made.push(swap.clone());
                } else {
                    outcome.skipped.push(swap.key.clone());
                }
            }
            Err(error) => {
                if error.kind == ErrorKind::InDoubt {
                    lost.push((swap, commit));
                }
                failed.get_or_insert(error);
            }
        }
    }
    Ok(failed.map(|error| (error, lost)))
}

/// Whether a record that is not what it was is what it is to be: by an earlier try whose answer was lost.
async fn is_made(storage: &dyn Storage, swap: &Swap) -> bool {
    match storage.read(&swap.store, &swap.key, Want::Whole).await {
        Ok(now) => swap.is_made(now.as_ref()),
        Err(_) => false,
    }
}

/// The keys of two changes that are one.
fn linked(swaps: &[Swap]) -> Option<(Key, Key)> {
    let [first, second] = swaps else { return None };
    (first.is_linked && second.is_linked).then(|| (first.key.clone(), second.key.clone()))
}

/// How many of the changes one call takes: all of one store.
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

fn is_removal(swaps: &[Swap]) -> bool {
    swaps.iter().all(|swap| swap.to.is_none())
}

/// What was lost, as one write: removals go together, a record is set alone.
fn doubt(lost: &Lost<'_>) -> Option<Doubt> {
    let (Swap { store, .. }, first) = lost.first()?;
    let mut write = first.as_write(store);
    if let Write::Delete { keys, .. } = &mut write {
        *keys = lost.iter().map(|(swap, _)| swap.key.clone()).collect();
    }
    Some(Doubt::from(write))
}
