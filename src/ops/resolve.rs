//! Finds out, in a loop, what became of writes whose answers were lost.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::model::{ConnectionState, Error, ErrorKind, Result, Write, WriteOutcome};
use crate::storage::Storage;

use super::doubt::Doubt;
use super::resolution::Resolution;

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// Finds out what became of a plan as soon as the storage can be reached again, until `deadline`: each of its
/// writes in doubt is looked up. Writes that were not made are removed from the plan that
/// [undoes](Doubt::inverse) the rest.
///
/// # Errors
/// The storage could not be asked in that time about the only write.
pub async fn resolve(
    storage: &dyn Storage,
    doubt: &mut Doubt,
    deadline: Instant,
) -> Result<Resolution> {
    if let Some(made) = doubt.each {
        let mut found = Vec::new();
        for write in doubt.lost() {
            found.push(look(storage, write, deadline).await);
        }
        doubt.leave_out(&found);
        return Ok(Resolution::of_each(&doubt.tally(made, found), doubt.inverse()));
    }
    let found = look(storage, &doubt.write, deadline).await;
    doubt.leave_out(std::slice::from_ref(&found));
    let mut resolution = Resolution::of(&doubt.write, doubt.whole(found?));
    if let Some((first, second)) = &doubt.pair {
        resolution = resolution.of_pair(&doubt.write, first, second);
    }
    if let Resolution::Done(outcome, _) = &mut resolution {
        outcome.skipped.clone_from(&doubt.skipped);
        outcome.fates.clone_from(&doubt.fates);
        outcome.inverse.clone_from(&doubt.inverse);
    }
    Ok(resolution)
}

/// Finds out what became of a plan of one write, in the storage's terms.
///
/// # Errors
/// As [`resolve`].
pub async fn find_out(
    storage: &dyn Storage,
    doubt: &Doubt,
    deadline: Instant,
) -> Result<WriteOutcome> {
    look(storage, &doubt.write, deadline).await.map(|found| doubt.whole(found))
}

/// The result of [`find_out`], in words.
pub fn told(doubt: &Doubt, found: WriteOutcome) -> Resolution {
    Resolution::of(&doubt.write, found)
}

/// Finds out what became of a write.
async fn look(storage: &dyn Storage, write: &Write, deadline: Instant) -> Result<WriteOutcome> {
    let mut states = storage.session().state;
    loop {
        let up = states.wait_for(|state| *state == ConnectionState::Up);
        // If the connection does not come back, the storage itself says so.
        let _ = timeout_at(deadline, up).await;
        match timeout_at(deadline, storage.resolve(write)).await {
            Ok(Err(why)) if may_pass(why.kind) && Instant::now() < deadline => {
                // The loss may not be known everywhere yet.
                sleep(PAUSE).await;
            }
            Ok(found) => return found,
            Err(_) => {
                return Err(Error::new(ErrorKind::Timeout, "the server did not answer in time"));
            }
        }
    }
}

fn may_pass(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Loading)
}
