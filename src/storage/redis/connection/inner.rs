//! The manager's connections, and the task that restores them.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fred::types::Value;
use tokio::sync::{Mutex as AsyncMutex, Notify, watch};

use super::super::error;
use super::command::Command;
use super::establish::{self, Established};
use super::facts::{self, Facts};
use super::fence::Losses;
use super::place::{Place, Purpose};
use super::server::Plan;
use super::server_or_cluster::Connection;
use crate::model::{ConnectionState, Error, ErrorKind, Result, Traffic};
use crate::storage::Options;
use crate::storage::target::{RedisTarget, Secret};

/// Longest pause between two tries to reconnect.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Slowest line that is expected, in bytes a second; a larger batch gets more time by this.
const SLOWEST_LINE: usize = 1 << 20;

pub(super) struct Inner {
    pub(super) target: RedisTarget,
    pub(super) state: watch::Sender<ConnectionState>,
    /// How to connect; a typed password replaces that of the target.
    plan: Mutex<Arc<Plan>>,
    /// Ends the pause before the next try to reconnect.
    at_once: Notify,
    command_timeout: Duration,
    /// Number of commands of reads so far.
    pub(super) commands_sent: AtomicU64,
    pub(super) losses: Losses,
    /// Commands sent while connecting, with their answers, until another command is sent.
    early: Mutex<Vec<Early>>,
    /// Whether there are no further connections.
    one_connection: bool,
    main: Mutex<Current>,
    bulk: AsyncMutex<Option<Arc<Connection>>>,
    writer: AsyncMutex<Option<Connection>>,
}

/// Commands for one question that were sent while connecting, and their answers.
struct Early {
    commands: Vec<Command>,
    answers: Vec<Result<Value>>,
}

/// The connection in use, and the place that it leads to.
struct Current {
    connection: Arc<Connection>,
    place: Place,
}

impl Inner {
    /// Connects, and asks for the facts and for the first reads along with it.
    pub(super) async fn connect(
        target: &RedisTarget,
        options: &Options,
        first: Vec<Vec<Command>>,
    ) -> Result<(Arc<Self>, Facts)> {
        let plan = Plan::new(target, options)?;
        let questions = facts::questions();
        let asked: Vec<_> = questions.iter().chain(first.iter().flatten()).cloned().collect();
        let established = establish::checked(&plan, &asked).await?;
        let Established { connection, place, answers } = established;
        let mut answers = answers.into_iter();
        let facts = answers.by_ref().take(questions.len());
        let facts = facts::answered(facts, place.is_cluster());
        let early = first.into_iter().map(|commands| {
            let answers = answers.by_ref().take(commands.len()).collect();
            Early { commands, answers }
        });
        let early = early.collect();
        let inner = Arc::new(Self {
            target: target.clone(),
            state: watch::Sender::new(ConnectionState::Up),
            plan: Mutex::new(Arc::new(plan)),
            at_once: Notify::new(),
            command_timeout: options.command_timeout,
            commands_sent: AtomicU64::new(0),
            losses: Losses::default(),
            early: Mutex::new(early),
            one_connection: options.one_connection,
            main: Mutex::new(Current { connection: Arc::new(connection), place }),
            bulk: AsyncMutex::new(None),
            writer: AsyncMutex::new(None),
        });
        Ok((inner, facts))
    }

    /// The answers to these commands, if they were sent while connecting. Given once, and not after any other
    /// command was sent: by then they are old.
    pub(super) fn early(&self, commands: &[Command]) -> Option<Vec<Result<Value>>> {
        let mut early = self.early.lock().unwrap_or_else(PoisonError::into_inner);
        let at = early.iter().position(|early| early.commands == commands);
        if at.is_none() {
            early.clear();
        }
        at.map(|at| early.swap_remove(at).answers)
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.plan().way.traffic.clone()
    }

    fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tries a password on a connection of its own, and uses it from now on if the server accepts it.
    pub(super) async fn log_in(&self, password: &Secret) -> Result<()> {
        let plan = self.plan().with_password(password.clone());
        establish::checked(&plan, &[]).await?;
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(plan);
        self.at_once.notify_one();
        Ok(())
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.main.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place that the connection leads to.
    pub(super) fn place(&self) -> Place {
        self.current().place.clone()
    }

    /// The connection in use.
    ///
    /// # Errors
    /// There is no connection at present.
    pub(super) fn main(&self) -> Result<Arc<Connection>> {
        let current = self.current();
        let Some(ended) = current.connection.ended() else {
            return Ok(Arc::clone(&current.connection));
        };
        // Set before the caller waits for it to be up. A replacement reports afterwards that it is up.
        self.state.send_if_modified(|state| {
            let is_news = *state == ConnectionState::Up;
            if is_news {
                *state = down(0, &ended);
            }
            is_news
        });
        drop(current);
        Err(self.down(&ended))
    }

    fn down(&self, ended: &Error) -> Error {
        let reason = match &*self.state.borrow() {
            ConnectionState::Down { reason, .. } => reason.clone(),
            ConnectionState::Up => ended.problem.clone(),
        };
        error::down(&self.target.address(), &reason)
    }

    /// The second connection, made on first use.
    pub(super) async fn bulk(&self) -> Result<Arc<Connection>> {
        // Fails at once while the server is away.
        let main = self.main()?;
        if self.one_connection {
            return Ok(main);
        }
        let mut bulk = self.bulk.lock().await;
        if let Some(connection) = bulk.as_ref().filter(|connection| connection.ended().is_none()) {
            return Ok(Arc::clone(connection));
        }
        let connection = Arc::new(self.another().await?);
        *bulk = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// The connection for transactions, for the caller alone; see
    /// [`keep_writer`](Self::keep_writer).
    pub(super) async fn writer(&self) -> Result<Connection> {
        self.main()?;
        let kept = self.writer.lock().await.take();
        if let Some(connection) = kept.filter(|connection| connection.ended().is_none()) {
            return Ok(connection);
        }
        let connection = self.another().await?;
        establish::identify(&connection, self.command_timeout).await?;
        Ok(connection)
    }

    /// Puts a connection back whose transaction has ended normally.
    pub(super) async fn keep_writer(&self, connection: Connection) {
        *self.writer.lock().await = Some(connection);
    }

    /// A further connection to the place of the one in use.
    pub(super) async fn another(&self) -> Result<Connection> {
        establish::plain(&self.plan(), &self.place()).await
    }

    /// A further connection, for a value of this size in bytes.
    pub(super) async fn for_value(&self, size: u64) -> Result<Connection> {
        establish::for_purpose(&self.plan(), &self.place(), Purpose::Large(size)).await
    }

    /// A further connection, for messages.
    pub(super) async fn for_messages(&self, purpose: Purpose) -> Result<Connection> {
        // Fails at once while the server is away.
        self.main()?;
        establish::for_purpose(&self.plan(), &self.place(), purpose).await
    }

    /// The timeout of these commands: longer where they are large.
    pub(super) fn timeout_for<'a>(
        &self,
        commands: impl IntoIterator<Item = &'a Command>,
    ) -> Duration {
        let size: usize = commands.into_iter().map(Command::size).sum();
        self.command_timeout + Duration::from_secs((size / SLOWEST_LINE) as u64)
    }

    pub(super) fn command_timeout(&self) -> Duration {
        self.command_timeout
    }

    pub(super) fn closed(&self) -> Error {
        error::closed(&self.target.address())
    }
}

/// Watches the connection in use and replaces it when it ends; never returns.
pub(super) async fn supervise(inner: Arc<Inner>) {
    let mut pause = Duration::ZERO;
    loop {
        let connection = Arc::clone(&inner.current().connection);
        let since = Instant::now();
        let reason = connection.end().await;
        // A connection that ends again and again right after it was made is not made anew all the time.
        if since.elapsed() > LONGEST_PAUSE {
            pause = Duration::ZERO;
        }
        crate::logs::warn!("connection lost: {}", reason.problem);
        let mut tries = 0;
        inner.state.send_replace(down(tries, &reason));
        let Established { connection, place, .. } = loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = inner.at_once.notified() => {}
            }
            match establish::checked(&inner.plan(), &[]).await {
                Ok(established) => break established,
                Err(error) => {
                    tries += 1;
                    pause = longer(pause);
                    crate::logs::info!("try {tries} to reconnect: {}", error.problem);
                    inner.state.send_replace(down(tries, &error));
                }
            }
        };
        *inner.current() = Current { connection: Arc::new(connection), place };
        pause = longer(pause);
        crate::logs::info!("connected again");
        inner.state.send_replace(ConnectionState::Up);
    }
}

/// The state without a connection, and why.
fn down(tries: u32, why: &Error) -> ConnectionState {
    let wants_password = why.kind == ErrorKind::Auth;
    ConnectionState::Down { tries, reason: why.problem.clone(), wants_password }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE)
}
