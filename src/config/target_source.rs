//! The places where a target can be named, and their precedence.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Config;
use super::environment::{self, Environment};
use crate::model::{Cause, Error, ErrorKind, Result};
use crate::storage::target::Target;

/// Crawlee's own default, relative to the directory in which larder was started.
const DEFAULT_STORAGE: &str = "./storage";

/// What to type if nothing names a target; printed as it is, behind `larder: `.
#[cfg(feature = "demo")]
pub const NO_TARGET: &str = "\
nothing to open here; name it, or try the demo:
  larder demo                       a simulated crawl
  larder path/to/storage            a Crawlee storage directory
  larder redis://127.0.0.1:6379     a Redis server";
/// What to type if nothing names a target; printed as it is, behind `larder: `.
#[cfg(not(feature = "demo"))]
pub const NO_TARGET: &str = "\
nothing to open here; name it:
  larder path/to/storage            a Crawlee storage directory
  larder redis://127.0.0.1:6379     a Redis server";

/// The error that nothing names a target.
pub(super) fn no_target() -> Error {
    Error::new(ErrorKind::Usage, NO_TARGET).because(Cause::NoTarget)
}

/// The place where a target was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetSource {
    /// On the command line.
    CommandLine,
    /// `LARDER_URL`.
    LarderUrl,
    /// `LARDER_PROFILE`.
    LarderProfile,
    /// The config file's `target`.
    Config,
    /// `REDIS_URL`.
    RedisUrl,
    /// `APIFY_LOCAL_STORAGE_DIR`.
    ApifyStorageDir,
    /// `CRAWLEE_STORAGE_DIR`.
    StorageDir,
    /// `./storage`, if it exists.
    CurrentDirectory,
}

impl TargetSource {
    /// Places to look for a target if the command line names none, in this order.
    pub const DEFAULTS: [Self; 7] = [
        Self::LarderUrl,
        Self::LarderProfile,
        Self::Config,
        Self::RedisUrl,
        Self::ApifyStorageDir,
        Self::StorageDir,
        Self::CurrentDirectory,
    ];

    /// The name of the place.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "the command line",
            Self::LarderUrl => environment::URL,
            Self::LarderProfile => environment::PROFILE,
            Self::Config => "the config file's target",
            Self::RedisUrl => environment::REDIS_URL,
            Self::ApifyStorageDir => environment::APIFY_STORAGE_DIR,
            Self::StorageDir => environment::STORAGE_DIR,
            Self::CurrentDirectory => DEFAULT_STORAGE,
        }
    }

    /// Whether the text in this place is a path, whatever it looks like.
    fn is_path(self) -> bool {
        matches!(self, Self::ApifyStorageDir | Self::StorageDir | Self::CurrentDirectory)
    }
}

impl Config {
    /// The place where `larder` alone finds its target, if there is one.
    pub fn default_source(&self, environment: &Environment) -> Option<TargetSource> {
        TargetSource::DEFAULTS
            .into_iter()
            .find(|source| self.written(*source, environment).is_some())
    }

    pub(super) fn is_written(&self, source: TargetSource, environment: &Environment) -> bool {
        self.written(source, environment).is_some()
    }

    /// The text that is written in this place. May hold a password.
    fn written<'a>(
        &'a self,
        source: TargetSource,
        environment: &'a Environment,
    ) -> Option<Cow<'a, OsStr>> {
        let text = |text: &'a Option<String>| text.as_deref().map(OsStr::new).map(Cow::Borrowed);
        let path =
            |path: &'a Option<PathBuf>| path.as_deref().map(Path::as_os_str).map(Cow::Borrowed);
        match source {
            TargetSource::CommandLine => None,
            TargetSource::Config => text(&self.target),
            TargetSource::LarderUrl => text(&environment.url),
            TargetSource::RedisUrl => text(&environment.redis_url),
            TargetSource::LarderProfile => text(&environment.profile),
            TargetSource::ApifyStorageDir => path(&environment.apify_storage_dir),
            TargetSource::StorageDir => path(&environment.storage_dir),
            TargetSource::CurrentDirectory => {
                let folder = environment.folder.as_deref()?;
                let there = folder.join("storage").is_dir();
                there.then(|| Cow::Owned(OsString::from(DEFAULT_STORAGE)))
            }
        }
    }

    /// The profile that is named in this place, if the text is a profile's name.
    pub(super) fn profile_at(
        &self,
        source: TargetSource,
        environment: &Environment,
    ) -> Option<&str> {
        if source.is_path() {
            return None;
        }
        let written = self.written(source, environment)?;
        self.profiles.get_key_value(written.to_str()?).map(|(name, _)| name.as_str())
    }

    /// The target in this place, without what a profile or the environment adds.
    pub(super) fn target_at(
        &self,
        source: TargetSource,
        environment: &Environment,
    ) -> Result<Target> {
        let Some(written) = self.written(source, environment) else {
            return Err(no_target());
        };
        let target = match written.to_str() {
            Some(text) if source == TargetSource::LarderProfile => Err(self.no_profile(text)),
            Some(text) if !source.is_path() => {
                Target::parse(text).map_err(|why| self.not_a_target(text, why))
            }
            _ => Target::at(&environment.folder.clone().unwrap_or_default().join(&written)),
        };
        target.map_err(|why| {
            let problem = format!("{}: {}", source.name(), why.problem);
            Error::new(why.kind, problem).hint(why.remedy().to_owned())
        })
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
        assert_eq!(config.default_source(&environment), None);
        let storage = folder.path().join("storage");
        std::fs::create_dir(&storage).unwrap();
        assert_eq!(config.default_source(&environment), Some(TargetSource::CurrentDirectory));
        let resolved = config.resolve(None, &environment).unwrap();
        assert_eq!(
            (resolved.target, resolved.source),
            (Target::Directory(storage), TargetSource::CurrentDirectory)
        );
        // A single word is a path here, not a profile or an address.
        environment.storage_dir = Some("127.0.0.1".into());
        let why = config.resolve(None, &environment).unwrap_err();
        assert!(why.problem.starts_with("CRAWLEE_STORAGE_DIR: no such directory"), "{why}");
        std::fs::create_dir(folder.path().join("127.0.0.1")).unwrap();
        let resolved = config.resolve(None, &environment).unwrap();
        assert_eq!(resolved.target, Target::Directory(folder.path().join("127.0.0.1")));
        environment.redis_url = Some("redis://shared".into());
        assert_eq!(config.default_source(&environment), Some(TargetSource::RedisUrl));
    }

    #[cfg(feature = "demo")]
    #[test]
    fn where_nothing_is_named_a_line_each_says_what_to_type() {
        let why = Config::default().resolve(None, &Environment::default()).unwrap_err();
        assert_eq!((why.kind, why.problem.as_str()), (ErrorKind::Usage, NO_TARGET));
        assert_eq!(NO_TARGET.lines().count(), 4);
        for word in ["larder demo", "larder path/to/storage", "larder redis://"] {
            assert!(NO_TARGET.contains(word), "{word}");
        }
    }
}
