//! A record under another key, or of another content type, as data, and what there is to say before.

use crate::model::{
    ContentType, Error, ErrorKind, Expect, Key, RecordMeta, RecordState, Result, StoreName, Want,
};
use crate::storage::Storage;

use super::kept;

/// A record that is written anew with the value it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// What is asked for.
    pub kind: RewriteKind,
    /// The store.
    pub store: StoreName,
    /// The record, as it was shown.
    pub record: RecordMeta,
    /// The key that is written.
    pub to: Key,
    /// The other record of that key, as it was shown, which is written over.
    pub replaced: Option<RecordMeta>,
}

/// What becomes of a record that is written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RewriteKind {
    /// It gets another key.
    Rename,
    /// A second one is made under another key.
    Copy,
    /// It gets another content type.
    Retype(ContentType),
}

impl Rewrite {
    /// A change of the content type alone.
    pub fn retype(store: StoreName, record: RecordMeta, content_type: ContentType) -> Self {
        let (kind, to) = (RewriteKind::Retype(content_type), record.key.clone());
        Self { kind, store, record, to, replaced: None }
    }

    /// Bytes of the values that are written.
    pub(super) fn bytes(&self) -> u64 {
        self.record.size
    }

    /// Whether what was there before can be kept.
    pub(super) fn is_undoable(&self) -> bool {
        let replaced = self.replaced.as_ref();
        let size = self.record.size + replaced.map_or(0, |record| record.size);
        // A value that is held can be held once more by a file.
        size <= kept::KEPT && is_whole(&self.record) && replaced.is_none_or(is_whole)
    }
}

/// Looks at the record, and at what is in the way of a rename or a copy.
pub(super) async fn plan(
    storage: &dyn Storage,
    kind: RewriteKind,
    store: &StoreName,
    key: &Key,
    to: &Key,
    overwrite: bool,
) -> Result<Rewrite> {
    let is_retype = matches!(kind, RewriteKind::Retype(_));
    if key == to && !is_retype {
        return Err(same_key(key));
    }
    let Some(found) = storage.read(store, key, Want::Meta).await? else {
        storage.get_metadata(store).await?;
        return Err(not_there(store, key));
    };
    let record = RecordMeta { key: key.clone(), ..found.into_meta() };
    is_sound(&record, is_retype)?;
    let replaced = if is_retype { None } else { storage.read(store, to, Want::Meta).await? };
    let replaced = replaced.map(|found| RecordMeta { key: to.clone(), ..found.into_meta() });
    if replaced.is_some() && !overwrite {
        return Err(Expect::Absent.conflict(to));
    }
    Ok(Rewrite { kind, store: store.clone(), record, to: to.clone(), replaced })
}

/// Whether nothing of a record is known to be missing or damaged.
fn is_whole(meta: &RecordMeta) -> bool {
    matches!(meta.state, RecordState::Whole | RecordState::BareFile | RecordState::NotRead)
}

/// Refuses what cannot be written again as it is. A content type can be given to every value.
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

/// The refusal to give a record the key it has.
pub(super) fn same_key(key: &Key) -> Error {
    Error::new(ErrorKind::Usage, format!("{key} is the key it has")).hint("choose another key")
}

/// That there is no such record.
fn not_there(store: &StoreName, key: &Key) -> Error {
    let problem = format!("there is no record `{key}` in the store `{store}`");
    Error::new(ErrorKind::NotFound, problem)
}

/// The refusal to write a record anew that cannot be written as it is.
fn is_damaged(key: &Key) -> Error {
    let problem = format!("the record `{key}` is damaged, and cannot be written anew as it is");
    Error::new(ErrorKind::Damaged, problem).hint("change its content type first, or set it again")
}
