//! The signals that end or stop a terminal program.

use std::io;

use futures::FutureExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit code of a program that Ctrl-C ended.
pub(super) const INTERRUPTED: u8 = 130;

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// End, with this exit code (128 and the signal's number, as shells have it).
    End(u8),
    /// Stop, as Ctrl-Z does.
    Stop,
}

/// The signals, as a stream of wishes.
pub(super) struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    stop: Signal,
}

impl Signals {
    /// Takes the signals over from the operating system's defaults.
    pub(super) fn take() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?,
        })
    }

    /// The next wish.
    pub(super) async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::End(143),
            _ = self.hang_up.recv() => Wish::End(129),
            _ = self.interrupt.recv() => Wish::End(INTERRUPTED),
            _ = self.stop.recv() => Wish::Stop,
        }
    }

    /// Forgets what was meant for a program that had the terminal meanwhile: Ctrl-C in an editor
    /// goes to everyone in the foreground.
    pub(super) fn forget_interrupts(&mut self) {
        while self.interrupt.recv().now_or_never().is_some() {}
        while self.stop.recv().now_or_never().is_some() {}
    }
}
