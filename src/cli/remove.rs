//! `delete`, `purge` and `drop`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::arguments::{DeleteArgs, RemoveArgs};
use super::exit::{self, ExitResult, REFUSED, say};
use super::output::Output;
use super::{confirm, dry_run, json, key, perform, store};
use crate::model::{Error, ErrorKind, Key, Replicas, StoreName};
use crate::ops::{self, Operation, Plan, PlannedChange, PlannedRecord, words};
use crate::storage::{Storage, no_record, no_store};

/// `delete`.
pub(super) async fn delete(
    storage: &dyn Storage,
    delete: &DeleteArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &delete.store).await?;
    let mut seen = HashSet::new();
    let keys = delete.keys.iter().map(|argument| key(argument));
    let keys: Vec<Key> = keys.filter(|key| seen.insert(key.clone())).collect();
    let one = if let [key] = &*keys { Some(key.clone()) } else { None };
    let operation = Operation::Delete { store: name.clone(), keys };
    let plan = ops::plan(storage, &operation).await?;
    let missing = missing(&plan);
    if delete.dry_run {
        if missing.len() == delete.keys.len()
            && let Some(why) = no_store(storage, &name).await
        {
            return Err(why.into());
        }
        return dry_run::show(&plan, place, output);
    }
    for warning in &plan.warnings {
        say(warning);
    }
    let outcome = perform(storage, &plan).await?;
    // A crawl may have come between: then nothing is said of single keys.
    let planned = plan.records.unwrap_or_default();
    let as_planned = outcome.records + outcome.skipped.len() as u64 == planned;
    let missing = Some(missing).filter(|_| as_planned && plan.problem.is_none());
    if output.json {
        let mut map = Map::new();
        map.insert("deleted".into(), json!(outcome.records));
        if let Some(missing) = &missing {
            map.insert("missing".into(), missing.iter().map(|key| key.escaped()).collect());
        }
        if !outcome.skipped.is_empty() {
            map.insert("skipped".into(), outcome.skipped.iter().map(Key::escaped).collect());
        }
        json::put_replicas(&mut map, outcome.replicas);
        output.json_line(&map.into())?;
    } else if outcome.records > 0 {
        for key in missing.into_iter().flatten() {
            say(&words::no_record(key));
        }
    }
    if outcome.records == 0 && outcome.skipped.is_empty() {
        return Err(none_was_there(storage, &name, one).await.into());
    }
    let code = exit::written(outcome.replicas);
    match words::left(&outcome.skipped) {
        None => Ok(code),
        Some(left) => {
            say(&left);
            Ok(REFUSED)
        }
    }
}

/// That there was nothing to delete, be it `one` record or several.
async fn none_was_there(storage: &dyn Storage, store: &StoreName, one: Option<Key>) -> Error {
    if let Some(key) = one {
        return no_record(storage, store, &key).await;
    }
    let problem = format!("none of these records is in the store `{store}`");
    no_store(storage, store).await.unwrap_or_else(|| Error::new(ErrorKind::NotFound, problem))
}

/// The keys of a plan that are not there.
fn missing(plan: &Plan) -> Vec<&Key> {
    let PlannedChange::Delete { records, .. } = &plan.change else { return Vec::new() };
    let missing = records.iter().filter(|record| matches!(record, PlannedRecord::Absent(_)));
    missing.map(PlannedRecord::key).collect()
}

/// `purge`.
pub(super) async fn purge(
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
    tell(output, &name, "purged", &json!(outcome.records), outcome.replicas)
}

/// `drop`.
pub(super) async fn drop_store(
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
    tell(output, &name, "dropped", &json!(true), outcome.replicas)
}

/// Asks whether a plan is to be made. With `--yes`, it is the storage that says whether there is
/// anything: something may be left of a store that is not there.
fn agree(
    remove: &RemoveArgs,
    name: &StoreName,
    plan: &Plan,
    place: &str,
) -> Result<(), super::Failure> {
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
