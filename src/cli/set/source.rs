//! The bytes of a file or of standard input, of which no more are read than can be a value.

use std::fs;
use std::io;
use std::path::Path;

use crate::cli::input::{STDIN, name, unreadable};
use crate::cli::prepare::check_stdin;
use crate::infile;
use crate::model::{Error, ErrorKind, Result};
use crate::storage::target::Target;
use crate::text;

/// Limit on a value that larder sets, in bytes: four times what most servers take.
const MOST: u64 = 2 << 30;
/// Size of the largest value that a server takes unless its settings say otherwise, in bytes.
const ON_A_SERVER: u64 = 512 << 20;

/// Limits on the bytes that are read.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Limits {
    /// Of a plain file, whose size is known before.
    file: u64,
    /// Of a device, a pipe or standard input, which may have no end.
    stream: u64,
}

impl Limits {
    pub(in crate::cli) const DIRECTORY: Self = Self { file: MOST, stream: MOST };
    const SERVER: Self = Self { file: MOST, stream: ON_A_SERVER };

    /// The limits for a target. A server says itself how much it takes, before a value is sent.
    pub(in crate::cli) fn of(target: &Target) -> Self {
        match target {
            Target::Redis(_) => Self::SERVER,
            Target::Directory(_) | Target::Remote(_) => Self::DIRECTORY,
        }
    }
}

/// The bytes of a file, or of standard input where it is `-`.
///
/// # Errors
/// [`ErrorKind::Io`] for what cannot be read; [`ErrorKind::Usage`] for what holds more than can be a value.
pub(super) fn read(file: &Path, limits: Limits) -> Result<Vec<u8>> {
    let is_stdin = file == Path::new(STDIN);
    if is_stdin {
        check_stdin()?;
    }
    let is_plain = !is_stdin && fs::metadata(file).is_ok_and(|known| known.is_file());
    let most = if is_plain { limits.file } else { limits.stream };
    let read = if is_stdin {
        infile::read_from(io::stdin().lock(), 0, most)
    } else {
        infile::read(file, most)
    };
    read.map_err(|why| match why.kind() {
        io::ErrorKind::FileTooLarge => too_large(file, most),
        _ => unreadable(file, &why),
    })
}

fn too_large(file: &Path, most: u64) -> Error {
    let problem = format!("{} holds more than {}", name(file), text::size(most));
    Error::new(ErrorKind::Usage, problem).hint(if most == ON_A_SERVER {
        "servers take no larger value, unless proto-max-bulk-len is raised: then name a plain file"
    } else {
        "values are smaller; nothing was set"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits { file: 5, stream: 1 << 20 };

    #[test]
    fn no_more_is_read_than_can_be_a_value() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "12345").unwrap();
        assert_eq!(read(file.path(), SMALL).unwrap(), b"12345");
        fs::write(&file, "123456").unwrap();
        let why = read(file.path(), SMALL).unwrap_err();
        assert_eq!(why.kind, ErrorKind::Usage);
        assert!(why.problem.contains("more than 5 B"), "{why}");
        let why = read(Path::new("/dev/zero"), SMALL).unwrap_err();
        assert!(why.problem.starts_with("/dev/zero holds more than 1.0 MB"), "{why}");
    }

    #[test]
    fn a_folder_and_what_is_not_there_are_told() {
        let folder = tempfile::tempdir().unwrap();
        for (path, says) in [
            (folder.path().to_owned(), "is a directory"),
            (folder.path().join("none"), "there is no such file"),
        ] {
            let why = read(&path, SMALL).unwrap_err();
            assert_eq!(why.kind, ErrorKind::Io);
            assert!(why.problem.contains(says), "{why}");
        }
    }

    #[test]
    fn an_endless_stream_is_given_up_where_no_server_takes_more() {
        let target = Target::parse("redis://127.0.0.1:1").unwrap();
        let why = read(Path::new("/dev/zero"), Limits::of(&target)).unwrap_err();
        assert!(why.problem.contains("more than 537 MB"), "{why}");
        assert!(why.remedy().contains("proto-max-bulk-len"), "{why}");
    }
}
