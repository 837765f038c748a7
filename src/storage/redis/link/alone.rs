//! A connection for one huge read.

use std::time::Duration;

use fred::types::Value;

use super::Link;
use super::command::{self, Command};
use super::life::{Life, Sent};
use crate::model::Result;

/// A connection of its own. Nothing else waits behind its reply; dropping it closes it at once,
/// also in the midst of a reply.
pub(crate) struct Alone {
    life: Life,
    link: Link,
}

impl Alone {
    pub(super) async fn open(link: &Link, size: u64) -> Result<Self> {
        let core = &link.0.core;
        // Fails at once while the server is away.
        core.main()?;
        Ok(Self { life: core.for_value(size).await?, link: link.clone() })
    }

    /// Runs a command however long its reply takes, as long as the server answers others.
    pub(crate) async fn run(&self, command: Command) -> Result<Value> {
        let sent = Sent { commands: vec![command], slot: None, timeout: None, write: false };
        let reply = self.life.send(sent);
        tokio::pin!(reply);
        let interval = self.link.0.core.command_timeout().max(Duration::from_millis(1));
        let mut failed = None;
        loop {
            let watched = async {
                tokio::time::sleep(interval).await;
                self.link.ping().await.err()
            };
            tokio::select! {
                biased;
                frames = &mut reply => {
                    let (frame, _) = frames?.pop().ok_or_else(|| self.link.0.core.closed())?;
                    return command::value(frame, None);
                }
                error = watched => match (error, failed.take()) {
                    // Once may be chance; the second time the server is gone for this reply, too.
                    (Some(error), Some(())) => return Err(error),
                    (Some(_), None) => failed = Some(()),
                    (None, _) => {}
                },
            }
        }
    }
}
