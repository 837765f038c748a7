//! Folders with a locked file in them, by which the next process recognises those that a killed one has left.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};
use tempfile::TempDir;

/// Number of random letters and digits in a folder's name.
const RANDOM: usize = 6;

/// A kind of such folders.
pub(crate) struct Marked {
    /// The beginning of their names.
    pub(crate) prefix: &'static str,
    /// The name of the locked file.
    pub(crate) file: &'static str,
    /// The content of the locked file.
    pub(crate) words: &'static [u8],
}

impl Marked {
    /// Makes a folder that only this user can enter, and its mark, which stays locked until it is dropped.
    ///
    /// # Errors
    /// The system's error; then nothing is left.
    pub(crate) fn make(&self, parent: &Path) -> io::Result<(TempDir, File)> {
        let folder = tempfile::Builder::new()
            .prefix(self.prefix)
            .rand_bytes(RANDOM)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        let mark = self.mark(folder.path())?;
        Ok((folder, mark))
    }

    /// Marks a folder.
    pub(crate) fn mark(&self, folder: &Path) -> io::Result<File> {
        // The mark gets its name only once it is locked: nobody sees it unlocked while this process runs.
        let early = folder.join(format!("{}.new", self.file));
        let mut mark = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&early)?;
        flock(&mark, FlockOperation::NonBlockingLockExclusive)?;
        mark.write_all(self.words)?;
        fs::rename(early, folder.join(self.file))?;
        Ok(mark)
    }

    /// Removes with `remove` the folders in `parent` that killed processes of the owner have left; gives
    /// their number.
    pub(crate) fn sweep(
        &self,
        parent: &Path,
        owner: u32,
        remove: impl Fn(&Path) -> io::Result<()>,
    ) -> usize {
        let Ok(entries) = fs::read_dir(parent) else { return 0 };
        let mut removed = 0;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(self.prefix)) else {
                continue;
            };
            if rest.len() != RANDOM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                continue;
            }
            let path = entry.path();
            match self.left_behind(&path, owner) {
                // The lock is held until the folder is gone, so that two sweeps do not meet.
                Ok(Some(_lock)) => match remove(&path) {
                    Ok(()) => removed += 1,
                    Err(why) => crate::logs::warn!("{} stays: {why}", path.display()),
                },
                Ok(None) => {}
                Err(why) => crate::logs::debug!("{} is left alone: {why}", path.display()),
            }
        }
        removed
    }

    /// The lock of a folder that a process of the owner made and no process holds any more.
    fn left_behind(&self, folder: &Path, owner: u32) -> io::Result<Option<File>> {
        let meta = fs::symlink_metadata(folder)?;
        if !meta.is_dir() || meta.uid() != owner || meta.mode() & 0o077 != 0 {
            return Ok(None);
        }
        // A link, or a pipe without a writer, must not block this.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut mark = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(folder.join(self.file))?;
        let meta = mark.metadata()?;
        if !meta.is_file() || meta.uid() != owner || meta.len() != self.words.len() as u64 {
            return Ok(None);
        }
        let mut words = Vec::new();
        mark.read_to_end(&mut words)?;
        let free = flock(&mark, FlockOperation::NonBlockingLockExclusive).is_ok();
        // The process that held the lock may have removed the folder just before releasing it.
        let there = fs::symlink_metadata(folder.join(self.file));
        let same = there.is_ok_and(|there| identity(&there) == identity(&meta));
        Ok((free && same && words == self.words).then_some(mark))
    }
}

/// The identity of a file, whatever stands at its path by now.
pub(crate) fn identity(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}
