//! Writes a local file so that it is there whole or not at all; used by the browser and by commands.
//!
//! As with `cp`, a symbolic link is followed, and an existing file keeps its mode and its owner; a new one
//! gets the mode that the umask allows.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Limit on links that lead to each other, as in the system itself.
const LINKS: usize = 40;

/// A file that is being written.
pub(crate) enum Writing {
    /// To a temporary file next to the file that it will replace, which stays as it is until then.
    Temporary(NamedTempFile, PathBuf),
    /// To the file itself.
    Direct(File),
}

impl Writing {
    /// Begins to write the file at `path`: to a temporary file next to it, with the mode of the existing one.
    /// Anything but a regular file (a pipe, a device), or a file that another program has open
    /// (`/dev/stdout`), is written directly.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn begin(path: &Path) -> io::Result<Self> {
        let known = fs::metadata(path).ok();
        let target = led_to(path)?;
        let is_file = known.as_ref().is_none_or(Metadata::is_file);
        let Some(target) = target.filter(|_| is_file) else {
            return Ok(Self::Direct(OpenOptions::new().write(true).truncate(is_file).open(path)?));
        };
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        // 0o666 without the umask, as for any new file.
        let file = Builder::new()
            .prefix(".larder-")
            .suffix(".tmp")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        if let Some(known) = known {
            let own = file.as_file().metadata()?;
            if (own.uid(), own.gid()) != (known.uid(), known.gid()) {
                give(file.as_file(), &known);
            }
            file.as_file().set_permissions(Permissions::from_mode(known.mode() & 0o777))?;
        }
        Ok(Self::Temporary(file, target))
    }

    fn file(&mut self) -> &mut File {
        match self {
            Self::Temporary(file, _) => file.as_file_mut(),
            Self::Direct(file) => file,
        }
    }

    /// The file, for another process to write to.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn clone_file(&mut self) -> io::Result<File> {
        self.file().try_clone()
    }

    /// Waits until the bytes are on the disk; for a pipe or a device, there is nothing to wait for.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        let file = self.file();
        if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
    }

    /// Puts the file in its place. If it is to be `new`, nothing may be there.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn finish(self, new: bool) -> io::Result<()> {
        if let Self::Temporary(file, target) = self {
            if new {
                file.persist_noclobber(&target)?;
            } else {
                file.persist(&target)?;
            }
        }
        Ok(())
    }
}

impl io::Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

/// Writes `bytes` to `path`, whole or not at all, as far as [`Writing::begin`] can.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if it is to be `new` and something is there, even a link that leads
/// nowhere.
pub(crate) fn write(path: &Path, bytes: &[u8], new: bool) -> io::Result<()> {
    if new && path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut writing = Writing::begin(path)?;
    writing.write_all(bytes)?;
    writing.sync()?;
    writing.finish(new)
}

/// Writes one of larder's own files, and makes its folder first.
///
/// # Errors
/// The system's error.
pub(crate) fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    write(path, bytes, false)
}

/// Gives the file the owner and group of another, or else the group alone; what only root may give away stays
/// the user's, as with any program that replaces files.
fn give(file: &File, known: &Metadata) {
    if fchown(file, Some(known.uid()), Some(known.gid())).is_err() {
        let _ = fchown(file, None, Some(known.gid()));
    }
}

/// The end of the links that begin here, where nothing need exist. `None` for a file that a program has open,
/// to which its name may not lead.
fn led_to(path: &Path) -> io::Result<Option<PathBuf>> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if path.starts_with("/proc") {
            return Ok(None);
        }
        let Ok(next) = fs::read_link(&path) else { return Ok(Some(path)) };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(io::Error::other("too many links lead on to each other"))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::fd::AsRawFd as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_in_its_mode_and_a_link_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        // A mode with more rights than the umask allows, and modes with fewer.
        for wanted in [0o666, 0o640, 0o600] {
            fs::set_permissions(&file, Permissions::from_mode(wanted)).unwrap();
            write(&link, b"new", false).unwrap();
            assert_eq!(fs::read(&file).unwrap(), b"new");
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(mode(&file), wanted);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_that_is_written_over_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "old").unwrap();
        let mut writing = Writing::begin(&file).unwrap();
        writing.write_all(b"half").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"old");
        drop(writing);
        assert_eq!(fs::read(&file).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left of it");
    }

    #[test]
    fn a_pipe_and_what_is_open_are_written_to_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let open = OpenOptions::new().create(true).append(true).open(&file).unwrap();
        let number = open.as_raw_fd();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(format!("/proc/self/fd/{number}"), &link).unwrap();
        let before = fs::metadata(&file).unwrap().ino();
        write(&link, b"text", false).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"text");
        assert_eq!(fs::metadata(&file).unwrap().ino(), before, "it is the same file");
        drop(open);
        let (mut read, written) = io::pipe().unwrap();
        let number = written.as_raw_fd();
        write(Path::new(&format!("/proc/self/fd/{number}")), b"text", false).unwrap();
        drop(written);
        let mut text = String::new();
        read.read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
    }

    #[test]
    fn a_file_stays_whose_it_was() {
        const SOMEBODY: (u32, u32) = (65534, 65534);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let owner = |path: &Path| {
            let known = fs::metadata(path).unwrap();
            (known.uid(), known.gid())
        };
        fs::write(&file, "old").unwrap();
        let own = owner(&file);
        // Only root can give it to somebody else; for any other user the file stays theirs.
        let given = std::os::unix::fs::chown(&file, Some(SOMEBODY.0), Some(SOMEBODY.1)).is_ok();
        write(&file, b"new", false).unwrap();
        assert_eq!(owner(&file), if given { SOMEBODY } else { own });
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn a_new_file_has_the_mode_of_any_other_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("file"), folder.path().join("other"));
        write(&file, b"new", true).unwrap();
        fs::write(&other, "").unwrap();
        assert_eq!(mode(&file), mode(&other));
    }

    #[test]
    fn a_link_that_leads_nowhere_is_followed_to_where_it_leads() {
        let folder = tempfile::tempdir().unwrap();
        let (link, round) = (folder.path().join("link"), folder.path().join("round"));
        std::os::unix::fs::symlink(folder.path().join("later"), &link).unwrap();
        std::os::unix::fs::symlink("round", &round).unwrap();
        let unasked = write(&link, b"x", true).unwrap_err();
        assert_eq!(unasked.kind(), io::ErrorKind::AlreadyExists);
        write(&link, b"x", false).unwrap();
        assert_eq!(fs::read(folder.path().join("later")).unwrap(), b"x");
        assert!(write(&round, b"x", false).is_err());
    }

    #[test]
    fn what_is_there_stays_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write(&file, b"one", true).unwrap();
        let unasked = write(&file, b"two", true).unwrap_err();
        assert_eq!(unasked.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&file).unwrap(), b"one");
        write(&file, b"three", false).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"three");
    }

    #[test]
    fn a_folder_or_a_missing_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(folder.path(), b"x", false).is_err());
        assert!(write(&folder.path().join("no/file"), b"x", false).is_err());
        write(Path::new("/dev/null"), b"x", false).unwrap();
    }
}
