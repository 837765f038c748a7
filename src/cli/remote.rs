//! Commands and the browser on another host: that host's own larder runs, through the user's `ssh`.
//!
//! Input, output and the exit code are passed on unchanged. `ssh` ends with larder, however larder ends.

mod arguments;
mod files;
mod quote;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command as Program, ExitCode};

use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::arguments::Cli;
use super::exit::{self, ExitResult};
use super::prepare::Prepared;
use crate::config::Config;
use crate::model::{Error, ErrorKind, Result, in_words};
use crate::storage::target::{RemoteDirectory, Target};
use crate::storage::{Options, own_variables, ssh_not_started};
use files::Files;

/// The word in place of a command that means: run the program that follows, and end together with the parent.
const TIED: &str = "__tied";
/// The exit code of `ssh` if it cannot connect, or if the connection breaks.
const BROKEN: i32 = 255;
/// The exit code of a shell that does not find the program.
const UNKNOWN: i32 = 127;
/// The exit code of a process that could not become `ssh`, after it has said why.
const NOT_STARTED: u8 = 125;
/// The variable with the terminal's colours, which `ssh` does not pass on.
const COLOURS: &str = "COLORTERM";

/// The script for the host's shell. `$0` is this larder's name for itself. The words have no quotes and no
/// backslashes, so that the script means the same to every shell.
const SCRIPT: &str = "PATH=$PATH:$HOME/.local/bin:$HOME/.cargo/bin; \
    command -v larder >/dev/null || exit 127; has=$(larder --version); \
    [ \"$has\" = \"$0\" ] || \
    echo \"larder: that host has ${has:-another one}, and this one has $0: they may differ\" >&2; \
    exec larder \"$@\"";

/// Runs a command on the other host.
pub(super) fn command(there: &RemoteDirectory, cli: &Cli, config: &Config) -> ExitResult {
    Ok(run(there, cli, config, false)?)
}

/// Runs the browser on the target's host, in this terminal, and gives its exit code; `None` for a target that
/// this larder opens. On failure, the screen still shows what was drawn.
///
/// # Errors
/// [`ErrorKind::Connection`] if there is no connection, or it broke; [`ErrorKind::NotSupported`] if larder is
/// not there.
pub fn browse(prepared: &Prepared, cli: &Cli) -> Option<Result<u8>> {
    match &prepared.target {
        Target::Remote(there) => Some(run(there, cli, &prepared.config, true)),
        _ => None,
    }
}

fn run(there: &RemoteDirectory, cli: &Cli, config: &Config, terminal: bool) -> Result<u8> {
    let given = env::args_os().skip(1);
    let mut words = arguments::there(cli, given, &there.path, config.read_only);
    let mut files = Files::of(cli, &mut words)?;
    let host = &there.host;
    let options = config.options();
    let failed = |problem: String| Error::new(ErrorKind::Connection, problem);
    let mut ssh = tied(&options)
        .map_err(|why| failed(format!("ssh cannot be started: {}", in_words(&why))))?;
    for option in [
        &*format!("ConnectTimeout={}", options.connect_timeout.as_secs().max(1)),
        "ServerAliveInterval=5",
        "ServerAliveCountMax=2",
        "RemoteCommand=none",
        // Keys that are typed there are no commands to ssh.
        "EscapeChar=none",
    ] {
        ssh.args(["-o", option]);
    }
    if let Some(port) = host.port {
        ssh.args(["-p", &port.to_string()]);
    }
    ssh.args(["-a", "-x", if terminal { "-t" } else { "-T" }, "--", &host.destination]);
    ssh.arg(line(&words, terminal));
    for name in own_variables() {
        ssh.env_remove(name);
    }
    files.give(&mut ssh)?;
    crate::logs::info!("ssh to {host} for the larder there");
    let modes = tcgetattr(stdin()).ok().filter(|_| terminal);
    let status = ssh.status();
    if let Some(modes) = modes {
        // ssh restores them itself, unless it was killed.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &modes);
    }
    let status =
        status.map_err(|why| failed(format!("ssh cannot be started: {}", in_words(&why))))?;
    match status.code() {
        Some(UNKNOWN) => {
            let problem = format!("larder is not on the path of {host}");
            Err(Error::new(ErrorKind::NotSupported, problem)
                .hint("copy it there, to ~/.local/bin/larder"))
        }
        Some(code) if code == i32::from(NOT_STARTED) => Ok(exit::CONNECTION),
        Some(BROKEN) | None => Err(failed(format!("ssh to {host} failed, or was cut off"))
            .hint("check whether the last change was made")),
        Some(code) => {
            let code = u8::try_from(code).unwrap_or(exit::CONNECTION);
            files.finish(code)?;
            Ok(code)
        }
    }
}

/// The line for the host's shell.
fn line(words: &[OsString], terminal: bool) -> OsString {
    let colours = env::var(COLOURS).ok().filter(|_| terminal);
    let colours = colours.filter(|kind| kind == "truecolor" || kind == "24bit");
    let colours = colours.map(|kind| format!("export {COLOURS}={kind}; ")).unwrap_or_default();
    let mut line = OsString::from("exec sh -c ");
    let script = OsString::from(format!("{colours}{SCRIPT}"));
    let own = OsString::from(concat!("larder ", env!("CARGO_PKG_VERSION")));
    let all = [&script, &own].into_iter().chain(words);
    line.push(all.map(|word| quote::word(word)).collect::<Vec<_>>().join(OsStr::new(" ")));
    line
}

/// Starts `ssh` so that it ends with this process.
fn tied(options: &Options) -> io::Result<Program> {
    let mut program = Program::new(env::current_exe()?);
    program.arg(TIED).arg(std::process::id().to_string()).arg(&options.ssh_program);
    Ok(program)
}

/// Becomes the program that follows on the command line, if larder has started itself for that; it is ended
/// when larder ends. `None` for any other start.
pub fn become_tied() -> Option<ExitCode> {
    let mut words = env::args_os().skip(1);
    if words.next()? != TIED {
        return None;
    }
    let parent = words.next()?;
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
    }
    let mut program = Program::new(words.next()?);
    // The parent may have ended just before.
    let alive = parent.to_str() == Some(&*std::os::unix::process::parent_id().to_string());
    if alive {
        // This returns only on a failure.
        let why = program.args(words).exec();
        let why = ssh_not_started(program.get_program().as_ref(), &why);
        super::messages::say(&why.to_string());
    }
    Some(ExitCode::from(NOT_STARTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_means_the_same_to_every_shell() {
        assert!(!SCRIPT.contains(['\'', '\\', '\n', '!']));
        let line = line(&[OsString::from("it's")], false).into_string().unwrap();
        assert!(line.starts_with("exec sh -c 'PATH="), "{line}");
        assert!(line.ends_with("' 'larder 0.1.0' 'it'\"'\"'s'"), "{line}");
    }
}
