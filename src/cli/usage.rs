//! What clap says of wrong arguments, in one line.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::iter;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};

use super::arguments::Cli;
use super::exit::USAGE;
use super::help_command;
use super::messages;
use super::unknown;
use crate::model::{Error, ErrorKind as Kind};

/// Reads the process's arguments.
///
/// # Errors
/// The exit code, where the arguments make no sense: that has been said on standard error, in one
/// line. After `--help` and `--version` the process ends here.
pub fn parse() -> Result<Cli, u8> {
    let cli = Cli::try_parse().map_err(|why| {
        if why.kind() == ErrorKind::DisplayHelp && wants_all(&env::args_os().collect::<Vec<_>>()) {
            // Whether anybody reads it matters to nobody.
            let _ = io::stdout().write_all(help_command::whole().as_bytes());
            std::process::exit(0);
        }
        if !why.use_stderr() {
            why.exit();
        }
        let words: Vec<OsString> = env::args_os().skip(1).collect();
        messages::begin(wants_json(&words), false);
        if let Some(unknown) = unknown_command(&why, &words) {
            messages::fail(&unknown, USAGE);
            return USAGE;
        }
        let line = one_line(&why.render().to_string(), &words);
        let (problem, hint) = line.rsplit_once("; ").unwrap_or((&line, ""));
        messages::fail(&Error::new(Kind::Usage, problem).hint(hint), USAGE);
        USAGE
    })?;
    messages::begin(cli.global.json, cli.global.quiet);
    if let (Some(word), Some(_), None) = (&cli.browse, &cli.global.target, &cli.command) {
        messages::fail(&unknown::beside_target(word), USAGE);
        return Err(USAGE);
    }
    Ok(cli)
}

/// What a word is that clap takes for a target, where more stands behind it and it is much like a command.
fn unknown_command(why: &clap::Error, words: &[OsString]) -> Option<Error> {
    let Some(ContextValue::String(more)) = why.get(ContextKind::InvalidArg) else { return None };
    let at = words.iter().position(|word| word == more.as_str())?;
    let before = iter::once(OsString::from("larder")).chain(words[..at].iter().cloned());
    let before = Cli::try_parse_from(before).ok().filter(|cli| cli.command.is_none())?;
    unknown::like_a_command(&before.browse?)
}

/// Whether the help of no command is asked for, and all of it.
fn wants_all(words: &[OsString]) -> bool {
    let clap = Cli::command();
    let is_command = |word: &OsString| clap.find_subcommand(word).is_some();
    words.iter().any(|word| word == "--help") && !words.iter().skip(1).any(is_command)
}

/// Whether errors are to be JSON, as far as arguments tell that make no sense.
fn wants_json(words: &[OsString]) -> bool {
    words.iter().take_while(|word| *word != "--").any(|word| word == "--json")
}

/// clap's sentence, its tip and the command that it is about, of its several paragraphs.
fn one_line(text: &str, arguments: &[OsString]) -> String {
    let text = text.trim_start_matches("error: ");
    let end = text.find("\n\n").unwrap_or(text.len());
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut line = words(&text[..end]);
    for more in text.lines() {
        if let Some(tip) = more.trim_start().strip_prefix("tip: ") {
            line = format!("{line}; {}", whole(&words(tip), arguments));
        }
    }
    // The usage names the command; of a wrong value clap shows none.
    let usage = text.lines().find_map(|line| line.trim_start().strip_prefix("Usage: larder "));
    let named = usage.and_then(|usage| usage.split(' ').next());
    let given = arguments.iter().filter_map(|argument| argument.to_str());
    let clap = Cli::command();
    let mut words = named.into_iter().chain(given.filter(|_| usage.is_none()));
    let command = words.find(|word| clap.find_subcommand(word).is_some());
    let command = command.map_or(String::new(), |command| format!(" {command}"));
    format!("{line}; see larder{command} --help")
}

/// clap's tip with all of a word, of which it names the first letter that is no option.
fn whole(tip: &str, arguments: &[OsString]) -> String {
    let named = tip.split_once("to pass '-").and_then(|(_, rest)| rest.split_once('\''));
    let letter = named.map(|(letter, _)| letter).filter(|letter| !letter.starts_with('-'));
    let mut given = arguments.iter().filter_map(|word| word.to_str());
    let is_meant = |word: &&str, letter: &str| {
        word.strip_prefix('-').is_some_and(|rest| !rest.starts_with('-') && rest.contains(letter))
    };
    match letter.and_then(|letter| Some((letter, given.find(|word| is_meant(word, letter))?))) {
        Some((letter, word)) => tip.replace(&format!("-{letter}'"), &format!("{word}'")),
        None => tip.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(arguments: &[&str]) -> String {
        let why = Cli::try_parse_from(["larder"].iter().chain(arguments)).unwrap_err();
        let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        one_line(&why.render().to_string(), &words)
    }

    #[test]
    fn a_word_like_a_command_is_no_target_where_more_stands_behind_it() {
        let said = |arguments: &[&str]| {
            let why = Cli::try_parse_from(["larder"].iter().chain(arguments)).unwrap_err();
            let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            unknown_command(&why, &words).map(|why| why.to_string())
        };
        for arguments in [&["gett", "shop", "a"][..], &["-t", "redis://h", "gett", "shop"]] {
            let said = said(arguments).unwrap_or_default();
            assert!(said.starts_with("unknown command `gett`; did you mean `get`?"), "{said}");
        }
        assert_eq!(said(&["redis://h", "shop"]), None);
        assert_eq!(said(&["stores", "--jsno"]), None);
    }

    #[test]
    fn one_line_says_what_is_wrong_and_where_to_look() {
        for (arguments, line) in [
            (
                &["get", "shop"][..],
                "the following required arguments were not provided: <KEY>...; \
                 see larder get --help",
            ),
            (
                &["keys", "shop", "--limit", "many"],
                "invalid value 'many' for '--limit <N>': invalid digit found in string; \
                 see larder keys --help",
            ),
            (
                &["stores", "--jsno"],
                "unexpected argument '--jsno' found; a similar argument exists: '--json'; \
                 see larder stores --help",
            ),
            (
                &["get", "shop", "-dash"],
                "unexpected argument '-d' found; to pass '-dash' as a value, use '-- -dash'; \
                 see larder get --help",
            ),
            (
                &["--frob"],
                "unexpected argument '--frob' found; to pass '--frob' as a value, use '-- --frob'; \
                 see larder --help",
            ),
        ] {
            assert_eq!(said(arguments), line);
        }
    }
}
