//! The keys of a store, sorted, from the names of its files alone.
//!
//! A name with an ending stands for itself where metadata lies beside it, and for the key without
//! the ending where none does. So these names are put aside until all are known.

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

/// A key and where its record is.
pub(super) struct ListedKey<'a> {
    /// The key's bytes.
    pub(super) key: &'a [u8],
    row: KeyRow,
    rows: &'a KeyRows,
}

/// Files of a record, as far as names tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// There is metadata of this record, and no value of the same name.
    MetadataOnly,
    /// There are metadata and a value of the same name.
    Pair,
    /// There is a bare file.
    Bare,
    /// There is metadata, and a bare file that may be its value.
    MetadataAndBare,
    /// The key is a bare file's name: another record has the key that it would have.
    Rival,
}

impl<'a> ListedKey<'a> {
    /// What is known of its files.
    pub(super) fn files(&self) -> Files {
        self.row.files
    }

    /// Whether other files would be the same record.
    pub(super) fn is_shared(&self) -> bool {
        self.row.shared
    }

    /// The name that its metadata begins with, or that its bare file has.
    pub(super) fn name(&self) -> Cow<'a, [u8]> {
        let file = self.file();
        match self.row.files {
            Files::MetadataAndBare => {
                endings::stem(&file).map_or(file.clone(), |stem| stem.to_vec().into())
            }
            _ => file,
        }
    }

    /// The name of its value's file, as far as names tell.
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

    /// Reads the names of a store's directory; of the keys that `keep` wants only the smallest.
    /// Of names without an ending that tells a type, not many more than `most` are held.
    pub(super) fn smallest(
        folder: &Folder,
        most: usize,
        keep: impl Fn(&[u8]) -> bool,
    ) -> Result<Self> {
        // Most keys come twice, by the value and by the metadata. Two lists that are sorted and
        // then merged take a quarter of the time of looking each key up.
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
            // With metadata beside it, it is a record whatever it is called.
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

    /// What lies in the directory and is no record.
    pub(super) fn ignored(&self) -> &Ignored {
        &self.ignored
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The keys at these places.
    pub(super) fn entries(&self, places: Range<usize>) -> impl Iterator<Item = ListedKey<'_>> {
        let rows = &self.rows;
        rows.at(places).iter().map(move |row| ListedKey { key: rows.key(row), row: *row, rows })
    }
}
