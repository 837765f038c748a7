//! The writes that are cut: those of the storage, and plans, whose records go through commits.

use larder::model::{Expect, Key, OpenBy, RecordMeta, RecordRewrite, SetValue, Write, Written};
use larder::ops::{self, Doubt, Failed, Plan, PlannedChange, PlannedRecord, Rewrite, RewriteKind};
use larder::storage::Storage;

use super::{STORE, TEXT, set};

/// What is made.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there are a few dozen of them")]
pub(super) enum Sent {
    Write(Write),
    Plan(Plan),
}

impl Sent {
    /// The write up to each batch, where a long list is sent in batches; the whole write is last.
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
            Self::Plan(Plan { change: PlannedChange::SetMany(sets), .. }) => {
                (1..=sets.len()).map(|end| Self::Plan(Plan::set_many(sets[..end].into()))).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// Whether its records are reported one by one.
    pub(super) fn is_several(&self) -> bool {
        matches!(self, Self::Plan(Plan { change: PlannedChange::SetMany(_), .. }))
    }

    pub(super) async fn make(&self, storage: &dyn Storage) -> Result<Written, Failed> {
        match self {
            Self::Write(write) => storage.write(write).await.map_err(|error| Failed {
                doubt: (error.kind == larder::model::ErrorKind::InDoubt)
                    .then(|| Doubt::from(write.clone())),
                inverse: None,
                rest: None,
                anew: None,
                error,
            }),
            Self::Plan(plan) => {
                let outcome = ops::perform(storage, plan).await?;
                let (records, meta) = (outcome.records, outcome.meta);
                Ok(Written { records, meta, replicas: outcome.replicas, ..Written::default() })
            }
        }
    }

    /// Whether what is made is a new store, which has an id and times of its own.
    pub(super) fn creates(&self) -> bool {
        matches!(self, Self::Write(Write::Create(_)))
    }

    /// Number of records in a long list.
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
fn meta(key: &str, size: u64) -> RecordMeta {
    let (key, content_type) = (Key::from(key), TEXT.into());
    RecordMeta { key, content_type, size, ..RecordMeta::default() }
}

fn shown(key: &str, size: u64) -> PlannedRecord {
    PlannedRecord::There(meta(key, size))
}

/// Another key for a record, or a copy of it.
fn rewrite(kind: RewriteKind, to: &str) -> Rewrite {
    Rewrite::under(kind, STORE.into(), meta("k001", 3), Key::from(to))
}

/// Plans that go through commits: with expectations that are met, and that are not.
fn plans() -> Vec<Plan> {
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
    let over = Rewrite { replaced: Some(meta("k002", 3)), ..rewrite(RewriteKind::Rename, "k002") };
    let to_other = Rewrite { to_store: "other".into(), ..rewrite(RewriteKind::Copy, "new") };
    vec![
        Plan::rewrite(rewrite(RewriteKind::Rename, "new")),
        Plan::rewrite(over),
        Plan::rewrite(to_other),
        Plan::rewrite(Rewrite::retype(STORE.into(), meta("k001", 3), "text/html".into())),
        set("k001", Expect::unchanged("old".into(), TEXT.into())),
        set("k001", Expect::Anything),
        set("new", Expect::Absent),
        set("k001", Expect::Absent),
        delete(vec![shown("k001", 3)]),
        delete(vec![shown("k001", 4)]),
        delete(vec![PlannedRecord::Unknown("k001".into())]),
        delete(all(|_| 3)),
        // One of each batch has changed.
        delete(all(|at| if at % 50 == 7 { 4 } else { 3 })),
    ]
}

/// Staged edits that are saved together.
pub(super) fn staged() -> Vec<Plan> {
    let edit = |store: &str, key: &str, expected: Expect| SetValue {
        store: store.into(),
        key: Key::from(key),
        value: format!("new of {key}").into(),
        content_type: TEXT.into(),
        expected,
    };
    let old = |key: &str| edit(STORE, key, Expect::unchanged("old".into(), TEXT.into()));
    let other = |key: &str| edit(STORE, key, Expect::unchanged("other".into(), TEXT.into()));
    let new = edit(STORE, "new", Expect::Absent);
    let elsewhere = edit("other", "k", Expect::unchanged("old".into(), TEXT.into()));
    let plans = [
        vec![old("k001"), old("k002"), old("k003")],
        vec![old("k001"), new, elsewhere, old("k005"), old("k004")],
        // Someone has changed one of them.
        vec![old("k001"), other("k002"), old("k003"), old("k004")],
    ];
    plans.into_iter().map(|sets| Plan::set_many(sets.into())).collect()
}

/// All writes that are made, one after the other.
pub(super) fn all_sent() -> Vec<Sent> {
    let old = Expect::unchanged("old".into(), TEXT.into());
    let delete = |keys: Vec<String>| Write::Delete {
        store: STORE.into(),
        keys: keys.iter().map(|key| Key::from(key.as_str())).collect(),
    };
    // What is there already, so that who comes first cannot be told by the value.
    let Write::Set(there) = set("k001", Expect::Absent) else { unreachable!() };
    let rewrite = |to: &str, over: Expect, expect: &Expect, removes: bool| {
        Write::Rewrite(Box::new(RecordRewrite {
            store: STORE.into(),
            key: Key::from("k001"),
            expect: expect.clone(),
            to_store: STORE.into(),
            to: Key::from(to),
            over,
            content_type: (to == "k001").then(|| "text/html".into()),
            removes,
        }))
    };
    let other = Expect::unchanged("other".into(), TEXT.into());
    let writes = [
        rewrite("new", Expect::Absent, &old, true),
        rewrite("new", Expect::Absent, &old, false),
        rewrite("k001", Expect::Anything, &old, false),
        rewrite("k002", Expect::Absent, &old, true),
        rewrite("new", Expect::Absent, &other, true),
        set("k001", other.clone()),
        set("k001", Expect::Anything),
        set("new", Expect::Anything),
        set("new", Expect::Absent),
        Write::Set(SetValue { value: "old".into(), ..there }),
        set("k001", old),
        delete(vec!["k001".into()]),
        delete(vec!["none".into()]),
        delete((0..150).map(|at| format!("k{at:03}")).collect()),
        Write::Purge(STORE.into()),
        Write::Drop(STORE.into()),
        Write::Drop("none".into()),
        Write::Create(OpenBy::Name("new".into())),
    ];
    let plans = plans().into_iter().chain(staged());
    writes.into_iter().map(Sent::Write).chain(plans.map(Sent::Plan)).collect()
}
