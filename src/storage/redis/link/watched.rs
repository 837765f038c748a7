//! A transaction on keys that nobody else may change before its end.

use std::sync::Arc;

use fred::types::Value;

use super::core::Core;
use super::life::Life;
use super::{Command, Waiting, exec};
use crate::model::{ErrorKind, Result};

/// A connection that watches keys; dropped before its transaction, it is closed.
pub(crate) struct Watched {
    core: Arc<Core>,
    life: Life,
    waiting: Option<Arc<Waiting>>,
}

impl Watched {
    pub(super) async fn start(
        core: &Arc<Core>,
        keys: Vec<Value>,
        waiting: Option<Arc<Waiting>>,
    ) -> Result<Self> {
        let life = core.writer().await?;
        let watch = Command::new("WATCH", keys);
        let timeout = core.patience([&watch]);
        match life.one(watch, timeout).await {
            Err(error) if error.kind != ErrorKind::Permission => Err(error),
            watched => {
                if let Err(error) = watched {
                    log::info!("a transaction without a watch: {error}");
                }
                Ok(Self { core: Arc::clone(core), life, waiting })
            }
        }
    }

    /// MULTI, the commands, EXEC. `None`: a key that is watched has changed, and nothing was done.
    ///
    /// # Errors
    /// As [`Link::transaction`](super::Link::transaction).
    pub(crate) async fn commit(self, commands: Vec<Command>) -> Result<Option<Vec<Result<Value>>>> {
        exec(&self.core, self.life, commands, None, self.waiting.as_deref()).await
    }
}
