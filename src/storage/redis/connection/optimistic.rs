//! A transaction on keys that must not change before its end.

use std::sync::Arc;

use fred::types::Value;

use super::inner::Inner;
use super::server_or_cluster::Connection;
use super::{Command, Waiting, exec};
use crate::model::{ErrorKind, Result};

/// A connection that watches keys; if it is dropped before its transaction, it is closed.
pub(crate) struct OptimisticTransaction {
    inner: Arc<Inner>,
    connection: Connection,
    waiting: Option<Arc<Waiting>>,
    watching: bool,
}

impl OptimisticTransaction {
    pub(super) async fn start(
        inner: &Arc<Inner>,
        keys: Vec<Value>,
        waiting: Option<Arc<Waiting>>,
    ) -> Result<Self> {
        let connection = inner.writer().await?;
        if keys.is_empty() {
            return Ok(Self { inner: Arc::clone(inner), connection, waiting, watching: false });
        }
        let watch = Command::new("WATCH", keys);
        let timeout = inner.timeout_for([&watch]);
        match connection.one(watch, timeout).await {
            Err(error) if error.kind != ErrorKind::Permission => Err(error),
            watched => {
                if let Err(error) = &watched {
                    crate::logs::info!("a transaction without a watch: {error}");
                }
                let watching = watched.is_ok();
                Ok(Self { inner: Arc::clone(inner), connection, waiting, watching })
            }
        }
    }

    /// Whether the keys are watched, which this user may not be allowed to do.
    pub(crate) fn is_watching(&self) -> bool {
        self.watching
    }

    /// Ends the watch without a change.
    pub(crate) async fn release(self) {
        let unwatch = Command::new("UNWATCH", Vec::new());
        let timeout = self.inner.timeout_for([&unwatch]);
        // Otherwise the connection ends, and the watch with it.
        if !self.watching || self.connection.one(unwatch, timeout).await.is_ok() {
            self.inner.keep_writer(self.connection).await;
        }
    }

    /// MULTI, the commands, EXEC. `None`: a watched key has changed, and nothing was done.
    ///
    /// # Errors
    /// As [`ConnectionManager::transaction`](super::ConnectionManager::transaction).
    pub(crate) async fn commit(self, commands: Vec<Command>) -> Result<Option<Vec<Result<Value>>>> {
        exec(&self.inner, self.connection, commands, None, self.waiting.as_deref()).await
    }
}
