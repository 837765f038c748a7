//! An export to one file of lines.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::arguments::ExportArgs;
use crate::cli::input::not_written;
use crate::cli::json_lines;
use crate::model::{Error, ErrorKind, Key, Result};
use crate::outfile::Writing;

/// Bytes of a file that are read in one step to find its last line.
const STEP: u64 = 64 << 10;
/// The beginning of each line.
const BEGIN: &[u8] = b"{\"key\":\"";

/// A file that is being written.
pub(super) struct Lines {
    file: BufWriter<Writing>,
    path: PathBuf,
}

impl Lines {
    /// Opens the file to write; also gives the key of the last record in it. A file that is written over
    /// stays until the new one is whole.
    pub(super) fn open(export: &ExportArgs, path: &Path) -> Result<(Self, Option<Key>)> {
        if export.overwrite && !export.resume {
            let writing = match Writing::begin(path) {
                // If no other file can be made in its folder, it is written in place.
                Err(why) if why.kind() == io::ErrorKind::PermissionDenied => {
                    return Self::open_in_place(export, path);
                }
                begun => begun.map_err(|why| not_written(path, &why))?,
            };
            let file = BufWriter::new(writing);
            return Ok((Self { file, path: path.to_owned() }, None));
        }
        Self::open_in_place(export, path)
    }

    /// Opens the file to continue it, or truncates it.
    pub(super) fn open_in_place(export: &ExportArgs, path: &Path) -> Result<(Self, Option<Key>)> {
        let (file, last) = opened(export, path)?;
        let file = BufWriter::new(Writing::Direct(file));
        Ok((Self { file, path: path.to_owned() }, last))
    }

    pub(super) fn line(&mut self, line: &str) -> Result<()> {
        let Self { file, path } = self;
        let written = file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n"));
        written.map_err(|why| not_written(path, &why))
    }

    /// Writes the rest of the buffer to the disk.
    pub(super) fn finish(self) -> Result<()> {
        let written = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let written = written.and_then(|mut file| {
            file.sync()?;
            file.finish(false)
        });
        written.map_err(|why| not_written(&self.path, &why))
    }
}

/// Opens the file to write; also gives the key of the last record in it.
fn opened(export: &ExportArgs, path: &Path) -> Result<(File, Option<Key>)> {
    let mut options = OpenOptions::new();
    options.write(true);
    match (export.resume, export.overwrite) {
        (true, _) => options.read(true),
        (false, true) => options.create(true).truncate(true),
        (false, false) => options.create_new(true),
    };
    let mut file = options.open(path).map_err(|why| match why.kind() {
        io::ErrorKind::AlreadyExists => {
            let problem = format!("{} is there already", path.display());
            Error::new(ErrorKind::Conflict, problem)
                .hint("--resume goes on, --overwrite starts anew")
        }
        _ => not_written(path, &why),
    })?;
    if !export.resume {
        return Ok((file, None));
    }
    let unusable = |why: io::Error| not_written(path, &why);
    let no_export = |why: &str| {
        let problem = format!("{} is no export: {why}", path.display());
        Error::new(ErrorKind::Usage, problem).hint("name the file that an export has left")
    };
    let (line, end) = last_line(&mut file).map_err(unusable)?;
    let last = match end {
        0 if !begins_alike(&mut file).map_err(unusable)? => {
            return Err(no_export("it begins otherwise"));
        }
        0 => None,
        _ => Some(json_lines::key(&line).map_err(|why| no_export(&why))?),
    };
    // The part of a line that a killed export has left is removed.
    file.set_len(end).and_then(|()| file.seek(SeekFrom::Start(end))).map_err(unusable)?;
    Ok((file, last))
}

/// Whether a file without a whole line may be the beginning of one.
fn begins_alike(file: &mut File) -> io::Result<bool> {
    let mut begin = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    (&mut *file).take(BEGIN.len() as u64).read_to_end(&mut begin)?;
    Ok(BEGIN.starts_with(&begin))
}

/// The last whole line, and the offset of its end.
fn last_line(file: &mut File) -> io::Result<(Vec<u8>, u64)> {
    let len = file.seek(SeekFrom::End(0))?;
    let end = newline_before(file, len)?.map_or(0, |at| at + 1);
    let mut line = Vec::new();
    if end > 0 {
        let begin = newline_before(file, end - 1)?.map_or(0, |at| at + 1);
        file.seek(SeekFrom::Start(begin))?;
        (&mut *file).take(end - 1 - begin).read_to_end(&mut line)?;
    }
    Ok((line, end))
}

/// The offset of the last newline before this one.
fn newline_before(file: &mut File, mut end: u64) -> io::Result<Option<u64>> {
    let mut bytes = Vec::new();
    while end > 0 {
        let begin = end.saturating_sub(STEP);
        file.seek(SeekFrom::Start(begin))?;
        bytes.clear();
        (&mut *file).take(end - begin).read_to_end(&mut bytes)?;
        if let Some(at) = memchr::memrchr(b'\n', &bytes) {
            return Ok(Some(begin + at as u64));
        }
        end = begin;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_line_is_found() {
        let long = format!("{}\n", "x".repeat(200_000));
        for (text, line, rest) in [
            ("", "", ""),
            ("{\"ke", "", "{\"ke"),
            ("a\n", "a", ""),
            ("a\nb\n", "b", ""),
            ("a\nb\nhalf", "b", "half"),
            (&format!("a\n{long}half"), long.trim_end(), "half"),
        ] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let (found, end) = last_line(&mut file).unwrap();
            assert_eq!(
                (found.as_slice(), end),
                (line.as_bytes(), (text.len() - rest.len()) as u64)
            );
            assert_eq!(begins_alike(&mut file).unwrap(), text.is_empty() || text == "{\"ke");
        }
    }
}
