//! Connecting to the present target, also with a password that was typed.

use std::sync::Arc;
use std::time::Duration;

use crate::app::Password;
use crate::storage::blocking;
use crate::storage::target::{Secret, Target};

use super::switching::CurrentTarget;
use super::{Shell, effects};

impl Shell {
    /// Connects after this time.
    pub(super) fn connect(&mut self, after: Duration) {
        let (options, connected) = (self.options.clone(), self.connected.clone());
        let password = self.password.clone();
        match (&self.target, &self.targets) {
            (CurrentTarget::Listed(at), Some(targets)) => {
                let (at, targets) = (*at, Arc::clone(targets));
                let known = Arc::clone(&self.resolved);
                // The command for a password may take as long as the user needs to unlock a key ring.
                let resolve = move || async move {
                    let task = blocking::run(move || match &password {
                        Some(typed) => targets.resolve_with(at, typed),
                        None => targets.resolve(at),
                    });
                    task.await.unwrap_or_else(|_| Err(effects::bug()))
                };
                let resolved = async move { known.get_or_try_init(resolve).await.cloned() };
                self.tasks.connect(resolved, options, connected, after);
            }
            (CurrentTarget::Given(target), _) => {
                let mut target = Target::clone(target);
                if let Some(typed) = password {
                    target = target.with_password(typed);
                }
                self.tasks.connect(std::future::ready(Ok(target)), options, connected, after);
            }
            (CurrentTarget::Listed(_), None) => {}
        }
    }

    /// Logs in with a password that was typed. It is kept only here and in the storage, until larder ends or
    /// another target is opened.
    pub(super) fn log_in(&mut self, password: Password) {
        let password = Secret::new(password.into_text());
        if self.tasks.log_in(password.clone()) {
            return;
        }
        self.password = Some(password);
        self.resolved = Arc::default();
        self.connect(Duration::ZERO);
    }
}
