//! A connection that is told when tracked Redis keys change: once for each, until tracked again.
//!
//! This is the server's tracking of what a client has read, in its plain mode: it remembers a few names of
//! keys, sends one line for each that changes and forgets it. So it costs a server next to nothing however
//! much is written, and needs no set-up.

use std::time::Duration;

use fred::interfaces::TrackingInterface;
use fred::types::Value;
use fred::types::client::Invalidation;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::command::Command;
use super::inner::Inner;
use super::place::Purpose;
use super::server_or_cluster::Connection;
use crate::model::Result;

/// A connection that tracks keys; dropping it closes it.
pub(crate) struct KeyTracker {
    connection: Connection,
    invalidations: Receiver<Invalidation>,
    timeout: Duration,
}

impl KeyTracker {
    pub(super) async fn open(inner: &Inner) -> Result<Self> {
        let connection = inner.for_messages(Purpose::Tracking).await?;
        let (invalidations, timeout) =
            (connection.client()?.invalidation_rx(), inner.command_timeout());
        let on = Command::new("CLIENT TRACKING", [Value::from("ON")]);
        connection.one(on, timeout).await?;
        Ok(Self { connection, invalidations, timeout })
    }

    /// From the answer on, one invalidation comes for each of these keys that changes, whether it exists or
    /// not.
    pub(crate) async fn track(&self, keys: Vec<Value>) -> Result<()> {
        // Any read of a key makes the server remember it; this one reads many, and none of their data.
        self.connection.one(Command::new("EXISTS", keys), self.timeout).await.map(|_| ())
    }

    /// Whether an invalidation came since the last call of this or of [`invalidated`](Self::invalidated).
    pub(crate) fn has_invalidated(&mut self) -> bool {
        let mut invalidated = false;
        loop {
            match self.invalidations.try_recv() {
                Ok(_) | Err(TryRecvError::Lagged(_)) => invalidated = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return invalidated,
            }
        }
    }

    /// Waits for an invalidation. Nothing is lost if this is dropped during the wait.
    ///
    /// # Errors
    /// The connection has ended.
    pub(crate) async fn invalidated(&mut self) -> Result<()> {
        tokio::select! {
            biased;
            key = self.invalidations.recv() => match key {
                Ok(_) | Err(RecvError::Lagged(_)) => Ok(()),
                Err(RecvError::Closed) => Err(self.connection.end().await),
            },
            reason = self.connection.end() => Err(reason),
        }
    }
}
