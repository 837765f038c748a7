//! Unknown words, and the commands, profiles and stores that were probably meant.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use clap::CommandFactory as _;

use super::arguments::Cli;
use crate::config::{Config, closest};
use crate::model::{Cause, Error, ErrorKind, OpenBy, StoreName};
use crate::storage::{Storage, all_stores, made_by};

/// Names that other programs have for a command of larder.
const ELSEWHERE: [(&str, &str); 46] = [
    ("list", "ls"),
    ("dir", "ls"),
    ("show", "get"),
    ("read", "get"),
    ("view", "get"),
    ("print", "get"),
    ("fetch", "get"),
    ("download", "get"),
    ("write", "set"),
    ("put", "set"),
    ("add", "set"),
    ("save", "set"),
    ("edit", "set"),
    ("update", "set"),
    ("upload", "set"),
    ("del", "delete"),
    ("remove", "delete"),
    ("unlink", "delete"),
    ("mv", "rename"),
    ("move", "rename"),
    ("cp", "copy"),
    ("new", "create"),
    ("make", "create"),
    ("mkdir", "create"),
    ("clear", "purge"),
    ("empty", "purge"),
    ("truncate", "purge"),
    ("rmdir", "drop"),
    ("destroy", "drop"),
    ("tail", "watch"),
    ("follow", "watch"),
    ("monitor", "watch"),
    ("stat", "info"),
    ("status", "info"),
    ("meta", "info"),
    ("describe", "info"),
    ("dump", "export"),
    ("backup", "export"),
    ("load", "import"),
    ("restore", "aside"),
    ("undo", "aside"),
    ("check", "doctor"),
    ("ping", "doctor"),
    ("profiles", "targets"),
    ("settings", "config"),
    ("version", "--version"),
];

/// The command that a word was probably meant to be.
fn meant(word: &str) -> Option<String> {
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    if let Some((_, command)) = elsewhere {
        return Some((*command).to_owned());
    }
    let clap = Cli::command();
    let commands = clap.get_subcommands().flat_map(clap::Command::get_name_and_visible_aliases);
    closest(word, commands).map(str::to_owned)
}

fn did_you_mean(command: &str) -> String {
    let command =
        if command.starts_with('-') { format!("larder {command}") } else { command.to_owned() };
    format!("did you mean `{command}`? `larder --help` lists all")
}

/// The error on an unknown target where a command can stand too, with the word that was probably meant.
pub(super) fn command_or_target(why: Error, config: &Config) -> Error {
    let Some(Cause::Unknown(word)) = &why.cause else { return why };
    let command = meant(word);
    let profiles = config.profiles.keys().map(String::as_str);
    let nearest = closest(word, command.as_deref().into_iter().chain(profiles.clone()));
    let is_profile = nearest.is_some_and(|nearest| profiles.clone().any(|name| name == nearest));
    let hint = match command {
        _ if is_profile => why.remedy().to_owned(),
        Some(command) => did_you_mean(&command),
        None => format!("{}; `larder --help` lists the commands", why.remedy()),
    };
    let problem = format!("unknown command or target `{word}`");
    Error { problem, ..why.clone() }.hint(hint)
}

/// The error on a word next to `--target` that is no command.
pub(super) fn beside_target(word: &str) -> Error {
    let hint = meant(word).map_or_else(
        || "name the target once; `larder --help` lists all".to_owned(),
        |command| did_you_mean(&command),
    );
    let problem = format!("unknown command `{word}`, and --target names the target");
    Error::new(ErrorKind::Usage, problem).hint(hint)
}

/// The error on the first of several words, none of which is a command.
pub(super) fn before_others(word: &str) -> Error {
    if word.contains(['/', ':', '.']) {
        let problem = format!("the browser opens {word} and takes nothing more");
        return Error::new(ErrorKind::Usage, problem).hint(format!(
            "for a command: larder -t {word} COMMAND …; `larder --help` lists them"
        ));
    }
    let problem = format!("unknown command `{word}`");
    Error::new(ErrorKind::Usage, problem).hint(meant(word).map_or_else(
        || "`larder --help` lists the commands".to_owned(),
        |command| did_you_mean(&command),
    ))
}

/// The error on an unknown store, with the one that was probably meant, if stores may be listed; for the one that
/// is `written`, with the command that creates it. The error that a server can have no stores comes with what
/// helps on its product.
pub(super) async fn store(storage: &dyn Storage, why: Error, written: Option<&OsStr>) -> Error {
    if why.kind == ErrorKind::NoJsonModule {
        let server = storage.server().await.ok();
        return server.and_then(|server| server.unusable).unwrap_or(why);
    }
    let Some(Cause::NoStore(name)) = &why.cause else { return why };
    if why.hint.is_some() {
        return why;
    }
    let stores = all_stores(storage).await.unwrap_or_default();
    let names: Vec<String> = stores.iter().map(|info| info.store.escaped()).collect();
    // A listed name is not meant if only an entry of an index is left of it.
    let own = name.escaped();
    let meant = closest(&own, names.iter().map(String::as_str).filter(|name| *name != own));
    let is_written = written.is_some_and(|store| store.as_bytes() == name.as_bytes());
    let hint = match (meant, creation(name).filter(|_| is_written)) {
        (Some(meant), Some(command)) => format!("did you mean `{meant}`? else: {command}"),
        (Some(meant), None) => format!("did you mean `{meant}`?"),
        (None, Some(command)) => format!("create it with: {command}"),
        (None, None) => return why,
    };
    why.hint(hint)
}

/// The command that creates a store of this internal name; `None` if there can be none.
fn creation(store: &StoreName) -> Option<String> {
    Some(match made_by(store)? {
        OpenBy::Default => "larder create".to_owned(),
        OpenBy::Name(name) => format!("larder create --name {name}"),
        OpenBy::Alias(alias) => {
            // Other names a shell may want quoted.
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            let alias = if alias.chars().all(is_plain) { &*alias } else { "NAME" };
            format!("larder create --alias={alias}")
        }
        OpenBy::Id(_) => return None,
    })
}

/// The name that is meant: the one of `names` that is `given`, or the only one that begins so.
///
/// # Errors
/// Several names begin so.
pub(super) fn beginning<'a>(given: &str, names: &[&'a str]) -> Result<Option<&'a str>, Error> {
    if let Some(own) = names.iter().find(|name| **name == given) {
        return Ok(Some(own));
    }
    let begins = |name: &&&str| !given.is_empty() && name.starts_with(given);
    let mut found = names.iter().filter(begins);
    match (found.next(), found.count()) {
        (first, 0) => Ok(first.copied()),
        (_, more) => {
            let problem = format!("`{given}` is the beginning of {} names", more + 1);
            Err(Error::new(ErrorKind::Usage, problem))
        }
    }
}

/// Whether a word is a command, so that no profile may have this name.
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
    fn what_other_programs_call_a_command_leads_to_larders() {
        for (name, command) in ELSEWHERE {
            assert!(!is_command(name), "{name} is a command");
            assert!(is_command(command) || command == "--version", "{command}");
        }
        let elsewhere = said("Remove");
        assert!(elsewhere.contains("did you mean `delete`?"), "{elsewhere}");
        let version = said("version");
        assert!(version.contains("did you mean `larder --version`?"), "{version}");
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
    fn a_store_that_is_missing_is_made_by_a_command_that_makes_it() {
        for (name, command) in [
            (&b"default"[..], Some("larder create")),
            (b"shop", Some("larder create --name shop")),
            (b"shop_1", Some("larder create --alias=shop_1")),
            (b"my shop", Some("larder create --alias=NAME")),
            (b"a/b", None),
            (b"a\xff", None),
        ] {
            assert_eq!(creation(&StoreName::from(name)).as_deref(), command);
        }
    }

    #[test]
    fn commands_and_their_other_names_are_taken() {
        for word in ["stores", "help", "targets", "ls", "cat", "rm"] {
            assert!(is_command(word), "{word}");
        }
        assert!(!is_command("production"));
    }
}
