//! Files that are written whole under a name of their own and then put in their place, so that at
//! any time either the old content is there or the new. All of this blocks.

use std::fs::File;
use std::io::Write as _;

use rustix::fs::{self, AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::fault;
use super::folder::{Facts, Folder, no_folder_left};
use super::names;
use crate::storage::{Error, ErrorKind, Result};

/// A written file that is not yet in its place; removed if it never gets there.
pub(super) struct Temporary<'a> {
    folder: &'a Folder,
    name: Vec<u8>,
    placed: bool,
}

impl<'a> Temporary<'a> {
    /// Writes a file; it gets owner and permissions of the one whose place it is to take. A new
    /// one can be read by its owner only, as Crawlee's.
    pub(super) fn write(
        folder: &'a Folder,
        content: &[u8],
        like: Option<Facts>,
        durable: bool,
    ) -> Result<Self> {
        let failed = |why: std::io::Error| {
            fault::writing(folder.path(), Errno::from_io_error(&why).unwrap_or(Errno::IO))
        };
        let (temporary, mut file) = Self::create(folder)?;
        file.write_all(content).map_err(failed)?;
        if let Some(like) = like {
            // Where these cannot be kept, the content still can.
            let _ = fs::fchown(&file, Some(like.owner.0), Some(like.owner.1));
            let _ = fs::fchmod(&file, like.mode);
        }
        if durable {
            file.sync_all().map_err(failed)?;
        }
        Ok(temporary)
    }

    fn create(folder: &'a Folder) -> Result<(Self, File)> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let mut random = [0; 8];
            getrandom::fill(&mut random)
                .map_err(|why| Error::new(ErrorKind::Io, format!("no random numbers: {why}")))?;
            let random = u64::from_le_bytes(random);
            let name = [names::OWN, format!("{random:016x}.tmp").as_bytes()].concat();
            match fs::openat(folder, &*name, flags, Mode::RUSR | Mode::WUSR) {
                Ok(fd) => return Ok((Self { folder, name, placed: false }, File::from(fd))),
                Err(Errno::EXIST) => {}
                Err(Errno::NOENT) => return Err(no_folder_left(folder)),
                Err(why) => return Err(fault::writing(folder.path(), why)),
            }
        }
    }

    /// Puts the file in its place, whatever file is there.
    pub(super) fn replace(mut self, name: &[u8]) -> Result<()> {
        fs::renameat(self.folder, &*self.name, self.folder, name)
            .map_err(|why| fault::writing(&self.folder.path_of(name), why))?;
        self.placed = true;
        Ok(())
    }

    /// Puts the file in its place if there is nothing yet; says whether.
    pub(super) fn place(mut self, name: &[u8]) -> Result<bool> {
        match rename_new(self.folder, &self.name, name) {
            Ok(()) => self.placed = true,
            Err(Errno::EXIST) => return Ok(false),
            // File systems that cannot rename so can link.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                let folder = self.folder;
                match fs::linkat(folder, &*self.name, folder, name, AtFlags::empty()) {
                    Ok(()) => {}
                    Err(Errno::EXIST) => return Ok(false),
                    Err(why) => return Err(fault::writing(&folder.path_of(name), why)),
                }
            }
            Err(why) => return Err(fault::writing(&self.folder.path_of(name), why)),
        }
        Ok(true)
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_new(folder: &Folder, from: &[u8], to: &[u8]) -> std::result::Result<(), Errno> {
    fs::renameat_with(folder, from, folder, to, fs::RenameFlags::NOREPLACE)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_new(_: &Folder, _: &[u8], _: &[u8]) -> std::result::Result<(), Errno> {
    Err(Errno::NOSYS)
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.placed
            && let Err(why) = fs::unlinkat(self.folder, &*self.name, AtFlags::empty())
            && why != Errno::NOENT
        {
            let path = self.folder.path_of(&self.name);
            log::warn!("{} was left behind: {}", path.display(), fault::words(why));
        }
    }
}

/// Waits until what was renamed and removed in a directory would survive a power cut.
pub(super) fn sync(folder: &Folder) -> Result<()> {
    match fs::fsync(folder) {
        // Not every file system can do this to a directory.
        Ok(()) | Err(Errno::INVAL | Errno::NOTSUP | Errno::BADF) => Ok(()),
        Err(why) => Err(fault::writing(folder.path(), why)),
    }
}
