//! The lock that all larders share on a store's directory. All of this blocks.
//!
//! Every larder holds it while it writes to a store, so that of two with the same condition one is refused.
//! The holder also removes the remains of a larder that was killed while it wrote there. Crawlee knows no
//! locks.

use std::time::{Duration, Instant};

use rustix::fs::{self, FlockOperation};
use rustix::io::Errno;

use super::folder::{Folder, is_name};
use super::root::Root;
use super::sweep::sweep;
use crate::model::{Error, ErrorKind, Result, StoreName};

/// Pause between two tries of a lock that another larder holds: the first, and the longest.
const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

/// Durability of a write, and the timeout for its lock.
#[derive(Debug, Clone, Copy)]
pub(super) struct WriteOptions {
    /// Whether to wait until the write would survive a power cut.
    pub(super) durable: bool,
    /// Longest wait for another larder that writes to the same store.
    pub(super) lock_timeout: Duration,
}

/// Locks a folder against other larders, until it is closed.
pub(super) fn wait_for_lock(folder: &Folder, lock_timeout: Duration) -> Result<()> {
    let started = Instant::now();
    let mut pause = RETRY_PAUSE.0;
    loop {
        let locked = fs::flock(folder, FlockOperation::NonBlockingLockExclusive);
        // Some network file systems lock nothing, or no directories: there only the renames themselves
        // separate writers.
        if locked != Err(Errno::WOULDBLOCK) {
            return Ok(());
        }
        if started.elapsed() > lock_timeout {
            let problem = format!("another larder is writing to {}", folder.path().display());
            return Err(
                Error::new(ErrorKind::Timeout, problem).hint("try again; nothing has been changed")
            );
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(RETRY_PAUSE.1);
    }
}

/// Opens and locks a folder that is there; `None` if it is not, or was removed meanwhile.
///
/// The lock is on the folder, not on its name: if the folder was swapped for another during the wait, it is
/// let go, and the other is locked.
pub(super) fn lock_current(
    parent: &Folder,
    name: &[u8],
    lock_timeout: Duration,
) -> Result<Option<Folder>> {
    let started = Instant::now();
    loop {
        let Some(folder) = parent.folder(name)? else { return Ok(None) };
        wait_for_lock(&folder, lock_timeout.saturating_sub(started.elapsed()))?;
        match parent.folder(name)? {
            Some(now) if now.is_same(&folder) => {
                sweep(&folder);
                return Ok(Some(folder));
            }
            Some(_) => {}
            None => return Ok(None),
        }
    }
}

/// Opens and locks a store that is there.
pub(super) fn open_locked(root: &Root, store: &StoreName, options: WriteOptions) -> Result<Folder> {
    let folder = match root.stores()? {
        Some(stores) if is_name(store.as_bytes()) => {
            lock_current(&stores, store.as_bytes(), options.lock_timeout)?
        }
        _ => None,
    };
    folder.ok_or_else(|| Error::no_store(store))
}
