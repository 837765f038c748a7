//! Questions before an action that cannot be undone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::exit::Failure;
use crate::model::{Error, ErrorKind, StoreName};
use crate::text::{visible, visible_bytes};

/// Refuses to go on without a terminal to ask in, unless `--yes` is given.
pub(super) fn possible(yes: bool) -> Result<(), Failure> {
    if yes || (io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(());
    }
    let problem = "not confirmed: no terminal to ask on";
    Err(Error::new(ErrorKind::Conflict, problem).hint("add --yes if you mean it").into())
}

/// Asks whether to do what has been shown; anything but a yes is a No.
///
/// # Errors
/// [`ErrorKind::Conflict`] for a No.
pub(super) fn ask_plainly(question: &str) -> Result<(), Failure> {
    let mut stderr = io::stderr();
    // If the question cannot be shown, there will be no answer.
    let _ = write!(stderr, "{question} [y/N] ");
    let _ = stderr.flush();
    let mut line = String::new();
    let _ = io::stdin().lock().read_line(&mut line);
    if matches!(line.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Conflict, "not confirmed").hint("nothing was changed").into())
}

/// Asks a question about a store, which the user answers with its name; any other answer, also an empty line,
/// is a No.
///
/// # Errors
/// [`ErrorKind::Conflict`] for a No.
pub(super) fn ask(store: &StoreName, question: &str) -> Result<(), Failure> {
    let name = visible_bytes(store.as_bytes());
    let mut stderr = io::stderr();
    // If the question cannot be shown, there will be no answer.
    let _ = writeln!(stderr, "{}", visible(question));
    let _ = write!(stderr, "Type its name to confirm: ");
    let _ = stderr.flush();
    let mut line = Vec::new();
    let _ = io::stdin().lock().read_until(b'\n', &mut line);
    if line.ends_with(b"\n") {
        line.pop();
    }
    // A name that cannot be typed may be typed in the form that is shown.
    let typed = !line.is_empty() && (line == store.as_bytes() || line == name.as_bytes());
    if typed {
        return Ok(());
    }
    let done = "nothing was changed";
    let problem = match &*line {
        b"" | b"\r" => "nothing was typed".to_owned(),
        _ => format!("`{}` is not the store's name", visible(&String::from_utf8_lossy(&line))),
    };
    Err(Error::new(ErrorKind::Conflict, problem).hint(done).into())
}
