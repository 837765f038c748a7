//! What an operation would change: shown before, and then applied as it was shown.

use std::sync::Arc;

use crate::model::{
    AsideId, AsideInfo, Error, Expect, Key, OpenBy, RecordMeta, Repair, SetValue, StoreInfo,
    StoreName, Timestamp, Write,
};

use super::record_swap::Swap;
use super::rewrite::{Rewrite, RewriteKind};

/// What an operation would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is to be changed, as it was when the plan was made.
    pub change: PlannedChange,
    /// Records that are written or removed, where that is known.
    pub records: Option<u64>,
    /// Bytes of their values.
    pub weight: Weight,
    /// Whether nothing that is there is lost by it.
    pub reversible: bool,
    /// What the user is to know before, a sentence each.
    pub warnings: Vec<String>,
    /// Why nothing is known of it: it is not there, or may not be looked at.
    pub problem: Option<Error>,
    /// The step of the journal that it undoes or does again, by its title.
    pub step: Option<(Turn, String)>,
    /// Stores that later steps are to empty or remove again, if nobody else has written to them.
    pub follows: Vec<PlannedStore>,
}

/// An operation, with what it was planned for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedChange {
    /// Open or create a store.
    Create(OpenBy),
    /// Set one record; it holds itself what must be there before.
    Set(SetValue),
    /// Set several records; each holds itself what must be there before.
    SetMany(Arc<[SetValue]>),
    /// Delete records of a store.
    Delete {
        /// The store.
        store: StoreName,
        /// The records, as they were shown.
        records: Vec<PlannedRecord>,
    },
    /// Remove all records of a store.
    Purge(PlannedStore),
    /// Remove a store.
    Drop(PlannedStore),
    /// Write the metadata of a store anew; `None` where nothing is wrong with it.
    Repair(StoreName, Option<Repair>),
    /// Write a record anew under another key, or with another content type.
    Rewrite(Rewrite),
    /// Change records, each only if it is what it was.
    Swap(Arc<[Swap]>),
    /// Put back what was set aside.
    Restore(AsideInfo),
    /// Remove for good what was set aside.
    Discard(AsideInfo),
    /// Remove a store that was made, if there is nothing in it.
    DropEmpty(PlannedStore, OpenBy),
}

/// Which way a step of the journal is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is undone.
    Undo,
    /// It is done again.
    Redo,
}

/// A record of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedRecord {
    /// It is there, with this metadata.
    There(RecordMeta),
    /// It is not there.
    Absent(Key),
    /// What is there may not be looked at.
    Unknown(Key),
}

/// A store of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStore {
    /// Its internal name.
    pub name: StoreName,
    /// Its id, where that is known: a store of the same name that is made later has another.
    pub id: Option<String>,
    /// When it was written to last, where nobody may have since it was put back.
    pub modified_at: Option<Timestamp>,
    /// What it held then, for who writes records and does not say so: a file is dropped by hand.
    pub contents: Contents,
}

/// How many records a store holds; in a directory the bytes of their files, and when the newest was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents {
    pub(super) records: Option<u64>,
    pub(super) files: Option<(u64, Timestamp)>,
}

/// Bytes that a plan is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Of the values themselves.
    Values(u64),
    /// About so many where the storage keeps them: in memory, or on a disk.
    Kept(u64),
    /// Not known.
    Unknown,
}

impl PlannedRecord {
    /// The key.
    pub fn key(&self) -> &Key {
        match self {
            Self::There(meta) => &meta.key,
            Self::Absent(key) | Self::Unknown(key) => key,
        }
    }
}

impl Weight {
    /// What a storage says that a store weighs.
    pub fn of(info: &StoreInfo) -> Self {
        info.bytes.map_or(Self::Unknown, Self::Kept)
    }

    /// The bytes, where they are known.
    pub fn bytes(self) -> Option<u64> {
        match self {
            Self::Values(bytes) | Self::Kept(bytes) => Some(bytes),
            Self::Unknown => None,
        }
    }
}

impl From<&StoreInfo> for PlannedStore {
    fn from(info: &StoreInfo) -> Self {
        let (name, id) = (info.store.clone(), info.id.clone());
        Self { name, id, modified_at: None, contents: Contents::default() }
    }
}

impl Plan {
    /// The plan of opening or creating a store.
    pub fn create(by: OpenBy) -> Self {
        Self::new(PlannedChange::Create(by), None, Weight::Unknown, true)
    }

    /// The plan of setting a record.
    pub fn set(set: SetValue) -> Self {
        let weight = Weight::Values(set.value.len() as u64);
        let first = set.expected == Expect::Absent;
        Self::new(PlannedChange::Set(set), Some(1), weight, first)
    }

    /// The plan of setting several records, each over what was read of it.
    pub fn set_many(sets: Arc<[SetValue]>) -> Self {
        let (records, bytes) = (sets.len() as u64, sets.iter().map(|set| set.value.len() as u64));
        let weight = Weight::Values(bytes.sum());
        Self::new(PlannedChange::SetMany(sets), Some(records), weight, false)
    }

    /// The plan of deleting records, as they are shown.
    pub fn delete(store: StoreName, records: Vec<PlannedRecord>) -> Self {
        let (mut count, mut bytes, mut known) = (0, 0_u64, true);
        for record in &records {
            match record {
                PlannedRecord::There(meta) => {
                    count += 1;
                    bytes = bytes.saturating_add(meta.size);
                }
                PlannedRecord::Absent(_) => {}
                PlannedRecord::Unknown(_) => {
                    count += 1;
                    known = false;
                }
            }
        }
        let weight = if known { Weight::Values(bytes) } else { Weight::Unknown };
        Self::new(PlannedChange::Delete { store, records }, Some(count), weight, false)
    }

    /// The plan of removing all records of a store that weighs this.
    pub fn purge(info: &StoreInfo, weight: Weight) -> Self {
        Self::new(PlannedChange::Purge(info.into()), info.records, weight, false)
    }

    /// The plan of removing a store that weighs this.
    pub fn drop(info: &StoreInfo, weight: Weight) -> Self {
        Self::new(PlannedChange::Drop(info.into()), info.records, weight, false)
    }

    /// The plan of writing a record anew with the value it has.
    pub fn rewrite(rewrite: Rewrite) -> Self {
        let weight = Weight::Values(rewrite.bytes());
        let keeps = rewrite.replaced.is_none();
        Self::new(PlannedChange::Rewrite(rewrite), Some(1), weight, keeps)
    }

    pub(super) fn repair(store: StoreName, repair: Option<Repair>) -> Self {
        Self::new(PlannedChange::Repair(store, repair), Some(0), Weight::Values(0), false)
    }

    fn new(change: PlannedChange, records: Option<u64>, weight: Weight, reversible: bool) -> Self {
        let (warnings, problem, step, follows) = (Vec::new(), None, None, Vec::new());
        Self { change, records, weight, reversible, warnings, problem, step, follows }
    }

    /// The plan of changing records that are what they were.
    pub(super) fn swap(swaps: Arc<[Swap]>) -> Self {
        let bytes = swaps.iter().filter_map(|swap| swap.to.as_ref()).map(|kept| kept.size).sum();
        let records = swaps.len() as u64;
        let change = PlannedChange::Swap(swaps);
        Self::new(change, Some(records), Weight::Values(bytes), true)
    }

    /// The plan of putting back what was set aside.
    pub fn restore(info: AsideInfo) -> Self {
        let records = info.records;
        Self::new(PlannedChange::Restore(info), Some(records), Weight::Unknown, true)
    }

    /// The plan of removing for good what was set aside.
    pub fn discard(info: AsideInfo) -> Self {
        let records = info.records;
        Self::new(PlannedChange::Discard(info), Some(records), Weight::Unknown, false)
    }

    /// The plan of removing a store that was made, if there is nothing in it.
    pub(super) fn drop_empty(store: PlannedStore, by: OpenBy) -> Self {
        Self::new(PlannedChange::DropEmpty(store, by), Some(0), Weight::Values(0), true)
    }

    /// Whether it is made in steps, so that it can be stopped between two of them.
    pub fn is_in_steps(&self) -> bool {
        match &self.change {
            PlannedChange::Delete { records, .. } => records.len() > 1,
            PlannedChange::Swap(swaps) => swaps.len() > 1 && !swaps[0].is_linked,
            // Only where the store has records again, which is seen then.
            PlannedChange::Restore(info) => info.records > 1,
            PlannedChange::Create(_)
            | PlannedChange::Set(_)
            | PlannedChange::SetMany(_)
            | PlannedChange::Purge(_)
            | PlannedChange::Drop(_)
            | PlannedChange::Repair(..)
            | PlannedChange::Rewrite(_)
            | PlannedChange::Discard(_)
            | PlannedChange::DropEmpty(..) => false,
        }
    }

    /// The key that a record of this store has afterwards, of a plan that gives it another.
    pub fn moves(&self, store: &StoreName) -> Option<Key> {
        if let PlannedChange::Rewrite(it) = &self.change {
            let moves = it.kind == RewriteKind::Rename && it.to_store == *store;
            return moves.then(|| it.to.clone());
        }
        // Written there first, and then removed where it was.
        let PlannedChange::Swap(swaps) = &self.change else { return None };
        let [first, second] = &**swaps else { return None };
        let moves = first.is_linked && second.is_linked && first.store == *store;
        moves.then(|| first.key.clone())
    }

    /// The stores whose records it changes one by one.
    pub fn changes_in(&self) -> Vec<&StoreName> {
        match &self.change {
            PlannedChange::Set(set) => vec![&set.store],
            PlannedChange::SetMany(sets) => sets.iter().map(|set| &set.store).collect(),
            PlannedChange::Delete { store, .. } => vec![store],
            PlannedChange::Rewrite(it) => vec![&it.store, &it.to_store],
            PlannedChange::Swap(swaps) => swaps.iter().map(|swap| &swap.store).collect(),
            PlannedChange::Create(_)
            | PlannedChange::Purge(_)
            | PlannedChange::Drop(_)
            | PlannedChange::Repair(..)
            | PlannedChange::Restore(_)
            | PlannedChange::Discard(_)
            | PlannedChange::DropEmpty(..) => Vec::new(),
        }
    }

    /// The records that it changes, of a plan of several.
    pub(super) fn keys(&self) -> Vec<&Key> {
        match &self.change {
            PlannedChange::Delete { records, .. } => {
                records.iter().map(PlannedRecord::key).collect()
            }
            PlannedChange::Swap(swaps) => swaps.iter().map(|swap| &swap.key).collect(),
            PlannedChange::SetMany(sets) => sets.iter().map(|set| &set.key).collect(),
            PlannedChange::Create(_)
            | PlannedChange::Set(_)
            | PlannedChange::Purge(_)
            | PlannedChange::Drop(_)
            | PlannedChange::Repair(..)
            | PlannedChange::Rewrite(_)
            | PlannedChange::Restore(_)
            | PlannedChange::Discard(_)
            | PlannedChange::DropEmpty(..) => Vec::new(),
        }
    }

    /// The records that it deletes, of a plan that deletes some.
    pub fn deletes(&self) -> Option<&[PlannedRecord]> {
        let PlannedChange::Delete { records, .. } = &self.change else { return None };
        Some(records)
    }

    /// The same, with a sentence that the user is to know before.
    #[must_use]
    pub fn warned(mut self, warning: Option<String>) -> Self {
        self.warnings.extend(warning);
        self
    }

    /// What is set aside that it puts back.
    pub fn restores(&self) -> Option<&AsideInfo> {
        let PlannedChange::Restore(info) = &self.change else { return None };
        Some(info)
    }

    /// The same, of a store that is emptied or removed, with what is known of it now.
    #[must_use]
    pub fn as_of(&self, now: &StoreInfo, weight: Weight) -> Self {
        Self { records: now.records, weight, ..self.clone() }
    }

    /// The store that it empties or removes.
    pub fn empties(&self) -> Option<&PlannedStore> {
        let (PlannedChange::Purge(store) | PlannedChange::Drop(store)) = &self.change else {
            return None;
        };
        Some(store)
    }

    /// What is set aside that it removes for good.
    pub fn discards(&self) -> Option<&AsideInfo> {
        let PlannedChange::Discard(info) = &self.change else { return None };
        Some(info)
    }

    /// What is not set aside any more once it is made.
    pub fn ends_aside(&self) -> Option<&AsideId> {
        self.restores().or_else(|| self.discards()).map(|info| &info.id)
    }

    /// Whether it removes this record of this store.
    pub fn removes(&self, store: &StoreName, key: &Key) -> bool {
        match &self.change {
            PlannedChange::Delete { store: from, records } => {
                from == store && records.iter().any(|record| record.key() == key)
            }
            PlannedChange::Purge(planned) | PlannedChange::Drop(planned) => planned.name == *store,
            PlannedChange::Swap(swaps) => swaps
                .iter()
                .any(|swap| swap.to.is_none() && swap.store == *store && swap.key == *key),
            PlannedChange::Create(_)
            | PlannedChange::Set(_)
            | PlannedChange::SetMany(_)
            | PlannedChange::Repair(..)
            | PlannedChange::Rewrite(_)
            | PlannedChange::Restore(_)
            | PlannedChange::Discard(_)
            | PlannedChange::DropEmpty(..) => false,
        }
    }

    /// The write that the storage is asked for; `None` for a repair where nothing is wrong, and for
    /// what is no write of its own.
    pub fn write(&self) -> Option<Write> {
        Some(match &self.change {
            PlannedChange::Create(by) => Write::Create(by.clone()),
            PlannedChange::Set(set) => Write::Set(set.clone()),
            PlannedChange::Delete { store, records } => {
                let there = records.iter().filter(|it| !matches!(it, PlannedRecord::Absent(_)));
                let keys = there.map(|record| record.key().clone()).collect();
                Write::Delete { store: store.clone(), keys }
            }
            PlannedChange::Purge(store) => Write::Purge(store.name.clone()),
            PlannedChange::Drop(store) | PlannedChange::DropEmpty(store, _) => {
                Write::Drop(store.name.clone())
            }
            PlannedChange::Repair(_, repair) => Write::Repair(repair.clone()?),
            PlannedChange::SetMany(_)
            | PlannedChange::Rewrite(_)
            | PlannedChange::Swap(..)
            | PlannedChange::Restore(_)
            | PlannedChange::Discard(_) => return None,
        })
    }
}
