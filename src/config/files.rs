//! The config file and the files that it includes.
//!
//! Settings of a file take precedence over those of the files it includes, and those of a later included file
//! over those of an earlier one; tables are joined, so that a profile's password can stand in a file of its
//! own.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::profile::expand_home;
use super::table::{lay, line_in};
use super::{Config, INCLUDE};
use crate::infile;
use crate::model::{Error, ErrorKind, Result, in_words};
use crate::storage::target::Secret;
use crate::theme::is_file;

/// Limit on the files that are read.
const MOST: usize = 64;

/// The state of reading the files.
struct Reading<'a> {
    home: Option<&'a Path>,
    /// The file that is being read, and those that include it.
    open: Vec<PathBuf>,
    /// The files that were read; the one that takes precedence is last.
    parts: Vec<Config>,
}

impl Config {
    pub(super) fn read(path: &Path, home: Option<&Path>) -> Result<Self> {
        let mut reading = Reading { home, open: Vec::new(), parts: Vec::new() };
        let text =
            infile::read_text(path, infile::SETTINGS).map_err(|why| unreadable(path, &why))?;
        reading.file(path, text)?;
        joined(reading.parts)
    }

    /// The files that settings come from; the one that takes precedence is first.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.texts().map(|(file, _)| file)
    }

    /// As [`files`](Self::files), each with its text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&Path, &str)> {
        let alone = std::slice::from_ref(self);
        let files = if self.parts.is_empty() { alone } else { &*self.parts };
        files.iter().filter_map(|part| Some((part.file.as_deref()?, part.text())))
    }

    /// The file that gives a profile its url, or else the first one that has the profile; and its text.
    pub(super) fn file_of_profile(&self, name: &str) -> Option<(&Path, &str)> {
        let of = |part: &&Self| part.profiles.contains_key(name);
        let has_url = |part: &&Self| part.profiles.get(name).is_some_and(|own| !own.url.is_empty());
        let part = self.parts.iter().find(has_url).or_else(|| self.parts.iter().find(of));
        let part = part.unwrap_or(self);
        Some((part.file.as_deref()?, part.text()))
    }

    fn text(&self) -> &str {
        self.text.as_ref().map_or("", Secret::expose)
    }

    /// The warning about a config file that holds a password and may be read by others.
    pub fn warning(&self) -> Option<String> {
        if !self.parts.is_empty() {
            return self.parts.iter().find_map(Self::warning);
        }
        let in_url = |url: &str| {
            url.split_once("://")
                .and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'))
                .is_some_and(|(login, _)| login.contains(':'))
        };
        let holds_one = self.target.as_deref().is_some_and(in_url)
            || self.profiles.values().any(|profile| {
                profile.password.is_some()
                    || profile.sentinel_password.is_some()
                    || in_url(&profile.url)
            });
        let file = self.file.as_deref().filter(|_| self.exposed && holds_one)?;
        let file = file.display();
        Some(format!("{file} holds a password, and others may read it: chmod 600 makes it private"))
    }
}

impl Reading<'_> {
    /// Takes a file, after those that it includes.
    fn file(&mut self, path: &Path, text: String) -> Result<()> {
        let mut config = Config::parse(&text).map_err(|why| {
            Error::new(ErrorKind::Usage, format!("{}{why}", path.display()))
                .hint("`larder config example` shows every setting")
        })?;
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        config.locate(&folder, self.home);
        config.exposed =
            fs::metadata(&path).is_ok_and(|known| known.permissions().mode() & 0o044 != 0);
        self.open.push(real(&path));
        for named in &config.include {
            let inner = folder.join(expand_home(named, self.home));
            let read = self.included(&inner).map_err(|why| {
                let line = line_in(&text, INCLUDE).unwrap_or_default();
                let problem = format!("{}:{line}: {INCLUDE}: {why}", path.display());
                Error::new(ErrorKind::Usage, problem)
            })?;
            self.file(&inner, read)?;
        }
        self.open.pop();
        (config.file, config.text) = (Some(path), Some(Secret::new(text)));
        self.parts.push(config);
        Ok(())
    }

    /// The text of a file that another includes; or what is wrong with it.
    fn included(&self, path: &Path) -> std::result::Result<String, String> {
        if self.open.contains(&real(path)) {
            return Err(format!("{} includes itself", path.display()));
        }
        if self.open.len() + self.parts.len() >= MOST {
            return Err(format!("more than {MOST} files"));
        }
        infile::read_text(path, infile::SETTINGS)
            .map_err(|why| format!("{} cannot be read: {}", path.display(), in_words(&why)))
    }
}

impl Config {
    /// Makes file names absolute: they are relative to `folder`, where the config file lies.
    fn locate(&mut self, folder: &Path, home: Option<&Path>) {
        for profile in self.profiles.values_mut() {
            profile.locate(folder, home);
        }
        if is_file(&self.theme.name) {
            let file = folder.join(expand_home(Path::new(&self.theme.name), home));
            self.theme.name = file.to_string_lossy().into_owned();
        }
    }
}

/// The settings of all files together; the last one takes precedence.
fn joined(mut parts: Vec<Config>) -> Result<Config> {
    if parts.len() < 2 {
        return Ok(parts.pop().unwrap_or_default());
    }
    let mut table = Table::new();
    let tables: Vec<Table> =
        parts.iter().map(|part| part.text().parse().unwrap_or_default()).collect();
    for own in &tables {
        lay(&mut table, own.clone());
    }
    // Each file was parsed alone before. The joined table is made a text and parsed by the same code, as
    // parsing it as a table would add much code.
    let mut config = Config::parse(&table.to_string())
        .map_err(|_| Error::new(ErrorKind::Usage, "the config files contradict each other"))?;
    for (own, table) in parts.iter().zip(&tables) {
        config.take_names(own, table);
    }
    parts.reverse();
    if let Some(first) = parts.first() {
        (config.file, config.exposed) = (first.file.clone(), first.exposed);
        config.text.clone_from(&first.text);
    }
    config.parts = parts;
    Ok(config)
}

impl Config {
    /// Takes the file names from the file that sets them, where they are absolute already.
    fn take_names(&mut self, own: &Self, table: &Table) {
        let says = |table: &Table, name: &str| table.contains_key(name);
        if table.get("theme").and_then(Value::as_table).is_some_and(|theme| says(theme, "name")) {
            self.theme.name.clone_from(&own.theme.name);
        }
        let profiles = table.get("profiles").and_then(Value::as_table).into_iter().flatten();
        for (name, said) in profiles {
            let (Some(whole), Some(own), Some(said)) =
                (self.profiles.get_mut(name), own.profiles.get(name), said.as_table())
            else {
                continue;
            };
            if says(said, "url") {
                whole.url.clone_from(&own.url);
            }
            whole.ca_file = own.ca_file.clone().or(whole.ca_file.take());
            whole.cert_file = own.cert_file.clone().or(whole.cert_file.take());
            whole.key_file = own.key_file.clone().or(whole.key_file.take());
        }
    }
}

/// The path of the file itself, without links.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn unreadable(path: &Path, why: &io::Error) -> Error {
    let problem = format!("the config file {} cannot be read: {}", path.display(), in_words(why));
    let error = Error::new(ErrorKind::Usage, problem);
    match why.kind() {
        io::ErrorKind::NotFound => error.hint("`larder config example` prints what it may hold"),
        io::ErrorKind::PermissionDenied => {
            error.hint("change its permissions, or name another file")
        }
        _ => error,
    }
}
