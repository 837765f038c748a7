//! The environment variables that larder reads.

use std::ffi::OsString;
use std::path::PathBuf;

use log::LevelFilter;

use crate::model::{Error, ErrorKind, Result};

/// A URL, a path or a profile's name, for larder alone.
pub const URL: &str = "LARDER_URL";
/// A URL, as other programs read it too.
pub const REDIS_URL: &str = "REDIS_URL";
/// A profile's name.
pub const PROFILE: &str = "LARDER_PROFILE";
/// Crawlee's storage directory in an Apify project; Crawlee itself reads it first.
pub const APIFY_STORAGE_DIR: &str = "APIFY_LOCAL_STORAGE_DIR";
/// Crawlee's storage directory, as Crawlee itself reads it.
pub const STORAGE_DIR: &str = "CRAWLEE_STORAGE_DIR";
/// The password; it goes before those of a URL and of a profile.
pub const PASSWORD: &str = "LARDER_PASSWORD";
/// The password for Sentinel, likewise.
pub const SENTINEL_PASSWORD: &str = "LARDER_SENTINEL_PASSWORD";
/// Another config file.
pub const CONFIG: &str = "LARDER_CONFIG";
/// The program that is run as `ssh`.
pub const SSH: &str = "LARDER_SSH";
/// `1` refuses every write.
pub const READ_ONLY: &str = "LARDER_READ_ONLY";
/// What goes to the log file: `off`, `error`, `warn`, `info`, `debug` or `trace`.
pub const LOG: &str = "LARDER_LOG";
/// The pager for `larder get` alone.
pub const LARDER_PAGER: &str = "LARDER_PAGER";
/// The pager of all programs.
pub const PAGER: &str = "PAGER";
/// Any text but an empty one turns colours off, in many programs.
pub const NO_COLOR: &str = "NO_COLOR";

/// The variables that may hold a secret. No program that larder starts may inherit them.
pub const SECRETS: [&str; 4] = [PASSWORD, SENTINEL_PASSWORD, URL, REDIS_URL];

/// All variables.
pub const ALL: [&str; 14] = [
    URL,
    PROFILE,
    REDIS_URL,
    APIFY_STORAGE_DIR,
    STORAGE_DIR,
    PASSWORD,
    SENTINEL_PASSWORD,
    CONFIG,
    SSH,
    READ_ONLY,
    LOG,
    LARDER_PAGER,
    PAGER,
    NO_COLOR,
];

/// The values of the variables; empty variables count as unset.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// [`URL`].
    pub url: Option<String>,
    /// [`REDIS_URL`].
    pub redis_url: Option<String>,
    /// [`PROFILE`].
    pub profile: Option<String>,
    /// [`APIFY_STORAGE_DIR`].
    pub apify_storage_dir: Option<PathBuf>,
    /// [`STORAGE_DIR`].
    pub storage_dir: Option<PathBuf>,
    /// The directory in which larder was started, where `./storage` is looked for.
    pub folder: Option<PathBuf>,
    /// [`PASSWORD`].
    pub password: Option<String>,
    /// [`SENTINEL_PASSWORD`].
    pub sentinel_password: Option<String>,
    /// [`CONFIG`].
    pub config: Option<PathBuf>,
    /// [`SSH`].
    pub ssh: Option<PathBuf>,
    /// [`READ_ONLY`].
    pub read_only: Option<bool>,
    /// [`LOG`].
    pub log: Option<LevelFilter>,
    /// [`NO_COLOR`].
    pub no_color: bool,
}

impl Environment {
    /// Reads the process's own environment.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a variable that is not UTF-8 or has no known meaning.
    pub fn read() -> Result<Self> {
        let folder = std::env::current_dir().ok();
        Ok(Self { folder, ..Self::from_lookup(|name| std::env::var_os(name))? })
    }

    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// As [`Environment::read`].
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let raw = |name| lookup(name).filter(|value| !value.is_empty());
        let text = |name| match raw(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            // The value is not quoted: it may be a password.
            Some(Err(_)) => Err(wrong(name, "is not UTF-8")),
        };
        let read_only = match text(READ_ONLY)? {
            Some(text) => {
                Some(parse_bool(&text).ok_or_else(|| wrong(READ_ONLY, "must be 1 or 0"))?)
            }
            None => None,
        };
        let log = match text(LOG)? {
            Some(text) => Some(parse_level(&text).map_err(|why| wrong(LOG, &why))?),
            None => None,
        };
        Ok(Self {
            url: text(URL)?,
            redis_url: text(REDIS_URL)?,
            profile: text(PROFILE)?,
            apify_storage_dir: raw(APIFY_STORAGE_DIR).map(PathBuf::from),
            storage_dir: raw(STORAGE_DIR).map(PathBuf::from),
            folder: None,
            password: text(PASSWORD)?,
            sentinel_password: text(SENTINEL_PASSWORD)?,
            config: raw(CONFIG).map(PathBuf::from),
            ssh: raw(SSH).map(PathBuf::from),
            read_only,
            log,
            no_color: raw(NO_COLOR).is_some(),
        })
    }
}

/// A variable of this process; an empty one, or one that is not UTF-8, counts as unset.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn wrong(name: &str, problem: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("the environment variable {name} {problem}"))
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Reads a level of logging.
///
/// # Errors
/// A sentence with the levels that there are.
pub fn parse_level(text: &str) -> std::result::Result<LevelFilter, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("`{text}` is not one of off, error, warn, info, debug, trace"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment> {
        Environment::from_lookup(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn empty_variables_count_as_unset() {
        let empty = ALL.map(|name| (name, ""));
        assert!(read(&empty).unwrap() == Environment::default());
    }

    #[test]
    fn a_switch_is_on_or_off_or_an_error() {
        assert_eq!(read(&[(READ_ONLY, "1")]).unwrap().read_only, Some(true));
        assert_eq!(read(&[(READ_ONLY, "Off")]).unwrap().read_only, Some(false));
        let Err(why) = read(&[(READ_ONLY, "maybe")]) else { panic!("read") };
        assert!(why.problem.contains("LARDER_READ_ONLY"), "{why}");
    }

    #[test]
    fn levels_have_names() {
        assert_eq!(read(&[(LOG, "debug")]).unwrap().log, Some(LevelFilter::Debug));
        assert!(read(&[(LOG, "loud")]).is_err());
    }
}
