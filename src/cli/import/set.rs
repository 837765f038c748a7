//! Sets an imported record, even if the connection to the storage is lost meanwhile.

use std::result::Result;

use tokio::time::{Instant, timeout_at};

use crate::cli::deadline;
use crate::model::{ConnectionState, Error, ErrorKind, WriteOutcome};
use crate::ops::{self, Failed, Outcome, Plan, Resolution};
use crate::storage::Storage;

/// The result of setting a record.
pub(super) enum Made {
    /// The record is there; `looked_up` if that had to be found out, because the answer was lost.
    Set { outcome: Box<Outcome>, looked_up: bool },
    /// Another record is there.
    InTheWay,
}

/// Limit on how often a record is sent that was not set: the connection may be lost again each time.
const TRIES: usize = 4;

/// Sets a record. If the answer is lost, finds out what became of the write; a write that was not made is
/// sent again once the storage can be reached.
///
/// # Errors
/// Why the record was not set, or is not known to be.
pub(super) async fn set(storage: &dyn Storage, plan: &Plan) -> Result<Made, Error> {
    let mut tries = 0;
    loop {
        let begun = Instant::now();
        let failed = match ops::perform(storage, plan).await {
            Ok(outcome) => return Ok(Made::Set { outcome: Box::new(outcome), looked_up: false }),
            Err(failed) => failed,
        };
        tries += 1;
        let error = failed.error.clone();
        match looked_up(storage, failed, begun).await? {
            Some(made) => return Ok(made),
            None if tries == TRIES => return Err(error),
            None => {}
        }
    }
}

/// What became of a write that failed; `None` if it was not made, and the storage can be reached again.
async fn looked_up(
    storage: &dyn Storage,
    failed: Failed,
    begun: Instant,
) -> Result<Option<Made>, Error> {
    let Failed { error: lost, doubt, .. } = failed;
    let deadline = deadline(storage, begun);
    let Some(doubt) = doubt else {
        // Nothing was sent.
        return match lost.kind {
            ErrorKind::Conflict => Ok(Some(Made::InTheWay)),
            ErrorKind::Connection => {
                let mut states = storage.session().state;
                let up = states.wait_for(|state| *state == ConnectionState::Up);
                let is_up = matches!(timeout_at(deadline, up).await, Ok(Ok(_)));
                if is_up { Ok(None) } else { Err(lost) }
            }
            _ => Err(lost),
        };
    };
    crate::logs::warn!("looking what became of a write: {lost}");
    match ops::find_out(storage, &doubt, deadline).await {
        // Whoever has set it, the record is there as it is to be.
        Ok(WriteOutcome::Applied(written) | WriteOutcome::There(written)) => {
            Ok(Some(Made::Set { outcome: Box::new(written.into()), looked_up: true }))
        }
        Ok(WriteOutcome::NotApplied) => Ok(None),
        Ok(WriteOutcome::Refused(why)) if why.kind == ErrorKind::Conflict => {
            Ok(Some(Made::InTheWay))
        }
        Ok(WriteOutcome::Refused(why)) => Err(why),
        Ok(
            outcome @ (WriteOutcome::NotSoFar
            | WriteOutcome::Partly { .. }
            | WriteOutcome::Other
            | WriteOutcome::Unclear),
        ) => match ops::told(&doubt, outcome) {
            Resolution::Refused(why) | Resolution::Open(why) => Err(why),
            Resolution::Done(outcome, _) => {
                Ok(Some(Made::Set { outcome: Box::new(outcome), looked_up: true }))
            }
        },
        Err(why) => {
            crate::logs::warn!("not found out: {why}");
            Err(lost)
        }
    }
}
