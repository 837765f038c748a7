//! Targets: the places to connect to, given by a URL or a path.

mod hop;
mod parse;
mod path;
mod remote;

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

pub use parse::strip_password;
pub use path::{is_path, label as directory_label};
pub use remote::RemoteDirectory;

use super::Result;

/// The place of the stores.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A Redis server (or Valkey), alone, behind Sentinel or as a cluster.
    Redis(RedisTarget),
    /// A directory in Crawlee's own layout: the one with `key_value_stores`.
    Directory(PathBuf),
    /// Such a directory on another host, opened by that host's own larder.
    Remote(RemoteDirectory),
}

/// A host name or address, and a TCP port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// A name or an address; an IPv6 address without brackets, with its zone behind a `%`.
    pub name: String,
    /// The TCP port.
    pub port: u16,
}

/// The server, or the way to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// One server, over TCP.
    Tcp(Host),
    /// One server, over a Unix socket.
    Unix(PathBuf),
    /// The primary that Sentinel names.
    Sentinel {
        /// The Sentinels, asked in this order.
        hosts: Vec<Host>,
        /// The Sentinels' name of the primary, often `mymaster`.
        service: String,
        /// User at the Sentinels.
        username: Option<String>,
        /// Password at the Sentinels.
        password: Option<Secret>,
    },
    /// A cluster, known by some of its nodes.
    Cluster(Vec<Host>),
}

/// A password. `Debug` hides it and there is no `Display`, so that it reaches no screen, log or
/// error by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself, for sending it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Certificates for TLS. The server's certificate and name are always verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// A PEM file with the authorities to trust; without it, the system's.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with the client's certificate; needs `key_file`.
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the client's private key.
    pub key_file: Option<PathBuf>,
    /// The name that the certificate must have, where it is not that of the address: behind a
    /// tunnel or a forwarded port.
    pub server_name: Option<String>,
}

/// A host that `ssh` logs in to, and through which a server is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SshHop {
    /// The destination for `ssh`: `HOST` or `USER@HOST`, or a name of the user's `ssh_config`.
    pub destination: String,
    /// The port of `ssh` there, where it is not the usual one.
    pub port: Option<u16>,
}

impl SshHop {
    /// Reads `[USER@]HOST[:PORT]`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](super::ErrorKind::Usage); the message quotes nothing.
    pub fn parse(text: &str) -> Result<Self> {
        hop::parse(text)
    }
}

/// A Redis server and the login to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisTarget {
    /// The server.
    pub endpoint: Endpoint,
    /// The user, where it is not the default one.
    pub username: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The database number.
    pub database: u32,
    /// TLS and its certificates; `None`: plain text.
    pub tls: Option<Box<TlsSettings>>,
    /// The host through which `ssh` leads there.
    pub ssh: Option<SshHop>,
}

impl Target {
    /// The same target with this password in place of its own; the user stays.
    #[must_use]
    pub fn with_password(mut self, password: Secret) -> Self {
        if let Self::Redis(redis) = &mut self {
            redis.password = Some(password);
        }
        self
    }

    /// Reads a target as the user writes it: a URL (`redis`, `rediss`, `redis+ssh`, `redis+unix`,
    /// `redis-sentinel`, `redis-cluster`, each also as `valkey…`, `ssh`, or `file`), the path of a directory
    /// or a Unix socket, or `HOST:PORT`. Checks a path in the file system.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](super::ErrorKind::Usage); the message never quotes a password.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Some(remote) = RemoteDirectory::parse(text) {
            return remote.map(Self::Remote);
        }
        match path::path_of(text)? {
            Some(path) => path::target(&path),
            None => parse::redis(text).map(Self::Redis),
        }
    }

    /// The target at this path, read as by [`Target::parse`].
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](super::ErrorKind::Usage) if there is neither a directory nor a socket.
    pub fn at(path: &Path) -> Result<Self> {
        path::target(path)
    }

    /// Name of the target on a screen: a URL without the password, or a path with `~` for the home folder.
    /// [`Target::parse`] reads it again.
    pub fn label(&self) -> String {
        match self {
            Self::Redis(target) => target.label(),
            Self::Directory(path) => directory_label(path),
            Self::Remote(remote) => remote.to_string(),
        }
    }
}

impl RedisTarget {
    /// A target with no user, no password, database 0 and no TLS.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, username: None, password: None, database: 0, tls: None, ssh: None }
    }

    /// Sets the user to log in as.
    pub fn set_username(&mut self, username: impl Into<String>) {
        self.username = Some(username.into());
    }

    /// Sets the password to log in with.
    pub fn set_password(&mut self, password: Secret) {
        self.password = Some(password);
    }

    /// Name of the target on a screen: a URL without the password.
    pub fn label(&self) -> String {
        let secure = if self.tls.is_some() { "s" } else { "" };
        let user = match &self.username {
            Some(user) if !user.is_empty() => format!("{}@", parse::encode(user)),
            _ => String::new(),
        };
        match &self.endpoint {
            Endpoint::Tcp(host) => {
                let (way, hop) = match &self.ssh {
                    Some(hop) => ("+ssh", format!("{hop}/")),
                    None => ("", String::new()),
                };
                let host = encoded(host);
                format!("redis{secure}{way}://{hop}{user}{host}/{}", self.database)
            }
            Endpoint::Unix(path) => {
                let path = parse::encode_path(&path.display().to_string());
                let mut label = format!("redis+unix://{user}{path}");
                if self.database != 0 {
                    let _ = write!(label, "?db={}", self.database);
                }
                label
            }
            Endpoint::Sentinel { hosts, service, .. } => format!(
                "redis{secure}-sentinel://{user}{}/{}?sentinelServiceName={}",
                encoded_all(hosts),
                self.database,
                parse::encode(service)
            ),
            Endpoint::Cluster(hosts) => {
                format!("redis{secure}-cluster://{user}{}", encoded_all(hosts))
            }
        }
    }

    /// The address alone, for a sentence such as `connection refused: …`.
    pub fn address(&self) -> String {
        match &self.endpoint {
            Endpoint::Tcp(host) => host.to_string(),
            Endpoint::Unix(path) => path.display().to_string(),
            Endpoint::Sentinel { hosts, .. } | Endpoint::Cluster(hosts) => join(hosts),
        }
    }
}

impl Host {
    /// A host and its port.
    pub fn new(name: impl Into<String>, port: u16) -> Self {
        Self { name: name.into(), port }
    }
}

/// `name:port`, an IPv6 address in brackets.
impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.contains(':') {
            write!(f, "[{}]:{}", self.name, self.port)
        } else {
            write!(f, "{}:{}", self.name, self.port)
        }
    }
}

/// The host in the form for a URL.
fn encoded(host: &Host) -> String {
    host.to_string().replace('%', "%25")
}

fn encoded_all(hosts: &[Host]) -> String {
    hosts.iter().map(encoded).collect::<Vec<_>>().join(",")
}

fn join(hosts: &[Host]) -> String {
    hosts.iter().map(Host::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
