//! The keys of a store, sorted, from nothing but the names of its files.
//!
//! A name with an ending is its own key where it has metadata, and has the key without the ending where it
//! has none. So these names are set apart until all are known.

mod key_rows;

use std::borrow::Cow;
use std::ops::Range;

use self::key_rows::{KeyRow, KeyRows, NameForm};
use super::folder::Folder;
use super::names::metadata_name;
use super::names::{self, FileKind};
use crate::model::endings;
use crate::model::{Ignored, Result};

/// The keys of a store in the order of their bytes, each once, in a few allocations.
#[derive(Debug, Default)]
pub(super) struct Listing {
    rows: KeyRows,
    cut: bool,
    ignored: Ignored,
}

/// A key and the place of its record.
pub(super) struct ListedKey<'a> {
    /// The key's bytes.
    pub(super) key: &'a [u8],
    row: KeyRow,
    rows: &'a KeyRows,
}

/// Files of a record, as far as names tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// Metadata of this record without a value of the same name.
    MetadataOnly,
    /// Metadata and a value of the same name.
    Pair,
    /// A bare file.
    Bare,
    /// Metadata, and a bare file that may be its value.
    MetadataAndBare,
    /// A bare file with its name as the key, since another record has its usual key.
    Rival,
}

impl<'a> ListedKey<'a> {
    /// The files of the record.
    pub(super) fn files(&self) -> Files {
        self.row.files
    }

    /// Whether other files would be the same record.
    pub(super) fn is_shared(&self) -> bool {
        self.row.shared
    }

    /// The beginning of its metadata file's name, or the name of its bare file.
    pub(super) fn name(&self) -> Cow<'a, [u8]> {
        let file = self.file();
        match self.row.files {
            Files::MetadataAndBare => {
                endings::stem(&file).map_or(file.clone(), |stem| stem.to_vec().into())
            }
            _ => file,
        }
    }

    /// Name of its value's file, as far as names tell.
    pub(super) fn file(&self) -> Cow<'a, [u8]> {
        match self.row.name {
            NameForm::Quoted => names::quoted(self.key),
            NameForm::Itself => self.key.into(),
            NameForm::Ending(_) | NameForm::Other(_) => self.rows.name(&self.row).into(),
        }
    }
}

/// File names by kind: values and metadata, each with and without an ending that tells a type.
#[derive(Default)]
struct Buckets {
    plain: [KeyRows; 2],
    ended: [KeyRows; 2],
}

impl Listing {
    /// Reads the names of a store's directory.
    pub(super) fn read(folder: &Folder) -> Result<Self> {
        Self::smallest(folder, usize::MAX, |_| true)
    }

    /// Reads the names of a store's directory, and keeps only the smallest of the keys that `keep` accepts.
    /// Holds not many more than `most` of the names without an ending that tells a type.
    pub(super) fn smallest(
        folder: &Folder,
        most: usize,
        keep: impl Fn(&[u8]) -> bool,
    ) -> Result<Self> {
        // Most keys come twice, from the value and from the metadata. Sorting two lists and merging them
        // takes a quarter of the time of looking each key up.
        let mut buckets = Buckets::default();
        let room = most.saturating_mul(2).saturating_add(1000);
        let mut cut = false;
        let mut ignored = Ignored::default();
        let mut junk = Vec::new();
        folder.each_name(|name, kind| {
            if !kind.is_file() {
                ignored.add(name, kind.is_dir());
                return;
            }
            let (base, of) = match names::classify(name) {
                FileKind::Value if names::is_short(name) => (name, 0),
                FileKind::RecordMetadata(base) if names::readable(base) => (base, 1),
                FileKind::Junk => {
                    junk.push(name.to_vec());
                    return;
                }
                FileKind::Value
                | FileKind::RecordMetadata(_)
                | FileKind::StoreMetadata
                | FileKind::CrawleeTemporary
                | FileKind::LarderTemporary => return,
            };
            let (key, quoted) = names::key_and_form(base);
            let stem = endings::stem(base);
            if !keep(&key) && !stem.is_some_and(&keep) {
                return;
            }
            let rows = if stem.is_some() { &mut buckets.ended[of] } else { &mut buckets.plain[of] };
            let name = if quoted { NameForm::Quoted } else { NameForm::Itself };
            rows.push(&key, name, if of == 0 { Files::Bare } else { Files::MetadataOnly }, &[]);
            if stem.is_none() && rows.len() > room {
                rows.sort();
                cut |= rows.cut(most);
            }
        })?;
        for name in junk {
            // With metadata it is a record, whatever its name.
            if folder.stat(&metadata_name(&name))?.is_none() {
                ignored.add(&name, false);
            }
        }
        let [mut values, mut metadata] = buckets.plain;
        std::thread::scope(|scope| {
            scope.spawn(|| metadata.sort());
            values.sort();
        });
        let mut rows = values.paired(&metadata);
        let [mut values, mut metadata] = buckets.ended;
        if values.len() + metadata.len() > 0 {
            values.sort();
            metadata.sort();
            rows = rows.with_ended(&values.paired(&metadata), &keep);
        }
        rows.spell_out();
        cut |= rows.cut(most);
        Ok(Self { rows, cut, ignored })
    }

    /// Whether there are more keys than these.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// The files in the directory that are not records.
    pub(super) fn ignored(&self) -> &Ignored {
        &self.ignored
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The keys at these indexes.
    pub(super) fn entries(&self, places: Range<usize>) -> impl Iterator<Item = ListedKey<'_>> {
        let rows = &self.rows;
        rows.at(places).iter().map(move |row| ListedKey { key: rows.key(row), row: *row, rows })
    }
}
