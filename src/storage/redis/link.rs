//! The connection to a server: fred, made so that nothing hangs, nothing runs late and no write
//! runs twice.
//!
//! fred's own reconnection is off. Each connection is one [life]; when it ends, everything
//! that waits on it fails at once, and the link makes the next one, for ever, at most 2 s apart.

mod alone;
mod bell;
mod client;
mod command;
mod core;
mod doorway;
mod establish;
mod facts;
mod fence;
mod framing;
mod life;
mod limits;
mod listening;
mod nodes;
mod relay;
mod replicas;
mod sentinel;
mod tls;
mod transport;
mod watched;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fred::types::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::core::Core;
use self::life::{Life, Sent};
use super::fault;
use crate::model::{Connection, Error, ErrorKind, Result};
use crate::storage::Options;
use crate::storage::target::RedisTarget;

pub(crate) use self::alone::Alone;
pub(crate) use self::bell::Bell;
pub(crate) use self::command::Command;
pub(crate) use self::facts::Facts;
pub(crate) use self::fence::Lost;
pub(crate) use self::listening::{Heard, Listener};
pub(crate) use self::replicas::Waiting;
pub(crate) use self::watched::Watched;

/// A connection that comes back by itself. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub(crate) struct Link(Arc<Shared>, Option<Arc<Waiting>>);

struct Shared {
    core: Arc<Core>,
    supervisor: JoinHandle<()>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.supervisor.abort();
    }
}

impl Link {
    /// Connects within `options.connect_timeout`: logs in, selects the database, and looks whether
    /// the server has loaded its data and lets this user read stores.
    pub(crate) async fn connect(target: &RedisTarget, options: &Options) -> Result<Self> {
        let core = Core::connect(target, options).await?;
        let supervisor = tokio::spawn(core::supervise(Arc::clone(&core)));
        Ok(Self(Arc::new(Shared { core, supervisor }), None))
    }

    /// The target without its secret.
    pub(crate) fn label(&self) -> String {
        self.0.core.target.label()
    }

    /// Whether the connection is up, and every later change.
    pub(crate) fn state(&self) -> watch::Receiver<Connection> {
        self.0.core.state.subscribe()
    }

    /// Whether the server is a cluster.
    pub(crate) fn cluster(&self) -> bool {
        self.0.core.place().is_cluster()
    }

    /// So many commands more are run than are sent.
    pub(crate) fn did(&self, commands: u64) {
        self.0.core.sent.fetch_add(commands, Ordering::Relaxed);
    }

    /// How many reads were sent so far.
    pub(crate) fn sent(&self) -> u64 {
        self.0.core.sent.load(Ordering::Relaxed)
    }

    /// The number of the database that the target names.
    pub(crate) fn database(&self) -> u32 {
        self.0.core.target.database
    }

    /// What the server tells of itself.
    pub(crate) async fn facts(&self) -> Result<Facts> {
        facts::read(self).await
    }

    /// One round trip. A refusal is an answer, too.
    pub(crate) async fn ping(&self) -> Result<Duration> {
        let start = Instant::now();
        self.pipeline(vec![Command::new("PING", [])]).await?;
        Ok(start.elapsed())
    }

    /// A read that the user waits on. Fails at once while there is no connection.
    pub(crate) async fn run(&self, command: Command) -> Result<Value> {
        first(self.pipeline(vec![command]).await?)
    }

    /// Several reads in one go; each reply on its own.
    pub(crate) async fn pipeline(&self, commands: Vec<Command>) -> Result<Vec<Result<Value>>> {
        let core = &self.0.core;
        let life = core.main()?;
        read(core, &life, commands).await
    }

    /// A read that nobody waits on, as of a scan: over a second connection, so that those of
    /// [`run`](Self::run) do not wait behind it.
    pub(crate) async fn run_bulk(&self, command: Command) -> Result<Value> {
        first(self.pipeline_bulk(vec![command]).await?)
    }

    /// Several reads over the second connection.
    pub(crate) async fn pipeline_bulk(&self, commands: Vec<Command>) -> Result<Vec<Result<Value>>> {
        let core = &self.0.core;
        let life = core.bulk().await?;
        read(core, &life, commands).await
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
        let core = &self.0.core;
        let count = Value::Integer(i64::try_from(keys.len()).unwrap_or(i64::MAX));
        let slots = keys.iter().cloned().map(|key| Command::new("EXISTS", [key]).slot());
        let slot = if self.cluster() { one_slot(slots)? } else { None };
        let source = Value::String(source.into());
        let command = Command::new("EVAL", [source, count].into_iter().chain(keys).chain(args));
        let timeout = Some(core.patience([&command]));
        let send = async |life: &Life| {
            let sent = Sent { commands: vec![command], slot, timeout, write: true };
            let frames = life.send(sent).await;
            let frames = frames.map_err(|error| no_answer_to_write(core, life, error));
            let (frame, _) = frames?.pop().ok_or_else(|| core.closed())?;
            command::value(frame, None)
        };
        let Some(waiting) = &self.1 else { return send(&*core.main()?).await };
        let life = core.writer().await?;
        let reply = send(&life).await;
        if reply.is_ok() {
            waiting.wait(&life).await;
        }
        if life.ended().is_none() {
            core.keep_writer(life).await;
        }
        reply
    }

    /// The same, whose writes wait for so many replicas to have them, within the time of a command.
    pub(crate) fn waiting(&self, replicas: u32) -> (Self, Arc<Waiting>) {
        let until = Instant::now() + self.0.core.command_timeout();
        let waiting = Arc::new(Waiting::new(replicas, until));
        (Self(Arc::clone(&self.0), Some(Arc::clone(&waiting))), waiting)
    }

    /// A write where scripts are forbidden: MULTI, the commands, EXEC, on a connection that
    /// carries nothing else meanwhile and is never used again once an answer is missing.
    ///
    /// # Errors
    /// As [`script`](Self::script). A command that the server refuses to queue undoes all: its
    /// error is returned. One that fails within EXEC is an error in the list; the others stand.
    pub(crate) async fn transaction(&self, commands: Vec<Command>) -> Result<Vec<Result<Value>>> {
        let core = &self.0.core;
        let slots = commands.iter().map(Command::slot);
        let slot = if self.cluster() { one_slot(slots)? } else { None };
        let life = core.writer().await?;
        let replies = exec(core, life, commands, slot, self.1.as_deref()).await?;
        replies.ok_or_else(|| Error::new(ErrorKind::Conflict, "the transaction was given up"))
    }

    /// Watches keys for one transaction, which is given up if any of them changes before it. A
    /// user who may not watch gets a transaction that is not.
    ///
    /// # Errors
    /// The keys could not be watched; nothing was done.
    pub(crate) async fn watch_keys(&self, keys: Vec<Value>) -> Result<Watched> {
        Watched::start(&self.0.core, keys, self.1.clone()).await
    }

    /// A connection of its own for one value of about so many bytes; closed when dropped, also on
    /// the way.
    pub(crate) async fn alone(&self, size: u64) -> Result<Alone> {
        Alone::open(self, size).await
    }

    /// A connection of its own that tells when keys change; closed when dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] and others where this user, or this server, cannot have it.
    pub(crate) async fn bell(&self) -> Result<Bell> {
        Bell::open(&self.0.core).await
    }

    /// A connection of its own that hears what is published on these channels; closed when dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Permission`] if this user may not hear one of them.
    pub(crate) async fn listen(&self, channels: Vec<Bytes>) -> Result<Listener> {
        Listener::open(&self.0.core, channels).await
    }
}

async fn read(core: &Core, life: &Life, commands: Vec<Command>) -> Result<Vec<Result<Value>>> {
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    if core.place().is_cluster() && commands.iter().any(|command| command.name == "SCAN") {
        return Err(Error::new(
            ErrorKind::Cluster,
            "a cluster cannot be looked through as a whole",
        )
        .hint("connect to one of its nodes' own tools"));
    }
    core.sent.fetch_add(commands.len() as u64, Ordering::Relaxed);
    let timeout = core.patience(&commands);
    life.each(commands, timeout).await
}

/// MULTI, the commands, EXEC; `None` if a watched key has changed.
///
/// While the connection is in use it is in nobody's reach: if this future is dropped on the way, it
/// is closed, and the server forgets what was queued.
async fn exec(
    core: &Core,
    life: Life,
    commands: Vec<Command>,
    slot: Option<u16>,
    waiting: Option<&Waiting>,
) -> Result<Option<Vec<Result<Value>>>> {
    let timeout = Some(core.patience(&commands));
    let send = |commands| life.send(Sent { commands, slot, timeout, write: true });
    // MULTI alone first: were it refused, the rest would run command by command.
    let (frame, _) =
        send(vec![Command::new("MULTI", [])]).await?.pop().ok_or_else(|| core.closed())?;
    command::value(frame, None)?;
    let mut rest = commands;
    rest.push(Command::new("EXEC", []));
    let frames = send(rest).await;
    let mut frames = frames.map_err(|error| no_answer_to_write(core, &life, error))?;
    let (exec, _) = frames.pop().ok_or_else(|| core.closed())?;
    for (frame, _) in frames {
        command::value(frame, None)?;
    }
    let replies = command::replies(exec)?;
    if let (Some(waiting), Some(_)) = (waiting, &replies) {
        waiting.wait(&life).await;
    }
    core.keep_writer(life).await;
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
            return Err(fault::reply("CROSSSLOT"));
        }
        found = Some(slot);
    }
    Ok(found)
}

fn no_answer_to_write(core: &Core, life: &Life, error: Error) -> Error {
    match error.kind {
        ErrorKind::Connection | ErrorKind::Timeout => {
            core.losses.add(life);
            fault::fate_unknown(&error)
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests;
