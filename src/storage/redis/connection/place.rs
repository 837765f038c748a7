//! Where a connection leads, and what it is for.

use fred::types::RespVersion;

use super::framing::Protocol;
use super::limits::{DEDICATED_ABOVE, Limit};
use crate::storage::target::Host;

/// Where a single connection leads: what an endpoint comes down to.
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

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Questions and their answers.
    Data,
    /// One value of this size in bytes.
    Large(u64),
    /// What is published on channels.
    Channels,
    /// Word of keys that have changed.
    Tracking,
}

impl Purpose {
    /// How many messages may wait for a listener that is busy.
    pub(super) fn room(self) -> usize {
        match self {
            Self::Data | Self::Large(_) => 32,
            Self::Channels => 1024,
            Self::Tracking => 64,
        }
    }

    /// Data comes over RESP2: its replies take half the time. But only RESP3 tells of keys on the
    /// connection that asked for them.
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

    /// What a value may take that comes over it.
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
