//! A cluster: a connection to each of its nodes, and the node of each slot.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fred::types::{Resp3Frame, Value};
use futures::future::{BoxFuture, FutureExt, join_all, try_join_all};
use tokio::sync::Mutex as AsyncMutex;

use super::command::Command;
use super::place::{Place, Purpose};
use super::server::{Plan, let_in, to_server};
use super::single::{Batch, ServerConnection};
use crate::model::{Error, ErrorKind, Result, sort};
use crate::storage::target::Host;

/// Limit on the connected nodes. Redis recommends no more, either.
const MOST: usize = 1000;
/// Number of times that one read follows a redirection to another node.
const REDIRECTIONS: usize = 3;

/// A reply, and the number of its elements that were requested.
type Reply = (Resp3Frame, Option<usize>);

pub(super) struct Nodes {
    plan: Plan,
    purpose: Purpose,
    slots: Mutex<Slots>,
    connections: AsyncMutex<BTreeMap<String, Arc<ServerConnection>>>,
}

/// The node of each slot.
#[derive(Debug, Default)]
struct Slots {
    ranges: Vec<(u16, u16, Host)>,
    /// Slots that were redirected to another node since.
    moved: BTreeMap<u16, Host>,
}

impl Slots {
    fn host(&self, slot: Option<u16>) -> Option<&Host> {
        let Some(slot) = slot else { return self.ranges.first().map(|(_, _, host)| host) };
        let in_range =
            || self.ranges.iter().find(|(first, last, _)| (*first..=*last).contains(&slot));
        self.moved.get(&slot).or_else(|| in_range().map(|(_, _, host)| host))
    }
}

impl Nodes {
    /// Asks for the slots at the first of these nodes that answers, and connects to all nodes.
    ///
    /// # Errors
    /// No node answers, or one of those that serve slots cannot be reached.
    pub(super) async fn connect(
        plan: &Plan,
        hosts: &[Host],
        purpose: Purpose,
    ) -> Result<Arc<Self>> {
        let mut failed = None;
        for host in hosts {
            match discover(plan, host, purpose).await {
                Ok((slots, asked)) => {
                    let connections = BTreeMap::from([(host.to_string(), Arc::new(asked))]);
                    let nodes = Arc::new(Self {
                        plan: plan.clone(),
                        purpose,
                        slots: Mutex::new(slots),
                        connections: AsyncMutex::new(connections),
                    });
                    let serving = nodes.serving()?;
                    try_join_all(serving.iter().map(|host| nodes.connection(host))).await?;
                    return Ok(nodes);
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.unwrap_or_else(|| Error::new(ErrorKind::Usage, "the target names no node")))
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serving(&self) -> Result<Vec<Host>> {
        let mut hosts: Vec<Host> =
            self.slots().ranges.iter().map(|(_, _, host)| host.clone()).collect();
        sort::sort_by_key(&mut hosts, Host::to_string);
        hosts.dedup();
        if hosts.len() > MOST {
            let problem = format!("the cluster names {} nodes: too many", hosts.len());
            return Err(Error::new(ErrorKind::Cluster, problem));
        }
        Ok(hosts)
    }

    /// The connection to this node, made on first use.
    async fn connection(&self, host: &Host) -> Result<Arc<ServerConnection>> {
        let name = host.to_string();
        if let Some(connection) = self.connections.lock().await.get(&name) {
            return Ok(Arc::clone(connection));
        }
        let place = Place::Node(host.clone());
        let connection = let_in(&self.plan, &place, self.purpose).await?;
        let connection = Arc::new(connection);
        Ok(Arc::clone(self.connections.lock().await.entry(name).or_insert(connection)))
    }

    /// Waits until one of the connections ends; returns the reason.
    pub(super) async fn end(&self) -> Error {
        let connections: Vec<_> = self.connections.lock().await.values().cloned().collect();
        let ends = connections.iter().map(|connection| connection.end().boxed());
        futures::future::select_all(ends).await.0
    }

    /// Ends all connections at once.
    pub(super) fn close(&self, reason: &Error) {
        // The lock is held only while a connection is being made, which then ends with the rest.
        if let Ok(connections) = self.connections.try_lock() {
            connections.values().for_each(|connection| connection.close(reason.clone()));
        }
    }

    /// Sends each command to the node of its key; the replies come in the order of the commands.
    pub(super) fn send(self: Arc<Self>, batch: Batch) -> BoxFuture<'static, Result<Vec<Reply>>> {
        async move {
            let Batch { commands, slot, timeout, write } = batch;
            let mut parts: BTreeMap<String, (Host, Vec<(usize, Command)>)> = BTreeMap::new();
            for (at, command) in commands.iter().enumerate() {
                let host = self.slots().host(slot.or_else(|| command.slot())).cloned();
                let host = host.ok_or_else(|| {
                    Error::new(ErrorKind::Connection, "no node of the cluster serves this key")
                })?;
                let part = parts.entry(host.to_string()).or_insert_with(|| (host, Vec::new()));
                part.1.push((at, command.clone()));
            }
            let answers = parts.into_values().map(|(host, part)| {
                let nodes = &self;
                async move {
                    let (order, commands): (Vec<_>, Vec<_>) = part.into_iter().unzip();
                    let batch = Batch { commands, slot, timeout, write };
                    let replies = nodes.connection(&host).await?.send(batch).await?;
                    Ok::<_, Error>(order.into_iter().zip(replies).collect::<Vec<_>>())
                }
            });
            let mut replies: BTreeMap<usize, Reply> = BTreeMap::new();
            for answered in join_all(answers).await {
                replies.extend(answered?);
            }
            if !write {
                for (at, command) in commands.into_iter().enumerate() {
                    let Some((reply, _)) = replies.get(&at) else { continue };
                    if let Some(redirected) = self.follow(reply, command, timeout).await? {
                        replies.insert(at, redirected);
                    }
                }
            }
            Ok(replies.into_values().collect())
        }
        .boxed()
    }

    /// Follows a reply to the node that it names, and on to the one that this names; `None` if it names none.
    async fn follow(
        &self,
        reply: &Resp3Frame,
        command: Command,
        timeout: Option<std::time::Duration>,
    ) -> Result<Option<Reply>> {
        let mut next = redirection(reply);
        let mut last = None;
        for _ in 0..REDIRECTIONS {
            let Some(Redirection { slot, host, for_good }) = next else { break };
            let mut commands = vec![command.clone()];
            if for_good {
                self.slots().moved.insert(slot, host.clone());
            } else {
                commands.insert(0, Command::new("ASKING", []));
            }
            let connection = self.connection(&host).await?;
            let batch = Batch { commands, slot: Some(slot), timeout, write: false };
            last = connection.send(batch).await?.pop();
            next = last.as_ref().and_then(|(reply, _)| redirection(reply));
        }
        Ok(last)
    }
}

/// The slots as a node knows them, and the connection that was used.
async fn discover(plan: &Plan, host: &Host, purpose: Purpose) -> Result<(Slots, ServerConnection)> {
    let place = Place::Node(host.clone());
    let connection = to_server(plan, &place, purpose).await?;
    let reply = connection.one(Command::new("CLUSTER SLOTS", []), plan.timeout).await?;
    let mut slots = Slots::default();
    if let Value::Array(ranges) = reply {
        slots.ranges = ranges.into_iter().filter_map(|range| range_of(range, host)).collect();
    }
    if slots.ranges.is_empty() {
        // The node's answer about its own slots tells more; see `establish::cluster`.
        return Err(Error::new(
            ErrorKind::Connection,
            format!("the node at {host} knows no slots"),
        ));
    }
    Ok((slots, connection))
}

/// Reads `[first slot, last slot, [host, port, …], …]`; a node that does not know its own name is the one
/// that was asked.
fn range_of(range: Value, asked: &Host) -> Option<(u16, u16, Host)> {
    let Value::Array(parts) = range else { return None };
    let [first, last, Value::Array(node), ..] = parts.as_slice() else { return None };
    let [name, port, ..] = node.as_slice() else { return None };
    let slot = |value: &Value| value.as_u64().and_then(|slot| u16::try_from(slot).ok());
    let name = name.as_string().filter(|name| !name.is_empty() && name != "?");
    let host = Host::new(name.unwrap_or_else(|| asked.name.clone()), slot(port)?);
    Some((slot(first)?, slot(last)?, host))
}

/// A cluster's answer that another node has to be asked.
#[derive(Debug, PartialEq, Eq)]
struct Redirection {
    slot: u16,
    host: Host,
    /// Whether this holds from now on; else only once.
    for_good: bool,
}

fn redirection(reply: &Resp3Frame) -> Option<Redirection> {
    let Resp3Frame::SimpleError { data, .. } = reply else { return None };
    let mut words = data.split(' ');
    let for_good = match words.next()? {
        "MOVED" => true,
        "ASK" => false,
        _ => return None,
    };
    let slot = words.next()?.parse().ok()?;
    let (name, port) = words.next()?.rsplit_once(':')?;
    (!name.is_empty()).then_some(())?;
    Some(Redirection { slot, host: Host::new(name, port.parse().ok()?), for_good })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirection_names_slot_and_node() {
        let error =
            |text: &str| Resp3Frame::SimpleError { data: text.to_owned().into(), attributes: None };
        let moved = redirection(&error("MOVED 3999 127.0.0.1:6381")).unwrap();
        assert_eq!((moved.slot, moved.host.port, moved.for_good), (3999, 6381, true));
        let ask = redirection(&error("ASK 3999 fe80::1:6381")).unwrap();
        assert_eq!((ask.host.name.as_str(), ask.for_good), ("fe80::1", false));
        for other in ["MOVED", "MOVED x 1:2", "MOVED 1 :2", "MOVED 70000 a:1", "ERR no", ""] {
            assert_eq!(redirection(&error(other)), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_range_of_slots_is_passed_over() {
        let asked = Host::new("asked", 1);
        let node = |name: Value| Value::Array(vec![name, Value::from(7000)]);
        let range = |node| Value::Array(vec![Value::from(0), Value::from(5), node]);
        let found = range_of(range(node(Value::from("a"))), &asked).unwrap();
        assert_eq!(found, (0, 5, Host::new("a", 7000)));
        assert_eq!(range_of(range(node(Value::Null)), &asked).unwrap().2.name, "asked");
        assert_eq!(range_of(range(Value::from(1)), &asked), None);
        assert_eq!(range_of(range(Value::Array(Vec::new())), &asked), None);
        assert_eq!(range_of(Value::Array(vec![Value::from(-1)]), &asked), None);
        assert_eq!(range_of(Value::Null, &asked), None);
    }
}
