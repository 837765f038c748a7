//! What a link holds: its connections, and the task that brings them back.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as AsyncMutex, watch};

use super::super::fault;
use super::client::{Place, Purpose};
use super::command::Command;
use super::establish::{self, Established, Plan};
use super::fence::Losses;
use super::life::Life;
use crate::model::{Connection, Error, Result};
use crate::storage::Options;
use crate::storage::target::RedisTarget;

/// The longest pause between two tries to reconnect.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How many bytes a second a line must carry at least; what is sent gets more time by this.
const SLOWEST_LINE: usize = 1 << 20;

pub(super) struct Core {
    pub(super) target: RedisTarget,
    pub(super) state: watch::Sender<Connection>,
    plan: Plan,
    command_timeout: Duration,
    /// How many commands were sent so far.
    pub(super) sent: AtomicU64,
    pub(super) losses: Losses,
    main: Mutex<Current>,
    bulk: AsyncMutex<Option<Arc<Life>>>,
    writer: AsyncMutex<Option<Life>>,
}

/// The connection that is in use, and where it leads.
struct Current {
    life: Arc<Life>,
    place: Place,
}

impl Core {
    pub(super) async fn connect(target: &RedisTarget, options: &Options) -> Result<Arc<Self>> {
        let plan = Plan::new(target, options.connect_timeout)?;
        let Established { life, place } = establish::checked(&plan).await?;
        Ok(Arc::new(Self {
            target: target.clone(),
            state: watch::Sender::new(Connection::Up),
            plan,
            command_timeout: options.command_timeout,
            sent: AtomicU64::new(0),
            losses: Losses::default(),
            main: Mutex::new(Current { life: Arc::new(life), place }),
            bulk: AsyncMutex::new(None),
            writer: AsyncMutex::new(None),
        }))
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.main.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the connection leads.
    pub(super) fn place(&self) -> Place {
        self.current().place.clone()
    }

    /// The connection in use.
    ///
    /// # Errors
    /// There is none at present.
    pub(super) fn main(&self) -> Result<Arc<Life>> {
        let life = Arc::clone(&self.current().life);
        match life.ended() {
            None => Ok(life),
            Some(reason) => Err(self.down(&reason)),
        }
    }

    fn down(&self, ended: &Error) -> Error {
        let reason = match &*self.state.borrow() {
            Connection::Down { reason, .. } => reason.clone(),
            Connection::Up => ended.problem.clone(),
        };
        fault::down(&self.target.address(), &reason)
    }

    /// The second connection, made when first asked for.
    pub(super) async fn bulk(&self) -> Result<Arc<Life>> {
        // Fails at once while the server is away.
        self.main()?;
        let mut bulk = self.bulk.lock().await;
        if let Some(life) = bulk.as_ref().filter(|life| life.ended().is_none()) {
            return Ok(Arc::clone(life));
        }
        let life = Arc::new(self.another().await?);
        *bulk = Some(Arc::clone(&life));
        Ok(life)
    }

    /// The connection for transactions, for the caller alone; see [`keep_writer`](Self::keep_writer).
    pub(super) async fn writer(&self) -> Result<Life> {
        self.main()?;
        let kept = self.writer.lock().await.take();
        if let Some(life) = kept.filter(|life| life.ended().is_none()) {
            return Ok(life);
        }
        let life = self.another().await?;
        establish::identify(&life, self.command_timeout).await?;
        Ok(life)
    }

    /// Puts a connection back whose transaction has ended as it should.
    pub(super) async fn keep_writer(&self, life: Life) {
        *self.writer.lock().await = Some(life);
    }

    /// A further connection to the place of the one in use.
    pub(super) async fn another(&self) -> Result<Life> {
        establish::plain(&self.plan, &self.place()).await
    }

    /// A further connection, for a value of so many bytes.
    pub(super) async fn for_value(&self, size: u64) -> Result<Life> {
        establish::for_purpose(&self.plan, &self.place(), Purpose::Large(size)).await
    }

    /// A further connection, for one that listens.
    pub(super) async fn listening(&self, purpose: Purpose) -> Result<Life> {
        // Fails at once while the server is away.
        self.main()?;
        establish::for_purpose(&self.plan, &self.place(), purpose).await
    }

    /// How long an answer to these may take.
    pub(super) fn patience<'a>(&self, commands: impl IntoIterator<Item = &'a Command>) -> Duration {
        let size: usize = commands.into_iter().map(Command::size).sum();
        self.command_timeout + Duration::from_secs((size / SLOWEST_LINE) as u64)
    }

    pub(super) fn command_timeout(&self) -> Duration {
        self.command_timeout
    }

    pub(super) fn closed(&self) -> Error {
        fault::closed(&self.target.address())
    }
}

/// Watches the connection in use and replaces it when it ends; never returns.
pub(super) async fn supervise(core: Arc<Core>) {
    let mut pause = Duration::ZERO;
    loop {
        let life = Arc::clone(&core.current().life);
        let since = Instant::now();
        let reason = life.end().await;
        // One that ends again and again right after it was made is not made anew all the time.
        if since.elapsed() > LONGEST_PAUSE {
            pause = Duration::ZERO;
        }
        log::warn!("connection lost: {}", reason.problem);
        let mut tries = 0;
        core.state.send_replace(Connection::Down { tries, reason: reason.problem });
        let Established { life, place } = loop {
            tokio::time::sleep(pause).await;
            match establish::checked(&core.plan).await {
                Ok(established) => break established,
                Err(error) => {
                    tries += 1;
                    pause = longer(pause);
                    log::info!("try {tries} to reconnect: {}", error.problem);
                    core.state.send_replace(Connection::Down { tries, reason: error.problem });
                }
            }
        };
        *core.current() = Current { life: Arc::new(life), place };
        pause = longer(pause);
        log::info!("connected again");
        core.state.send_replace(Connection::Up);
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE)
}
