//! Closes connections whose writes went unanswered, so that no part of them runs later.
//!
//! Sent data may still be on their way when larder has given the connection up: in a socket's buffer, in a
//! tunnel, behind a line that stalls. Once the server has closed its end, it drops what it has not read, and
//! accepts no more.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use fred::types::Value;

use super::server_or_cluster::{Connection, Identity};
use super::{Command, ConnectionManager};
use crate::model::{ErrorKind, Result};

/// Limit on the lost writes that are remembered; each is asked for soon afterwards.
const REMEMBERED: usize = 256;

/// A write that was sent and not answered.
#[derive(Debug, Clone)]
pub(crate) struct Lost {
    turn: u64,
    /// The connection of the write, where the server told it.
    connection: Option<Identity>,
}

/// The writes that were lost recently.
#[derive(Debug, Default)]
pub(super) struct Losses(Mutex<(u64, VecDeque<Lost>)>);

impl Losses {
    pub(super) fn add(&self, connection: &Connection) {
        let mut losses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (turn, list) = &mut *losses;
        *turn += 1;
        list.push_back(Lost { turn: *turn, connection: connection.identity().cloned() });
        if list.len() > REMEMBERED {
            list.pop_front();
        }
    }
}

impl ConnectionManager {
    /// A point in time, for [`lost_since`](Self::lost_since).
    pub(crate) fn losses(&self) -> u64 {
        self.0.inner.losses.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// The writes that went unanswered since then, whoever sent them.
    pub(crate) fn lost_since(&self, point: u64) -> Vec<Lost> {
        let losses = self.0.inner.losses.0.lock().unwrap_or_else(PoisonError::into_inner);
        losses.1.iter().filter(|lost| lost.turn > point).cloned().collect()
    }

    /// Closes the connections of lost writes on the server. Returns whether no part of the writes can run any
    /// more: `false` where the server does not let this user close them, or does not tell which they are.
    ///
    /// # Errors
    /// The server did not answer.
    pub(crate) async fn close_lost(&self, lost: &[Lost]) -> Result<bool> {
        let connection = self.0.inner.main()?;
        let mut here = Vec::new();
        let mut elsewhere = false;
        for lost in lost {
            match (&lost.connection, connection.identity()) {
                // The new connection is another one, with an id of its own.
                (Some(gone), Some(now)) if gone.run == now.run => {
                    if gone.client != now.client && !here.contains(&gone.client) {
                        here.push(gone.client);
                    }
                }
                // That server has ended, or was replaced: data for it do not reach this one.
                (Some(_), Some(_)) => elsewhere = true,
                _ => return Ok(false),
            }
        }
        if elsewhere && self.facts().await?.replica {
            return Ok(false);
        }
        let kills = here.into_iter().map(|client| {
            let client = Value::Integer(i64::try_from(client).unwrap_or(i64::MAX));
            Command::new("CLIENT KILL", [Value::String("ID".into()), client])
        });
        for killed in self.pipeline(kills.collect()).await? {
            match killed {
                Ok(_) => {}
                Err(error) if matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout) => {
                    return Err(error);
                }
                Err(error) => {
                    crate::logs::info!("a lost connection stays: {error}");
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
