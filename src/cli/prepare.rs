//! The beginning of a run: the settings, the target, the log, and what the system must provide.

use std::io::{self, IsTerminal as _};

use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
use rustix::io::dup;
use rustix::process::{Resource, getrlimit};
use rustix::stdio::{stderr, stdin};

use super::arguments::Cli;
#[cfg(feature = "demo")]
use super::arguments::Command;
use super::painted::Color;
use super::{logging, messages, unknown};
use crate::config::environment::{NO_COLOR, variable};
use crate::config::{Config, Environment, Resolved, Targets};
use crate::model::{Error, ErrorKind, Result};
use crate::storage;
use crate::storage::target::Target;

/// Number of files that must be possible to open besides the open ones: the runtime, the signals, the
/// terminal and one connection take twelve, a second connection four.
const MIN_FREE_FILES: usize = 16;

/// Values of `TERM` for a terminal that cannot move the cursor, like an editor's shell window, or of which
/// nothing is known.
const INCAPABLE: [&str; 2] = ["dumb", "unknown"];

/// All that the command line, the environment and the config file say about a run.
#[derive(Debug)]
pub struct Prepared {
    /// The settings, with the flags applied and the profile's `read_only`.
    pub config: Config,
    /// The target to connect to.
    pub target: Target,
}

/// What the browser needs to start.
pub struct Browse {
    /// The settings and the first target.
    pub prepared: Prepared,
    /// The targets that it can switch to.
    pub targets: Targets,
    /// A warning about the config file.
    pub warning: Option<String>,
    /// The login by `ssh`, which lasts as long as this value.
    pub logged_in: Option<storage::LoggedIn>,
}

/// Reads the settings, finds the target and starts the log.
///
/// # Errors
/// [`ErrorKind::Usage`] for settings and arguments that make no sense, [`ErrorKind::Auth`] if a profile's
/// `password_command` fails.
pub fn prepare(cli: &Cli) -> Result<Prepared> {
    let (config, environment) = settings(cli)?;
    warn(&config, cli);
    check_files()?;
    let resolved = resolve(cli, &config, &environment)?;
    Ok(prepared(config, resolved))
}

/// As [`prepare`], with what only the browser needs: a terminal.
///
/// # Errors
/// As [`prepare`]; [`ErrorKind::Usage`] if there is no terminal.
pub fn prepare_browser(cli: &Cli) -> Result<Browse> {
    let (config, environment) = settings(cli)?;
    let warning = config.warning();
    check_files()?;
    let resolved = resolve(cli, &config, &environment)?;
    check_terminal()?;
    let targets = Targets::new(config.clone(), environment, &resolved);
    let prepared = prepared(config, resolved);
    // The terminal is still free for questions of ssh.
    let logged_in = storage::log_in(&prepared.target, &prepared.config.options())?;
    Ok(Browse { prepared, targets, warning, logged_in })
}

/// The target that the command line, the environment or the config file names.
fn resolve(cli: &Cli, config: &Config, environment: &Environment) -> Result<Resolved> {
    config.resolve(cli.target(), environment).map_err(|why| match &cli.browse {
        // A command could stand in this place too.
        Some(_) => unknown::command_or_target(why, config),
        None => why,
    })
}

/// The settings with the flags applied, and the log started.
pub(super) fn settings(cli: &Cli) -> Result<(Config, Environment)> {
    let environment = Environment::read()?;
    let mut config = Config::load(cli.global.config.as_deref(), &environment)?;
    // A command does not use them, but a mistake is best reported where it is made.
    config.check()?;
    if !config.profiles.is_empty() {
        config.refuse_names(unknown::is_command)?;
    }
    logging::start(&config, cli.global.verbose && !is_browser(cli));
    if cli.global.read_only {
        (config.read_only, config.read_only_why) = (true, "read-only (--read-only)");
    }
    config.touch |= cli.global.touch;
    use_colors(&mut config, cli);
    if let Some(timeout) = cli.global.timeout {
        config.connect_timeout = timeout;
        config.command_timeout = timeout;
    }
    config.ask_for_replicas(cli.global.wait_replicas);
    Ok((config, environment))
}

/// The default settings, except for the colours that the environment and the command line ask for.
pub(super) fn unread(cli: &Cli) -> Config {
    let mut config = Config { color: variable(NO_COLOR).is_none(), ..Config::default() };
    use_colors(&mut config, cli);
    config
}

/// Applies the command line's options on colours.
pub(super) fn use_colors(config: &mut Config, cli: &Cli) {
    match cli.global.color() {
        Color::Auto => {}
        Color::Always => (config.color, config.forces_color) = (true, true),
        Color::Never => config.color = false,
    }
}

/// Whether the browser has the terminal, so that nothing else may be written on it.
fn is_browser(cli: &Cli) -> bool {
    match &cli.command {
        None => true,
        #[cfg(feature = "demo")]
        Some(Command::Demo(_)) => true,
        Some(_) => false,
    }
}

/// Prints the config file's warning, unless the output is JSON.
pub(super) fn warn(config: &Config, cli: &Cli) {
    if let Some(warning) = config.warning().filter(|_| !cli.global.json) {
        messages::note(&warning);
    }
}

fn prepared(mut config: Config, resolved: Resolved) -> Prepared {
    let Resolved { target, read_only, wait_replicas, .. } = resolved;
    config.read_only |= read_only;
    config.wait_replicas = wait_replicas.unwrap_or(config.wait_replicas);
    crate::logs::info!("larder {} for {}", env!("CARGO_PKG_VERSION"), target.label());
    Prepared { config, target }
}

/// Checks the terminal. If `TERM` is not set, it is assumed to be an ordinary one: containers leave the
/// variable out.
pub(super) fn check_terminal() -> Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, "the browser needs a terminal")
            .hint("for scripts there are commands: larder --help"));
    }
    match std::env::var("TERM") {
        Ok(name) if INCAPABLE.contains(&name.as_str()) => {
            let problem = format!("the browser cannot draw with TERM={name}");
            Err(Error::new(ErrorKind::Usage, problem)
                .hint("use another, or the commands: larder --help"))
        }
        _ => Ok(()),
    }
}

/// Refuses to read standard input if it is closed: the standard library has opened `/dev/null` in its place,
/// for writing too, which no shell does. It would be read as an empty value.
///
/// # Errors
/// [`ErrorKind::Io`].
pub(super) fn check_stdin() -> Result<()> {
    let is_null = || {
        let (given, null) = (fstat(stdin()).ok()?, stat("/dev/null").ok()?);
        let is_read_alone = fcntl_getfl(stdin()).ok()? & OFlags::ACCMODE == OFlags::RDONLY;
        Some(given.st_rdev == null.st_rdev && !is_read_alone)
    };
    if is_null() == Some(true) {
        return Err(Error::new(ErrorKind::Io, "standard input is closed or empty")
            .hint("name a file, or < /dev/null for nothing"));
    }
    Ok(())
}

/// Refuses to start if too few files can be opened: libraries would panic later, and a server would be blamed
/// for a connection that larder could not make.
///
/// # Errors
/// [`ErrorKind::Io`] with the limit, and how to raise it.
pub(super) fn check_files() -> Result<()> {
    let opened: Vec<_> = (0..MIN_FREE_FILES).map_while(|_| dup(stderr()).ok()).collect();
    if opened.len() == MIN_FREE_FILES {
        return Ok(());
    }
    let limit = getrlimit(Resource::Nofile).current;
    let limit = limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
    let problem = format!("too few open files allowed: {limit}");
    Err(Error::new(ErrorKind::Io, problem).hint("raise it: ulimit -n 256"))
}
