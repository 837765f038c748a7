//! Files: saving a value, and handing one to the user's own editor.

use std::cell::Cell;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

use crate::app::{NotEdited, SaveError};
use crate::drafts::{
    Drafts, forget_rescued, forget_swapped, is_open, let_go, read_left, take_rescued,
};
use crate::edit::draft::Draft;
use crate::model::in_words;
use crate::outfile;

/// Time under which an editor that changed nothing may have gone on in a window of its own.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Time under which an editor may have started a program of its own, in a window of its own.
const SOON: Duration = Duration::from_secs(10);

/// Limit on the time that an editor may take to end when its terminal is gone.
const EDITOR_EXIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The path with `~/` at its start replaced by the home directory, as in a shell.
pub(super) fn at_home(path: &Path) -> PathBuf {
    let dirs = directories::BaseDirs::new();
    crate::config::expand_home(path, dirs.as_ref().map(directories::BaseDirs::home_dir))
}

/// Writes a file whole or not at all, as `larder get -o` does; gives the number of bytes.
///
/// # Errors
/// [`SaveError::Exists`] unless it may be replaced; the operating system's reason otherwise.
pub(super) fn save(path: &Path, bytes: &[u8], overwrite: bool) -> Result<usize, SaveError> {
    // The error leaves out the name of the temporary file, which means nothing to the user.
    let failed = |error: io::Error| SaveError::Failed(io::Error::from(error.kind()).to_string());
    if path.is_dir() {
        return Err(SaveError::Failed("a folder: name a file in it".to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        let why = format!("there is no folder {}; make it first", folder.display());
        return Err(SaveError::Failed(why));
    }
    // Writing to a pipe that nobody reads would hold up the end of larder.
    if path.metadata().is_ok_and(|known| !known.is_file()) {
        return Err(SaveError::Failed("it is no regular file; name another one".to_owned()));
    }
    match outfile::write(path, bytes, !overwrite) {
        Ok(()) => Ok(bytes.len()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(SaveError::Exists),
        Err(error) => Err(failed(error)),
    }
}

/// The file that the user's own editor has.
pub(super) struct HandedOut {
    path: PathBuf,
    /// The temporary file, where there is no state folder; it is removed when larder ends.
    temporary: Option<tempfile::TempPath>,
    /// Whether the editor goes on without larder, and may still write the file.
    held: Cell<bool>,
    /// Whether the editor returned so soon that it may go on in a window of its own.
    soon: Cell<bool>,
}

impl HandedOut {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the file: its content, `left` if the editor has changed it, is kept or stored, or cannot be
    /// read and stays under another name. If the terminal is gone, a file that is still being written stays:
    /// the next larder takes it into the draft.
    pub(super) fn remove(
        self,
        gone: bool,
        draft: Option<&Draft>,
        left: Option<&Bytes>,
        drafts: Option<&Drafts>,
    ) {
        if gone && (self.held.get() || is_open(&self.path)) {
            return self.stay();
        }
        let drafts = drafts.filter(|_| self.temporary.is_none());
        let _ = match (drafts, draft) {
            (Some(drafts), Some(draft)) => drafts.returned(
                &self.path,
                draft,
                left.unwrap_or(&draft.text.bytes()),
                self.soon.get(),
            ),
            _ => let_go(&self.path).map(drop),
        };
    }

    /// Leaves the file where it is.
    pub(super) fn stay(self) {
        let _ = self.temporary.map(tempfile::TempPath::keep);
    }
}

/// The file of an editor that has ended, or has no terminal any more.
pub(super) struct HandedBack {
    pub(super) file: HandedOut,
    /// Whether the terminal is gone.
    pub(super) gone: bool,
    /// The draft that names the file.
    pub(super) draft: Option<Box<Draft>>,
    /// The text that was left, if it is another one.
    pub(super) left: Option<Bytes>,
}

impl HandedBack {
    /// Whether the editor may go on without larder, and save more.
    pub(super) fn goes_on(&self) -> bool {
        self.file.soon.get() || self.file.held.get()
    }

    /// Removes the file, whose text is kept or stored.
    pub(super) fn remove(self, drafts: Option<&Drafts>) {
        self.file.remove(self.gone, self.draft.as_deref(), self.left.as_ref(), drafts);
    }

    /// Leaves the file where it is; gives its path.
    pub(super) fn stay(self) -> PathBuf {
        let path = self.file.path.clone();
        self.file.stay();
        path
    }
}

/// Makes a private file that holds `text`. It lies next to its draft, which is kept first, so that what the
/// editor leaves in it outlives larder; else it is a temporary one.
///
/// # Errors
/// The system's error.
pub(super) fn hand_out(
    text: &[u8],
    suffix: &str,
    draft: Option<&Draft>,
    drafts: Option<&Drafts>,
) -> io::Result<HandedOut> {
    if let (Some(drafts), Some(draft)) = (drafts, draft)
        && drafts.keep(draft).is_ok()
        && let Ok(path) = drafts.hand_out(&draft.head.id(), suffix, text)
    {
        return Ok(HandedOut {
            path,
            temporary: None,
            held: Cell::default(),
            soon: Cell::default(),
        });
    }
    let mut file = tempfile::Builder::new().prefix("larder-").suffix(suffix).tempfile()?;
    file.write_all(text).and_then(|()| file.flush())?;
    let path = file.into_temp_path();
    Ok(HandedOut {
        path: path.to_path_buf(),
        temporary: Some(path),
        held: Cell::default(),
        soon: Cell::default(),
    })
}

/// Lets `$VISUAL`, else `$EDITOR`, else `vi` edit a file that holds `text`; gives the text that it left. The
/// terminal must have been given back before. Once `gone` ends, the terminal is gone: the editor is told so,
/// as the system would do it, and is not waited for much longer.
///
/// # Errors
/// The editor could not be started or failed, or the file could not be read back. The text that it left is
/// given even then.
pub(super) async fn edit(
    text: &[u8],
    file: &io::Result<HandedOut>,
    gone: impl Future<Output = ()>,
) -> Result<Bytes, NotEdited> {
    let nothing = |why| NotEdited { why, left: None };
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let file = match file {
        Ok(file) => file,
        Err(error) => {
            let why = in_words(error);
            return Err(nothing(format!("no temporary file for the editor: {why}")));
        }
    };
    let read = || read_left(file.path(), u64::MAX - 1).map(Bytes::from);
    let left = || read().ok().filter(|left| left != text);
    // The variable may hold arguments, so a shell splits it, as for other programs. A shell that its terminal's
    // end ends would not wait for what the editor still writes then.
    let mut command = tokio::process::Command::new("sh");
    command.arg("-c").arg(format!("trap : HUP\n{editor} \"$1\"")).arg("sh").arg(file.path());
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    for name in crate::config::environment::SECRETS {
        command.env_remove(name);
    }
    let failed = |error: io::Error| NotEdited {
        why: format!("{editor}: {}", in_words(&error)),
        left: left(),
    };
    let begun = Instant::now();
    let mut child = command.spawn().map_err(failed)?;
    let ended = tokio::select! {
        ended = child.wait() => Some(ended),
        () = gone => None,
    };
    file.soon.set(begun.elapsed() < SOON);
    let status = if let Some(ended) = ended {
        ended.map_err(failed)?
    } else {
        let goes_on = || {
            file.held.set(true);
            let why = format!("{editor} had no terminal; its file may change");
            NotEdited { why, left: left() }
        };
        hang_up(&mut child).await.ok_or_else(goes_on)?
    };
    // An editor that was ended, by its terminal's end too, may have put its text in a file of its own.
    if status.success() {
        forget_rescued(file.path());
    } else if let Err(why) = take_rescued(file.path()) {
        log::warn!("what {editor} had not written cannot be taken in: {why}");
    }
    // The exit codes of a shell for a command that it does not find, or that is no program.
    if matches!(status.code(), Some(126 | 127)) {
        let why = format!("no editor `{editor}`; set $VISUAL or $EDITOR");
        return Err(NotEdited { why, left: left() });
    }
    // Many editors replace the file, so it is read by its name.
    let read = read();
    let failed = (!status.success()).then(|| format!("{editor} failed ({status})"));
    match (read, failed) {
        (Ok(left), None) if left == text && begun.elapsed() < AT_ONCE => {
            let why = "nothing was changed; let the editor wait (`code --wait`)";
            Err(nothing(why.to_owned()))
        }
        (Ok(left), None) => {
            if left != text {
                forget_swapped(file.path());
            }
            Ok(left)
        }
        (Ok(left), Some(failed)) => {
            let left = Some(left).filter(|left| left != text);
            let so = match &left {
                Some(_) => "what it left is here, not saved",
                None => "nothing was changed",
            };
            Err(NotEdited { why: format!("{failed}; {so}"), left })
        }
        (Err(error), failed) => {
            let failed = failed.map_or(String::new(), |failed| format!("{failed}; "));
            let kept = let_go(file.path()).ok().flatten();
            let stays =
                kept.map_or(String::new(), |kept| format!("; it stays in {}", kept.display()));
            let why = in_words(&error);
            Err(nothing(format!("{failed}what {editor} left cannot be read: {why}{stays}")))
        }
    }
}

/// Ends an editor whose terminal is gone, by its shell and, on Linux, by its own process; none if it stays.
async fn hang_up(editor: &mut Child) -> Option<ExitStatus> {
    let shell = editor.id();
    let own = shell.map(|id| std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")));
    let own = own.and_then(Result::ok).unwrap_or_default();
    let own = own.split_whitespace().filter_map(|id| id.parse().ok());
    for id in own.chain(shell.map(u32::cast_signed)).filter_map(Pid::from_raw) {
        // The editor may have ended by itself.
        let _ = kill_process(id, Signal::HUP);
    }
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
    fn a_file_that_its_editor_may_still_write_stays() {
        let folder = tempfile::tempdir().unwrap();
        for gone in [true, false] {
            let path = folder.path().join("text");
            std::fs::write(&path, b"so far").unwrap();
            HandedOut {
                path: path.clone(),
                temporary: None,
                held: Cell::new(true),
                soon: Cell::default(),
            }
            .remove(gone, None, None, None);
            assert_eq!(path.exists(), gone);
        }
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
