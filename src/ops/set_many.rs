//! Sets several records, of one store or several, each if it is still what it was.

use crate::model::{Error, ErrorKind, Progress, Record, SetValue};
use crate::storage::Storage;

use super::doubt::Doubt;
use super::kept::{Kept, OldValues};
use super::outcome::{Failed, Outcome, Performed};
use super::record_swap::Swap;
use super::tally::Made;
use super::{swap, undo, words};

/// Sets the records that are still as expected; others are left as they are, and named.
pub(super) async fn set_many(
    storage: &dyn Storage,
    sets: &[SetValue],
    old_values: &OldValues,
    keeps: bool,
) -> Performed {
    let mut keeping = old_values.change();
    let mut keep =
        |record: &Record| if keeps { keeping.keep(record) } else { Ok(Kept::of(record)) };
    let mut swaps: Vec<Swap> = Vec::with_capacity(sets.len());
    for set in sets {
        let swap = undo::swap_of(set, &mut keep)?;
        swaps.push(swap.ok_or_else(|| not_read(set))?);
    }
    let outcome = match swap::swap_each(storage, &swaps, Made::Saved, &Progress::default()).await {
        Ok(outcome) => outcome,
        Err(Failed { error, doubt, inverse, .. }) => {
            // Edits that are not saved stay staged.
            let doubt = doubt.map(|doubt| {
                let inverse = doubt.inverse().filter(|_| keeps);
                Doubt { inverse, rest: None, ..doubt }
            });
            let inverse = inverse.filter(|_| keeps);
            return Err(Failed { doubt, inverse, ..Failed::from(error) });
        }
    };
    if outcome.records == 0 && !outcome.skipped.is_empty() {
        return Err(words::all_stay_staged(&outcome.skipped, &outcome.fates).into());
    }
    let inverse = outcome.inverse.filter(|_| keeps);
    Ok(Outcome { inverse, ..outcome })
}

/// The error that a record is not written over, because it was not read before.
fn not_read(set: &SetValue) -> Error {
    let problem = format!("what {} was before is not known", set.key.named());
    Error::new(ErrorKind::Usage, problem).hint("read it first")
}
