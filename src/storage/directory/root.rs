//! The storage's directory, and the directory of the stores in it. All of this blocks.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::folder::{Folder, is_name};
use super::{os_error, temporary};
use crate::model::{Error, ErrorKind, Result, StoreName, in_words};

/// The directory of the stores' directories.
pub(super) const STORES: &str = "key_value_stores";

/// The storage's directory, as the user named it. It is opened anew by each call, since it may be removed and
/// made again while larder runs.
#[derive(Debug, Clone)]
pub(super) struct Root {
    path: PathBuf,
}

impl Root {
    /// The storage's directory, which must exist.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let absolute = std::path::absolute(path).map_err(|why| {
            Error::new(
                ErrorKind::Usage,
                format!("{} is no path: {}", path.display(), in_words(&why)),
            )
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
        Folder::through_links(&self.path)
    }

    fn unusable(&self, why: Errno) -> Error {
        let path = self.path.display();
        match why {
            Errno::NOENT => {
                Error::new(ErrorKind::NotFound, format!("there is no directory {path}"))
                    .hint("make it, or name another, such as ./storage")
            }
            Errno::NOTDIR => Error::new(ErrorKind::Usage, format!("{path} is not a directory"))
                .hint("name Crawlee's storage directory, such as ./storage"),
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

    /// The directory of the stores, which is made if it is not there, with `durable` so that it would survive
    /// a power cut; returns whether it was made.
    pub(super) fn make_stores(&self, durable: bool) -> Result<(Folder, bool)> {
        let folder = self.own_folder()?;
        let (stores, made) = folder.make_folder(STORES.as_bytes())?;
        if durable {
            // Synced even if another process has just made it, and has not synced it yet.
            temporary::sync(&folder)?;
        }
        Ok((stores, made))
    }

    /// Removes the directory of the stores again, if it is empty.
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
