//! Writes to the terminal on a thread of its own: a terminal that takes no bytes (a stalled line, Ctrl-S)
//! holds up nothing but its own screen.
//!
//! Bytes that are handed over are written in one call. The loop draws only while nothing waits here, so that
//! the next frame shows the newest state, however long the last one took.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdout;
use tokio::sync::Notify;

/// Limit on the bytes that wait for a terminal that takes none. No frames are made then; this bounds what the
/// user copies meanwhile.
const ROOM: usize = 1 << 20;

/// The writer of the one terminal; static, as the panic hook must reach it.
pub(super) static WRITER: Writer = Writer::new();

/// The bytes to write, and the thread that writes them.
pub(super) struct Writer {
    state: Mutex<State>,
    changed: Condvar,
    quiet: Notify,
}

struct State {
    /// Whether larder has the screen. Bytes that are sent while it has not are dropped: the rest of a frame
    /// must not land in the shell or in an editor.
    open: bool,
    waiting: Vec<u8>,
    /// Whether a write is under way.
    writing: bool,
    /// The error after which the terminal takes nothing more.
    failed: Option<Errno>,
    started: bool,
}

impl Writer {
    const fn new() -> Self {
        Self {
            state: Mutex::new(State {
                open: false,
                waiting: Vec::new(),
                writing: false,
                failed: None,
                started: false,
            }),
            changed: Condvar::new(),
            quiet: Notify::const_new(),
        }
    }

    /// Starts the thread, once.
    ///
    /// # Errors
    /// If the system gives none.
    pub(super) fn start(&'static self) -> io::Result<()> {
        let mut state = self.state();
        if !state.started {
            let thread = std::thread::Builder::new().name("larder-screen".to_owned());
            thread.stack_size(64 * 1024).spawn(|| self.run())?;
            state.started = true;
        }
        Ok(())
    }

    /// Takes note that larder has the screen from now on.
    pub(super) fn open(&self) {
        self.state().open = true;
    }

    /// Takes note that larder no longer has the screen; `last` is written last. Tells whether larder had it.
    pub(super) fn close(&self, last: &[u8]) -> bool {
        let mut state = self.state();
        let was = std::mem::replace(&mut state.open, false);
        if was && state.failed.is_none() {
            state.waiting.extend_from_slice(last);
        }
        drop(state);
        self.changed.notify_all();
        was
    }

    /// Hands bytes over, behind those that wait; does not wait itself.
    ///
    /// # Errors
    /// If the terminal is gone, or a megabyte waits that it has not taken.
    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        if bytes.is_empty() || !state.open {
            return Ok(());
        }
        if let Some(why) = state.failed {
            return Err(why.into());
        }
        if state.waiting.len() + bytes.len() > ROOM {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        state.waiting.extend_from_slice(bytes);
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Whether all is written, or never will be.
    pub(super) fn is_quiet(&self) -> bool {
        self.state().is_quiet()
    }

    /// Waits until all is written.
    pub(super) async fn quiet(&self) {
        loop {
            let notified = self.quiet.notified();
            if self.is_quiet() {
                return;
            }
            notified.await;
        }
    }

    /// Waits until all is written, or until the timeout; tells whether all is.
    pub(super) fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut state = self.state();
        while !state.is_quiet() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn run(&self) {
        let mut state = self.state();
        loop {
            while state.waiting.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let bytes = std::mem::take(&mut state.waiting);
            state.writing = true;
            drop(state);
            let written = write(&bytes);
            state = self.state();
            state.writing = false;
            if let Err(why) = written {
                state.failed = Some(why);
                state.waiting.clear();
            }
            if state.is_quiet() {
                self.changed.notify_all();
                self.quiet.notify_waiters();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_quiet(&self) -> bool {
        !self.writing && self.waiting.is_empty()
    }
}

/// Writes all bytes, in one call unless a signal or the terminal interrupts it.
fn write(mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::io::write(stdout(), bytes) {
            Ok(0) => return Err(Errno::IO),
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            // Another program that shares the terminal has made it non-blocking.
            Err(Errno::AGAIN) => {
                takes_bytes(None);
            }
            Err(why) => return Err(why),
        }
    }
    Ok(())
}

/// Whether the terminal takes bytes, now or within this time.
pub(in crate::tui) fn takes_bytes(timeout: Option<Duration>) -> bool {
    let timeout = timeout.map(|timeout| Timespec {
        tv_sec: timeout.as_secs().cast_signed(),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    let output = stdout();
    let mut asked = [PollFd::new(&output, PollFlags::OUT)];
    poll(&mut asked, timeout.as_ref()).is_ok_and(|ready| ready > 0)
}
