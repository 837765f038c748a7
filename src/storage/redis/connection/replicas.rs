//! Waits until replicas have a write.
//!
//! WAIT only covers writes of its own connection, so it follows the write there, on a connection on which
//! nothing else waits behind it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fred::types::Value;

use super::Command;
use super::server_or_cluster::Connection;
use crate::model::Replicas;

/// Shortest wait for replicas, in milliseconds; 0 would be for ever.
const LEAST: u128 = 1;

/// Extra time for the answer, beyond the time that the server waits.
const SLACK: Duration = Duration::from_millis(500);

/// A write that some replicas shall have.
#[derive(Debug)]
pub(crate) struct Waiting {
    wanted: u32,
    until: Instant,
    /// Number of replicas that have each part of the write, where it could be found out.
    told: Mutex<Vec<Option<u32>>>,
}

impl Waiting {
    /// The wait for this number of replicas, which ends at `until`.
    pub(super) fn new(wanted: u32, until: Instant) -> Self {
        Self { wanted, until, told: Mutex::default() }
    }

    /// Waits for the writes that this connection has just made.
    pub(super) async fn wait(&self, connection: &Connection) {
        let left = self.until.saturating_duration_since(Instant::now());
        let millis = i64::try_from(left.as_millis().max(LEAST)).unwrap_or(i64::MAX);
        let args = [Value::Integer(self.wanted.into()), Value::Integer(millis)];
        let have = match connection.one(Command::new("WAIT", args), left + SLACK).await {
            Ok(have) => have.as_u64().and_then(|have| u32::try_from(have).ok()),
            Err(error) => {
                crate::logs::warn!(
                    "on how many replicas a write is could not be found out: {error}"
                );
                None
            }
        };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(have);
    }

    /// The replicas that have the write, if it was made.
    pub(crate) fn told(&self) -> Option<Replicas> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // If the number for one part is unknown, so is the whole.
        let have = told.iter().copied().min()?;
        Some(Replicas { wanted: self.wanted, have })
    }
}
