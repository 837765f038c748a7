//! The loop that finds out what became of a write whose answer was lost.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::model::{ConnectionState, Error, ErrorKind, Key, Result, Write, WriteOutcome};
use crate::storage::Storage;

use super::Resolution;

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// A write whose answer was lost: what was sent of a plan.
#[derive(Debug, Clone)]
pub struct Doubt {
    pub(super) write: Write,
    pub(super) skipped: Vec<Key>,
}

/// Finds out what became of a write as soon as the storage can be reached again, until `deadline`.
///
/// # Errors
/// The storage could not be asked in that time.
pub async fn resolve(
    storage: &dyn Storage,
    doubt: &Doubt,
    deadline: Instant,
) -> Result<Resolution> {
    let mut resolution =
        Resolution::of(&doubt.write, find_out(storage, &doubt.write, deadline).await?);
    if let Resolution::Done(outcome, _) = &mut resolution {
        outcome.skipped.clone_from(&doubt.skipped);
    }
    Ok(resolution)
}

/// The same, of a write as the storage knows it.
///
/// # Errors
/// As [`resolve`].
pub async fn find_out(
    storage: &dyn Storage,
    write: &Write,
    deadline: Instant,
) -> Result<WriteOutcome> {
    let mut states = storage.session().state;
    loop {
        let up = states.wait_for(|state| *state == ConnectionState::Up);
        // Where it does not come back, the storage says so itself.
        let _ = timeout_at(deadline, up).await;
        match timeout_at(deadline, storage.resolve(write)).await {
            Ok(Err(why)) if may_pass(why.kind) && Instant::now() < deadline => {
                // The loss may not have been noticed everywhere yet.
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
