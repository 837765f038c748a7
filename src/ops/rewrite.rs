//! A record under another key or with another content type, as data; and the checks before it is written.

use crate::model::{
    ContentType, Error, ErrorKind, Expect, Key, RecordMeta, RecordState, Result, StoreName,
    Version, Want,
};
use crate::storage::{Storage, no_record, no_store};

use super::kept;

/// A record that is written anew with the value that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The kind of change.
    pub kind: RewriteKind,
    /// The record's store.
    pub store: StoreName,
    /// The record, as it was shown.
    pub record: RecordMeta,
    /// The store that the record is written to.
    pub to_store: StoreName,
    /// The key that the record is written under.
    pub to: Key,
    /// Another record of that key, as it was shown, which is written over.
    pub replaced: Option<RecordMeta>,
    /// The version that the record must have, if more of it is known than what is shown.
    pub version: Option<Version>,
}

/// The kind of change of a record that is written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RewriteKind {
    /// It gets another key.
    Rename,
    /// A second record is made under another key.
    Copy,
    /// It gets another content type.
    Retype(ContentType),
}

impl Rewrite {
    /// The change of a content type alone.
    pub fn retype(store: StoreName, record: RecordMeta, content_type: ContentType) -> Self {
        let (kind, to) = (RewriteKind::Retype(content_type), record.key.clone());
        let to_store = store.clone();
        Self { kind, store, record, to_store, to, replaced: None, version: None }
    }

    /// Another key within the store, or a copy under it.
    pub fn under(kind: RewriteKind, store: StoreName, record: RecordMeta, to: Key) -> Self {
        let to_store = store.clone();
        Self { kind, store, record, to_store, to, replaced: None, version: None }
    }

    /// Whether this undoes another change or does it again: only then is more known than what is shown.
    pub(super) fn is_step(&self) -> bool {
        self.version.is_some()
    }

    /// Whether this changes the record in its place.
    pub(super) fn is_retype(&self) -> bool {
        matches!(self.kind, RewriteKind::Retype(_))
    }

    /// Size of the values that are written, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.record.size
    }

    /// Whether the old state can be kept.
    pub(super) fn is_undoable(&self) -> bool {
        let whole = is_whole(&self.record) && self.replaced.as_ref().is_none_or(is_whole);
        whole && self.kept_bytes() <= kept::KEPT
    }

    /// Size of the values that are kept so that this can be undone, in bytes.
    pub(super) fn kept_bytes(&self) -> u64 {
        match (&self.kind, &self.replaced) {
            // Turned around, the change carries the value in the same way, or removes the copy.
            (_, None) => 0,
            // A value that is held in memory may have to be held once more, in a file.
            (_, Some(replaced)) => self.record.size + replaced.size,
        }
    }
}

/// Reads the record, and the record in the way of a rename or a copy.
pub(super) async fn plan(
    storage: &dyn Storage,
    kind: RewriteKind,
    [store, to_store]: [&StoreName; 2],
    [key, to]: [&Key; 2],
    overwrite: bool,
) -> Result<Rewrite> {
    let is_retype = matches!(kind, RewriteKind::Retype(_));
    if key == to && store == to_store && !is_retype {
        return Err(same_key(key));
    }
    let Some(found) = storage.read(store, key, Want::Meta).await? else {
        return Err(no_record(storage, store, key).await);
    };
    let record = RecordMeta { key: key.clone(), ..found.into_meta() };
    is_sound(&record, is_retype)?;
    if store != to_store {
        // Records of a store that is not there may still be read.
        no_store(storage, to_store).await.map_or(Ok(()), Err)?;
    }
    let replaced = if is_retype { None } else { storage.read(to_store, to, Want::Meta).await? };
    let replaced = replaced.map(|found| RecordMeta { key: to.clone(), ..found.into_meta() });
    if replaced.is_some() && !overwrite {
        return Err(Expect::Absent.conflict(to));
    }
    let (store, to_store, to) = (store.clone(), to_store.clone(), to.clone());
    Ok(Rewrite { kind, store, record, to_store, to, replaced, version: None })
}

/// Whether nothing of a record is known to be missing or damaged.
fn is_whole(meta: &RecordMeta) -> bool {
    matches!(meta.state, RecordState::Whole | RecordState::BareFile | RecordState::NotRead)
}

/// Refuses a record that cannot be written again as it is. Every value can be given another content type.
pub(super) fn is_sound(meta: &RecordMeta, is_retype: bool) -> Result<()> {
    match meta.state {
        _ if is_whole(meta) => Ok(()),
        RecordState::NoMetadata | RecordState::BadMetadata(_) | RecordState::WrongSize(_)
            if is_retype =>
        {
            Ok(())
        }
        _ => Err(is_damaged(&meta.key)),
    }
}

/// The error that the record has this key already.
pub(super) fn same_key(key: &Key) -> Error {
    Error::new(ErrorKind::Usage, format!("{key} is the key it has")).hint("choose another key")
}

/// The error that a damaged record cannot be written anew.
fn is_damaged(key: &Key) -> Error {
    let problem = format!("{key} is damaged and cannot be rewritten");
    Error::new(ErrorKind::Damaged, problem).hint("retype it first, or set it again")
}
