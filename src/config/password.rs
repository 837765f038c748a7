//! `password_command`: runs a shell command and takes the first line of what it prints.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::model::{Error, ErrorKind, Result, in_words};

/// Limit on the time that the command may take; long enough for somebody to unlock a key ring.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Limit on a password, in bytes: longer output is a mistake, perhaps an endless one.
const LONGEST: u64 = 64 << 10;

/// Runs `command` through `sh` and gives the first line it prints, without the line's end.
///
/// It gets no standard input, which may hold a value to store; it can ask through `/dev/tty`, and its
/// messages go to standard error. While the terminal shows the browser it must be `quiet`: its messages are
/// dropped, and it is not in the terminal's foreground. Must not be called from asynchronous code, as it
/// waits.
///
/// # Errors
/// [`ErrorKind::Auth`] if it cannot be run, fails, prints nothing or takes longer than `timeout`.
pub(super) fn run(command: &str, timeout: Duration, quiet: bool) -> Result<String> {
    let cannot =
        |why: io::Error| failed(format!("password_command cannot be run: {}", in_words(&why)));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
    let (line, status) = runtime.block_on(async {
        let mut shell = Command::new("sh");
        if quiet {
            shell.stderr(Stdio::null()).process_group(0);
        }
        let mut child = shell
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(cannot)?;
        let answer = tokio::time::timeout(timeout, first_line(&mut child)).await;
        let late = |_| {
            let seconds = timeout.as_secs_f32();
            failed(format!("password_command took over {seconds} s"))
        };
        answer.map_err(late)?.map_err(cannot)
    })?;
    if !status.success() {
        return Err(failed(format!("password_command failed ({status})")));
    }
    if line.is_empty() {
        return Err(failed("password_command printed nothing"));
    }
    String::from_utf8(line).map_err(|_| failed("password_command printed no UTF-8 text"))
}

fn failed(problem: impl Into<String>) -> Error {
    Error::new(ErrorKind::Auth, problem).hint("run the command by hand")
}

/// The first line, and the command's exit status. Output after the line is read and dropped, so that the
/// command does not fail on a closed pipe.
async fn first_line(child: &mut Child) -> io::Result<(Vec<u8>, ExitStatus)> {
    let mut line = Vec::new();
    let Some(output) = child.stdout.take() else { return Ok((line, child.wait().await?)) };
    let mut output = BufReader::new(output);
    (&mut output).take(LONGEST).read_until(b'\n', &mut line).await?;
    if line.ends_with(b"\n") {
        line.pop();
    }
    if line.ends_with(b"\r") {
        line.pop();
    }
    let mut nowhere = tokio::io::sink();
    let rest = async {
        // It does not matter whether the rest can be read.
        let _ = tokio::io::copy(&mut output, &mut nowhere).await;
        std::future::pending::<ExitStatus>().await
    };
    let status = tokio::select! {
        status = child.wait() => status?,
        status = rest => status,
    };
    Ok((line, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_password() {
        let password = run("printf 'one two \\r\\nthree\\n'; seq 100000", PATIENCE, false);
        assert_eq!(password.unwrap(), "one two ");
        assert_eq!(run("printf bare", PATIENCE, false).unwrap(), "bare");
    }

    #[test]
    fn a_command_that_fails_or_says_nothing_is_an_error() {
        for command in ["echo half; exit 3", "true", "no-such-command-at-all 2>/dev/null"] {
            let why = run(command, PATIENCE, false).unwrap_err();
            assert_eq!(why.kind, ErrorKind::Auth, "{command}");
        }
    }

    #[test]
    fn a_command_that_does_not_end_is_given_up() {
        let why = run("exec sleep 600", Duration::from_millis(50), false).unwrap_err();
        assert_eq!(why.problem, "password_command took over 0.05 s");
    }
}
