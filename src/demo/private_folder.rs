//! The private directory that a demo fills: made, marked, and removed again.
//!
//! A demo that was killed leaves its directory behind. The next one removes it, which is safe only because of
//! the mark in it: a file on which a running demo holds a lock. A directory that is not marked, not this
//! user's, or still locked is left alone, and so is everything in a marked one that the demo did not put
//! there. Links are never followed.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::siblings;
use crate::scratch::{Marked, identity};

/// The text of the mark.
const WORDS: &[u8] = b"A demo of larder fills this directory, and removes it at its end.\n";
/// The name of the mark.
const MARK: &str = ".larder-demo";
const FOLDERS: Marked = Marked { prefix: "larder-demo-", file: MARK, words: WORDS };

/// The directory that the crawl makes for its stores.
const STORES: &str = "key_value_stores";
/// The directories that it makes next to it.
const SIBLINGS: [&str; 2] = [siblings::QUEUES, siblings::DATASETS];

/// Limit on the tries to remove a directory while something is still being written in it.
const TRIES: u32 = 5;

/// A directory of this process's own; removed on drop.
#[derive(Debug)]
pub(super) struct PrivateFolder {
    path: PathBuf,
    /// The identity of the directory, in case something else stands at the path by now.
    identity: (u64, u64),
    owner: u32,
    /// The mark, on which the lock is held.
    mark: File,
    removed: bool,
}

impl PrivateFolder {
    /// Makes a directory that only this user can enter.
    pub(super) fn make(parent: &Path) -> io::Result<Self> {
        let (folder, mark) = FOLDERS.make(parent)?;
        let meta = fs::symlink_metadata(folder.path())?;
        let (identity, owner) = (identity(&meta), meta.uid());
        Ok(Self { path: folder.keep(), identity, owner, mark, removed: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The user who owns the directory.
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
            // Somebody has moved or removed it, and what is at the path now is not the demo's.
            Ok(_) => Ok(()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(why) => Err(why),
        }
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if let Err(why) = self.remove() {
            crate::logs::warn!("{} stays: {why}", self.path.display());
        }
        // Only from now on may another demo take it for one that was left behind.
        let _ = flock(&self.mark, FlockOperation::Unlock);
    }
}

/// Removes the directories in `parent` that killed demos of this user have left; gives their number.
pub(super) fn sweep(parent: &Path, owner: u32) -> usize {
    FOLDERS.sweep(parent, owner, empty)
}

/// Removes the stores and the directories next to them, then the mark, then the directory; fails if it holds
/// anything else.
fn empty(folder: &Path) -> io::Result<()> {
    for own in [STORES].into_iter().chain(SIBLINGS) {
        let own = folder.join(own);
        let mut tries = 0;
        loop {
            // This follows no links, neither here nor further down.
            match fs::remove_dir_all(&own) {
                Err(why) if why.kind() == io::ErrorKind::DirectoryNotEmpty && tries < TRIES => {
                    tries += 1;
                }
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                _ => break,
            }
        }
    }
    // The mark is removed last: an interrupted removal leaves a directory that can still be recognised.
    if let Some(other) = fs::read_dir(folder)?.flatten().find(|entry| entry.file_name() != MARK) {
        let name = other.file_name();
        let problem = format!("{} is not the demo's", Path::new(&name).display());
        return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, problem));
    }
    fs::remove_file(folder.join(MARK))?;
    fs::remove_dir(folder)
}

#[cfg(test)]
mod tests;
