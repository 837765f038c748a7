//! The private directory that a demo fills: made, marked, and removed again.
//!
//! A demo that was killed leaves its directory behind. The next one removes it, which is safe only
//! because of the mark in it: a file that a running demo holds a lock on. What is not marked, not
//! this user's, or still locked is left alone, and so is everything in such a directory that the
//! demo did not put there. Links are never followed.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

use super::siblings;

/// How the directories begin; six letters or digits follow.
const PREFIX: &str = "larder-demo-";
const RANDOM: usize = 6;

/// The mark, and what stands in it.
const MARK: &str = ".larder-demo";
const WORDS: &[u8] = b"A demo of larder fills this directory, and removes it at its end.\n";

/// What the crawl makes in the directory.
const STORES: &str = "key_value_stores";
/// What it makes beside.
const SIBLINGS: [&str; 2] = [siblings::QUEUES, siblings::DATASETS];

/// How often a directory is tried to be removed while something is still being written in it.
const TRIES: u32 = 5;

/// A directory of this process's own; removed on drop.
#[derive(Debug)]
pub(super) struct PrivateFolder {
    path: PathBuf,
    /// Which file this is, should something else stand at the path by now.
    identity: (u64, u64),
    owner: u32,
    /// Holds the lock.
    mark: File,
    removed: bool,
}

impl PrivateFolder {
    /// Makes a directory that only this user can enter.
    pub(super) fn make(parent: &Path) -> io::Result<Self> {
        let path = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(RANDOM)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)?
            .keep();
        let made = mark(&path).and_then(|mark| Ok((mark, fs::symlink_metadata(&path)?)));
        match made {
            Ok((mark, meta)) => Ok(Self {
                identity: identity(&meta),
                owner: meta.uid(),
                path,
                mark,
                removed: false,
            }),
            Err(why) => {
                // It is empty but for what `mark` may have left.
                let _ = fs::remove_dir_all(&path);
                Err(why)
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whose it is.
    pub(super) fn owner(&self) -> u32 {
        self.owner
    }

    /// Removes what the demo put there, and the directory. Does nothing a second time.
    pub(super) fn remove(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.removed, true) {
            return Ok(());
        }
        match fs::symlink_metadata(&self.path) {
            Ok(meta) if meta.is_dir() && identity(&meta) == self.identity => empty(&self.path),
            // Somebody has moved or removed it, and what is there now is not the demo's.
            Ok(_) => Ok(()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(why) => Err(why),
        }
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if let Err(why) = self.remove() {
            log::warn!("{} stays: {why}", self.path.display());
        }
        // Only now may another demo take it for a left one.
        let _ = flock(&self.mark, FlockOperation::Unlock);
    }
}

/// Removes the directories in `parent` that killed demos of this user left; gives how many.
pub(super) fn sweep(parent: &Path, owner: u32) -> usize {
    let Ok(entries) = fs::read_dir(parent) else { return 0 };
    let mut removed = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        if rest.len() != RANDOM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            continue;
        }
        let path = entry.path();
        match left_behind(&path, owner) {
            // The lock is held until it is gone, so that two sweepers do not meet.
            Ok(Some(lock)) => {
                match empty(&path) {
                    Ok(()) => removed += 1,
                    Err(why) => log::warn!("{} stays: {why}", path.display()),
                }
                drop(lock);
            }
            Ok(None) => {}
            Err(why) => log::debug!("{} is left alone: {why}", path.display()),
        }
    }
    removed
}

/// Marks the directory. The mark has its name only once it is locked: no other process ever sees
/// it free while this one runs.
fn mark(folder: &Path) -> io::Result<File> {
    let early = folder.join(format!("{MARK}.new"));
    let mut mark =
        OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&early)?;
    flock(&mark, FlockOperation::NonBlockingLockExclusive)?;
    mark.write_all(WORDS)?;
    fs::rename(early, folder.join(MARK))?;
    Ok(mark)
}

/// The lock of a directory that a demo of this user made and that none holds any more.
fn left_behind(folder: &Path, owner: u32) -> io::Result<Option<File>> {
    let meta = fs::symlink_metadata(folder)?;
    if !meta.is_dir() || meta.uid() != owner || meta.mode() & 0o077 != 0 {
        return Ok(None);
    }
    // Neither a link nor a pipe without a writer may hold this up.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut mark = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(folder.join(MARK))?;
    let meta = mark.metadata()?;
    if !meta.is_file() || meta.uid() != owner || meta.len() != WORDS.len() as u64 {
        return Ok(None);
    }
    let mut words = Vec::new();
    mark.read_to_end(&mut words)?;
    let free = flock(&mark, FlockOperation::NonBlockingLockExclusive).is_ok();
    // Whoever held the lock may have removed the directory just before it was free.
    let there = fs::symlink_metadata(folder.join(MARK));
    let same = there.is_ok_and(|there| identity(&there) == identity(&meta));
    Ok((free && same && words == WORDS).then_some(mark))
}

/// Removes the stores and what lies beside them, then the mark, then the directory; fails if there is more in it.
fn empty(folder: &Path) -> io::Result<()> {
    for own in [STORES].into_iter().chain(SIBLINGS) {
        let own = folder.join(own);
        let mut tries = 0;
        loop {
            // Does not follow links, neither here nor further down.
            match fs::remove_dir_all(&own) {
                Err(why) if why.kind() == io::ErrorKind::DirectoryNotEmpty && tries < TRIES => {
                    tries += 1;
                }
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                _ => break,
            }
        }
    }
    // The mark goes last: whoever is interrupted here leaves what can still be recognised.
    if let Some(other) = fs::read_dir(folder)?.flatten().find(|entry| entry.file_name() != MARK) {
        let name = other.file_name();
        let problem = format!("{} is not the demo's", Path::new(&name).display());
        return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, problem));
    }
    fs::remove_file(folder.join(MARK))?;
    fs::remove_dir(folder)
}

fn identity(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}

#[cfg(test)]
mod tests;
