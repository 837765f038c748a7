//! Reads a local file that somebody names, within a limit: it may be a device without an end, or still be
//! written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Limit on a file of settings, a theme, certificates or a key, in bytes: a system's own list of authorities has
/// a quarter of a megabyte.
pub(crate) const SETTINGS: u64 = 8 << 20;

/// The bytes of a file.
///
/// # Errors
/// The system's error; [`io::ErrorKind::FileTooLarge`] for a file of over `most` bytes, of which nothing is
/// read where the system tells its size.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let known = file.metadata()?;
    if known.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if known.len() > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    read_from(file, known.len(), most)
}

/// The bytes that come from a reader, about `expected`: memory for them is reserved in one piece, so that no part
/// is held twice.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_from(from: impl Read, expected: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more, so that the end is found without more memory.
    let room = usize::try_from(expected).unwrap_or_default().saturating_add(1);
    bytes.try_reserve_exact(room).map_err(|_| io::ErrorKind::OutOfMemory)?;
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// The text of a file.
///
/// # Errors
/// As [`read`]; [`io::ErrorKind::InvalidData`] for what is not UTF-8.
#[cfg(feature = "tui")]
pub(crate) fn read_text(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(read(path, most)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn kind<T: std::fmt::Debug>(read: io::Result<T>) -> io::ErrorKind {
        read.unwrap_err().kind()
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "12345").unwrap();
        assert_eq!(read(file.path(), 5).unwrap(), b"12345");
        assert_eq!(kind(read(file.path(), 4)), io::ErrorKind::FileTooLarge);
        assert_eq!(read_text(file.path(), 5).unwrap(), "12345");
        fs::write(&file, b"\xff").unwrap();
        assert_eq!(kind(read_text(file.path(), 5)), io::ErrorKind::InvalidData);
        assert!(read(Path::new("/dev/null"), 0).unwrap().is_empty());
    }

    #[test]
    fn what_has_no_end_or_grows_is_given_up() {
        let zeros = Path::new("/dev/zero");
        assert_eq!(kind(read(zeros, 1 << 20)), io::ErrorKind::FileTooLarge);
        assert_eq!(kind(read_text(zeros, 1 << 20)), io::ErrorKind::FileTooLarge);
        // It had two bytes when it was looked at.
        assert_eq!(kind(read_from(&b"12345"[..], 2, 4)), io::ErrorKind::FileTooLarge);
        assert_eq!(read_from(&b"12345"[..], 2, 5).unwrap(), b"12345");
    }

    #[test]
    fn of_a_file_that_is_told_to_be_too_large_nothing_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        // It takes no room on the disk; to read it would take minutes.
        file.as_file().set_len(1 << 40).unwrap();
        assert_eq!(kind(read(file.path(), 2 << 30)), io::ErrorKind::FileTooLarge);
        assert_eq!(kind(read(&std::env::temp_dir(), 5)), io::ErrorKind::IsADirectory);
    }
}
