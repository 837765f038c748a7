//! Files: saving a value, and handing one to the user's own editor.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

use crate::app::{NotEdited, SaveError};
use crate::outfile;

/// How long an editor may take to end when its terminal is gone.
const EDITOR_EXIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The path with `~/` at its start as the home directory, as in a shell.
pub(super) fn at_home(path: &Path) -> PathBuf {
    let dirs = directories::BaseDirs::new();
    crate::config::expand_home(path, dirs.as_ref().map(directories::BaseDirs::home_dir))
}

/// Writes a file whole or not at all, as `larder get -o` does; gives the number of bytes.
///
/// # Errors
/// [`SaveError::Exists`] unless it may be replaced; the operating system's reason otherwise.
pub(super) fn save(path: &Path, bytes: &[u8], overwrite: bool) -> Result<usize, SaveError> {
    // Without the name of the temporary file, which says nothing to anybody.
    let failed = |error: io::Error| SaveError::Failed(io::Error::from(error.kind()).to_string());
    if path.is_dir() {
        return Err(SaveError::Failed("it is a folder; name a file in it".to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        let why = format!("there is no folder {}; make it first", folder.display());
        return Err(SaveError::Failed(why));
    }
    // A pipe that nobody reads would hold up the end of larder.
    if path.metadata().is_ok_and(|known| !known.is_file()) {
        return Err(SaveError::Failed("it is no regular file; name another one".to_owned()));
    }
    match outfile::write(path, bytes, !overwrite) {
        Ok(()) => Ok(bytes.len()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(SaveError::Exists),
        Err(error) => Err(failed(error)),
    }
}

/// Lets `$VISUAL`, else `$EDITOR`, else `vi` edit a private file that holds `text`; gives what it
/// left. The terminal must have been given back before. Once `gone` ends, the terminal is gone: the
/// editor is told so, as the system would, and is not waited for much longer.
///
/// # Errors
/// The editor could not be started or failed, or the file could not be read back.
pub(super) async fn edit(
    text: &[u8],
    suffix: &str,
    gone: impl Future<Output = ()>,
) -> Result<Bytes, NotEdited> {
    let nothing = |why| NotEdited { why, left: None };
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let unusable = |error: io::Error| nothing(format!("no temporary file for the editor: {error}"));
    let mut file =
        tempfile::Builder::new().prefix("larder-").suffix(suffix).tempfile().map_err(unusable)?;
    file.write_all(text).and_then(|()| file.flush()).map_err(unusable)?;
    // The variable may hold arguments, so a shell takes it apart, as it does for other programs.
    let mut command = tokio::process::Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file.path());
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    for name in crate::config::environment::SECRETS {
        command.env_remove(name);
    }
    let failed = |error: io::Error| nothing(format!("{editor}: {error}"));
    let mut child = command.spawn().map_err(failed)?;
    let ended = tokio::select! {
        ended = child.wait() => Some(ended),
        () = gone => None,
    };
    let status = match ended {
        Some(ended) => ended.map_err(failed)?,
        None => {
            hang_up(&mut child).await.ok_or_else(|| nothing(format!("{editor} had no terminal")))?
        }
    };
    // What a shell says of a command that it does not find, or that is no program.
    if matches!(status.code(), Some(126 | 127)) {
        let why = format!("there is no editor `{editor}`; set $VISUAL or $EDITOR to yours");
        return Err(nothing(why));
    }
    // Many editors replace the file, so it is read by its name.
    let left = std::fs::read(file.path()).map(Bytes::from);
    if !status.success() {
        let left = left.ok().filter(|left| left != text);
        let so = match &left {
            Some(_) => "what it left is here, and is not saved",
            None => "nothing was changed",
        };
        return Err(NotEdited { why: format!("{editor} failed ({status}); {so}"), left });
    }
    left.map_err(|error| nothing(format!("what {editor} left cannot be read: {error}")))
}

/// Ends an editor whose terminal is gone; none if it stays.
async fn hang_up(editor: &mut Child) -> Option<ExitStatus> {
    let id = editor.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    // It may have ended by itself.
    let _ = id.map(|id| kill_process(id, Signal::HUP));
    tokio::time::timeout(EDITOR_EXIT_TIMEOUT, editor.wait()).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_replaced_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("value");
        assert_eq!(save(&path, b"one", false), Ok(3));
        assert_eq!(save(&path, b"two", false), Err(SaveError::Exists));
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(save(&path, b"three", true), Ok(5));
        assert_eq!(std::fs::read(&path).unwrap(), b"three");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_pipe_that_nobody_reads_holds_nothing_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        for overwrite in [false, true] {
            assert!(matches!(save(&path, b"one", overwrite), Err(SaveError::Failed(_))));
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/value");
        assert!(matches!(save(&path, b"one", false), Err(SaveError::Failed(_))));
    }
}
