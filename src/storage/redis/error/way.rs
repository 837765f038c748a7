//! Errors of `ssh` on the way to the server, one sentence each.

use std::fmt;
use std::io;
use std::path::Path;

use crate::model::{Error, ErrorKind, in_words};

/// There is no such `ssh`, or it cannot be started.
pub(crate) fn ssh_not_started(program: &Path, why: &io::Error) -> Error {
    let name = program.display();
    if why.kind() == io::ErrorKind::NotFound {
        return Error::new(ErrorKind::Connection, format!("there is no program {name} here"))
            .hint("install OpenSSH, or name it in LARDER_SSH");
    }
    let problem = format!("{name} cannot be started: {}", in_words(why));
    Error::new(ErrorKind::Connection, problem).hint("name another ssh in LARDER_SSH")
}

/// A failure of `ssh` itself.
#[derive(Debug, Clone)]
pub(in crate::storage::redis) struct SshFailed {
    /// The host that it was to log in to.
    pub(in crate::storage::redis) destination: String,
    /// Its last line, if it printed any.
    pub(in crate::storage::redis) said: Option<String>,
    /// A remedy, where there is a better one than the words of `ssh`.
    pub(in crate::storage::redis) remedy: Option<String>,
}

impl SshFailed {
    /// The error for the user.
    pub(in crate::storage::redis) fn error(&self) -> Error {
        let said = self.said.as_deref().unwrap_or("it ended").trim_end_matches('.');
        let problem = format!("ssh to {}: {said}", self.destination);
        let own = || format!("see what `ssh {}` says", self.destination);
        Error::new(ErrorKind::Connection, problem).hint(self.remedy.clone().unwrap_or_else(own))
    }
}

impl fmt::Display for SshFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error().problem)
    }
}

impl std::error::Error for SshFailed {}
