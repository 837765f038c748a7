//! The directories of the storage and the files in them, by descriptors.
//!
//! Everything below the storage's directory is opened by a single name, relative to the directory it is in,
//! and never through a link: no name and no link can lead outside. Anything else in place of a file or a
//! directory is recognized before it is used, and opened so that no pipe or device can block the program. All
//! of this blocks.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use super::entries::each_entry;
use super::os_error;
use crate::model::{Error, ErrorKind, Result, StoreName};

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// Largest metadata, in bytes; of a larger file only the beginning is read and shown.
const LONGEST_METADATA: u64 = 1 << 20;

/// An open directory: of the stores, or of one store.
#[derive(Debug)]
pub(super) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

/// Type, size, mode, owner and time of a file, from `stat`.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileStat {
    /// Whether it is a regular file.
    pub(super) is_file: bool,
    /// Whether it is a directory.
    pub(super) is_folder: bool,
    /// Size in bytes.
    pub(super) size: u64,
    /// Permissions.
    pub(super) mode: Mode,
    /// Owner and group.
    pub(super) owner: (Uid, Gid),
    /// Time of the last change of its contents, in microseconds since 1970-01-01 UTC.
    pub(super) modified: i64,
}

/// An error that says that the store in this directory was removed while it was written to.
pub(super) fn no_folder_left(folder: &Folder) -> Error {
    let name = folder.path.file_name().unwrap_or_default();
    Error::no_store(&StoreName::from(name.as_bytes()))
}

/// Whether this can be the name of one entry in a directory.
pub(super) fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') && !name.contains(&0)
}

impl Folder {
    /// Opens a directory by its absolute path, also through links.
    pub(super) fn through_links(path: &Path) -> std::result::Result<Self, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = fs::open(path, flags, Mode::empty())?;
        Ok(Self { fd, path: path.to_owned() })
    }

    /// The absolute path, for messages and URLs only.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The absolute path of an entry, for messages and URLs only.
    pub(super) fn path_of(&self, name: &[u8]) -> PathBuf {
        self.path.join(std::ffi::OsStr::from_bytes(name))
    }

    /// Opens a directory in this one; `None` if it is not there.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if it is a link or no directory.
    pub(super) fn folder(&self, name: &[u8]) -> Result<Option<Folder>> {
        match fs::openat(&self.fd, name, DIRECTORY, Mode::empty()) {
            Ok(fd) => Ok(Some(Folder { fd, path: self.path_of(name) })),
            Err(Errno::NOENT | Errno::NAMETOOLONG) => Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => Err(self.no_folder(name)),
            Err(why) => Err(os_error::reading(&self.path_of(name), why)),
        }
    }

    fn no_folder(&self, name: &[u8]) -> Error {
        let stat = fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW);
        let is_link = stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_symlink());
        let path = self.path_of(name);
        if is_link {
            let problem = format!("{} is a link: larder follows none", path.display());
            return Error::new(ErrorKind::Damaged, problem)
                .hint("put the directory itself in its place");
        }
        Error::new(ErrorKind::Damaged, format!("{} is not a directory", path.display()))
            .hint("move it away")
    }

    /// Whether another descriptor is of the same directory.
    pub(super) fn is_same(&self, other: &Folder) -> bool {
        match (fs::fstat(&self.fd), fs::fstat(&other.fd)) {
            (Ok(own), Ok(other)) => own.st_dev == other.st_dev && own.st_ino == other.st_ino,
            _ => false,
        }
    }

    /// Removes a directory in this one, if it is empty.
    pub(super) fn remove_if_empty(&self, name: &[u8]) {
        // A directory that stays does no harm.
        let _ = fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR);
    }

    /// Passes every entry's name and type to `each`, in the order of the system.
    pub(super) fn each_name(&self, mut each: impl FnMut(&[u8], FileType)) -> Result<()> {
        self.names_while(|name, kind| {
            each(name, kind);
            true
        })
    }

    /// As [`Folder::each_name`], until `each` returns false.
    pub(super) fn names_while(&self, mut each: impl FnMut(&[u8], FileType) -> bool) -> Result<()> {
        each_entry(&self.fd, |name, kind| {
            if !is_name(name) {
                return true;
            }
            match kind {
                FileType::Unknown => match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => each(name, FileType::from_raw_mode(stat.st_mode)),
                    Err(_) => true,
                },
                known => each(name, known),
            }
        })
        .or_else(|why| match why {
            // The directory was removed since it was opened.
            Errno::NOENT => Ok(()),
            why => Err(os_error::reading(&self.path, why)),
        })
    }

    /// The facts about an entry without opening it; `None` if it is not there.
    pub(super) fn stat(&self, name: &[u8]) -> Result<Option<FileStat>> {
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileStat::from(&stat))),
            Err(Errno::NOENT | Errno::NAMETOOLONG) => Ok(None),
            Err(why) => Err(os_error::reading(&self.path_of(name), why)),
        }
    }

    /// The facts about this directory.
    pub(super) fn own_stat(&self) -> Result<FileStat> {
        match fs::fstat(&self.fd) {
            Ok(stat) => Ok(FileStat::from(&stat)),
            Err(why) => Err(os_error::reading(&self.path, why)),
        }
    }

    /// Opens a file for reading; `None` if it is not there, or is not a file.
    pub(super) fn file(&self, name: &[u8]) -> std::result::Result<Option<(File, FileStat)>, Errno> {
        let fd = match fs::openat(&self.fd, name, FILE, Mode::empty()) {
            Ok(fd) => fd,
            Err(
                Errno::NOENT
                | Errno::LOOP
                | Errno::MLINK
                | Errno::NXIO
                | Errno::NODEV
                | Errno::NAMETOOLONG,
            ) => return Ok(None),
            Err(why) => return Err(why),
        };
        let stat = FileStat::from(&fs::fstat(&fd)?);
        Ok(stat.is_file.then(|| (File::from(fd), stat)))
    }
}

/// Reads a metadata file, and returns whether it is complete; `None` if it is not there.
pub(super) fn read_text(
    folder: &Folder,
    name: &[u8],
) -> std::result::Result<Option<(Vec<u8>, bool)>, Errno> {
    let Some((file, stat)) = folder.file(name)? else { return Ok(None) };
    // One byte more than its size, so that one read finds its end.
    let room = usize::try_from(stat.size.min(LONGEST_METADATA)).unwrap_or_default() + 1;
    let mut text = Vec::with_capacity(room);
    let read = file.take(LONGEST_METADATA + 1).read_to_end(&mut text);
    read.map_err(|why| Errno::from_io_error(&why).unwrap_or(Errno::IO))?;
    let whole = text.len() as u64 <= LONGEST_METADATA;
    Ok(Some((text, whole)))
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl From<&fs::Stat> for FileStat {
    fn from(stat: &fs::Stat) -> Self {
        let kind = FileType::from_raw_mode(stat.st_mode);
        let nanos = i64::try_from(stat.st_mtime_nsec).unwrap_or_default();
        Self {
            is_file: kind.is_file(),
            is_folder: kind.is_dir(),
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            mode: Mode::from_raw_mode(stat.st_mode & 0o777),
            owner: (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid)),
            modified: stat.st_mtime.saturating_mul(1_000_000).saturating_add(nanos / 1000),
        }
    }
}
