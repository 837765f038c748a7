//! Owner and mode of new files and folders: those of what is there, even where larder runs as root in another
//! user's storage.

use std::os::fd::AsFd;

use rustix::fs::{self, Mode};
use rustix::io::Errno;

use super::folder::{FileStat, Folder};
use super::os_error;
use crate::model::Result;

/// Mode of the files of Crawlee for Python.
const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

/// Gives a new file the owner and the permissions of the file that it replaces or is placed next to; without
/// one, the owner of its folder. If that fails, the file is good all the same.
pub(super) fn copy(
    file: impl AsFd,
    folder: &Folder,
    like: Option<FileStat>,
    takes_its_place: bool,
) {
    let of_folder = folder.own_stat().ok().map(|stat| stat.owner);
    let owner = like.filter(|_| takes_its_place).map(|stat| stat.owner).or(of_folder);
    if let Some((user, group)) = owner {
        let _ = fs::fchown(&file, Some(user), Some(group));
    }
    let _ = fs::fchmod(&file, like.map_or(OWNER_ONLY, |stat| stat.mode));
}

impl Folder {
    /// Opens a directory in this one, and makes it if it is not there; returns whether it made it.
    pub(super) fn make_folder(&self, name: &[u8]) -> Result<(Folder, bool)> {
        // Another process may remove it right after it was made, so the tries are limited.
        let mut made = false;
        for _ in 0..10 {
            if let Some(folder) = self.folder(name)? {
                if made {
                    inherit_from_parent(self, &folder);
                }
                return Ok((folder, made));
            }
            match fs::mkdirat(self, name, Mode::from_raw_mode(0o777)) {
                Ok(()) => made = true,
                Err(Errno::EXIST) => made = false,
                Err(why) => return Err(os_error::writing(&self.path_of(name), why)),
            }
        }
        Err(os_error::writing(&self.path_of(name), Errno::NOENT))
    }
}

/// Gives a new folder its parent's owner and permissions, where the parent is another user's.
fn inherit_from_parent(parent: &Folder, new: &Folder) {
    let (Ok(above), Ok(own)) = (parent.own_stat(), new.own_stat()) else { return };
    if above.owner.0 == own.owner.0 {
        return;
    }
    let given = fs::fchown(new, Some(above.owner.0), Some(above.owner.1));
    // Bits that the system itself hands down stay.
    let inherited = fs::fstat(new).map_or(0, |stat| stat.st_mode & 0o7000);
    let mode = Mode::from_raw_mode(above.mode.as_raw_mode() | inherited);
    if given != Err(Errno::PERM) {
        let _ = fs::fchmod(new, mode);
    }
}

/// Gives a new folder the owner and the permissions of the one that it replaces.
pub(super) fn copy_folder(new: &Folder, old: &Folder) {
    let Ok(stat) = old.own_stat() else { return };
    let _ = fs::fchown(new, Some(stat.owner.0), Some(stat.owner.1));
    let special = fs::fstat(old).map_or(0, |stat| stat.st_mode & 0o7000);
    let _ = fs::fchmod(new, Mode::from_raw_mode(stat.mode.as_raw_mode() | special));
}
