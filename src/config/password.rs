//! `password_command`: runs a shell command and takes the first line of what it prints.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::storage::{Error, ErrorKind, Result};

/// How long the command may take; long enough for somebody to unlock a key ring.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Passwords are short; what is longer is a mistake, perhaps an endless one.
const LONGEST: u64 = 64 << 10;

/// Runs `command` through `sh` and returns the first line it prints, without the line's end.
///
/// It gets no standard input, which may hold a value to store; it can ask through `/dev/tty`, and
/// its messages go to standard error.
///
/// # Errors
/// [`ErrorKind::Auth`] if it cannot be run, fails, prints nothing or takes longer than `patience`.
pub(super) fn run(command: &str, patience: Duration) -> Result<String> {
    let deadline = Instant::now() + patience;
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| failed(format!("password_command cannot be run: {why}")))?;
    let line = first_line(&mut child, patience);
    let status = wait_until(&mut child, deadline);
    // Where it has not ended, nobody wants its answer any more.
    let _ = child.kill();
    let _ = child.wait();
    match (line, status) {
        (Some(line), Some(status)) if status.success() => {
            let line = line.map_err(|why| failed(format!("password_command: {why}")))?;
            if line.is_empty() {
                return Err(failed("password_command printed nothing"));
            }
            String::from_utf8(line).map_err(|_| failed("password_command printed no UTF-8 text"))
        }
        (_, Some(status)) if !status.success() => {
            Err(failed(format!("password_command failed ({status})")))
        }
        _ => Err(failed(format!("password_command took over {} s", patience.as_secs_f32()))),
    }
}

fn failed(problem: impl Into<String>) -> Error {
    Error::new(ErrorKind::Auth, problem).hint("run the command by hand to see what it says")
}

/// `None` if the line did not come in time. Reads to the end, so that the command never sees a
/// closed pipe; on a thread, because nothing but a closed pipe ends the reading.
fn first_line(child: &mut Child, patience: Duration) -> Option<io::Result<Vec<u8>>> {
    let output = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        let result = output.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        if line.ends_with(b"\n") {
            line.pop();
        }
        if line.ends_with(b"\r") {
            line.pop();
        }
        let _ = sender.send(result.map(|_| line));
        let _ = io::copy(&mut output, &mut io::sink());
    });
    receiver.recv_timeout(patience).ok()
}

fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_password() {
        let password = run("printf 'one two \\r\\nthree\\n'; seq 100000", PATIENCE);
        assert_eq!(password.unwrap(), "one two ");
        assert_eq!(run("printf bare", PATIENCE).unwrap(), "bare");
    }

    #[test]
    fn a_command_that_fails_or_says_nothing_is_an_error() {
        for command in ["echo half; exit 3", "true", "no-such-command-at-all 2>/dev/null"] {
            let why = run(command, PATIENCE).unwrap_err();
            assert_eq!(why.kind, ErrorKind::Auth, "{command}");
        }
    }

    #[test]
    fn a_command_that_does_not_end_is_given_up() {
        let why = run("exec sleep 600", Duration::from_millis(50)).unwrap_err();
        assert_eq!(why.problem, "password_command took over 0.05 s");
    }
}
