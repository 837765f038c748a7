//! Makes a connection: finds the place, logs in, selects the database, checks whether it is usable.

use std::time::Duration;

use fred::types::Value;

use super::super::error;
use super::command::Command;
use super::nodes::Nodes;
use super::place::{Place, Purpose};
use super::sentinel;
use super::server::{Plan, let_in, to_server};
use super::server_or_cluster::{Connection, Identity};
use crate::model::{Cause, Error, ErrorKind, Result};
use crate::storage::target::{Endpoint, Host};

/// A key that every server with stores has, for testing the user's rights.
const PROBED_KEY: &str = "key_value_stores:name_to_id";

/// A connection, and the place that it leads to.
pub(super) struct Established {
    pub(super) connection: Connection,
    pub(super) place: Place,
    /// The answers to the further commands.
    pub(super) answers: Vec<Result<Value>>,
}

/// A connection that was checked: the server has its data, and this user may read stores. The commands of
/// `asked` go out with the checks, before the server has let the user in, so they must change nothing.
pub(super) async fn checked(plan: &Plan, asked: &[Command]) -> Result<Established> {
    let work = async {
        loop {
            let (place, by_sentinel) = match &plan.target.endpoint {
                Endpoint::Tcp(host) => (Place::Tcp(host.clone()), false),
                Endpoint::Unix(path) => (Place::Unix(path.clone()), false),
                Endpoint::Cluster(hosts) => return cluster(plan, hosts.clone(), asked).await,
                Endpoint::Sentinel { .. } => (Place::Tcp(sentinel::primary(plan).await?), true),
            };
            crate::logs::debug!("connecting to {place}");
            let connection = Connection::of_server(to_server(plan, &place, Purpose::Data).await?);
            match check(plan, &connection, &place, by_sentinel, asked).await? {
                Verdict::Usable(answers) => {
                    crate::logs::debug!("connected and logged in");
                    return Ok(Established { connection, place, answers });
                }
                Verdict::Cluster(host) => return cluster(plan, vec![host], asked).await,
                // A failover is under way: ask again until the time limit.
                Verdict::NotPrimary => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    };
    let result = match tokio::time::timeout(plan.timeout, work).await {
        Ok(result) => result,
        Err(_) => Err(error::no_answer(&plan.target.address(), plan.timeout)),
    };
    result.map_err(|error| match error.kind {
        ErrorKind::Timeout if plan.target.tls.is_some() => {
            error.hint("check the address; without TLS, use redis://")
        }
        ErrorKind::Timeout => error.hint("check the address, or give it longer"),
        // A server that expects TLS does so.
        ErrorKind::Connection
            if plan.target.tls.is_none() && error == error::closed(&plan.target.address()) =>
        {
            error.hint("no Redis server? With TLS, use rediss://")
        }
        _ => error,
    })
}

/// A connection to a cluster; where its nodes cannot be found (it does not know its own address, or this user
/// may not ask), to the only known node.
async fn cluster(plan: &Plan, hosts: Vec<Host>, asked: &[Command]) -> Result<Established> {
    let only = match hosts.as_slice() {
        [host] => Some(host.clone()),
        _ => None,
    };
    match (usable(plan, Place::Cluster(hosts), asked).await, only) {
        (Err(error), Some(host))
            if matches!(error.kind, ErrorKind::Connection | ErrorKind::Permission) =>
        {
            // The node's own answer about the cluster tells more than that it was not found.
            let alone = usable(plan, Place::Node(host), asked).await;
            alone.map_err(|why| if error::is_cluster_down(&why) { why } else { error })
        }
        (result, _) => result,
    }
}

async fn usable(plan: &Plan, place: Place, asked: &[Command]) -> Result<Established> {
    let connection = plain(plan, &place).await?;
    // A cluster's node is never taken for anything else.
    let Verdict::Usable(answers) = check(plan, &connection, &place, false, asked).await? else {
        return Err(error::closed(&place.to_string()));
    };
    Ok(Established { connection, place, answers })
}

/// A connection to a known place, logged in and with its database, but not checked.
pub(super) async fn plain(plan: &Plan, place: &Place) -> Result<Connection> {
    for_purpose(plan, place, Purpose::Data).await
}

/// As [`plain`], for another purpose than data.
pub(super) async fn for_purpose(
    plan: &Plan,
    place: &Place,
    purpose: Purpose,
) -> Result<Connection> {
    if let Place::Cluster(hosts) = place {
        return Ok(Connection::of_nodes(Nodes::connect(plan, hosts, purpose).await?, place));
    }
    Ok(Connection::of_server(let_in(plan, place, purpose).await?))
}

/// Asks for the server's identification of a connection, where it tells.
pub(super) async fn identify(connection: &Connection, timeout: Duration) -> Result<()> {
    let replies = connection.each(Identity::commands().into(), timeout).await?;
    if let [client, server] = &replies[..] {
        connection.is(Identity::read(client, server));
    }
    Ok(())
}

enum Verdict {
    Usable(Vec<Result<Value>>),
    Cluster(Host),
    NotPrimary,
}

async fn check(
    plan: &Plan,
    connection: &Connection,
    place: &Place,
    by_sentinel: bool,
    asked: &[Command],
) -> Result<Verdict> {
    let key = || Value::String(PROBED_KEY.into());
    let mut probes = vec![
        Command::new("HLEN", [key()]),
        Command::new("EXISTS", [key()]),
        Command::new("HGET", [key(), Value::String("default".into())]),
        Command::new("INFO", [Value::String("cluster".into())]),
    ];
    probes.extend(Identity::commands());
    if by_sentinel {
        probes.push(Command::new("ROLE", []));
    }
    probes.extend(asked.iter().cloned());
    let mut replies = connection.each(probes, plan.timeout).await?.into_iter();
    let reads: Vec<_> = replies.by_ref().take(3).collect();
    let info = replies.next();
    if let (Some(client), Some(server)) = (replies.next(), replies.next()) {
        connection.is(Identity::read(&client, &server));
    }
    let role = if by_sentinel { replies.next() } else { None };
    let answers = replies.collect();
    if let Some(Ok(Value::Array(role))) = role
        && role.first().and_then(Value::as_str).is_some_and(|role| role == "slave")
    {
        return Ok(Verdict::NotPrimary);
    }
    if let Place::Tcp(host) = place {
        let told = matches!(&info, Some(Ok(info))
            if info.as_str().is_some_and(|info| info.contains("cluster_enabled:1")));
        let seen =
            reads.iter().any(|read| matches!(read, Err(error) if error.kind == ErrorKind::Cluster));
        if told || seen {
            if plan.target.database != 0 {
                return Err(error::reply("ERR SELECT is not allowed in cluster mode"));
            }
            return Ok(Verdict::Cluster(host.clone()));
        }
    }
    let mut refusal = None;
    for read in reads {
        match read {
            Ok(_) => return Ok(Verdict::Usable(answers)),
            // A user who may not read the indexes may still read stores.
            Err(error) if error.kind == ErrorKind::WrongType || error::forbids_key(&error) => {
                return Ok(Verdict::Usable(answers));
            }
            Err(error) => {
                refusal.get_or_insert(error);
            }
        }
    }
    let error = refusal.unwrap_or_else(|| error::closed(&place.to_string()));
    if error.kind == ErrorKind::Permission {
        let user = plan.target.username.as_deref().unwrap_or("default");
        let problem = format!("the user {user} may not read any store");
        return Err(match &error.cause {
            Some(Cause::Command(command)) => {
                Error::new(error.kind, format!("{problem}: it may not run {command}"))
                    .hint("allow +@read and +JSON.GET, or use another user")
            }
            _ => Error::new(error.kind, problem)
                .hint("let it read key_value_stores:*, or use another user"),
        });
    }
    Err(error)
}
