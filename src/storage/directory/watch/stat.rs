//! Stamps and names of files and directories, for the comparisons of the watcher. Links are never followed,
//! except on the storage directory's own path.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, Dir, FileType, Stat};
use rustix::io::Result;

use crate::model::StoreName;
use crate::storage::directory::names::METADATA_SUFFIX;
use crate::storage::directory::root::{Root, STORES};
use crate::storage::directory::store_info::is_hidden_folder;

/// Inode, size and times of a file: differs after any change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Stamp {
    pub(super) inode: u64,
    pub(super) size: i64,
    pub(super) modified: (i64, i64),
    pub(super) changed: (i64, i64),
}

impl From<&Stat> for Stamp {
    #[allow(
        clippy::useless_conversion,
        clippy::cast_lossless,
        clippy::cast_possible_wrap,
        clippy::unnecessary_cast,
        trivial_numeric_casts,
        reason = "the fields have other types on other platforms"
    )]
    fn from(stat: &Stat) -> Self {
        Self {
            inode: stat.st_ino as u64,
            size: stat.st_size as i64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        }
    }
}

/// The existing stores, with the stamps of their directories; `None` if there is no directory for them.
pub(super) fn list(root: &Root) -> Option<HashMap<StoreName, Stamp>> {
    let folder = root.stores().ok()??;
    let mut found = HashMap::new();
    names(&folder, |name, _, file_type| {
        if matches!(file_type, FileType::Directory | FileType::Unknown)
            && let Ok(stat) =
                fs::statat(&folder, OsStr::from_bytes(name), AtFlags::SYMLINK_NOFOLLOW)
            && FileType::from_raw_mode(stat.st_mode) == FileType::Directory
            && !is_hidden_folder(&folder, name).unwrap_or(true)
        {
            found.insert(StoreName::from(name), Stamp::from(&stat));
        }
    })
    .ok()?;
    Some(found)
}

/// Calls `each` with the name, inode and type of every entry of a directory.
pub(super) fn names(folder: impl AsFd, mut each: impl FnMut(&[u8], u64, FileType)) -> Result<()> {
    let mut dir = Dir::read_from(folder)?;
    while let Some(entry) = dir.read() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if !matches!(name, b"." | b"..") {
            each(name, entry.ino(), entry.file_type());
        }
    }
    Ok(())
}

/// The stamp of a file; `None` if it is not there, or is not a file.
pub(super) fn stamp(folder: impl AsFd, name: &[u8]) -> Option<Stamp> {
    let stat = fs::statat(folder, OsStr::from_bytes(name), AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some(Stamp::from(&stat))
}

/// Stamps of a value's file and of its metadata file.
pub(super) fn stamps(folder: impl AsFd, value: &[u8]) -> (Option<Stamp>, Option<Stamp>) {
    let mut metadata = value.to_vec();
    metadata.extend_from_slice(METADATA_SUFFIX);
    (stamp(folder.as_fd(), value), stamp(folder.as_fd(), &metadata))
}

/// The stamp of an open directory.
pub(super) fn own(folder: impl AsFd) -> Option<Stamp> {
    fs::fstat(folder).ok().map(|stat| Stamp::from(&stat))
}

/// The nearest existing directory among that of the stores, the storage directory, and those above it.
pub(super) fn nearest(root: &Root) -> PathBuf {
    if matches!(root.stores(), Ok(Some(_))) {
        return root.path().join(STORES);
    }
    let there = root.path().ancestors().find(|path| path.is_dir());
    there.unwrap_or(Path::new("/")).to_owned()
}

/// The inode of a directory.
pub(super) fn inode(path: &Path) -> Option<u64> {
    fs::stat(path).ok().map(|stat| Stamp::from(&stat).inode)
}

/// Name of a file system on which notifications do not report other machines' changes, or any at all; `None`
/// where they work.
#[cfg(target_os = "linux")]
pub(super) fn silent(path: &Path) -> Option<&'static str> {
    const SILENT: [(u64, &str); 17] = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "SMB"),
        (0xFE53_4D42, "SMB"),
        (0x6573_5546, "FUSE"),
        (0x0102_1997, "9p"),
        (0x5346_414F, "AFS"),
        (0x6B41_4653, "AFS"),
        (0x00C3_6400, "Ceph"),
        (0x7375_7245, "Coda"),
        (0x564C, "NCP"),
        (0x0BD0_0BD0, "Lustre"),
        (0x4750_4653, "GPFS"),
        (0x0116_1970, "GFS2"),
        (0x7461_636F, "OCFS2"),
        (0x786F_4256, "VirtualBox folders"),
        (0x1983_0326, "FhGFS"),
    ];
    #[allow(clippy::cast_sign_loss, reason = "a bit pattern")]
    let kind = fs::statfs(path).ok()?.f_type as u64 & 0xFFFF_FFFF;
    SILENT.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name)
}

/// The file systems of other platforms are unknown.
#[cfg(not(target_os = "linux"))]
pub(super) fn silent(_path: &Path) -> Option<&'static str> {
    None
}
