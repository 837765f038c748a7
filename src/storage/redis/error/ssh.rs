//! What goes wrong on the way through another host.

use std::fmt;

use crate::model::{Error, ErrorKind};

/// `ssh` has ended by an error of its own.
#[derive(Debug, Clone)]
pub(in crate::storage::redis) struct SshFailed {
    /// The host that it was to log in to.
    pub(in crate::storage::redis) destination: String,
    /// Its last line, if it said any.
    pub(in crate::storage::redis) said: Option<String>,
}

impl SshFailed {
    /// As the user is told.
    pub(in crate::storage::redis) fn error(&self) -> Error {
        let said = self.said.as_deref().unwrap_or("it ended");
        let problem = format!("ssh to {}: {said}", self.destination);
        Error::new(ErrorKind::Connection, problem)
            .hint(format!("see what `ssh {}` says", self.destination))
    }
}

impl fmt::Display for SshFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error().problem)
    }
}

impl std::error::Error for SshFailed {}
