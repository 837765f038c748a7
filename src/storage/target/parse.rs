//! Reads targets as users write them. No message quotes a part that may contain a password.

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::{Host as UrlHost, Url};

use super::{Endpoint, Host, RedisTarget, Secret, TlsSettings, hop};
use crate::model::{Error, ErrorKind, Result};

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;
const FORMS: &str = "write redis://HOST:PORT/DB, rediss://…, redis+unix:///PATH, \
                     redis-sentinel://…, redis-cluster://… or the path of a directory";
/// End of the scheme of a server that is reached through another host, which the URL names first.
const THROUGH_SSH: &str = "+ssh";
const USERINFO: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Kind of target that the scheme names.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Tcp,
    Unix,
    Sentinel,
    Cluster,
}

/// Percent-encodes a user or service name for a URL.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, USERINFO).to_string()
}

/// Percent-encodes the characters of a path that would end it in a URL, or be read in another way.
pub(super) fn encode_path(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || "%?#".contains(c) {
            out.extend(utf8_percent_encode(c.encode_utf8(&mut [0; 4]), NON_ALPHANUMERIC));
        } else {
            out.push(c);
        }
    }
    out
}

pub(super) fn redis(text: &str) -> Result<RedisTarget> {
    let text = text.trim();
    if let Some((scheme, rest)) = text.split_once("://") {
        return url(&scheme.to_ascii_lowercase(), rest);
    }
    if text.is_empty() {
        return Err(usage("the target is empty").hint(FORMS));
    }
    if let Some((scheme, _)) = text.split_once(":/")
        && scheme_kind(&scheme.to_ascii_lowercase()).is_ok()
    {
        return Err(usage("no URL: two slashes follow the colon").hint(FORMS));
    }
    // With an @ it may contain a password, and is never quoted.
    if text == "localhost" || text.contains(['@', '.', ':']) {
        return url("redis", text);
    }
    Err(usage(format!("`{text}` is neither a profile nor an address")).hint(FORMS))
}

/// Takes the password out of a URL, so that the rest can be handed to a place where others can see it (a
/// process list). Text that is not a URL, or has no password, is returned unchanged. A `sentinelPassword`
/// parameter stays.
///
/// ```
/// let (rest, secret) = larder::storage::target::strip_password("redis://ann:p%40ss@db:6379/1");
/// assert_eq!(rest, "redis://ann@db:6379/1");
/// assert_eq!(secret.unwrap().expose(), "p@ss");
/// ```
pub fn strip_password(text: &str) -> (String, Option<Secret>) {
    let Some(password) = password_range(text) else { return (text.to_owned(), None) };
    let secret = percent_decode_str(&text[password.clone()]).decode_utf8_lossy().into_owned();
    // The colon before it is removed too, and the @ after it where no user is left.
    let colon = password.start - 1;
    let end = if text[..colon].ends_with('/') { password.end + 1 } else { password.end };
    (format!("{}{}", &text[..colon], &text[end..]), Some(Secret::new(secret)))
}

/// Place of the password in `scheme://user:password@…`, percent-encoded.
fn password_range(text: &str) -> Option<Range<usize>> {
    let scheme = text.find("://")?;
    let mut start = scheme + 3;
    if text[..scheme].to_ascii_lowercase().ends_with(THROUGH_SSH) {
        // The login to the host before the slash has no password of larder's.
        start += text[start..].find('/')? + 1;
    }
    let rest = &text[start..];
    // A slash or a question mark that should have been percent-encoded must not leave half of the password
    // behind: it ends at the last @ that no other part of a URL follows.
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let at = match authority.rfind('@') {
        Some(at) => at,
        None if authority.is_empty() => return None,
        None => rest.rfind('@')?,
    };
    let colon = rest[..at].find(':')?;
    Some(start + colon + 1..start + at)
}

fn url(scheme: &str, rest: &str) -> Result<RedisTarget> {
    if let Some(plain) = scheme.strip_suffix(THROUGH_SSH) {
        let (first, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let ssh = Some(hop::parse(first)?);
        let target = url(plain, rest)?;
        return match target.endpoint {
            Endpoint::Tcp(_) => Ok(RedisTarget { ssh, ..target }),
            _ => Err(usage("a URL reaches one server through ssh")
                .hint("write redis+ssh://USER@HOST/SERVER:PORT/DB; a profile can name `ssh`")),
        };
    }
    let (kind, secure) = scheme_kind(scheme)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (userinfo, hosts) = match authority.rsplit_once('@') {
        Some((userinfo, hosts)) => (Some(userinfo), hosts),
        None => (None, authority),
    };
    // The scheme is one that `url` does not treat specially; the parts are checked one by one.
    let parsed = Url::parse(&format!("redis://host{tail}"))
        .map_err(|_| usage("the target is not a URL").hint(FORMS))?;
    if parsed.fragment().is_some() {
        return Err(usage("the target has a `#` in it").hint("in a password, write it as %23"));
    }
    let mut target = RedisTarget::new(Endpoint::Cluster(Vec::new()));
    target.tls = secure.then(Box::default);
    if let Some(userinfo) = userinfo {
        let (user, password) = match userinfo.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (userinfo, None),
        };
        if !user.is_empty() {
            target.username = Some(decode(user, "the user name")?);
        }
        if let Some(password) = password.filter(|password| !password.is_empty()) {
            target.password = Some(Secret::new(decode(password, "the password")?));
        }
    }
    let query = Query::read(&parsed, kind)?;
    let path = parsed.path().trim_matches('/');
    target.database = if kind == Kind::Unix { None } else { database(path)? }
        .map_or(Ok(query.database), |number| match query.database {
            Some(other) if other != number => {
                Err(usage("the target names two database numbers").hint("leave one out"))
            }
            _ => Ok(Some(number)),
        })?
        .unwrap_or(0);
    if kind == Kind::Cluster && target.database != 0 {
        return Err(usage("a cluster has only database 0").hint("leave the number out"));
    }
    query.apply_tls(&mut target)?;
    target.endpoint = match kind {
        Kind::Tcp => Endpoint::Tcp(host(hosts, PORT)?),
        Kind::Unix => Endpoint::Unix(socket(hosts, parsed.path())?),
        Kind::Cluster => Endpoint::Cluster(all_hosts(hosts, &query.nodes, PORT)?),
        Kind::Sentinel => Endpoint::Sentinel {
            hosts: all_hosts(hosts, &query.nodes, SENTINEL_PORT)?,
            service: query.service.ok_or_else(|| {
                usage("the target names no service for Sentinel")
                    .hint("add ?sentinelServiceName=NAME, often mymaster")
            })?,
            username: query.sentinel_username,
            password: query.sentinel_password,
        },
    };
    Ok(target)
}

fn scheme_kind(scheme: &str) -> Result<(Kind, bool)> {
    let plain = scheme.replacen("valkey", "redis", 1);
    Ok(match plain.as_str() {
        "redis" => (Kind::Tcp, false),
        "rediss" => (Kind::Tcp, true),
        "redis+unix" | "unix" => (Kind::Unix, false),
        "redis-sentinel" | "redis+sentinel" => (Kind::Sentinel, false),
        "rediss-sentinel" | "rediss+sentinel" => (Kind::Sentinel, true),
        "redis-cluster" | "redis+cluster" => (Kind::Cluster, false),
        "rediss-cluster" | "rediss+cluster" => (Kind::Cluster, true),
        "rediss+unix" => {
            return Err(usage("TLS over a Unix socket is not supported").hint("use redis+unix://"));
        }
        // Text that is more than a scheme may contain a password.
        _ if scheme.contains(['@', ':', '/', '?']) => {
            return Err(usage("the target is not a Redis address").hint(FORMS));
        }
        _ => return Err(usage(format!("`{scheme}://` is not a Redis address")).hint(FORMS)),
    })
}

/// The parameters after `?`.
#[derive(Default)]
struct Query {
    database: Option<u32>,
    service: Option<String>,
    sentinel_username: Option<String>,
    sentinel_password: Option<Secret>,
    nodes: Vec<String>,
    tls: TlsSettings,
}

impl Query {
    fn read(url: &Url, kind: Kind) -> Result<Self> {
        let mut query = Self::default();
        let pairs = url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        for pair in pairs {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // Not decoded as a form: a plus sign stays one, in a path as in a password.
            let value = decode(value, "a parameter")?;
            match name {
                "db" | "database" => query.database = database(&value)?,
                "sentinelServiceName" if kind == Kind::Sentinel => query.service = Some(value),
                "sentinelUsername" if kind == Kind::Sentinel => {
                    query.sentinel_username = Some(value);
                }
                "sentinelPassword" if kind == Kind::Sentinel => {
                    query.sentinel_password = Some(Secret::new(value));
                }
                "node" if matches!(kind, Kind::Sentinel | Kind::Cluster) => {
                    query.nodes.push(value);
                }
                "ca_file" => query.tls.ca_file = Some(value.into()),
                "cert_file" => query.tls.cert_file = Some(value.into()),
                "key_file" => query.tls.key_file = Some(value.into()),
                "server_name" => query.tls.server_name = Some(value),
                // It may be the rest of a password with a question mark in it.
                _ if url.query().is_some_and(|query| query.contains('@')) => {
                    return Err(usage("the target has an unknown parameter")
                        .hint("in a password, write `?` as %3F"));
                }
                _ => {
                    let known = match kind {
                        Kind::Sentinel => {
                            "db, node, sentinelServiceName, sentinelUsername, sentinelPassword, "
                        }
                        Kind::Cluster => "db, node, ",
                        Kind::Tcp | Kind::Unix => "db, ",
                    };
                    let hint =
                        format!("there are {known}ca_file, cert_file, key_file and server_name");
                    let problem = format!("the target has an unknown parameter `{name}`");
                    return Err(usage(problem).hint(hint));
                }
            }
        }
        Ok(query)
    }

    fn apply_tls(&self, target: &mut RedisTarget) -> Result<()> {
        if self.tls == TlsSettings::default() {
            return Ok(());
        }
        match &mut target.tls {
            Some(tls) => {
                **tls = self.tls.clone();
                Ok(())
            }
            None => Err(usage("TLS settings, but a target without TLS").hint("use rediss://")),
        }
    }
}

fn database(text: &str) -> Result<Option<u32>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        usage("the target's database is not a number")
            .hint("write redis://HOST:PORT/2; in a password, `/` as %2F")
    })
}

fn all_hosts(list: &str, more: &[String], port: u16) -> Result<Vec<Host>> {
    list.split(',')
        .chain(more.iter().map(String::as_str))
        .map(|text| host(text.trim(), port))
        .collect()
}

fn host(text: &str, port: u16) -> Result<Host> {
    if text.is_empty() {
        return Ok(Host::new("localhost", port));
    }
    let (text, zone) = without_zone(text)?;
    let text = &*text;
    let wrong = || {
        let is_address = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        let hint = if is_address && text.matches(':').count() > 1 {
            "write an address with colons in brackets: [::1]:6379"
        } else {
            "write HOST:PORT; in a password, write `/`, `?`, `#` and `@` as %2F, %3F, %23, %40"
        };
        usage("the target's host or port makes no sense").hint(hint)
    };
    let parsed = Url::parse(&format!("redis://{text}")).map_err(|_| wrong())?;
    let name = match parsed.host() {
        Some(UrlHost::Ipv6(address)) => match &zone {
            Some(zone) => format!("{address}%{zone}"),
            None => address.to_string(),
        },
        Some(UrlHost::Ipv4(address)) => address.to_string(),
        Some(UrlHost::Domain(name)) => decode(name, "the host")?,
        None => return Err(wrong()),
    };
    match parsed.port() {
        Some(0) => Err(wrong()),
        given => Ok(Host::new(name, given.unwrap_or(port))),
    }
}

/// `[ADDRESS%25ZONE]` without its zone, which names the network of a link-local address; accepts the bare `%`
/// as well, as other programs do.
fn without_zone(text: &str) -> Result<(Cow<'_, str>, Option<String>)> {
    let parts = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let Some((inside, rest)) = parts else { return Ok((text.into(), None)) };
    let Some((address, zone)) = inside.split_once('%') else { return Ok((text.into(), None)) };
    let zone = zone.strip_prefix("25").filter(|zone| !zone.is_empty()).unwrap_or(zone);
    let zone = decode(zone, "the zone")?;
    let sound = |c: char| c.is_ascii_alphanumeric() || "-._~:@".contains(c);
    if zone.is_empty() || !zone.chars().all(sound) {
        return Err(
            usage("the target's zone makes no sense").hint("write it as [fe80::1%25eth0]:6379")
        );
    }
    Ok((format!("[{address}]{rest}").into(), Some(zone)))
}

/// Path of the socket. A host before it (as some write to carry a password) has no meaning.
fn socket(host: &str, path: &str) -> Result<PathBuf> {
    if path.trim_matches('/').is_empty() {
        return Err(usage("the target names no socket").hint("write redis+unix:///PATH"));
    }
    if !matches!(host, "" | "localhost") {
        return Err(
            usage("a Unix socket has no host").hint("write redis+unix:///PATH, three slashes")
        );
    }
    Ok(PathBuf::from(decode(path, "the path")?))
}

fn decode(text: &str, what: &str) -> Result<String> {
    percent_decode_str(text)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| usage(format!("{what} in the target is not UTF-8")))
}

fn usage(problem: impl Into<String>) -> Error {
    Error::new(ErrorKind::Usage, problem)
}
