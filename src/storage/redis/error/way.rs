//! What goes wrong on the way to the server: with TLS and with ssh, one sentence each.

use std::fmt;
use std::io;
use std::path::Path;

use super::cut;
use crate::model::{Error, ErrorKind, in_words};

/// The names in a certificate that is not for the one that was asked for.
pub(super) fn other_names(error: &io::Error) -> Option<Vec<String>> {
    match error.get_ref()?.downcast_ref()? {
        rustls::Error::InvalidCertificate(rustls::CertificateError::NotValidForNameContext {
            presented,
            ..
        }) => Some(presented.iter().filter_map(|name| plain_name(name)).collect()),
        _ => None,
    }
}

/// `db.internal` of `DnsName("db.internal")`.
fn plain_name(told: &str) -> Option<String> {
    let (_, rest) = told.split_once('(')?;
    let name = rest.trim_end_matches(')').trim_matches('"');
    let sound = |c: char| c.is_ascii_alphanumeric() || "-._*:".contains(c);
    (!name.is_empty() && name.chars().all(sound)).then(|| cut(name))
}

pub(super) fn for_another_name(names: &[String], address: &str) -> Error {
    let problem = match names {
        [] => format!("the certificate at {address} is for another name"),
        [name] => format!("the certificate at {address} is for {name}"),
        [name, more @ ..] => {
            format!("the certificate at {address} is for {name} and {} more", more.len())
        }
    };
    let name = names.iter().find(|name| !name.contains('*')).map_or("NAME", String::as_str);
    Error::new(ErrorKind::Tls, problem)
        .hint(format!("if that is the server, say so: ?server_name={name}"))
}

/// What rustls says, which comes as text.
pub(super) fn told(details: &str, address: &str) -> Error {
    let has = |word: &str| details.contains(word);
    let error = |problem: String| Error::new(ErrorKind::Tls, problem);
    if has("UnknownIssuer") {
        error(format!("the certificate of {address} comes from an authority that is not trusted"))
            .hint("name the authority's file as ca_file")
    } else if has("NotValidForName") {
        for_another_name(&[], address)
    } else if has("Expired") {
        error(format!("the certificate of {address} has expired")).hint("renew it on the server")
    } else if has("CertificateRequired") {
        error(format!("{address} wants a client certificate"))
            .hint("name it as cert_file and key_file")
    } else if has("AlertReceived") {
        error(format!("{address} refused the TLS connection"))
            .hint("check cert_file and key_file: it may want another client certificate")
    } else if has("InvalidMessage") || has("tls handshake eof") || has("UnexpectedEof") {
        error(format!("{address} does not speak TLS")).hint("use redis:// or the server's TLS port")
    } else if has("InvalidDnsName") {
        error(format!("{address} is no name that a certificate can have"))
    } else {
        error(format!("TLS with {address} failed"))
    }
}

/// There is no such `ssh`, or it cannot be started.
pub(crate) fn ssh_not_started(program: &Path, why: &io::Error) -> Error {
    let name = program.display();
    if why.kind() == io::ErrorKind::NotFound {
        return Error::new(ErrorKind::Connection, format!("there is no program {name} here"))
            .hint("install an OpenSSH client, or name one in LARDER_SSH");
    }
    let problem = format!("{name} cannot be started: {}", in_words(why));
    Error::new(ErrorKind::Connection, problem).hint("name another ssh in LARDER_SSH")
}

/// `ssh` has ended by an error of its own.
#[derive(Debug, Clone)]
pub(in crate::storage::redis) struct SshFailed {
    /// The host that it was to log in to.
    pub(in crate::storage::redis) destination: String,
    /// Its last line, if it said any.
    pub(in crate::storage::redis) said: Option<String>,
    /// What helps, where it is not what `ssh` says itself.
    pub(in crate::storage::redis) remedy: Option<String>,
}

impl SshFailed {
    /// As the user is told.
    pub(in crate::storage::redis) fn error(&self) -> Error {
        let said = self.said.as_deref().unwrap_or("it ended").trim_end_matches('.');
        let problem = format!("ssh to {}: {said}", self.destination);
        let own = || format!("see what `ssh {}` says", self.destination);
        Error::new(ErrorKind::Connection, problem).hint(self.remedy.clone().unwrap_or_else(own))
    }
}

impl fmt::Display for SshFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error().problem)
    }
}

impl std::error::Error for SshFailed {}
