//! The words that a shell offers when the user presses Tab: `larder __complete SHELL`, which the completion
//! scripts run.
//!
//! It reads the typed line from standard input, so that no list of processes shows a password in it. It
//! changes nothing, asks for nothing, reports no errors and takes a second at most.

mod line;
mod live;
mod place;
mod quote;

use std::ffi::OsStr;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use self::place::Offer;
use crate::text::visible;

/// The word that stands in place of a command's name.
const HIDDEN: &str = "__complete";
/// Time after which it ends in any case, so that it cannot hang where a disk does.
const LONGEST: Duration = Duration::from_millis(950);
/// Limit on the typed line, in bytes.
const MOST_TYPED: u64 = 64 << 10;

/// The shells whose completion scripts ask larder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Bash,
    Zsh,
    Fish,
}

impl Asking {
    fn named(name: &OsStr) -> Option<Self> {
        match name.to_str()? {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            _ => None,
        }
    }
}

/// Answers a shell that has started larder for completion; `None` for any other start.
pub fn complete() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != HIDDEN {
        return None;
    }
    thread::spawn(|| {
        thread::sleep(LONGEST);
        std::process::exit(0);
    });
    let shell = arguments.next().and_then(|name| Asking::named(&name));
    if let Some(answer) = shell.and_then(answer) {
        // It does not matter whether the shell still reads.
        let _ = io::stdout().write_all(answer.as_bytes());
    }
    Some(ExitCode::SUCCESS)
}

/// The answer: `words` or `files` on the first line, then the offered words, one a line.
fn answer(shell: Asking) -> Option<String> {
    let mut typed = Vec::new();
    io::stdin().lock().take(MOST_TYPED).read_to_end(&mut typed).ok()?;
    let typed = String::from_utf8(typed).ok()?;
    let mut words: Vec<&str> = typed.strip_suffix('\0')?.split('\0').collect();
    let last = words.pop()?;
    let (words, current, bash) = match shell {
        Asking::Bash => {
            let line = line::read(words.first()?)?;
            let quoted = quote::Bash::new(&line, last)?;
            (line.words, line.current, Some(quoted))
        }
        Asking::Zsh | Asking::Fish => {
            (words.into_iter().map(str::to_owned).collect(), last.to_owned(), None)
        }
    };
    let offered = match place::offer(words.get(1..)?, &current)? {
        Offer::Files => return Some("files\n".to_owned()),
        Offer::Words(offered) => offered,
    };
    let mut answer = String::from("words\n");
    for (word, about) in offered {
        if !word.starts_with(&current) || !quote::is_harmless(&word) {
            continue;
        }
        if let Some(bash) = &bash {
            let Some(quoted) = bash.quoted(&word) else { continue };
            answer.push_str(&quoted);
        } else {
            answer.push_str(&word);
            answer.push('\t');
            answer.push_str(&visible(&about));
        }
        answer.push('\n');
    }
    Some(answer)
}
