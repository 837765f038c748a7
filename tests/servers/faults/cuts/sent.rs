//! What is cut: writes of the storage, and plans, whose records go through commits.

use larder::model::{Expect, Key, RecordMeta, SetValue, Write, Written};
use larder::ops::{self, Doubt, Failed, Plan, PlannedChange, PlannedRecord};
use larder::storage::Storage;

use super::{STORE, TEXT};

/// What is made.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there are a few dozen of them")]
pub(super) enum Sent {
    Write(Write),
    Plan(Plan),
}

impl Sent {
    /// What it does in the end, and before that, where a long list goes in batches.
    pub(super) fn parts(&self, batch: usize) -> Vec<Self> {
        let ends = |all: usize| (1..=all.div_ceil(batch)).map(move |at| (at * batch).min(all));
        match self {
            Self::Write(Write::Delete { store, keys }) => ends(keys.len())
                .map(|end| keys[..end].to_vec())
                .map(|keys| Self::Write(Write::Delete { store: store.clone(), keys }))
                .collect(),
            Self::Plan(Plan { change: PlannedChange::Delete { store, records }, .. }) => {
                ends(records.len())
                    .map(|end| Plan::delete(store.clone(), records[..end].to_vec()))
                    .map(Self::Plan)
                    .collect()
            }
            _ => vec![self.clone()],
        }
    }

    pub(super) async fn make(&self, storage: &dyn Storage) -> Result<Written, Failed> {
        match self {
            Self::Write(write) => storage.write(write).await.map_err(|error| Failed {
                doubt: (error.kind == larder::model::ErrorKind::InDoubt)
                    .then(|| Doubt::from(write.clone())),
                inverse: None,
                error,
            }),
            Self::Plan(plan) => {
                let outcome = ops::perform(storage, plan).await?;
                let (records, meta) = (outcome.records, outcome.meta);
                Ok(Written { records, meta, replicas: outcome.replicas })
            }
        }
    }

    /// Whether what is made is a new store, which has an id and times of its own.
    pub(super) fn creates(&self) -> bool {
        matches!(self, Self::Write(Write::Create(_)))
    }

    /// How many records a long list has.
    pub(super) fn listed(&self) -> Option<u64> {
        match self {
            Self::Plan(Plan { change: PlannedChange::Delete { records, .. }, .. }) => {
                Some(records.len() as u64)
            }
            _ => None,
        }
    }
}

/// A record as a list shows it, of this size.
fn shown(key: &str, size: u64) -> PlannedRecord {
    let (key, content_type) = (Key::from(key), TEXT.into());
    PlannedRecord::There(RecordMeta { key, content_type, size, ..RecordMeta::default() })
}

/// Plans that go through commits: what is expected is there, or is not.
pub(super) fn plans() -> Vec<Plan> {
    let set = |key: &str, expected: Expect| {
        Plan::set(SetValue {
            store: STORE.into(),
            key: Key::from(key),
            value: "new".into(),
            content_type: TEXT.into(),
            expected,
        })
    };
    let delete = |records: Vec<PlannedRecord>| Plan::delete(STORE.into(), records);
    let all = |size: fn(usize) -> u64| {
        (0..150).map(|at| shown(&format!("k{at:03}"), size(at))).collect::<Vec<_>>()
    };
    vec![
        set("k001", Expect::unchanged("old".into(), TEXT.into())),
        set("k001", Expect::Anything),
        set("new", Expect::Absent),
        set("k001", Expect::Absent),
        delete(vec![shown("k001", 3)]),
        delete(vec![shown("k001", 4)]),
        delete(vec![PlannedRecord::Unknown("k001".into())]),
        delete(all(|_| 3)),
        // One of each batch has changed.
        delete(all(|at| if at % 100 == 7 { 4 } else { 3 })),
    ]
}
