//! The change that an operation would make: shown first, and then carried out as it was shown.

use std::sync::Arc;

use crate::model::{
    AsideId, AsideInfo, Error, Expect, Key, OpenBy, RecordMeta, Repair, SetValue, StoreInfo,
    StoreName, Timestamp, Write,
};

use super::record_swap::Swap;
use super::rewrite::{Rewrite, RewriteKind};

/// The change that an operation would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The change, for the state in which the plan was made.
    pub change: PlannedChange,
    /// Number of records that are written or removed, if it is known.
    pub records: Option<u64>,
    /// Size of their values.
    pub weight: Weight,
    /// Whether the change can be undone: nothing that is there is lost.
    pub reversible: bool,
    /// Warnings for the user before the change, a sentence each.
    pub warnings: Vec<String>,
    /// Why nothing is known of the store or record: it is not there, or may not be read.
    pub problem: Option<Error>,
    /// The step of the journal that the plan undoes or does again, by its title.
    pub step: Option<(Turn, String)>,
    /// Stores that later steps are to empty or remove again, if nobody else has written to them.
    pub follows: Vec<PlannedStore>,
}

/// An operation, together with the state that it was planned for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedChange {
    /// Open or create a store.
    Create(OpenBy),
    /// Set one record; it holds its own expectation of what is there.
    Set(SetValue),
    /// Set several records; each holds its own expectation of what is there.
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
    /// Write the metadata of a store anew; `None` if nothing is wrong with it.
    Repair(StoreName, Option<Repair>),
    /// Write a record anew under another key, or with another content type.
    Rewrite(Rewrite),
    /// Change records, each only if it is still what it was.
    Swap(Arc<[Swap]>),
    /// Put an aside back.
    Restore(AsideInfo),
    /// Remove an aside for good.
    Discard(AsideInfo),
    /// Remove a store that was made, if it is empty.
    DropEmpty(PlannedStore, OpenBy),
}

/// The direction in which a step of the journal is turned.
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
    /// It may not be read.
    Unknown(Key),
}

/// A store of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStore {
    /// Its internal name.
    pub name: StoreName,
    /// Its id, if it is known: a store of the same name that is made later has another one.
    pub id: Option<String>,
    /// When it was last written to, if nobody may have written to it since it was put back.
    pub modified_at: Option<Timestamp>,
    /// Its content then, to notice programs that write records without telling: files can be copied by hand.
    pub contents: Contents,
}

/// Number of records in a store; in a directory also their files' bytes, and when the newest was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents {
    pub(super) records: Option<u64>,
    pub(super) files: Option<(u64, Timestamp)>,
}

/// Size of the values in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Size of the values themselves, in bytes.
    Values(u64),
    /// Approximate space that they take in the storage, in memory or on a disk, in bytes.
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
    /// The size of a store, as the storage tells.
    pub fn of(info: &StoreInfo) -> Self {
        info.bytes.map_or(Self::Unknown, Self::Kept)
    }

    /// The size in bytes, if it is known.
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
    /// The plan to open or create a store.
    pub fn create(by: OpenBy) -> Self {
        Self::new(PlannedChange::Create(by), None, Weight::Unknown, true)
    }

    /// The plan to set a record.
    pub fn set(set: SetValue) -> Self {
        let weight = Weight::Values(set.value.len() as u64);
        let first = set.expected == Expect::Absent;
        Self::new(PlannedChange::Set(set), Some(1), weight, first)
    }

    /// The plan to set several records, each over the version that was read.
    pub fn set_many(sets: Arc<[SetValue]>) -> Self {
        let (records, bytes) = (sets.len() as u64, sets.iter().map(|set| set.value.len() as u64));
        let weight = Weight::Values(bytes.sum());
        Self::new(PlannedChange::SetMany(sets), Some(records), weight, false)
    }

    /// The plan to delete records, as they are shown.
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

    /// The plan to remove all records of a store of this size.
    pub fn purge(info: &StoreInfo, weight: Weight) -> Self {
        Self::new(PlannedChange::Purge(info.into()), info.records, weight, false)
    }

    /// The plan to remove a store of this size.
    pub fn drop(info: &StoreInfo, weight: Weight) -> Self {
        Self::new(PlannedChange::Drop(info.into()), info.records, weight, false)
    }

    /// The plan to write a record anew with the value it has.
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

    /// The plan to change records that are what they were.
    pub(super) fn swap(swaps: Arc<[Swap]>) -> Self {
        let bytes = swaps.iter().filter_map(|swap| swap.to.as_ref()).map(|kept| kept.size).sum();
        let records = swaps.len() as u64;
        let change = PlannedChange::Swap(swaps);
        Self::new(change, Some(records), Weight::Values(bytes), true)
    }

    /// The plan to put an aside back.
    pub fn restore(info: AsideInfo) -> Self {
        let records = info.records;
        Self::new(PlannedChange::Restore(info), Some(records), Weight::Unknown, true)
    }

    /// The plan to remove an aside for good.
    pub fn discard(info: AsideInfo) -> Self {
        let records = info.records;
        Self::new(PlannedChange::Discard(info), Some(records), Weight::Unknown, false)
    }

    /// The plan to remove a store that was made, if it is empty.
    pub(super) fn drop_empty(store: PlannedStore, by: OpenBy) -> Self {
        Self::new(PlannedChange::DropEmpty(store, by), Some(0), Weight::Values(0), true)
    }

    /// Whether the plan is carried out in steps, so that it can be stopped between two of them.
    pub fn is_in_steps(&self) -> bool {
        match &self.change {
            PlannedChange::Delete { records, .. } => records.len() > 1,
            PlannedChange::Swap(swaps) => swaps.len() > 1 && !swaps[0].is_linked,
            // It is in steps only if the store has records again, which is seen later.
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

    /// The new key of a record of this store, if the plan gives it another.
    pub fn moves(&self, store: &StoreName) -> Option<Key> {
        if let PlannedChange::Rewrite(it) = &self.change {
            let moves = it.kind == RewriteKind::Rename && it.to_store == *store;
            return moves.then(|| it.to.clone());
        }
        // The record is written under its new key first, and then removed under the old one.
        let PlannedChange::Swap(swaps) = &self.change else { return None };
        let [first, second] = &**swaps else { return None };
        let moves = first.is_linked && second.is_linked && first.store == *store;
        moves.then(|| first.key.clone())
    }

    /// The stores whose records the plan changes one by one.
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

    /// The records that a plan of several changes.
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

    /// The records that the plan deletes, if it deletes some.
    pub fn deletes(&self) -> Option<&[PlannedRecord]> {
        let PlannedChange::Delete { records, .. } = &self.change else { return None };
        Some(records)
    }

    /// The plan with a further warning.
    #[must_use]
    pub fn warned(mut self, warning: Option<String>) -> Self {
        self.warnings.extend(warning);
        self
    }

    /// The aside that the plan puts back.
    pub fn restores(&self) -> Option<&AsideInfo> {
        let PlannedChange::Restore(info) = &self.change else { return None };
        Some(info)
    }

    /// The plan to empty or remove a store, with what is known of the store now.
    #[must_use]
    pub fn as_of(&self, now: &StoreInfo, weight: Weight) -> Self {
        Self { records: now.records, weight, ..self.clone() }
    }

    /// The store that the plan empties or removes.
    pub fn empties(&self) -> Option<&PlannedStore> {
        let (PlannedChange::Purge(store) | PlannedChange::Drop(store)) = &self.change else {
            return None;
        };
        Some(store)
    }

    /// The aside that the plan removes for good.
    pub fn discards(&self) -> Option<&AsideInfo> {
        let PlannedChange::Discard(info) = &self.change else { return None };
        Some(info)
    }

    /// The aside that no longer exists once the plan is carried out.
    pub fn ends_aside(&self) -> Option<&AsideId> {
        self.restores().or_else(|| self.discards()).map(|info| &info.id)
    }

    /// Whether the plan removes this record of this store.
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

    /// The write to ask the storage for; `None` for a repair of a sound store, and for a change that is not a
    /// single write.
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
