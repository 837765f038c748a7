//! A host that `ssh` logs in to, as users write it.

use std::fmt;

use super::SshHop;
use crate::model::{Error, ErrorKind, Result};

/// Reads `[USER@]HOST[:PORT]`, and refuses parts that `ssh` could take for options.
pub(super) fn parse(text: &str) -> Result<SshHop> {
    let wrong = || {
        Error::new(ErrorKind::Usage, "the host for ssh makes no sense")
            .hint("write USER@HOST or HOST:PORT; ssh asks for passwords")
    };
    let (user, address) = match text.rsplit_once('@') {
        Some((user, address)) => (Some(user), address),
        None => (None, text),
    };
    let (name, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, "")) => (name, None),
        Some((name, port)) => (name, Some(port.strip_prefix(':').ok_or_else(wrong)?)),
        None => match address.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (address, None),
        },
    };
    let sound = |word: &str| {
        let odd = |c: char| c.is_whitespace() || c.is_control() || "@/\\\"'`$;|&<>()".contains(c);
        !word.is_empty() && !word.starts_with('-') && !word.contains(odd)
    };
    let plain = |user: &str| sound(user) && !user.contains(':');
    if !sound(name) || !user.is_none_or(plain) {
        return Err(wrong());
    }
    let port = match port.map(str::parse::<u16>) {
        Some(Ok(0) | Err(_)) => return Err(wrong()),
        Some(Ok(port)) => Some(port),
        None => None,
    };
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    // `ssh` takes a plain address, without brackets.
    let name = name.replacen("%25", "%", 1);
    Ok(SshHop { destination: format!("{user}{name}"), port })
}

/// Written in the form that [`SshHop::parse`] reads.
impl fmt::Display for SshHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, name) = match self.destination.rsplit_once('@') {
            Some((user, name)) => (format!("{user}@"), name),
            None => (String::new(), &*self.destination),
        };
        if name.contains(':') {
            write!(f, "{user}[{}]", name.replace('%', "%25"))?;
        } else {
            f.write_str(&self.destination)?;
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}
