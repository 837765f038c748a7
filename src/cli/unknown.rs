//! Words that are nothing, and the commands, profiles and stores they were probably meant to be.

use clap::CommandFactory as _;

use super::arguments::Cli;
use crate::config::{Config, closest};
use crate::model::{Cause, Error, ErrorKind};
use crate::storage::{Storage, all_stores};

/// What an unknown target may have been meant to be where a command can stand too.
pub(super) fn command_or_target(why: Error, config: &Config) -> Error {
    let Some(Cause::Unknown(word)) = &why.cause else { return why };
    let clap = Cli::command();
    let commands = || clap.get_subcommands().flat_map(clap::Command::get_name_and_visible_aliases);
    let profiles = config.profiles.keys().map(String::as_str);
    let meant = closest(word, commands().chain(profiles));
    let hint = match meant.filter(|meant| commands().any(|command| command == *meant)) {
        Some(command) => format!("did you mean `{command}`? `larder --help` lists the commands"),
        None if meant.is_some() => why.remedy().to_owned(),
        None => format!("{}; `larder --help` lists the commands", why.remedy()),
    };
    let problem = format!("unknown command or target `{word}`");
    Error { problem, ..why.clone() }.hint(hint)
}

/// What a word is that stands beside `--target` and is no command.
pub(super) fn beside_target(word: &str) -> Error {
    let clap = Cli::command();
    let commands = || clap.get_subcommands().flat_map(clap::Command::get_name_and_visible_aliases);
    let hint = match closest(word, commands()) {
        Some(command) => format!("did you mean `{command}`? `larder --help` lists the commands"),
        None => "name the target once; `larder --help` lists the commands".to_owned(),
    };
    let problem = format!("unknown command `{word}`, and --target names the target");
    Error::new(ErrorKind::Usage, problem).hint(hint)
}

/// What a word is that stands where a command does, if it is much like one.
pub(super) fn like_a_command(word: &str) -> Option<Error> {
    let clap = Cli::command();
    let commands = clap.get_subcommands().flat_map(clap::Command::get_name_and_visible_aliases);
    let command = closest(word, commands).filter(|_| !word.contains(['/', ':']))?;
    let hint = format!("did you mean `{command}`? `larder --help` lists the commands");
    Some(Error::new(ErrorKind::Usage, format!("unknown command `{word}`")).hint(hint))
}

/// The store that an unknown one was probably meant to be; where stores may not be listed, none.
pub(super) async fn store(storage: &dyn Storage, why: Error) -> Error {
    let Some(Cause::NoStore(name)) = &why.cause else { return why };
    if why.hint.is_some() {
        return why;
    }
    let stores = all_stores(storage).await.unwrap_or_default();
    let names: Vec<String> = stores.iter().map(|info| info.store.escaped()).collect();
    // One that is listed, and of which nothing but an entry of an index is there, is not meant.
    let own = name.escaped();
    match closest(&own, names.iter().map(String::as_str).filter(|name| *name != own)) {
        Some(meant) => {
            let hint = format!("did you mean `{meant}`?");
            why.hint(hint)
        }
        None => why,
    }
}

/// Whether a word is a command, so that no profile can have it for a name.
pub(super) fn is_command(word: &str) -> bool {
    Cli::command().find_subcommand(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn said(word: &str) -> String {
        let config = Config::parse("[profiles.production]\nurl = 'redis://h'").unwrap();
        let why = config.resolve(Some(word), &Environment::default()).unwrap_err();
        command_or_target(why, &config).to_string()
    }

    #[test]
    fn beside_a_target_a_word_can_only_be_a_command() {
        let said = beside_target("stor").to_string();
        assert!(said.contains("did you mean `stores`?"), "{said}");
        let said = beside_target("redis://h").to_string();
        assert!(said.contains("name the target once"), "{said}");
    }

    #[test]
    fn a_word_like_a_command_or_a_profile_is_taken_for_it() {
        for (word, meant) in [
            ("stor", "did you mean `stores`?"),
            ("delte", "did you mean `delete`?"),
            ("watc", "did you mean `watch`?"),
            ("produktion", "did you mean the profile `production`?"),
        ] {
            let said = said(word);
            assert!(said.starts_with(&format!("unknown command or target `{word}`; ")), "{said}");
            assert!(said.contains(meant), "{said}");
        }
        assert!(
            said("xyzzy").contains("profiles: production; `larder --help`"),
            "{}",
            said("xyzzy")
        );
    }

    #[test]
    fn commands_and_their_other_names_are_taken() {
        for word in ["stores", "help", "targets", "ls", "cat", "rm"] {
            assert!(is_command(word), "{word}");
        }
        assert!(!is_command("production"));
    }
}
