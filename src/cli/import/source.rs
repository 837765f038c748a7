//! The source of imported records: a file of lines, or a folder with the values in files of their own.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, Read as _};
use std::path::{Component, Path, PathBuf};

use crate::cli::input::{cannot_read, opened};
use crate::cli::json_lines::{self, RECORDS};
use crate::model::{Error, ErrorKind, Record, Result};

/// Limits on the records of a batch, and on the bytes of their values, approximately.
const BATCH: (usize, usize) = (500, 8 << 20);
/// Limit on a line, and on a file of a value, in bytes: a value of 512 MB has room in base64.
const LONGEST: u64 = 1 << 30;

/// The lines, and the folder with the files that they name.
pub(super) struct Source {
    from: Box<dyn BufRead>,
    name: String,
    folder: Option<PathBuf>,
    number: u64,
    /// The record that was read ahead, for the next batch.
    ahead: Option<Record>,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let folder = path.is_dir().then(|| path.to_owned());
        let list = folder.as_ref().map(|folder| folder.join(RECORDS));
        let (from, name) = opened(list.as_deref().unwrap_or(path))?;
        Ok(Self { from, name, folder, number: 0, ahead: None })
    }

    /// The next record; none at the end.
    fn record(&mut self) -> Result<Option<Record>> {
        if let Some(record) = self.ahead.take() {
            return Ok(Some(record));
        }
        loop {
            let mut line = Vec::new();
            let read = self.from.by_ref().take(LONGEST).read_until(b'\n', &mut line);
            if read.map_err(|why| cannot_read(&self.name, &why))? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !line.trim_ascii().is_empty() {
                let file = |name: &str| value(self.folder.as_deref(), name);
                return json_lines::read(&line, file).map(Some).map_err(|why| self.wrong(&why));
            }
        }
    }

    /// The next records, all of different keys.
    pub(super) fn batch(&mut self) -> Result<Vec<Record>> {
        let (mut batch, mut bytes, mut keys) = (Vec::new(), 0, HashSet::new());
        while batch.len() < BATCH.0 && bytes < BATCH.1 {
            let Some(record) = self.record()? else { break };
            // The later record of a key is compared with the result of the earlier one.
            if !keys.insert(record.meta.key.clone()) {
                self.ahead = Some(record);
                break;
            }
            bytes += record.value.len();
            batch.push(record);
        }
        Ok(batch)
    }

    fn wrong(&self, why: &str) -> Error {
        let why = why.trim_start_matches("it is no record: ").trim_end_matches('.');
        let problem = format!("line {} of {} is no record: {why}", self.number, self.name);
        Error::new(ErrorKind::Usage, problem).hint("mend the line, then import again to go on")
    }
}

/// The bytes of a file that a line names. Only a plain file of the folder itself is read: whoever made the
/// folder must not choose other files of this machine.
fn value(folder: Option<&Path>, name: &str) -> std::result::Result<Vec<u8>, String> {
    let Some(folder) = folder else {
        return Err(format!("its value is in {name}: import the folder"));
    };
    let mut parts = Path::new(name).components();
    let is_name = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None)
        if part.as_encoded_bytes() == name.as_bytes());
    if !is_name {
        return Err(format!("{name} names no file in the folder"));
    }
    let path = folder.join(name);
    let unreadable = |why: std::io::Error| {
        format!("its file {name} cannot be read: {}", std::io::Error::from(why.kind()))
    };
    let known = fs::symlink_metadata(&path).map_err(unreadable)?;
    if !known.is_file() {
        return Err(format!("{name} is no plain file"));
    }
    if known.len() > LONGEST {
        return Err(format!("its file {name} is too large"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(known.len()).unwrap_or_default());
    let read = File::open(&path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    read.map_err(unreadable)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_of_the_folder_are_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "hidden").unwrap();
        let folder = outside.path().join("folder");
        fs::create_dir_all(folder.join("inner")).unwrap();
        fs::write(folder.join("a.txt"), "a").unwrap();
        fs::write(folder.join("inner/b.txt"), "b").unwrap();
        std::os::unix::fs::symlink("../secret", folder.join("link")).unwrap();
        assert_eq!(value(Some(&folder), "a.txt"), Ok(b"a".to_vec()));
        let secret = outside.path().join("secret").display().to_string();
        for name in
            ["../secret", &secret, "link", "inner/b.txt", "inner", ".", "..", "", "./a.txt", "none"]
        {
            let why = value(Some(&folder), name).unwrap_err();
            assert!(!why.contains("hidden"), "{name}: {why}");
        }
        assert!(value(None, "a.txt").unwrap_err().contains("import the folder"));
    }
}
