//! Whether the terminal of another machine may draw pictures, kept from one run to the next.
//!
//! A picture takes some 100 kB, which is noticeable on a slow line; so the user agrees once for each machine.

use std::fs;
use std::path::PathBuf;

use crate::outfile;
use crate::storage::blocking;

/// Limit on the machines that are remembered: the oldest are dropped.
const MOST: usize = 200;

/// The machine that the user comes from, and whether he agreed.
#[derive(Debug, Default)]
pub(super) struct Consent {
    /// The other machine; none if the terminal is this one's.
    from: Option<String>,
    given: bool,
}

impl Consent {
    /// The consent as it was given in an earlier run.
    pub(super) fn of(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let from = from(env);
        let given = match &from {
            Some(from) => kept().lines().any(|line| line == from),
            None => true,
        };
        Self { from, given }
    }

    /// Whether the terminal is another machine's.
    pub(super) fn is_far(&self) -> bool {
        self.from.is_some()
    }

    /// Whether the terminal may draw.
    pub(super) fn is_given(&self) -> bool {
        self.given
    }

    /// Remembers the user's choice, beside the loop. For the terminal of this machine it holds for this run.
    pub(super) fn remember(&mut self, given: bool) {
        self.given = given;
        let (Some(from), Some(file)) = (self.from.clone(), file()) else { return };
        blocking::start(move || {
            let text = written(&kept(), &from, given);
            if let Err(why) = outfile::keep(&file, text.as_bytes()) {
                crate::logs::info!("{} cannot be written: {why}", file.display());
            }
        });
    }
}

/// The address of the user's machine, as `sshd` tells.
fn from(env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let connection = env("SSH_CONNECTION").or_else(|| env("SSH_CLIENT"));
    let address = connection.as_deref().and_then(|it| it.split_whitespace().next());
    address.map(str::to_owned).or_else(|| env("SSH_TTY").map(|_| "unknown".to_owned()))
}

fn file() -> Option<PathBuf> {
    Some(crate::config::state_folder()?.join("pictures-over-ssh"))
}

fn kept() -> String {
    file().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default()
}

/// The lines of the file: its machines, with or without this one.
fn written(before: &str, from: &str, given: bool) -> String {
    let mut lines: Vec<_> = before.lines().filter(|line| *line != from).collect();
    lines.extend(given.then_some(from));
    let skipped = lines.len().saturating_sub(MOST);
    let mut text = String::new();
    for line in &lines[skipped..] {
        text.extend([line, "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_told_by_their_addresses() {
        let of = |name: &'static str, value: &'static str| {
            from(&move |wanted: &str| (wanted == name).then(|| value.to_owned()))
        };
        assert_eq!(of("SSH_CONNECTION", "10.0.0.7 52 10.0.0.1 22").as_deref(), Some("10.0.0.7"));
        assert_eq!(of("SSH_CLIENT", "fe80::1 52 22").as_deref(), Some("fe80::1"));
        assert_eq!(of("SSH_TTY", "/dev/pts/1").as_deref(), Some("unknown"));
        assert_eq!(of("TERM", "xterm"), None);
    }

    #[test]
    fn what_was_said_is_kept_until_something_else_is() {
        let once = written("", "10.0.0.7", true);
        let twice = written(&once, "10.0.0.8", true);
        assert_eq!(twice, "10.0.0.7\n10.0.0.8\n");
        assert_eq!(written(&twice, "10.0.0.7", true), "10.0.0.8\n10.0.0.7\n");
        assert_eq!(written(&twice, "10.0.0.7", false), "10.0.0.8\n");
        let many = (0..300).map(|at| at.to_string()).collect::<Vec<_>>().join("\n");
        let kept = written(&many, "new", true);
        assert!(kept.lines().count() == MOST && kept.ends_with("299\nnew\n"));
    }
}
