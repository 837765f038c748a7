//! Values that are kept so that a change of records can be undone: small ones in memory, the others
//! in private files that have no name, so that nothing is left of them however larder ends.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::model::{ContentType, Error, ErrorKind, Record, Result, Version, in_words};

/// Bytes of one change that are kept in memory.
const IN_MEMORY: u64 = 1 << 20;
/// Bytes of one change that are kept at all.
pub(super) const KEPT: u64 = 256 << 20;
/// Records of one change that are kept at all.
pub(super) const RECORDS: u64 = 100_000;

/// Bytes in memory that a kept record takes beside its value: its key, type and version.
const BESIDE: u64 = 256;

/// Bytes that kept values take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    /// In memory.
    pub(super) memory: u64,
    /// In private files.
    pub(super) disk: u64,
}

impl std::iter::Sum for Held {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, held| Self {
            memory: sum.memory.saturating_add(held.memory),
            disk: sum.disk.saturating_add(held.disk),
        })
    }
}

/// A record at one time, with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The content type.
    pub content_type: ContentType,
    /// The value's size in bytes.
    pub size: u64,
    /// What it is compared by.
    pub(super) version: Version,
    place: Place,
}

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Memory(Bytes),
    /// From this byte on.
    File(Arc<PrivateFile>, u64),
}

/// A file without a name.
#[derive(Debug)]
struct PrivateFile(File);

impl PartialEq for PrivateFile {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for PrivateFile {}

/// Where values are kept.
#[derive(Debug, Clone, Default)]
pub struct OldValues {
    folder: Option<PathBuf>,
    keeps: bool,
}

impl OldValues {
    /// Keeps nothing: what is done cannot be undone.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Keeps in memory, and no large values.
    pub fn in_memory() -> Self {
        Self { folder: None, keeps: true }
    }

    /// Keeps in memory, and large values in files in this folder, which is made where it is missing.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder), keeps: true }
    }

    /// Whether anything is kept.
    pub(super) fn keeps(&self) -> bool {
        self.keeps
    }

    /// What one change keeps.
    pub(super) fn change(&self) -> Keeping<'_> {
        Keeping { old_values: self, in_memory: 0, file: None }
    }
}

/// What one change keeps, one record after the other.
pub(super) struct Keeping<'a> {
    old_values: &'a OldValues,
    in_memory: u64,
    /// The file, and how many bytes are in it.
    file: Option<(Arc<PrivateFile>, u64)>,
}

impl Keeping<'_> {
    /// Keeps a record.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where there is no room for it, [`ErrorKind::NotSupported`] where one change
    /// would keep too much.
    pub(super) fn keep(&mut self, record: &Record) -> Result<Kept> {
        let size = record.value.len() as u64;
        let place = if self.in_memory + size <= IN_MEMORY {
            self.in_memory += size;
            // A part of a large answer would hold all of it.
            Place::Memory(Bytes::copy_from_slice(&record.value))
        } else {
            let in_file = self.file.as_ref().map_or(0, |(_, end)| *end);
            if in_file + size > KEPT {
                let problem = "values too large to keep; nothing was changed";
                return Err(Error::new(ErrorKind::NotSupported, problem).hint("take fewer records"));
            }
            self.in_file(&record.value).map_err(|why| {
                let problem =
                    format!("old value not kept, nothing was changed: {}", in_words(&why));
                Error::new(ErrorKind::Io, problem).hint("make room where larder keeps its state")
            })?
        };
        let content_type = record.meta.content_type.clone();
        Ok(Kept { content_type, size, version: Version::short_of(record), place })
    }

    fn in_file(&mut self, value: &[u8]) -> io::Result<Place> {
        let (file, end) = match &mut self.file {
            Some(file) => file,
            none => {
                let folder = self.old_values.folder.as_deref();
                let folder = folder.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
                std::fs::create_dir_all(folder)?;
                none.insert((Arc::new(PrivateFile(tempfile::tempfile_in(folder)?)), 0))
            }
        };
        let at = *end;
        file.0.write_all_at(value, at)?;
        *end += value.len() as u64;
        Ok(Place::File(Arc::clone(file), at))
    }
}

impl Kept {
    /// The bytes that it takes.
    pub(super) fn held(&self) -> Held {
        match self.place {
            Place::Memory(_) => Held { memory: BESIDE.saturating_add(self.size), disk: 0 },
            Place::File(..) => Held { memory: BESIDE, disk: self.size },
        }
    }

    /// A record that is held as it was read.
    pub(super) fn of(record: &Record) -> Self {
        let content_type = record.meta.content_type.clone();
        let size = record.value.len() as u64;
        let place = Place::Memory(record.value.clone());
        Self { content_type, size, version: Version::short_of(record), place }
    }

    /// The value.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where its file cannot be read.
    pub(super) fn value(&self) -> Result<Bytes> {
        match &self.place {
            Place::Memory(value) => Ok(value.clone()),
            Place::File(file, at) => {
                let mut value = vec![0; usize::try_from(self.size).unwrap_or(usize::MAX)];
                file.0.read_exact_at(&mut value, *at).map_err(|why| {
                    let problem =
                        format!("a value that was kept cannot be read: {}", in_words(&why));
                    Error::new(ErrorKind::Io, problem)
                })?;
                Ok(value.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordMeta;

    fn record(value: Vec<u8>) -> Record {
        let meta = RecordMeta { size: value.len() as u64, ..RecordMeta::default() };
        Record { meta, value: value.into() }
    }

    #[test]
    fn values_are_kept_in_memory_and_then_in_a_file_without_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let old_values = OldValues::in_folder(folder.path().join("state"));
        let mut keeping = old_values.change();
        let values: Vec<_> = [10, 1 << 20, 3, 2 << 20].map(|size| vec![b'x'; size]).into();
        let kept: Vec<_> =
            values.iter().map(|value| keeping.keep(&record(value.clone())).unwrap()).collect();
        let in_file = |kept: &Kept| matches!(kept.place, Place::File(..));
        assert_eq!(kept.iter().map(in_file).collect::<Vec<_>>(), [false, true, false, true]);
        for (kept, value) in kept.iter().zip(&values) {
            assert_eq!(kept.value().unwrap(), value.as_slice());
        }
        assert_eq!(std::fs::read_dir(folder.path().join("state")).unwrap().count(), 0);
    }

    #[test]
    fn where_nothing_can_be_written_it_is_said_before_anything_is_changed() {
        let old_values = OldValues::in_folder("/proc/no/such".into());
        let error = old_values.change().keep(&record(vec![0; 2 << 20])).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Io);
        assert!(error.problem.contains("nothing was changed"), "{error}");
    }
}
