//! The place that a connection leads to, and its purpose.

use fred::types::RespVersion;

use super::framing::Protocol;
use super::limits::{DEDICATED_ABOVE, Limit};
use crate::storage::target::Host;

/// The place of a single connection, which an endpoint is resolved to.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// One server.
    Tcp(Host),
    /// One server, over its socket.
    Unix(std::path::PathBuf),
    /// A cluster's nodes.
    Cluster(Vec<Host>),
    /// One node of a cluster whose others cannot be found or reached.
    Node(Host),
}

impl Place {
    /// Whether it is a cluster.
    pub(super) fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_) | Self::Node(_))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(host) | Self::Node(host) => host.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
            Self::Cluster(hosts) => {
                let hosts: Vec<_> = hosts.iter().map(Host::to_string).collect();
                f.write_str(&hosts.join(","))
            }
        }
    }
}

/// Purpose of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Questions and their answers.
    Data,
    /// One value of this size in bytes.
    Large(u64),
    /// Messages of channels.
    Channels,
    /// Reports of changed keys.
    Tracking,
}

impl Purpose {
    /// Number of messages that may wait for a busy listener.
    pub(super) fn room(self) -> usize {
        match self {
            Self::Data | Self::Large(_) => 32,
            Self::Channels => 1024,
            Self::Tracking => 64,
        }
    }

    /// Data come over RESP2, whose replies take half the time. But only RESP3 reports keys on the connection
    /// that asked for them.
    pub(super) fn protocol(self) -> RespVersion {
        match self {
            Self::Data | Self::Large(_) | Self::Channels => RespVersion::RESP2,
            Self::Tracking => RespVersion::RESP3,
        }
    }

    /// As [`protocol`](Self::protocol), for the relay.
    pub(super) fn framing(self) -> Protocol {
        match self.protocol() {
            RespVersion::RESP2 => Protocol::Resp2,
            RespVersion::RESP3 => Protocol::Resp3,
        }
    }

    /// Limits of a value that comes over it.
    pub(super) fn value(self) -> Limit {
        match self {
            Self::Large(size) => Limit::value(size),
            _ => Limit::value(DEDICATED_ABOVE),
        }
    }

    /// Whether messages come over it in the form of replies.
    pub(super) fn has_messages(self) -> bool {
        self == Self::Channels
    }
}
