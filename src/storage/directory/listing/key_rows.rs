//! Keys and the form of their file names, in one allocation for bytes and one for rows.

use std::ops::Range;

use percent_encoding::percent_decode;

use super::Files;
use crate::model::endings;
use crate::storage::directory::names;

/// Keys in one allocation.
#[derive(Debug, Default)]
pub(super) struct KeyRows {
    bytes: Vec<u8>,
    rows: Vec<KeyRow>,
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyRow {
    start: usize,
    length: u16,
    /// The form of its file name.
    pub(super) name: NameForm,
    /// Its files in the folder.
    pub(super) files: Files,
    /// Whether other files would be the same record.
    pub(super) shared: bool,
}

/// How the name of a file follows from the key, without the suffix of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameForm {
    /// The key, quoted as in Crawlee for Python.
    Quoted,
    /// The key itself.
    Itself,
    /// The key and this number of further bytes, which follow it.
    Ending(u8),
    /// A name of its own of this number of bytes, which follow the key.
    Other(u8),
}

impl KeyRow {
    fn range(&self) -> Range<usize> {
        self.start..self.start + usize::from(self.length)
    }
}

fn short<T: TryFrom<usize> + Default>(length: usize) -> T {
    // Names of files have at most 255 bytes.
    T::try_from(length).unwrap_or_default()
}

impl KeyRows {
    /// Adds a key, and the bytes behind it.
    pub(super) fn push(&mut self, key: &[u8], name: NameForm, files: Files, more: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(more);
        self.rows.push(KeyRow { start, length: short(key.len()), name, files, shared: false });
    }

    /// Copies the row of another list.
    fn take(&mut self, row: &KeyRow, of: &Self) {
        let start = self.bytes.len();
        let more = match row.name {
            NameForm::Ending(length) | NameForm::Other(length) => usize::from(length),
            NameForm::Quoted | NameForm::Itself => 0,
        };
        self.bytes.extend_from_slice(&of.bytes[row.start..row.range().end + more]);
        self.rows.push(KeyRow { start, ..*row });
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn at(&self, places: Range<usize>) -> &[KeyRow] {
        self.rows.get(places).unwrap_or_default()
    }

    pub(super) fn key(&self, row: &KeyRow) -> &[u8] {
        &self.bytes[row.range()]
    }

    /// The name in the bytes, where there is one; else the key.
    pub(super) fn name(&self, row: &KeyRow) -> &[u8] {
        let Range { start, end } = row.range();
        match row.name {
            NameForm::Ending(length) => &self.bytes[start..end + usize::from(length)],
            NameForm::Other(length) => &self.bytes[end..end + usize::from(length)],
            NameForm::Quoted | NameForm::Itself => &self.bytes[start..end],
        }
    }

    /// Drops all keys except the smallest; returns whether there were more.
    pub(super) fn cut(&mut self, most: usize) -> bool {
        if self.rows.len() <= most {
            return false;
        }
        let mut kept = Self::default();
        for row in &self.rows[..most] {
            kept.take(row, self);
        }
        *self = kept;
        true
    }

    /// Sorts by the keys' bytes, each once. Eight bytes behind the common beginning of all keys are compared
    /// as one number; the rest only where those are equal.
    pub(super) fn sort(&mut self) {
        let common = self.common_start();
        let bytes = &self.bytes;
        let rest = |row: &KeyRow| &bytes[row.start + common..row.range().end];
        let mut order: Vec<(u64, KeyRow)> = self
            .rows
            .iter()
            .map(|row| {
                let mut first = [0; 8];
                let rest = rest(row);
                let length = rest.len().min(8);
                first[..length].copy_from_slice(&rest[..length]);
                (u64::from_be_bytes(first), *row)
            })
            .collect();
        let itself = |row: &KeyRow| row.name == NameForm::Itself;
        order.sort_unstable_by(|(one, a), (other, b)| {
            one.cmp(other)
                .then_with(|| rest(a).cmp(rest(b)))
                .then_with(|| itself(a).cmp(&itself(b)))
        });
        order.dedup_by(|(_, a), (_, b)| rest(a) == rest(b));
        self.rows = order.into_iter().map(|(_, row)| row).collect();
    }

    /// Number of bytes in common at the beginning of all keys.
    fn common_start(&self) -> usize {
        let Some(first) = self.rows.first() else { return 0 };
        let first = self.key(first);
        self.rows.iter().fold(first.len(), |common, row| {
            let (first, key) = (&first[..common], self.key(row));
            if key.starts_with(first) {
                return common;
            }
            first.iter().zip(key).take_while(|(a, b)| a == b).count()
        })
    }

    /// Joins values with their metadata: two sorted lists become one, with each key once.
    pub(super) fn paired(mut self, metadata: &Self) -> Self {
        let shift = self.bytes.len();
        let mut rows = Vec::with_capacity(self.rows.len().max(metadata.rows.len()));
        let mut own = self.rows.iter().copied().peekable();
        self.bytes.extend_from_slice(&metadata.bytes);
        let bytes = &self.bytes;
        for row in &metadata.rows {
            let mut row = KeyRow { start: row.start + shift, ..*row };
            let key = &bytes[row.range()];
            while let Some(before) = own.next_if(|own| bytes[own.range()] < *key) {
                rows.push(before);
            }
            if let Some(same) = own.next_if(|own| bytes[own.range()] == *key) {
                let itself = same.name == NameForm::Itself && row.name == NameForm::Itself;
                let name = if itself { NameForm::Itself } else { NameForm::Quoted };
                row = KeyRow { name, files: Files::Pair, ..same };
            }
            rows.push(row);
        }
        rows.extend(own);
        self.rows = rows;
        self
    }

    /// Joins these rows with those of names that have an ending: bare files among them get the key without
    /// it.
    pub(super) fn with_ended(self, ended: &Self, keep: &impl Fn(&[u8]) -> bool) -> Self {
        let sorted = self.rows.len();
        let mut all = self;
        for row in &ended.rows {
            let name = ended.key(row);
            if row.files != Files::Bare {
                if keep(name) {
                    all.take(row, ended);
                }
                continue;
            }
            // The name of the file: the key may have been unquoted.
            let name = match row.name {
                NameForm::Itself => name.into(),
                _ => names::quoted(name),
            };
            let Some(stem) = endings::stem(&name) else { continue };
            // Metadata whose name is spelled as in Crawlee for Python may name this file.
            let unquoted = names::key(stem);
            if *unquoted != *stem && all.has_metadata(&unquoted, sorted) {
                if keep(&unquoted) {
                    all.push(&unquoted, NameForm::Other(short(name.len())), Files::Bare, &name);
                }
            } else if keep(stem) {
                let rest = &name[stem.len()..];
                all.push(stem, NameForm::Ending(short(rest.len())), Files::Bare, rest);
            }
        }
        all.sort_all();
        all.resolve();
        all
    }

    /// Whether there is only metadata of this key among the first `sorted` rows, which are sorted.
    fn has_metadata(&self, key: &[u8], sorted: usize) -> bool {
        let at = self.rows[..sorted].binary_search_by(|row| self.key(row).cmp(key));
        at.is_ok_and(|at| self.rows[at].files == Files::MetadataOnly)
    }

    fn sort_all(&mut self) {
        let Self { bytes, rows } = self;
        rows.sort_by(|a, b| {
            bytes[a.range()].cmp(&bytes[b.range()]).then_with(|| rank(a).cmp(&rank(b)))
        });
    }

    /// Joins metadata and the single bare file that may be its value into one row. Several files of one
    /// record get a row each, all but the first under their own names.
    fn resolve(&mut self) {
        let mut rows: Vec<KeyRow> = Vec::with_capacity(self.rows.len());
        let mut rivals = false;
        let old = std::mem::take(&mut self.rows);
        for same in old.chunk_by(|a, b| self.bytes[a.range()] == self.bytes[b.range()]) {
            let ended = |row: &KeyRow| row.files == Files::Bare && rank(row) == 2;
            match same {
                [one] => rows.push(*one),
                [stated, bare] if stated.files == Files::MetadataOnly && ended(bare) => {
                    rows.push(KeyRow { files: Files::MetadataAndBare, ..*bare });
                }
                several => {
                    for row in several {
                        let NameForm::Ending(length) = row.name else {
                            rows.push(KeyRow { shared: true, ..*row });
                            continue;
                        };
                        rivals = true;
                        let length = row.length + u16::from(length);
                        let (name, files) = (NameForm::Itself, Files::Rival);
                        rows.push(KeyRow { length, name, files, shared: true, ..*row });
                    }
                }
            }
        }
        self.rows = rows;
        if rivals {
            self.sort_all();
        }
    }

    /// Gives rows of metadata whose name has another spelling than Crawlee's the key that the metadata most
    /// likely states.
    pub(super) fn spell_out(&mut self) {
        let odd = |row: &&mut KeyRow| match row.files {
            Files::MetadataOnly | Files::Pair => row.name == NameForm::Itself,
            Files::MetadataAndBare => matches!(row.name, NameForm::Ending(_)),
            Files::Bare | Files::Rival => false,
        };
        let mut more = Vec::new();
        let end = self.bytes.len();
        for row in self.rows.iter_mut().filter(odd) {
            let base = &self.bytes[row.range()];
            if !base.contains(&b'%') {
                continue;
            }
            let key: Vec<u8> = percent_decode(base).collect();
            if key != base {
                let more_of_name = match row.name {
                    NameForm::Ending(length) => usize::from(length),
                    _ => 0,
                };
                let name = &self.bytes[row.start..row.range().end + more_of_name];
                let start = end + more.len();
                more.extend_from_slice(&key);
                more.extend_from_slice(name);
                let (length, name) = (short(key.len()), NameForm::Other(short(name.len())));
                *row = KeyRow { start, length, name, ..*row };
            }
        }
        if !more.is_empty() {
            self.bytes.extend_from_slice(&more);
            self.sort_all();
            let bytes = &self.bytes;
            self.rows.dedup_by(|a, b| bytes[a.range()] == bytes[b.range()]);
        }
    }
}

/// Rank among rows of one key: metadata comes before a bare file without an ending, and that before others.
fn rank(row: &KeyRow) -> u8 {
    match (row.files, row.name) {
        (Files::MetadataOnly | Files::Pair, _) => 0,
        (_, NameForm::Ending(_) | NameForm::Other(_)) => 2,
        _ => 1,
    }
}
