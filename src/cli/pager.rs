//! The user's own pager, for a value that is longer than the terminal.

use std::io::{self, IsTerminal as _, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::config::environment::{LARDER_PAGER, PAGER, SECRETS};
use crate::text::cells;

/// What is run where no variable names one; `-R` leaves colours as they are, `-F` ends at once where all
/// fits, and `-X` leaves it on the screen.
const USUAL: &str = "less";
const OPTIONS: &str = "FRX";

/// A pager that is fed.
#[derive(Debug)]
pub(super) struct Pager {
    child: Child,
    /// None once all was written.
    feed: Option<ChildStdin>,
}

impl Pager {
    /// Starts it; none where there is none, or where the user wants none.
    pub(super) fn start() -> Option<Self> {
        let named = [LARDER_PAGER, PAGER].into_iter().find_map(|name| std::env::var(name).ok());
        let mut command = match named.as_deref().map(str::trim) {
            Some("" | "cat") => return None,
            Some(named) => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(named);
                command
            }
            None => Command::new(USUAL),
        };
        for secret in SECRETS {
            command.env_remove(secret);
        }
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", OPTIONS);
        }
        let mut child = command.stdin(Stdio::piped()).spawn().ok()?;
        let feed = child.stdin.take();
        Some(Self { child, feed })
    }

    /// Waits until the user has read enough.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        drop(self.feed.take());
        self.child.wait().map(drop)
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.feed {
            Some(feed) => feed.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.feed.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Whether lines of these texts are more than the terminal has.
pub(super) fn is_longer<'a>(lines: impl Iterator<Item = std::borrow::Cow<'a, str>>) -> bool {
    let Ok((width, height)) = crossterm::terminal::size() else { return false };
    if width == 0 || height == 0 || !io::stdin().is_terminal() {
        return false;
    }
    let mut rows = 0;
    for line in lines {
        rows += cells(&line).div_ceil(usize::from(width)).max(1);
        // One is the prompt's.
        if rows >= usize::from(height) {
            return true;
        }
    }
    false
}
