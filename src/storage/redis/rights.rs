//! Examines this user's rights, command by command.

use fred::types::Value;

use super::connection::{Command, ConnectionManager};
use super::keys::{self, Part};
use super::scripts::script;
use super::{RedisStorage, command, error, reply};
use crate::model::{Error, ErrorKind, Examined, Result, Right, Write};

const RIGHTS: &str = script!("rights");

/// Larder's tasks, with the commands that they need, each on keys as Crawlee has them.
const NEEDED: [(&str, &[&str]); 7] = [
    (
        "list stores",
        &[
            "HSCAN key_value_stores:name_to_id 0",
            "HSCAN key_value_stores:id_to_name 0",
            "JSON.GET key_value_stores:default:metadata",
        ],
    ),
    (
        "list keys",
        &[
            "HSCAN key_value_stores:default:metadata_items 0",
            "HLEN key_value_stores:default:metadata_items",
            "HLEN key_value_stores:default:items",
        ],
    ),
    (
        "read records",
        &[
            "HGET key_value_stores:default:metadata_items k",
            "HGET key_value_stores:default:items k",
            "HSTRLEN key_value_stores:default:items k",
            "HEXISTS key_value_stores:default:items k",
        ],
    ),
    (
        "change records",
        &[
            "HSET key_value_stores:default:items k v",
            "HSET key_value_stores:default:metadata_items k v",
            "HDEL key_value_stores:default:items k",
            "HDEL key_value_stores:default:metadata_items k",
            "JSON.SET key_value_stores:default:metadata $.modified_at 0 XX",
        ],
    ),
    (
        "create stores",
        &[
            "HSETNX key_value_stores:name_to_id n i",
            "HSET key_value_stores:id_to_name i n",
            "JSON.SET key_value_stores:default:metadata $ 0",
            "LPUSH key_value_stores:default:created_signal 1",
        ],
    ),
    (
        "purge and drop stores",
        &[
            "UNLINK key_value_stores:default:items",
            "RENAME key_value_stores:default:items key_value_stores:default:items:aside:x",
            "HDEL key_value_stores:name_to_id n",
        ],
    ),
    (
        "be told of changes",
        &["CLIENT TRACKING ON", "SUBSCRIBE __keyspace@0__:key_value_stores:default:items", "INFO"],
    ),
];

/// The tasks that change something.
const CHANGING: [&str; 3] = ["change records", "create stores", "purge and drop stores"];

/// The commands of a removal, with the Redis keys of the store that they are about, which follow their names,
/// and the other words.
const DELETE: [(&str, &[Part]); 2] =
    [("HDEL k", &[Part::Items]), ("HDEL k", &[Part::MetadataItems])];
const PURGE: [(&str, &[Part]); 2] = [
    ("UNLINK", &[Part::Items, Part::MetadataItems]),
    ("JSON.SET $.modified_at 0 XX", &[Part::Metadata]),
];
const DROP: [(&str, &[Part]); 3] = [
    ("UNLINK", &[Part::Metadata, Part::CreatedSignal, Part::Items, Part::MetadataItems]),
    ("HDEL key_value_stores:name_to_id n", &[]),
    ("HDEL key_value_stores:id_to_name i", &[]),
];

impl RedisStorage {
    /// The rights of the user, and the server's clock. Changes nothing.
    pub(in crate::storage) async fn examine(&self) -> Result<Examined> {
        let lines = NEEDED.iter().flat_map(|(_, commands)| *commands);
        let script = [Value::from(RIGHTS), Value::Integer(0)].into_iter();
        let asked = vec![
            command("EVAL", script.chain(lines.map(|line| Value::from(line.replace(' ', "\0"))))),
            command("TIME", []),
        ];
        let begun = std::time::SystemTime::now();
        let mut replies = self.connections.pipeline(asked).await?.into_iter();
        let way = begun.elapsed().unwrap_or_default();
        let told = reply::next(&mut replies);
        let rights = match told.and_then(reply::array) {
            Ok(told) => {
                let scripts = Right { to: "run scripts", command: "EVAL", allowed: Some(true) };
                std::iter::once(scripts).chain(rights(&told)).collect()
            }
            Err(why) if error::forbids_scripts(&why) => {
                let scripts = Right { to: "run scripts", command: "EVAL", allowed: Some(false) };
                let lines = NEEDED.iter().flat_map(|(_, commands)| *commands);
                let rest = match queued(&self.connections, lines.map(|line| words(line)).collect())
                    .await
                {
                    Queued::Told(told) => rights(&told),
                    Queued::Refused => without_transactions(),
                    Queued::Unknown => Vec::new(),
                };
                std::iter::once(scripts).chain(rest).collect()
            }
            Err(_) => Vec::new(),
        };
        let clock_ahead = reply::next(&mut replies).ok().and_then(|time| {
            let time = reply::array(time).ok()?;
            let part = |at: usize| time.get(at)?.as_string()?.parse::<i64>().ok();
            let theirs = part(0)?.checked_mul(1_000_000)?.checked_add(part(1)?)?;
            let ours = begun + way / 2;
            let ours = ours.duration_since(std::time::UNIX_EPOCH).ok()?.as_micros();
            theirs.checked_sub(i64::try_from(ours).ok()?)
        });
        Ok(Examined { rights, clock_ahead, clock_within: way / 2 })
    }
}

impl RedisStorage {
    /// Why this user's delete, purge or drop would be refused, as far as the server tells.
    pub(super) async fn refusal(&self, write: &Write) -> Result<Option<Error>> {
        let (doing, store, commands): (_, _, &[(&'static str, &[Part])]) = match write {
            Write::Delete { store, .. } => ("deleting", store, &DELETE),
            Write::Purge(store) => ("purging", store, &PURGE),
            Write::Drop(store) => ("dropping", store, &DROP),
            Write::Create(_) | Write::Set(_) | Write::Rewrite(_) | Write::Repair(_) => {
                return Ok(None);
            }
        };
        if let Err(why) = self.may_write(doing).await {
            return Ok(Some(why));
        }
        let asked: Vec<Command> = commands
            .iter()
            .map(|(line, parts)| {
                let Command { name, args } = words(line);
                let keys = parts.iter().map(|part| keys::key(store, *part));
                Command { name, args: keys.chain(args).collect() }
            })
            .collect();
        let line = |it: &Command| {
            let args = it.args.iter().filter_map(Value::as_bytes);
            let words: Vec<&[u8]> = std::iter::once(it.name.as_bytes()).chain(args).collect();
            Value::Bytes(words.join(&b'\0').into())
        };
        let script = [Value::from(RIGHTS), Value::Integer(0)].into_iter();
        let script = command("EVAL", script.chain(asked.iter().map(line)));
        let refused = |name: &str| {
            Some(Error::new(ErrorKind::Permission, format!("the user may not {name} here")))
        };
        let told = match self.connections.run(script).await {
            Ok(told) => reply::array(told).unwrap_or_default(),
            Err(why) if error::forbids_scripts(&why) => {
                match queued(&self.connections, asked).await {
                    Queued::Told(told) => told,
                    Queued::Refused => return Ok(refused("MULTI")),
                    Queued::Unknown => return Ok(None),
                }
            }
            Err(_) => return Ok(None),
        };
        let first = commands.iter().zip(told).find(|(_, told)| *told == Value::Integer(0));
        Ok(first.and_then(|((line, _), _)| refused(name(line))))
    }
}

/// A server's answers to commands that are queued in a transaction and never run.
enum Queued {
    /// For each command 1 or 0, or 2 where that is unknown, as from the script.
    Told(Vec<Value>),
    /// This user may not begin a transaction.
    Refused,
    /// The server does not behave as it should.
    Unknown,
}

/// Asks without a script: the server refuses a command when it is queued. No command runs, since the
/// transaction is given up, even if the connection ends.
async fn queued(connections: &ConnectionManager, asked: Vec<Command>) -> Queued {
    let Ok(own) = connections.dedicated(0).await else { return Queued::Unknown };
    match own.run(command("MULTI", [])).await {
        Ok(_) => {}
        Err(why) if why.kind == ErrorKind::Permission => return Queued::Refused,
        Err(_) => return Queued::Unknown,
    }
    // A harmless command goes first, since a proxy may run commands at once instead of queueing them.
    match own.run(command("PING", [])).await {
        Ok(said) if said.as_str().as_deref() != Some("QUEUED") => return Queued::Unknown,
        _ => {}
    }
    let mut told = Vec::with_capacity(asked.len());
    for command in asked {
        let is_told_later = command.name == "SUBSCRIBE";
        told.push(Value::Integer(match own.run(command).await {
            Ok(said) if said.as_str().as_deref() == Some("QUEUED") => 1,
            Ok(_) => return Queued::Unknown,
            Err(why) if why.kind == ErrorKind::Permission => 0,
            // It is allowed, but has no place in a transaction.
            Err(why) if is_told_later && why.kind != ErrorKind::Connection => 1,
            Err(_) => 2,
        }));
    }
    let _ = own.run(command("DISCARD", [])).await;
    Queued::Told(told)
}

/// The rights without transactions, which changes need where no script may run.
fn without_transactions() -> Vec<Right> {
    let changing = NEEDED.iter().filter(|(to, _)| CHANGING.contains(to));
    changing.map(|(to, _)| Right { to, command: "MULTI", allowed: Some(false) }).collect()
}

/// The command in a line: its name, and its arguments.
fn words(line: &'static str) -> Command {
    let name = name(line);
    let rest = line.get(name.len()..).unwrap_or_default();
    command(name, rest.split_whitespace().map(Value::from))
}

/// The right to each task, with the first refused command, if there is one.
fn rights(told: &[Value]) -> Vec<Right> {
    let mut told = told.iter();
    let mut rights = Vec::new();
    for (to, commands) in NEEDED {
        let answers: Vec<_> = commands.iter().zip(told.by_ref()).collect();
        let refused = answers.iter().find(|(_, answer)| **answer == Value::Integer(0));
        let known = answers.iter().all(|(_, answer)| **answer == Value::Integer(1));
        let command = refused.map_or("", |(line, _)| name(line));
        let allowed = if refused.is_some() { Some(false) } else { known.then_some(true) };
        rights.push(Right { to, command, allowed });
    }
    rights
}

/// Name of the command, which may have two words.
fn name(line: &'static str) -> &'static str {
    let words = if line.starts_with("CLIENT ") { 2 } else { 1 };
    let end = line.match_indices(' ').nth(words - 1);
    end.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_named_by_the_first_command_that_is_refused() {
        let count = NEEDED.iter().map(|(_, commands)| commands.len()).sum();
        let mut told = vec![Value::Integer(1); count];
        told[7] = Value::Integer(0);
        told[11] = Value::Integer(2);
        let rights = rights(&told);
        let of = |to: &str| *rights.iter().find(|right| right.to == to).unwrap();
        assert_eq!(of("list keys").allowed, Some(true));
        assert_eq!((of("read records").allowed, of("read records").command), (Some(false), "HGET"));
        assert_eq!(of("change records").allowed, None);
        assert_eq!(name("CLIENT TRACKING ON"), "CLIENT TRACKING");
        assert_eq!(name("INFO"), "INFO");
    }
}
