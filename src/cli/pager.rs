//! The user's own pager, for a value that is longer than the terminal.

use std::io::{self, IsTerminal as _, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::messages::say;
use crate::config::environment::{LARDER_PAGER, PAGER, SECRETS};
use crate::text::cells;

/// The pager if no variable names one; `-R` leaves colours as they are, `-F` ends at once if everything fits,
/// and `-X` leaves it on the screen.
const USUAL: &str = "less";
const OPTIONS: &str = "FRX";

/// Exit codes of a shell that cannot run a program, or does not find it.
const NOT_RUN: [i32; 2] = [126, 127];
/// Limit on the bytes that are kept until it is known that the pager runs: the most that a pipe takes.
const KEPT: usize = 1 << 20;

/// A pager that is being fed.
#[derive(Debug)]
pub(super) struct Pager {
    child: Child,
    /// The pager's input; none once everything was written.
    feed: Option<ChildStdin>,
    /// The bytes that it was fed, up to [`KEPT`].
    fed: Vec<u8>,
    /// The variable that names the pager, and its value; `None` for the usual one.
    named: Option<(&'static str, String)>,
    /// Whether the pager does not run, so that output goes to standard output.
    instead: bool,
}

impl Pager {
    /// Starts the pager; `None` if there is none, or if the user wants none.
    pub(super) fn start() -> Option<Self> {
        let set = |name| Some((name, std::env::var(name).ok()?.trim().to_owned()));
        let named = [LARDER_PAGER, PAGER].into_iter().find_map(set);
        let mut command = match &named {
            Some((_, words)) if matches!(words.as_str(), "" | "cat") => return None,
            Some((_, words)) => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(words);
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
        Some(Self { child, feed, fed: Vec::new(), named, instead: false })
    }

    /// Waits until the user leaves the pager.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        self.ended()?;
        if let (true, Some((variable, words))) = (self.instead, &self.named) {
            say(&format!("{variable} `{words}` cannot be run: no pager"));
        }
        Ok(())
    }

    /// Waits for the pager's end; if it never ran, prints the bytes that it was fed.
    fn ended(&mut self) -> io::Result<()> {
        drop(self.feed.take());
        let status = self.child.wait()?;
        let ran = !status.code().is_some_and(|code| NOT_RUN.contains(&code));
        if !ran && !self.instead && self.named.is_some() && self.fed.len() < KEPT {
            self.instead = true;
            let mut stdout = io::stdout();
            stdout.write_all(&self.fed)?;
            stdout.flush()?;
        }
        Ok(())
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        let written = match &mut self.feed {
            Some(feed) => feed.write(bytes),
            None => Err(closed),
        };
        match written {
            Ok(length) => {
                let room = KEPT - self.fed.len();
                self.fed.extend_from_slice(&bytes[..length.min(room)]);
                Ok(length)
            }
            Err(why) if why.kind() == io::ErrorKind::BrokenPipe => {
                self.ended()?;
                if self.instead { io::stdout().write(bytes) } else { Err(why) }
            }
            Err(why) => Err(why),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.feed {
            Some(feed) => feed.flush(),
            None => io::stdout().flush(),
        }
    }
}

/// Whether these texts have more lines than the terminal.
pub(super) fn is_longer<'a>(lines: impl Iterator<Item = std::borrow::Cow<'a, str>>) -> bool {
    let Ok((width, height)) = crossterm::terminal::size() else { return false };
    if width == 0 || height == 0 || !io::stdin().is_terminal() {
        return false;
    }
    let mut rows = 0;
    for line in lines {
        rows += cells(&line).div_ceil(usize::from(width)).max(1);
        // One line is the prompt's.
        if rows >= usize::from(height) {
            return true;
        }
    }
    false
}
