//! The loop that finds out what became of a write whose answer was lost.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::model::{ConnectionState, Error, ErrorKind, Result, WriteOutcome};
use crate::storage::Storage;

use super::outcome::Doubt;
use super::resolution::Resolution;

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// Finds out what became of a write as soon as the storage can be reached again, until `deadline`.
///
/// # Errors
/// The storage could not be asked in that time.
pub async fn resolve(
    storage: &dyn Storage,
    doubt: &Doubt,
    deadline: Instant,
) -> Result<Resolution> {
    let mut resolution = Resolution::of(&doubt.write, find_out(storage, doubt, deadline).await?);
    if let Some((first, second)) = &doubt.pair {
        resolution = resolution.of_pair(&doubt.write, first, second);
    }
    if let Resolution::Done(outcome, _) = &mut resolution {
        outcome.skipped.clone_from(&doubt.skipped);
        outcome.inverse.clone_from(&doubt.inverse);
    }
    Ok(resolution)
}

/// The same, as the storage tells it.
///
/// # Errors
/// As [`resolve`].
pub async fn find_out(
    storage: &dyn Storage,
    doubt: &Doubt,
    deadline: Instant,
) -> Result<WriteOutcome> {
    let mut states = storage.session().state;
    loop {
        let up = states.wait_for(|state| *state == ConnectionState::Up);
        // Where it does not come back, the storage says so itself.
        let _ = timeout_at(deadline, up).await;
        match timeout_at(deadline, storage.resolve(&doubt.write)).await {
            Ok(Err(why)) if may_pass(why.kind) && Instant::now() < deadline => {
                // The loss may not have been noticed everywhere yet.
                sleep(PAUSE).await;
            }
            Ok(found) => return found.map(|found| doubt.whole(found)),
            Err(_) => {
                return Err(Error::new(ErrorKind::Timeout, "the server did not answer in time"));
            }
        }
    }
}

fn may_pass(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Loading)
}
