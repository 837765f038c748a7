//! Files that are written whole under a temporary name and then put in their place, so that at any time
//! either the old contents are there or the new. All of this blocks.

use std::fs::File;
use std::io::Write as _;

use rustix::fs::{self, AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::folder::{FileStat, Folder, no_folder_left};
use super::names::{self, TemporaryKind};
use super::os_error;
use super::ownership;
use super::rename::rename_new;
use super::sweep::make_way;
use crate::model::{Error, ErrorKind, Result};

/// A written file that is not yet renamed into place; removed on drop until then.
pub(super) struct TemporaryFile<'a> {
    folder: &'a Folder,
    name: Vec<u8>,
    /// Open, and locked, as long as its writer lives.
    file: File,
    placed: bool,
}

/// The file whose owner and mode a new one gets.
#[derive(Debug, Clone, Copy)]
pub(super) enum Like {
    /// The file that it replaces.
    Old(FileStat),
    /// A file next to it, whose permissions it gets; its owner is the folder's.
    Sibling(Option<FileStat>),
}

impl<'a> TemporaryFile<'a> {
    /// Writes a file with these rights. Without a file to copy them from, only its owner can read it, as with
    /// Crawlee's.
    pub(super) fn write(
        folder: &'a Folder,
        slot: TemporaryKind,
        content: &[u8],
        like: Like,
        durable: bool,
    ) -> Result<Self> {
        let failed = |why: std::io::Error| {
            os_error::writing(folder.path(), Errno::from_io_error(&why).unwrap_or(Errno::IO))
        };
        let temporary = Self::create(folder, slot)?;
        let mut file = &temporary.file;
        file.write_all(content).map_err(failed)?;
        match like {
            Like::Old(stat) => ownership::copy(file, folder, Some(stat), true),
            Like::Sibling(stat) => ownership::copy(file, folder, stat, false),
        }
        if durable {
            file.sync_all().map_err(failed)?;
        }
        Ok(temporary)
    }

    fn create(folder: &'a Folder, slot: TemporaryKind) -> Result<Self> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut name = slot.name();
        loop {
            match fs::openat(folder, &*name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(fd) => {
                    let file = File::from(fd);
                    // Where there are no locks, its age shows that its writer is gone.
                    let _ = fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
                    return Ok(Self { folder, name, file, placed: false });
                }
                Err(Errno::EXIST) if make_way(folder, &name) => {}
                Err(Errno::EXIST) => name = random_name()?,
                Err(Errno::NOENT) => return Err(no_folder_left(folder)),
                Err(why) => return Err(os_error::writing(folder.path(), why)),
            }
        }
    }

    /// Puts the file in its place, and replaces the file there.
    pub(super) fn replace(mut self, name: &[u8]) -> Result<()> {
        fs::renameat(self.folder, &*self.name, self.folder, name)
            .map_err(|why| os_error::writing(&self.folder.path_of(name), why))?;
        self.placed = true;
        Ok(())
    }

    /// Puts the file in its place if that is free; returns whether it was.
    pub(super) fn place_new(mut self, name: &[u8]) -> Result<bool> {
        match rename_new(self.folder, &self.name, self.folder, name) {
            Ok(()) => self.placed = true,
            Err(Errno::EXIST) => return Ok(false),
            Err(why) => return Err(os_error::writing(&self.folder.path_of(name), why)),
        }
        Ok(true)
    }
}

impl Drop for TemporaryFile<'_> {
    fn drop(&mut self) {
        if !self.placed
            && let Err(why) = fs::unlinkat(self.folder, &*self.name, AtFlags::empty())
            && why != Errno::NOENT
        {
            let path = self.folder.path_of(&self.name);
            crate::logs::warn!("{} was left behind: {}", path.display(), os_error::words(why));
        }
    }
}

/// A name for a file where another writer has the usual one, as happens without locks.
fn random_name() -> Result<Vec<u8>> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|why| Error::new(ErrorKind::Io, format!("no random numbers: {why}")))?;
    let random = u64::from_le_bytes(random);
    Ok([names::LARDER_PREFIX, format!("{random:016x}.tmp").as_bytes()].concat())
}

/// Waits until renames and removals in a directory would survive a power cut.
pub(super) fn sync(folder: &Folder) -> Result<()> {
    match fs::fsync(folder) {
        // Not every file system can sync a directory.
        Ok(()) | Err(Errno::INVAL | Errno::NOTSUP | Errno::BADF) => Ok(()),
        Err(why) => Err(os_error::writing(folder.path(), why)),
    }
}
