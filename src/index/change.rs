//! Brings an index up to date without building it anew.

use super::Index;
use super::columns::{Columns, Names};
use crate::storage::{Key, RecordMeta, RecordState};

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is there, with this metadata.
    Set(RecordMeta),
    /// It is gone.
    Remove(Key),
}

impl Change {
    /// The key of the record.
    pub fn key(&self) -> &Key {
        match self {
            Self::Set(meta) => &meta.key,
            Self::Remove(key) => key,
        }
    }
}

impl Index {
    /// The index after changes, in their order: the last one of a key counts. Copies what stays,
    /// so a few changes cost as much as many.
    #[must_use]
    pub fn apply(&self, changes: &[Change]) -> Self {
        let mut changes: Vec<&Change> = changes.iter().collect();
        changes.sort_by_key(|change| change.key());
        let old = &self.columns;
        let mut names = Names::new(old.names());
        let added: usize = changes.iter().map(|change| change.key().as_bytes().len()).sum();
        let mut new =
            Columns::with_capacity(old.len() + changes.len(), old.key_bytes() + added, Vec::new());
        let mut copied = 0;
        for same in changes.chunk_by(|a, b| a.key() == b.key()) {
            let Some(change) = same.last() else { continue };
            let key = change.key().as_bytes();
            let (place, next) = match self.find_from(copied, key) {
                Ok(row) => (row, row + 1),
                Err(row) => (row, row),
            };
            new.append(old, copied..place);
            if let Change::Set(meta) = change {
                let state = Some(meta.state.clone()).filter(|state| *state != RecordState::Whole);
                new.push(key, names.place(&meta.content_type), meta.size, state);
            }
            copied = next;
        }
        new.append(old, copied..old.len());
        new.set_names(names.list());
        new.set_left_out(new.left_out() + old.left_out());
        new.shrink();
        Self { columns: new }
    }
}
