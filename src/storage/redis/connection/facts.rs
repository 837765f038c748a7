//! Facts that a server tells about itself; those that it refuses to tell are left out and named.

use fred::types::Value;

use super::super::error;
use super::{Command, ConnectionManager};
use crate::model::{Cause, Error, ErrorKind, Result, sort};

const REDIS: &str = "Redis";
const VALKEY: &str = "Valkey";

/// The facts about a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are true or not by themselves")]
pub(crate) struct Facts {
    /// Name of the product: `Redis`, `Valkey`, …; empty if unknown.
    pub(crate) product: String,
    /// Version, such as `8.2.1`; empty if unknown.
    pub(crate) version: String,
    /// Whether it is a replica, which takes no writes.
    pub(crate) replica: bool,
    /// Whether it does not tell its role.
    pub(crate) role_hidden: bool,
    /// Whether the server is a cluster.
    pub(crate) cluster: bool,
    /// Whether the server has RedisJSON; `None` if unknown.
    pub(crate) json: Option<bool>,
    /// Whether this user may not run scripts.
    pub(crate) forbids_scripts: bool,
    /// Facilities that the server refused or lacks, one short sentence each.
    pub(crate) notes: Vec<String>,
    /// Why no store can be kept there, if so.
    pub(crate) unusable: Option<Error>,
}

/// Asks for the facts in one round trip.
pub(super) async fn read(connections: &ConnectionManager) -> Result<Facts> {
    let replies = connections.pipeline(questions().into()).await?;
    Ok(answered(replies, connections.cluster()))
}

/// The questions; they change nothing.
pub(super) fn questions() -> [Command; 5] {
    let text = |text: &'static str| Value::String(text.into());
    [
        Command::new("INFO", [text("server")]),
        Command::new("INFO", [text("replication")]),
        Command::new("ROLE", []),
        // No store can have this name, so no store's metadata is fetched here.
        Command::new("JSON.GET", [text("key_value_stores:/:metadata")]),
        Command::new("EVAL", [text("return 1"), Value::Integer(0)]),
    ]
}

/// The facts in the answers to [`questions`].
pub(super) fn answered(replies: impl IntoIterator<Item = Result<Value>>, cluster: bool) -> Facts {
    let mut replies = replies.into_iter();
    let mut next = || replies.next().unwrap_or(Ok(Value::Null));
    let (server, replication, role, json, script) = (next(), next(), next(), next(), next());
    let mut facts = Facts { cluster, ..Facts::default() };
    match server.map(|reply| reply.as_string().unwrap_or_default()) {
        Ok(info) => (facts.product, facts.version) = product(&info),
        Err(error) => facts.refused(&error, "its version is hidden"),
    }
    let role = role.map(|role| match role {
        Value::Array(parts) => parts.first().and_then(Value::as_string).unwrap_or_default(),
        _ => String::new(),
    });
    match (role, replication.map(|reply| reply.as_string().unwrap_or_default())) {
        (Ok(role), _) => facts.replica = role == "slave",
        (Err(_), Ok(info)) => facts.replica = field(&info, "role") == Some("slave"),
        (Err(error), Err(_)) => {
            facts.role_hidden = true;
            facts.refused(&error, "it may be a replica");
        }
    }
    match json {
        Ok(_) => facts.json = Some(true),
        Err(error) if error.kind == ErrorKind::NoJsonModule => {
            let error = facts.without_json(error);
            facts.json = Some(false);
            facts.notes.push(error.to_string());
            facts.unusable = Some(error);
        }
        Err(error) if error.kind == ErrorKind::WrongType => facts.json = Some(true),
        // A user who may not read this one may read others.
        Err(error) if error::forbids_key(&error) => {}
        Err(error) => facts.refused(&error, "stores' metadata is hidden"),
    }
    facts.forbids_scripts = script.is_err_and(|error| error::forbids_scripts(&error));
    if facts.replica {
        facts.notes.push("a replica takes no writes".to_owned());
    }
    if facts.cluster {
        facts.notes.push("a cluster: no write can be one step".to_owned());
    }
    // Where there is little room, the end is lost.
    sort::sort_by_key(&mut facts.notes, String::len);
    facts
}

impl Facts {
    /// The error that there is no RedisJSON, with what helps on this product.
    fn without_json(&self, error: Error) -> Error {
        match &*self.product {
            VALKEY => error.hint("load valkey-json, which the image valkey/valkey-bundle has"),
            REDIS => error.hint("use Redis 8, or load the RedisJSON module"),
            _ => error,
        }
    }

    fn refused(&mut self, error: &Error, so: &str) {
        let why = match &error.cause {
            Some(Cause::Command(command)) => format!("no right to {command}"),
            _ => error.problem.clone(),
        };
        self.notes.push(format!("{so} ({why})"));
    }
}

fn product(info: &str) -> (String, String) {
    for (name, product) in
        [("valkey_version", VALKEY), ("dragonfly_version", "Dragonfly"), ("redis_version", REDIS)]
    {
        if let Some(version) = field(info, name) {
            return (product.to_owned(), version.trim_start_matches('v').to_owned());
        }
    }
    (String::new(), String::new())
}

/// The value of `name:value` in a reply of INFO.
fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helps_without_json_depends_on_the_product() {
        for (info, helps) in [
            ("redis_version:7.2.4\r\nvalkey_version:9.1.0\r\n", "load valkey-json"),
            ("redis_version:7.0.15\r\n", "use Redis 8"),
            ("", "(on Valkey: valkey-json)"),
        ] {
            let none = Error::new(ErrorKind::NoJsonModule, "there is none");
            let text = |text: &str| Ok(Value::from(text));
            let answers = [text(info), text("role:master"), Ok(Value::Null), Err(none), text("1")];
            let facts = answered(answers, false);
            let why = facts.unusable.unwrap();
            assert!(why.remedy().contains(helps), "{why}");
            assert_eq!(facts.notes, [why.to_string()]);
        }
    }
}
