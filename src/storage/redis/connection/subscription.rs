//! A connection that only receives published messages.
//!
//! fred takes the server's answers to SUBSCRIBE and UNSUBSCRIBE for news of a channel and drops them, so
//! neither is ever seen to be answered. A PING right behind shows it: if the first reply is a refusal, it is
//! the subscription's; if it is a pong, the subscription was granted.

use bytes::Bytes;
use fred::interfaces::{ClientLike, EventInterface};
use fred::types::config::Options as Sending;
use fred::types::{KeyspaceEvent, Message as Published, Value};
use futures::FutureExt as _;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::command::{self, Command};
use super::inner::Inner;
use super::place::Purpose;
use super::server_or_cluster::Connection;
use super::single::Batch;
use crate::model::Result;
use crate::storage::redis::error;

/// An arrival on such a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// A message, and its channel.
    Published { channel: Bytes, message: Bytes },
    /// An event of a key whose events are followed.
    KeyEvent,
    /// More arrived than was taken in time: some of it is lost.
    Lagged,
}

/// A connection that has subscribed to some channels; dropping it closes it.
pub(crate) struct Subscription {
    connection: Connection,
    published: Receiver<Published>,
    /// Key events, which fred separates by the names of their channels.
    events: Receiver<KeyspaceEvent>,
}

impl Subscription {
    pub(super) async fn open(inner: &Inner, channels: Vec<Bytes>) -> Result<Self> {
        let connection = inner.for_messages(Purpose::Channels).await?;
        let client = connection.client()?;
        let (published, events) = (client.message_rx(), client.keyspace_event_rx());
        let channels = channels.into_iter().map(Value::Bytes);
        let subscribe = Command::new("SUBSCRIBE", channels).prepare(None);
        let ping = Command::new("PING", []).prepare(None);
        // Sent like all other commands, so that all take the same way.
        let client = client.with_options(&Sending::default());
        let timeout = inner.command_timeout();
        let answered = async {
            // Both are handed over in this order before anything is waited for.
            tokio::select! {
                biased;
                answer = client.custom_raw(subscribe.command, subscribe.args) => answer,
                answer = client.custom_raw(ping.command, ping.args) => answer,
                reason = connection.end() => return Err(reason),
            }
            .map_err(|error| error::lost(&error, &inner.target.address()))
        };
        let answer = tokio::time::timeout(timeout, answered)
            .await
            .map_err(|_| error::no_answer(&inner.target.address(), timeout))??;
        command::value(answer, None)?;
        Ok(Self { connection, published, events })
    }

    /// The next message. Nothing is lost if this is dropped during the wait.
    ///
    /// # Errors
    /// The connection has ended.
    pub(crate) async fn next(&mut self) -> Result<Message> {
        let message = tokio::select! {
            biased;
            message = self.published.recv() => message.map(published),
            event = self.events.recv() => event.map(|_| Message::KeyEvent),
            reason = self.connection.end() => return Err(reason),
        };
        match message {
            Ok(message) => Ok(message),
            Err(RecvError::Lagged(_)) => Ok(Message::Lagged),
            Err(RecvError::Closed) => Err(self.connection.end().await),
        }
    }

    /// Leaves a channel. Messages that were sent already still come.
    pub(crate) fn unsubscribe(&self, channel: Bytes) {
        let commands = vec![Command::new("UNSUBSCRIBE", [Value::Bytes(channel)])];
        let batch = Batch { commands, slot: None, timeout: None, write: false };
        // The task that waits for the answer ends with the connection.
        let _ = self.connection.send(batch).now_or_never();
    }
}

fn published(message: Published) -> Message {
    let text = match message.value {
        Value::Bytes(bytes) => bytes,
        Value::String(text) => text.into_inner(),
        _ => Bytes::new(),
    };
    Message::Published { channel: message.channel.into_inner(), message: text }
}
