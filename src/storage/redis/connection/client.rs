//! fred's client, set up for one connection.

use std::time::Duration;

use fred::clients::Client;
use fred::types::RespVersion;
use fred::types::config::{
    Config, ConnectionConfig, PerformanceConfig, ServerConfig, UnresponsiveConfig,
};

use super::greeting::{Greeting, Login};
use super::place::{Place, Purpose};
use super::relay::Relay;
use super::transport::Way;
use crate::model::Result;

/// A client for one server, which does not reconnect and leaves all time limits to its connection, and the
/// relay that has connected to the server within `timeout`.
///
/// The relay logs in and selects the database. Over RESP3 fred logs in itself, since it takes part in the
/// change of protocols, and the caller has to select the database.
pub(super) async fn build(
    place: &Place,
    (login, database): (Login, u32),
    way: &Way,
    timeout: Duration,
    purpose: Purpose,
) -> Result<(Client, Relay)> {
    let (greeting, login) = match purpose.protocol() {
        RespVersion::RESP2 => (Some(Greeting::new(&login, database)), Login::default()),
        RespVersion::RESP3 => (None, login),
    };
    let (relay, path) = Relay::open(place, way, timeout, purpose, greeting).await?;
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
