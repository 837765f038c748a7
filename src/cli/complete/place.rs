//! What belongs at the cursor, by the definitions that the parser uses.

use std::path::Path;

use clap::{Arg, Command, CommandFactory as _, ValueHint};

use super::live::{self, Live};
use crate::cli::arguments::Cli;
use crate::cli::topics::TOPICS;
use crate::model::endings;

/// Content types that crawls often store, in the order of their names.
const COMMON_TYPES: [&str; 14] = [
    "application/json",
    "application/octet-stream",
    "application/pdf",
    "application/x-ndjson",
    "application/xml",
    "application/zip",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/webp",
    "text/csv",
    "text/html",
    "text/markdown",
    "text/plain",
];

/// The words or files that are offered.
pub(super) enum Offer {
    /// Names of files, which the shell finds itself.
    Files,
    /// Words, each with its description.
    Words(Vec<(String, String)>),
}

/// The words before the cursor, as far as they matter.
#[derive(Default)]
struct Typed<'a> {
    target: Option<&'a str>,
    config: Option<&'a str>,
    /// The words behind the command, without options.
    named: Vec<&'a str>,
    /// Whether `--` was typed.
    only_named: bool,
}

impl<'a> Typed<'a> {
    fn note(&mut self, option: &Arg, value: &'a str) {
        match option.get_id().as_str() {
            "target" => self.target = Some(value),
            "config" => self.config = Some(value),
            _ => {}
        }
    }

    fn live(&self) -> Live {
        Live { target: self.target.map(str::to_owned), config: self.config.map(Into::into) }
    }
}

/// What is offered behind these words; `current` is the typed part of the next word.
pub(super) fn offer(words: &[String], current: &str) -> Option<Offer> {
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    let mut typed = Typed::default();
    let mut waiting: Option<&Arg> = None;
    for word in words {
        if let Some(option) = waiting.take() {
            typed.note(option, word);
        } else if typed.only_named {
            typed.named.push(word);
        } else if word == "--" {
            typed.only_named = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
            let option = long_option(command, name).filter(|option| takes_value(option));
            match (option, value) {
                (Some(option), Some(value)) => typed.note(option, value),
                (option, None) => waiting = option,
                _ => {}
            }
        } else if let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            waiting = short_options(command, letters, &mut typed);
        } else if let Some(inner) = command.find_subcommand(word).filter(|_| typed.named.is_empty())
        {
            command = inner;
        } else {
            typed.named.push(word);
        }
    }
    if let Some(option) = waiting {
        return value(option, &typed, current);
    }
    if !typed.only_named {
        if let Some((name, begun)) = current.strip_prefix("--").and_then(|l| l.split_once('=')) {
            let option = long_option(command, name).filter(|option| takes_value(option))?;
            let Offer::Words(words) = value(option, &typed, begun)? else {
                return Some(Offer::Files);
            };
            let whole = words.into_iter().map(|(word, about)| (format!("--{name}={word}"), about));
            return Some(Offer::Words(whole.collect()));
        }
        if current.starts_with('-') {
            return Some(Offer::Words(options(command)));
        }
    }
    if command.has_subcommands() && typed.named.is_empty() {
        let mut offered = commands(command);
        if command.get_name() == root.get_name() {
            offered.extend(typed.live().profiles());
        }
        let some = offered.iter().any(|(word, _)| word.starts_with(current));
        let is_root = command.get_name() == root.get_name();
        return Some(if some || !is_root { Offer::Words(offered) } else { Offer::Files });
    }
    let positionals: Vec<_> = command.get_positionals().collect();
    let many = |arg: &&&Arg| arg.get_num_args().is_some_and(|range| range.max_values() > 1);
    let at = positionals.get(typed.named.len()).or_else(|| positionals.last().filter(many))?;
    value(at, &typed, current)
}

fn takes_value(option: &Arg) -> bool {
    option.get_action().takes_values()
}

fn long_option<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|option| option.get_long() == Some(name))
}

/// The option among these letters whose value comes next, if there is one.
fn short_options<'a, 'b>(
    command: &'a Command,
    letters: &'b str,
    typed: &mut Typed<'b>,
) -> Option<&'a Arg> {
    for (at, letter) in letters.char_indices() {
        let option = command.get_arguments().find(|option| option.get_short() == Some(letter))?;
        if takes_value(option) {
            let rest = letters.get(at + letter.len_utf8()..).unwrap_or_default();
            if rest.is_empty() {
                return Some(option);
            }
            typed.note(option, rest.strip_prefix('=').unwrap_or(rest));
            return None;
        }
    }
    None
}

fn about(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

fn options(command: &Command) -> Vec<(String, String)> {
    let shown = command.get_arguments().filter(|option| !option.is_hide_set());
    let named = shown.filter_map(|option| {
        let long = option.get_long()?;
        Some((format!("--{long}"), about(option.get_help())))
    });
    named.collect()
}

fn commands(command: &Command) -> Vec<(String, String)> {
    let shown = command.get_subcommands().filter(|inner| !inner.is_hide_set());
    shown.map(|inner| (inner.get_name().to_owned(), about(inner.get_about()))).collect()
}

/// What is offered for an option's value or an argument.
fn value(arg: &Arg, typed: &Typed<'_>, current: &str) -> Option<Offer> {
    let possible = arg.get_possible_values();
    if !possible.is_empty() && takes_value(arg) {
        let words = possible.iter().map(|one| (one.get_name().to_owned(), about(one.get_help())));
        return Some(Offer::Words(words.collect()));
    }
    match arg.get_value_hint() {
        ValueHint::FilePath => return Some(Offer::Files),
        ValueHint::AnyPath => return Some(targets(&typed.live(), current)),
        _ => {}
    }
    let live = typed.live();
    let words = match arg.get_value_names()?.first()?.as_str() {
        "STORE" => live.stores(),
        "KEY" | "NEW" | "P" => live.keys(typed.named.first()?, current),
        "TYPE" => types(current),
        "DRAFT" => live::drafts(),
        "ASIDE" => live.asides(),
        "COMMAND" => {
            let topics = TOPICS.iter().map(|topic| (topic.name.to_owned(), topic.about.to_owned()));
            let mut root = Cli::command();
            root.build();
            commands(&root).into_iter().chain(topics).collect()
        }
        _ => return None,
    };
    let hidden = |word: &str| word.starts_with('-') && !typed.only_named && arg.is_positional();
    Some(Offer::Words(words.into_iter().filter(|(word, _)| !hidden(word)).collect()))
}

/// Content types: the common ones that begin like this; all of them, which are some 700, where there are none, or
/// once the slash is typed.
fn types(current: &str) -> Vec<(String, String)> {
    let name = |name: &str| (name.to_owned(), String::new());
    let common = COMMON_TYPES.iter().copied().filter(|name| name.starts_with(current));
    let common: Vec<_> = common.map(name).collect();
    if common.is_empty() || current.contains('/') {
        return endings::types().map(name).collect();
    }
    common
}

/// Profiles; or files, if no profile begins like this.
fn targets(live: &Live, current: &str) -> Offer {
    let profiles = live.profiles();
    let is_path = Path::new(current).is_absolute() || current.starts_with(['.', '~']);
    if is_path || !profiles.iter().any(|(name, _)| name.starts_with(current)) {
        return Offer::Files;
    }
    Offer::Words(profiles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(line: &str) -> Vec<String> {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let current = words.pop().unwrap();
        match offer(&words, &current) {
            Some(Offer::Words(offered)) => offered
                .into_iter()
                .map(|(word, _)| word)
                .filter(|word| word.starts_with(&current))
                .collect(),
            Some(Offer::Files) => vec!["FILES".to_owned()],
            None => Vec::new(),
        }
    }

    #[test]
    fn commands_options_and_values_stand_where_they_belong() {
        assert_eq!(offered("ge"), ["get"]);
        assert_eq!(offered("--json ge"), ["get"]);
        assert_eq!(offered("get --dig"), ["--digest"]);
        assert_eq!(offered("get --target"), ["--target"]);
        assert_eq!(offered("completions z"), ["zsh"]);
        assert_eq!(offered("help exit"), ["exit-codes"]);
        assert_eq!(offered("config sh"), ["show"]);
        assert!(offered("set s k v -c application/j").contains(&"application/json".to_owned()));
        assert!(offered("retype s k image/").len() > 20);
        assert!(offered("retype s k ").contains(&"text/html".to_owned()));
        assert!(offered("retype s k ").len() < 20, "what nobody looks through is offered unasked");
        assert_eq!(offered("stores x"), [""; 0]);
        assert_eq!(offered("keys --limit "), [""; 0]);
    }

    #[test]
    fn files_are_offered_where_files_belong_and_nowhere_else() {
        for line in ["get s k -o ", "set s k -f ", "--config ", "get s --keys-from x", "-t ./"] {
            assert_eq!(offered(line), ["FILES"], "{line}");
        }
        for line in ["create --name ", "keys s --limit ", "watch s -n "] {
            assert_eq!(offered(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn a_value_may_stand_in_the_word_of_its_option() {
        let types = offered("set s k v --content-type=application/jso");
        assert!(types.contains(&"--content-type=application/json".to_owned()), "{types:?}");
        assert_eq!(offered("get s k --output=x"), ["FILES"]);
    }

    #[test]
    fn common_content_types_come_first_and_others_once_no_common_one_is_meant() {
        let common = offered("set s k v -c ima");
        assert_eq!(common, ["image/jpeg", "image/png", "image/svg+xml", "image/webp"]);
        let others = offered("set s k v -c image/g");
        assert!(others.contains(&"image/gif".to_owned()), "{others:?}");
        assert!(!offered("set s k v -c mod").is_empty(), "model/…");
    }
}
