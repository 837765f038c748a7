//! `export`: all records of a store as lines of JSON.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use futures::StreamExt as _;
use serde_json::{Map, json};

use super::arguments::ExportArgs;
use super::exit::{DAMAGED, DONE, ExitResult, REFUSED};
use super::messages::{self, say};
use super::output::Output;
use super::progress::Progress;
use super::values::whole;
use super::{json, json_lines, key, store};
use crate::model::{Budget, Error, ErrorKind, Key, Order, RecordState, Result, Scan};
use crate::storage::Storage;
use crate::text;

/// Bytes of a file that are read at once to find its last line.
const STEP: u64 = 64 << 10;
/// What every line begins with.
const BEGIN: &[u8] = b"{\"key\":\"";

/// A file that is being written.
struct Writing<'a>(BufWriter<File>, &'a Path);

impl Writing<'_> {
    fn line(&mut self, line: &str) -> Result<()> {
        let Self(file, path) = self;
        let written = file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n"));
        written.map_err(|why| not_written(path, &why))
    }
}

/// `export`.
pub(super) async fn export(
    storage: &dyn Storage,
    export: &ExportArgs,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &export.store).await?;
    // What is not there, or may not be read, leaves no file.
    let info = storage.get_metadata(&name).await?;
    let prefix = export.prefix.as_deref().map(key).unwrap_or_default();
    if let Some(all) = info.records.filter(|_| prefix.as_bytes().is_empty() && !export.resume) {
        progress.of(all);
    }
    let path = Some(&*export.file).filter(|path| *path != Path::new("-"));
    let (mut writing, after) = match path {
        Some(path) => {
            let (file, after) = opened(export, path)?;
            (Some(Writing(BufWriter::new(file), path)), after)
        }
        None if export.resume => {
            return Err(Error::new(ErrorKind::Usage, "standard output holds no earlier export")
                .hint("name the file that is to be gone on with")
                .into());
        }
        None => (None, None),
    };
    let scan =
        Scan { order: Order::Keys { after, limit: None }, prefix: prefix.as_bytes().to_vec() };
    let mut pages = storage.scan(&name, scan);
    let (mut records, mut bytes, mut code) = (0_u64, 0_u64, DONE);
    while let Some(page) = pages.next().await {
        let keys: Vec<Key> = page?.iter().map(|row| row.to_meta().key).collect();
        let mut found = storage.scan_values(&name, keys.clone(), Budget::default());
        for key in keys {
            let reading = found.next().await.transpose()?.flatten();
            // One that is gone since it was listed is none of the store's.
            let Some(record) = whole(storage, &name, &key, reading).await? else { continue };
            progress.add(1);
            if let Some(problem) = json::record_problem(&record.meta.state) {
                say(&format!("of the record `{key}` {problem}"));
                code = code.max(DAMAGED);
            }
            match record.meta.state {
                RecordState::NoValue => continue,
                RecordState::Unreadable(_) => {
                    code = REFUSED;
                    continue;
                }
                _ => {}
            }
            let line = json_lines::of(&record);
            match &mut writing {
                Some(file) => file.line(&line)?,
                None => output.json_text(&line)?,
            }
            (records, bytes) = (records + 1, bytes + record.meta.size);
        }
    }
    let Some(Writing(file, path)) = writing else { return Ok(code) };
    let written = file.into_inner().map_err(io::IntoInnerError::into_error);
    written.and_then(|file| file.sync_all()).map_err(|why| not_written(path, &why))?;
    if output.json {
        let mut map = Map::new();
        json::put_text(&mut map, "store", name.as_bytes());
        map.insert("exported".into(), json!(records));
        map.insert("bytes".into(), json!(bytes));
        output.json_line(&map.into())?;
    }
    let (count, size) = (text::plural(records, "record"), text::size(bytes));
    messages::tell(&format!("exported {count}, {size}, to {}", path.display()));
    Ok(code)
}

/// The file to write, and the key of the last record in it.
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
                .hint("--resume goes on with it, --overwrite writes it anew")
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
        _ => Some(json_lines::read(&line).map_err(|why| no_export(&why))?.meta.key),
    };
    // What a killed export has left of a line goes.
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

/// The last line that is whole, and where it ends.
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

/// Where the last newline before this place is.
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

fn not_written(path: &Path, why: &io::Error) -> Error {
    let reason = match why.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        kind => io::Error::from(kind).to_string(),
    };
    Error::new(ErrorKind::Io, format!("{} cannot be written: {reason}", path.display()))
        .hint("write to another file, or to standard output")
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
