//! A connection for one huge read.

use std::time::Duration;

use fred::types::Value;

use super::ConnectionManager;
use super::command::{self, Command};
use super::server_or_cluster::Connection;
use super::single::Batch;
use crate::model::Result;

/// A connection of its own. Nothing else waits behind its reply; dropping it closes it at once, even in the
/// middle of a reply.
pub(crate) struct DedicatedConnection {
    connection: Connection,
    connections: ConnectionManager,
}

impl DedicatedConnection {
    pub(super) async fn open(connections: &ConnectionManager, size: u64) -> Result<Self> {
        let inner = &connections.0.inner;
        // Fails at once while the server is away.
        inner.main()?;
        Ok(Self { connection: inner.for_value(size).await?, connections: connections.clone() })
    }

    /// Runs a command however long its reply takes, as long as the server answers others.
    pub(crate) async fn run(&self, command: Command) -> Result<Value> {
        let batch = Batch { commands: vec![command], slot: None, timeout: None, write: false };
        let reply = self.connection.send(batch);
        tokio::pin!(reply);
        let interval = self.connections.0.inner.command_timeout().max(Duration::from_millis(1));
        let mut failed = None;
        loop {
            let watched = async {
                tokio::time::sleep(interval).await;
                self.connections.ping().await.err()
            };
            tokio::select! {
                biased;
                frames = &mut reply => {
                    let (frame, _) = frames?.pop().ok_or_else(|| self.connections.0.inner.closed())?;
                    return command::value(frame, None);
                }
                error = watched => match (error, failed.take()) {
                    // Once may be chance; the second time the server is gone for this reply, too.
                    (Some(error), Some(())) => return Err(error),
                    (Some(_), None) => failed = Some(()),
                    (None, _) => {}
                },
            }
        }
    }
}
