//! Renames that replace nothing, and swaps of two entries in one step. All of this blocks.

use rustix::fs::{self, AtFlags};
use rustix::io::Errno;

use super::folder::Folder;

#[cfg(test)]
thread_local! {
    /// Whether this thread's file systems cannot swap.
    pub(super) static NO_EXCHANGE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether an error means that the system or the file system has no such rename.
pub(super) fn is_unsupported(why: Errno) -> bool {
    // Some systems have two numbers where others have one.
    why == Errno::INVAL || why == Errno::NOSYS || why == Errno::NOTSUP || why == Errno::OPNOTSUPP
}

/// Moves a file or a folder if the new name is free.
///
/// # Errors
/// [`Errno::EXIST`] if it is not free.
pub(super) fn rename_new(from: &Folder, old: &[u8], to: &Folder, new: &[u8]) -> Result<(), Errno> {
    match rename_noreplace(from, old, to, new) {
        Err(why) if is_unsupported(why) => {}
        outcome => return outcome,
    }
    let stat = fs::statat(from, old, AtFlags::SYMLINK_NOFOLLOW)?;
    if fs::FileType::from_raw_mode(stat.st_mode).is_dir() {
        // A folder cannot be linked; at worst an empty folder of this name is replaced.
        return match fs::statat(to, new, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Err(Errno::EXIST),
            Err(Errno::NOENT) => fs::renameat(from, old, to, new),
            Err(why) => Err(why),
        };
    }
    fs::linkat(from, old, to, new, AtFlags::empty())?;
    fs::unlinkat(from, old, AtFlags::empty())
}

/// Swaps two entries in one step, so that at any time both names exist.
///
/// # Errors
/// See [`is_unsupported`].
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(super) fn exchange(
    one: &Folder,
    name: &[u8],
    other: &Folder,
    other_name: &[u8],
) -> Result<(), Errno> {
    #[cfg(test)]
    if NO_EXCHANGE.get() {
        return Err(Errno::INVAL);
    }
    fs::renameat_with(one, name, other, other_name, fs::RenameFlags::EXCHANGE)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_noreplace(from: &Folder, old: &[u8], to: &Folder, new: &[u8]) -> Result<(), Errno> {
    fs::renameat_with(from, old, to, new, fs::RenameFlags::NOREPLACE)
}

/// This system cannot swap.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(super) fn exchange(_: &Folder, _: &[u8], _: &Folder, _: &[u8]) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_noreplace(_: &Folder, _: &[u8], _: &Folder, _: &[u8]) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::directory::root::{Root, STORES};

    #[test]
    fn a_rename_replaces_nothing_and_an_exchange_swaps_two_folders() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join(STORES);
        std::fs::create_dir_all(path.join("a")).unwrap();
        std::fs::create_dir_all(path.join("b")).unwrap();
        std::fs::write(path.join("a/file"), "1").unwrap();
        let stores = Root::open(place.path()).unwrap().stores().unwrap().unwrap();
        assert_eq!(rename_new(&stores, b"a", &stores, b"b"), Err(Errno::EXIST));
        exchange(&stores, b"a", &stores, b"b").unwrap();
        assert!(path.join("b/file").exists() && !path.join("a/file").exists());
        rename_new(&stores, b"b", &stores, b"c").unwrap();
        assert!(path.join("c/file").exists());
    }
}
