//! Finds the target that is meant, and its login.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::environment::Environment;
use super::target_source::{TargetSource, no_target};
use super::{Config, Profile, password};
use crate::model::{Error, ErrorKind, Result};
use crate::storage::target::{Endpoint, Secret, SshHop, Target, TlsSettings};

/// A target, and what its profile adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The target to connect to, with the password.
    pub target: Target,
    /// The profile's name, if a profile was named.
    pub profile: Option<String>,
    /// The place where it was named.
    pub source: TargetSource,
    /// Whether the profile forbids writing.
    pub read_only: bool,
    /// Number of replicas that the profile asks for.
    pub wait_replicas: Option<u32>,
}

impl Resolved {
    /// A target that no profile names.
    fn plain(target: Target, source: TargetSource, environment: &Environment) -> Self {
        let mut resolved =
            Self { target, profile: None, source, read_only: false, wait_replicas: None };
        resolved.log_in_as(environment);
        resolved
    }

    /// Takes the environment's passwords, which take precedence over all others.
    fn log_in_as(&mut self, environment: &Environment) {
        let Target::Redis(redis) = &mut self.target else { return };
        if let Some(password) = &environment.password {
            redis.password = Some(Secret::new(password));
        }
        if let (Some(password), Endpoint::Sentinel { password: theirs, .. }) =
            (&environment.sentinel_password, &mut redis.endpoint)
        {
            *theirs = Some(Secret::new(password));
        }
    }
}

impl Config {
    /// Finds the target: `named` (the command line's), else the first of [`TargetSource::DEFAULTS`]. The text
    /// may be the name of a profile.
    ///
    /// The password is `LARDER_PASSWORD`, else the profile's, else the first line that the profile's
    /// `password_command` prints, else the URL's.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a text that is no target, with [`Cause::NoTarget`](crate::model::Cause) if
    /// none is named; [`ErrorKind::Auth`] if `password_command` fails.
    pub fn resolve(&self, named: Option<&str>, environment: &Environment) -> Result<Resolved> {
        let Some(text) = named else {
            return match self.default_source(environment) {
                Some(source) => self.resolve_at(source, environment),
                None => Err(no_target()),
            };
        };
        if self.profiles.contains_key(text) {
            return self.resolve_profile(text, TargetSource::CommandLine, environment);
        }
        let target = Target::parse(text).map_err(|why| self.not_a_target(text, why))?;
        Ok(Resolved::plain(target, TargetSource::CommandLine, environment))
    }

    /// Resolves the target that is written in this place.
    ///
    /// # Errors
    /// As [`Config::resolve`].
    pub fn resolve_at(&self, source: TargetSource, environment: &Environment) -> Result<Resolved> {
        if let Some(name) = self.profile_at(source, environment) {
            return self.resolve_profile(name, source, environment);
        }
        let target = self.target_at(source, environment)?;
        Ok(Resolved::plain(target, source, environment))
    }

    pub(super) fn resolve_profile(
        &self,
        name: &str,
        source: TargetSource,
        environment: &Environment,
    ) -> Result<Resolved> {
        let Some(profile) = self.profiles.get(name) else {
            return Err(self.no_profile(name));
        };
        let mut resolved = Resolved {
            target: profile_target(name, profile).map_err(|why| self.in_file_of(name, why))?,
            profile: Some(name.to_owned()),
            source,
            read_only: profile.read_only,
            wait_replicas: profile.wait_replicas,
        };
        if let Target::Redis(redis) = &mut resolved.target
            && environment.password.is_none()
        {
            if let Some(text) = &profile.password {
                redis.password = Some(Secret::new(text));
            } else if let Some(command) = &profile.password_command {
                redis.password =
                    Some(Secret::new(password::run(command, password::PATIENCE, self.quiet)?));
            }
        }
        resolved.log_in_as(environment);
        Ok(resolved)
    }
}

/// The profile's target, without its password; an error names the profile, but not the file.
pub(super) fn profile_target(name: &str, profile: &Profile) -> Result<Target> {
    let wrong =
        |problem: &str| Error::new(ErrorKind::Usage, format!("[profiles.{name}] {problem}"));
    if profile.url.is_empty() {
        return Err(wrong("has no url"));
    }
    let mut target = Target::parse(&with_service(profile)).map_err(|why| {
        let inner = wrong(&format!("url: {}", why.problem));
        inner.hint(why.remedy().to_owned())
    })?;
    let Target::Redis(redis) = &mut target else { return Ok(target) };
    if profile.username.is_some() {
        redis.username.clone_from(&profile.username);
    }
    if let Some(database) = profile.database {
        redis.database = database;
    }
    if let Some(hop) = &profile.ssh {
        let hop = SshHop::parse(hop);
        redis.ssh = Some(hop.map_err(|why| {
            wrong(&format!("ssh: {}", why.problem)).hint(why.remedy().to_owned())
        })?);
    }
    let files = TlsSettings {
        ca_file: profile.ca_file.clone(),
        cert_file: profile.cert_file.clone(),
        key_file: profile.key_file.clone(),
        server_name: profile.tls_server_name.clone(),
    };
    if files != TlsSettings::default() {
        let Some(tls) = &mut redis.tls else {
            return Err(wrong("has TLS settings, but a url without TLS")
                .hint("write the url as rediss://…"));
        };
        tls.ca_file = files.ca_file.or(tls.ca_file.take());
        tls.cert_file = files.cert_file.or(tls.cert_file.take());
        tls.key_file = files.key_file.or(tls.key_file.take());
        tls.server_name = files.server_name.or(tls.server_name.take());
    }
    match &mut redis.endpoint {
        Endpoint::Sentinel { service, username, password, .. } => {
            if let Some(name) = &profile.sentinel_service {
                service.clone_from(name);
            }
            if profile.sentinel_username.is_some() {
                username.clone_from(&profile.sentinel_username);
            }
            if let Some(text) = &profile.sentinel_password {
                *password = Some(Secret::new(text));
            }
        }
        _ if profile.sentinel_service.is_some() || profile.sentinel_password.is_some() => {
            return Err(wrong("has Sentinel settings, but a url without Sentinel")
                .hint("write the url as redis-sentinel://HOST:26379"));
        }
        _ => {}
    }
    Ok(target)
}

/// The profile's URL, with the service that a Sentinel URL must name, if only the profile names it.
fn with_service(profile: &Profile) -> String {
    let url = &profile.url;
    match &profile.sentinel_service {
        Some(service) if url.contains("sentinel://") && !url.contains("sentinelServiceName=") => {
            let mark = if url.contains('?') { '&' } else { '?' };
            let service = utf8_percent_encode(service, NON_ALPHANUMERIC);
            format!("{url}{mark}sentinelServiceName={service}")
        }
        _ => url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::target::{Host, RedisTarget};

    const FILE: &str = "
        [profiles.plain]
        url = 'redis://:old@one:1/3'
        [profiles.full]
        url = 'rediss://two'
        username = 'ann'
        password = 'of the file'
        database = 7
        read_only = true
        ca_file = '/ca.pem'
        [profiles.command]
        url = 'redis://three'
        password_command = 'echo of the command'
        [profiles.watched]
        url = 'redis-sentinel://four'
        sentinel_service = 'a crawl'
        sentinel_password = 'guard'
        [profiles.bad]
        url = 'redis://five'
        sentinel_service = 'x'
        [profiles.naked]
        url = 'redis://six'
        ca_file = '/ca.pem'
    ";

    fn redis(config: &Config, named: Option<&str>, environment: &Environment) -> RedisTarget {
        match config.resolve(named, environment).unwrap().target {
            Target::Redis(redis) => redis,
            other => panic!("not a server: {other:?}"),
        }
    }

    fn host(redis: &RedisTarget) -> String {
        redis.address()
    }

    #[test]
    fn targets_are_looked_for_in_order() {
        let mut config = Config::parse(FILE).unwrap();
        let mut environment =
            Environment { redis_url: Some("redis://shared:5".into()), ..Environment::default() };
        assert_eq!(host(&redis(&config, None, &environment)), "shared:5");
        config.target = Some("plain".into());
        assert_eq!(host(&redis(&config, None, &environment)), "one:1");
        environment.profile = Some("full".into());
        assert_eq!(host(&redis(&config, None, &environment)), "two:6379");
        environment.url = Some("redis://own:4".into());
        assert_eq!(host(&redis(&config, None, &environment)), "own:4");
        assert_eq!(host(&redis(&config, Some("full"), &environment)), "two:6379");
    }

    #[test]
    fn a_profile_adds_to_its_url() {
        let config = Config::parse(FILE).unwrap();
        let resolved = config.resolve(Some("full"), &Environment::default()).unwrap();
        assert!(resolved.read_only);
        let Target::Redis(full) = resolved.target else { panic!("not a server") };
        assert_eq!(full.username.as_deref(), Some("ann"));
        assert_eq!(full.password, Some(Secret::new("of the file")));
        assert_eq!(full.database, 7);
        assert_eq!(full.tls.unwrap().ca_file.unwrap().to_str(), Some("/ca.pem"));
        let watched = redis(&config, Some("watched"), &Environment::default());
        let Endpoint::Sentinel { hosts, service, password, .. } = watched.endpoint else {
            panic!("not a Sentinel")
        };
        assert_eq!(hosts, [Host::new("four", 26379)]);
        assert_eq!((service.as_str(), password), ("a crawl", Some(Secret::new("guard"))));
    }

    #[test]
    fn the_environment_s_password_goes_first() {
        let config = Config::parse(FILE).unwrap();
        let mut environment = Environment::default();
        let password = |name, environment: &Environment| {
            redis(&config, Some(name), environment).password.unwrap().expose().to_owned()
        };
        assert_eq!(password("plain", &environment), "old");
        assert_eq!(password("command", &environment), "of the command");
        environment.password = Some("of the environment".into());
        for name in ["plain", "full", "command"] {
            assert_eq!(password(name, &environment), "of the environment");
        }
    }

    #[test]
    fn what_makes_no_sense_is_said_with_its_profile() {
        let config = Config::parse(FILE).unwrap();
        for (name, word) in [("bad", "Sentinel"), ("naked", "TLS"), ("xyzzy", "plain, watched")] {
            let why = config.resolve(Some(name), &Environment::default()).unwrap_err();
            assert_eq!(why.kind, ErrorKind::Usage);
            assert!(why.to_string().contains(word), "{why}");
            assert!(why.to_string().contains(name), "{why}");
        }
    }
}
