//! Files that the command line names, and the keys that such a file lists.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::arguments::KeysFrom;
use super::prepare::check_stdin;
use crate::model::{Error, ErrorKind, Key, Result};
use crate::text;

/// The name of standard input.
pub(super) const STDIN: &str = "-";
/// Limit on a key that is read from a list, in bytes.
const LONGEST: u64 = 64 << 20;

/// Keys in the order in which they are named, a batch at a time.
pub(super) struct Keys {
    named: std::vec::IntoIter<Key>,
    file: Option<(Box<dyn BufRead>, String)>,
    /// The byte that ends each key in the file.
    end: u8,
    /// Whether each line so far has ended as those of Windows do; `None` where none has ended.
    is_windows: Option<bool>,
}

impl Keys {
    /// Opens the keys of the command line, or of the file that it names.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the file cannot be opened.
    pub(super) fn open(named: &[OsString], from: &KeysFrom) -> Result<Self> {
        let end = if from.null { b'\0' } else { b'\n' };
        let file = from.keys_from.as_deref().map(opened).transpose()?;
        let named: Vec<Key> = named.iter().map(|key| Key::from(key.as_bytes())).collect();
        Ok(Self { named: named.into_iter(), file, end, is_windows: None })
    }

    /// The next keys, at most this number; none at the end.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the file cannot be read.
    pub(super) fn next(&mut self, at_most: usize) -> Result<Vec<Key>> {
        let mut keys: Vec<Key> = self.named.by_ref().take(at_most).collect();
        let Some((file, name)) = &mut self.file else { return Ok(keys) };
        while keys.len() < at_most {
            let mut bytes = Vec::new();
            let read = file.by_ref().take(LONGEST + 1).read_until(self.end, &mut bytes);
            if read.map_err(|why| cannot_read(name, &why))? == 0 {
                break;
            }
            if bytes.last() == Some(&self.end) {
                let so_far = self.is_windows.unwrap_or(true);
                self.is_windows = Some(so_far && bytes.ends_with(b"\r\n"));
                bytes.pop();
            } else if bytes.len() as u64 > LONGEST {
                let problem = format!("{name} lists no keys: one has over {}", text::size(LONGEST));
                return Err(Error::new(ErrorKind::Usage, problem)
                    .hint("list one key a line, or with --null each followed by a NUL byte"));
            }
            keys.push(Key::from(bytes));
        }
        Ok(keys)
    }

    /// Why no key of a file may be there, though it looks as if it were: a carriage return is a part of the
    /// key in front of it.
    pub(super) fn why_none(&self) -> Option<String> {
        let (_, name) = self.file.as_ref().filter(|_| self.is_windows == Some(true))?;
        Some(format!("the lines of {name} end with CR LF, and the CR counts as a part of the key"))
    }
}

/// Opens a file or standard input; also gives its name in messages.
///
/// # Errors
/// [`ErrorKind::Io`] if it cannot be opened.
pub(super) fn opened(path: &Path) -> Result<(Box<dyn BufRead>, String)> {
    if path == Path::new(STDIN) {
        check_stdin()?;
        return Ok((Box::new(io::stdin().lock()), name(path)));
    }
    let file = File::open(path).map_err(|why| unreadable(path, &why))?;
    Ok((Box::new(BufReader::new(file)), name(path)))
}

/// The error that a file, or standard input, cannot be read.
pub(super) fn unreadable(file: &Path, why: &io::Error) -> Error {
    cannot_read(&name(file), why)
}

pub(super) fn cannot_read(name: &str, why: &io::Error) -> Error {
    let reason = match why.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => io::Error::from(kind).to_string(),
    };
    Error::new(ErrorKind::Io, format!("{name} cannot be read: {reason}"))
        .hint("name another file, or - for standard input")
}

/// The error that a file cannot be written. It is told by its kind: the system's text names the temporary
/// file.
pub(super) fn not_written(path: &Path, why: &io::Error) -> Error {
    let reason = match why.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::AlreadyExists => "it is there already".to_owned(),
        kind => io::Error::from(kind).to_string(),
    };
    Error::new(ErrorKind::Io, format!("{} cannot be written: {reason}", path.display()))
        .hint("write to another file, or to standard output")
}

/// The name of a file, or of standard input, in messages.
pub(super) fn name(file: &Path) -> String {
    if file == Path::new(STDIN) { "standard input".into() } else { file.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8], null: bool, at_most: usize) -> Vec<Vec<Key>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let from = KeysFrom { keys_from: Some(file.path().to_owned()), null };
        let mut keys = Keys::open(&[], &from).unwrap();
        std::iter::from_fn(|| Some(keys.next(at_most).unwrap()).filter(|keys| !keys.is_empty()))
            .collect()
    }

    #[test]
    fn each_line_of_a_file_is_a_key_byte_for_byte() {
        let key = |bytes: &'static [u8]| Key::from(bytes);
        assert_eq!(
            keys(b"a\n b \r\n\n\xff", false, 9),
            [[key(b"a"), key(b" b \r"), key(b""), key(b"\xff")]]
        );
        assert_eq!(keys(b"a\nb\0c\0", true, 9), [[key(b"a\nb"), key(b"c")]]);
        assert_eq!(keys(b"a\nb\nc\n", false, 2), [vec![key(b"a"), key(b"b")], vec![key(b"c")]]);
        assert!(keys(b"", false, 9).is_empty());
    }

    #[test]
    fn lines_of_windows_are_told_where_all_end_so() {
        for (bytes, null, told) in [
            (&b"a\r\nb\r\n"[..], false, true),
            (b"a\r\nb", false, true),
            (b"a\r\nb\n", false, false),
            (b"a\r\n", true, false),
            (b"a", false, false),
        ] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            let from = KeysFrom { keys_from: Some(file.path().to_owned()), null };
            let mut keys = Keys::open(&[], &from).unwrap();
            assert!(!keys.next(9).unwrap().is_empty());
            assert_eq!(keys.why_none().is_some(), told, "{bytes:?}");
        }
    }

    #[test]
    fn a_list_that_never_ends_is_given_up() {
        let from = KeysFrom { keys_from: Some("/dev/zero".into()), null: false };
        let why = Keys::open(&[], &from).unwrap().next(9).unwrap_err();
        assert!(why.problem.starts_with("/dev/zero lists no keys"), "{why}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let from = KeysFrom { keys_from: Some("/no/such/file".into()), null: false };
        let Err(why) = Keys::open(&[], &from) else { panic!("opened") };
        assert!(why.problem.starts_with("/no/such/file cannot be read: there is no such"), "{why}");
    }
}
