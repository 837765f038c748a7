//! How to connect, and a connection to one server.

use std::time::{Duration, Instant};

use fred::types::Value;

use super::client::{self, Login};
use super::command::Command;
use super::place::{Place, Purpose};
use super::single::ServerConnection;
use super::ssh::tunnel;
use super::tls::Tls;
use super::transport::Way;
use crate::model::{Error, ErrorKind, Result};
use crate::storage::Options;
use crate::storage::target::RedisTarget;

/// How to connect.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) target: RedisTarget,
    pub(super) way: Way,
    pub(super) timeout: Duration,
}

impl Plan {
    /// Reads the certificates.
    pub(super) fn new(target: &RedisTarget, options: &Options) -> Result<Self> {
        let tls = target.tls.as_deref().map(Tls::new).transpose()?;
        let tunnel = tunnel(target, options)?;
        let way = Way { tls, tunnel };
        Ok(Self { target: target.clone(), way, timeout: options.connect_timeout })
    }
}

/// A connection to one server, logged in and with its database, but not tried.
pub(super) async fn to_server(
    plan: &Plan,
    place: &Place,
    purpose: Purpose,
) -> Result<ServerConnection> {
    let address = place.to_string();
    let start = Instant::now();
    let open_with = |login| async {
        let left = plan.timeout.saturating_sub(start.elapsed());
        let wired = client::build(place, login, &plan.way, left, purpose).await?;
        ServerConnection::start(wired, &address, plan.timeout).await
    };
    let connection = match open_with(Login::of(&plan.target)).await {
        // fred greets with PING where there is nobody to log in. A default user may lack the right to
        // it, and a server that cannot save to its disk refuses it; any password logs that user in.
        Err(error) if refuses_greeting(error.kind) && plan.target.username.is_none() => {
            let login = Login { username: Some("default".into()), password: Some(String::new()) };
            open_with(login).await.map_err(|_| error)?
        }
        started => started?,
    };
    let number = plan.target.database;
    if number != 0 {
        let select = Command::new("SELECT", [Value::Integer(i64::from(number))]);
        let left = plan.timeout.saturating_sub(start.elapsed());
        connection.one(select, left).await.map_err(|error| {
            if error.kind == ErrorKind::Usage {
                let problem = format!("the server has no database {number}");
                // A cluster has a reason of its own.
                let hint = error.remedy().to_owned();
                Error::new(error.kind, problem).hint(hint)
            } else {
                error
            }
        })?;
    }
    Ok(connection)
}

/// Whether a server that answers so may still be read.
fn refuses_greeting(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Permission | ErrorKind::CannotPersist)
}
