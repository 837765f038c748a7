//! A child that decodes a picture and is ended where nobody wants it any more: decoders of some kinds cannot be
//! stopped, and neither can a thread.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::preview::{decode_apart_by, decoded_apart};

/// The word that starts larder as such a child.
const WORD: &str = "decode-a-picture";

/// Limit on a child's memory, in bytes.
const MEMORY: u64 = 1 << 30;

/// Limit on a child's time, in seconds of processor time.
const SECONDS: u64 = 20;

/// Limit on the output, in bytes: more than the pixels that are kept.
const OUTPUT: u64 = 16 << 20;

/// Time between two questions whether a picture is still wanted.
const LOOK: Duration = Duration::from_millis(10);

/// Becomes such a child, if larder has started itself for that. `None` for any other start, which may start
/// children.
pub fn become_decoder() -> Option<ExitCode> {
    let mut words = env::args_os().skip(1);
    if words.next().is_none_or(|word| word != WORD) || words.next().is_some() {
        decode_apart_by(|given, wanted| run(start(), given, wanted));
        return None;
    }
    let limits = [(Resource::As, MEMORY), (Resource::Cpu, SECONDS)];
    for (resource, most) in limits {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
    let mut given = Vec::new();
    let done = io::stdin()
        .read_to_end(&mut given)
        .and_then(|_| io::stdout().write_all(&decoded_apart(&given)));
    Some(if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Starts a child.
fn start() -> io::Result<Child> {
    // The file may have been replaced since larder was started.
    #[cfg(target_os = "linux")]
    let program = "/proc/self/exe";
    #[cfg(not(target_os = "linux"))]
    let program = env::current_exe()?;
    let mut command = Command::new(program);
    command.arg(WORD).env_clear().stderr(Stdio::null());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
}

/// Gives a child its input and takes its output, unless it is no longer wanted. However that ends, the child
/// does too.
fn run(child: io::Result<Child>, given: &[&[u8]], wanted: &dyn Fn() -> bool) -> Option<Vec<u8>> {
    let mut child = child.ok()?;
    let (mut input, output) = (child.stdin.take()?, child.stdout.take()?);
    let caller = thread::current();
    let answer = thread::scope(|scope| {
        let talk = scope.spawn(move || {
            // A child that ends early takes less, and then says why.
            let _ = given.iter().try_for_each(|part| input.write_all(part));
            drop(input);
            let mut answer = Vec::new();
            let read = output.take(OUTPUT).read_to_end(&mut answer);
            caller.unpark();
            read.map(|_| answer).unwrap_or_default()
        });
        while !talk.is_finished() && wanted() {
            thread::park_timeout(LOOK);
        }
        let is_left = !talk.is_finished();
        let _ = child.kill();
        talk.join().ok().filter(|_| !is_left)
    });
    let _ = child.wait();
    answer
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn shell(script: &str) -> io::Result<Child> {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
    }

    #[test]
    fn a_child_gets_all_and_gives_all() {
        let long = vec![b'x'; 1 << 20];
        let answer =
            run(shell("wc -c; yes | head -c 300000"), &[b"head", &long], &|| true).unwrap();
        assert!(answer.starts_with(b"1048580\n") && answer.len() == 300_008);
        assert_eq!(run(shell("exit 3"), &[&long], &|| true), Some(Vec::new()));
        assert_eq!(run(Err(io::Error::other("none")), &[], &|| true), None);
    }

    #[test]
    fn a_child_that_is_no_longer_wanted_is_ended() {
        // Otherwise it never would be: it neither reads nor ends.
        let long = vec![b'x'; 1 << 20];
        for script in ["exec sleep 1000", "cat > /dev/null; exec sleep 1000"] {
            let asked = Cell::new(0);
            let wanted = || asked.replace(asked.get() + 1) < 3;
            assert_eq!(run(shell(script), &[&long], &wanted), None, "{script}");
        }
    }
}
