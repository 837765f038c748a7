//! `delete`.

use std::collections::HashSet;

use serde_json::{Map, json};

use super::arguments::DeleteArgs;
use super::exit::{self, DONE, ExitResult, REFUSED};
use super::input::Keys;
use super::messages::{self, say};
use super::output::Output;
use super::progress::Progress;
use super::values::BATCH;
use super::{dry_run, json, perform, store};
use crate::model::{Error, ErrorKind, Key, Replicas, StoreName, Write};
use crate::ops::{self, Operation, Plan, PlannedRecord, words};
use crate::storage::{Storage, no_record, no_store};
use crate::text;

/// The results so far.
#[derive(Debug, Default)]
struct Deleted {
    records: u64,
    /// The keys that were not there; `None` once that is not certain.
    missing: Option<Vec<Key>>,
    skipped: Vec<Key>,
    replicas: Option<Replicas>,
}

/// `delete`.
pub(super) async fn delete(
    storage: &dyn Storage,
    delete: &DeleteArgs,
    mut keys: Keys,
    place: &str,
    progress: &Progress,
    output: &mut Output,
) -> ExitResult {
    let name = match store(storage, &delete.store).await {
        Err(why) if delete.if_exists && why.kind == ErrorKind::NotFound => {
            let nothing = Deleted { missing: Some(Vec::new()), ..Deleted::default() };
            return nothing.told(true, output);
        }
        name => name?,
    };
    let mut seen = HashSet::new();
    let mut named = keys.next(usize::MAX)?;
    named.retain(|key| seen.insert(key.clone()));
    drop(seen);
    if delete.dry_run {
        let keys = named.len();
        let operation = Operation::Delete { store: name.clone(), keys: named.clone() };
        let write = Write::Delete { store: name.clone(), keys: named };
        let plan = dry_run::plan(storage, &operation, &write).await?;
        if missing(&plan).count() == keys
            && let Some(why) = no_store(storage, &name).await
        {
            return Err(why.into());
        }
        return dry_run::show(&plan, place, output);
    }
    progress.of(named.len() as u64);
    let mut deleted = Deleted { missing: Some(Vec::new()), ..Deleted::default() };
    for batch in named.chunks(BATCH) {
        if let Err(why) = deleted.batch(storage, &name, batch).await {
            if deleted.records > 0 {
                let records = text::plural(deleted.records, "record");
                say(&format!("{records} were deleted before it failed"));
            }
            return Err(why);
        }
        progress.add(batch.len() as u64);
    }
    // A file without keys asks for nothing, so that nothing deleted is a success.
    if deleted.records == 0 && deleted.skipped.is_empty() && !delete.if_exists && !named.is_empty()
    {
        let one = if let [key] = &*named { Some(key.clone()) } else { None };
        let why = none_was_there(storage, &name, one).await;
        let hint = keys.why_none().filter(|_| why.hint.is_none());
        return Err(hint.map_or(why.clone(), |hint| why.hint(hint)).into());
    }
    deleted.told(delete.if_exists, output)
}

impl Deleted {
    /// Deletes these records in one plan.
    async fn batch(
        &mut self,
        storage: &dyn Storage,
        store: &StoreName,
        keys: &[Key],
    ) -> Result<(), exit::Failure> {
        let operation = Operation::Delete { store: store.clone(), keys: keys.to_vec() };
        let plan = ops::plan(storage, &operation).await?;
        if self.records == 0 {
            for warning in &plan.warnings {
                messages::note(warning);
            }
        }
        let outcome = perform(storage, &plan).await?;
        // A crawl may have written in between: then nothing is reported on single keys.
        let planned = plan.records.unwrap_or_default();
        let as_planned = outcome.records + outcome.skipped.len() as u64 == planned;
        if as_planned && plan.problem.is_none() {
            if let Some(known) = &mut self.missing {
                known.extend(missing(&plan).cloned());
            }
        } else {
            self.missing = None;
        }
        self.records += outcome.records;
        self.skipped.extend(outcome.skipped);
        // The replica count of all writes together is the lowest one.
        let fewest =
            |known: Replicas, new: Replicas| if new.have < known.have { new } else { known };
        self.replicas = match (self.replicas, outcome.replicas) {
            (Some(known), Some(new)) => Some(fewest(known, new)),
            (known, new) => known.or(new),
        };
        Ok(())
    }

    fn told(&self, if_exists: bool, output: &mut Output) -> ExitResult {
        if output.json {
            let mut map = Map::new();
            map.insert("deleted".into(), json!(self.records));
            if let Some(missing) = &self.missing {
                map.insert("missing".into(), missing.iter().map(Key::escaped).collect());
            }
            if !self.skipped.is_empty() {
                map.insert("skipped".into(), self.skipped.iter().map(Key::escaped).collect());
            }
            json::put_replicas(&mut map, self.replicas);
            output.json_line(&map.into())?;
        } else if !if_exists {
            for key in self.missing.iter().flatten() {
                say(&words::no_record(key));
            }
        }
        messages::tell(&format!("deleted {}", text::plural(self.records, "record")));
        let code = exit::written(self.replicas);
        match words::left(&self.skipped) {
            Some(left) => {
                say(&left);
                Ok(REFUSED)
            }
            None if self.records == 0 => Ok(DONE),
            None => Ok(code),
        }
    }
}

/// The error that there was nothing to delete: `one` record, or several.
async fn none_was_there(storage: &dyn Storage, store: &StoreName, one: Option<Key>) -> Error {
    if let Some(key) = one {
        return no_record(storage, store, &key).await;
    }
    let problem = format!("none of these records is in the store {store}");
    no_store(storage, store).await.unwrap_or_else(|| Error::new(ErrorKind::NotFound, problem))
}

/// The keys of a plan that have no record.
fn missing(plan: &Plan) -> impl Iterator<Item = &Key> {
    let records = plan.deletes().unwrap_or_default();
    let missing = records.iter().filter(|record| matches!(record, PlannedRecord::Absent(_)));
    missing.map(PlannedRecord::key)
}
