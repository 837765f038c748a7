//! Reasons for which a command ends early, and the exit codes.

use std::io;
use std::process::ExitCode;

use super::messages::{self, say};
use crate::model::{Error, ErrorKind, Replicas, in_words};
use crate::ops::words;

/// The command is done.
pub(super) const DONE: u8 = 0;
/// The store, the record or the id is not there.
pub(super) const NOT_THERE: u8 = 1;
/// Wrong arguments or settings, or a local file that cannot be read or written.
pub(super) const USAGE: u8 = 2;
/// The server could not be used.
pub(super) const CONNECTION: u8 = 3;
/// The command was refused, by larder or by the server.
pub(super) const REFUSED: u8 = 4;
/// Stored data is not as Crawlee writes it.
pub(super) const DAMAGED: u8 = 5;
/// The write was made, but is on fewer replicas than were asked for.
pub(super) const FEW_REPLICAS: u8 = 6;

/// The reason why a command ended before it was done.
#[derive(Debug)]
pub(super) enum Failure {
    /// An error, which is to be printed.
    Error(Error),
    /// Standard output is closed, which is no fault of the command.
    Closed,
}

/// The result of a command: an exit code, or the reason why it ended early.
pub(super) type ExitResult = Result<u8, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The exit code of a write that was made; if it is on too few replicas, that is printed.
pub(super) fn written(replicas: Option<Replicas>) -> u8 {
    match words::on_few_replicas("written", replicas) {
        None => DONE,
        Some(few) => {
            say(&few);
            FEW_REPLICAS
        }
    }
}

/// A failure to write standard output.
impl From<io::Error> for Failure {
    fn from(why: io::Error) -> Self {
        if why.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        let problem = format!("standard output cannot be written: {}", in_words(&why));
        Self::Error(Error::new(ErrorKind::Io, problem))
    }
}

/// The exit code of a kind of error.
pub(super) fn code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::NotFound => NOT_THERE,
        ErrorKind::Usage | ErrorKind::Io => USAGE,
        ErrorKind::Connection
        | ErrorKind::Timeout
        | ErrorKind::Auth
        | ErrorKind::Tls
        | ErrorKind::Loading
        | ErrorKind::NoJsonModule => CONNECTION,
        ErrorKind::ReadOnly
        | ErrorKind::Permission
        | ErrorKind::Conflict
        | ErrorKind::NotSupported
        | ErrorKind::OutOfMemory
        | ErrorKind::DiskFull
        | ErrorKind::CannotPersist
        | ErrorKind::InDoubt
        | ErrorKind::Cluster
        | ErrorKind::Server => REFUSED,
        ErrorKind::WrongType | ErrorKind::Damaged => DAMAGED,
    }
}

/// Prints the failure, if any, and gives the process's exit code.
pub(super) fn finish(outcome: ExitResult) -> ExitCode {
    let code = match outcome {
        Ok(code) => code,
        Err(Failure::Closed) => DONE,
        Err(Failure::Error(error)) => {
            crate::logs::error!("{:?}: {error}", error.kind);
            let code = code(error.kind);
            messages::fail(&error, code);
            code
        }
    };
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(matches!(failure, Failure::Closed));
        let failure = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert!(matches!(failure, Failure::Error(error) if code(error.kind) == USAGE));
    }
}
