//! A file that the user's own editor has left: whether a program still writes it, its content, its end.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::read_up_to;

/// The beginning of the name of a file that cannot be read, and is kept for its owner.
const LEFT: &str = "left-";

/// Whether a program of this user has a file open for writing, if the system tells (Linux).
pub fn is_open(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    let Ok(programs) = fs::read_dir("/proc") else { return false };
    let writes = |program: &Path, file: &fs::DirEntry| {
        fs::read_link(file.path()).is_ok_and(|open| open == path) && {
            let known = fs::read_to_string(program.join("fdinfo").join(file.file_name()));
            let flags = known.ok().and_then(|known| {
                let flags = known.lines().find_map(|line| line.strip_prefix("flags:"))?;
                u32::from_str_radix(flags.trim(), 8).ok()
            });
            // O_WRONLY or O_RDWR.
            flags.is_none_or(|flags| flags & 3 != 0)
        }
    };
    programs.flatten().map(|program| program.path()).any(|program| {
        let files = fs::read_dir(program.join("fd")).into_iter().flatten().flatten();
        files.into_iter().any(|file| writes(&program, &file))
    })
}

/// Reads the text that an editor left.
///
/// # Errors
/// The system's error; also for anything but a regular file, as a pipe would never end.
pub fn read_left(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file any more"));
    }
    read_up_to(path, most)
}

/// Removes a file whose text is kept or stored. A file that cannot be read is kept under another name, which
/// is given: its text is nowhere else.
///
/// # Errors
/// The system's error, unless there is no such file.
pub fn let_go(path: &Path) -> io::Result<Option<PathBuf>> {
    let readable =
        || path.metadata()?.is_file().then(|| File::open(path)?.read(&mut [0])).transpose();
    match readable() {
        Ok(Some(_)) => super::gone(fs::remove_file(path)).map(|()| None),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Ok(None) | Err(_) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let kept = path.with_file_name(format!("{LEFT}{name}"));
            fs::rename(path, &kept)?;
            Ok(Some(kept))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_kept_under_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.edit.json");
        assert_eq!(let_go(&file).unwrap(), None);
        fs::write(&file, "text").unwrap();
        assert_eq!(let_go(&file).unwrap(), None);
        assert!(!file.exists());
        // A folder stands for a file that the system refuses to read, which root could read.
        fs::create_dir(&file).unwrap();
        let kept = let_go(&file).unwrap().unwrap();
        assert!(kept.exists() && !file.exists());
        assert!(read_left(&kept, 10).is_err());
    }
}
