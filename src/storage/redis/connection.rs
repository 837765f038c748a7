//! The connection to a server: fred, used so that nothing hangs, nothing runs late and no write runs twice.
//!
//! fred's own reconnection is off. A [connection](server_or_cluster) is used once; when it ends, every
//! request that waits on it fails at once, and the manager makes the next one, for ever, at most 2 s apart.

mod certificate;
mod client;
mod command;
mod dedicated;
mod doorway;
mod end;
mod establish;
mod facts;
mod fence;
pub(crate) mod framing;
mod greeting;
mod inner;
mod key_tracker;
mod limits;
mod nodes;
mod optimistic;
mod place;
mod relay;
mod replicas;
mod sentinel;
mod server;
mod server_end;
mod server_or_cluster;
mod single;
mod ssh;
mod subscription;
mod tls;
mod transport;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fred::types::Value;
use futures::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::inner::Inner;
pub(super) use self::limits::DEDICATED_ABOVE;
use self::server_or_cluster::Connection;
use self::single::Batch;
use super::error;
use crate::model::{ConnectionState, Error, ErrorKind, Result, Traffic};
use crate::storage::Options;
use crate::storage::target::{RedisTarget, Secret};

pub(crate) use self::command::Command;
pub(crate) use self::dedicated::DedicatedConnection;
pub(crate) use self::facts::Facts;
pub(crate) use self::fence::Lost;
pub(crate) use self::key_tracker::KeyTracker;
pub(crate) use self::optimistic::OptimisticTransaction;
pub(crate) use self::replicas::Waiting;
pub(in crate::storage) use self::server::certificate;
pub use self::ssh::LoggedIn;
#[cfg(feature = "tui")]
pub(in crate::storage) use self::ssh::end_all as end_tunnels;
pub(in crate::storage) use self::ssh::log_in;
#[cfg(feature = "tui")]
pub(in crate::storage) use self::ssh::master::end as end_ssh;
#[cfg(feature = "tui")]
pub(crate) use self::ssh::own_variables;
pub(crate) use self::subscription::{Message, Subscription};

/// A connection that is restored by itself. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub(crate) struct ConnectionManager(Arc<Supervised>, Option<Arc<Waiting>>);

struct Supervised {
    inner: Arc<Inner>,
    supervisor: JoinHandle<()>,
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.supervisor.abort();
    }
}

impl ConnectionManager {
    /// Connects within `options.connect_timeout`: logs in, selects the database, and checks that the server
    /// has loaded its data and lets this user read stores. The commands of `first` go out in the same round
    /// trip, for the first [`pipeline`](Self::pipeline) or [`early`](Self::early); so do the questions for
    /// the facts.
    pub(crate) async fn connect(
        target: &RedisTarget,
        options: &Options,
        first: Vec<Vec<Command>>,
    ) -> Result<(Self, Facts)> {
        let (inner, facts) = Inner::connect(target, options, first).await?;
        let supervisor = tokio::spawn(inner::supervise(Arc::clone(&inner)).boxed());
        Ok((Self(Arc::new(Supervised { inner, supervisor }), None), facts))
    }

    /// The answers to these commands, if they were sent while connecting and nothing was sent since.
    pub(crate) fn early(&self, commands: &[Command]) -> Option<Vec<Result<Value>>> {
        self.0.inner.early(commands)
    }

    /// The target without its secret.
    pub(crate) fn label(&self) -> String {
        self.0.inner.target.label()
    }

    /// Bytes received and sent, over all its connections.
    pub(crate) fn traffic(&self) -> Traffic {
        self.0.inner.traffic()
    }

    /// Whether the connection is up, and every later change.
    pub(crate) fn state(&self) -> watch::Receiver<ConnectionState> {
        self.0.inner.state.subscribe()
    }

    /// Uses this password from now on, if the server accepts it, and connects with it at once.
    ///
    /// # Errors
    /// [`ErrorKind::Auth`] if the server refuses it, or why it could not be asked.
    pub(crate) async fn log_in(&self, password: &Secret) -> Result<()> {
        self.0.inner.log_in(password).await
    }

    /// Whether the server is a cluster.
    pub(crate) fn cluster(&self) -> bool {
        self.0.inner.place().is_cluster()
    }

    /// Counts commands that a script ran, so that they are not attributed to another client.
    pub(crate) fn count_commands(&self, commands: u64) {
        self.0.inner.commands_sent.fetch_add(commands, Ordering::Relaxed);
    }

    /// Number of commands of reads so far, sent or run by scripts.
    pub(crate) fn commands_sent(&self) -> u64 {
        self.0.inner.commands_sent.load(Ordering::Relaxed)
    }

    /// Number of the database in the target.
    pub(crate) fn database(&self) -> u32 {
        self.0.inner.target.database
    }

    /// The facts that the server tells about itself.
    pub(crate) async fn facts(&self) -> Result<Facts> {
        facts::read(self).await
    }

    /// Sends a ping; returns its round-trip time. A refusal is an answer, too.
    pub(crate) async fn ping(&self) -> Result<Duration> {
        let start = Instant::now();
        self.pipeline(vec![Command::new("PING", [])]).await?;
        Ok(start.elapsed())
    }

    /// A read that the user waits for. Fails at once while there is no connection.
    pub(crate) async fn run(&self, command: Command) -> Result<Value> {
        first(self.pipeline(vec![command]).await?)
    }

    /// Several reads in one go; each has its own reply.
    pub(crate) async fn pipeline(&self, commands: Vec<Command>) -> Result<Vec<Result<Value>>> {
        let inner = &self.0.inner;
        if let Some(replies) = inner.early(&commands) {
            return Ok(replies);
        }
        let connection = inner.main()?;
        read(inner, &connection, commands).await
    }

    /// A read that nobody waits for, as of a scan: over a second connection, so that those of
    /// [`run`](Self::run) do not wait behind it.
    pub(crate) async fn run_bulk(&self, command: Command) -> Result<Value> {
        first(self.pipeline_bulk(vec![command]).await?)
    }

    /// Several reads over the second connection.
    pub(crate) async fn pipeline_bulk(&self, commands: Vec<Command>) -> Result<Vec<Result<Value>>> {
        let inner = &self.0.inner;
        if let Some(replies) = inner.early(&commands) {
            return Ok(replies);
        }
        let connection = inner.bulk().await?;
        read(inner, &connection, commands).await
    }

    /// A write: the script is sent once and never again.
    ///
    /// # Errors
    /// [`ErrorKind::Connection`] if it was not sent, [`ErrorKind::InDoubt`] if it was and no
    /// answer came, [`ErrorKind::Cluster`] if its keys lie in different slots.
    pub(crate) async fn script(
        &self,
        source: &'static str,
        keys: Vec<Value>,
        args: Vec<Value>,
    ) -> Result<Value> {
        let inner = &self.0.inner;
        let count = Value::Integer(i64::try_from(keys.len()).unwrap_or(i64::MAX));
        let slots = keys.iter().cloned().map(|key| Command::new("EXISTS", [key]).slot());
        let slot = if self.cluster() { one_slot(slots)? } else { None };
        let source = Value::String(source.into());
        let command = Command::new("EVAL", [source, count].into_iter().chain(keys).chain(args));
        let timeout = Some(inner.timeout_for([&command]));
        let send = async |connection: &Connection| {
            let batch = Batch { commands: vec![command], slot, timeout, write: true };
            let frames = connection.send(batch).await;
            let frames = frames.map_err(|error| no_answer_to_write(inner, connection, error));
            let (frame, _) = frames?.pop().ok_or_else(|| inner.closed())?;
            command::value(frame, None)
        };
        let Some(waiting) = &self.1 else { return send(&*inner.main()?).await };
        let connection = inner.writer().await?;
        let reply = send(&connection).await;
        if reply.is_ok() {
            waiting.wait(&connection).await;
        }
        if connection.ended().is_none() {
            inner.keep_writer(connection).await;
        }
        reply
    }

    /// The same manager with writes that wait, within the time limit of a command, until this many replicas
    /// have them.
    pub(crate) fn waiting(&self, replicas: u32) -> (Self, Arc<Waiting>) {
        let until = Instant::now() + self.0.inner.command_timeout();
        let waiting = Arc::new(Waiting::new(replicas, until));
        (Self(Arc::clone(&self.0), Some(Arc::clone(&waiting))), waiting)
    }

    /// A write where scripts are forbidden: MULTI, the commands, EXEC. The connection carries nothing else
    /// meanwhile, and is never used again once an answer is missing.
    ///
    /// # Errors
    /// As [`script`](Self::script). A command that the server refuses to queue undoes all: its
    /// error is returned. One that fails within EXEC is an error in the list; the others stand.
    pub(crate) async fn transaction(&self, commands: Vec<Command>) -> Result<Vec<Result<Value>>> {
        let inner = &self.0.inner;
        let slots = commands.iter().map(Command::slot);
        let slot = if self.cluster() { one_slot(slots)? } else { None };
        let connection = inner.writer().await?;
        let replies = exec(inner, connection, commands, slot, self.1.as_deref()).await?;
        replies.ok_or_else(|| Error::new(ErrorKind::Conflict, "the transaction was given up"))
    }

    /// Watches keys for one transaction, which is given up if any of them changes before it. A user who may
    /// not watch gets a transaction without it.
    ///
    /// # Errors
    /// The keys could not be watched; nothing was done.
    pub(crate) async fn watch_keys(&self, keys: Vec<Value>) -> Result<OptimisticTransaction> {
        OptimisticTransaction::start(&self.0.inner, keys, self.1.clone()).await
    }

    /// A connection of its own for one value of about `size` bytes; closed when dropped, even during the
    /// read.
    pub(crate) async fn dedicated(&self, size: u64) -> Result<DedicatedConnection> {
        DedicatedConnection::open(self, size).await
    }

    /// A connection of its own that reports changes of keys; closed when dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] and others where this user, or this server, cannot have it.
    pub(crate) async fn key_tracker(&self) -> Result<KeyTracker> {
        KeyTracker::open(&self.0.inner).await
    }

    /// A connection of its own that receives the messages of these channels; closed when dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] if this user may not subscribe to one of them.
    pub(crate) async fn subscribe(&self, channels: Vec<Bytes>) -> Result<Subscription> {
        Subscription::open(&self.0.inner, channels).await
    }
}

async fn read(
    inner: &Inner,
    connection: &Connection,
    commands: Vec<Command>,
) -> Result<Vec<Result<Value>>> {
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    if inner.place().is_cluster() && commands.iter().any(|command| command.name == "SCAN") {
        return Err(Error::new(ErrorKind::Cluster, "a cluster cannot be searched as a whole")
            .hint("connect to one of its nodes' own tools"));
    }
    inner.commands_sent.fetch_add(commands.len() as u64, Ordering::Relaxed);
    let timeout = inner.timeout_for(&commands);
    connection.each(commands, timeout).await
}

/// MULTI, the commands, EXEC; `None` if a watched key has changed.
///
/// No one else can reach the connection while it is in use: if this future is dropped before its end, the
/// connection is closed, and the server drops the queued commands.
async fn exec(
    inner: &Inner,
    connection: Connection,
    commands: Vec<Command>,
    slot: Option<u16>,
    waiting: Option<&Waiting>,
) -> Result<Option<Vec<Result<Value>>>> {
    let timeout = Some(inner.timeout_for(&commands));
    let send = |commands| connection.send(Batch { commands, slot, timeout, write: true });
    // MULTI goes alone first: were it refused, the rest would run command by command.
    let (frame, _) =
        send(vec![Command::new("MULTI", [])]).await?.pop().ok_or_else(|| inner.closed())?;
    command::value(frame, None)?;
    let mut rest = commands;
    rest.push(Command::new("EXEC", []));
    let frames = send(rest).await;
    let mut frames = frames.map_err(|error| no_answer_to_write(inner, &connection, error))?;
    let (exec, _) = frames.pop().ok_or_else(|| inner.closed())?;
    for (frame, _) in frames {
        command::value(frame, None)?;
    }
    let replies = command::replies(exec)?;
    if let (Some(waiting), Some(_)) = (waiting, &replies) {
        waiting.wait(&connection).await;
    }
    inner.keep_writer(connection).await;
    Ok(replies)
}

fn first(mut replies: Vec<Result<Value>>) -> Result<Value> {
    replies.pop().unwrap_or(Ok(Value::Null))
}

/// The slot that all keys share.
fn one_slot(slots: impl IntoIterator<Item = Option<u16>>) -> Result<Option<u16>> {
    let mut found = None;
    for slot in slots.into_iter().flatten() {
        if found.is_some_and(|found| found != slot) {
            return Err(error::reply("CROSSSLOT"));
        }
        found = Some(slot);
    }
    Ok(found)
}

fn no_answer_to_write(inner: &Inner, connection: &Connection, error: Error) -> Error {
    match error.kind {
        ErrorKind::Connection | ErrorKind::Timeout => {
            inner.losses.add(connection);
            error::fate_unknown(&error)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests;
