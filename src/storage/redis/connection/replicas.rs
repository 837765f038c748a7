//! Waiting until replicas have a write.
//!
//! WAIT tells only of what its own connection wrote, so it follows the write there, and on one on
//! which nothing else waits behind it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fred::types::Value;

use super::Command;
use super::server_or_cluster::Connection;
use crate::model::Replicas;

/// The least time that replicas are given, in milliseconds; 0 would be for ever.
const LEAST: u128 = 1;

/// How much longer than the server waits its answer is waited for.
const SLACK: Duration = Duration::from_millis(500);

/// A write that is to be on some replicas.
#[derive(Debug)]
pub(crate) struct Waiting {
    wanted: u32,
    until: Instant,
    /// For each part of it on how many it is, where that could be found out.
    told: Mutex<Vec<Option<u32>>>,
}

impl Waiting {
    /// Until `until` these replicas may take their time.
    pub(super) fn new(wanted: u32, until: Instant) -> Self {
        Self { wanted, until, told: Mutex::default() }
    }

    /// Waits for what this connection has just written.
    pub(super) async fn wait(&self, connection: &Connection) {
        let left = self.until.saturating_duration_since(Instant::now());
        let millis = i64::try_from(left.as_millis().max(LEAST)).unwrap_or(i64::MAX);
        let args = [Value::Integer(self.wanted.into()), Value::Integer(millis)];
        let have = match connection.one(Command::new("WAIT", args), left + SLACK).await {
            Ok(have) => have.as_u64().and_then(|have| u32::try_from(have).ok()),
            Err(error) => {
                log::warn!("on how many replicas a write is could not be found out: {error}");
                None
            }
        };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(have);
    }

    /// On how many replicas the write is, if it was made.
    pub(crate) fn told(&self) -> Option<Replicas> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // Where one of them is not known, the whole is not.
        let have = told.iter().copied().min()?;
        Some(Replicas { wanted: self.wanted, have })
    }
}
