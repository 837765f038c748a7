//! Files of this host that a command of the other one reads or writes, as its standard input and output.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use crate::cli::arguments::{Cli, Command, KeysFrom};
use crate::cli::exit::{DAMAGED, DONE};
use crate::cli::input::{not_written, unreadable};
use crate::cli::messages;
use crate::model::{Error, ErrorKind, Result};
use crate::outfile::Writing;
use crate::text;

/// The name of standard input and output.
const STREAM: &str = "-";

/// The files that are passed on.
#[derive(Default)]
pub(super) struct Files {
    input: Option<File>,
    output: Option<(Writing, PathBuf)>,
}

/// The place of a file among the words.
enum Place {
    /// It is the value of this option, long or short, in a word of its own or in the option's.
    Option(&'static str, Option<&'static str>),
    /// It is the last word that names it.
    Last,
}

impl Files {
    /// Opens the files that the command names, and puts `-` in their places.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if one cannot be opened; [`ErrorKind::Usage`] where the other host's larder needs
    /// the file itself.
    pub(super) fn of(cli: &Cli, words: &mut [OsString]) -> Result<Self> {
        let mut files = Self::default();
        match &cli.command {
            Some(Command::Set(set)) => {
                files.read(set.file.as_deref(), &Place::Option("--file", Some("-f")), words)?;
            }
            Some(Command::Get(get)) => {
                files.read_keys(&get.from, words)?;
                files.write(get.output.as_deref(), words)?;
            }
            Some(Command::Delete(delete)) => files.read_keys(&delete.from, words)?,
            Some(Command::Import(import)) => {
                files.read(Some(&import.file), &Place::Last, words)?;
            }
            Some(Command::Export(export)) if export.file != Path::new(STREAM) => {
                return Err(of_that_host("FILE", "take standard output instead: > FILE"));
            }
            _ => {}
        }
        Ok(files)
    }

    fn read_keys(&mut self, from: &KeysFrom, words: &mut [OsString]) -> Result<()> {
        self.read(from.keys_from.as_deref(), &Place::Option("--keys-from", None), words)
    }

    fn read(&mut self, file: Option<&Path>, place: &Place, words: &mut [OsString]) -> Result<()> {
        let Some(path) = file.filter(|file| *file != Path::new(STREAM)) else { return Ok(()) };
        let input = File::open(path).map_err(|why| unreadable(path, &why))?;
        if path.is_dir() {
            let problem =
                format!("{} is a folder, which cannot be sent to that host", path.display());
            return Err(Error::new(ErrorKind::Usage, problem)
                .hint("make one file of it: larder export STORE FILE"));
        }
        if !place.replace(path, words) {
            return Err(of_that_host("FILE", "give it by standard input: - < FILE"));
        }
        self.input = Some(input);
        Ok(())
    }

    fn write(&mut self, file: Option<&Path>, words: &mut [OsString]) -> Result<()> {
        let Some(path) = file.filter(|file| *file != Path::new(STREAM)) else { return Ok(()) };
        if !Place::Option("--output", Some("-o")).replace(path, words) {
            return Err(of_that_host("--output", "take standard output instead: > FILE"));
        }
        let writing = Writing::begin(path).map_err(|why| not_written(path, &why))?;
        self.output = Some((writing, path.to_owned()));
        Ok(())
    }

    /// Makes the files a program's standard input and output.
    pub(super) fn give(&mut self, program: &mut Program) -> Result<()> {
        if let Some(input) = self.input.take() {
            program.stdin(input);
        }
        if let Some((writing, path)) = &mut self.output {
            program.stdout(writing.clone_file().map_err(|why| not_written(path, &why))?);
        }
        Ok(())
    }

    /// Puts the written file in its place, if the command has printed a value.
    pub(super) fn finish(self, code: u8) -> Result<()> {
        let Some((mut writing, path)) = self.output else { return Ok(()) };
        if ![DONE, DAMAGED].contains(&code) {
            return Ok(());
        }
        let written = writing.clone_file().and_then(|file| Ok(file.metadata()?.len()));
        let saved = writing.sync().and_then(|()| writing.finish(false)).and(written);
        let size = text::size(saved.map_err(|why| not_written(&path, &why))?);
        messages::tell(&format!("saved {size} to {}", path.display()));
        Ok(())
    }
}

impl Place {
    /// Puts `-` in place of a file; tells whether it was found.
    fn replace(&self, file: &Path, words: &mut [OsString]) -> bool {
        let file = file.as_os_str();
        let found = match self {
            Self::Last => {
                words.iter().rposition(|word| word == file).map(|at| (at, OsString::new()))
            }
            Self::Option(long, short) => {
                let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
                let joined = |begin: &str| {
                    let mut word = OsString::from(begin);
                    word.push(file);
                    word
                };
                (0..end).find_map(|at| {
                    let mut names = [Some(*long), *short].into_iter().flatten();
                    names.find_map(|name| {
                        let equals = if name.starts_with("--") { "=" } else { "" };
                        let begin = format!("{name}{equals}");
                        if words[at] == joined(&begin) {
                            return Some((at, OsString::from(begin)));
                        }
                        let is_next = words[at] == name && words[..end].get(at + 1)? == file;
                        is_next.then(|| (at + 1, OsString::new()))
                    })
                })
            }
        };
        let Some((at, mut begin)) = found else { return false };
        begin.push(STREAM);
        words[at] = begin;
        true
    }
}

fn of_that_host(option: &str, instead: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("{option} would name a file of that host")).hint(instead)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser as _;

    use super::*;

    /// The words for the other host, in which `F` stands for a file that exists.
    fn told(line: &[&str]) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "x").unwrap();
        let path = path.to_str().unwrap();
        let line: Vec<String> = line.iter().map(|word| word.replace('F', path)).collect();
        let cli = Cli::try_parse_from(std::iter::once("larder").chain(line.iter().map(|w| &**w)));
        let mut words: Vec<OsString> = line.iter().map(OsString::from).collect();
        Files::of(&cli.unwrap(), &mut words)?;
        Ok(words.into_iter().map(|word| word.into_string().unwrap()).collect())
    }

    #[test]
    fn files_of_this_host_become_standard_input_and_output() {
        for (line, told_there) in [
            (&["set", "s", "k", "-f", "F"][..], &["set", "s", "k", "-f", "-"][..]),
            (&["set", "s", "k", "-fF"], &["set", "s", "k", "-f-"]),
            (&["set", "--file=F", "s", "k"], &["set", "--file=-", "s", "k"]),
            (&["get", "s", "k", "-o", "F"], &["get", "s", "k", "-o", "-"]),
            (&["get", "s", "--keys-from", "F"], &["get", "s", "--keys-from", "-"]),
            (&["delete", "s", "--keys-from", "F"], &["delete", "s", "--keys-from", "-"]),
            (&["import", "s", "F", "--dry-run"], &["import", "s", "-", "--dry-run"]),
            (&["import", "F", "F"], &["import", "F", "-"]),
            (&["set", "s", "k", "-f", "-"], &["set", "s", "k", "-f", "-"]),
            (&["export", "s", "-"], &["export", "s", "-"]),
        ] {
            let there = told(line).unwrap();
            assert_eq!(there.len(), told_there.len());
            for (word, expected) in there.iter().zip(told_there) {
                assert!(*expected == "F" || word == expected, "{line:?}: {there:?}");
            }
        }
    }

    #[test]
    fn what_needs_the_file_itself_is_refused() {
        let kind = |line: &[&str]| told(line).unwrap_err().kind;
        assert_eq!(kind(&["export", "s", "F"]), ErrorKind::Usage);
        assert_eq!(kind(&["import", "s", "."]), ErrorKind::Usage);
        assert_eq!(kind(&["set", "s", "k", "-f", "F-none"]), ErrorKind::Io);
    }
}
