//! Asks the Sentinels for the primary.

use fred::types::Value;

use super::super::error;
use super::client;
use super::command::Command;
use super::greeting::Login;
use super::place::{Place, Purpose};
use super::server::Plan;
use super::single::ServerConnection;
use crate::model::{Error, ErrorKind, Result};
use crate::storage::target::{Endpoint, Host};

/// Longest name of a host, in bytes.
const LONGEST_NAME: usize = 253;

/// The primary of the target's service, from the first Sentinel that knows it.
pub(super) async fn primary(plan: &Plan) -> Result<Host> {
    let Endpoint::Sentinel { hosts, .. } = &plan.target.endpoint else {
        return Err(Error::new(ErrorKind::Usage, "the target names no Sentinel"));
    };
    let mut best: Option<Error> = None;
    for host in hosts {
        match ask(plan, host, hosts.len()).await {
            Ok(primary) => return Ok(primary),
            Err(error) => {
                // A Sentinel's answer tells more than the absence of another one.
                let told = !matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout);
                if told || best.is_none() {
                    best = Some(error);
                }
            }
        }
    }
    Err(best.map_or_else(
        || error::closed(&plan.target.address()),
        |error| match error.kind {
            ErrorKind::Connection | ErrorKind::Timeout => Error::new(
                error.kind,
                format!("no Sentinel answers at {} ({})", plan.target.address(), error.problem),
            )
            .hint("check the Sentinels' addresses"),
            ErrorKind::NotSupported => Error::new(
                ErrorKind::Connection,
                format!("what answers at {} is no Sentinel", plan.target.address()),
            )
            .hint("name the Sentinels (port 26379), or use redis://"),
            _ => error,
        },
    ))
}

async fn ask(plan: &Plan, host: &Host, hosts: usize) -> Result<Host> {
    let Endpoint::Sentinel { service, username, password, .. } = &plan.target.endpoint else {
        return Err(Error::new(ErrorKind::Usage, "the target names no Sentinel"));
    };
    let password = password.as_ref().map(|secret| secret.expose().to_owned());
    let login = Login {
        username: username.clone(),
        password: password.or_else(|| username.as_ref().map(|_| String::new())),
    };
    // Each gets its share of the time, so that one that hangs leaves time for the next and for the server.
    let timeout = plan.timeout / u32::try_from(hosts + 1).unwrap_or(u32::MAX);
    let place = Place::Tcp(host.clone());
    let wired = client::build(&place, (login, 0), &plan.way, timeout, Purpose::Data).await?;
    let connection = ServerConnection::start(wired, &host.to_string(), timeout).await?;
    let name = Value::String(service.as_str().into());
    let reply =
        connection.one(Command::new("SENTINEL GET-MASTER-ADDR-BY-NAME", [name]), timeout).await?;
    let Value::Array(parts) = reply else {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("the Sentinel at {host} knows no service `{service}`"),
        )
        .hint("correct sentinelServiceName"));
    };
    let parts: Vec<String> = parts.iter().filter_map(Value::as_string).collect();
    match parts.as_slice() {
        [name, port] if name.len() <= LONGEST_NAME => {
            port.parse().ok().map(|port| Host::new(name, port))
        }
        _ => None,
    }
    .ok_or_else(|| {
        Error::new(ErrorKind::Server, format!("the Sentinel at {host} named no address"))
    })
}
