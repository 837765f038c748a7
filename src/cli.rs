//! One-shot commands for scripts.
//!
//! `main` parses [`Cli`], lets [`hide_passwords`] start larder again if a password is among its arguments,
//! and then runs either the browser with the result of [`prepare`], or [`run`].

mod arguments;
mod aside;
mod complete;
mod confirm;
mod decoder;
mod delete;
#[cfg(feature = "demo")]
mod demo;
mod digest;
mod doctor;
mod drafts;
mod dry_run;
mod ending;
mod exit;
mod export;
mod fields;
mod group;
mod help;
mod help_command;
mod import;
mod input;
mod json;
mod json_colors;
mod json_lines;
mod listing;
mod logging;
mod man;
mod messages;
mod output;
mod pager;
mod painted;
mod prepare;
mod progress;
mod records;
mod reexec;
mod remote;
mod remove;
mod repair;
mod rewrite;
mod set;
mod settings;
mod shell;
mod stores;
mod targets;
mod topics;
mod unknown;
mod unknown_key;
mod usage;
mod values;
mod watch;

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

#[cfg(feature = "demo")]
pub use arguments::DemoArgs;
pub use arguments::{Cli, Command, Global};
pub use complete::complete;
pub use decoder::become_decoder;
#[cfg(feature = "demo")]
pub use demo::{PreparedDemo, prepare_demo};
pub use prepare::{Browse, Prepared, prepare, prepare_browser};
pub use reexec::hide_passwords;
pub use remote::{become_tied, browse as browse_there};
pub use usage::parse;

use crate::model::{Error, ErrorKind, Key, OpenBy, Result, StoreName, in_words};
use crate::ops::{self, Failed, Outcome, Plan, Resolution, words};
use crate::storage::target::Target;
use crate::storage::{self, FirstRead, Storage};
use arguments::{AsideCommand, CopyArgs, KeysArgs, LsArgs};
use exit::{ExitResult, Failure};
use input::Keys;
use messages::say;
use output::Output;
use prepare::{settings, warn};
use progress::Progress;

/// Limit on the time beyond its time limit that a command may take, to find out what became of a write that
/// used the limit up.
const GRACE: Duration = Duration::from_secs(1);

/// Prints on standard error why larder ends, in one line, and gives the exit code for it.
pub fn report(why: anyhow::Error) -> ExitCode {
    let error =
        why.downcast::<Error>().unwrap_or_else(|why| Error::new(ErrorKind::Io, format!("{why:#}")));
    exit::finish(Err(error.into()))
}

/// Runs a one-shot command and gives the process's exit code.
pub fn run(command: &Command, cli: &Cli) -> ExitCode {
    let mut output = Output::new(cli.global.json);
    // These colours hold until the settings are read, which may fail.
    output.theme = painted::theme(&prepare::unread(cli), output.terminal).unwrap_or_default();
    let outcome = dispatch(command, cli, &mut output);
    let written = output.finish();
    exit::finish(match (outcome, written) {
        (Ok(_), Err(why)) => Err(why.into()),
        (outcome, _) => outcome,
    })
}

/// The runtime for a command. One thread receives replies while the other uses them: this costs 0.2 ms at the
/// start, and shortens a long listing by a fifth.
fn runtime() -> Result<Runtime> {
    let built = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|why| {
        Error::new(ErrorKind::Io, format!("larder cannot start: {}", in_words(&why)))
    })
}

fn dispatch(command: &Command, cli: &Cli, output: &mut Output) -> ExitResult {
    match command {
        Command::Completions { shell } => return man::completions(*shell, output),
        Command::Man => return man::page(output),
        Command::Help { what } => return help_command::run(what.as_deref(), output),
        Command::Config { what } => return settings::run(what, cli, output),
        Command::Doctor { named } => return doctor::run(cli, named.as_deref(), output),
        Command::Targets => {
            let (config, environment) = settings(cli)?;
            warn(&config, cli);
            output.theme = painted::theme(&config, output.terminal)?;
            return targets::list(&config, &environment, output);
        }
        Command::Drafts { what } => return drafts::run(what.as_ref(), output),
        // This is not a one-shot command: the browser runs beside it.
        #[cfg(feature = "demo")]
        Command::Demo(_) => return Ok(exit::USAGE),
        // The terminal is checked before anything is connected to.
        Command::Purge(remove) | Command::Drop(remove) => {
            confirm::possible(remove.yes || remove.dry_run)?;
        }
        Command::Repair(repair) => confirm::possible(repair.yes || repair.dry_run)?,
        Command::Aside { what: Some(AsideCommand::Discard { dry_run, yes, .. }) } => {
            confirm::possible(*yes || *dry_run)?;
        }
        _ => {}
    }
    let Prepared { config, target } = prepare(cli)?;
    output.theme = painted::theme(&config, output.terminal)?;
    if let Target::Remote(there) = &target {
        return remote::command(there, cli, &config);
    }
    let _logged_in = ending::log_in(&target, &config.options())?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        // Errors in the arguments are reported before anything is connected to.
        let set = match command {
            Command::Set(set) => Some(set::value(set, set::Limits::of(&target))?),
            _ => None,
        };
        let keys = match command {
            Command::Get(get) => Some(Keys::open(&get.keys, &get.from)?),
            Command::Delete(delete) => Some(Keys::open(&delete.keys, &delete.from)?),
            _ => None,
        };
        let mut options = config.options();
        options.first_read = first_read(command, output.json);
        // A watch goes on while records are read.
        options.one_connection = !matches!(command, Command::Watch(_));
        let storage = storage::connect(&target, &options).await?;
        let storage = &*storage;
        let place = words::place(matches!(target, Target::Directory(_)));
        let progress = Progress::new(doing(command), !prints_as_it_goes(command, output));
        let progress = &progress;
        let work = async {
            match command {
                Command::Stores => stores::list(storage, output).await,
                Command::Create(create) => stores::create(storage, create, output).await,
                Command::Info(info) => stores::info(storage, info, place, progress, output).await,
                Command::Keys(keys) => {
                    listing::keys(storage, &keys.store, &keys.list, progress, output).await
                }
                Command::Ls(ls) => match &ls.store {
                    Some(store) => listing::keys(storage, store, &ls.list, progress, output).await,
                    None => stores::list(storage, output).await,
                },
                Command::Watch(arguments) => watch::watch(storage, arguments, output).await,
                Command::Get(get) => match keys {
                    Some(keys) => records::get(storage, get, keys, progress, output).await,
                    None => Ok(exit::USAGE),
                },
                Command::Set(arguments) => match set {
                    Some(value) => set::set(storage, arguments, value, progress, output).await,
                    None => Ok(exit::USAGE),
                },
                Command::Exists(record) => records::exists(storage, record, output).await,
                Command::Delete(delete) => match keys {
                    Some(keys) => {
                        delete::delete(storage, delete, keys, place, progress, output).await
                    }
                    None => Ok(exit::USAGE),
                },
                Command::Rename(rename) => rewrite::rename(storage, rename, place, output).await,
                Command::Copy(copy) => rewrite::copy(storage, copy, place, output).await,
                Command::Retype(retype) => rewrite::retype(storage, retype, place, output).await,
                Command::Export(export) => export::export(storage, export, progress, output).await,
                Command::Import(import) => import::import(storage, import, progress, output).await,
                Command::Url(record) => records::url(storage, record, output).await,
                Command::Purge(remove) => remove::purge(storage, remove, place, output).await,
                Command::Drop(remove) => remove::drop_store(storage, remove, place, output).await,
                Command::Repair(repair) => repair::repair(storage, repair, output).await,
                Command::Aside { what } => aside::run(storage, what.as_ref(), place, output).await,
                #[cfg(feature = "demo")]
                Command::Demo(_) => Ok(exit::DONE),
                Command::Completions { .. }
                | Command::Man
                | Command::Help { .. }
                | Command::Config { .. }
                | Command::Doctor { .. }
                | Command::Targets
                | Command::Drafts { .. } => Ok(exit::DONE),
            }
        };
        let done = progress.during(work).await;
        match done {
            Err(Failure::Error(why)) => {
                let why = unknown::store(storage, why, written_store(command)).await;
                // A script that asks whether a record is there is not kept waiting.
                let is_read = io::stderr().is_terminal();
                Err(if is_read { unknown_key::record(storage, why).await } else { why }.into())
            }
            done => done,
        }
    });
    // The connection's own tasks end with the process.
    runtime.shutdown_background();
    outcome
}

/// The first read of a command.
fn first_read(command: &Command, json: bool) -> Option<FirstRead> {
    let named = |store: &OsStr| {
        let by_id = store.as_bytes().starts_with(b"id:");
        (!by_id).then(|| StoreName::from(store.as_bytes()))
    };
    match command {
        Command::Get(get) => match &*get.keys {
            [one] if !json => Some(FirstRead::Value(named(&get.store)?, key(one))),
            [] => None,
            keys => {
                let keys = keys.iter().map(|one| key(one)).collect();
                Some(FirstRead::Values(named(&get.store)?, keys))
            }
        },
        Command::Delete(delete) if delete.from.keys_from.is_none() => {
            let keys = delete.keys.iter().map(|one| key(one)).collect();
            Some(FirstRead::Records(named(&delete.store)?, keys))
        }
        Command::Info(info) => Some(match &info.key {
            Some(one) => FirstRead::Record(named(&info.store)?, key(one)),
            None => FirstRead::StoreAndKeys(named(&info.store)?, Some(stores::AT_ONCE)),
        }),
        Command::Create(create) => {
            let name = create.name.as_ref().or(create.alias.as_ref());
            Some(FirstRead::Store(name.map_or("default", String::as_str).into()))
        }
        Command::Keys(keys) => Some(FirstRead::Keys(named(&keys.store)?)),
        Command::Ls(LsArgs { store: Some(store), .. }) => Some(FirstRead::Keys(named(store)?)),
        Command::Purge(remove) | Command::Drop(remove) => {
            Some(FirstRead::Store(named(&remove.store)?))
        }
        Command::Rename(rename) => {
            let store = named(&rename.store)?;
            let both = [(store.clone(), key(&rename.key)), (store, key(&rename.new))];
            Some(FirstRead::Pair(both))
        }
        Command::Copy(CopyArgs { store, key: from, new, to: None, .. }) => {
            let both = [from, new.as_ref()?].map(|one| Some((named(store)?, key(one))));
            let [Some(from), Some(to)] = both else { return None };
            Some(FirstRead::Pair([from, to]))
        }
        Command::Retype(retype) => Some(FirstRead::Record(named(&retype.store)?, key(&retype.key))),
        Command::Export(export) => Some(FirstRead::StoreAndKeys(named(&export.store)?, None)),
        Command::Import(import) => Some(FirstRead::Store(named(&import.store)?)),
        Command::Url(record) => Some(FirstRead::Store(named(&record.store)?)),
        Command::Aside { what: None | Some(AsideCommand::List) } => Some(FirstRead::Asides),
        Command::Exists(record) => Some(FirstRead::Record(named(&record.store)?, key(&record.key))),
        // The former value is read in case the answer is lost.
        Command::Set(set) if set.if_unchanged.is_none() => {
            Some(FirstRead::Value(named(&set.store)?, key(&set.key)))
        }
        Command::Stores | Command::Ls(LsArgs { store: None, .. }) => Some(FirstRead::Stores),
        _ => None,
    }
}

/// The store to which a command adds records, which must be there.
fn written_store(command: &Command) -> Option<&OsStr> {
    match command {
        Command::Set(set) => Some(&set.store),
        Command::Import(import) => Some(&import.store),
        Command::Copy(copy) => copy.to.as_deref(),
        _ => None,
    }
}

/// What a command is doing, in words, for the line of progress.
fn doing(command: &Command) -> &'static str {
    match command {
        Command::Purge(_) => "purging",
        Command::Drop(_) => "dropping",
        Command::Delete(_) => "deleting",
        Command::Set(_) | Command::Create(_) => "writing",
        Command::Export(_) => "exporting",
        Command::Import(_) => "importing",
        Command::Rename(_) => "renaming",
        Command::Copy(_) => "copying",
        Command::Stores | Command::Keys(_) | Command::Ls(_) => "listing",
        Command::Aside { what: Some(AsideCommand::Restore { .. }) } => "putting back",
        Command::Aside { what: Some(AsideCommand::Discard { .. }) } => "removing",
        Command::Get(_) | Command::Info(_) => "reading",
        _ => "working",
    }
}

/// Whether output may appear on the screen while the command runs, where a line of progress would break it.
fn prints_as_it_goes(command: &Command, output: &Output) -> bool {
    match command {
        Command::Watch(_) => true,
        // A single value is printed when it is complete.
        Command::Get(get) if !output.json && get.keys.len() == 1 => false,
        Command::Export(export) => output.terminal && export.file == Path::new("-"),
        Command::Keys(KeysArgs { list, .. }) | Command::Ls(LsArgs { list, .. }) => {
            output.terminal && list.order().is_none()
        }
        Command::Get(_) => output.terminal,
        _ => false,
    }
}

/// The key that an argument names, byte for byte.
fn key(argument: &OsStr) -> Key {
    Key::from(argument.as_bytes())
}

/// The store that an argument names: `id:ID`, or its internal name.
async fn store(storage: &dyn Storage, argument: &OsStr) -> Result<StoreName> {
    let bytes = argument.as_bytes();
    match bytes.strip_prefix(b"id:") {
        Some(id) => {
            let id = String::from_utf8_lossy(id).into_owned();
            Ok(storage.open(&OpenBy::Id(id)).await?.info.store)
        }
        None => Ok(StoreName::from(bytes)),
    }
}

/// Carries out a plan; if the answer is lost, finds out what became of it, within the time limit of one
/// command. The caller reports records that were left out.
async fn perform(storage: &dyn Storage, plan: &Plan) -> std::result::Result<Outcome, Failure> {
    let started = Instant::now();
    let Failed { error: lost, doubt, .. } = match ops::perform(storage, plan).await {
        Ok(outcome) => {
            if let Some(words) = words::unwatched(&outcome) {
                messages::note(words);
            }
            return Ok(outcome);
        }
        Err(failed) => failed,
    };
    let Some(mut doubt) = doubt else { return Err(lost.into()) };
    crate::logs::warn!("looking what became of a write: {lost}");
    match ops::resolve(storage, &mut doubt, deadline(storage, started)).await {
        Ok(Resolution::Done(outcome, words)) => {
            say(&words);
            Ok(outcome)
        }
        Ok(Resolution::Refused(error) | Resolution::Open(error)) => Err(error.into()),
        Err(why) => {
            crate::logs::warn!("not found out: {why}");
            Err(lost.into())
        }
    }
}

/// The time until which larder may find out what became of a write: the time limit of one command, or a short
/// time if that is used up.
fn deadline(storage: &dyn Storage, started: Instant) -> Instant {
    let limit = storage.session().time_limit;
    let least = Instant::now() + (limit / 4).min(GRACE);
    least.max(started + limit)
}
