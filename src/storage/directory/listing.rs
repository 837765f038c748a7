//! The keys of a store, sorted, from the names of its files alone.
//!
//! A name with an ending stands for itself where metadata lies beside it, and for the key without
//! the ending where none does. So these names are put aside until all are known.

mod rows;

use std::borrow::Cow;
use std::ops::Range;

use self::rows::{Name, Row, Rows};
use super::endings;
use super::folder::Folder;
use super::names::{self, Kind};
use super::record::metadata_name;
use crate::model::{Ignored, Result};

/// The keys of a store in the order of their bytes, each once, in a few allocations.
#[derive(Debug, Default)]
pub(super) struct Listing {
    rows: Rows,
    cut: bool,
    ignored: Ignored,
}

/// A key and where its record is.
pub(super) struct Entry<'a> {
    /// The key's bytes.
    pub(super) key: &'a [u8],
    row: Row,
    rows: &'a Rows,
}

/// What is known of a record's files by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// There is metadata of this record, and no value of the same name.
    Stated,
    /// There are metadata and a value of the same name.
    Whole,
    /// There is a bare file.
    Bare,
    /// There is metadata, and a bare file that may be its value.
    Both,
    /// The key is a bare file's name: another record has the key that it would have.
    Rival,
}

impl<'a> Entry<'a> {
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
            Files::Both => endings::stem(&file).map_or(file.clone(), |stem| stem.to_vec().into()),
            _ => file,
        }
    }

    /// The name of its value's file, as far as names tell.
    pub(super) fn file(&self) -> Cow<'a, [u8]> {
        match self.row.name {
            Name::Quoted => names::quoted(self.key),
            Name::Itself => self.key.into(),
            Name::Ending(_) | Name::Other(_) => self.rows.name(&self.row).into(),
        }
    }
}

/// The names of a folder, by what is known of them: values and metadata, each with and without an
/// ending that tells a type.
#[derive(Default)]
struct Heaps {
    plain: [Rows; 2],
    ended: [Rows; 2],
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
        let mut heaps = Heaps::default();
        let room = most.saturating_mul(2).saturating_add(1000);
        let mut cut = false;
        let mut ignored = Ignored::default();
        let mut junk = Vec::new();
        folder.each_name(|name, kind| {
            if !kind.is_file() {
                ignored.add(name, kind.is_dir());
                return;
            }
            let (base, of) = match names::kind(name) {
                Kind::Value => (name, 0),
                Kind::Metadata(base) => (base, 1),
                Kind::Junk => {
                    junk.push(name.to_vec());
                    return;
                }
                Kind::Store | Kind::Temporary | Kind::Own => return,
            };
            if !names::readable(base) {
                return;
            }
            let key = names::key(base);
            let stem = endings::stem(base);
            if !keep(&key) && !stem.is_some_and(&keep) {
                return;
            }
            let rows = if stem.is_some() { &mut heaps.ended[of] } else { &mut heaps.plain[of] };
            rows.push_name(&key, base, if of == 0 { Files::Bare } else { Files::Stated });
            if stem.is_none() && rows.len() > room {
                rows.sort();
                cut |= rows.cut(most);
            }
        })?;
        for name in junk {
            // With metadata beside it, it is a record whatever it is called.
            if folder.facts(&metadata_name(&name))?.is_none() {
                ignored.add(&name, false);
            }
        }
        let [mut values, mut metadata] = heaps.plain;
        std::thread::scope(|scope| {
            scope.spawn(|| metadata.sort());
            values.sort();
        });
        let mut rows = values.paired(&metadata);
        let [mut values, mut metadata] = heaps.ended;
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
    pub(super) fn entries(&self, places: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        let rows = &self.rows;
        rows.at(places).iter().map(move |row| Entry { key: rows.key(row), row: *row, rows })
    }
}
