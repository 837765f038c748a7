//! All targets with a name, to list them and to switch between them.

use super::resolve::profile_target;
use super::target_source::TargetSource;
use super::{Config, Environment, Resolved};
use crate::model::{Error, ErrorKind, Result};
use crate::storage::target::{Secret, Target};

/// A target in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The profile's name, or the name of the place where the target is written.
    pub name: String,
    /// Whether it is a profile.
    pub is_profile: bool,
    /// The target without its secret; or what is wrong with it, in one sentence.
    pub label: std::result::Result<String, String>,
    /// Whether writes to it are refused.
    pub read_only: bool,
    /// Number of replicas that must have a write before it counts as made.
    pub wait_replicas: u32,
    /// The place where `larder` alone finds this target, if it is the default.
    pub default: Option<TargetSource>,
    source: Option<TargetSource>,
}

impl Config {
    /// The profiles, by name, then all other places that name another target. Runs no `password_command` and
    /// connects to nothing.
    pub fn choices(&self, environment: &Environment) -> Vec<Choice> {
        let default = self.default_source(environment);
        let taken = default.and_then(|source| self.profile_at(source, environment));
        let label = |target: Result<Target>| match target {
            Ok(target) => Ok(target.label()),
            // The list shows the file's name above all targets.
            Err(why) => Err(why.problem),
        };
        let profiles = self.profiles.iter().map(|(name, profile)| Choice {
            name: name.clone(),
            is_profile: true,
            label: label(profile_target(name, profile)),
            read_only: self.read_only || profile.read_only,
            wait_replicas: profile.wait_replicas.unwrap_or(self.wait_replicas),
            default: default.filter(|_| taken == Some(name)),
            source: None,
        });
        let mut choices: Vec<Choice> = profiles.collect();
        for source in TargetSource::DEFAULTS {
            let named = self.profile_at(source, environment).is_some();
            if named || !self.is_written(source, environment) {
                continue;
            }
            let choice = Choice {
                name: source.name().to_owned(),
                is_profile: false,
                label: label(self.target_at(source, environment)),
                read_only: self.read_only,
                wait_replicas: self.wait_replicas,
                default: default.filter(|default| *default == source),
                source: Some(source),
            };
            let same = choices.iter_mut().find(|other| other.is_same(&choice));
            match same {
                Some(other) => other.default = other.default.or(choice.default),
                None => choices.push(choice),
            }
        }
        choices
    }
}

impl Choice {
    /// Whether another target, which is no profile, is the same and need not be listed.
    fn is_same(&self, other: &Self) -> bool {
        self.label.is_ok() && self.label == other.label && self.read_only == other.read_only
    }
}

/// The list of targets, what is needed to resolve each, and the one that larder was started with.
#[derive(Clone)]
pub struct Targets {
    config: Config,
    environment: Environment,
    choices: Vec<Choice>,
    start: usize,
    target: Target,
}

impl Targets {
    /// Makes the list. `config` is the state before `resolved` made it read-only.
    pub fn new(config: Config, environment: Environment, resolved: &Resolved) -> Self {
        let mut choices = config.choices(&environment);
        let label = resolved.target.label();
        let same = choices.iter().position(|choice| match &resolved.profile {
            Some(name) => choice.is_profile && choice.name == *name,
            None => {
                !choice.is_profile && choice.label.as_ref() == Ok(&label)
                    || choice.default == Some(resolved.source)
            }
        });
        let start = same.unwrap_or_else(|| {
            let choice = Choice {
                name: resolved.source.name().to_owned(),
                is_profile: false,
                label: Ok(label),
                read_only: config.read_only || resolved.read_only,
                wait_replicas: resolved.wait_replicas.unwrap_or(config.wait_replicas),
                default: None,
                source: Some(resolved.source),
            };
            choices.insert(0, choice);
            0
        });
        // The target that larder was started with is resolved already, with its password.
        let environment = Environment { password: None, sentinel_password: None, ..environment };
        let config = Config { quiet: true, ..config };
        Self { config, environment, choices, start, target: resolved.target.clone() }
    }

    /// All targets.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// Number of the target that larder was started with.
    pub fn start(&self) -> usize {
        self.start
    }

    /// The target with a typed password in place of its own; no command is run for a password.
    ///
    /// # Errors
    /// As [`Config::resolve`].
    pub fn resolve_with(&self, at: usize, password: &Secret) -> Result<Target> {
        let typed = Some(password.expose().to_owned());
        let environment = Environment { password: typed, ..self.environment.clone() };
        let target = Self { environment, ..self.clone() }.resolve(at)?;
        Ok(target.with_password(password.clone()))
    }

    /// The target with its password. Waits for a `password_command`. The password in the environment is for
    /// the target that larder was started with, and is given to no other.
    ///
    /// # Errors
    /// As [`Config::resolve`].
    pub fn resolve(&self, at: usize) -> Result<Target> {
        if at == self.start {
            return Ok(self.target.clone());
        }
        let Some(choice) = self.choices.get(at) else {
            return Err(Error::new(ErrorKind::Usage, "there is no such target"));
        };
        let resolved = match choice.source {
            None => {
                let source = TargetSource::CommandLine;
                self.config.resolve_profile(&choice.name, source, &self.environment)?
            }
            Some(source) => self.config.resolve_at(source, &self.environment)?,
        };
        Ok(resolved.target)
    }
}

/// Leaves out the settings, which may hold passwords.
impl std::fmt::Debug for Targets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Targets")
            .field("choices", &self.choices)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
        target = 'plain'
        [profiles.broken]
        url = 'http://x'
        [profiles.plain]
        url = 'redis://:hidden@one'
        read_only = true
        [profiles.slow]
        url = 'redis://two'
        password_command = 'echo asked; echo loud >&2'
    ";

    fn environment() -> Environment {
        Environment {
            redis_url: Some("redis://:hidden@three".into()),
            password: Some("of the start".into()),
            ..Environment::default()
        }
    }

    #[test]
    fn profiles_come_first_and_no_label_has_a_secret() {
        let config = Config::parse(FILE).unwrap();
        let choices = config.choices(&environment());
        let names: Vec<_> = choices.iter().map(|choice| choice.name.as_str()).collect();
        assert_eq!(names, ["broken", "plain", "slow", "REDIS_URL"]);
        assert!(choices[0].label.as_ref().unwrap_err().starts_with("[profiles.broken] url: "));
        assert_eq!(choices[1].label.as_deref(), Ok("redis://one:6379/0"));
        assert_eq!((choices[1].read_only, choices[2].read_only), (true, false));
        assert_eq!((choices[1].default, choices[3].default), (Some(TargetSource::Config), None));
        assert!(!format!("{choices:?}").contains("hidden"));
    }

    #[test]
    fn one_target_is_listed_once() {
        let config = Config::parse("[profiles.a]\nurl = 'redis://one'").unwrap();
        let environment =
            Environment { url: Some("redis://one:6379".into()), ..Environment::default() };
        let choices = config.choices(&environment);
        assert_eq!(choices.len(), 1);
        assert_eq!(choices[0].default, Some(TargetSource::LarderUrl));
    }

    #[test]
    fn the_password_of_the_start_goes_to_no_other_server() {
        let config = Config::parse(FILE).unwrap();
        let environment = environment();
        let resolved = config.resolve(Some("redis://start"), &environment).unwrap();
        let targets = Targets::new(config, environment, &resolved);
        assert_eq!((targets.start(), targets.choices()[0].name.as_str()), (0, "the command line"));
        let password = |at| match targets.resolve(at) {
            Ok(Target::Redis(redis)) => redis.password,
            other => panic!("{other:?}"),
        };
        assert_eq!(password(0), Some(Secret::new("of the start")));
        assert_eq!(password(2), Some(Secret::new("hidden")));
        assert_eq!(password(3), Some(Secret::new("asked")));
        assert_eq!(password(4), Some(Secret::new("hidden")));
        assert!(targets.resolve(1).is_err() && targets.resolve(9).is_err());
    }

    #[test]
    fn the_start_is_found_in_the_list() {
        let config = Config::parse(FILE).unwrap();
        let environment = environment();
        for (named, at) in [(None, 1), (Some("slow"), 2), (Some("redis://three:6379"), 3)] {
            let resolved = config.resolve(named, &environment).unwrap();
            let targets = Targets::new(config.clone(), environment.clone(), &resolved);
            assert_eq!((targets.start(), targets.choices().len()), (at, 4), "{named:?}");
        }
    }
}
