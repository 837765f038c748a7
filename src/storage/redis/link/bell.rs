//! A connection that is told when one of some Redis keys changes: once for each, until asked again.
//!
//! This is the server's tracking of what a client has read, in its plain mode: it remembers a few
//! names of keys, sends one line for each that changes and forgets it. So it costs a server next to
//! nothing however much is written, and it needs no set-up.

use std::time::Duration;

use fred::interfaces::TrackingInterface;
use fred::types::Value;
use fred::types::client::Invalidation;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::client::Purpose;
use super::command::Command;
use super::core::Core;
use super::life::Life;
use crate::model::Result;

/// Such a connection; dropping it closes it.
pub(crate) struct Bell {
    life: Life,
    rings: Receiver<Invalidation>,
    timeout: Duration,
}

impl Bell {
    pub(super) async fn open(core: &Core) -> Result<Self> {
        let life = core.listening(Purpose::Tracking).await?;
        let (rings, timeout) = (life.client()?.invalidation_rx(), core.command_timeout());
        let on = Command::new("CLIENT TRACKING", [Value::from("ON")]);
        life.one(on, timeout).await?;
        Ok(Self { life, rings, timeout })
    }

    /// From the answer on it rings once for each of these keys that changes, be it there or not.
    pub(crate) async fn arm(&self, keys: Vec<Value>) -> Result<()> {
        // Whatever reads a key makes the server remember it; this reads many, and none of their data.
        self.life.one(Command::new("EXISTS", keys), self.timeout).await.map(|_| ())
    }

    /// Whether it has rung since the last call of this or of [`ring`](Self::ring).
    pub(crate) fn has_rung(&mut self) -> bool {
        let mut rung = false;
        loop {
            match self.rings.try_recv() {
                Ok(_) | Err(TryRecvError::Lagged(_)) => rung = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return rung,
            }
        }
    }

    /// Waits until it rings. Nothing is lost if this is dropped while it waits.
    ///
    /// # Errors
    /// The connection has ended.
    pub(crate) async fn ring(&mut self) -> Result<()> {
        tokio::select! {
            biased;
            ring = self.rings.recv() => match ring {
                Ok(_) | Err(RecvError::Lagged(_)) => Ok(()),
                Err(RecvError::Closed) => Err(self.life.end().await),
            },
            reason = self.life.end() => Err(reason),
        }
    }
}
