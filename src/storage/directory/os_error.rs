//! Errors of the operating system as sentences with a remedy.

use std::path::Path;

use rustix::io::Errno;

use crate::model::{Error, ErrorKind};

/// The error of a failure to read this path.
pub(super) fn reading(path: &Path, why: Errno) -> Error {
    explain("cannot be read", path, why)
}

/// The error of a failure to write to this path.
pub(super) fn writing(path: &Path, why: Errno) -> Error {
    explain("cannot be written", path, why)
}

fn explain(failed: &str, path: &Path, why: Errno) -> Error {
    let kind = match why {
        Errno::ACCESS | Errno::PERM => ErrorKind::Permission,
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => ErrorKind::DiskFull,
        Errno::ROFS => ErrorKind::ReadOnly,
        Errno::NAMETOOLONG => ErrorKind::Usage,
        Errno::NOENT => ErrorKind::NotFound,
        Errno::ISDIR | Errno::NOTDIR | Errno::LOOP | Errno::NOTEMPTY => ErrorKind::Damaged,
        _ => ErrorKind::Io,
    };
    let error = Error::new(kind, format!("{} {failed}: {}", path.display(), words(why)));
    match kind {
        ErrorKind::Permission => error.hint("change its permissions, or run as its owner"),
        ErrorKind::ReadOnly => error.hint("its file system is mounted for reading only"),
        ErrorKind::Usage => error.hint("choose a shorter name"),
        _ => error,
    }
}

/// The system's own words, without their number.
pub(super) fn words(why: Errno) -> String {
    let text = std::io::Error::from(why).to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
