//! Changes of records under a condition. All of this blocks.
//!
//! They are compared and changed under the lock that all larders share. Crawlee knows no locks and can write
//! in between, so no change is reported as atomic.

use super::find::Reach;
use super::folder::Folder;
use super::lock::{WriteOptions, open_locked};
use super::read::read_in;
use super::remove::{BATCH, delete_record};
use super::root::Root;
use super::times::note_removal;
use super::{set, style};
use crate::model::{
    Change, Commit, Committed, Comparison, Done, ErrorKind, Expect, Result, SetValue, StoreName,
};

/// Makes the changes in order, each on its own.
pub(super) fn commit(
    root: &Root,
    store: &StoreName,
    commits: &[Commit],
    options: WriteOptions,
) -> Vec<Committed> {
    let is_removal = |commit: &Commit| commit.change == Change::Remove;
    let runs = commits.chunk_by(|a, b| is_removal(a) && is_removal(b));
    let mut committed = Vec::with_capacity(commits.len());
    for batch in runs.flat_map(|run| run.chunks(BATCH)) {
        let results = match batch {
            [commit] if !is_removal(commit) => vec![put(root, store, commit, options)],
            removals => remove(root, store, removals, options)
                .unwrap_or_else(|error| removals.iter().map(|_| Err(error.clone())).collect()),
        };
        committed.extend(batch.iter().zip(results).map(|(commit, result)| Committed {
            id: commit.id,
            result,
            comparison: Comparison::TwoSteps,
            replicas: None,
        }));
    }
    committed
}

fn put(root: &Root, store: &StoreName, commit: &Commit, options: WriteOptions) -> Result<Done> {
    let Change::Put(value, content_type) = &commit.change else { return Err(commit.conflict()) };
    let (store, key) = (store.clone(), commit.key.clone());
    let (value, content_type) = (value.clone(), content_type.clone());
    let expected = commit.expect.clone();
    let set = SetValue { store, key, value, content_type, expected };
    let written = set::set(root, &set, options)?;
    Ok(Done::Put(written.meta.unwrap_or_default()))
}

/// Removes records of one batch under one lock.
fn remove(
    root: &Root,
    store: &StoreName,
    removals: &[Commit],
    options: WriteOptions,
) -> Result<Vec<Result<Done>>> {
    let folder = match open_locked(root, store, options) {
        Ok(folder) => folder,
        Err(error) if error.kind == ErrorKind::NotFound => {
            return Ok(removals.iter().map(|_| Ok(Done::NothingThere)).collect());
        }
        Err(error) => return Err(error),
    };
    let python = style::is_python_s(&folder);
    let reach = if python { Reach::Near } else { Reach::Far };
    let results: Vec<_> =
        removals.iter().map(|commit| remove_one(&folder, commit, reach)).collect();
    if results.iter().any(|result| matches!(result, Ok(Done::Removed))) {
        note_removal(&folder, options)?;
    }
    Ok(results)
}

fn remove_one(folder: &Folder, commit: &Commit, reach: Reach) -> Result<Done> {
    if commit.expect != Expect::Anything {
        let Some(now) = read_in(folder, &commit.key, &commit.expect.want())? else {
            return Ok(Done::NothingThere);
        };
        if !commit.expect.is_met(Some(&now)) {
            return Err(commit.conflict());
        }
    }
    let removed = delete_record(folder, &commit.key, reach)?;
    Ok(if removed { Done::Removed } else { Done::NothingThere })
}
