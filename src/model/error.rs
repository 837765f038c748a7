//! Typed errors, each with a remedy.

use std::fmt;

use super::{Key, StoreName};

/// Result of the storage layer.
pub type Result<T> = std::result::Result<T, Error>;

/// Kind of a failure: decides the exit code, the colour and the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The target, a name or an argument makes no sense.
    Usage,
    /// The store, the record or the id is not there.
    NotFound,
    /// larder was told not to write, or the server is a replica.
    ReadOnly,
    /// The server's access list does not allow the command (NOPERM).
    Permission,
    /// The record is no longer what the writer thought it was.
    Conflict,
    /// The backend does not have this operation.
    NotSupported,
    /// The server cannot be reached, or went away.
    Connection,
    /// The server did not answer in time.
    Timeout,
    /// Wrong or missing user name or password (WRONGPASS, NOAUTH).
    Auth,
    /// The TLS handshake or a certificate failed.
    Tls,
    /// The server is reading its data from disk (LOADING).
    Loading,
    /// The server has no memory left for a write (OOM).
    OutOfMemory,
    /// The disk has no room left for a write, or its user's quota is used up.
    DiskFull,
    /// The server refuses writes because it cannot save to disk (MISCONF).
    CannotPersist,
    /// A Redis key of this store holds another type than that of Crawlee (WRONGTYPE).
    WrongType,
    /// The server lacks the RedisJSON module.
    NoJsonModule,
    /// Stored data differ from what Crawlee writes.
    Damaged,
    /// The connection broke before the answer: the write may or may not have been applied.
    InDoubt,
    /// The server runs as a cluster, where this write cannot be one atomic step.
    Cluster,
    /// A local file or pipe failed.
    Io,
    /// Any other answer of the server.
    Server,
}

/// An error of the storage layer: a kind, and one sentence without a full stop.
///
/// `Display` gives the sentence and, after a colon or semicolon, the remedy, on one line. The sentence may
/// quote the server and must be made [visible](crate::text) before it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Kind of the failure.
    pub kind: ErrorKind,
    /// One sentence on what happened, without a full stop; never contains a secret.
    pub problem: String,
    /// A remedy, where there is a better one than the kind's own [remedy](ErrorKind::remedy).
    pub hint: Option<String>,
    /// The exact obstacle, where code depends on it.
    pub cause: Option<Cause>,
}

/// The exact obstacle, as data: no code reads a sentence to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The user may not run this command: `HSET`, `CLIENT INFO`.
    Command(String),
    /// The user may not use this Redis key or channel.
    Key,
    /// The cluster does not serve this key, or none at all.
    ClusterDown,
    /// There is no store of this name.
    NoStore(StoreName),
    /// There is no record of this key in this store.
    NoRecord(Box<(StoreName, Key)>),
    /// No target is named.
    NoTarget,
    /// Nothing has this name: neither a target nor, perhaps, a command.
    Unknown(String),
}

/// Remedy against a refusal by larder itself, whoever requested read-only mode.
const READ_ONLY: &str = "remove --read-only, LARDER_READ_ONLY or read_only = true";

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, problem: impl Into<String>) -> Self {
        Self { kind, problem: problem.into(), hint: None, cause: None }
    }

    /// An error: there is no such store.
    pub(crate) fn no_store(store: &StoreName) -> Self {
        Self::new(ErrorKind::NotFound, format!("there is no store `{}`", store.escaped()))
            .because(Cause::NoStore(store.clone()))
    }

    /// An error: there is no such record.
    pub(crate) fn no_record(store: &StoreName, key: &Key) -> Self {
        Self::new(ErrorKind::NotFound, format!("no record `{key}` in the store `{store}`"))
            .because(Cause::NoRecord(Box::new((store.clone(), key.clone()))))
    }

    /// Replaces the kind's remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the exact obstacle.
    #[must_use]
    pub(crate) fn because(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    /// The remedy for the user.
    pub fn remedy(&self) -> &str {
        self.hint.as_deref().unwrap_or_else(|| self.kind.remedy())
    }
}

impl ErrorKind {
    /// The usual remedy; empty where there is no general one.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Usage | Self::NotFound | Self::NotSupported | Self::Io | Self::Server => "",
            Self::ReadOnly => READ_ONLY,
            Self::Permission => "ask for the permission, or use another user",
            Self::Conflict => "reload the record and try again",
            Self::Connection => "check the server and the address",
            Self::Timeout => "try again, or give it longer with --timeout",
            Self::Auth => "check user and password (URL, LARDER_PASSWORD, profile)",
            Self::Tls => "check ca_file, cert_file, key_file and server_name",
            Self::Loading => "wait until it has loaded, then retry",
            Self::OutOfMemory => "free server memory, or raise maxmemory",
            Self::DiskFull => "free space on the disk; nothing was changed",
            Self::CannotPersist => "see the server's log",
            Self::WrongType => "another program's Redis key: rename or remove it",
            Self::NoJsonModule => "use Redis 8, or load RedisJSON (on Valkey: valkey-json)",
            Self::Damaged => "mend or delete the damaged part",
            Self::InDoubt => "look before you repeat it",
            Self::Cluster => "use a single server, as Crawlee needs",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.remedy() {
            "" => f.write_str(&self.problem),
            remedy => write!(f, "{}; {remedy}", self.problem),
        }
    }
}

impl std::error::Error for Error {}
