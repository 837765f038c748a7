//! The end of the server's side of a connection, and the facts about it that fred cannot know.

use std::io;

use super::super::error;
use super::framing::Violation;
use crate::model::{Error, ErrorKind};

/// Longest first message of a server that may be a refusal, in bytes.
pub(super) const REFUSAL: usize = 512;

/// The way in which the server's side of a connection ended.
pub(super) enum ServerEnd {
    Closed,
    Refused(Error),
    Broken(io::Error),
    Lied(Violation),
}

impl ServerEnd {
    /// The end of a server that has closed the connection, given its first data: a server that accepts no
    /// connection sends one error, whatever it is asked.
    pub(super) fn after(first: &[u8]) -> Self {
        let line = first.strip_prefix(b"-").and_then(|rest| rest.strip_suffix(b"\r\n"));
        let alone = |line: &&[u8]| first.len() <= REFUSAL && !line.contains(&b'\n');
        match line.filter(alone) {
            Some(line) => Self::Refused(error::reply(&String::from_utf8_lossy(line))),
            None => Self::Closed,
        }
    }

    /// The end of a connection that broke: a refusal stays one.
    pub(super) fn or_broken(self, error: io::Error) -> Self {
        match self {
            Self::Closed => Self::Broken(error),
            said => said,
        }
    }

    /// The error that fred cannot know, if there is one.
    pub(super) fn told(self, address: &str) -> Option<Error> {
        match self {
            Self::Closed => None,
            Self::Refused(error) => Some(error),
            // A server that wants another certificate says so after the handshake, and ssh once it has tried.
            // fred sees all other ends as they are.
            Self::Broken(error) => {
                let failed = error
                    .get_ref()
                    .and_then(|why| why.downcast_ref::<error::SshFailed>())
                    .is_some();
                Some(error::transport(&error, address))
                    .filter(|error| failed || error.kind == ErrorKind::Tls)
            }
            Self::Lied(Violation::NoReply) => Some(error::not_redis(address)),
            Self::Lied(violation) => Some(error::protocol(&violation.to_string(), address)),
        }
    }
}

impl From<io::Error> for ServerEnd {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_and_nothing_else_is_a_refusal() {
        let refused = |said: &[u8]| matches!(ServerEnd::after(said), ServerEnd::Refused(_));
        assert!(refused(b"-ERR max number of clients reached\r\n"));
        assert!(!refused(b""));
        assert!(!refused(b"-ERR a\r\n-ERR b\r\n"));
        assert!(!refused(b"-ERR a\r\n:1\r\n"));
        assert!(!refused(b"+OK\r\n"));
        assert!(!refused(b"-ERR cut"));
        assert!(!refused(&[&b"-"[..], &[b'a'; REFUSAL], b"\r\n"].concat()));
    }

    #[test]
    fn a_refusal_stays_one_where_the_connection_broke_behind_it() {
        let broken =
            |said: &[u8]| ServerEnd::after(said).or_broken(io::ErrorKind::ConnectionReset.into());
        assert!(matches!(broken(b"-ERR max clients\r\n"), ServerEnd::Refused(_)));
        assert!(matches!(broken(b"+OK\r\n"), ServerEnd::Broken(_)));
    }
}
