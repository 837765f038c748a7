//! `purge` and `drop`.

use std::os::unix::ffi::OsStrExt as _;

use serde_json::{Map, Value, json};

use super::arguments::RemoveArgs;
use super::exit::{self, ExitResult, Failure};
use super::output::Output;
use super::{confirm, dry_run, json, messages, perform, store};
use crate::model::{ErrorKind, Replicas, StoreName, Write};
use crate::ops::{self, Operation, Plan, words};
use crate::storage::Storage;

/// The part of a store that is removed.
#[derive(Debug, Clone, Copy)]
enum Part {
    Records,
    All,
}

impl Part {
    fn operation(self, store: StoreName) -> Operation {
        match self {
            Self::Records => Operation::Purge(store),
            Self::All => Operation::Drop(store),
        }
    }

    fn write(self, store: StoreName) -> Write {
        match self {
            Self::Records => Write::Purge(store),
            Self::All => Write::Drop(store),
        }
    }

    /// The JSON field that tells of it, and its value; `records`: the number that was removed, if there was a
    /// store.
    fn told(self, records: Option<u64>) -> (&'static str, Value) {
        match self {
            Self::Records => ("purged", json!(records.unwrap_or(0))),
            Self::All => ("dropped", json!(records.is_some())),
        }
    }
}

/// `purge`.
pub(super) async fn purge(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    unless_absent(Part::Records, storage, remove, place, output).await
}

/// `drop`.
pub(super) async fn drop_store(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    unless_absent(Part::All, storage, remove, place, output).await
}

/// With `--if-exists`, turns the failure that a store is not there into a success.
async fn unless_absent(
    part: Part,
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    match remove_it(part, storage, remove, place, output).await {
        Err(Failure::Error(why)) if remove.if_exists && why.kind == ErrorKind::NotFound => {
            tell(output, &StoreName::from(remove.store.as_bytes()), part.told(None), None)
        }
        done => done,
    }
}

async fn remove_it(
    part: Part,
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &remove.store).await?;
    let operation = part.operation(name.clone());
    if remove.dry_run {
        let plan = dry_run::plan(storage, &operation, &part.write(name)).await?;
        return dry_run::show(&plan, place, output);
    }
    let plan = ops::plan(storage, &operation).await?;
    agree(remove, &name, &plan, place)?;
    let outcome = perform(storage, &plan).await?;
    messages::tell(&words::done(&plan, &outcome));
    tell(output, &name, part.told(Some(outcome.records)), outcome.replicas)
}

/// Asks whether to carry out a plan. With `--yes`, the storage decides whether there is anything to remove:
/// parts may be left of a store that is not there.
fn agree(remove: &RemoveArgs, name: &StoreName, plan: &Plan, place: &str) -> Result<(), Failure> {
    match &plan.problem {
        _ if remove.yes => Ok(()),
        Some(why) if why.kind == ErrorKind::NotFound => Err(why.clone().into()),
        _ => confirm::ask(name, &words::question(plan, place)),
    }
}

fn tell(
    output: &mut Output,
    store: &StoreName,
    (field, value): (&str, Value),
    replicas: Option<Replicas>,
) -> ExitResult {
    if output.json {
        let mut map = Map::new();
        json::put_text(&mut map, "store", store.as_bytes());
        map.insert(field.to_owned(), value);
        json::put_replicas(&mut map, replicas);
        output.json_line(&map.into())?;
    }
    Ok(exit::written(replicas))
}
