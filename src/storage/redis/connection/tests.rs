//! Tests of the connection manager against real servers.

#[path = "../../../../tests/support/server.rs"]
mod server;

#[path = "../../../../tests/support/proxy.rs"]
mod proxy;

mod basics;
mod loss;
mod places;
mod refusals;
mod secure;
mod subscription;

use std::time::Duration;

use fred::types::Value;

use self::server::Server;
use super::{Command, ConnectionManager};
use crate::model::{ConnectionState, Error, Result};
use crate::storage::Options;
use crate::storage::target::{RedisTarget, Target};

/// Time limit for one step of a test.
const PATIENCE: Duration = Duration::from_secs(20);

fn target(url: &str) -> RedisTarget {
    let Target::Redis(target) = Target::parse(url).unwrap() else { panic!("not a server") };
    target
}

fn options() -> Options {
    Options {
        connect_timeout: Duration::from_secs(3),
        command_timeout: Duration::from_secs(5),
        ..Options::default()
    }
}

async fn connect(url: &str) -> Result<ConnectionManager> {
    ConnectionManager::connect(&target(url), &options(), Vec::new())
        .await
        .map(|(connections, _)| connections)
}

async fn refusal(url: &str) -> Error {
    connect(url).await.err().expect("no connection")
}

fn text(text: &str) -> Value {
    Value::Bytes(text.as_bytes().to_vec().into())
}

fn command(name: &'static str, args: &[&str]) -> Command {
    Command::new(name, args.iter().map(|arg| text(arg)))
}

async fn until(
    connections: &ConnectionManager,
    what: impl FnMut(&ConnectionState) -> bool,
) -> ConnectionState {
    let mut state = connections.state();
    let found = tokio::time::timeout(PATIENCE, state.wait_for(what)).await;
    found.expect("the state comes in time").expect("the manager lives").clone()
}

async fn until_down(connections: &ConnectionManager) {
    until(connections, |state| matches!(state, ConnectionState::Down { .. })).await;
}

async fn until_up(connections: &ConnectionManager) {
    until(connections, |state| *state == ConnectionState::Up).await;
}
