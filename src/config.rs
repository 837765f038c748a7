//! Settings: defaults, the user's file, the environment, flags; in that order, the last one wins. Only over
//! variables that name a target and are not larder's own, the file takes precedence. A file takes precedence
//! over those that it includes.
//!
//! [`Config::load`] reads the file and the environment; the command line applies the flags.
//! `config.example.toml` shows every setting with its default, which a test checks.

mod choice;
mod effective;
pub mod environment;
mod files;
mod password;
mod profile;
mod profile_names;
mod resolve;
mod schema;
mod table;
mod target_source;
mod targets;
mod units;
mod unknown;

use std::collections::BTreeMap;
#[cfg(test)]
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use directories::{BaseDirs, ProjectDirs};
use log::LevelFilter;
use serde::Deserialize;

pub use choice::{Notify, Pictures};
pub use effective::{Setting, default_keys};
pub use environment::Environment;
pub use profile::{Profile, expand_home};
pub use resolve::Resolved;
pub use schema::schema;
pub use target_source::{NO_TARGET, TargetSource};
pub use targets::{Choice, Targets};
pub use units::{parse_seconds, parse_size};
pub(crate) use unknown::closest;

use crate::keymap::KeyMap;
use crate::model::{Error, ErrorKind, Result};
use crate::storage::Options;
use crate::storage::target::Secret;
use crate::theme::Theme;

/// The config file that shows every setting with its default.
pub const EXAMPLE: &str = include_str!("../config.example.toml");

/// The name of a configuration without a file, in errors.
const UNNAMED: &str = "the configuration";

/// The setting that names other config files.
const INCLUDE: &str = "include";

/// All settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the user's")]
pub struct Config {
    /// Other config files, over whose settings this one's take precedence.
    pub include: Vec<PathBuf>,
    /// The target if none is named: a URL, a path or a profile's name.
    pub target: Option<String>,
    /// Whether to refuse every write.
    pub read_only: bool,
    /// The reason why every write is refused, in a sentence; a profile's own unless another applies.
    #[serde(skip)]
    pub read_only_why: &'static str,
    /// Whether reads update `accessed_at`, as Crawlee's own reads do.
    pub touch: bool,
    /// Whether to capture the mouse; otherwise the terminal's own selection works.
    pub mouse: bool,
    /// Limit on the time that connecting takes.
    #[serde(deserialize_with = "units::seconds")]
    pub connect_timeout: Duration,
    /// Limit on the time that one command goes unanswered.
    #[serde(deserialize_with = "units::seconds")]
    pub command_timeout: Duration,
    /// Number of replicas that must have a write before it counts as made.
    pub wait_replicas: u32,
    /// Size above which values are fetched only on request, in bytes.
    #[serde(deserialize_with = "units::size")]
    pub preview_limit: u64,
    /// Size above which text is edited only in `$EDITOR`, in bytes.
    #[serde(deserialize_with = "units::size")]
    pub editor_limit: u64,
    /// Whether to show the changes of a save before it is made.
    pub review_saves: bool,
    /// Size above which values are not copied to the clipboard, in bytes.
    #[serde(deserialize_with = "units::size")]
    pub clipboard_limit: u64,
    /// Whether to wrap long lines of a value.
    pub wrap: bool,
    /// The command that opens a file; if empty, the system's own.
    pub opener: String,
    /// Whether larder sets the terminal's title while it runs.
    pub title: bool,
    /// Whether addresses and paths are links, if the terminal takes links.
    pub links: bool,
    /// The way pictures are drawn.
    pub pictures: Pictures,
    /// How a user who does not look at the screen is told.
    pub notify: Notify,
    /// The level of the log file.
    #[serde(deserialize_with = "level")]
    pub log: LevelFilter,
    /// Watching for changes.
    pub watch: WatchSettings,
    /// Colours.
    pub theme: ThemeSettings,
    /// `[keys.CONTEXT]`: chords that replace the built-in ones.
    pub keys: toml::Table,
    /// `[profiles.NAME]`: targets with a name.
    pub profiles: BTreeMap<String, Profile>,
    /// Whether colours may be used at all (`NO_COLOR`, `--color`).
    #[serde(skip, default = "yes")]
    pub color: bool,
    /// Whether colours are used whatever the terminal and `NO_COLOR` say (`--color always`).
    #[serde(skip)]
    pub forces_color: bool,
    /// Whether programs that larder runs must be silent, because the terminal shows the browser.
    #[serde(skip)]
    pub quiet: bool,
    /// The program that is run as `ssh`, if it is another one (`LARDER_SSH`).
    #[serde(skip)]
    pub ssh_program: Option<PathBuf>,
    /// The file that was read, if there is one.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// The text of that file: a pipe can be read only once.
    #[serde(skip)]
    pub text: Option<Secret>,
    /// Whether other users may read that file.
    #[serde(skip)]
    pub exposed: bool,
    /// The settings of each file alone, if there are several; the file itself is the first.
    #[serde(skip)]
    pub parts: Vec<Config>,
}

/// `[theme]`: a built-in theme, and colours that replace some of its own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeSettings {
    /// `auto`, the name of a built-in theme, or a theme file, which ends in `.toml`. The name of a file from
    /// a config file is an absolute path.
    pub name: String,
    /// `[theme.colors]`: a colour for each role that gets another one.
    pub colors: toml::Table,
}

/// `[watch]`: the cost of watching.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WatchSettings {
    /// The share of one of the server's cores that watching may cost: 0.02 is two hundredths.
    #[serde(deserialize_with = "units::share")]
    pub server_budget: f32,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self { server_budget: Options::default().watch_budget }
    }
}

impl Default for Config {
    fn default() -> Self {
        let options = Options::default();
        Self {
            include: Vec::new(),
            target: None,
            read_only: options.read_only,
            read_only_why: "read-only (read_only of the profile)",
            touch: options.touch,
            mouse: true,
            connect_timeout: options.connect_timeout,
            command_timeout: options.command_timeout,
            wait_replicas: options.wait_replicas,
            preview_limit: 2 << 20,
            editor_limit: 16 << 20,
            review_saves: true,
            clipboard_limit: 1 << 20,
            wrap: true,
            opener: String::new(),
            title: true,
            links: true,
            pictures: Pictures::Auto,
            notify: Notify::Off,
            log: LevelFilter::Off,
            watch: WatchSettings::default(),
            theme: ThemeSettings::default(),
            keys: toml::Table::new(),
            profiles: BTreeMap::new(),
            color: true,
            forces_color: false,
            quiet: false,
            ssh_program: None,
            file: None,
            text: None,
            exposed: false,
            parts: Vec::new(),
        }
    }
}

impl Default for ThemeSettings {
    fn default() -> Self {
        Self { name: "auto".to_owned(), colors: toml::Table::new() }
    }
}

impl Config {
    /// Reads the config file and applies the environment's settings.
    ///
    /// The file is `given` (`--config`), else that of `LARDER_CONFIG`, else `config.toml` in the user's
    /// configuration folder, which need not exist.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the name of the file and of the setting, for a setting that is unknown or
    /// makes no sense, and for a named file that cannot be read.
    pub fn load(given: Option<&Path>, environment: &Environment) -> Result<Self> {
        let named = given.or(environment.config.as_deref());
        let home = BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let mut config = match named.map(|path| expand_home(path, home.as_deref())) {
            Some(path) => Self::read(&path, home.as_deref())?,
            None => match default_file() {
                Some(path) if path.exists() => Self::read(&path, home.as_deref())?,
                _ => Self::default(),
            },
        };
        if config.read_only {
            config.read_only_why = "read-only (read_only in the config file)";
        }
        if let Some(read_only) = environment.read_only {
            config.read_only = read_only;
            config.read_only_why = if read_only {
                "read-only (LARDER_READ_ONLY)"
            } else {
                Self::default().read_only_why
            };
        }
        if let Some(level) = environment.log {
            config.log = level;
        }
        config.color = !environment.no_color;
        config.ssh_program.clone_from(&environment.ssh);
        Ok(config)
    }

    /// Reads settings from the text of a config file.
    ///
    /// # Errors
    /// `:LINE: what is wrong, with the setting's name`, to be put behind a file's name.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        toml::from_str(text).map_err(|why| explain(text, &why))
    }

    /// Checks the settings that only the browser uses: keys and colours. If none are set, nothing is done.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the name of the file and what is unknown.
    pub fn check(&self) -> Result<()> {
        if self.keys.is_empty() && self.theme == ThemeSettings::default() {
            return Ok(());
        }
        self.parts.iter().try_for_each(Self::check)?;
        KeyMap::with_overrides(&self.keys).map_err(|why| self.wrong(&why))?;
        Theme::from_settings(&self.theme.name, &self.theme.colors, &|_| None)
            .map_err(|why| self.wrong(&format!("[theme] {why}")))?;
        Ok(())
    }

    /// The value of a variable for the number of colours, unless `--color always` overrides it.
    pub fn color_variable(&self, name: &str) -> Option<String> {
        environment::variable(name).filter(|value| {
            !(self.forces_color && (name == environment::NO_COLOR || value == "dumb"))
        })
    }

    /// Applies the command line's option on replicas, which takes precedence over the file and its profiles.
    pub fn ask_for_replicas(&mut self, replicas: Option<u32>) {
        let Some(replicas) = replicas else { return };
        self.wait_replicas = replicas;
        for profile in self.profiles.values_mut() {
            profile.wait_replicas = None;
        }
    }

    /// An error in a part of the file that other modules read ([`Config::keys`], [`Config::theme`]).
    pub fn wrong(&self, problem: &str) -> Error {
        let file = self.file.as_deref().unwrap_or(Path::new(UNNAMED));
        Error::new(ErrorKind::Usage, format!("{}: {problem}", file.display()))
    }

    /// An error in a profile, to which the file's name is added.
    fn in_file_of(&self, profile: &str, why: Error) -> Error {
        let file = self.file_of_profile(profile).map_or(Path::new(UNNAMED), |(file, _)| file);
        Error { problem: format!("{}: {}", file.display(), why.problem), ..why }
    }

    /// The options for the storage.
    pub fn options(&self) -> Options {
        let defaults = Options::default();
        Options {
            read_only: self.read_only,
            touch: self.touch,
            connect_timeout: self.connect_timeout,
            command_timeout: self.command_timeout,
            wait_replicas: self.wait_replicas,
            watch_budget: self.watch.server_budget,
            ssh_program: self.ssh_program.clone().unwrap_or(defaults.ssh_program),
            ..defaults
        }
    }
}

/// The path at which the config file is looked for if none is named.
pub fn default_file() -> Option<PathBuf> {
    Some(folders()?.config_dir().join("config.toml"))
}

/// The log's file, in the [state folder](state_folder).
pub fn log_file() -> Option<PathBuf> {
    Some(state_folder()?.join("larder.log"))
}

/// The folder for what larder has to remember; if the system has no state folder, the local data folder. It
/// need not exist.
pub fn state_folder() -> Option<PathBuf> {
    let folders = folders()?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).to_owned())
}

fn folders() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "larder")
}

/// One line with the place in the text, the setting, and what is wrong. It never quotes the line itself,
/// which may hold a password.
fn explain(text: &str, why: &toml::de::Error) -> String {
    let mut message = why.message().replace("unknown field", "unknown setting").replace('\n', " ");
    if unknown::is_like_none(&message) {
        message += concat!(" (a larder newer than ", env!("CARGO_PKG_VERSION"), " may know it)");
    }
    let Some(span) = why.span() else { return format!(": {message}") };
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let key = text[start..].split(['=', '\n']).next().unwrap_or_default().trim();
    let line_of = text[start..].lines().next().unwrap_or_default();
    let empty = |value: &str| value.trim().is_empty() || value.trim().starts_with('#');
    if line_of.split_once('=').is_some_and(|(_, value)| empty(value)) {
        return format!(":{line}: {key}: a value is missing");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if key.is_empty() || message.contains(key) || !key.chars().all(plain) {
        return format!(":{line}: {message}");
    }
    format!(":{line}: {key}: {message}")
}

fn yes() -> bool {
    true
}

fn level<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<LevelFilter, D::Error> {
    let text = String::deserialize(deserializer)?;
    environment::parse_level(&text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests;
