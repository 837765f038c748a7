//! Private folders in the system's temporary folder, for files that live as long as larder.
//!
//! A killed larder leaves its folder behind. The next larder removes it, which is safe only because of the
//! lock in it: a file that a living process holds locked. A folder without such a file, of another user, or
//! with a lock that is held is left alone. Links are never followed.

mod marked;

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::process::geteuid;
use tempfile::TempDir;

pub(crate) use self::marked::Marked;
#[cfg(feature = "demo")]
pub(crate) use self::marked::identity;

const FOLDERS: Marked = Marked { prefix: "larder-tmp-", file: "lock", words: b"" };

/// A folder that only this user can enter; removed on drop, with all its files.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: TempDir,
    /// The lock, dropped last: only then may another larder take the folder for one that was left.
    _lock: File,
}

impl Scratch {
    /// Makes a folder.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn make() -> io::Result<Self> {
        Self::make_in(&std::env::temp_dir())
    }

    fn make_in(parent: &Path) -> io::Result<Self> {
        let (folder, lock) = FOLDERS.make(parent)?;
        Ok(Self { folder, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the folder before the drop, which the end of the process need not await.
    pub(crate) fn remove(&self) {
        let _ = fs::remove_dir_all(self.path());
    }
}

/// Removes the folders that killed larders of this user have left, after `ending` has ended any program that
/// is still at work in one; gives their number.
pub(crate) fn sweep(ending: impl Fn(&Path)) -> usize {
    sweep_in(&std::env::temp_dir(), ending)
}

fn sweep_in(parent: &Path, ending: impl Fn(&Path)) -> usize {
    FOLDERS.sweep(parent, geteuid().as_raw(), |folder| {
        ending(folder);
        fs::remove_dir_all(folder)
    })
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    /// Makes the folder that a killed larder leaves.
    fn killed(parent: &Path) -> std::path::PathBuf {
        let Scratch { folder, _lock } = Scratch::make_in(parent).unwrap();
        fs::write(folder.path().join("page.html"), "left").unwrap();
        folder.keep()
    }

    #[test]
    fn a_folder_goes_with_its_process_or_with_the_next_sweep() {
        let parent = tempfile::tempdir().unwrap();
        let mine = Scratch::make_in(parent.path()).unwrap();
        fs::create_dir(mine.path().join("1")).unwrap();
        assert_eq!(fs::metadata(mine.path()).unwrap().mode() & 0o777, 0o700);
        let left = killed(parent.path());
        assert_eq!(sweep_in(parent.path(), |_| {}), 1);
        assert!(!left.exists() && mine.path().exists());
        drop(mine);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_not_of_a_killed_larder_stays() {
        let parent = tempfile::tempdir().unwrap();
        let elsewhere = killed(tempfile::tempdir().unwrap().keep().as_path());
        std::os::unix::fs::symlink(&elsewhere, parent.path().join("larder-tmp-linked")).unwrap();
        fs::create_dir(parent.path().join("larder-tmp-nolock")).unwrap();
        fs::rename(killed(parent.path()), parent.path().join("larder-tmp-other-name")).unwrap();
        let open = parent.path().join("larder-tmp-opened");
        fs::rename(killed(parent.path()), &open).unwrap();
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        let link = parent.path().join("larder-tmp-lockln");
        fs::rename(killed(parent.path()), &link).unwrap();
        fs::remove_file(link.join(FOLDERS.file)).unwrap();
        std::os::unix::fs::symlink(elsewhere.join(FOLDERS.file), link.join(FOLDERS.file)).unwrap();
        assert_eq!(sweep_in(parent.path(), |_| {}), 0);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 5);
        fs::remove_dir_all(elsewhere.parent().unwrap()).unwrap();
    }
}
