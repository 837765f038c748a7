//! `repair`.

use serde_json::{Value, json};

use super::arguments::RepairArgs;
use super::exit::{DONE, ExitResult};
use super::messages::{self, say};
use super::output::Output;
use super::{confirm, json, perform, store};
use crate::ops::{self, Operation, PlannedChange, words};
use crate::storage::Storage;
use crate::text::visible;

/// `repair`: shows the problem and the metadata to be written, asks, and writes.
pub(super) async fn repair(
    storage: &dyn Storage,
    repair: &RepairArgs,
    output: &mut Output,
) -> ExitResult {
    let name = store(storage, &repair.store).await?;
    let plan = ops::plan(storage, &Operation::Repair(name.clone())).await?;
    let PlannedChange::Repair(_, found) = &plan.change else { return Ok(DONE) };
    if let Some(found) = found {
        let before = String::from_utf8_lossy(&found.before);
        let after = String::from_utf8_lossy(&found.after);
        if !output.json {
            output.line(&[visible(&found.file), visible(": "), visible(&found.problem)])?;
            output.line(&[])?;
            let marked = before.lines().map(|line| ("- ", line));
            for (mark, line) in marked.chain(after.lines().map(|line| ("+ ", line))) {
                output.line(&[visible(mark), visible(line)])?;
            }
            output.flush()?;
        }
        if !repair.yes && !repair.dry_run {
            confirm::ask_plainly("Write this? The records stay as they are.")?;
        }
        if repair.dry_run {
            if !output.json {
                output.line(&[])?;
                output.line(&[visible(words::DRY_RUN)])?;
            }
        } else {
            let outcome = perform(storage, &plan).await?;
            messages::tell(&words::done(&plan, &outcome));
        }
    } else {
        say(&format!("nothing in the metadata of {name} needs mending"));
    }
    if output.json {
        let mut map = serde_json::Map::new();
        json::put_text(&mut map, "store", name.as_bytes());
        map.insert("repaired".to_owned(), json!(found.is_some() && !repair.dry_run));
        if let Some(found) = found {
            let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes).into_owned());
            map.insert("file".to_owned(), json!(found.file));
            map.insert("before".to_owned(), text(&found.before));
            map.insert("after".to_owned(), text(&found.after));
        }
        output.json_line(&map.into())?;
    }
    Ok(DONE)
}
