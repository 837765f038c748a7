//! A connection to the place of a target: to one server, or to the nodes of a cluster.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use fred::clients::Client;
use fred::types::{Resp3Frame, Value};
use futures::FutureExt as _;

use super::super::error;
use super::command::{self, Command};
use super::end::End;
use super::nodes::Nodes;
use super::place::Place;
use super::single::{Batch, ServerConnection};
use crate::model::{Error, ErrorKind, Result};

/// A connection that works until it has ended; dropping it closes it at once.
pub(super) struct Connection {
    way: Way,
    identity: OnceLock<Identity>,
}

/// The connections that carry the commands.
enum Way {
    /// One server's connection.
    Server(ServerConnection),
    /// The connections to a cluster's nodes.
    Cluster(ClusterConnection),
}

/// The connections to all nodes of a cluster as one, which ends with the first of them.
struct ClusterConnection {
    nodes: Arc<Nodes>,
    end: End,
    address: String,
}

/// The server's identification of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The answer to CLIENT ID. Ids start anew with each start of the server.
    pub(super) client: u64,
    /// The run of the server to which the id belongs.
    pub(super) run: String,
}

impl Identity {
    /// The questions whose answers [`read`](Self::read) takes.
    pub(super) fn commands() -> [Command; 2] {
        [Command::new("CLIENT ID", []), Command::new("INFO", [Value::String("server".into())])]
    }

    /// The identity in the answers; `None` where the server does not tell.
    pub(super) fn read(client: &Result<Value>, info: &Result<Value>) -> Option<Self> {
        let client = client.as_ref().ok()?.as_u64()?;
        let info = info.as_ref().ok()?.as_string()?;
        let run = info.lines().find_map(|line| line.strip_prefix("run_id:"))?.trim().to_owned();
        Some(Self { client, run })
    }
}

impl Connection {
    /// The connection to one server.
    pub(super) fn of_server(connection: ServerConnection) -> Self {
        Self { way: Way::Server(connection), identity: OnceLock::new() }
    }

    /// The connections to the nodes of a cluster.
    pub(super) fn of_nodes(nodes: Arc<Nodes>, place: &Place) -> Self {
        let cluster = ClusterConnection::new(nodes, place.to_string());
        Self { way: Way::Cluster(cluster), identity: OnceLock::new() }
    }

    /// Ends it like a lost line, for tests.
    #[cfg(test)]
    pub(super) fn close(&self, reason: Error) {
        match &self.way {
            Way::Server(connection) => connection.close(reason),
            Way::Cluster(cluster) => cluster.end.now(reason),
        }
    }

    /// The client, for uses other than commands and their replies.
    ///
    /// # Errors
    /// There is none: the connection leads to all nodes of a cluster.
    pub(super) fn client(&self) -> Result<&Client> {
        match &self.way {
            Way::Server(server) => Ok(server.client()),
            Way::Cluster(_) => {
                let problem = "a cluster does not tell of what changes on its nodes";
                Err(Error::new(ErrorKind::NotSupported, problem))
            }
        }
    }

    /// The server's identification of this connection, if it told.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    /// Remembers the server's identification of this connection.
    pub(super) fn is(&self, identity: Option<Identity>) {
        if let Some(identity) = identity {
            // An earlier answer was the same.
            let _ = self.identity.set(identity);
        }
    }

    /// Why it ended, if it has.
    pub(super) fn ended(&self) -> Option<Error> {
        match &self.way {
            Way::Server(server) => server.ended(),
            Way::Cluster(cluster) => cluster.end.ended(),
        }
    }

    /// Waits for the end; returns the reason.
    pub(super) async fn end(&self) -> Error {
        match &self.way {
            Way::Server(server) => server.end().await,
            Way::Cluster(cluster) => cluster.end.wait(&cluster.address).await,
        }
    }

    /// Sends commands and waits for their replies, as [`ServerConnection::send`] does.
    ///
    /// # Errors
    /// The connection ended, or the time was up. Error replies are in the frames.
    pub(super) async fn send(&self, batch: Batch) -> Result<Vec<(Resp3Frame, Option<usize>)>> {
        match &self.way {
            Way::Server(server) => server.send(batch).await,
            Way::Cluster(cluster) => match cluster.end.ended() {
                Some(reason) => Err(reason),
                None => Arc::clone(&cluster.nodes).send(batch).await,
            },
        }
    }

    /// Runs one command; an error reply is an error.
    pub(super) async fn one(&self, command: Command, timeout: Duration) -> Result<Value> {
        let mut replies = self.each(vec![command], timeout).await?;
        replies.pop().unwrap_or_else(|| Err(error::closed(self.address())))
    }

    /// Runs several commands in one go; each has its own reply.
    pub(super) async fn each(
        &self,
        commands: Vec<Command>,
        timeout: Duration,
    ) -> Result<Vec<Result<Value>>> {
        let frames = self.send(Batch::reads(commands, timeout)).await?;
        Ok(frames.into_iter().map(|(frame, keep)| command::value(frame, keep)).collect())
    }

    fn address(&self) -> &str {
        match &self.way {
            Way::Server(server) => server.address(),
            Way::Cluster(cluster) => &cluster.address,
        }
    }
}

impl ClusterConnection {
    fn new(nodes: Arc<Nodes>, address: String) -> Self {
        let end = End::default();
        let (ended, watched) = (end.clone(), Arc::clone(&nodes));
        let watch = async move { ended.told(watched.end().await) };
        let task = tokio::spawn(watch.boxed());
        end.with_task(task.abort_handle());
        Self { nodes, end, address }
    }
}

impl Drop for ClusterConnection {
    fn drop(&mut self) {
        let reason = Error::new(ErrorKind::Connection, "the connection was closed");
        self.nodes.close(&reason);
        self.end.now(reason);
    }
}
