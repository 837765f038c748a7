//! The directories of the storage and the files in them, by descriptors.
//!
//! Everything below the storage's directory is opened by a single name, relative to the directory
//! it is in, and never through a link: what a name or a link says cannot lead outside. What is not
//! a file or not a directory where one is expected is told apart before it is used, and opened so
//! that no pipe or device can hold the program up. All of this blocks.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use super::entries::each_entry;
use super::{os_error, ownership, temporary};
use crate::model::{Error, ErrorKind, Result, StoreName};

/// The directory of the stores' directories.
pub(super) const STORES: &str = "key_value_stores";

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// The storage's directory, as the user named it. It is opened anew by each call: it may be
/// removed and made again while larder runs.
#[derive(Debug, Clone)]
pub(super) struct Root {
    path: PathBuf,
}

/// An open directory: of the stores, or of one store.
#[derive(Debug)]
pub(super) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

/// Type, size, mode, owner and time of a file, from `stat`.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileStat {
    /// Whether it is a file, and neither a directory, nor a link, nor anything else.
    pub(super) is_file: bool,
    /// Whether it is a directory.
    pub(super) is_folder: bool,
    /// Its size in bytes.
    pub(super) size: u64,
    /// Its permissions.
    pub(super) mode: Mode,
    /// Its owner and its group.
    pub(super) owner: (Uid, Gid),
    /// When its content last changed, in microseconds since 1970-01-01 UTC.
    pub(super) modified: i64,
}

impl Root {
    /// The storage's directory, which must be there.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let absolute = std::path::absolute(path).map_err(|why| {
            Error::new(ErrorKind::Usage, format!("{} is no path: {why}", path.display()))
        })?;
        let root = Self { path: absolute };
        let folder = root.folder().map_err(|why| root.unusable(why))?;
        folder.each_name(|_, _| {})?;
        Ok(root)
    }

    /// The absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn folder(&self) -> std::result::Result<Folder, Errno> {
        // The user named it, so it may be reached through links.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = fs::open(&self.path, flags, Mode::empty())?;
        Ok(Folder { fd, path: self.path.clone() })
    }

    fn unusable(&self, why: Errno) -> Error {
        let path = self.path.display();
        match why {
            Errno::NOENT => {
                Error::new(ErrorKind::NotFound, format!("there is no directory {path}"))
                    .hint("name a directory that Crawlee stores in, such as ./storage, or make it")
            }
            Errno::NOTDIR => Error::new(ErrorKind::Usage, format!("{path} is not a directory"))
                .hint("name the directory that Crawlee stores in, such as ./storage"),
            _ => os_error::reading(&self.path, why),
        }
    }

    /// The storage's directory itself.
    ///
    /// # Errors
    /// As [`Root::check`].
    pub(super) fn own_folder(&self) -> Result<Folder> {
        self.folder().map_err(|why| self.unusable(why))
    }

    /// The directory of the stores; `None` if it is not there (yet).
    pub(super) fn stores(&self) -> Result<Option<Folder>> {
        self.subfolder(STORES)
    }

    /// A directory in the storage's own; `None` if it is not there (yet).
    pub(super) fn subfolder(&self, name: &str) -> Result<Option<Folder>> {
        match self.folder() {
            Ok(folder) => folder.folder(name.as_bytes()),
            Err(Errno::NOENT) => Ok(None),
            Err(why) => Err(self.unusable(why)),
        }
    }

    /// Whether the storage's directory is there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it is not.
    pub(super) fn check(&self) -> Result<()> {
        self.own_folder().map(|_| ())
    }

    /// The directory of the stores, which is made if it is not there; with `durable` so that it
    /// would survive a power cut; says whether it was made.
    pub(super) fn make_stores(&self, durable: bool) -> Result<(Folder, bool)> {
        let folder = self.own_folder()?;
        let (stores, made) = folder.make_folder(STORES.as_bytes())?;
        if durable {
            // Also if another has made it just now, and has not come to this yet.
            temporary::sync(&folder)?;
        }
        Ok((stores, made))
    }

    /// Removes the directory of the stores again, if nothing is in it.
    pub(super) fn remove_stores_if_empty(&self) {
        if let Ok(folder) = self.folder() {
            folder.remove_if_empty(STORES.as_bytes());
        }
    }

    /// One store's directory; `None` if it is not there.
    pub(super) fn store(&self, store: &StoreName) -> Result<Option<Folder>> {
        match self.stores()? {
            Some(stores) if is_name(store.as_bytes()) => stores.folder(store.as_bytes()),
            _ => Ok(None),
        }
    }

    /// One store's directory, which must be there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it is not.
    pub(super) fn existing(&self, store: &StoreName) -> Result<Folder> {
        self.store(store)?.ok_or_else(|| Error::no_store(store))
    }

    /// The absolute path of a store's directory.
    pub(super) fn store_path(&self, store: &StoreName) -> PathBuf {
        self.path.join(STORES).join(std::ffi::OsStr::from_bytes(store.as_bytes()))
    }
}

/// The store in this directory went while it was written to.
pub(super) fn no_folder_left(folder: &Folder) -> Error {
    let name = folder.path.file_name().unwrap_or_default();
    Error::no_store(&StoreName::from(name.as_bytes()))
}

/// Whether this can be the name of one entry of a directory.
pub(super) fn is_name(name: &[u8]) -> bool {
    !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/') && !name.contains(&0)
}

impl Folder {
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
            let problem = format!("{} is a link, which larder does not follow", path.display());
            return Error::new(ErrorKind::Damaged, problem)
                .hint("put the directory itself in its place");
        }
        Error::new(ErrorKind::Damaged, format!("{} is not a directory", path.display()))
            .hint("move it away")
    }

    /// Opens a directory in this one, and makes it if it is not there; says whether it made it.
    pub(super) fn make_folder(&self, name: &[u8]) -> Result<(Folder, bool)> {
        // Another may remove it right after it was made: that is not tried for ever.
        let mut made = false;
        for _ in 0..10 {
            if let Some(folder) = self.folder(name)? {
                if made {
                    ownership::inherit_from_parent(self, &folder);
                }
                return Ok((folder, made));
            }
            match fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o777)) {
                Ok(()) => made = true,
                Err(Errno::EXIST) => made = false,
                Err(why) => return Err(os_error::writing(&self.path_of(name), why)),
            }
        }
        Err(os_error::writing(&self.path_of(name), Errno::NOENT))
    }

    /// Whether another descriptor is of this directory too.
    pub(super) fn is_same(&self, other: &Folder) -> bool {
        match (fs::fstat(&self.fd), fs::fstat(&other.fd)) {
            (Ok(own), Ok(other)) => own.st_dev == other.st_dev && own.st_ino == other.st_ino,
            _ => false,
        }
    }

    /// Removes a directory in this one, if nothing is in it.
    pub(super) fn remove_if_empty(&self, name: &[u8]) {
        // One that stays does no harm.
        let _ = fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR);
    }

    /// Gives every entry's name and type to `each`, in the order in which the system has them.
    pub(super) fn each_name(&self, mut each: impl FnMut(&[u8], FileType)) -> Result<()> {
        self.names_while(|name, kind| {
            each(name, kind);
            true
        })
    }

    /// As [`Folder::each_name`], until `each` says that it is enough.
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
            // Removed since it was opened.
            Errno::NOENT => Ok(()),
            why => Err(os_error::reading(&self.path, why)),
        })
    }

    /// What is known of an entry without opening it; `None` if it is not there.
    pub(super) fn stat(&self, name: &[u8]) -> Result<Option<FileStat>> {
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileStat::from(&stat))),
            Err(Errno::NOENT | Errno::NAMETOOLONG) => Ok(None),
            Err(why) => Err(os_error::reading(&self.path_of(name), why)),
        }
    }

    /// What is known of this directory.
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
