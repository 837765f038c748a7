//! The entries of a directory, as the system gives them.

use std::os::fd::OwnedFd;

use rustix::fs::{self, FileType};
#[cfg(target_os = "linux")]
use rustix::fs::{Mode, OFlags};

/// Reads a directory's entries, as long as `each` returns true. With a buffer of this size it takes a sixth
/// less time than with the usual one.
#[cfg(target_os = "linux")]
pub(super) fn each_entry(
    fd: &OwnedFd,
    mut each: impl FnMut(&[u8], FileType) -> bool,
) -> rustix::io::Result<()> {
    const BUFFER: usize = 256 << 10;
    // A descriptor of its own, so that every walk starts at the beginning.
    let fd =
        fs::openat(fd, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let mut buffer = Vec::with_capacity(BUFFER);
    let mut entries = fs::RawDir::new(fd, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if !each(entry.file_name().to_bytes(), entry.file_type()) {
            break;
        }
    }
    Ok(())
}

/// Reads a directory's entries, as long as `each` returns true.
#[cfg(not(target_os = "linux"))]
pub(super) fn each_entry(
    fd: &OwnedFd,
    mut each: impl FnMut(&[u8], FileType) -> bool,
) -> rustix::io::Result<()> {
    let mut entries = fs::Dir::read_from(fd)?;
    while let Some(entry) = entries.read() {
        let entry = entry?;
        if !each(entry.file_name().to_bytes(), entry.file_type()) {
            break;
        }
    }
    Ok(())
}
