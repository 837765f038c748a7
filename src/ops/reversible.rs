//! Whether the change of a plan can be undone: old values are kept up to a limit, or set aside.

use crate::model::{Expect, RecordMeta, RecordState, SetValue};

use super::kept;
use super::plan::{Plan, PlannedChange, PlannedRecord};

impl Plan {
    /// The plan, made so that it can be undone if that is possible: values are kept up to a limit, and stores
    /// are set aside if the storage can do so (`sets_aside`).
    #[must_use]
    pub fn undoable(mut self, sets_aside: bool) -> Self {
        self.reversible = match &self.change {
            PlannedChange::Delete { records, .. } => {
                let whole = |record: &PlannedRecord| match record {
                    PlannedRecord::There(meta) => is_whole(meta),
                    PlannedRecord::Absent(_) => true,
                    PlannedRecord::Unknown(_) => false,
                };
                self.weight.bytes().is_some() && !self.is_too_much() && records.iter().all(whole)
            }
            PlannedChange::Set(set) => can_be_put_back(set) && !self.is_too_much(),
            PlannedChange::SetMany(sets) => sets.iter().all(can_be_put_back) && !self.is_too_much(),
            PlannedChange::Purge(_) | PlannedChange::Drop(_) => sets_aside,
            PlannedChange::Repair(..) | PlannedChange::Discard(_) => false,
            PlannedChange::Rewrite(rewrite) => rewrite.is_undoable(),
            PlannedChange::Create(_)
            | PlannedChange::Swap(..)
            | PlannedChange::Restore(_)
            | PlannedChange::DropEmpty(..) => true,
        };
        self
    }

    /// Whether the old and new values are more than one step of the journal keeps.
    pub fn is_too_much(&self) -> bool {
        match &self.change {
            PlannedChange::Delete { records, .. } => {
                records.len() as u64 > kept::RECORDS
                    || self.weight.bytes().is_some_and(|bytes| bytes > kept::KEPT)
            }
            PlannedChange::Set(set) => kept_bytes(set) > kept::KEPT,
            PlannedChange::SetMany(sets) => sets.iter().map(kept_bytes).sum::<u64>() > kept::KEPT,
            PlannedChange::Rewrite(it) => it.kept_bytes() > kept::KEPT,
            PlannedChange::Create(_)
            | PlannedChange::Purge(_)
            | PlannedChange::Drop(_)
            | PlannedChange::Repair(..)
            | PlannedChange::Swap(_)
            | PlannedChange::Restore(_)
            | PlannedChange::Discard(_)
            | PlannedChange::DropEmpty(..) => false,
        }
    }
}

/// Whether a record that is deleted can be put back as it was.
pub(super) fn is_whole(meta: &RecordMeta) -> bool {
    matches!(meta.state, RecordState::Whole | RecordState::BareFile | RecordState::NotRead)
}

/// Whether the record that a set replaces can be put back.
fn can_be_put_back(set: &SetValue) -> bool {
    match &set.expected {
        Expect::Anything => false,
        Expect::Absent => true,
        // A record without a type was damaged, and cannot be damaged again in the same way.
        Expect::Is(version) => !version.content_type.as_str().is_empty(),
    }
}

/// Size of the values of a set that are kept, in bytes.
fn kept_bytes(set: &SetValue) -> u64 {
    set.replaced() + set.value.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Key;

    fn records(count: u64, size: u64) -> Vec<PlannedRecord> {
        let record = |at: u64| {
            let key = Key::from(at.to_string().as_str());
            PlannedRecord::There(RecordMeta { key, size, ..RecordMeta::default() })
        };
        (0..count).map(record).collect()
    }

    #[test]
    fn what_is_too_much_to_be_kept_cannot_be_undone() {
        for (count, size, is_too_much) in [
            (kept::RECORDS, 10, false),
            (kept::RECORDS + 1, 10, true),
            (2, kept::KEPT / 2, false),
            (2, kept::KEPT / 2 + 1, true),
        ] {
            let plan = Plan::delete("shop".into(), records(count, size)).undoable(true);
            assert_eq!((plan.is_too_much(), plan.reversible), (is_too_much, !is_too_much));
        }
    }

    #[test]
    fn a_save_over_what_is_too_large_to_be_kept_cannot_be_undone() {
        let set = |size: u64| {
            let version = crate::model::Version::of_meta(&RecordMeta {
                content_type: "text/plain".into(),
                size,
                ..RecordMeta::default()
            });
            Plan::set(SetValue {
                store: "shop".into(),
                key: "key".into(),
                value: "new".into(),
                content_type: "text/plain".into(),
                expected: Expect::Is(version),
            })
        };
        assert!(set(kept::KEPT - 3).undoable(false).reversible);
        assert!(!set(kept::KEPT).undoable(false).reversible);
    }
}
