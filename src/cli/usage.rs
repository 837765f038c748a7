//! The errors of clap about wrong arguments, in one line.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::iter;
use std::os::unix::ffi::OsStrExt as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};

use super::arguments::Cli;
use super::exit::{DONE, Failure, USAGE};
use super::help_command;
use super::messages;
use super::reexec::shown;
use super::unknown;
use crate::model::{Error, ErrorKind as Kind, Key};

/// Reads the process's arguments.
///
/// # Errors
/// The exit code: if the arguments make no sense, which was said on standard error in one line; and after
/// `--help` and `--version`.
pub fn parse() -> Result<Cli, u8> {
    let cli = Cli::try_parse().map_err(|why| {
        if why.kind() == ErrorKind::DisplayHelp && wants_all(&env::args_os().collect::<Vec<_>>()) {
            return printed(io::stdout().write_all(help_command::whole().as_bytes()));
        }
        let words: Vec<OsString> = env::args_os().skip(1).collect();
        messages::begin(wants_json(&words), false);
        if !why.use_stderr() {
            return printed(why.print());
        }
        if why.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            && let Some(needs) = needs_a_word(&words)
        {
            messages::fail(&needs, USAGE);
            return USAGE;
        }
        if let Some(odd) = not_utf8(why.kind(), &words) {
            messages::fail(&odd, USAGE);
            return USAGE;
        }
        if let Some(unknown) = unknown_command(&why, &words) {
            messages::fail(&unknown, USAGE);
            return USAGE;
        }
        let line = without_passwords(one_line(&why.render().to_string(), &words), &words);
        let (problem, hint) = line.rsplit_once("; ").unwrap_or((&line, ""));
        messages::fail(&Error::new(Kind::Usage, problem).hint(hint), USAGE);
        USAGE
    })?;
    messages::begin(cli.global.json, cli.global.quiet);
    if let (Some(word), Some(_), None) = (&cli.browse, &cli.global.target, &cli.command) {
        let word = shown(word).unwrap_or_else(|| word.clone());
        messages::fail(&unknown::beside_target(&word), USAGE);
        return Err(USAGE);
    }
    Ok(cli)
}

/// The exit code after text that was only printed.
fn printed(written: io::Result<()>) -> u8 {
    match written.and_then(|()| io::stdout().flush()).map_err(Failure::from) {
        Ok(()) | Err(Failure::Closed) => DONE,
        Err(Failure::Error(why)) => {
            messages::fail(&why, USAGE);
            USAGE
        }
    }
}

/// The error that a word is not UTF-8 where it has to be, if it is clear which one is meant.
fn not_utf8(kind: ErrorKind, words: &[OsString]) -> Option<Error> {
    let mut odd = words.iter().filter(|word| word.to_str().is_none());
    let (Some(word), None, ErrorKind::InvalidUtf8) = (odd.next(), odd.next(), kind) else {
        return None;
    };
    let word = Key::from(word.as_bytes()).escaped();
    // It may be an address with a password.
    if word.contains('@') {
        return None;
    }
    let problem = format!("the argument `{word}` is not UTF-8");
    Some(Error::new(Kind::Usage, problem).hint("only keys, stores and files may be any bytes"))
}

/// The error that a command needs one of its words, like `config`.
fn needs_a_word(words: &[OsString]) -> Option<Error> {
    let clap = Cli::command();
    let command = words.iter().rev().find_map(|word| clap.find_subcommand(word))?;
    let its: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let name = command.get_name();
    let (last, first) = its.split_last()?;
    let problem = format!("larder {name} needs a word: {} or {last}", first.join(", "));
    Some(Error::new(Kind::Usage, problem).hint(format!("see larder {name} --help")))
}

/// The error that the first of several words is no command: clap takes it for a target, and complains of the
/// second.
fn unknown_command(why: &clap::Error, words: &[OsString]) -> Option<Error> {
    let told = why.get(ContextKind::InvalidArg).or_else(|| why.get(ContextKind::InvalidSubcommand));
    let Some(ContextValue::String(more)) = told else { return None };
    if more.starts_with('-') {
        return None;
    }
    let at = words.iter().position(|word| word == more.as_str())?;
    let before = iter::once(OsString::from("larder")).chain(words[..at].iter().cloned());
    let before = Cli::try_parse_from(before).ok().filter(|cli| cli.command.is_none())?;
    let word = before.browse?;
    Some(unknown::before_others(&shown(&word).unwrap_or(word)))
}

/// Whether the whole help is asked for, not that of a command.
fn wants_all(words: &[OsString]) -> bool {
    let clap = Cli::command();
    let is_command = |word: &OsString| clap.find_subcommand(word).is_some();
    words.iter().any(|word| word == "--help") && !words.iter().skip(1).any(is_command)
}

/// Whether errors are to be JSON, as far as wrong arguments tell.
fn wants_json(words: &[OsString]) -> bool {
    words.iter().take_while(|word| *word != "--").any(|word| word == "--json")
}

/// A sentence that may quote arguments, with the passwords of URLs removed.
fn without_passwords(line: String, arguments: &[OsString]) -> String {
    arguments.iter().filter_map(|word| word.to_str()).fold(line, |line, word| match shown(word) {
        Some(clean) => line.replace(&*words(word), &clean),
        None => line,
    })
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The standard library's words on a wrong number, and the words to use for them.
const NUMBERS: [(&str, &str); 3] = [
    ("invalid digit found in string", "it is no whole number"),
    ("number too large to fit in target type", "it is too large"),
    ("cannot parse integer from empty string", "it is empty"),
];

/// One line from the several paragraphs of clap: its sentence, its tip, and the command.
fn one_line(text: &str, arguments: &[OsString]) -> String {
    let text = text.trim_start_matches("error: ");
    let end = text.find("\n\n").unwrap_or(text.len());
    let mut line = words(&text[..end]);
    for (odd, plain) in NUMBERS {
        if let Some(before) = line.strip_suffix(odd) {
            line = format!("{before}{plain}");
        }
    }
    for more in text.lines() {
        if let Some(tip) = more.trim_start().strip_prefix("tip: ") {
            line = format!("{line}; {}", whole(&words(tip), arguments));
        }
    }
    // The usage names the command; for a wrong value, clap shows none.
    let usage = text.lines().find_map(|line| line.trim_start().strip_prefix("Usage: larder "));
    let named = usage.and_then(|usage| usage.split(' ').next());
    let given = arguments.iter().filter_map(|argument| argument.to_str());
    let clap = Cli::command();
    let mut words = named.into_iter().chain(given.filter(|_| usage.is_none()));
    let command = words.find(|word| clap.find_subcommand(word).is_some());
    let command = command.map_or(String::new(), |command| format!(" {command}"));
    format!("{line}; see larder{command} --help")
}

/// clap's tip with the whole word; clap names only the first letter that is no option.
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
    use std::ffi::OsStr;

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
        // clap finds the second word similar to a command.
        let other = said(&["remove", "x", "k"]).unwrap_or_default();
        assert!(other.starts_with("unknown command `remove`; did you mean `delete`?"), "{other}");
        let none = said(&["frob", "shop", "k"]).unwrap_or_default();
        assert!(none.starts_with("unknown command `frob`; `larder --help`"), "{none}");
        let target = said(&["redis://ann:hunter2@h", "shop"]).unwrap_or_default();
        assert!(target.contains("larder -t redis://ann@h COMMAND"), "{target}");
        assert_eq!(said(&["stores", "--jsno"]), None);
    }

    #[test]
    fn a_word_that_is_not_utf8_is_named_unless_it_may_hold_a_password() {
        let said = |target: &[u8]| {
            let target = OsStr::from_bytes(target).to_owned();
            let words = ["-t".into(), target, "stores".into()];
            let line = iter::once("larder".into()).chain(words.iter().cloned());
            let why = Cli::try_parse_from(line).unwrap_err();
            not_utf8(why.kind(), &words).map(|why| why.problem)
        };
        assert_eq!(said(b"st\xff").as_deref(), Some("the argument `st\\xff` is not UTF-8"));
        assert_eq!(said(b"redis://ann:hunter\xff@h"), None);
    }

    #[test]
    fn a_command_that_needs_a_word_says_which() {
        let said = |words: &[&str]| {
            let why = Cli::try_parse_from(["larder"].iter().chain(words)).unwrap_err();
            assert!(why.use_stderr());
            assert_eq!(why.kind(), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            needs_a_word(&words).unwrap().to_string()
        };
        let needs =
            "larder config needs a word: path, show, example or schema; see larder config --help";
        assert_eq!(said(&["-t", "a", "config"]), needs);
    }

    #[test]
    fn a_password_in_the_wrong_place_is_not_quoted() {
        for url in ["redis://ann:pass word@h/1", "ann:hunter2@h", "redis://:hunter2@h"] {
            let arguments = ["stores", url];
            let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            let line = without_passwords(said(&arguments), &words);
            assert!(!line.contains("hunter2") && !line.contains("pass word"), "{line}");
            assert!(line.contains("@h") || line.contains("//h"), "{line}");
        }
        let plain = said(&["stores", "plain"]);
        assert_eq!(without_passwords(plain.clone(), &["stores".into(), "plain".into()]), plain);
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
                "invalid value 'many' for '--limit <N>': it is no whole number; \
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
