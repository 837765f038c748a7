//! A parent that gives the terminal back where the browser cannot.
//!
//! Some ends leave a program no step of its own: SIGKILL (a kernel that is out of memory), SIGABRT (memory
//! that could not be allocated), SIGSEGV (a stack overflow). A handler in the program itself would cover only
//! some of them, and can only be written in unsafe code. So larder starts itself once more: the child is the
//! browser; the parent waits for it on the same terminal, in the same process group, and does nothing else.
//! If a signal ends the child, the parent gives the terminal back and exits with 128 and the signal's number,
//! as shells do; otherwise with the child's code.
//!
//! Whoever started larder knows only the parent's process id. So the parent
//! - passes on the signals that it is sent, except those that the keyboard sends to the whole group anyway;
//! - stops when the child stops, so that the shell sees the job stop, and continues it with itself;
//! - is outlived only for a moment: the kernel tells the child of its end with SIGTERM (on Linux; elsewhere
//!   the child stays until the terminal is gone).
//!
//! If there is no terminal, or no child can be started, the browser runs without a parent.

use std::ffi::c_int;
use std::io::{self, Write as _};
use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, WaitStatus, kill_process, waitid, waitpid,
};
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGCHLD, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP,
    SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::Signals;
use signal_hook::low_level::signal_name;

use super::terminal;
use crate::storage;
use crate::text::takes_links;
use crate::theme::Symbols;

/// The variable with the id of the process whose child is the browser. A larder that is started within it (in
/// the user's own editor) inherits the variable, but has another parent.
const SUPERVISOR: &str = "LARDER_SUPERVISOR";

/// Signals that end a program by default and are passed on; without those that tell of a fault in this
/// process.
const PASSED_ON: [c_int; 15] = [
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGIO, SIGPROF, SIGSYS,
    SIGTRAP, SIGVTALRM, SIGXCPU, SIGXFSZ,
];

/// Time for the child to stop by itself, when a signal may have come to the whole group.
const OWN_STOP: Duration = Duration::from_millis(200);

/// Limit on the time in which a terminal takes the bytes that give it back.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs this program once more as the browser, and waits for its end; gives its exit code. `None` means that
/// this process is to be the browser.
pub fn supervise() -> Option<u8> {
    if is_supervised() {
        return None;
    }
    let before = tcgetattr(stdin()).ok()?;
    let signals = Signals::new(PASSED_ON.iter().chain(&[SIGCHLD, SIGTSTP])).ok()?;
    let mut arguments = std::env::args_os();
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.arg0(arguments.next()?).args(arguments);
    command.env(SUPERVISOR, std::process::id().to_string());
    let child = command.spawn().ok()?;
    let child = Pid::from_raw(i32::try_from(child.id()).ok()?)?;
    let variable = |name: &str| std::env::var(name).ok();
    let (titled, linked) = (has_title(&variable), takes_links(&variable));
    Some(Supervisor { child, signals, before, titled, linked }.run())
}

/// Whether a parent watches over this process; if so, asks the system to be told of its end.
fn is_supervised() -> bool {
    let stated = std::env::var(SUPERVISOR).ok().and_then(|id| id.parse().ok());
    if stated != Some(parent_id()) {
        return false;
    }
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::TERM));
    // The parent may have ended just before.
    stated == Some(parent_id())
}

struct Supervisor {
    child: Pid,
    signals: Signals,
    /// The terminal's modes before larder takes it.
    before: Termios,
    /// Whether the terminal has a title, which larder may have set.
    titled: bool,
    /// Whether the terminal takes links, of which one may have been begun.
    linked: bool,
}

impl Supervisor {
    fn run(mut self) -> u8 {
        loop {
            match self.wait_status() {
                Some(status) if status.stopped() => self.stop(),
                Some(status) => return self.ended(status),
                None => {
                    let came: Vec<c_int> = self.signals.wait().collect();
                    for signal in came {
                        self.pass_on(signal);
                    }
                }
            }
        }
    }

    /// A change of the child's state, told once.
    fn wait_status(&self) -> Option<WaitStatus> {
        let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
        waitpid(Some(self.child), options).ok().flatten().map(|(_, status)| status)
    }

    fn pass_on(&self, signal: c_int) {
        let wanted = match signal {
            SIGCHLD => false,
            // An editor's Ctrl-Z stops all processes in the foreground.
            SIGTSTP => !self.stops_by_itself(),
            // While the terminal makes signals of keys, they come to all processes in the foreground.
            SIGINT | SIGQUIT => !modes().is_some_and(|modes| makes_signals(&modes)),
            _ => true,
        };
        if wanted && let Some(signal) = Signal::from_named_raw(signal) {
            self.send(signal);
        }
    }

    /// Sends the child a signal. If it has ended already, that is seen next.
    fn send(&self, signal: Signal) {
        let _ = kill_process(self.child, signal);
    }

    fn stops_by_itself(&self) -> bool {
        let begun = Instant::now();
        let options = WaitIdOptions::STOPPED
            | WaitIdOptions::EXITED
            | WaitIdOptions::NOHANG
            | WaitIdOptions::NOWAIT;
        while begun.elapsed() < OWN_STOP {
            if !matches!(waitid(WaitId::Pid(self.child), options), Ok(None)) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Stops this process too, until the shell continues the job.
    fn stop(&mut self) {
        // A child that was stopped from outside has not given the terminal back. In the background, as after
        // `larder &`, the terminal is the shell's.
        if is_foreground() {
            self.give_back();
        }
        let _ = kill_process(rustix::process::getpid(), Signal::STOP);
        // A signal that continues this process alone is meant for both.
        if let Some(modes) = modes().filter(|modes| !is_raw(modes)) {
            self.before = modes;
        }
        self.send(Signal::CONT);
    }

    fn ended(&self, status: WaitStatus) -> u8 {
        if let Some(code) = status.exit_status() {
            return u8::try_from(code).unwrap_or(u8::MAX);
        }
        let signal = status.terminating_signal().unwrap_or_default();
        // The child could not remove its temporary folders.
        storage::sweep();
        if self.give_back() {
            let name =
                signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned);
            let _ = writeln!(
                io::stderr(),
                "larder: the browser was ended by {name}; check its last change"
            );
        }
        u8::try_from(128 + signal).unwrap_or(u8::MAX)
    }

    /// Gives the terminal back if the child has not; tells whether the terminal takes bytes.
    fn give_back(&self) -> bool {
        let takes = terminal::takes_bytes(Some(PATIENCE));
        if modes().is_some_and(|modes| is_raw(&modes)) && !is_raw(&self.before) {
            if takes {
                let _ = rustix::io::write(
                    rustix::stdio::stdout(),
                    terminal::leaving(self.titled, self.linked).as_bytes(),
                );
            }
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
        }
        takes
    }
}

/// Whether the terminal has a title. Only the child knows whether larder is not to set it.
fn has_title(env: &dyn Fn(&str) -> Option<String>) -> bool {
    Symbols::for_terminal(env).unicode
}

fn modes() -> Option<Termios> {
    tcgetattr(stdin()).ok()
}

/// Whether this job is in the foreground of the terminal; if it is not the controlling one, there are no
/// jobs.
fn is_foreground() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Whether keys come at once, as they do while larder or an editor has the terminal.
fn is_raw(modes: &Termios) -> bool {
    !modes.local_modes.contains(LocalModes::ICANON)
}

/// Whether Ctrl-C is a signal.
fn makes_signals(modes: &Termios) -> bool {
    modes.local_modes.contains(LocalModes::ISIG)
}
