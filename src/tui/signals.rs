//! The signals that end, stop or wake a terminal program.
//!
//! Every signal that asks larder to end is handled like a quit: the writes under way are waited for, and the
//! terminal is given back. The other ends (a crash, SIGABRT, SIGKILL) leave larder no step of its own, and
//! are handled by the parent: see [`supervise`](super::supervise).

use std::io;
use std::task::Poll;

use futures::FutureExt as _;
use signal_hook::consts::{SIGCONT, SIGTSTP};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit codes of a program that was ended by Ctrl-C, and by Ctrl-\.
const INTERRUPTED: u8 = 130;
const QUIT: u8 = 131;

/// Action that a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignalAction {
    /// End, with this exit code (128 and the signal's number, as in shells).
    End(u8),
    /// Stop, as Ctrl-Z does.
    Stop,
    /// Take the terminal again: larder was stopped and goes on.
    Continue,
    /// Take the terminal's new size.
    Resize,
}

impl SignalAction {
    /// Whether a key asks for it: while another program has the terminal, it was meant for that.
    pub(super) fn is_typed(self) -> bool {
        matches!(self, Self::End(INTERRUPTED | QUIT))
    }
}

/// The signals, as a stream of actions.
pub(super) struct Signals(Vec<(Signal, SignalAction)>);

impl Signals {
    /// Takes the signals over from the operating system's defaults.
    pub(super) fn take() -> io::Result<Self> {
        let actions = [
            (SignalKind::terminate(), SignalAction::End(143)),
            (SignalKind::hangup(), SignalAction::End(129)),
            (SignalKind::interrupt(), SignalAction::End(INTERRUPTED)),
            (SignalKind::quit(), SignalAction::End(QUIT)),
            (SignalKind::user_defined1(), SignalAction::End(138)),
            (SignalKind::user_defined2(), SignalAction::End(140)),
            (SignalKind::alarm(), SignalAction::End(142)),
            (SignalKind::from_raw(SIGTSTP), SignalAction::Stop),
            (SignalKind::from_raw(SIGCONT), SignalAction::Continue),
            (SignalKind::window_change(), SignalAction::Resize),
        ];
        let taken = actions.into_iter().map(|(kind, action)| Ok((signal(kind)?, action)));
        Ok(Self(taken.collect::<io::Result<_>>()?))
    }

    /// The next action; if several signals wait, the first one of the list.
    pub(super) async fn next(&mut self) -> SignalAction {
        std::future::poll_fn(|context| {
            for (signal, action) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(*action);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Forgets signals that were meant for a program that had the terminal meanwhile: Ctrl-C in an editor
    /// goes to all processes in the foreground.
    pub(super) fn forget_typed(&mut self) {
        for (signal, action) in &mut self.0 {
            if action.is_typed() || *action == SignalAction::Stop {
                while signal.recv().now_or_never().is_some() {}
            }
        }
    }
}
