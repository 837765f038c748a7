//! The plan for connections, and a connection to one server.

use std::io;
use std::time::Duration;

use fred::types::{RespVersion, Value};

use super::super::error;
use super::client;
use super::command::Command;
use super::greeting::Login;
use super::place::{Place, Purpose};
use super::single::ServerConnection;
use super::ssh::tunnel;
use super::tls::Tls;
use super::transport::Way;
use crate::model::{Certificate, Result, Traffic};
use crate::storage::Options;
use crate::storage::target::{Endpoint, RedisTarget, Secret};

/// The plan for connections: the target, the way to it, and the time limit.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) target: RedisTarget,
    pub(super) way: Way,
    pub(super) timeout: Duration,
}

impl Plan {
    /// Makes a plan; reads the certificates.
    pub(super) fn new(target: &RedisTarget, options: &Options) -> Result<Self> {
        let tls = target.tls.as_deref().map(Tls::new).transpose()?;
        let tunnel = tunnel(target, options)?;
        let way = Way { tls, tunnel, traffic: Traffic::default() };
        Ok(Self { target: target.clone(), way, timeout: options.connect_timeout })
    }

    /// The same plan with this password in place of the target's.
    pub(super) fn with_password(&self, password: Secret) -> Self {
        let mut plan = self.clone();
        plan.target.password = Some(password);
        plan
    }
}

/// The certificate of the target's server, or of the first named Sentinel or node.
///
/// # Errors
/// It cannot be reached, or its certificate is not valid for it.
pub(in crate::storage) async fn certificate(
    target: &RedisTarget,
    options: &Options,
) -> Result<Option<Certificate>> {
    let plan = Plan::new(target, options)?;
    let host = match &target.endpoint {
        Endpoint::Tcp(host) => Some(host),
        Endpoint::Sentinel { hosts, .. } | Endpoint::Cluster(hosts) => hosts.first(),
        Endpoint::Unix(_) => None,
    };
    let (Some(host), None, Some(_)) = (host, &plan.way.tunnel, &plan.way.tls) else {
        return Ok(None);
    };
    let shown = plan.way.certificate(host, plan.timeout).await;
    let shown = shown.map_err(|why| match why.kind() {
        io::ErrorKind::TimedOut => error::no_answer(&host.to_string(), plan.timeout),
        _ => error::transport(&why, &host.to_string()),
    })?;
    Ok(shown.as_deref().and_then(super::certificate::read))
}

/// A connection to one server, which has been greeted; the answer has not come, and nothing is checked.
pub(super) async fn to_server(
    plan: &Plan,
    place: &Place,
    purpose: Purpose,
) -> Result<ServerConnection> {
    let address = place.to_string();
    let (login, number) = (Login::of(&plan.target), plan.target.database);
    let wired = client::build(place, (login, number), &plan.way, plan.timeout, purpose).await?;
    let connection = ServerConnection::start(wired, &address, plan.timeout).await?;
    if number != 0 && purpose.protocol() == RespVersion::RESP3 {
        let select = Command::new("SELECT", [Value::Integer(i64::from(number))]);
        connection.one(select, plan.timeout).await?;
    }
    Ok(connection)
}

/// As [`to_server`], logged in and with its database.
pub(super) async fn let_in(
    plan: &Plan,
    place: &Place,
    purpose: Purpose,
) -> Result<ServerConnection> {
    let connection = to_server(plan, place, purpose).await?;
    connection.greeted(plan.timeout).await?;
    Ok(connection)
}
