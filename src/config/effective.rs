//! The effective settings, and where each comes from; without secrets.

use std::path::Path;

use toml::{Table, Value};

use super::environment::{self, Environment};
use super::table::{flatten, lay, line_in};
use super::target_source::TargetSource;
use super::{Config, EXAMPLE};
use crate::keymap::{Chord, Context, KeyMap};
use crate::storage::target::Target;

/// The text in place of a secret.
const HIDDEN: &str = "•••";

/// An effective setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The setting's name, like `watch.server_budget`.
    pub name: String,
    /// Its value, in the form of a config file.
    pub value: String,
    /// Where the value comes from: `default`, the config file with the line, a variable or a flag.
    pub from: String,
}

impl Config {
    /// All settings, in the order of `config.example.toml`; then the keys, colours and profiles that are set.
    /// The caller adds what flags change.
    pub fn effective(&self, environment: &Environment) -> Vec<Setting> {
        let files: Vec<_> = self.texts().collect();
        let mut file = Table::new();
        for (_, text) in files.iter().rev() {
            lay(&mut file, text.parse().unwrap_or_default());
        }
        let from = |name: &str| {
            let of = |(file, text): &(&Path, &str)| {
                Some(format!("{}:{}", file.display(), line_in(text, name)?))
            };
            files.iter().find_map(of)
        };
        let mut settings = vec![self.target_setting(environment)];
        if let Some(target) = settings.first_mut()
            && target.from == TargetSource::Config.name()
            && let Some(place) = from("target").filter(|_| files.len() > 1)
        {
            target.from = format!("{}, {place}", target.from);
        }
        let mut defaults = Vec::new();
        flatten("", &defaults_of_example(), &mut defaults);
        let mut set = Vec::new();
        flatten("", &file, &mut set);
        let from = |name: &str| from(name).unwrap_or_default();
        for (name, value) in &defaults {
            settings.push(match set.iter().find(|(other, _)| other == name) {
                Some((_, value)) => {
                    Setting { name: name.clone(), value: shown(name, value), from: from(name) }
                }
                None => Setting {
                    name: name.clone(),
                    value: value.to_string(),
                    from: "default".to_owned(),
                },
            });
        }
        for (name, value) in &set {
            let is_known = name == "target" || defaults.iter().any(|(other, _)| other == name);
            if !is_known {
                let (value, from) = (shown(name, value), from(name));
                settings.push(Setting { name: name.clone(), value, from });
            }
        }
        self.put_environment(environment, &mut settings);
        settings
    }

    /// The target that plain `larder` opens.
    fn target_setting(&self, environment: &Environment) -> Setting {
        let choices = self.choices(environment);
        let taken = choices.iter().find_map(|choice| Some((choice, choice.default?)));
        let (value, from) = match taken {
            Some((choice, source)) => {
                let label = choice.label.clone().unwrap_or_else(|problem| format!("! {problem}"));
                (label, source.name().to_owned())
            }
            None => ("none".to_owned(), "default".to_owned()),
        };
        Setting { name: "target".to_owned(), value, from }
    }

    fn put_environment(&self, environment: &Environment, settings: &mut Vec<Setting>) {
        let mut put = |name: &str, value: String, from: &str| {
            if let Some(setting) = settings.iter_mut().find(|setting| setting.name == name) {
                (setting.value, setting.from) = (value, from.to_owned());
            }
        };
        if let Some(read_only) = environment.read_only {
            put("read_only", read_only.to_string(), environment::READ_ONLY);
        }
        if environment.log.is_some() {
            let level = self.log.as_str().to_ascii_lowercase();
            put("log", format!("\"{level}\""), environment::LOG);
        }
        if environment.no_color {
            put("theme.name", "\"none\"".to_owned(), environment::NO_COLOR);
        }
        for (name, secret) in [
            (environment::PASSWORD, &environment.password),
            (environment::SENTINEL_PASSWORD, &environment.sentinel_password),
        ] {
            if secret.is_some() {
                let (value, from) = (HIDDEN.to_owned(), "the environment".to_owned());
                settings.push(Setting { name: name.to_owned(), value, from });
            }
        }
    }
}

/// The defaults in the example, without the target, profiles, keys and colours, which have none.
fn defaults_of_example() -> Table {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut table: Table = text.parse().unwrap_or_default();
    for name in ["target", "profiles", "keys"] {
        table.remove(name);
    }
    if let Some(Value::Table(theme)) = table.get_mut("theme") {
        theme.remove("colors");
    }
    table
}

/// The default keys, by context: their chords, and what each does.
pub fn default_keys() -> Vec<(&'static str, Vec<(String, &'static str)>)> {
    let Ok(keymap) = KeyMap::with_overrides(&Table::new()) else { return Vec::new() };
    let rows = |context: Context| -> Vec<_> {
        let bound = keymap.entries(context).filter(|(_, chords)| !chords.is_empty());
        let row = |chords: &[Chord]| {
            chords.iter().map(|chord| chord.label(false)).collect::<Vec<_>>().join(" ")
        };
        bound.map(|(action, chords)| (row(chords), action.description_in(context))).collect()
    };
    let places = Context::ALL.iter().map(|context| (context.title(), rows(*context)));
    places.filter(|(_, rows)| !rows.is_empty()).collect()
}

/// A value, without what may be a secret.
fn shown(name: &str, value: &Value) -> String {
    let is_profile_s = name.starts_with("profiles.");
    let field = name.rsplit('.').next().unwrap_or_default();
    match (field, value) {
        ("password" | "sentinel_password" | "password_command", _) if is_profile_s => {
            HIDDEN.to_owned()
        }
        ("url", Value::String(url)) if is_profile_s => match Target::parse(url) {
            Ok(target) => target.label(),
            Err(_) if url.contains(['@', '?', ':']) => HIDDEN.to_owned(),
            Err(_) => value.to_string(),
        },
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn every_setting_says_where_it_comes_from_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("larder.toml");
        let text = "mouse = false\nlog = 'warn'\ntarget = 'a.b'\n[watch]\nserver_budget = '1 %'\n\
                    [profiles.'a.b']\nurl = 'redis://ann:hidden@h'\npassword = 'hidden'\n\
                    password_command = 'echo hidden'\n[profiles.bad]\nurl = 'http://x:hidden@h'\n";
        std::fs::write(&file, text).unwrap();
        let environment = Environment {
            read_only: Some(true),
            log: Some(log::LevelFilter::Info),
            password: Some("hidden".into()),
            ..Environment::default()
        };
        let config = Config::load(Some(&file), &environment).unwrap();
        let settings = config.effective(&environment);
        let of = |name: &str| {
            let setting = settings.iter().find(|setting| setting.name == name).unwrap();
            (setting.value.as_str(), setting.from.rsplit('/').next().unwrap())
        };
        assert_eq!(of("mouse"), ("false", "larder.toml:1"));
        assert_eq!(of("wrap"), ("true", "default"));
        assert_eq!(of("preview_limit"), ("\"2 MiB\"", "default"));
        assert_eq!(of("watch.server_budget"), ("\"1 %\"", "larder.toml:5"));
        assert_eq!(of("read_only"), ("true", "LARDER_READ_ONLY"));
        assert_eq!(of("log"), ("\"info\"", "LARDER_LOG"));
        assert_eq!(settings[0].value, "redis://ann@h:6379/0");
        assert_eq!(settings[0].from, "the config file's target");
        assert_eq!(of("profiles.a.b.url").1, "larder.toml:7");
        assert_eq!(of("profiles.a.b.password"), (HIDDEN, "larder.toml:8"));
        assert_eq!(of("LARDER_PASSWORD"), (HIDDEN, "the environment"));
        assert!(!format!("{settings:?}").contains("hidden"), "{settings:?}");
    }

    #[test]
    fn a_file_that_can_be_read_only_once_says_where_its_settings_are() {
        // As a shell's `<(…)`.
        let (pipe, mut end) = std::io::pipe().unwrap();
        end.write_all(b"wrap = true\nmouse = false\n[profiles.stores]\nurl = 'x'\n").unwrap();
        drop(end);
        let file = format!("/dev/fd/{}", pipe.as_raw_fd());
        let environment = Environment::default();
        let config = Config::load(Some(Path::new(&file)), &environment).unwrap();
        let settings = config.effective(&environment);
        let mouse = settings.iter().find(|setting| setting.name == "mouse").unwrap();
        assert_eq!((&*mouse.value, &*mouse.from), ("false", &*format!("{file}:2")));
        let why = config.refuse_names(|name| name == "stores").unwrap_err();
        assert!(why.problem.starts_with(&format!("{file}:3: ")), "{why}");
    }
}
