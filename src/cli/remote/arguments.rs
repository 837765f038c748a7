//! What the larder of another host is told, of what this one was told.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{Cli, Command};
use crate::cli::reexec;
use crate::model::{Error, ErrorKind, Result};

const CONFIG: &str = "--config";

/// The words of the command line with the path there in place of the target, and without what is
/// this host's alone. `given` is without the program's name.
///
/// # Errors
/// [`ErrorKind::Usage`] for a file, which would be one of the other host's.
pub(super) fn there(
    cli: &Cli,
    given: impl Iterator<Item = OsString>,
    path: &str,
    read_only: bool,
) -> Result<Vec<OsString>> {
    if let Some((option, other)) = file_here(cli) {
        let problem = format!("{option} would name a file of that host");
        return Err(Error::new(ErrorKind::Usage, problem).hint(other));
    }
    let examined = match &cli.command {
        Some(Command::Doctor { named }) => named.as_deref(),
        _ => None,
    };
    let mut words: Vec<OsString> = match (examined, cli.target()) {
        (Some(examined), _) => {
            given.map(|word| if word == *examined { OsString::from(path) } else { word }).collect()
        }
        (None, Some(named)) => reexec::replace(given, named, path),
        (None, None) => ["-t", path].map(OsString::from).into_iter().chain(given).collect(),
    };
    if let Some(config) = &cli.global.config {
        leave_out(&mut words, config);
    }
    // Whatever the settings there say.
    if read_only && !cli.global.read_only {
        words.insert(0, "--read-only".into());
    }
    Ok(words)
}

fn leave_out(words: &mut Vec<OsString>, config: &Path) {
    let mut joined = OsString::from(CONFIG);
    joined.push("=");
    joined.push(config);
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    if let Some(at) = words[..end].iter().position(|word| *word == joined) {
        words.remove(at);
    } else if let Some(at) =
        words[..end].windows(2).position(|two| two[0] == CONFIG && two[1] == *config)
    {
        words.drain(at..at + 2);
    }
}

/// An option that names a file, and what does the same with one of this host.
fn file_here(cli: &Cli) -> Option<(&'static str, &'static str)> {
    let is_file = |file: &&PathBuf| **file != Path::new("-");
    let keys = ("--keys-from", "give the keys by standard input: --keys-from - < FILE");
    match cli.command.as_ref()? {
        Command::Set(set) => set
            .file
            .as_ref()
            .filter(is_file)
            .map(|_| ("--file", "give the value by standard input: --file - < FILE")),
        Command::Get(get) => {
            let output = get.output.as_ref().filter(is_file);
            let output = output.map(|_| ("--output", "take standard output instead: > FILE"));
            output.or_else(|| get.from.keys_from.as_ref().filter(is_file).map(|_| keys))
        }
        Command::Export(export) => {
            let file = Some(&export.file).filter(is_file);
            file.map(|_| ("FILE", "take standard output instead: > FILE"))
        }
        Command::Import(import) => {
            let file = Some(&import.file).filter(is_file);
            file.map(|_| ("FILE", "give it by standard input: - < FILE"))
        }
        Command::Delete(delete) => delete.from.keys_from.as_ref().filter(is_file).map(|_| keys),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn told(line: &[&str], read_only: bool) -> Result<Vec<String>> {
        let cli = Cli::try_parse_from(std::iter::once(&"larder").chain(line)).unwrap();
        let given = line.iter().map(OsString::from);
        let words = there(&cli, given, "/srv/s", read_only)?;
        Ok(words.into_iter().map(|word| word.into_string().unwrap()).collect())
    }

    #[test]
    fn the_path_stands_in_place_of_the_target() {
        let told = |line| told(line, false).unwrap();
        assert_eq!(told(&["ssh://h/srv/s"]), ["/srv/s"]);
        assert_eq!(
            told(&["-t", "ssh://h/srv/s", "get", "a", "b"]),
            ["-t", "/srv/s", "get", "a", "b"]
        );
        assert_eq!(told(&["stores"]), ["-t", "/srv/s", "stores"]);
        assert_eq!(told(&["doctor", "ssh://h/srv/s"]), ["doctor", "/srv/s"]);
        assert_eq!(
            told(&["--config", "c", "-t", "prod", "get", "prod", "x"])[..],
            ["-t", "/srv/s", "get", "prod", "x"]
        );
        assert_eq!(told(&["--config=c", "stores"]), ["-t", "/srv/s", "stores"]);
    }

    #[test]
    fn what_may_not_be_written_here_may_not_be_written_there() {
        assert_eq!(told(&["stores"], true).unwrap()[0], "--read-only");
        let given = told(&["--read-only", "-t", "p", "stores"], true).unwrap();
        assert_eq!(given, ["--read-only", "-t", "/srv/s", "stores"]);
    }

    #[test]
    fn files_of_this_host_are_not_looked_for_there() {
        for line in [
            &["set", "s", "k", "-f", "x"][..],
            &["get", "s", "k", "-o", "x"],
            &["get", "s", "--keys-from", "x"],
            &["delete", "s", "--keys-from", "x"],
            &["export", "s", "x"],
            &["import", "s", "x"],
        ] {
            assert_eq!(told(line, false).unwrap_err().kind, ErrorKind::Usage, "{line:?}");
        }
        assert!(told(&["set", "s", "k", "-f", "-"], false).is_ok());
        assert!(told(&["delete", "s", "--keys-from", "-"], false).is_ok());
    }
}
