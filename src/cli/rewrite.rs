//! `rename`, `copy` and `retype`.

use super::arguments::{CopyArgs, RenameArgs, RetypeArgs};
use super::exit::{self, ExitResult};
use super::output::Output;
use super::{dry_run, json, key, messages, perform, store};
use crate::model::{
    ContentType, Error, ErrorKind, Family, Key, Reading, RecordMeta, StoreName, Want,
};
use crate::ops::{self, Operation, Plan, PlannedChange, words};
use crate::preview::why_none;
use crate::storage::Storage;

/// Limit on a value that is checked for whether Crawlee reads it under another type, in bytes.
const LOOKED_AT: u64 = 16 << 20;

/// `rename`.
pub(super) async fn rename(
    storage: &dyn Storage,
    rename: &RenameArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let operation = Operation::Rename {
        store: store(storage, &rename.store).await?,
        key: key(&rename.key),
        to: key(&rename.new),
        overwrite: rename.overwrite,
    };
    write_anew(storage, &operation, rename.dry_run, place, output).await
}

/// `copy`.
pub(super) async fn copy(
    storage: &dyn Storage,
    copy: &CopyArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let from = store(storage, &copy.store).await?;
    let to_store = match &copy.to {
        Some(other) => store(storage, other).await?,
        None => from.clone(),
    };
    let key = key(&copy.key);
    let to = match &copy.new {
        Some(new) => super::key(new),
        None if from == to_store => {
            let problem = "the copy needs another key or store";
            let hint = "give the new key, or --to STORE";
            return Err(Error::new(ErrorKind::Usage, problem).hint(hint).into());
        }
        None => key.clone(),
    };
    let overwrite = copy.overwrite;
    let operation = Operation::Copy { store: from, key, to_store, to, overwrite };
    write_anew(storage, &operation, copy.dry_run, place, output).await
}

/// `retype`.
pub(super) async fn retype(
    storage: &dyn Storage,
    retype: &RetypeArgs,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let content_type = ContentType::from(&*retype.content_type);
    if content_type.as_str().is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the content type is empty").into());
    }
    let (store, key) = (store(storage, &retype.store).await?, key(&retype.key));
    let operation = Operation::Retype {
        store: store.clone(),
        key: key.clone(),
        content_type: content_type.clone(),
    };
    let plan = ops::plan(storage, &operation).await?;
    let unread = unread(storage, &store, &key, &content_type).await.map(str::to_owned);
    write_planned(storage, plan.warned(unread), retype.dry_run, place, output).await
}

/// Why Crawlee would read the record as None under this content type; not checked for a value that is too
/// large.
async fn unread(
    storage: &dyn Storage,
    store: &StoreName,
    key: &Key,
    content_type: &ContentType,
) -> Option<&'static str> {
    if !matches!(content_type.family(), Family::Json | Family::Text | Family::None) {
        return None;
    }
    match storage.read(store, key, Want::UpTo(LOOKED_AT)).await.ok()?? {
        Reading::Whole(record) => why_none(&record.value, content_type),
        Reading::Meta(_) | Reading::Part { .. } => None,
    }
}

async fn write_anew(
    storage: &dyn Storage,
    operation: &Operation,
    is_dry_run: bool,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    let plan = match ops::plan(storage, operation).await {
        Err(why) if why.kind == ErrorKind::Conflict => {
            return Err(why.hint("choose another key, or add --overwrite").into());
        }
        planned => planned?,
    };
    write_planned(storage, plan, is_dry_run, place, output).await
}

async fn write_planned(
    storage: &dyn Storage,
    plan: Plan,
    is_dry_run: bool,
    place: &str,
    output: &mut Output,
) -> ExitResult {
    if is_dry_run {
        return dry_run::show(&plan, place, output);
    }
    for warning in &plan.warnings {
        messages::note(warning);
    }
    let outcome = perform(storage, &plan).await?;
    let PlannedChange::Rewrite(it) = &plan.change else { return Ok(exit::DONE) };
    if output.json {
        let meta = RecordMeta { key: it.to.clone(), ..it.record.clone() };
        let mut map = json::record(outcome.meta.as_ref().unwrap_or(&meta));
        json::put_replicas(&mut map, outcome.replicas);
        output.json_line(&map.into())?;
    }
    messages::tell(&words::done(&plan, &outcome));
    Ok(exit::written(outcome.replicas))
}
