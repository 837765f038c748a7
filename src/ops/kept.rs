//! Old values that are kept so that a change of records can be undone: small ones in memory, others in
//! private files without names, so that nothing is left of them however larder ends.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::model::{ContentType, Error, ErrorKind, Record, Result, Version, in_words};

/// Limit on the old values of one change that are kept in memory, in bytes.
const IN_MEMORY: u64 = 1 << 20;
/// Limit on the old values of one change, in bytes.
pub(super) const KEPT: u64 = 256 << 20;
/// Limit on the records of one change whose old values are kept.
pub(super) const RECORDS: u64 = 100_000;

/// Memory that a kept record takes apart from its value, in bytes: its key, type and version.
const BESIDE: u64 = 256;

/// Size of kept values, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    /// Part of it in memory.
    pub(super) memory: u64,
    /// Part of it in private files.
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

/// A record at one moment, with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The content type.
    pub content_type: ContentType,
    /// The value's size in bytes.
    pub size: u64,
    /// The version that it is compared by.
    pub(super) version: Version,
    place: Place,
}

/// The place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Memory(Bytes),
    /// In this file, from this byte on.
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

/// The place where old values are kept.
#[derive(Debug, Clone, Default)]
pub struct OldValues {
    folder: Option<PathBuf>,
    keeps: bool,
}

impl OldValues {
    /// Keeps no values: changes cannot be undone.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Keeps values in memory, and no large ones.
    pub fn in_memory() -> Self {
        Self { folder: None, keeps: true }
    }

    /// Keeps values in memory, and large ones in files in this folder, which is made if it is missing.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder), keeps: true }
    }

    /// Whether any values are kept.
    pub(super) fn keeps(&self) -> bool {
        self.keeps
    }

    /// Begins to keep the old values of one change.
    pub(super) fn change(&self) -> Keeping<'_> {
        Keeping { old_values: self, in_memory: 0, file: None }
    }
}

/// Keeps the old values of one change, one record after the other.
pub(super) struct Keeping<'a> {
    old_values: &'a OldValues,
    in_memory: u64,
    /// The file, and the number of bytes in it.
    file: Option<(Arc<PrivateFile>, u64)>,
}

impl Keeping<'_> {
    /// Keeps a record.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if there is no room for it, [`ErrorKind::NotSupported`] if one change would keep too
    /// much.
    pub(super) fn keep(&mut self, record: &Record) -> Result<Kept> {
        let size = record.value.len() as u64;
        let place = if self.in_memory + size <= IN_MEMORY {
            self.in_memory += size;
            // The value is copied: as a part of a large answer, it would hold all of that.
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
    /// Memory and disk space that the record takes, with its key, type and version.
    pub(super) fn held(&self) -> Held {
        match self.place {
            Place::Memory(_) => Held { memory: BESIDE.saturating_add(self.size), disk: 0 },
            Place::File(..) => Held { memory: BESIDE, disk: self.size },
        }
    }

    /// Holds a record in memory as it was read.
    pub(super) fn of(record: &Record) -> Self {
        let content_type = record.meta.content_type.clone();
        let size = record.value.len() as u64;
        let place = Place::Memory(record.value.clone());
        Self { content_type, size, version: Version::short_of(record), place }
    }

    /// The value.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if its file cannot be read.
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
