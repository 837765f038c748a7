//! Writes a record anew under another key, or with another content type, byte for byte.
//!
//! Of a rename, the new record is written before the old one is removed, so that it is there under
//! one of the two keys, or under both, wherever larder is ended.

use crate::model::{
    Change, Commit, Content, ContentType, Error, ErrorKind, Expect, Key, Reading, Record,
    RecordMeta, Result, StoreName, Version, Want, WriteId,
};
use crate::storage::Storage;

use super::kept::{Kept, OldValues};
use super::outcome::{Outcome, Performed};
use super::record_swap::Swap;
use super::rewrite::{self, Rewrite, RewriteKind};
use super::{swap, words};

/// Writes the record anew if it is still what was shown.
pub(super) async fn write_anew(
    storage: &dyn Storage,
    it: &Rewrite,
    old_values: &OldValues,
    keeps: bool,
) -> Performed {
    let Rewrite { kind, store, record: shown, to, replaced } = it;
    let is_retype = matches!(kind, RewriteKind::Retype(_));
    if shown.key == *to && !is_retype {
        return Err(rewrite::same_key(to).into());
    }
    if *kind == RewriteKind::Rename {
        may_remove(storage, store, &shown.key).await?;
    }
    let mut keeping = old_values.change();
    let mut keep =
        |record: &Record| if keeps { keeping.keep(record) } else { Ok(Kept::of(record)) };
    let record = as_shown(storage, store, shown).await?;
    rewrite::is_sound(&record.meta, is_retype)?;
    let value = keep(&record)?;
    drop(record);
    let over = match replaced {
        Some(shown) => Some(keep(&as_shown(storage, store, shown).await?)?),
        None => None,
    };
    let is_linked = *kind == RewriteKind::Rename;
    let new = Swap { key: to.clone(), from: over, to: Some(value.clone()), is_linked };
    let swaps = match kind {
        RewriteKind::Copy => vec![new],
        RewriteKind::Rename => {
            let old = Swap { key: shown.key.clone(), from: Some(value), to: None, is_linked };
            vec![new, old]
        }
        RewriteKind::Retype(content_type) => {
            let typed = value.clone().typed(content_type.clone());
            vec![Swap { from: Some(value), to: Some(typed), ..new }]
        }
    };
    let outcome = swap::swap_each(storage, store, &swaps).await?;
    if outcome.records == 0 && !outcome.skipped.is_empty() {
        return Err(match &outcome.skipped[..] {
            [key] if key == to && replaced.is_none() && !is_retype => Expect::Absent.conflict(to),
            skipped => words::all_skipped(skipped),
        }
        .into());
    }
    let inverse = outcome.inverse.filter(|_| keeps);
    Ok(Outcome { inverse, ..outcome })
}

/// The record with its value, if it is what was shown.
async fn as_shown(storage: &dyn Storage, store: &StoreName, shown: &RecordMeta) -> Result<Record> {
    let changed = || words::all_skipped(std::slice::from_ref(&shown.key));
    match storage.read(store, &shown.key, Want::Whole).await? {
        Some(Reading::Whole(record)) if Version::is_shown(shown, &record.meta) => Ok(record),
        _ => Err(changed()),
    }
}

/// Asks whether the record may be removed, before anything is written: a removal that expects what no
/// record is.
async fn may_remove(storage: &dyn Storage, store: &StoreName, key: &Key) -> Result<()> {
    let nothing = Content::Digest(0, String::new());
    let expect = Expect::Is(Version { content_type: ContentType::default(), content: nothing });
    let asked = Commit { id: WriteId::default(), key: key.clone(), expect, change: Change::Remove };
    for committed in storage.commit(store, &[asked]).await? {
        match committed.result {
            Err(error) if error.kind == ErrorKind::InDoubt => {
                let error = Error { kind: ErrorKind::Connection, ..error };
                return Err(error.hint("nothing was changed; try again"));
            }
            Err(error) if error.kind != ErrorKind::Conflict => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
