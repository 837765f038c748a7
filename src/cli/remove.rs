//! `purge` and `drop`.

use std::os::unix::ffi::OsStrExt as _;

use serde_json::{Map, Value, json};

use super::arguments::RemoveArgs;
use super::exit::{self, ExitResult, Failure};
use super::output::Output;
use super::{confirm, dry_run, json, messages, perform, store};
use crate::model::{ErrorKind, Replicas, StoreName};
use crate::ops::{self, Operation, Plan, words};
use crate::storage::Storage;

/// `purge`.
pub(super) async fn purge(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    match purge_it(storage, remove, place, output).await {
        Err(Failure::Error(why)) if remove.if_exists && why.kind == ErrorKind::NotFound => {
            tell(output, &StoreName::from(remove.store.as_bytes()), "purged", &json!(0), None)
        }
        done => done,
    }
}

async fn purge_it(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &remove.store).await?;
    let plan = ops::plan(storage, &Operation::Purge(name.clone())).await?;
    if remove.dry_run {
        return dry_run::show(&plan, place, output);
    }
    agree(remove, &name, &plan, place)?;
    let outcome = perform(storage, &plan).await?;
    messages::tell(&words::done(&plan, &outcome));
    tell(output, &name, "purged", &json!(outcome.records), outcome.replicas)
}

/// `drop`.
pub(super) async fn drop_store(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    match drop_it(storage, remove, place, output).await {
        Err(Failure::Error(why)) if remove.if_exists && why.kind == ErrorKind::NotFound => {
            tell(output, &StoreName::from(remove.store.as_bytes()), "dropped", &json!(false), None)
        }
        done => done,
    }
}

async fn drop_it(
    storage: &dyn Storage,
    remove: &RemoveArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &remove.store).await?;
    let plan = ops::plan(storage, &Operation::Drop(name.clone())).await?;
    if remove.dry_run {
        return dry_run::show(&plan, place, output);
    }
    agree(remove, &name, &plan, place)?;
    let outcome = perform(storage, &plan).await?;
    messages::tell(&words::done(&plan, &outcome));
    tell(output, &name, "dropped", &json!(true), outcome.replicas)
}

/// Asks whether a plan is to be made. With `--yes`, it is the storage that says whether there is
/// anything: something may be left of a store that is not there.
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
    what: &str,
    value: &Value,
    replicas: Option<Replicas>,
) -> ExitResult {
    if output.json {
        let mut map = Map::new();
        json::put_text(&mut map, "store", store.as_bytes());
        map.insert(what.to_owned(), value.clone());
        json::put_replicas(&mut map, replicas);
        output.json_line(&map.into())?;
    }
    Ok(exit::written(replicas))
}
