//! fred's client, set up for one life.

use std::time::Duration;

use fred::clients::Client;
use fred::types::RespVersion;
use fred::types::config::{
    ClusterDiscoveryPolicy, Config, ConnectionConfig, PerformanceConfig, Server, ServerConfig,
    TcpConfig, TlsConfig, TlsConnector, TlsHostMapping, UnresponsiveConfig,
};

use crate::storage::target::{Host, RedisTarget};

/// Where a single life connects to: what an endpoint comes down to.
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

/// Who to log in as.
pub(super) struct Login {
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
}

impl Login {
    pub(super) fn of(target: &RedisTarget) -> Self {
        let username = target.username.clone();
        let password = target.password.as_ref().map(|secret| secret.expose().to_owned());
        // fred logs in only with a password; a user can do without one.
        let password = password.or_else(|| username.as_ref().map(|_| String::new()));
        Self { username, password }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Questions and their answers.
    Data,
    /// What is published on channels.
    Channels,
    /// Word of keys that have changed.
    Tracking,
}

impl Purpose {
    /// How many messages may wait for a listener that is busy.
    fn room(self) -> usize {
        match self {
            Self::Data => 32,
            Self::Channels => 1024,
            Self::Tracking => 64,
        }
    }

    /// Data comes over RESP2: its replies take half the time. But only RESP3 tells of keys on the
    /// connection that asked for them.
    fn protocol(self) -> RespVersion {
        match self {
            Self::Data | Self::Channels => RespVersion::RESP2,
            Self::Tracking => RespVersion::RESP3,
        }
    }
}

/// A client that does not reconnect and leaves all limits of time to its life.
pub(super) fn build(
    place: &Place,
    login: Login,
    tls: Option<TlsConnector>,
    timeout: Duration,
    purpose: Purpose,
) -> Client {
    let server = match place {
        Place::Tcp(host) | Place::Node(host) => ServerConfig::Centralized { server: server(host) },
        Place::Unix(path) => ServerConfig::Unix { path: path.clone() },
        Place::Cluster(hosts) => ServerConfig::Clustered {
            hosts: hosts.iter().map(server).collect(),
            policy: ClusterDiscoveryPolicy::ConfigEndpoint,
        },
    };
    let config = Config {
        fail_fast: true,
        username: login.username,
        password: login.password,
        server,
        version: purpose.protocol(),
        database: None,
        tls: tls.map(|connector| TlsConfig { connector, hostnames: TlsHostMapping::None }),
        ..Config::default()
    };
    let connection = ConnectionConfig {
        connection_timeout: timeout,
        internal_command_timeout: timeout,
        max_command_attempts: 1,
        // A cluster that is down says so to every command; what is asked then tells it better.
        disable_cluster_health_check: true,
        unresponsive: UnresponsiveConfig { max_timeout: None, ..UnresponsiveConfig::default() },
        tcp: TcpConfig { nodelay: Some(true), ..TcpConfig::default() },
        ..ConnectionConfig::default()
    };
    let performance = PerformanceConfig {
        broadcast_channel_capacity: purpose.room(),
        ..PerformanceConfig::default()
    };
    Client::new(config, Some(performance), Some(connection), None)
}

fn server(host: &Host) -> Server {
    Server::new(host.name.as_str(), host.port)
}
