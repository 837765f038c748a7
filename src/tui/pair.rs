//! Reads two values to compare, each up to a limit.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use bytes::Bytes;

use crate::app::Side;
use crate::edit::{Diff, TypedValue};
use crate::model::{Error, Reading, Result, Want};
use crate::storage::Storage;

use super::files::at_home;

/// The values of the sides that are records.
///
/// # Errors
/// The storage's error, also if a record is missing or too large.
pub(super) async fn records(
    storage: &dyn Storage,
    [from, to]: &[Side; 2],
) -> Result<[Option<TypedValue>; 2]> {
    Ok([value(storage, from).await?, value(storage, to).await?])
}

/// The difference between the records that were read, or between one and a file, which is taken to be of its
/// type. This blocks.
///
/// # Errors
/// The system's error, also if a file is too large.
pub(super) fn compare(sides: &[Side; 2], records: [Option<TypedValue>; 2]) -> Result<Diff> {
    let kind = records.iter().flatten().next().map(|typed| typed.content_type.clone());
    let kind = kind.unwrap_or_default();
    let file = |side: &Side| {
        let (value, content_type) = (contents(side)?, kind.clone());
        Ok::<_, Error>(TypedValue { content_type, value })
    };
    let [from, to] = records;
    let from = from.map_or_else(|| file(&sides[0]), Ok)?;
    let to = to.map_or_else(|| file(&sides[1]), Ok)?;
    Ok(Diff::of_contents(&from, &to))
}

/// The value of a record; `None` for a file.
async fn value(storage: &dyn Storage, side: &Side) -> Result<Option<TypedValue>> {
    let Side::Record(store, key) = side else { return Ok(None) };
    match storage.read(store, key, Want::UpTo(Side::MOST)).await? {
        None => Err(Error::no_record(store, key)),
        Some(Reading::Whole(record)) => Ok(Some(TypedValue::from(&record))),
        Some(Reading::Meta(meta) | Reading::Part { meta, .. }) => Err(side.too_large(meta.size)),
    }
}

/// The content of a file. This blocks, but not on anything other than a regular file.
fn contents(side: &Side) -> Result<Bytes> {
    let Side::File(path) = side else { return Ok(Bytes::new()) };
    let path = at_home(path);
    let read = || -> io::Result<std::result::Result<Bytes, u64>> {
        let known = path.metadata()?;
        if !known.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        read_up_to(&path, Side::MOST)
    };
    match read() {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(bytes)) => Err(side.too_large(bytes)),
        Err(why) => Err(side.unreadable(&reason(&why))),
    }
}

/// The bytes of a file, or its size if that is above `most`.
fn read_up_to(path: &Path, most: u64) -> io::Result<std::result::Result<Bytes, u64>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    // A file that grows is not read without end.
    file.take(most + 1).read_to_end(&mut bytes)?;
    let size = size.max(bytes.len() as u64);
    Ok(if bytes.len() as u64 > most { Err(size) } else { Ok(bytes.into()) })
}

fn reason(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::Other => why.to_string(),
        kind => io::Error::from(kind).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &Path) -> String {
        contents(&Side::File(path.to_owned())).unwrap_err().problem
    }

    #[test]
    fn a_file_is_read_up_to_a_limit_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("value");
        std::fs::write(&path, b"four").unwrap();
        assert_eq!(contents(&Side::File(path.clone())).unwrap(), "four");
        assert_eq!(read_up_to(&path, 4).unwrap().unwrap(), "four");
        assert_eq!(read_up_to(&path, 3).unwrap(), Err(4));
        assert!(told(&folder.path().join("none")).ends_with("there is no such file"));
        assert!(told(folder.path()).ends_with("it is no regular file"));
        // A pipe that nobody writes to must not block.
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert!(told(&pipe).ends_with("it is no regular file"));
    }
}
