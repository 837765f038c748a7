//! Checks beside the steps of `doctor`: the certificate, each right, the clock, the terminal.

use std::io::{self, IsTerminal as _};

use futures::future::join_all;

use super::Report;
use crate::config::environment::variable;
use crate::model::{Certificate, Examined, Right, StoreInfo, Timestamp};
use crate::storage::Storage;
use crate::text;

const DAY: i64 = 86_400;
/// Difference up to which two clocks count as equal, in microseconds.
const ALIKE: i64 = 2_000_000;
/// Limit on the names of a certificate that are listed.
const NAMES: usize = 4;
/// Limit on the stores that are asked whether they expire.
const STORES: usize = 100;

/// Checks the names of the certificate, and how long it is valid.
pub(super) fn certificate(shown: &Certificate, report: &mut Report<'_>) -> io::Result<()> {
    let mut names = shown.names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more @ 1..) = shown.names.len().checked_sub(NAMES) {
        names = format!("{names} and {more} more");
    }
    let whom = if names.is_empty() { String::new() } else { format!(": for {names}") };
    let days = shown.until.map(|until| (until - Timestamp::now().micros() / 1_000_000) / DAY);
    let until = match days {
        Some(days @ 0..) => format!("; it holds {} more", text::plural(days.unsigned_abs(), "day")),
        _ => String::new(),
    };
    report.good("tls", &format!("on, verified{whom}{until}"))
}

/// Checks the user's rights, and the server's clock.
pub(super) fn examined(examined: &Examined, report: &mut Report<'_>) -> io::Result<()> {
    for right in &examined.rights {
        let Right { to, command, allowed } = right;
        match allowed {
            Some(true) => report.good("right", &format!("may {to}"))?,
            Some(false) => {
                report.note("right", &format!("may not {to}: {command} is refused"))?;
            }
            None => report.note("right", &format!("not known whether it may {to}"))?,
        }
    }
    let Some(ahead) = examined.clock_ahead else { return Ok(()) };
    let within = i64::try_from(examined.clock_within.as_micros()).unwrap_or(i64::MAX);
    if ahead.abs() <= ALIKE.saturating_add(within) {
        return report.good("clock", "the server's is as this machine's");
    }
    let apart = std::time::Duration::from_micros(ahead.unsigned_abs());
    let apart = text::span(apart);
    let way = if ahead > 0 { "ahead of" } else { "behind" };
    report.note("clock", &format!("{apart} {way} this machine's: ages are off"))
}

/// Checks for stores that the server will remove by itself, which Crawlee never asks for.
pub(super) async fn ends(
    storage: &dyn Storage,
    stores: &[StoreInfo],
    report: &mut Report<'_>,
) -> io::Result<()> {
    let looks = stores.iter().take(STORES).map(|info| storage.get_metadata(&info.store));
    let infos = join_all(looks).await.into_iter().flatten();
    let ending: Vec<_> = infos.filter_map(|info| Some((info.expires_at?, info.store))).collect();
    let Some((first, store)) = ending.iter().min() else { return Ok(()) };
    let stores = text::plural(ending.len() as u64, "store");
    let says = format!(
        "{stores} with a TTL: {store} goes, or a part of it, at {first}; PERSIST keeps its keys"
    );
    report.note("expiry", &says)
}

/// The facts about the terminal, in words.
pub(super) fn terminal() -> String {
    let mut known = vec![variable("TERM").unwrap_or_else(|| "TERM is not set".to_owned())];
    let size = crossterm::terminal::size().ok().filter(|_| io::stdout().is_terminal());
    known.push(size.map_or("no terminal here".to_owned(), |(w, h)| format!("{w}×{h}")));
    known.push(colours(variable("COLORTERM").as_deref(), &known[0]).to_owned());
    // The variables in the order in which the system's library looks at them.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    known.push(match locale {
        Some(name) if is_utf8(&name) => "UTF-8".to_owned(),
        Some(name) => format!("not UTF-8 ({name})"),
        None => "no locale is set".to_owned(),
    });
    for (name, words) in [
        ("TMUX", "within tmux"),
        ("STY", "within screen"),
        ("SSH_TTY", "over SSH"),
        ("NO_COLOR", "NO_COLOR is set"),
    ] {
        known.extend(variable(name).map(|_| words.to_owned()));
    }
    known.join(", ")
}

fn colours(kind: Option<&str>, term: &str) -> &'static str {
    match kind {
        Some("truecolor" | "24bit") => "16 million colours",
        _ if term.contains("256color") => "256 colours",
        _ => "16 colours",
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_charset_are_told_by_their_variables() {
        assert_eq!(colours(Some("truecolor"), "xterm"), "16 million colours");
        assert_eq!(colours(None, "tmux-256color"), "256 colours");
        assert_eq!(colours(None, "linux"), "16 colours");
        assert!(is_utf8("C.UTF-8") && is_utf8("de_DE.utf8") && !is_utf8("POSIX"));
    }
}
