//! One connection to one server, from start to end.
//!
//! A fred client is used for one connection only and never reconnects, so a command can neither wait in a
//! queue for a later one nor be sent a second time. The [manager](super::ConnectionManager) makes the next
//! connection.

use std::time::Duration;

use fred::clients::Client;
use fred::interfaces::ClientLike;
use fred::types::{Resp3Frame, Value, config::Options as Sending};
use futures::future::{FutureExt as _, join_all};

use super::super::error;
use super::command::{self, Command};
use super::end::End;
use super::relay::Relay;
use crate::model::{Error, ErrorKind, Result};

/// A connection to one server; dropping it closes it at once.
pub(super) struct ServerConnection {
    client: Box<Client>,
    end: End,
    address: String,
}

/// Commands to send, and the time limit of their answers.
pub(super) struct Batch {
    /// The commands, which all go out together.
    pub(super) commands: Vec<Command>,
    /// The cluster slot of all commands, where it is not that of each command's first key.
    pub(super) slot: Option<u16>,
    /// Time limit; `None`: no limit.
    pub(super) timeout: Option<Duration>,
    /// Whether the commands change data: then they are never sent again, not even to the node of a cluster
    /// that another node names.
    pub(super) write: bool,
}

impl Batch {
    /// A batch of commands that change nothing.
    pub(super) fn reads(commands: Vec<Command>, timeout: Duration) -> Self {
        Self { commands, slot: None, timeout: Some(timeout), write: false }
    }
}

impl ServerConnection {
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
        let end = End::of(relay);
        end.with_task(task.abort_handle());
        // From here on, dropping `connection` ends the task.
        let connection = Self { client: Box::new(client), end, address: address.to_owned() };
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
        let watch = async move {
            let reason = match task.await {
                Ok(Err(error)) => error::lost(&error, &address),
                _ => error::closed(&address),
            };
            end.now(end.reason(reason));
        };
        tokio::spawn(watch.boxed());
        Ok(connection)
    }

    /// Waits until the server has let the user in and selected the database. Commands that change data are
    /// not sent before.
    ///
    /// # Errors
    /// The server refused, the connection ended, or the time was up.
    pub(super) async fn greeted(&self, timeout: Duration) -> Result<()> {
        tokio::select! {
            biased;
            () = self.end.greeted() => Ok(()),
            reason = self.end() => Err(reason),
            () = tokio::time::sleep(timeout) => Err(error::no_answer(&self.address, timeout)),
        }
    }

    /// The client, for uses other than commands and their replies.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Name of the server in messages.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Ends it at once.
    pub(super) fn close(&self, reason: Error) {
        self.end.now(reason);
    }

    /// Why it ended, if it has.
    pub(super) fn ended(&self) -> Option<Error> {
        self.end.ended()
    }

    /// Waits for the end; returns the reason.
    pub(super) async fn end(&self) -> Error {
        self.end.wait(&self.address).await
    }

    /// Sends commands and waits for their replies. If these do not come in time, the connection is given up,
    /// so that no command is sent later and no late reply is taken for another.
    ///
    /// A task of its own waits, so that this holds even when the caller is gone.
    ///
    /// # Errors
    /// The connection ended, or the time was up. Error replies are in the frames.
    pub(super) async fn send(&self, batch: Batch) -> Result<Vec<(Resp3Frame, Option<usize>)>> {
        if let Some(reason) = self.ended() {
            return Err(reason);
        }
        let (client, end, address) = (self.client.clone(), self.end.clone(), self.address.clone());
        let job = async move {
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
                reason = end.wait(&address) => Err(reason),
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

    /// Runs one command; an error reply is an error.
    pub(super) async fn one(&self, command: Command, timeout: Duration) -> Result<Value> {
        let mut replies = self.send(Batch::reads(vec![command], timeout)).await?;
        let (reply, keep) = replies.pop().ok_or_else(|| error::closed(&self.address))?;
        command::value(reply, keep)
    }
}

impl Drop for ServerConnection {
    fn drop(&mut self) {
        self.close(Error::new(ErrorKind::Connection, "the connection was closed"));
    }
}

/// Hands the commands over at once, in order, and collects the replies.
async fn exchange(
    client: &Client,
    batch: Batch,
    address: &str,
) -> Result<Vec<(Resp3Frame, Option<usize>)>> {
    let sending = Sending {
        // Without a reconnect policy fred sends nothing again after a broken connection; a cluster's
        // redirections are followed by the code that knows its nodes.
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
