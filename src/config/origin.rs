//! Where a target can be named, and which of these places goes first.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use super::environment::{self, Environment};
use super::{Config, Resolved};
use crate::model::{Error, ErrorKind, Result};
use crate::storage::target::Target;

/// Crawlee's own default, under the directory in which larder starts.
const HERE: &str = "./storage";

/// What to type where nothing names a target. As it stands, in three lines, behind `larder: `.
#[cfg(feature = "demo")]
pub const NO_TARGET: &str = "\
nothing to open here. Try a demo:        larder demo
        a Crawlee storage directory:     larder path/to/storage
        a Redis server:                  larder redis://127.0.0.1:6379";
/// What to type where nothing names a target. As it stands, in two lines, behind `larder: `.
#[cfg(not(feature = "demo"))]
pub const NO_TARGET: &str = "\
nothing to open here. Try a directory:   larder path/to/storage
        a Redis server:                  larder redis://127.0.0.1:6379";

/// Where a target was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    CommandLine,
    /// The config file's `target`.
    Config,
    /// `LARDER_URL`.
    LarderUrl,
    /// `REDIS_URL`.
    RedisUrl,
    /// `CRAWLEE_STORAGE_DIR`.
    StorageDir,
    /// `./storage`, because it is there.
    Here,
}

impl Origin {
    /// Where a target is looked for when the command line names none, in this order.
    pub const DEFAULTS: [Self; 5] =
        [Self::Config, Self::LarderUrl, Self::RedisUrl, Self::StorageDir, Self::Here];

    /// What to call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "the command line",
            Self::Config => "the config file's target",
            Self::LarderUrl => environment::URL,
            Self::RedisUrl => environment::REDIS_URL,
            Self::StorageDir => environment::STORAGE_DIR,
            Self::Here => HERE,
        }
    }
}

impl Config {
    /// Where `larder` alone finds its target, if anywhere.
    pub fn default_origin(&self, environment: &Environment) -> Option<Origin> {
        Origin::DEFAULTS.into_iter().find(|origin| self.written(*origin, environment).is_some())
    }

    pub(super) fn is_written(&self, origin: Origin, environment: &Environment) -> bool {
        self.written(origin, environment).is_some()
    }

    /// What is written there. May hold a password.
    fn written<'a>(
        &'a self,
        origin: Origin,
        environment: &'a Environment,
    ) -> Option<Cow<'a, OsStr>> {
        let text = |text: &'a Option<String>| text.as_deref().map(OsStr::new).map(Cow::Borrowed);
        match origin {
            Origin::CommandLine => None,
            Origin::Config => text(&self.target),
            Origin::LarderUrl => text(&environment.url),
            Origin::RedisUrl => text(&environment.redis_url),
            Origin::StorageDir => {
                environment.storage_dir.as_deref().map(|path| Cow::Borrowed(path.as_os_str()))
            }
            Origin::Here => {
                let folder = environment.folder.as_deref()?;
                let there = folder.join("storage").is_dir();
                there.then(|| Cow::Owned(OsString::from(HERE)))
            }
        }
    }

    /// The profile that is named there, if it is one.
    pub(super) fn profile_at(&self, origin: Origin, environment: &Environment) -> Option<&str> {
        if matches!(origin, Origin::StorageDir | Origin::Here) {
            return None;
        }
        let written = self.written(origin, environment)?;
        self.profiles.get_key_value(written.to_str()?).map(|(name, _)| name.as_str())
    }

    /// What is written there as a target, without what a profile or the environment adds.
    pub(super) fn target_at(&self, origin: Origin, environment: &Environment) -> Result<Target> {
        let Some(written) = self.written(origin, environment) else {
            return Err(Error::new(ErrorKind::Usage, NO_TARGET));
        };
        let target = match (origin, written.to_str()) {
            // Always paths, whatever they look like.
            (Origin::StorageDir | Origin::Here, _) | (_, None) => {
                Target::at(&environment.folder.clone().unwrap_or_default().join(&written))
            }
            (_, Some(text)) => Target::parse(text).map_err(|why| self.not_a_target(text, why)),
        };
        target.map_err(|why| {
            let problem = format!("{}: {}", origin.name(), why.problem);
            Error::new(why.kind, problem).hint(why.remedy().to_owned())
        })
    }

    /// Resolves what is written there.
    ///
    /// # Errors
    /// As [`Config::resolve`].
    pub fn resolve_at(&self, origin: Origin, environment: &Environment) -> Result<Resolved> {
        if let Some(name) = self.profile_at(origin, environment) {
            return self.resolve_profile(name, origin, environment);
        }
        let target = self.target_at(origin, environment)?;
        Ok(Resolved::plain(target, origin, environment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_here_is_taken_only_where_nothing_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut environment =
            Environment { folder: Some(folder.path().to_owned()), ..Environment::default() };
        let config = Config::default();
        assert_eq!(config.default_origin(&environment), None);
        let storage = folder.path().join("storage");
        std::fs::create_dir(&storage).unwrap();
        assert_eq!(config.default_origin(&environment), Some(Origin::Here));
        let resolved = config.resolve(None, &environment).unwrap();
        assert_eq!((resolved.target, resolved.origin), (Target::Directory(storage), Origin::Here));
        // A bare word here is a path, not a profile or an address.
        environment.storage_dir = Some("127.0.0.1".into());
        let why = config.resolve(None, &environment).unwrap_err();
        assert!(why.problem.starts_with("CRAWLEE_STORAGE_DIR: no such directory"), "{why}");
        std::fs::create_dir(folder.path().join("127.0.0.1")).unwrap();
        let resolved = config.resolve(None, &environment).unwrap();
        assert_eq!(resolved.target, Target::Directory(folder.path().join("127.0.0.1")));
        environment.redis_url = Some("redis://shared".into());
        assert_eq!(config.default_origin(&environment), Some(Origin::RedisUrl));
    }

    #[cfg(feature = "demo")]
    #[test]
    fn where_nothing_is_named_three_lines_say_what_to_type() {
        let why = Config::default().resolve(None, &Environment::default()).unwrap_err();
        assert_eq!((why.kind, why.problem.as_str()), (ErrorKind::Usage, NO_TARGET));
        assert_eq!(NO_TARGET.lines().count(), 3);
        for word in ["larder demo", "larder path/to/storage", "larder redis://"] {
            assert!(NO_TARGET.contains(word), "{word}");
        }
    }
}
