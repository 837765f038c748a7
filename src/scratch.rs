//! Private folders in the system's temporary one, for what lives as long as larder.
//!
//! Whoever is killed leaves his behind. The next larder removes it, which is safe only because of the
//! lock in it: a file that a living process holds locked. What has no such file, is another user's
//! or is still locked is left alone. Links are never followed.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::process::geteuid;
use tempfile::TempDir;

/// How the folders begin; six letters or digits follow.
const PREFIX: &str = "larder-tmp-";
const RANDOM: usize = 6;

/// The file that is locked.
const LOCK: &str = "lock";

/// A folder that only this user can enter; removed on drop, with all that is in it.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: TempDir,
    /// Dropped last: only then may another larder take the folder for a left one.
    _lock: File,
}

impl Scratch {
    /// Makes one.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn make() -> io::Result<Self> {
        Self::make_in(&std::env::temp_dir())
    }

    fn make_in(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(RANDOM)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        // The file has its name only once it is locked: no one sees it free while this process runs.
        let early = folder.path().join("lock.new");
        let lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&early)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        fs::rename(early, folder.path().join(LOCK))?;
        Ok(Self { folder, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes it before it is dropped, which an end of the process need not await.
    pub(crate) fn remove(&self) {
        let _ = fs::remove_dir_all(self.path());
    }
}

/// Removes the folders that killed larders of this user have left, after `ending` what may still be at
/// work in one; gives how many.
pub(crate) fn sweep(ending: impl Fn(&Path)) -> usize {
    sweep_in(&std::env::temp_dir(), ending)
}

fn sweep_in(parent: &Path, ending: impl Fn(&Path)) -> usize {
    let Ok(entries) = fs::read_dir(parent) else { return 0 };
    let mut removed = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        if rest.len() != RANDOM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            continue;
        }
        let path = entry.path();
        match left_behind(&path) {
            // The lock is held until it is gone, so that two sweepers do not meet.
            Ok(Some(_lock)) => {
                ending(&path);
                match fs::remove_dir_all(&path) {
                    Ok(()) => removed += 1,
                    Err(why) => log::warn!("{} stays: {why}", path.display()),
                }
            }
            Ok(None) => {}
            Err(why) => log::debug!("{} is left alone: {why}", path.display()),
        }
    }
    removed
}

/// The lock of a folder that a larder of this user made and that none holds any more.
fn left_behind(folder: &Path) -> io::Result<Option<File>> {
    let is_own = |meta: &Metadata| meta.uid() == geteuid().as_raw();
    let meta = fs::symlink_metadata(folder)?;
    if !meta.is_dir() || !is_own(&meta) || meta.mode() & 0o077 != 0 {
        return Ok(None);
    }
    // Neither a link nor a pipe without a writer may hold this up.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let lock = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(folder.join(LOCK))?;
    let meta = lock.metadata()?;
    let free = flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok();
    // Whoever held the lock may have removed the folder just before it was free.
    let there = fs::symlink_metadata(folder.join(LOCK));
    let same = there.is_ok_and(|there| (there.dev(), there.ino()) == (meta.dev(), meta.ino()));
    Ok((free && same && meta.is_file() && is_own(&meta)).then_some(lock))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a killed larder leaves.
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
        fs::remove_file(link.join(LOCK)).unwrap();
        std::os::unix::fs::symlink(elsewhere.join(LOCK), link.join(LOCK)).unwrap();
        assert_eq!(sweep_in(parent.path(), |_| {}), 0);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 5);
        fs::remove_dir_all(elsewhere.parent().unwrap()).unwrap();
    }
}
