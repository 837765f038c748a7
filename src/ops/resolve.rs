//! The loop that finds out what became of a write whose answer was lost.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::model::{ConnectionState, Error, ErrorKind, Key, Result, Write, WriteOutcome, Written};
use crate::storage::Storage;

use super::Resolution;

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// A write whose answer was lost: what was sent of a plan.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// What was sent and not answered.
    pub(super) write: Write,
    /// Records that were deleted before.
    pub(super) done: u64,
    /// Records that were to be deleted.
    pub(super) all: u64,
    /// Records of these of which nothing was sent.
    pub(super) unsent: u64,
    /// Records that have changed since they were shown, and were left as they are.
    pub(super) skipped: Vec<Key>,
}

impl Doubt {
    /// The outcome of the whole, by that of what was in doubt.
    fn whole(&self, outcome: WriteOutcome) -> WriteOutcome {
        let Self { done, all, unsent, .. } = *self;
        if !matches!(self.write, Write::Delete { .. }) {
            return outcome;
        }
        match outcome {
            WriteOutcome::Applied(written) if unsent == 0 => {
                WriteOutcome::Applied(Written { records: done + written.records, ..written })
            }
            WriteOutcome::There(written) if unsent == 0 => {
                WriteOutcome::There(Written { records: done + written.records, ..written })
            }
            WriteOutcome::Applied(written) | WriteOutcome::There(written) => {
                WriteOutcome::Partly { gone: done + written.records, all, pending: false }
            }
            WriteOutcome::NotApplied if done > 0 => {
                WriteOutcome::Partly { gone: done, all, pending: false }
            }
            WriteOutcome::NotSoFar if done > 0 => {
                WriteOutcome::Partly { gone: done, all, pending: true }
            }
            WriteOutcome::Partly { gone, pending, .. } => {
                WriteOutcome::Partly { gone: done + gone, all, pending }
            }
            outcome => outcome,
        }
    }
}

impl From<Write> for Doubt {
    fn from(write: Write) -> Self {
        let all = if let Write::Delete { keys, .. } = &write { keys.len() as u64 } else { 1 };
        Self { write, done: 0, all, unsent: 0, skipped: Vec::new() }
    }
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
    let mut resolution = Resolution::of(&doubt.write, find_out(storage, doubt, deadline).await?);
    if let Resolution::Done(outcome, _) = &mut resolution {
        outcome.skipped.clone_from(&doubt.skipped);
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
