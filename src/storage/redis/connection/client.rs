//! fred's client, set up for one connection.

use std::time::Duration;

use fred::clients::Client;
use fred::types::config::{
    Config, ConnectionConfig, PerformanceConfig, ServerConfig, UnresponsiveConfig,
};

use super::place::{Place, Purpose};
use super::relay::Relay;
use super::transport::Way;
use crate::model::Result;
use crate::storage::target::RedisTarget;

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

/// A client for one server, that does not reconnect and leaves all limits of time to its
/// connection; and the relay that has connected to the server within `timeout`.
pub(super) async fn build(
    place: &Place,
    login: Login,
    way: &Way,
    timeout: Duration,
    purpose: Purpose,
) -> Result<(Client, Relay)> {
    let (relay, path) = Relay::open(place, way, timeout, purpose).await?;
    let config = Config {
        fail_fast: true,
        username: login.username,
        password: login.password,
        server: ServerConfig::Unix { path },
        version: purpose.protocol(),
        database: None,
        ..Config::default()
    };
    let connection = ConnectionConfig {
        connection_timeout: timeout,
        internal_command_timeout: timeout,
        max_command_attempts: 1,
        unresponsive: UnresponsiveConfig { max_timeout: None, ..UnresponsiveConfig::default() },
        ..ConnectionConfig::default()
    };
    let performance = PerformanceConfig {
        broadcast_channel_capacity: purpose.room(),
        ..PerformanceConfig::default()
    };
    let client = Client::new(config, Some(performance), Some(connection), None);
    Ok((client, relay))
}
