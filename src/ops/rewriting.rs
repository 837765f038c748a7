//! Writes a record anew under another key, in another store, or with another content type.
//!
//! The storage does it in one step, and carries the value itself. Here, the plan that undoes it is kept: for
//! a rename or a new content type, the same change in the other direction.

use std::sync::Arc;

use crate::model::{
    Content, Error, ErrorKind, Expect, Reading, RecordMeta, RecordRewrite, Result, StoreName,
    Version, Want, Write,
};
use crate::storage::Storage;

use super::doubt::Doubt;
use super::kept::{Kept, OldValues};
use super::outcome::{Failed, Outcome, Performed};
use super::plan::{Plan, PlannedRecord};
use super::record_swap::{Fate, Swap};
use super::rewrite::{self, Rewrite, RewriteKind};
use super::{swap, words};

/// Limit on a value that is compared by its digest if the write can be undone, in bytes; the server would
/// take too long for the digest of a larger one.
const DIGESTED: u64 = 1 << 20;

/// Writes the record anew, if it is still as it was shown.
pub(super) async fn write_anew(
    storage: &dyn Storage,
    it: &Rewrite,
    old_values: &OldValues,
    keeps: bool,
) -> Performed {
    let Rewrite { kind, store, record: shown, to_store, to, replaced, version } = it;
    if shown.key == *to && store == to_store && !it.is_retype() {
        return Err(rewrite::same_key(to).into());
    }
    let now = as_shown(storage, (store, shown), Want::Meta, it.is_step()).await?.into_meta();
    // A file may be found under another spelling of its name.
    let now = RecordMeta { key: shown.key.clone(), ..now };
    rewrite::is_sound(&now, it.is_retype())?;
    let mut keeping = old_values.change();
    // Without this, the record that is written over would be lost.
    let over = match replaced {
        Some(shown) if keeps => {
            let record = as_shown(storage, (to_store, shown), Want::Whole, it.is_step()).await?;
            Some(keeping.keep(&record.into_record())?)
        }
        _ => None,
    };
    let is_copy = *kind == RewriteKind::Copy;
    let held = if keeps && (replaced.is_some() || now.size <= DIGESTED) {
        let record =
            as_shown(storage, (store, shown), Want::Whole, it.is_step()).await?.into_record();
        Some(if replaced.is_some() || is_copy { keeping.keep(&record)? } else { Kept::of(&record) })
    } else {
        None
    };
    let version = match (&held, version) {
        (_, Some(version)) => version.clone(),
        (Some(held), None) => held.version.clone(),
        (None, None) => Version::of_meta(&now),
    };
    let over_version = match (&over, replaced) {
        (Some(kept), _) => Expect::Is(kept.version.clone()),
        (None, Some(shown)) => {
            let now = as_shown(storage, (to_store, shown), Want::Meta, it.is_step()).await?;
            Expect::Is(Version::of_meta(now.meta()))
        }
        (None, None) if it.is_retype() => Expect::Anything,
        (None, None) => Expect::Absent,
    };
    let rewrite = RecordRewrite {
        store: store.clone(),
        key: shown.key.clone(),
        expect: Expect::Is(version.clone()),
        to_store: to_store.clone(),
        to: to.clone(),
        over: over_version,
        content_type: match kind {
            RewriteKind::Retype(content_type) => Some(content_type.clone()),
            RewriteKind::Rename | RewriteKind::Copy => None,
        },
        removes: *kind == RewriteKind::Rename,
    };
    let write = Write::Rewrite(Box::new(rewrite.clone()));
    let inverse = |meta: Option<&RecordMeta>| {
        if !keeps {
            return None;
        }
        inverse(it, &now, meta, &version, held.clone(), over.clone())
    };
    match storage.write(&write).await {
        Ok(written) => {
            let inverse = inverse(written.meta.as_ref());
            Ok(Outcome { inverse, ..Outcome::from(written) })
        }
        Err(error) if error.kind == ErrorKind::InDoubt => {
            let doubt = Doubt { inverse: inverse(None), ..Doubt::from(write) };
            Err(Failed { doubt: Some(doubt), ..Failed::from(error) })
        }
        Err(error) if error.kind == ErrorKind::Conflict => {
            Err(why_not(storage, &rewrite, it.is_step(), error).await.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Why the record was not written, as exactly as that is known by now.
async fn why_not(storage: &dyn Storage, it: &RecordRewrite, is_step: bool, error: Error) -> Error {
    let both = [(&it.store, &it.key, &it.expect), (&it.to_store, &it.to, &it.over)];
    for (store, key, expect) in both {
        if *expect != Expect::Absent && error.problem == expect.conflict(key).problem {
            return match storage.read(store, key, Want::Meta).await {
                Ok(None) => words::is_another(key, Fate::Gone, is_step),
                Ok(Some(_)) => words::is_another(key, Fate::Changed, is_step),
                Err(_) => error,
            };
        }
    }
    error
}

/// The plan that undoes the write. `meta` is the record as it is written, `held` its value, `over` the record
/// that it was written over.
fn inverse(
    it: &Rewrite,
    now: &RecordMeta,
    meta: Option<&RecordMeta>,
    version: &Version,
    held: Option<Kept>,
    over: Option<Kept>,
) -> Option<Box<Plan>> {
    let written = meta.cloned().unwrap_or_else(|| RecordMeta {
        key: it.to.clone(),
        content_type: match &it.kind {
            RewriteKind::Retype(content_type) => content_type.clone(),
            RewriteKind::Rename | RewriteKind::Copy => now.content_type.clone(),
        },
        ..now.clone()
    });
    if it.replaced.is_some() {
        let (value, over) = (held?, over?);
        let new = Swap {
            store: it.to_store.clone(),
            key: it.to.clone(),
            from: Some(over),
            to: Some(value.clone().stored(&written)),
            is_linked: it.kind == RewriteKind::Rename,
        };
        if it.kind == RewriteKind::Copy {
            return swap::undo(&[new]);
        }
        let (store, key) = (it.store.clone(), now.key.clone());
        let old = Swap { store, key, from: Some(value), to: None, is_linked: true };
        return swap::undo(&[new, old]);
    }
    let kind = match &it.kind {
        RewriteKind::Copy => {
            let plan = if let Some(kept) = held {
                let (from, to) = (Some(kept.stored(&written)), None);
                let (store, key) = (it.to_store.clone(), it.to.clone());
                Plan::swap(Arc::from([Swap { store, key, from, to, is_linked: false }]))
            } else {
                let records = vec![PlannedRecord::There(written)];
                Plan::delete(it.to_store.clone(), records).undoable(false)
            };
            return Some(Box::new(plan));
        }
        RewriteKind::Rename => RewriteKind::Rename,
        RewriteKind::Retype(_) => RewriteKind::Retype(now.content_type.clone()),
    };
    let content = match &version.content {
        // The size differs where the value is stored as a program other than Crawlee for Python stores it.
        _ if written.size != now.size => Content::Size(written.size),
        content => content.clone(),
    };
    let version = Some(Version { content_type: written.content_type.clone(), content });
    let back = Rewrite {
        kind,
        store: it.to_store.clone(),
        record: written,
        to_store: it.store.clone(),
        to: now.key.clone(),
        replaced: None,
        version,
    };
    Some(Box::new(Plan::rewrite(back).undoable(false)))
}

/// The record, if it is as it was shown.
async fn as_shown(
    storage: &dyn Storage,
    (store, shown): (&StoreName, &RecordMeta),
    want: Want,
    is_step: bool,
) -> Result<Reading> {
    match storage.read(store, &shown.key, want).await? {
        Some(found) if Version::is_shown(shown, found.meta()) => Ok(found),
        Some(_) => Err(words::is_another(&shown.key, Fate::Changed, is_step)),
        None => Err(words::is_another(&shown.key, Fate::Gone, is_step)),
    }
}
