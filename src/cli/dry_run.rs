//! The plan of a command that is not carried out: the same that the browser's dialog shows.

use serde_json::{Map, Value, json};

use super::exit::{DONE, ExitResult};
use super::json;
use super::listing::Columns;
use super::messages::say;
use super::output::Output;
use crate::model::{ErrorKind, Result, StoreName, Write};
use crate::ops::{self, Operation, Plan, PlannedChange, PlannedRecord, words};
use crate::storage::Storage;
use crate::text::visible;

/// The text in the columns of a record that is not there, or of which nothing is known.
const ABSENT: &str = "! there is no such record";
const UNKNOWN: &str = "? not known";

/// The plan of an operation, with a warning if its write would be refused.
///
/// # Errors
/// The storage's error, but no refusal.
pub(super) async fn plan(
    storage: &dyn Storage,
    operation: &Operation,
    write: &Write,
) -> Result<Plan> {
    let (plan, why) = futures::join!(ops::plan(storage, operation), storage.refusal(write));
    let why = why?.map(|why| format!("It would be refused: {}", why.problem));
    Ok(plan?.warned(why))
}

/// Prints a plan.
///
/// # Errors
/// [`ErrorKind::NotFound`] where there is nothing to plan for.
pub(super) fn show(plan: &Plan, place: &str, output: &mut Output) -> ExitResult {
    match &plan.problem {
        Some(why) if why.kind == ErrorKind::NotFound => return Err(why.clone().into()),
        Some(why) => say(&format!("not all of it may be looked at: {why}")),
        None => {}
    }
    if output.json {
        output.json_line(&as_json(plan).into())?;
        return Ok(DONE);
    }
    output.line(&[visible(&words::title(plan))])?;
    for line in words::lines(plan, place) {
        output.line(&[visible(&line)])?;
    }
    if let PlannedChange::Delete { records, .. } = &plan.change {
        output.line(&[])?;
        let columns = Columns::of(output);
        for record in records {
            match record {
                PlannedRecord::There(meta) => columns.print(meta, output)?,
                PlannedRecord::Absent(_) => output.part(&columns.note(ABSENT))?,
                PlannedRecord::Unknown(_) => output.part(&columns.note(UNKNOWN))?,
            }
            output.last(record.key().as_bytes())?;
        }
    }
    output.line(&[])?;
    output.line(&[visible(words::DRY_RUN)])?;
    Ok(DONE)
}

fn as_json(plan: &Plan) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("operation".into(), json!(words::verb(plan)));
    let put_store = |map: &mut Map<String, Value>, store: &StoreName| {
        json::put_text(map, "store", store.as_bytes());
    };
    match &plan.change {
        PlannedChange::Delete { store, .. } => put_store(&mut map, store),
        PlannedChange::Purge(store) | PlannedChange::Drop(store) => {
            put_store(&mut map, &store.name);
        }
        PlannedChange::Restore(info) | PlannedChange::Discard(info) => {
            map.insert("aside".into(), json!(info.id.as_str()));
            put_store(&mut map, info.aside.store());
        }
        PlannedChange::Rewrite(it) => {
            put_store(&mut map, &it.store);
            map.insert("from".into(), json::record(&it.record).into());
            if it.to_store != it.store {
                json::put_text(&mut map, "to", it.to_store.as_bytes());
            }
            json::put_text(&mut map, "key", it.to.as_bytes());
            if let Some(replaced) = &it.replaced {
                map.insert("overwrites".into(), json::record(replaced).into());
            }
        }
        PlannedChange::Create(_)
        | PlannedChange::Set(_)
        | PlannedChange::SetMany(_)
        | PlannedChange::Repair(..)
        | PlannedChange::Swap(..)
        | PlannedChange::DropEmpty(..) => {}
    }
    map.insert("records".into(), json!(plan.records));
    map.insert("bytes".into(), json!(plan.weight.bytes()));
    map.insert("reversible".into(), json!(plan.reversible));
    if !plan.warnings.is_empty() {
        map.insert("warnings".into(), json!(plan.warnings));
    }
    if let PlannedChange::Delete { records, .. } = &plan.change {
        let there = records.iter().filter_map(|record| match record {
            PlannedRecord::There(meta) => Some(Value::from(json::record(meta))),
            PlannedRecord::Unknown(key) => {
                let mut map = Map::new();
                json::put_text(&mut map, "key", key.as_bytes());
                Some(map.into())
            }
            PlannedRecord::Absent(_) => None,
        });
        map.insert("delete".into(), there.collect());
        let missing = records.iter().filter(|record| matches!(record, PlannedRecord::Absent(_)));
        let missing = missing.map(|record| Value::from(record.key().escaped()));
        map.insert("missing".into(), missing.collect());
    }
    map
}
