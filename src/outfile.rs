//! A file of the user's that a value is saved to, by the browser and by `get -o`: whole or not at all.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::Builder;

/// Writes `bytes` to `path`: to a temporary file beside it, which then takes its place. A symbolic
/// link is followed, an existing file's permissions are kept, and what is no regular file (a pipe,
/// a device) is written to directly. With `new`, it is an error if there is anything already.
pub(crate) fn write(path: &Path, bytes: &[u8], new: bool) -> io::Result<()> {
    if new && path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    // Also follows a symbolic link, which would be replaced otherwise.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // 0o666 less the umask, as for any new file.
    let mut permissions = Permissions::from_mode(0o666);
    if let Ok(known) = fs::metadata(&target) {
        if !known.is_file() {
            return OpenOptions::new().write(true).open(&target)?.write_all(bytes);
        }
        permissions = known.permissions();
    }
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut file = Builder::new()
        .prefix(".larder-")
        .suffix(".tmp")
        .permissions(permissions)
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    if new {
        file.persist_noclobber(&target)?
    } else {
        file.persist(&target)?
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_a_link_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"new", false).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_or_a_missing_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(folder.path(), b"x", false).is_err());
        assert!(write(&folder.path().join("no/file"), b"x", false).is_err());
        write(Path::new("/dev/null"), b"x", false).unwrap();
    }

    #[test]
    fn a_new_file_replaces_nothing_and_is_as_readable_as_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let (file, plain) = (folder.path().join("file"), folder.path().join("plain"));
        write(&file, b"one", true).unwrap();
        fs::write(&plain, "made by any other program").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(&plain));
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        for there in [file, folder.path().join("link")] {
            let error = write(&there, b"two", true).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"one");
    }
}
