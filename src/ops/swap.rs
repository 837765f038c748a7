//! Makes changes of records that know what was there before.

use std::sync::Arc;

use crate::model::{Commit, Committed, Done, Error, ErrorKind, Key, Result, StoreName, Write};
use crate::storage::Storage;

use super::outcome::{Doubt, Failed, Outcome, Performed};
use super::plan::Plan;
use super::record_swap::Swap;
use super::words;

/// Records that are changed by one call at most.
const AT_ONCE: usize = 100;
/// Bytes of values that are sent by one call, about.
const BYTES: u64 = 4 << 20;

/// The plan that turns these changes around, the last one first.
pub(super) fn undo(store: &StoreName, made: &[Swap]) -> Option<Box<Plan>> {
    let turned: Arc<[Swap]> = made.iter().rev().map(Swap::turned).collect();
    (!turned.is_empty()).then(|| Box::new(Plan::swap(store.clone(), turned)))
}

/// Makes those changes whose records are still what they are expected to be.
pub(super) async fn swap(storage: &dyn Storage, store: &StoreName, swaps: &[Swap]) -> Performed {
    let outcome = swap_each(storage, store, swaps).await?;
    if outcome.records == 0 && !outcome.skipped.is_empty() {
        return Err(words::all_skipped(&outcome.skipped).into());
    }
    Ok(outcome)
}

/// The same, also if none of them is.
pub(super) async fn swap_each(
    storage: &dyn Storage,
    store: &StoreName,
    swaps: &[Swap],
) -> Performed {
    let (mut outcome, mut made) = (Outcome::default(), Vec::new());
    let mut rest = swaps;
    while !rest.is_empty() {
        let (batch, others) = rest.split_at(batch(rest));
        rest = others;
        let failed = match change(storage, store, batch, &mut outcome, &mut made).await {
            Ok(failed) => failed,
            Err(error) => Some((error, Vec::new())),
        };
        let Some((error, lost)) = failed else {
            if batch.iter().any(|swap| swap.is_linked) && !outcome.skipped.is_empty() {
                break;
            }
            continue;
        };
        let (done, all) = (outcome.records, swaps.len() as u64);
        made.extend(lost.iter().map(|(swap, _)| Swap::clone(swap)));
        let doubt = doubt(store, &lost).map(|doubt| {
            let unsent = all - done - (outcome.skipped.len() + lost.len()) as u64;
            let inverse = undo(store, &made);
            let pair = linked(swaps);
            // What is linked is told by the pair.
            let (done, all, unsent) = if pair.is_some() { (0, 1, 0) } else { (done, all, unsent) };
            Doubt { done, all, unsent, skipped: outcome.skipped, inverse, pair, ..doubt }
        });
        let error = match linked(swaps) {
            Some((first, second)) if done > 0 => words::half_made(&first, &second, error),
            Some(_) => error,
            None => words::so_far(done, all, is_removal(swaps), error),
        };
        return Err(Failed { error, doubt, inverse: undo(store, &made) });
    }
    outcome.inverse = undo(store, &made);
    Ok(outcome)
}

/// What of a batch was sent and not answered.
type Lost<'a> = Vec<(&'a Swap, Commit)>;

async fn change<'a>(
    storage: &dyn Storage,
    store: &StoreName,
    batch: &'a [Swap],
    outcome: &mut Outcome,
    made: &mut Vec<Swap>,
) -> Result<Option<(Error, Lost<'a>)>> {
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
                outcome.skipped.push(swap.key.clone());
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

/// The keys of two changes that are one.
fn linked(swaps: &[Swap]) -> Option<(Key, Key)> {
    let [first, second] = swaps else { return None };
    (first.is_linked && second.is_linked).then(|| (first.key.clone(), second.key.clone()))
}

/// How many of the changes one call takes.
fn batch(swaps: &[Swap]) -> usize {
    if swaps.first().is_some_and(|swap| swap.is_linked) {
        return 1;
    }
    let mut bytes = 0;
    let fits = swaps.iter().take(AT_ONCE).take_while(|swap| {
        bytes += swap.to.as_ref().map_or(0, |kept| kept.size);
        bytes <= BYTES
    });
    fits.count().max(1)
}

fn is_removal(swaps: &[Swap]) -> bool {
    swaps.iter().all(|swap| swap.to.is_none())
}

/// What was lost, as one write: removals go together, a record is set alone.
fn doubt(store: &StoreName, lost: &Lost<'_>) -> Option<Doubt> {
    let (_, first) = lost.first()?;
    let mut write = first.as_write(store);
    if let Write::Delete { keys, .. } = &mut write {
        *keys = lost.iter().map(|(swap, _)| swap.key.clone()).collect();
    }
    Some(Doubt::from(write))
}
