//! The server's error replies and fred's errors in words for a user: one sentence each, with a remedy, and
//! never a secret.

mod tls;
mod way;

use std::time::Duration;

pub(super) use self::tls::{client as client_certificate, shows_authority};
pub(super) use self::way::SshFailed;
pub(crate) use self::way::ssh_not_started;
use crate::model::{Cause, Error, ErrorKind, in_words};

/// A cluster's reply for a slot without a node.
const NOT_SERVED: &str = "CLUSTERDOWN Hash slot not served";

/// Words for a Redis key of a wrong type.
pub(super) const WRONG_TYPE: &str = "one of its Redis keys has another type";

/// First word of the error in place of a string that is larger than its question allows.
pub(super) const TOO_LARGE: &str = "TOOLARGE";

/// Words for a host's name for which no name server answers.
pub(super) const NOT_LOOKED_UP: &str = "no name server answered";

/// Limit on the characters of a server's text that are shown.
const LONGEST_QUOTE: usize = 300;

/// The error for an error reply of the server, by its first word.
pub(super) fn reply(text: &str) -> Error {
    let text = inner_error(text.trim());
    let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
    let error = Error::new;
    match code {
        "NOPERM" => forbidden(rest),
        "LOADING" => error(ErrorKind::Loading, "the server is still loading its data"),
        "READONLY" => {
            error(ErrorKind::ReadOnly, "a replica: it takes no writes").hint("write to its primary")
        }
        "OOM" => error(ErrorKind::OutOfMemory, "the server is out of memory"),
        "MISCONF" => error(ErrorKind::CannotPersist, "no writes: the server cannot save to disk"),
        "WRONGTYPE" => error(ErrorKind::WrongType, WRONG_TYPE),
        "NOAUTH" => error(ErrorKind::Auth, "password required")
            .hint("put it into LARDER_PASSWORD or a profile"),
        "WRONGPASS" => error(ErrorKind::Auth, "the server refused the user or the password"),
        "NOSCRIPT" => {
            error(ErrorKind::Server, "the server has forgotten the script").hint("try again")
        }
        "CROSSSLOT" => error(ErrorKind::Cluster, "cluster slots cannot change in one step"),
        "MOVED" | "ASK" => error(ErrorKind::Cluster, "another node of the cluster holds this key")
            .hint("connect with redis-cluster://"),
        "TRYAGAIN" => error(ErrorKind::Cluster, "the cluster is moving this key between nodes")
            .hint("try again"),
        "CLUSTERDOWN" if text.starts_with(NOT_SERVED) => {
            error(ErrorKind::Connection, "cluster not set up: no responsible node")
                .because(Cause::ClusterDown)
                .hint("redis-cli --cluster create or fix assigns slots")
        }
        "CLUSTERDOWN" => error(ErrorKind::Connection, "the cluster is down")
            .because(Cause::ClusterDown)
            .hint("wait, or mend it with redis-cli --cluster fix"),
        "MASTERDOWN" => error(ErrorKind::Connection, "a replica without its primary: no old data")
            .hint("use another replica, or restart the primary"),
        "BUSY" => error(ErrorKind::Timeout, "the server is busy with another program's script")
            .hint("wait, or end it with SCRIPT KILL"),
        TOO_LARGE => too_large(rest),
        "EXECABORT" => match rest.split_once("because of: ") {
            Some((_, why)) if why.contains("no permissions to run") => forbidden(why),
            Some((_, why)) if !why.starts_with("EXECABORT") => reply(why),
            _ => error(ErrorKind::Server, "the server refused the transaction as a whole"),
        },
        "NOREPLICAS" => error(ErrorKind::CannotPersist, "the server has too few replicas to write")
            .hint("bring its replicas back"),
        "DENIED" => error(ErrorKind::Auth, "protected mode: no connections from other machines")
            .hint("set its password, or connect from its machine"),
        _ => other(text),
    }
}

fn too_large(size: &str) -> Error {
    Error::new(ErrorKind::Server, format!("far too large an answer: {size} bytes"))
        .hint("read again; else it is not Crawlee's data")
}

fn other(text: &str) -> Error {
    let message = text.strip_prefix("ERR ").unwrap_or(text);
    let lower = message.to_ascii_lowercase();
    if let Some(name) = unknown_command(&lower) {
        let name = name.to_ascii_uppercase();
        return if name.starts_with("JSON.") {
            Error::new(ErrorKind::NoJsonModule, "the server lacks RedisJSON, which Crawlee needs")
        } else if is_script(&name) {
            scripts_forbidden()
        } else {
            unknown(&cut(&name))
        };
    }
    if lower.starts_with("unknown") && lower.contains("command called from") {
        return unknown("a command of the script that this is");
    }
    if lower.contains("max number of clients") {
        return Error::new(ErrorKind::Connection, "the server takes no more connections")
            .hint("close other programs, or raise its maxclients");
    }
    if lower.contains("db index is out of range") || lower.contains("invalid db index") {
        return Error::new(ErrorKind::Usage, "the server has no database of this number")
            .hint("choose a lower one, mostly 0 to 15");
    }
    if lower.contains("select is not allowed in cluster mode") {
        return Error::new(ErrorKind::Usage, "a cluster has only database 0")
            .hint("leave the database number out");
    }
    if lower.contains("without any password configured") || lower.contains("no password is set") {
        return Error::new(ErrorKind::Auth, "a password was given, the server has none")
            .hint("leave the password out");
    }
    if lower.starts_with("invalid password") {
        return Error::new(ErrorKind::Auth, "the server refused the password");
    }
    if lower.contains("wrong redis type") {
        return reply("WRONGTYPE");
    }
    if lower.contains("executing the script can't run") {
        return Error::new(ErrorKind::Permission, "the user may not run this script's commands");
    }
    // The words of Redis 7 for a script, then those of older servers.
    if lower.contains("acl failure in script")
        || lower.contains("executing the script can't access")
    {
        return forbidden(message);
    }
    if lower.contains("cluster support disabled") {
        return Error::new(ErrorKind::Usage, "the server is not a cluster")
            .hint("connect with redis://");
    }
    // The server may quote a value, or words meant as a password.
    let end = lower.find(", with args beginning with").unwrap_or(message.len());
    Error::new(ErrorKind::Server, format!("the server answered: {}", cut(&message[..end])))
}

/// Before Redis 7 a script's error is inside another one.
fn inner_error(text: &str) -> &str {
    if text.starts_with("ERR Error running script")
        && let Some((_, after)) = text.split_once("@user_script:")
        && let Some((_, inner)) = after.rsplit_once(": ")
        && let Some((_, coded)) = after.split_once(": ")
    {
        let code = coded.split(' ').next().unwrap_or_default();
        let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_uppercase());
        return if is_code { coded } else { inner };
    }
    text
}

/// The shown part of a server's text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The error of a command that the server is too old for, or that its administrator has removed.
fn unknown(command: &str) -> Error {
    Error::new(ErrorKind::NotSupported, format!("the server does not know {command}"))
        .hint("it may be renamed there (rename-command)")
}

fn unknown_command(lower: &str) -> Option<&str> {
    let rest = lower.strip_prefix("unknown command")?.trim_start();
    let name = rest.trim_start_matches(['\'', '`', '"']);
    Some(name.split(['\'', '`', '"', ',', ' ']).next().unwrap_or_default())
}

fn forbidden(text: &str) -> Error {
    let command = text.split_once("run the '").and_then(|(_, rest)| rest.split_once('\''));
    if let Some((command, rest)) = command {
        let name = command.replace('|', " ").to_ascii_uppercase();
        if is_script(&name) {
            return scripts_forbidden();
        }
        // The form of larder's own scripts.
        let on = rest.strip_prefix(" command on ").map(|key| format!(" on {key}"));
        let name = cut(&name);
        let problem = format!("the user may not run {name}{}", cut(&on.unwrap_or_default()));
        return Error::new(ErrorKind::Permission, problem).because(Cause::Command(name));
    }
    if text.contains("key") {
        let problem = "the user may not use every needed key";
        return Error::new(ErrorKind::Permission, problem).because(Cause::Key);
    }
    Error::new(ErrorKind::Permission, "the server's access list forbids this")
}

fn scripts_forbidden() -> Error {
    Error::new(ErrorKind::Permission, "the user may not run EVAL")
        .because(Cause::Command("EVAL".to_owned()))
}

fn is_script(name: &str) -> bool {
    matches!(name, "EVAL" | "EVALSHA" | "EVAL_RO" | "EVALSHA_RO")
}

/// Whether the error says that scripts are forbidden or missing, so that a transaction has to be used.
pub(super) fn forbids_scripts(error: &Error) -> bool {
    matches!(&error.cause, Some(Cause::Command(name)) if is_script(name))
}

/// Whether the error says that this user may not use the Redis key, rather than the command.
pub(super) fn forbids_key(error: &Error) -> bool {
    error.cause == Some(Cause::Key)
}

/// Whether the error is a cluster's reply that it does not serve.
pub(super) fn is_cluster_down(error: &Error) -> bool {
    error.cause == Some(Cause::ClusterDown)
}

/// The server at `address` did not answer in time.
pub(super) fn no_answer(address: &str, after: Duration) -> Error {
    let seconds = after.as_secs_f32();
    Error::new(
        ErrorKind::Timeout,
        format!("no answer from {address} within {} s", (seconds * 10.0).round() / 10.0),
    )
}

/// The connection has ended.
pub(super) fn closed(address: &str) -> Error {
    Error::new(ErrorKind::Connection, format!("the server at {address} closed the connection"))
}

/// There is no connection at present; nothing was sent.
pub(super) fn down(address: &str, reason: &str) -> Error {
    Error::new(ErrorKind::Connection, format!("not connected to {address}: {reason}"))
        .hint("retrying")
}

/// A write was handed over, and no answer came.
pub(super) fn fate_unknown(reason: &Error) -> Error {
    Error::new(
        ErrorKind::InDoubt,
        format!("not known whether written: no answer came ({})", reason.problem),
    )
}

/// The error of the system for the connection to the server itself.
pub(super) fn transport(error: &std::io::Error, address: &str) -> Error {
    if let Some(failed) = error.get_ref().and_then(|why| why.downcast_ref::<SshFailed>()) {
        return failed.error();
    }
    if let Some(refused) = tls::refused(error, address) {
        return refused;
    }
    system(&format!("{error:?}"), address).unwrap_or_else(|| {
        Error::new(ErrorKind::Connection, format!("the connection to {address} failed"))
    })
}

/// The error that larder's own socket, which carries everything, cannot be made.
pub(super) fn no_relay(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("larder cannot make its own socket: {}", in_words(error)))
}

/// The error of a server that breaks the protocol.
pub(super) fn protocol(how: &str, address: &str) -> Error {
    Error::new(
        ErrorKind::Connection,
        format!("what answers at {address} breaks the protocol: {how}"),
    )
    .hint("check the address: no sound Redis server")
}

/// The error of fred when a connection cannot be made.
pub(super) fn connecting(error: &fred::error::Error, address: &str) -> Error {
    use fred::error::ErrorKind as Fred;
    let details = error.details();
    if let Some(error) = system(details, address) {
        return error;
    }
    match error.kind() {
        Fred::Timeout => {
            Error::new(ErrorKind::Timeout, format!("no answer from {address} in time"))
                .hint("check the address, or use a longer --timeout")
        }
        Fred::Protocol | Fred::Parse => not_redis(address),
        Fred::IO | Fred::Canceled | Fred::Routing => {
            Error::new(ErrorKind::Connection, format!("the connection to {address} failed"))
        }
        _ => reply(details),
    }
}

/// The error of fred when a working connection ends.
pub(super) fn lost(error: &fred::error::Error, address: &str) -> Error {
    use fred::error::ErrorKind as Fred;
    if error.details().starts_with("CLUSTERDOWN") {
        return reply(error.details());
    }
    match error.kind() {
        Fred::Protocol | Fred::Parse => not_redis(address),
        Fred::InvalidArgument => Error::new(ErrorKind::Usage, "a command could not be encoded"),
        Fred::IO if !error.details().starts_with("Connection closed") => {
            system(error.details(), address).unwrap_or_else(|| closed(address))
        }
        _ => closed(address),
    }
}

/// The error of a server of another kind.
pub(super) fn not_redis(address: &str) -> Error {
    Error::new(ErrorKind::Connection, format!("not a Redis server: {address}"))
        .hint("check the port; TLS needs rediss://")
}

/// Errors of the operating system and of TLS, which fred passes on as text.
fn system(details: &str, address: &str) -> Option<Error> {
    let has = |word: &str| details.contains(word);
    let connection = |problem: String| Error::new(ErrorKind::Connection, problem);
    let host = || address.rsplit_once(':').map_or(address, |(host, _)| host);
    Some(if has(NOT_LOOKED_UP) {
        connection(format!("host not found in time: {}", host()))
            .hint("correct the host's name, or the name server")
    } else if has("ConnectionRefused") {
        connection(format!("connection refused: {address}"))
            .hint("start the server, or correct the address")
    } else if has("failed to lookup address")
        || has("Name or service not known")
        || has("No such host")
    {
        connection(format!("host not found: {}", host())).hint("correct the host's name")
    } else if has("kind: NotFound") {
        connection(format!("there is no socket at {address}"))
            .hint("start the server, or correct the path")
    } else if has("PermissionDenied") {
        connection(format!("this user may not open {address}")).hint("ask for access to the socket")
    } else if has("HostUnreachable") || has("NetworkUnreachable") {
        connection(format!("no network leads to {address}"))
    } else if has("tls handshake eof") {
        tls::not_spoken(address)
    } else if has("InvalidDnsName") {
        tls::no_name(address)
    } else if has("ConnectionReset")
        || has("BrokenPipe")
        || has("ConnectionAborted")
        || has("UnexpectedEof")
    {
        closed(address)
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests;
