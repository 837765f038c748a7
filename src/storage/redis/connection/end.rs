//! The end of a connection, which is reported at once to everything that waits on it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::super::error;
use super::relay::Relay;
use crate::model::Error;

/// The switch that ends a connection, and its state.
#[derive(Clone, Default)]
pub(super) struct End {
    ended: watch::Sender<Option<Error>>,
    task: Arc<Mutex<Option<AbortHandle>>>,
    /// `None` for a cluster, whose nodes have one each.
    relay: Option<Relay>,
}

impl End {
    /// The end of a connection through this relay.
    pub(super) fn of(relay: Relay) -> Self {
        Self { relay: Some(relay), ..Self::default() }
    }

    /// Makes the task that carries the connection end with it.
    pub(super) fn with_task(&self, task: AbortHandle) {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Records that it has ended, for this reason unless it had ended before.
    pub(super) fn told(&self, reason: Error) {
        self.ended.send_if_modified(|ended| {
            let first = ended.is_none();
            ended.get_or_insert(reason);
            first
        });
    }

    /// Ends it, for this reason unless it had ended before.
    pub(super) fn now(&self, reason: Error) {
        self.told(reason);
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
        if let Some(relay) = &self.relay {
            relay.stop();
        }
    }

    /// Why a request to fred has failed: the relay knows more about it than fred.
    pub(super) fn reason(&self, error: Error) -> Error {
        self.relay.as_ref().and_then(Relay::reason).unwrap_or(error)
    }

    /// Waits until the server has answered the greeting; for ever, if it has refused it.
    pub(super) async fn greeted(&self) {
        if let Some(relay) = &self.relay {
            relay.greeted().await;
        }
    }

    /// Why it ended, if it has.
    pub(super) fn ended(&self) -> Option<Error> {
        self.ended.borrow().clone()
    }

    /// Waits for the end; returns the reason.
    pub(super) async fn wait(&self, address: &str) -> Error {
        let mut ended = self.ended.subscribe();
        let reason = ended.wait_for(Option::is_some).await;
        let reason = reason.ok().and_then(|reason| reason.clone());
        reason.unwrap_or_else(|| error::closed(address))
    }
}
