//! The steps from a host's name to its port: whether the name is known, and whether something answers there.

use std::time::Instant;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::config::Config;
use crate::model::{Error, ErrorKind, in_words};
use crate::storage::target::Host;
use crate::text;

/// The step that failed, and why.
type Failed = (&'static str, Error);

/// The addresses of the name, and the time that connecting took, in words.
pub(super) async fn reach(config: &Config, host: &Host) -> Result<(String, String), Failed> {
    let Host { name, port } = host;
    let limit = config.connect_timeout;
    let failed = |step, kind, problem: String| (step, Error::new(kind, problem));
    let dns = |kind, problem: String| {
        let (step, why) = failed("dns", kind, problem);
        (step, why.hint("correct the host's name, or the name server"))
    };
    let found = timeout(limit, lookup_host((name.as_str(), *port))).await;
    let found: Vec<_> = found
        .map_err(|_| dns(ErrorKind::Timeout, format!("{name} is not found in time")))?
        .map_err(|_| dns(ErrorKind::Connection, format!("host not found: {name}")))?
        .collect();
    let begun = Instant::now();
    let stream = timeout(limit, TcpStream::connect(&*found)).await;
    stream
        .map_err(|_| failed("tcp", ErrorKind::Timeout, format!("{host} does not answer in time")))?
        .map_err(|why| {
            let problem = format!("{host} takes no connection: {}", in_words(&why));
            failed("tcp", ErrorKind::Connection, problem)
        })?;
    let connected = format!("{host} answers in {}", text::span(begun.elapsed()));
    let addresses: Vec<_> = found.iter().map(|address| address.ip().to_string()).collect();
    // A zone is not part of the address.
    let is_one = addresses.iter().any(|address| name.split('%').next() == Some(address));
    let known = if is_one { "an address".to_owned() } else { addresses.join(", ") };
    Ok((format!("{name} is {known}"), connected))
}
