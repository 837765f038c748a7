//! What a shell offers where somebody presses Tab: `larder __complete SHELL`, which the completion
//! scripts run.
//!
//! It reads what is typed from standard input, where no list of processes shows a password in it. It
//! changes nothing, asks for nothing, says nothing of what goes wrong and takes a second at most.

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

/// The word that stands in place of a command.
const HIDDEN: &str = "__complete";
/// How long it may take until it ends, come what may; so it cannot hang where a disk does.
const LONGEST: Duration = Duration::from_millis(950);
/// The most that is taken of what is typed, in bytes.
const MOST_TYPED: u64 = 64 << 10;

/// The shells whose scripts ask larder itself.
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

/// Answers a shell, if it is one that has started larder; `None` for anybody else.
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
        // Whether the shell still reads matters to nobody.
        let _ = io::stdout().write_all(answer.as_bytes());
    }
    Some(ExitCode::SUCCESS)
}

/// `words` or `files` on the first line, then what is offered, one a line.
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
