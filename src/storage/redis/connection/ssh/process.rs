//! One `ssh` that carries one connection.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::pin::Pin;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};
use std::thread;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::oneshot;

use super::super::super::error::{SshFailed, ssh_not_started};
use super::locked;
use crate::storage::target::SshHop;

/// Bytes of its messages that are kept.
const SAID: usize = 4096;
/// Words in its message before those of the host that could not connect to the server.
const NOT_OPENED: &str = "open failed: ";
/// Remedy for that.
const UNREACHED: &str = "start the server there, or correct its address";
/// Characters of a line that are shown.
const SHOWN: usize = 160;

/// Beginnings of the names of variables that other programs need not see, or may not, such as passwords.
const OWN_VARIABLES: [&str; 2] = ["LARDER_", "REDIS_URL"];

/// The names of such variables that are set.
pub(crate) fn own_variables() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let own = |start: &&str| name.as_encoded_bytes().starts_with(start.as_bytes());
        OWN_VARIABLES.iter().any(own)
    })
}

/// A running `ssh`, with the ends of its pipes.
pub(super) struct Process {
    stdin: ChildStdin,
    stdout: ChildStdout,
    handle: Handle,
    end: oneshot::Receiver<()>,
    destination: String,
}

/// The rest of it once its pipes are in use.
#[derive(Clone)]
pub(super) struct Handle {
    child: Arc<Mutex<Child>>,
    /// How it ended; `Some(None)`: without an error.
    failed: Arc<OnceLock<Option<SshFailed>>>,
    /// Whether its messages are shown at once: while it logs in, and the terminal is free.
    shows: Arc<AtomicBool>,
}

impl Handle {
    pub(super) fn runs(&self) -> bool {
        self.failed.get().is_none()
    }

    /// Ends it, if it is still running.
    pub(super) fn kill(&self) {
        let mut child = locked(&self.child);
        // The number cannot be another process's: it is reserved until this one has been waited for.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Process {
    /// Starts it. Where it `asks`, its messages are shown at once, too.
    pub(super) fn start(mut command: Command, hop: &SshHop, asks: bool) -> io::Result<Self> {
        for name in own_variables() {
            command.env_remove(name);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|why| {
            let why = ssh_not_started(command.get_program().as_ref(), &why);
            let (destination, remedy) = (hop.destination.clone(), Some(why.remedy().to_owned()));
            io::Error::other(SshFailed { destination, said: Some(why.problem), remedy })
        })?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(mut stderr)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let pid = Pid::from_child(&child);
        let child = Arc::new(Mutex::new(child));
        let shows = Arc::new(AtomicBool::new(asks));
        let handle = Handle { child, failed: Arc::default(), shows };
        let (ended, end) = oneshot::channel();
        let (waited, destination) = (handle.clone(), hop.destination.clone());
        thread::Builder::new().name("ssh".to_owned()).spawn(move || {
            let mut said = Vec::new();
            let mut buffer = [0; 1024];
            while let Ok(length @ 1..) = stderr.read(&mut buffer) {
                if waited.shows.load(Ordering::Relaxed) {
                    let _ = io::stderr().write_all(&buffer[..length]);
                }
                said.extend_from_slice(&buffer[..length]);
                said.drain(..said.len().saturating_sub(SAID));
            }
            // The wait is outside the lock, so that it can be killed.
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
            let well = locked(&waited.child).wait().is_ok_and(|status| status.success());
            let failed = (!well).then(|| {
                let remedy = server_refuses(&said).then(|| UNREACHED.to_owned());
                SshFailed { destination, said: last_line(&said), remedy }
            });
            let _ = waited.failed.set(failed);
            let _ = ended.send(());
        })?;
        Ok(Self { stdin, stdout, handle, end, destination: hop.destination.clone() })
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Stops showing its messages.
    pub(super) fn silence(&self) {
        self.handle.shows.store(false, Ordering::Relaxed);
    }

    /// Why it ended, if it has.
    pub(super) fn ended(&self) -> Option<SshFailed> {
        let failed = self.handle.failed.get()?.clone();
        let gone = || SshFailed {
            destination: self.destination.clone(),
            said: Some("it ended before it had logged in".to_owned()),
            remedy: None,
        };
        Some(failed.unwrap_or_else(gone))
    }

    /// Its two pipes. Needs tokio.
    pub(super) fn pipes(self) -> io::Result<(Carried, tokio::process::ChildStdin)> {
        let Self { stdin, stdout, handle, end, .. } = self;
        let stdin = tokio::process::ChildStdin::from_std(stdin)?;
        let stdout = tokio::process::ChildStdout::from_std(stdout)?;
        Ok((Carried { stdout, handle, end }, stdin))
    }
}

/// The data that it carries to larder. Their end is an error where `ssh` failed.
pub(super) struct Carried {
    stdout: tokio::process::ChildStdout,
    handle: Handle,
    end: oneshot::Receiver<()>,
}

impl AsyncRead for Carried {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stdout).poll_read(cx, buf);
        if !matches!(read, Poll::Ready(Ok(()))) || buf.filled().len() > before {
            return read;
        }
        // Its output has ended, so the process will end, too.
        if self.handle.runs() && Pin::new(&mut self.end).poll(cx).is_pending() {
            return Poll::Pending;
        }
        match self.handle.failed.get() {
            Some(Some(failed)) => Poll::Ready(Err(io::Error::other(failed.clone()))),
            _ => Poll::Ready(Ok(())),
        }
    }
}

/// Whether the login succeeded, and the host cannot reach the server.
fn server_refuses(said: &[u8]) -> bool {
    String::from_utf8_lossy(said).contains(NOT_OPENED)
}

/// The line that tells why it ended, safe to show: the last one, or the host's on the server.
fn last_line(said: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(said);
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    let refused = text.lines().rev().find_map(|line| Some(line.split_once(NOT_OPENED)?.1));
    let line = refused.unwrap_or(last.trim_start_matches("ssh: "));
    Some(line.chars().filter(|c| !c.is_control()).take(SHOWN).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_told_without_what_a_terminal_would_obey() {
        assert_eq!(last_line(b""), None);
        assert_eq!(last_line(b"\r\n \n"), None);
        let said = b"banner\r\nme@host: Permission denied \x1b[31m(publickey).\r\n\n";
        assert_eq!(last_line(said).unwrap(), "me@host: Permission denied [31m(publickey).");
        assert_eq!(last_line(b"ssh: no route\n").unwrap(), "no route");
        let said =
            b"channel 0: open failed: connect failed: refused\r\nstdio forwarding failed\r\n";
        assert_eq!(last_line(said).unwrap(), "connect failed: refused");
        assert_eq!(last_line(&[b'a'; 5000]).unwrap().len(), SHOWN);
    }
}
