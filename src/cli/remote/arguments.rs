//! The arguments for the larder of another host, made from those of this one.

use std::ffi::OsString;
use std::path::Path;

use crate::cli::arguments::{Cli, Command};
use crate::cli::reexec;

const CONFIG: &str = "--config";

/// The words of the command line with the path there in place of the target, and without options for this
/// host only. `given` lacks the program's name.
pub(super) fn there(
    cli: &Cli,
    given: impl Iterator<Item = OsString>,
    path: &str,
    read_only: bool,
) -> Vec<OsString> {
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
    // This holds whatever the settings there say.
    if read_only && !cli.global.read_only {
        words.insert(0, "--read-only".into());
    }
    words
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

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn told(line: &[&str], read_only: bool) -> Vec<String> {
        let cli = Cli::try_parse_from(std::iter::once(&"larder").chain(line)).unwrap();
        let given = line.iter().map(OsString::from);
        let words = there(&cli, given, "/srv/s", read_only);
        words.into_iter().map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn the_path_stands_in_place_of_the_target() {
        let told = |line| told(line, false);
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
        assert_eq!(told(&["stores"], true)[0], "--read-only");
        let given = told(&["--read-only", "-t", "p", "stores"], true);
        assert_eq!(given, ["--read-only", "-t", "/srv/s", "stores"]);
    }
}
