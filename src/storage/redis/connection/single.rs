//! One connection, from its making to its end.
//!
//! A fred client is used for one connection only and never reconnects: so a command can neither
//! wait in a queue for a later one nor be sent a second time. The
//! [manager](super::ConnectionManager) makes the next connection.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use fred::clients::Client;
use fred::interfaces::ClientLike;
use fred::types::{Resp3Frame, Value, config::Options as Sending};
use futures::future::join_all;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::super::error;
use super::command::{self, Command};
use super::nodes::Nodes;
use super::place::Place;
use super::relay::Relay;
use crate::model::{Error, ErrorKind, Result};

/// A connection that works until it has ended; dropping it closes it at once.
pub(super) struct Connection {
    way: Way,
    end: End,
    address: String,
    identity: OnceLock<Identity>,
}

/// A connection as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// What CLIENT ID gave. Ids begin anew when a server starts.
    pub(super) client: u64,
    /// The run of the server in which that id is this connection's.
    pub(super) run: String,
}

impl Identity {
    /// The questions that [`read`](Self::read) takes the answers of.
    pub(super) fn commands() -> [Command; 2] {
        [Command::new("CLIENT ID", []), Command::new("INFO", [Value::String("server".into())])]
    }

    /// From the answers; `None` where the server does not tell.
    pub(super) fn read(client: &Result<Value>, info: &Result<Value>) -> Option<Self> {
        let client = client.as_ref().ok()?.as_u64()?;
        let info = info.as_ref().ok()?.as_string()?;
        let run = info.lines().find_map(|line| line.strip_prefix("run_id:"))?.trim().to_owned();
        Some(Self { client, run })
    }
}

/// Who carries the commands.
enum Way {
    /// One server's client.
    Client(Box<Client>),
    /// The connections to a cluster's nodes.
    Nodes(Arc<Nodes>),
}

/// Ends a connection, and knows whether it has ended.
#[derive(Clone)]
struct End {
    ended: watch::Sender<Option<Error>>,
    task: Arc<Mutex<Option<AbortHandle>>>,
    /// `None` for a cluster, whose nodes have one each.
    relay: Option<Relay>,
}

impl End {
    fn now(&self, reason: Error) {
        self.ended.send_if_modified(|ended| {
            let first = ended.is_none();
            ended.get_or_insert(reason);
            first
        });
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
        if let Some(relay) = &self.relay {
            relay.stop();
        }
    }

    /// Why what fred says has failed: the relay knows more of it than fred.
    fn reason(&self, error: Error) -> Error {
        self.relay.as_ref().and_then(Relay::reason).unwrap_or(error)
    }
}

/// What is to be sent, and how long its answer may take.
pub(super) struct Batch {
    /// All of them go out together.
    pub(super) commands: Vec<Command>,
    /// The cluster slot of all, where it is not that of each command's first key.
    pub(super) slot: Option<u16>,
    /// `None`: no limit.
    pub(super) timeout: Option<Duration>,
    /// Whether the commands change data: then they are never sent again, not even to the node of
    /// a cluster that another node names.
    pub(super) write: bool,
}

impl Connection {
    /// Connects with this client and its relay, within `timeout`. `address` is for messages.
    pub(super) async fn start(
        (client, relay): (Client, Relay),
        address: &str,
        timeout: Duration,
    ) -> Result<Self> {
        // Subscribed before the task can report.
        let waiting = client.clone();
        let connected = waiting.wait_for_connect();
        tokio::pin!(connected);
        let _ = futures::poll!(connected.as_mut());
        let mut task = client.connect();
        let end = End {
            ended: watch::Sender::new(None),
            task: Arc::new(Mutex::new(Some(task.abort_handle()))),
            relay: Some(relay),
        };
        // From here on dropping `connection` ends the task.
        let identity = OnceLock::new();
        let way = Way::Client(Box::new(client));
        let connection = Self { way, end, address: address.to_owned(), identity };
        let reason = |error| connection.end.reason(error);
        tokio::select! {
            biased;
            result = &mut task => match result {
                Ok(Err(error)) => return Err(reason(error::connecting(&error, address))),
                _ => return Err(reason(error::closed(address))),
            },
            result = &mut connected => {
                result.map_err(|error| reason(error::connecting(&error, address)))?;
            }
            () = tokio::time::sleep(timeout) => return Err(error::no_answer(address, timeout)),
        }
        let (end, address) = (connection.end.clone(), address.to_owned());
        tokio::spawn(async move {
            let reason = match task.await {
                Ok(Err(error)) => error::lost(&error, &address),
                _ => error::closed(&address),
            };
            end.now(end.reason(reason));
        });
        Ok(connection)
    }

    /// Connections to all nodes of a cluster as one: it ends with the first of them.
    pub(super) fn of_nodes(nodes: Arc<Nodes>, place: &Place) -> Self {
        let end =
            End { ended: watch::Sender::new(None), task: Arc::new(Mutex::new(None)), relay: None };
        let (ended, watched) = (end.clone(), Arc::clone(&nodes));
        let task = tokio::spawn(async move {
            let reason = watched.end().await;
            ended.ended.send_if_modified(|ended| ended.replace(reason).is_none());
        });
        *end.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task.abort_handle());
        Self { way: Way::Nodes(nodes), end, address: place.to_string(), identity: OnceLock::new() }
    }

    /// The client, for what is neither a command nor its reply.
    ///
    /// # Errors
    /// There is none: it leads to all nodes of a cluster.
    pub(super) fn client(&self) -> Result<&Client> {
        match &self.way {
            Way::Client(client) => Ok(client),
            Way::Nodes(_) => {
                let problem = "a cluster does not tell of what changes on its nodes";
                Err(Error::new(ErrorKind::NotSupported, problem))
            }
        }
    }

    /// Ends it at once.
    pub(super) fn close(&self, reason: Error) {
        if let Way::Nodes(nodes) = &self.way {
            nodes.close(&reason);
        }
        self.end.now(reason);
    }

    /// How the server calls this connection, as far as it told.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    /// Remembers how the server calls this connection.
    pub(super) fn is(&self, identity: Option<Identity>) {
        if let Some(identity) = identity {
            // Told before, it was told the same.
            let _ = self.identity.set(identity);
        }
    }

    /// Why it ended, if it has.
    pub(super) fn ended(&self) -> Option<Error> {
        self.end.ended.borrow().clone()
    }

    /// Waits for the end; gives the reason.
    pub(super) async fn end(&self) -> Error {
        let mut ended = self.end.ended.subscribe();
        match ended.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_else(|| error::closed(&self.address)),
            Err(_) => error::closed(&self.address),
        }
    }

    /// Sends commands and waits for their replies. If they do not come in time, this connection
    /// is given up, so that nothing of them is sent later and no late reply is taken for another.
    ///
    /// A task of its own waits, so that this holds even when the caller has gone.
    ///
    /// # Errors
    /// The connection ended, or the time was up. Error replies are within the frames.
    pub(super) async fn send(&self, batch: Batch) -> Result<Vec<(Resp3Frame, Option<usize>)>> {
        if let Some(reason) = self.ended() {
            return Err(reason);
        }
        let client = match &self.way {
            Way::Client(client) => client.clone(),
            Way::Nodes(nodes) => return Arc::clone(nodes).send(batch).await,
        };
        let (end, address) = (self.end.clone(), self.address.clone());
        let job = async move {
            let mut ended = end.ended.subscribe();
            let timeout = batch.timeout;
            let expired = async {
                match timeout {
                    Some(timeout) => tokio::time::sleep(timeout).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                result = exchange(&client, batch, &address) => result.map_err(|error| end.reason(error)),
                reason = ended.wait_for(Option::is_some) => {
                    Err(reason.ok().and_then(|reason| reason.clone()).unwrap_or_else(|| error::closed(&address)))
                }
                () = expired => {
                    let error = error::no_answer(&address, timeout.unwrap_or_default());
                    end.now(error.clone());
                    Err(error)
                }
            }
        };
        match tokio::spawn(job).await {
            Ok(result) => result,
            Err(_) => Err(error::closed(&self.address)),
        }
    }

    /// One command; an error reply is an error.
    pub(super) async fn one(&self, command: Command, timeout: Duration) -> Result<Value> {
        let mut replies = self.each(vec![command], timeout).await?;
        replies.pop().unwrap_or_else(|| Err(error::closed(&self.address)))
    }

    /// Several commands in one go; each reply on its own.
    pub(super) async fn each(
        &self,
        commands: Vec<Command>,
        timeout: Duration,
    ) -> Result<Vec<Result<Value>>> {
        let batch = Batch { commands, slot: None, timeout: Some(timeout), write: false };
        let frames = self.send(batch).await?;
        Ok(frames.into_iter().map(|(frame, keep)| command::value(frame, keep)).collect())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close(Error::new(ErrorKind::Connection, "the connection was closed"));
    }
}

/// Hands the commands over in order, at once, and collects the replies.
async fn exchange(
    client: &Client,
    batch: Batch,
    address: &str,
) -> Result<Vec<(Resp3Frame, Option<usize>)>> {
    let sending = Sending {
        // Without a reconnect policy fred sends nothing again after a broken connection, and a
        // cluster's redirections are followed by who knows its nodes.
        max_attempts: Some(1),
        max_redirections: Some(0),
        fail_fast: true,
        ..Sending::default()
    };
    let client = client.with_options(&sending);
    let replies = batch.commands.into_iter().map(|command| {
        let prepared = command.prepare(batch.slot);
        let keep = prepared.keep();
        let client = &client;
        async move {
            let reply = client.custom_raw(prepared.command, prepared.args).await;
            reply.map(|frame| (frame, keep)).map_err(|error| error::lost(&error, address))
        }
    });
    join_all(replies).await.into_iter().collect()
}
